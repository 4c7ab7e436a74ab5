"""The generic signed webhook, coming in. Light to import: the API's cold path does."""

import re
from typing import Any

import msgspec

from ...desk.arrivals import Arrival, Ignored, of_event
from ...desk.envelopes import Envelope, Greeting
from ...desk.errors import Malformed, Refusal, TooLarge, WrongMediaType
from ...desk.ids import derived
from ...desk.strict_json import loads
from ...desk.workspaces import Install
from ...ports import Secrets
from ...wire import standard
from .events_in import arrival

_JSON = re.compile(r"(application/([a-z0-9.+-]+\+)?json)?")


class Who(msgspec.Struct):
    """As much of a customer as names a conversation."""

    external_id: str = ""


class Where(msgspec.Struct):
    """As much of a body as names its conversation."""

    customer: Who | None = None
    room: str | None = None


_where = msgspec.json.Decoder(Where)


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The install's config, complete and valid; raises Invalid naming the field."""
    from .config import check as check_config

    return check_config(config)


def verify(envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
    """Raise Unauthenticated, with the reason in one clause, unless a live secret signed it within five
    minutes."""
    standard.check(envelope.headers, envelope.body, secrets.get("signing", ()), now=now)


def pace(envelope: Envelope, install: Install) -> tuple[str, int] | None:
    """Only a signed sender gets this far."""
    return None


def group(envelope: Envelope) -> str:
    """One order for each room of each customer; what names none shares the install's. Skims the body: greet
    reads it strictly."""
    try:
        where = _where.decode(envelope.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return envelope.install
    if where.customer is None or not where.customer.external_id:
        return envelope.install
    return derived("grp", envelope.install, where.customer.external_id, where.room or "")


def greet(envelope: Envelope, install: Install) -> Greeting:
    """202, also for a type that we do not know. WrongMediaType, Malformed, Invalid or TooLarge, naming the
    field, for what nobody could handle: the sender is told at once, and retries nothing."""
    if not _JSON.fullmatch(envelope.content_type):
        raise WrongMediaType("this webhook takes application/json")
    _arrival(envelope)
    body = f'{{"accepted": true, "id": "{envelope.id}"}}'  # an id of ours needs no escaping
    return Greeting(status=202, headers={"Content-Type": "application/json"}, body=body)


def parse(envelope: Envelope, install: Install) -> list[Arrival]:
    """What it says; a body that greet would refuse is Ignored, with the place as the reason."""
    try:
        return of_event([_arrival(envelope)], envelope.headers.get("webhook-id", ""))
    except Malformed:
        return [Ignored(reason="malformed")]
    except Refusal as refusal:
        kind = "too-large" if isinstance(refusal, TooLarge) else "invalid"
        place = re.sub(r"[^a-z]+", "-", refusal.field or "body").strip("-")
        return [Ignored(reason=f"{kind}-{place}")]


def _arrival(envelope: Envelope) -> Arrival:
    return arrival(loads(envelope.body), standard.identity(envelope.headers) or envelope.id, envelope.received_at)
