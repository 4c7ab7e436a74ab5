"""Who asks, as they themselves see it, and visitors: the bodies and views of `/v1/me` and `/v1/visitors`."""

from typing import Annotated

from msgspec import Meta

from .answers import CustomerRef, Email, PersonName, Time, View
from .rooms import RoomView
from .texts import Written


class NamedRef(View, frozen=True):
    """A workspace by its name."""

    id: str
    name: str


class OwnCustomer(CustomerRef, frozen=True):
    """The customer that somebody belongs to."""

    name: str


class MeView(View, frozen=True):
    """Who asks. `room` is the one that a visitor's token opens; `live` the address of the WebSocket. `figures`: whether
    the workspace shares the figures of one's customer; `usage`: whether it shares its usage. `address_proven`: whether
    the address that a visitor gave is proven to be theirs; null where there is none to prove."""

    kind: str
    id: str
    name: str
    external_id: str | None
    role: str | None
    workspace: NamedRef
    customer: OwnCustomer | None
    room: str | None
    figures: bool
    usage: bool
    address_proven: bool | None
    live: str
    expires_at: Time | None


class NewVisitor(Written, frozen=True):
    """Somebody without a token, and what they ask, in CommonMark or as `plain` characters."""

    workspace: Annotated[str, Meta(min_length=1, max_length=100)]
    name: PersonName
    email: Annotated[Email, Meta(min_length=3)]
    text: str


class VisitorView(View, frozen=True):
    """A visitor's room, and the token that opens it and nothing else."""

    id: str
    token: str
    room: RoomView
