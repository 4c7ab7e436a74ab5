"""The three bodies that a form comes in, read into the same shape (body.py)."""

from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import unquote_to_bytes

from ...desk.envelopes import Envelope
from ...desk.errors import Invalid, Malformed, TooLarge, WrongMediaType
from ...desk.strict_json import loads
from ...wire import charsets
from .body import MAX_FIELDS, Body, gathered

MAX_BODY = 6 * 1024 * 1024  # what the gateway lets through to a function


def read(envelope: Envelope, wanted: Collection[str]) -> Body:
    """WrongMediaType, TooLarge or Malformed for what cannot be read. A `wanted` field of the wrong JSON type
    is Invalid; others are left alone."""
    if len(envelope.body) > MAX_BODY:
        raise TooLarge(f"a form is limited to {MAX_BODY} bytes, files included")
    reader = READERS.get(envelope.content_type)
    if reader is None:
        raise WrongMediaType(f"a form is sent as {', '.join(READERS)}")
    return reader(envelope, wanted)


def _urlencoded(envelope: Envelope, _: Collection[str]) -> Body:
    """https://url.spec.whatwg.org/#urlencoded-parsing, but for the charset: a `%` that escapes nothing
    stays."""
    pieces = [piece for piece in envelope.body.split(b"&") if piece]
    if len(pieces) > MAX_FIELDS:
        raise TooLarge(f"a form is limited to {MAX_FIELDS} fields")
    raw = [
        (unquote_to_bytes(name), unquote_to_bytes(value))
        for name, _, value in (piece.replace(b"+", b" ").partition(b"=") for piece in pieces)
    ]
    charset = next((value.decode("latin-1") for name, value in raw if name == b"_charset_"), "")
    names = (charset, charsets.named(envelope.headers.get("content-type", "")))
    pairs = [(charsets.of_form(name, *names), charsets.of_form(value, *names)) for name, value in raw]
    return Body(gathered(pairs), [])


def _json(envelope: Envelope, wanted: Collection[str]) -> Body:
    fields = loads(envelope.body, allow_bom=True)
    if not isinstance(fields, dict):
        raise Malformed("a form sent as JSON is an object")
    return Body({name: _strings(name, value) for name, value in fields.items() if name in wanted}, [])


def _strings(name: str, value: Any) -> list[str]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(one, str) for one in values):
        raise Invalid(f"{name} must be a string", name)
    return values


def _multipart(envelope: Envelope, _: Collection[str]) -> Body:
    from .parts import read as read_multipart

    return read_multipart(envelope.body, envelope.headers.get("content-type", ""))


READERS: dict[str, Callable[[Envelope, Collection[str]], Body]] = {
    "application/x-www-form-urlencoded": _urlencoded,
    "multipart/form-data": _multipart,
    "application/json": _json,
}
