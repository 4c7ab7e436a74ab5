"""A multipart/form-data body (RFC 7578), read by the `multipart` library, with what some clients get wrong.

The library is right to want CRLF and a closing delimiter; scripts send LF alone, or the last delimiter
without its `--`. A body that ends before its last delimiter was cut off, and is refused.
"""

import re
from collections.abc import Iterator

from multipart import (
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from ..desk.errors import Malformed, TooLarge

MAX_BOUNDARY = 200


def segments(body: bytes, content_type: str, *, most: int) -> list[tuple[MultipartSegment, bytes]]:
    """The parts, each with its content as it came. Their headers are read as Latin-1, which loses no byte: whoever
    reads a name says in which charset. Malformed for what is cut off or no multipart at all, TooLarge for more than
    `most`."""
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    if not boundary or len(boundary) > MAX_BOUNDARY or not boundary.isascii():
        raise Malformed("the content type names no usable boundary")
    try:
        return list(_parsed(body, boundary, most))
    except ParserLimitReached:
        raise TooLarge(f"a form is limited to {most} fields with short headers") from None
    except MultipartError:
        raise Malformed("the multipart body is broken or cut off") from None


def bytes_of(header: str) -> bytes:
    """What a client sent as a name, from what `segments` read."""
    return header.encode("latin-1", "replace")


def _parsed(body: bytes, boundary: str, most: int) -> Iterator[tuple[MultipartSegment, bytes]]:
    parser = PushMultipartParser(boundary, max_segment_count=most, header_charset="latin-1")
    segment: MultipartSegment | None = None
    chunks: list[bytes] = []
    with parser:
        for event in parser.parse(_repaired(body, boundary.encode())):
            if isinstance(event, MultipartSegment):
                segment, chunks = event, []
            elif event is not None:
                chunks.append(bytes(event))
            elif segment is not None:
                yield segment, b"".join(chunks)


def _repaired(body: bytes, boundary: bytes) -> bytes:
    delimiter = b"--" + boundary
    if body.partition(delimiter)[2].startswith(b"\n"):
        body = _with_crlf(body, delimiter)
    bare = body.rstrip(b"\r\n")
    return bare + b"--" if bare.endswith(delimiter) else body


def _with_crlf(body: bytes, delimiter: bytes) -> bytes:
    """The lines around and in the headers end in CRLF; what is in the parts stays as it is."""
    pieces = re.split(rb"(?:\A|\r?\n)" + re.escape(delimiter), body)
    whole = []
    for piece in pieces:
        head, blank, content = piece.partition(b"\n\n")
        whole.append(head.replace(b"\n", b"\r\n") + (b"\r\n\r\n" + content if blank else b""))
    return (b"\r\n" + delimiter).join(whole)
