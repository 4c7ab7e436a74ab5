"""Attributes of customers: the types that a workspace declares, what Parley itself knows, which values fit, and
how those of many hands become one (ADR 156)."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

import msgspec

from .customer_totals import Totals
from .customers import Customer, Given
from .errors import Invalid
from .record import Record
from .times import from_date, from_rfc3339
from .usage_meters import Usage

Type = Literal["string", "number", "boolean", "time", "list"]
TYPES: tuple[str, ...] = get_args(Type)
MAX_TYPES = 200  # a workspace
MAX_ATTRIBUTES = 100  # a customer or a user
MAX_BYTES = 64 * 1024
MAX_NAME = 100
WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

# What Parley knows of every customer. Customers cannot have attributes of their own by these names in a filter.
BUILT_IN: dict[str, Type] = {
    "name": "string",
    "external_id": "string",
    "domains": "list",
    "state": "string",
    "language": "string",
    "timezone": "string",
    "first_seen": "time",
    "rooms_open": "number",
    "oldest_wait": "time",
    "last_message_at": "time",
    "members": "number",
    "labels": "list",
    "channels": "list",
    "usage_calls_7d": "number",
    "usage_errors_7d": "number",
    "developers_7d": "number",
    "tokens_7d": "number",
    "last_call_at": "time",
    "usage_trend": "number",
}
BY_USAGE = frozenset({"usage_calls_7d", "usage_errors_7d", "developers_7d", "tokens_7d", "last_call_at", "usage_trend"})
BY_FOOTING = frozenset({"rooms_open", "oldest_wait", "last_message_at", "members", "labels", "channels"})
ASKED_FOR = "\x00asked for"  # no attribute can have this name
MEANINGS: dict[str, str] = {
    "name": "Its name",
    "external_id": "The vendor's own id",
    "domains": "Its mail domains",
    "state": "active, blocked or gone",
    "language": "The language that it reads",
    "timezone": "Where its clock stands",
    "first_seen": "When Parley first heard of it",
    "rooms_open": "How many of its rooms are open and have something said in them",
    "oldest_wait": "Since when the open room that waits longest for the vendor has been waiting",
    "last_message_at": "The hour of the last message in any of its rooms, broadcasts apart",
    "members": "How many active users it has",
    "labels": "The labels of its open rooms",
    "channels": "What its people have spoken over: widget, form, webhook, …",
    "usage_calls_7d": "How many calls it has made today and in the six days before",
    "usage_errors_7d": "How many of them failed",
    "developers_7d": "How many distinct developers made them",
    "tokens_7d": "With how many distinct tokens",
    "last_call_at": "When it last called",
    "usage_trend": "The calls of its last seven whole days, as a multiple of those of the seven before",
}


class AttributeType(Record, frozen=True):
    """What a workspace has declared of one attribute. Its type stays while filters are checked against it. `job` makes
    the values that are there fit."""

    workspace: str
    name: str
    type: Type
    created_at: int
    description: str = ""
    job: str = ""


def instant(value: Any) -> int | None:
    """The moment (ms) that a text in RFC 3339 means, or a date alone: its midnight in UTC. None for what is none."""
    if not isinstance(value, str):
        return None
    at = from_rfc3339(value)
    return from_date(value) if at is None else at


def fits(value: Any, type_: str) -> bool:
    """Whether a value is of a type. A list holds texts."""
    if type_ == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if type_ == "time":
        return instant(value) is not None
    if type_ == "list":
        return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
    return isinstance(value, bool if type_ == "boolean" else str)


def named(name: str) -> str:
    """An attribute's name; Invalid for what is none."""
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise Invalid("an attribute's name is a short text", "attributes")
    return name


def check(attributes: dict[str, Any], types: dict[str, Type]) -> None:
    """Invalid for too many or too large ones, and, naming `attributes.<name>`, for a value that is not of its declared
    type. None (null) is no value."""
    if len(attributes) > MAX_ATTRIBUTES:
        raise Invalid(f"one has at most {MAX_ATTRIBUTES} attributes", "attributes")
    for name in attributes:
        named(name)
    if len(msgspec.json.encode(attributes)) > MAX_BYTES:
        raise Invalid(f"attributes take at most {MAX_BYTES} bytes", "attributes")
    for name, value in attributes.items():
        if name in types and value is not None and not fits(value, types[name]):
            raise Invalid(f"this is declared as a {types[name]}", f"attributes.{name}")


def check_changed(attributes: dict[str, Any], there: dict[str, Any], types: dict[str, Type]) -> None:
    """As `check`; but what stays as it is `there` was checked when it came, and its type may be younger."""
    stays = {name for name, value in attributes.items() if name in there and _same(value, there[name])}
    check(attributes, {name: type_ for name, type_ in types.items() if name not in stays})


def merged(there: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes after a change by name: what it does not name stays, what it names as None (null) is gone (JSON
    Merge Patch, RFC 7396, of one level)."""
    after = {**there, **changes}
    return {name: value for name, value in after.items() if name not in changes or value is not None}


def given_after(
    given: Mapping[str, Given], before: Mapping[str, Any], after: Mapping[str, Any], *, now: Given
) -> dict[str, Given]:
    """Whose each value is `after` a change of `now`. A value that is said again keeps its source."""
    came = {name: now for name, value in after.items() if name not in before or not _same(value, before[name])}
    return {name: came.get(name) or given[name] for name in after if name in came or name in given}


def _same(one: Any, other: Any) -> bool:
    """As JSON tells them apart: 1 is not true."""
    return msgspec.json.encode(one) == msgspec.json.encode(other)


def read(text: str, type_: Type) -> Any:
    """A text as a value of a type that is no list's; Invalid for what is none."""
    if type_ == "number":
        try:
            return int(text) if re.fullmatch(r"-?\d{1,15}", text, re.ASCII) else _finite(text)
        except ValueError:
            raise Invalid("not a number") from None
    if type_ == "boolean":
        if text.lower() not in WORDS:
            raise Invalid("neither true nor false")
        return WORDS[text.lower()]
    if type_ == "time" and instant(text) is None:
        raise Invalid("not a time (RFC 3339)")
    return text


def _finite(text: str) -> float:
    value = float(text)
    if value - value != 0:  # NaN and the infinities are no JSON
        raise ValueError(text)
    return value


def values_of(
    customer: Customer, totals: Totals, asked_for: Iterable[str] = (), *, usage: Usage | None = None
) -> dict[str, Any]:
    """What filters read: a customer's own attributes, and what Parley knows, which wins. Its times are in ms.
    `asked_for` are, of the issues that a filter asks about, those that the customer is behind; `usage` is None where
    it never called."""
    return {
        **customer.attributes,
        "name": customer.name,
        "external_id": customer.external_id,
        "domains": customer.domains,
        "state": customer.state,
        "language": customer.language or None,
        "timezone": customer.timezone or None,
        "first_seen": customer.created_at,
        "rooms_open": totals.rooms_open,
        "oldest_wait": totals.oldest_wait or None,
        "last_message_at": totals.last_message_at or None,
        "members": totals.members,
        "labels": totals.labels,
        "channels": totals.channels,
        "usage_calls_7d": usage.calls_7d if usage else 0,
        "usage_errors_7d": usage.errors_7d if usage else 0,
        "developers_7d": usage.developers_7d if usage else 0,
        "tokens_7d": usage.tokens_7d if usage else 0,
        "last_call_at": usage.last_call_at or None if usage else None,
        "usage_trend": usage.trend if usage else None,
        ASKED_FOR: tuple(asked_for),
    }
