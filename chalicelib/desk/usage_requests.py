"""What a request of usage holds: events as Segment's HTTP API has them, or CloudEvents over HTTP (1.0).

https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/ and
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

import base64
import binascii
import json
from typing import Any, Literal
from urllib.parse import unquote

import msgspec

from .errors import Malformed, WrongMediaType
from .strict_json import loads_sent

Form = Literal["segment", "cloudevents"]
MOST_BYTES = 1024 * 1024  # of a request, once it is inflated
MOST_EVENTS = 2_500
BATCHES = ("batch", "import")
STRUCTURED, BATCHED = "application/cloudevents+json", "application/cloudevents-batch+json"


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it was given, with what its request says of it: its kind, if the path does; when (RFC 3339) it was
    sent by the sender's own clock; and when (ms) it came."""

    form: Form
    event: Any
    kind: str = ""
    sent_at: str = ""
    received_at: int = 0


def check_size(body: bytes) -> None:
    """Raise Malformed for more than a request holds: Segment's clients know 400 as this answer."""
    if len(body) > MOST_BYTES:
        raise Malformed(f"a request has at most {MOST_BYTES} bytes once it is inflated: it is too large")


def from_segment(name: str, body: dict[str, Any], received_at: int) -> list[Given]:
    """The events of a call `name`: of a batch all, each with the context that the batch has for all. Malformed for a
    batch that is none."""
    sent_at = _text(body.get("sentAt"))
    if name not in BATCHES:
        return [Given(form="segment", event=_without_key(body), kind=name, sent_at=sent_at, received_at=received_at)]
    batch = body.get("batch")
    if not isinstance(batch, list):
        raise Malformed("batch is a list of events", "batch")
    _check_count(batch)
    shared = {key: body[key] for key in ("context", "integrations") if isinstance(body.get(key), dict)}
    return [
        Given(form="segment", event=_shared(event, shared), sent_at=sent_at, received_at=received_at) for event in batch
    ]


def write_key_of(body: dict[str, Any]) -> str:
    """The write key that a body names, as Segment's own clients in browsers do: a beacon has no headers."""
    return _text(body.get("writeKey"))


def from_cloudevents(headers: dict[str, str], body: bytes, received_at: int) -> list[Given]:
    """The events of a request in each of the three content modes. Malformed for what is none, WrongMediaType for
    another format of them than JSON."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == BATCHED:
        events = loads_sent(body)
        if not isinstance(events, list):
            raise Malformed("a batch of CloudEvents is a list")
        _check_count(events)
    elif kind == STRUCTURED:
        events = [loads_sent(body)]
    elif kind.startswith("application/cloudevents"):
        raise WrongMediaType("CloudEvents are taken as JSON", "Content-Type")
    elif "ce-specversion" in headers:
        events = [_binary(headers, kind, body)]
    else:
        raise Malformed("no CloudEvent: neither a content type of CloudEvents nor the header ce-specversion")
    return [Given(form="cloudevents", event=_opened(event), received_at=received_at) for event in events]


def _binary(headers: dict[str, str], kind: str, body: bytes) -> dict[str, Any]:
    """One whose attributes are headers (3.1), in the form of JSON. Values are percent-encoded there."""
    event: dict[str, Any] = {
        name[3:]: unquote(value.strip().strip('"')) for name, value in headers.items() if name.startswith("ce-")
    }
    if kind:
        event["datacontenttype"] = kind
    if not body.strip():
        return event
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise WrongMediaType("the data of an event is taken as JSON", "Content-Type")
    return event | {"data": loads_sent(body)}


def _opened(event: Any) -> Any:
    """With its data as JSON, where they came in base64 (data_base64); where they are none it stays as it is."""
    if not isinstance(event, dict) or not isinstance(event.get("data_base64"), str):
        return event
    try:
        data = loads_sent(base64.b64decode(event["data_base64"], validate=True))
    except (binascii.Error, Malformed):
        return event
    return {**{key: value for key, value in event.items() if key != "data_base64"}, "data": data}


def _check_count(events: list[Any]) -> None:
    if len(events) > MOST_EVENTS:
        raise Malformed(f"a batch has at most {MOST_EVENTS} events: it is too large")


def _shared(event: Any, shared: dict[str, Any]) -> Any:
    return _without_key({**shared, **event}) if isinstance(event, dict) else event


def _without_key(event: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key not in ("writeKey", "sentAt")}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def written(event: Any) -> str:
    """An event as JSON, on one line."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))
