"""Bytes to text, whatever a mail or a form says of their charset: what somebody wrote is kept as well as it can be
read, and no byte refuses it."""

import binascii
import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header

# Names that mails and pages use and Python does not know, or knows as something else, which it then is
# (https://encoding.spec.whatwg.org/#names-and-labels).
ALSO = {"x-sjis": "cp932", "shift_jis": "cp932", "ks_c_5601-1987": "cp949", "x-gbk": "gb18030", "gb2312": "gb18030"} | {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-8-i": "iso-8859-8",
    "x-unknown": "utf-8", "unknown-8bit": "utf-8", "unicode-1-1-utf-7": "utf-7", "macintosh": "mac-roman",
}  # fmt: skip
MEANT = {"iso8859-1": "cp1252", "iso8859-9": "cp1254", "tis-620": "cp874"}
# Those that a browser may send a form in. Not all that Python knows: utf-7 and utf-16 hide ASCII.
OF_FORMS = {"utf-8", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "cp866", "cp874", "cp932"}
OF_FORMS |= {"gbk", "gb18030", "big5", "euc_jp", "iso2022_jp", "shift_jis", "euc_kr", "cp949"}
OF_FORMS |= {f"cp125{n}" for n in range(9)}
OF_FORMS |= {f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
WIDE = frozenset(
    {"cp932", "shift_jis", "euc_jp", "cp949", "euc_kr", "gb18030", "gbk", "big5", "big5hkscs", "johab"}
)  # bytes that are no letters by themselves
PARAMETER = re.compile(r';\s*charset\s*=\s*"?([^\s;"]+)', re.IGNORECASE)
NO_CHARSETS = frozenset({"unicode_escape", "raw_unicode_escape", "undefined", "idna", "punycode"})


def text(content: bytes, charset: str) -> str:
    """UTF-8 if it is that; else as it says; else in the charset in which every byte is a character."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        name = _known(charset)
        return content.decode(name if name and not _is_utf8(name) else "cp1252", "replace")


def named(content_type: str) -> str:
    """The charset parameter of a content type, or nothing."""
    found = PARAMETER.search(content_type)
    return found[1] if found else ""


def of_form(raw: bytes, *names: str) -> str:
    """By the first of `names` that a browser may send, else by UTF-8; what is not UTF-8 then is Windows-1252. What says
    that it is ASCII is UTF-8."""
    codec = next((found for name in names if (found := _of_form(name))), "utf-8")
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return raw.decode("cp1252" if codec == "utf-8" else codec, "replace")


def _of_form(name: str) -> str:
    found = "utf-8" if name.strip().lower() in ("ascii", "us-ascii") else _known(name)
    return found if found in OF_FORMS else ""


# What an HTML page says of itself, within its first bytes (https://html.spec.whatwg.org/#determining-the-character-encoding).
SAYS = re.compile(rb"<(?:meta|\?xml)\b[^<>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)


def decoded(content: bytes, charset: str) -> str:
    """As it says, unless it is UTF-8 all the same, or that is no charset. A text in UTF-7 or ISO-2022-JP is ASCII, and
    so valid UTF-8, too; in UTF-16 no line ends without a zero; some words of two bytes a letter may be by chance, but
    not of three."""
    name = _known(charset)
    if not name or name == "cp1252" or _is_utf8(name) or _is_utf8_all_the_same(content, name):
        return text(content, charset)
    return content.decode(name, "replace")


def as_named(content: bytes, charset: str) -> str:
    """As it says, also where that could be UTF-8; every byte a character where that is no charset."""
    return content.decode(_known(charset) or "cp1252", "replace")


def of_page(content: bytes) -> str:
    """The charset that an HTML page names in itself, or nothing."""
    found = SAYS.search(content[:2048])
    return found[1].decode("ascii", "ignore") if found else ""


def _is_utf8_all_the_same(content: bytes, name: str) -> bool:
    if content.isascii():
        return name.startswith(("utf-16", "utf-32")) and b"\0" not in content
    try:
        read = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return name not in WIDE or any(sign > "\u07ff" for sign in read)


def header(value: str) -> str:
    """A header's text, its encoded words decoded one by one; what is broken stays as it came."""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, binascii.Error, ValueError):
        return value
    return "".join(piece if isinstance(piece, str) else decoded(piece, name or "") for piece, name in pieces)


def _is_utf8(name: str) -> bool:
    return codecs.lookup(name).name == "utf-8"


def _known(charset: str) -> str:
    name = charset.strip().strip("\"'").lower()
    name = ALSO.get(name, name)
    try:
        found = codecs.lookup(name) if name else None
    except (LookupError, ValueError):
        return ""
    if not found or not found._is_text_encoding or found.name in NO_CHARSETS:
        return ""
    return MEANT.get(found.name, found.name)
