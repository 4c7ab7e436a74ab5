"""Slack, coming in: events, commands, interactions, all to one address. Light to import: the API's cold path does."""

import re
from typing import Any

from ...desk.arrivals import Arrival, Ignored
from ...desk.envelopes import Envelope, Greeting
from ...desk.errors import Malformed
from ...desk.ids import derived
from ...desk.workspaces import Install
from ...ports import Secrets
from . import signature

_CHANNEL = re.compile(rb'"channel"\s*:\s*"([A-Z0-9]{2,31})"')
_JSON = {"Content-Type": "application/json"}


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The install's config, complete and valid; raises Invalid naming the field."""
    from .config import check as check_config

    return check_config(config)


def verify(envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
    """Raise Unauthenticated, with the reason in one clause, unless a live secret signed it within five minutes."""
    signature.check(envelope.headers, envelope.body, secrets.get("signing", ()), now=now)


def pace(envelope: Envelope, install: Install) -> tuple[str, int] | None:
    """Only Slack gets this far."""
    return None


def group(envelope: Envelope) -> str:
    """One order for each channel; commands and interactions share the install's."""
    found = _CHANNEL.search(envelope.body)
    return derived("grp", envelope.install, found[1].decode()) if found else envelope.install


def greet(envelope: Envelope, install: Install) -> Greeting:
    """200 at once, and what Slack wants to hear: the challenge, an empty body for views, a word to who typed a command.
    Malformed for what Slack never sends."""
    from ...wire.reading import words as text
    from .body import read

    kind, body = read(envelope)
    if kind == "event" and body.get("type") == "url_verification":
        return Greeting(status=200, headers={"Content-Type": "text/plain"}, body=text(body, "challenge")[:2000])
    if kind == "interaction" and body.get("type") in ("block_suggestion", "dialog_suggestion"):
        return Greeting(status=200, headers=_JSON, body='{"options": []}')
    if kind == "command" and not body.get("ssl_check"):
        from .orders import word

        return Greeting(status=200, headers=_JSON, body=word(body))
    return Greeting(status=200)


def parse(envelope: Envelope, install: Install) -> list[Arrival]:
    """What it says."""
    from ...desk.arrivals import of_event
    from ...wire.reading import words
    from .body import read
    from .events import arrivals
    from .orders import commanded, interacted

    try:
        kind, body = read(envelope)
    except Malformed:
        return [Ignored(reason="malformed")]
    if kind == "command":
        return [commanded(body, install)]
    if kind == "interaction":
        return [interacted(body, install)]
    return of_event(arrivals(body, install, envelope.received_at), words(body, "event_id"))
