"""Bytes to text, whatever the mail says of their charset."""

import binascii
import codecs
from email.errors import HeaderParseError
from email.header import decode_header

# Names that mails use and Python does not know, or knows as something else (https://encoding.spec.whatwg.org/#names-and-labels).
ALSO = {"x-sjis": "cp932", "shift_jis": "cp932", "ks_c_5601-1987": "cp949", "x-gbk": "gb18030", "gb2312": "gb18030"} | {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-8-i": "iso-8859-8",
    "x-unknown": "utf-8", "unknown-8bit": "utf-8", "unicode-1-1-utf-7": "utf-7", "macintosh": "mac-roman",
}  # fmt: skip
NO_CHARSETS = frozenset({"unicode_escape", "raw_unicode_escape", "undefined", "idna", "punycode"})


def text(content: bytes, charset: str) -> str:
    """UTF-8 if it is that; else as it says; else in the charset in which every byte is a character."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        name = _known(charset)
        return content.decode(name if name and not _is_utf8(name) else "cp1252", "replace")


def decoded(content: bytes, charset: str) -> str:
    """As it says, unless that is no charset: a text in UTF-7 or ISO-2022-JP is valid UTF-8 too."""
    name = _known(charset)
    if name and name != "cp1252" and not _is_utf8(name):
        return content.decode(name, "replace")
    return text(content, charset)


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
    return name if found and found._is_text_encoding and found.name not in NO_CHARSETS else ""
