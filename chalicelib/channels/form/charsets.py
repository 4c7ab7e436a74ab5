"""Bytes of a form as text. Old pages and scripts send other charsets than they say: what somebody wrote is
kept as well as it can be read, and no byte refuses it."""

import codecs
import re

# Python's codecs that a browser may name (https://encoding.spec.whatwg.org). Not all that Python knows: some
# of those are no charsets ("zip", "unicode_escape"), and utf-7 and utf-16 hide ASCII.
KNOWN = {"utf-8", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "cp866", "cp874"}
KNOWN |= {"gbk", "gb18030", "big5", "euc_jp", "iso2022_jp", "shift_jis", "euc_kr"}
KNOWN |= {f"cp125{n}" for n in range(9)}
KNOWN |= {f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
# Where a page says one and its browser means the other.
MEANT = {"ascii": "utf-8", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gbk", "tis-620": "cp874"}


def named(header: str) -> str:
    """The charset parameter of a content type, or nothing."""
    found = re.search(r';\s*charset\s*=\s*"?([^\s;"]+)', header, re.IGNORECASE)
    return found[1] if found else ""


def text(raw: bytes, *charsets: str) -> str:
    """`raw` by the first of `charsets` that is known, else by UTF-8; what is not UTF-8 then is
    Windows-1252."""
    codec = next(filter(None, map(_codec, charsets)), "utf-8")
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return raw.decode("cp1252" if codec == "utf-8" else codec, "replace")


def _codec(name: str) -> str:
    try:
        found = codecs.lookup(name.strip()).name if name.isascii() and name.isprintable() else ""
    except LookupError:
        return ""
    found = MEANT.get(found, found)
    return found if found in KNOWN else ""
