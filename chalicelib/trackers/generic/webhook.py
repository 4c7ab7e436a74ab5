"""The generic tracker's webhooks: signed hints that something happened to a ticket. Light to import."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from ...desk.arrivals import Ignored, Unsupported
from ...desk.envelopes import Envelope, Greeting
from ...desk.errors import Invalid, Malformed, WrongMediaType
from ...desk.ids import derived
from ...desk.strict_json import loads, shaped
from ...desk.tickets import Happened, Hint
from ...desk.workspaces import Install
from ...ports import Outside, Secrets
from ...wire import standard
from ...wire.reading import moment

if TYPE_CHECKING:
    from .client import GenericTickets


# their word → ours
TYPES: dict[str, Happened] = {
    "ticket.created": "created",
    "ticket.changed": "changed",
    "ticket.moved": "moved_state",
    "ticket.assigned": "assigned",
    "ticket.labelled": "labelled",
    "ticket.transferred": "transferred",
    "ticket.deleted": "deleted",
    "comment.created": "commented",
    "comment.changed": "comment_changed",
    "comment.deleted": "comment_deleted",
    "project.changed": "project_changed",
}
IGNORED = {"ping": "ping"}
MAX_ID = 256
_JSON = re.compile(r"(application/([a-z0-9.+-]+\+)?json)?")


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`url` is where the tracker answers our signed requests."""

    url: str = ""


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook's body. `at` is in ms."""

    type: str
    ticket: str = ""
    comment: str = ""
    at: int = 0
    actor: str = ""
    moved_to: str = ""
    mark: str = ""


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The install's config, complete and valid; raises Invalid naming the field."""
    from ...desk.addresses import check_url

    asked = shaped(config, Config, "config")
    if asked.url:
        check_url(asked.url, "config.url")
    return {"url": asked.url}


def verify(envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
    """Raise Unauthenticated unless a live secret signed it within five minutes."""
    standard.check(envelope.headers, envelope.body, secrets.get("signing", ()), now=now)


def pace(envelope: Envelope, install: Install) -> tuple[str, int] | None:
    """Only a signed sender gets this far."""
    return None


def group(envelope: Envelope) -> str:
    """The ticket; what names none shares the install's."""
    try:
        body = msgspec.json.decode(envelope.body, type=Body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return envelope.install
    return derived("grp", envelope.install, body.ticket) if body.ticket else envelope.install


def greet(envelope: Envelope, install: Install) -> Greeting:
    """202, also for a type that we do not know; what nobody could read is refused at once."""
    if not _JSON.fullmatch(envelope.content_type):
        raise WrongMediaType("this webhook takes application/json")
    _hint(envelope)
    body = f'{{"accepted": true, "id": "{envelope.id}"}}'  # an id of ours needs no escaping
    return Greeting(status=202, headers={"Content-Type": "application/json"}, body=body)


def hints(envelope: Envelope, install: Install) -> list[Hint | Ignored | Unsupported]:
    """What it says; a body that greet would refuse is Ignored, with the place as the reason."""
    try:
        return [_hint(envelope)]
    except Malformed:
        return [Ignored(reason="malformed")]
    except Invalid as refusal:
        place = re.sub(r"[^a-z]+", "-", refusal.field or "body").strip("-")
        return [Ignored(reason=f"invalid-{place}"[:40])]


def _hint(envelope: Envelope) -> Hint | Ignored | Unsupported:
    body = shaped(loads(envelope.body), Body)
    if body.type in IGNORED:
        return Ignored(reason=IGNORED[body.type])
    what = TYPES.get(body.type)
    if what is None:
        return Unsupported(what=re.sub(r"[^\w.:/-]", "_", body.type, flags=re.ASCII)[:64] or "_")
    for name in ("ticket", "comment", "actor", "moved_to", "mark"):
        if len(getattr(body, name)) > MAX_ID:
            raise Invalid(f"{name} is limited to {MAX_ID} characters", name)
    if not body.ticket and what != "project_changed":
        raise Invalid("ticket is needed", "ticket")
    return Hint(
        ticket=body.ticket,
        what=what,
        id=standard.identity(envelope.headers),
        comment=body.comment,
        at=moment(body.at),
        actor=body.actor,
        moved_to=body.moved_to,
        mark=body.mark,
    )


def tickets(install: Install, secrets: Secrets, outside: Outside, *, now: Callable[[], int]) -> "GenericTickets":
    """The way to its API."""
    from .client import GenericTickets

    return GenericTickets(install, secrets, outside, now=now)
