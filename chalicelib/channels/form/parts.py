"""The values and files of a form that was sent as multipart/form-data (RFC 7578)."""

import base64
import binascii
import quopri
import re
from urllib.parse import unquote_to_bytes

from multipart import MultipartSegment

from ...desk.arrivals import File
from ...desk.errors import Malformed
from ...desk.files import TYPE, safe_name
from ...wire import charsets
from ...wire.multipart import bytes_of, segments
from .body import MAX_FIELDS, Body, gathered

UNKNOWN_TYPE = "application/octet-stream"
FILENAME = re.compile(r""";\s*filename\*\s*=\s*"?([\w-]+)'[^']*'([^;\s"]+)""", re.IGNORECASE | re.ASCII)


def read(body: bytes, content_type: str) -> Body:
    """The values and files. Malformed for what is cut off or no multipart at all."""
    found = [(segment, _decoded(segment, raw)) for segment, raw in segments(body, content_type, most=MAX_FIELDS)]
    return _sorted(found, charsets.named(content_type))


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


def _sorted(found: list[tuple[MultipartSegment, bytes]], charset: str) -> Body:
    declared = (content.decode("latin-1") for segment, content in found if segment.name == "_charset_")
    named = (next(declared, ""), charset)
    pairs, files = [], []
    for segment, content in found:
        name = charsets.of_form(bytes_of(segment.name or ""), *named)
        filename = _filename(segment, *named)
        if filename is None:
            pairs.append((name, charsets.of_form(content, segment.charset or "", *named)))
        elif filename or content:  # a file field that was left empty has neither
            files.append((name, File(name=safe_name(filename), type=_type(segment), content=content)))
    return Body(gathered(pairs), files)


def _filename(segment: MultipartSegment, *names: str) -> str | None:
    """RFC 7578 forbids `filename*=UTF-8''…`; clients that send it mean it."""
    found = FILENAME.search(segment.header("Content-Disposition") or "")
    if found:
        return charsets.of_form(unquote_to_bytes(found[2]), found[1])
    return None if segment.filename is None else charsets.of_form(bytes_of(segment.filename), *names)


def _type(segment: MultipartSegment) -> str:
    type_ = (segment.content_type or "").partition(";")[0].strip().lower()
    return type_ if TYPE.match(type_) else UNKNOWN_TYPE
