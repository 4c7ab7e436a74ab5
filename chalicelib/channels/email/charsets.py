"""Bytes to text, whatever the mail says of their charset."""

import binascii
import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header

# Names that mails use and Python does not know, or knows as something else (https://encoding.spec.whatwg.org/#names-and-labels).
ALSO = {"x-sjis": "cp932", "shift_jis": "cp932", "ks_c_5601-1987": "cp949", "x-gbk": "gb18030", "gb2312": "gb18030"} | {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-8-i": "iso-8859-8",
    "x-unknown": "utf-8", "unknown-8bit": "utf-8", "unicode-1-1-utf-7": "utf-7", "macintosh": "mac-roman",
}  # fmt: skip
WIDE = frozenset(
    {"cp932", "shift_jis", "euc_jp", "cp949", "euc_kr", "gb18030", "gbk", "big5", "big5hkscs", "johab"}
)  # bytes that are no letters by themselves
NO_CHARSETS = frozenset({"unicode_escape", "raw_unicode_escape", "undefined", "idna", "punycode"})


def text(content: bytes, charset: str) -> str:
    """UTF-8 if it is that; else as it says; else in the charset in which every byte is a character."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        name = _known(charset)
        return content.decode(name if name and not _is_utf8(name) else "cp1252", "replace")


# What an HTML page says of itself, within its first bytes (https://html.spec.whatwg.org/#determining-the-character-encoding).
SAYS = re.compile(rb"<(?:meta|\?xml)\b[^<>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)


def decoded(content: bytes, charset: str) -> str:
    """As it says, unless it is UTF-8 all the same, or that is no charset. A text in UTF-7 or ISO-2022-JP is ASCII, and
    so valid UTF-8, too; some words of two bytes a letter may be by chance, but not of three."""
    name = _known(charset)
    if not name or name == "cp1252" or _is_utf8(name) or _is_utf8_all_the_same(content, name):
        return text(content, charset)
    return content.decode(name, "replace")


def of_page(content: bytes) -> str:
    """The charset that an HTML page names in itself, or nothing."""
    found = SAYS.search(content[:2048])
    return found[1].decode("ascii", "ignore") if found else ""


def _is_utf8_all_the_same(content: bytes, name: str) -> bool:
    if content.isascii():
        return False
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
    return name if found and found._is_text_encoding and found.name not in NO_CHARSETS else ""
