"""Reads an event of usage into a line of the raw log, or says why not: one bad event of a hundred is set aside alone.

What no line may hold is taken out first: traits that the source does not keep, and API keys, for which a hash stands.
"""

import hashlib
from typing import Any

import msgspec

from .errors import Invalid, Malformed
from .ids import derived
from .names import check_id
from .strict_json import check_depth
from .times import from_rfc3339
from .usage_events import NAMES, TOKEN, Kind, UsageLine, token_of
from .usage_requests import Given, written
from .usage_sources import Mode, Source

MOST_EVENT = 32 * 1024  # bytes of an event, as Segment has it
MOST_DEPTH = 32
MOST_CALLS = 1_000_000_000
MOST_NAME, MOST_WORD = 200, 60  # characters
FIRST_MS = 946_684_800_000  # the year 2000: what says that it is older has no clock
KINDS: dict[str, Kind] = {
    "identify": "identify",
    "group": "group",
    "track": "track",
    "page": "page",
    "screen": "screen",
    "alias": "alias",
}
PUBLIC = frozenset(("track", "page", "screen"))  # what a key that everybody can read may send
# Why an event is set aside. The words are the API's; the console has its own.
REASONS = {
    "no_object": "the event is no JSON object",
    "too_large": f"the event has more than {MOST_EVENT} bytes",
    "too_deep": f"the event is nested deeper than {MOST_DEPTH} levels",
    "no_kind": "the event's type is none of identify, group, track, page, screen, alias",
    "no_cloudevent": "a CloudEvent has specversion 1.0, and an id, a source and a type that are texts",
    "no_data": "the data of a CloudEvent are no JSON object",
    "public_key": "a public key does not identify, group or set traits: a server does",
    "nobody": "the event names neither a user (userId, anonymousId) nor a group (groupId, context.groupId)",
    "no_group": "a group has a groupId",
    "no_alias": "an alias has a userId and a previousId",
    "no_name": f"the event has no name of 1 to {MOST_NAME} printable characters",
    "bad_id": "an id is an integer, or a text of 1 to 200 printable characters without space around it, in NFC",
    "bad_call": "calls is an integer from 1, errors one up to calls, status an integer, key and error are texts",
}


