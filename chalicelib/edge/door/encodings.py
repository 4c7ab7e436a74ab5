"""A request's body as it was before its sender compressed it (Content-Encoding): gzip, and nothing else.

API Gateway inflates by itself where it is set to: what it has made text of was inflated, whatever the header still
says, and so was what begins as no gzip does.
"""

import zlib

from ...desk.errors import Malformed, TooLarge, WrongMediaType

MOST = 10 * 1024 * 1024  # bytes: what API Gateway takes uncompressed
MAGIC = b"\x1f\x8b"  # RFC 1952: what JSON, text and forms never begin with
MEMBERS = 100  # parts of one gzip file: many empty ones take long
GZIP = ("gzip", "x-gzip")
WBITS = 31  # zlib's word for gzip


def inflated(body: bytes, encoding: str) -> bytes:
    """The body by its Content-Encoding; as it is, where somebody on its way has inflated it. WrongMediaType for another
    coding, or several; Malformed for a gzip that is cut; TooLarge for what would be."""
    if not check_coding(body, encoding) or not body.startswith(MAGIC):
        return body
    parts: list[bytes] = []
    for _ in range(MEMBERS):
        part, body = _member(body, MOST - sum(map(len, parts)))
        parts.append(part)
        if not body:
            return b"".join(parts)
    raise Malformed(f"a gzip body has at most {MEMBERS} members", "Content-Encoding")


def check_coding(body: bytes, encoding: str) -> bool:
    """Whether it says that the body is compressed. WrongMediaType where it is not by gzip, or several times."""
    codings = [coding for each in encoding.lower().split(",") if (coding := each.strip()) not in ("", "identity")]
    if not body or not codings:
        return False
    if len(codings) > 1 or codings[0] not in GZIP:
        raise WrongMediaType("a body may be compressed by gzip, once", "Content-Encoding")
    return True


def _member(body: bytes, most: int) -> tuple[bytes, bytes]:
    """What the first member holds, and what follows it."""
    reader = zlib.decompressobj(WBITS)
    try:
        part = reader.decompress(body, most + 1)
    except zlib.error:
        raise Malformed("the body is no gzip", "Content-Encoding") from None
    if len(part) > most:
        raise TooLarge(f"a body has at most {MOST} bytes once it is inflated", "Content-Encoding")
    if not reader.eof:
        raise Malformed("the body's gzip is cut", "Content-Encoding")
    return part, reader.unused_data
