"""Microsoft Teams, coming in. Light to import: the API's cold path does."""

import json
from typing import Any

from ...desk.arrivals import Arrival, Ignored
from ...desk.envelopes import Envelope, Greeting
from ...desk.errors import Malformed
from ...desk.ids import derived
from ...desk.strict_json import loads_object
from ...desk.workspaces import Install
from ...ports import Secrets

NOTHING = "Parley takes messages here, and no forms."
# What is answered to an invoke, by the beginning of its name: each kind has a shape of its own for "no, and why".
INVOKES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("adaptiveCard/", {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": NOTHING}),
    ("composeExtension/", {"composeExtension": {"type": "message", "text": NOTHING}}),
    ("config/", {"config": {"type": "message", "value": NOTHING}}),
    ("task/", {"task": {"type": "message", "value": NOTHING}}),
    ("tab/", {"tab": {"type": "continue", "value": {"cards": []}}}),
)


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The install's config, complete and valid; raises Invalid naming the field."""
    from .config import check as check_config

    return check_config(config)


def verify(envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
    """Raise Unauthenticated, with the reason in one clause, unless the Bot Connector or an outgoing webhook sent it."""
    from . import auth, config

    auth.check(envelope, config.of(install), secrets, now=now)


def pace(envelope: Envelope, install: Install) -> tuple[str, int] | None:
    """Only a signed sender gets this far."""
    return None


def group(envelope: Envelope) -> str:
    """One order for each channel and chat: an edit in a thread may name the channel alone."""
    body = _read(envelope.body)
    conversation = body.get("conversation") if body else None
    place = conversation.get("id") if isinstance(conversation, dict) else None
    return derived("grp", envelope.install, place.partition(";")[0]) if isinstance(place, str) else envelope.install


def greet(envelope: Envelope, install: Install) -> Greeting:
    """An invoke is answered in the same breath, an outgoing webhook by a message; all else by 202. Malformed for what
    is no activity at all."""
    activity = _read(envelope.body)
    if activity is None:
        raise Malformed("this is no activity: a JSON object is one")
    if activity.get("type") == "invoke":
        name = activity.get("name") if isinstance(activity.get("name"), str) else ""
        return _json(next((answer for begins, answer in INVOKES if str(name).startswith(begins)), {}))
    if "hmac" in envelope.headers.get("authorization", "")[:5].lower():
        return _json({"type": "message", "text": "Thank you: your message has reached us."})
    return Greeting(status=202)


def parse(envelope: Envelope, install: Install) -> list[Arrival]:
    """What it says. Never raises for content."""
    from ...desk.arrivals import of_event
    from ...wire.reading import words
    from . import config
    from .kinds import arrivals

    body = _read(envelope.body)
    if body is None:
        return [Ignored(reason="malformed")]
    found = arrivals(body, config.of(install), envelope.received_at)
    return of_event(found, "/".join(filter(None, (words(body, "conversation", "id"), words(body, "id")))))


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        return loads_object(body)
    except Malformed:
        return None


def _json(body: dict[str, Any]) -> Greeting:
    return Greeting(status=200, headers={"Content-Type": "application/json"}, body=json.dumps(body))
