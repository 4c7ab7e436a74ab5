"""Traces of somebody in bytes, however wrapped (exposure scan): what is searched is unpacked as long as anything comes
out of it.

A wrapping is a function of bytes to what is in them. None has to know where it begins: base64 is decoded at each of its
four alignments, zlib and gzip from wherever their first bytes stand.
"""

import base64
import html
import io
import quopri
import re
import unicodedata
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from email.errors import HeaderParseError
from email.header import decode_header

MOST = 5_000_000  # bytes that are unpacked of one stream
DEEPEST = 8  # wrappings in one another
BASE64 = re.compile(rb"(?:[A-Za-z0-9+/_-]{2,}(?:\r?\n)?){2,}")
ESCAPED = re.compile(rb'((?:\\u[0-9a-fA-F]{4})+)|\\x([0-9a-fA-F]{2})|\\([nrtbf"\\/])')
PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
ZLIB, GZIP, ZIP = re.compile(rb"\x78[\x01\x5e\x9c\xda]"), re.compile(rb"\x1f\x8b\x08"), b"PK\x03\x04"


def traces(raw: bytes, needles: Iterable[str]) -> set[str]:
    """Which of these words stand in the bytes: whatever their case, accents and spaces."""
    wanted = {needle: folded(needle) for needle in needles}
    found: set[str] = set()
    for layer in layers(raw):
        for text in {folded(layer.decode("utf-8", "ignore")), folded(layer.decode("latin-1"))}:
            found |= {needle for needle, word in wanted.items() if word in text}
    return found


def folded(text: str) -> str:
    """As words are compared: without case and accents, one space for any run of them."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(each for each in plain if not unicodedata.combining(each)).split())


def layers(raw: bytes) -> Iterator[bytes]:
    """The bytes themselves, and all that is wrapped in them."""
    seen, queue = {raw}, [(raw, 0)]
    while queue:
        layer, depth = queue.pop()
        yield layer
        for unwrap in WRAPPINGS if depth < DEEPEST else ():
            for inner in unwrap(layer):
                if len(inner) > 3 and inner not in seen:
                    seen.add(inner)
                    queue.append((inner, depth + 1))


def _escaped(raw: bytes) -> Iterator[bytes]:
    """JSON's escapes, in what need not be JSON."""
    if b"\\" in raw:
        yield ESCAPED.sub(_unescaped, raw)


def _unescaped(match: re.Match[bytes]) -> bytes:
    units, byte, plain = match.groups()
    if units:
        utf16 = bytes.fromhex(units.replace(b"\\u", b"").decode())
        return utf16.decode("utf-16-be", "ignore").encode()
    return PLAIN.get(plain, plain) if plain else bytes.fromhex(byte.decode())


def _quoted(raw: bytes) -> Iterator[bytes]:
    """Quoted-printable, and the words of headers (RFC 2047)."""
    if re.search(rb"=(?:[0-9A-Fa-f]{2}|\r?\n)", raw):
        yield quopri.decodestring(raw)
    if b"=?" in raw:
        try:
            parts = decode_header(re.sub(rb"\r?\n[ \t]", b" ", raw).decode("latin-1"))
        except (HeaderParseError, ValueError):
            return
        yield "".join(
            part if isinstance(part, str) else part.decode(code or "latin-1", "ignore") if _known(code) else ""
            for part, code in parts
        ).encode()


def _known(code: str | None) -> bool:
    try:
        b"".decode(code or "latin-1")
    except LookupError:
        return False
    return True


def _percent(raw: bytes) -> Iterator[bytes]:
    if re.search(rb"%[0-9A-Fa-f]{2}", raw):
        yield urllib.parse.unquote_to_bytes(raw.replace(b"+", b" "))


def _entities(raw: bytes) -> Iterator[bytes]:
    if re.search(rb"&#?\w+;", raw):
        yield html.unescape(raw.decode("utf-8", "replace")).encode("utf-8", "ignore")


def _base64(raw: bytes) -> Iterator[bytes]:
    """Each run of its alphabet, from each of its first four letters."""
    for match in BASE64.finditer(raw):
        run = re.sub(rb"[\r\n]", b"", match[0]).translate(bytes.maketrans(b"-_", b"+/"))
        if len(run) >= 8:
            for start in range(4):
                part = run[start:]
                whole = len(part) // 4 * 4
                rest = part[whole:] if len(part) % 4 > 1 else b""
                yield base64.b64decode(part[:whole] + (rest.ljust(4, b"=") if rest else b""))


def _inflated(raw: bytes) -> Iterator[bytes]:
    """Deflate, zlib and gzip; the first without a header, hence from the beginning alone."""
    starts = [(0, -zlib.MAX_WBITS)]
    starts += [(match.start(), zlib.MAX_WBITS) for match in ZLIB.finditer(raw)]
    starts += [(match.start(), zlib.MAX_WBITS | 16) for match in GZIP.finditer(raw)]
    for start, bits in starts:
        try:
            yield zlib.decompressobj(wbits=bits).decompress(raw[start:], MOST)
        except zlib.error:
            continue


def _archive(raw: bytes) -> Iterator[bytes]:
    """What an archive holds; of a part of one, whose list of places is wrong or cut, what deflate finds is all."""
    if raw.startswith(ZIP):
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                for name in archive.namelist():
                    with archive.open(name) as file:
                        yield file.read(MOST)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error):
            return


WRAPPINGS: tuple[Callable[[bytes], Iterator[bytes]], ...] = (
    _escaped,
    _quoted,
    _percent,
    _entities,
    _base64,
    _inflated,
    _archive,
)