class Unfit(Exception):
    """An event that no line can be made of, for one of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason])
        self.reason = reason


def cleaned(given: Given, source: Source) -> Given:
    """The event without what is never kept."""
    event = given.event
    if not isinstance(event, dict):
        return given
    of = "data" if given.form == "cloudevents" else "properties"
    if isinstance(event.get(of), dict) and isinstance(event[of].get("key"), str):
        event = event | {of: event[of] | {"key": token_of(source.workspace, event[of]["key"])}}
    if given.form == "segment":
        event = _kept(event, source)
        if isinstance(event.get("context"), dict):
            event = event | {"context": _kept(event["context"], source)}
    return msgspec.structs.replace(given, event=event)


def _kept(holder: dict[str, Any], source: Source) -> dict[str, Any]:
    """With those traits alone that the source keeps; of a public one none."""
    traits = holder.get("traits")
    kept = () if source.kind == "browser" else source.traits
    if kept is None or traits is None:
        return holder
    named = {name: traits[name] for name in kept if name in traits} if isinstance(traits, dict) else {}
    rest = {key: value for key, value in holder.items() if key != "traits"}
    return rest | {"traits": named} if named else rest


def line_of(given: Given, source: Source, mode: Mode) -> UsageLine:
    """The line of an event that was `cleaned`. Raises Unfit."""
    event = given.event
    if not isinstance(event, dict):
        raise Unfit("no_object")
    text = written(event)
    if len(text.encode()) > MOST_EVENT:
        raise Unfit("too_large")
    try:
        check_depth(text, MOST_DEPTH)
    except Malformed:
        raise Unfit("too_deep") from None
    fields = _of_cloudevent(event) if given.form == "cloudevents" else _of_segment(event, given)
    if source.kind == "browser":
        fields = _public(fields)
    if not (fields["user"] or fields["anonymous"] or fields["customer"]):
        raise Unfit("nobody")
    fields |= _meant(fields, source, mode)
    fields["id"] = fields["id"] or hashlib.sha256(f"{source.id}\n{given.kind}\n{text}".encode()).hexdigest()[:32]
    return UsageLine(
        source=source.id, received_at=given.received_at, event=msgspec.Raw(text.encode()), **_timed(fields, given)
    )


def _of_segment(event: dict[str, Any], given: Given) -> dict[str, Any]:
    kind = KINDS.get(given.kind or str(event.get("type", "")))
    if kind is None:
        raise Unfit("no_kind")
    context = event["context"] if isinstance(event.get("context"), dict) else {}
    fields = {
        "id": _message_id(event.get("messageId")),
        "kind": kind,
        "name": "",
        "customer": _id(_first(event.get("groupId"), context.get("groupId"))),
        "user": _id(event.get("userId")),
        "anonymous": _id(event.get("previousId" if kind == "alias" else "anonymousId")),
        "at": _first(event.get("originalTimestamp"), event.get("timestamp")),
        "properties": event.get("properties") if isinstance(event.get("properties"), dict) else {},
    }
    if kind == "track":
        fields["name"] = _name(event.get("event"))
    elif kind in ("page", "screen") and event.get("name"):
        fields["name"] = _name(event["name"])
    elif kind == "group" and not fields["customer"]:
        raise Unfit("no_group")
    elif kind == "alias" and not (fields["user"] and fields["anonymous"]):
        raise Unfit("no_alias")
    return fields


def _of_cloudevent(event: dict[str, Any]) -> dict[str, Any]:
    """Whose event it is say the extension attributes `customer`, `user` and `anonymous`, else the data."""
    named = [event.get(name) for name in ("id", "source", "type")]
    if event.get("specversion") != "1.0" or not all(isinstance(text, str) and text for text in named):
        raise Unfit("no_cloudevent")
    data = event.get("data")
    if data is None and "data_base64" not in event:
        data = {}
    if not isinstance(data, dict):
        raise Unfit("no_data")
    return {
        "id": derived("ce", str(event["source"]), str(event["id"])),  # an id is one of its source's
        "kind": "track",
        "name": _name(event["type"]),
        **{who: _id(_first(event.get(who), data.get(who))) for who in ("customer", "user", "anonymous")},
        "at": event.get("time"),
        "properties": data,
    }


def _public(fields: dict[str, Any]) -> dict[str, Any]:
    if fields["kind"] not in PUBLIC:
        raise Unfit("public_key")
    return fields | {"customer": ""}


def _meant(fields: dict[str, Any], source: Source, mode: Mode) -> dict[str, Any]:
    """What an event means by its name, and the figures of a call; what a browser says counts as one call."""
    properties = fields.pop("properties")
    means = NAMES.get(source.names.get(fields["name"], fields["name"]), "") if fields["kind"] == "track" else ""
    found: dict[str, Any] = {"means": means, "test": mode == "test" or properties.get("test") is True}
    if not means:
        return found
    token = properties.get("key", "")
    if not isinstance(token, str):
        raise Unfit("bad_call")
    found["token"] = token if TOKEN.fullmatch(token) else ""
    return found | _call(properties, public=source.kind == "browser") if means == "called" else found


def _call(properties: dict[str, Any], *, public: bool) -> dict[str, Any]:
    calls, error = _count(properties.get("calls", 1), 1, MOST_CALLS), _class(properties)
    errors = _count(properties.get("errors", calls if error else 0), 0, calls)
    if public:
        calls, errors = 1, min(1, errors)
    words = {name: _word(properties.get(name)) for name in ("sdk", "sdk_version")}
    return words | {"calls": calls, "errors": errors, "error": (error or "unknown") if errors else ""}


def _class(properties: dict[str, Any]) -> str:
    """The class of an error: the vendor's word, else that of the status; "" for none."""
    error, status = properties.get("error"), properties.get("status")
    if isinstance(error, str) and error.strip():
        return _word(error)
    if error not in (None, "", False) or isinstance(status, bool):
        raise Unfit("bad_call")
    if isinstance(status, str) and status.isascii() and status.isdigit() and len(status) == 3:
        status = int(status)
    if status is None:
        return ""
    if not isinstance(status, int) or not 100 <= status <= 599:
        raise Unfit("bad_call")
    return f"{status // 100}xx" if status >= 400 else ""


def _count(value: Any, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Unfit("bad_call")
    return value


def _word(value: Any) -> str:
    """A short text of the vendor's own list; "" for none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    text = value if isinstance(value, str) else ""
    return "".join(c for c in text if c.isprintable())[:MOST_WORD].strip()


def _timed(fields: dict[str, Any], given: Given) -> dict[str, Any]:
    """With `at`: by how much the sender's clock is off is known where it says when it sent."""
    at, sent = _moment(fields["at"]), _moment(given.sent_at)
    if at and sent:
        at += given.received_at - sent
    return fields | {"at": at if FIRST_MS <= at <= given.received_at else given.received_at}


def _moment(value: Any) -> int:
    """A time (ms) of a sender; one without an offset is in UTC. 0 for none."""
    if not isinstance(value, str):
        return 0
    return from_rfc3339(value) or from_rfc3339(value + "Z") or 0


def _id(value: Any) -> str:
    """An id of the vendor's own; "" for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    try:
        return check_id(value) if isinstance(value, str) else _bad_id()
    except Invalid:
        raise Unfit("bad_id") from None


def _bad_id() -> str:
    raise Unfit("bad_id")


def _message_id(value: Any) -> str:
    """By which repeats are known; one that is too long is told by its hash."""
    if not isinstance(value, str) or not value:
        return ""
    return value if len(value) <= MOST_NAME and value.isprintable() else derived("msg", value)


def _name(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MOST_NAME or not value.isprintable():
        raise Unfit("no_name")
    return value


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None and value != ""), None)
