"""What all requests and answers of the API are made of. The OpenAPI document is generated from them, each noun's in
a file of its own beside this."""

from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ...desk.errors import Invalid
from ...desk.names import MAX_ID, MAX_NAME, given_name
from ...desk.times import LAST_MS, from_rfc3339, rfc3339

# Python's `$` also matches before a line's end: hence the look-ahead, which no other reader of the pattern minds.
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$(?!\n)")]
PersonName = Annotated[
    str,
    Meta(min_length=1, description=f"Cleaned into one line, and cut to {MAX_NAME} characters", examples=["Ann Smith"]),
]
ExternalId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_ID,
        description="The vendor's own id: printable, no space around it, composed (NFC)",
        examples=["acme"],
    ),
]
Email = Annotated[str, Meta(max_length=254, pattern=r"^([^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+)?$(?!\n)")]
OptOut = Annotated[
    str, Meta(max_length=40, pattern=r"^(\*|[a-z0-9_-]+)$(?!\n)", description="A kind of broadcasts; * for all")
]
Contact = Annotated[
    str,
    Meta(
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)",
        description="The user whom the vendor knows there: their external id",
    ),
]
Language = Annotated[
    str,
    Meta(
        max_length=35,
        pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$(?!\n)",
        description="BCP 47",
        examples=["de", "pt-BR"],
    ),
]
OwnCalendar = Annotated[
    str, Meta(max_length=60, description="The calendar by whose hours what it is owed is due; empty: its policy's")
]
TimeZone = Annotated[
    str,
    Meta(max_length=64, pattern=r"^[A-Za-z0-9_+/-]*$(?!\n)", description="IANA's name", examples=["Europe/Berlin"]),
]
Time = Annotated[str, Meta(description="RFC 3339, in UTC", examples=["2026-01-31T12:00:00.000Z"])]
PAGED = ("limit", "cursor")  # the query of a route that answers pages


def time_of(ms: int) -> str | None:
    """A moment as the API shows it."""
    return rfc3339(ms) if ms else None


def moment_of(text: str | None, field: str = "at") -> int:
    """A time of a request in ms, 0 for none; Invalid for what is none. Before 1970 and after 9999 nothing happens."""
    if text is None:
        return 0
    at = from_rfc3339(text)
    if at is None:
        raise Invalid("a time as RFC 3339 has it, with its offset from UTC", field)
    return min(max(at, 1), LAST_MS)


def day_of(text: str | None, field: str) -> date | None:
    """A day of a request, None for no word; Invalid for what is none."""
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not date(1970, 1, 2) <= found <= date(9998, 12, 31) or found.isoformat() != text:
        raise Invalid("a day, such as 2026-11-30", field)
    return found


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request: unknown fields are refused, by name."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """An answer."""


def named_fields(body: Any) -> dict[str, Any]:
    """The fields that a change names, but for how its texts came."""
    found = msgspec.structs.asdict(body).items()
    return {name: value for name, value in found if value is not msgspec.UNSET and name != "format"}


def named(body: Any) -> dict[str, Any]:
    """The fields that a change of a person or company names, the name as it is kept."""
    fields = named_fields(body)
    return {**fields, "name": given_name(fields["name"])} if "name" in fields else fields


class CustomerRef(View, frozen=True):
    """Which customer."""

    id: str
    external_id: str


class PersonView(View, frozen=True):
    """Somebody, in short."""

    kind: str
    id: str
    name: str


class Health(View, frozen=True):
    """It is up."""

    status: str
    version: str


class Problem(View, frozen=True):
    """RFC 9457. `code` is stable; `field` names the place that is wrong."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    field: str = ""
