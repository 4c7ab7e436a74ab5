"""A multipart/form-data body (RFC 7578), read by the `multipart` library, with what some clients get wrong.

The library is right to want CRLF and a closing delimiter; scripts send LF alone, or the last delimiter
without its `--`. A body that ends before its last delimiter was cut off, and is refused.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from multipart import (
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from ...desk.arrivals import File
from ...desk.errors import Malformed, TooLarge
from ...desk.files import TYPE, safe_name
from . import charsets
from .body import MAX_FIELDS, Body, gathered

MAX_BOUNDARY = 200
UNKNOWN_TYPE = "application/octet-stream"
FILENAME = re.compile(r""";\s*filename\*\s*=\s*"?([\w-]+)'[^']*'([^;\s"]+)""", re.IGNORECASE | re.ASCII)


def read(body: bytes, content_type: str) -> Body:
    """The values and files. Malformed for what is cut off or no multipart at all."""
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    if not boundary or len(boundary) > MAX_BOUNDARY or not boundary.isascii():
        raise Malformed("the content type names no usable boundary")
    try:
        segments = list(_segments(body, boundary))
    except ParserLimitReached:
        raise TooLarge(f"a form is limited to {MAX_FIELDS} fields with short headers") from None
    except MultipartError:
        raise Malformed("the multipart body is broken or cut off") from None
    return _sorted(segments, charsets.named(content_type))


def _segments(body: bytes, boundary: str) -> Iterator[tuple[MultipartSegment, bytes]]:
    # Headers are read as Latin-1, which loses no byte: `_header` then tells their charset.
    parser = PushMultipartParser(boundary, max_segment_count=MAX_FIELDS, header_charset="latin-1")
    segment: MultipartSegment | None = None
    chunks: list[bytes] = []
    with parser:
        for event in parser.parse(_repaired(body, boundary.encode())):
            if isinstance(event, MultipartSegment):
                segment, chunks = event, []
            elif event is not None:
                chunks.append(bytes(event))
            elif segment is not None:
                yield segment, _decoded(segment, b"".join(chunks))


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


def _decoded(segment: MultipartSegment, content: bytes) -> bytes:
    """RFC 7578 deprecates transfer encodings; some mail-minded clients send them all the same."""
    encoding = (segment.header("Content-Transfer-Encoding") or "").strip().lower()
    if encoding == "quoted-printable":
        return quopri.decodestring(content)
    if encoding != "base64":
        return content
    try:
        return base64.b64decode(content)
    except binascii.Error:
        raise Malformed("a part says that it is base64, and is not") from None


def _sorted(segments: list[tuple[MultipartSegment, bytes]], charset: str) -> Body:
    declared = (content.decode("latin-1") for segment, content in segments if segment.name == "_charset_")
    named = (next(declared, ""), charset)
    pairs, files = [], []
    for segment, content in segments:
        name = _header(segment.name or "", *named)
        filename = _filename(segment, *named)
        if filename is None:
            pairs.append((name, charsets.text(content, segment.charset or "", *named)))
        elif filename or content:  # a file field that was left empty has neither
            files.append((name, File(name=safe_name(filename), type=_type(segment), content=content)))
    return Body(gathered(pairs), files)


def _header(value: str, *names: str) -> str:
    return charsets.text(value.encode("latin-1", "replace"), *names)


def _filename(segment: MultipartSegment, *names: str) -> str | None:
    """RFC 7578 forbids `filename*=UTF-8''…`; clients that send it mean it."""
    found = FILENAME.search(segment.header("Content-Disposition") or "")
    if found:
        return charsets.text(unquote_to_bytes(found[2]), found[1])
    return None if segment.filename is None else _header(segment.filename, *names)


def _type(segment: MultipartSegment) -> str:
    type_ = (segment.content_type or "").partition(";")[0].strip().lower()
    return type_ if TYPE.match(type_) else UNKNOWN_TYPE
