"""Telegram, coming in: a bot's updates (https://core.telegram.org/bots/api#update). Light to import: the API's cold
path does.

Telegram signs nothing: it says a secret that its webhook was made with. An update that is not answered by 2xx comes
again, in order.
"""

import hmac
from collections.abc import Sequence
from typing import Any

from ...desk.arrivals import Arrival, Ignored
from ...desk.envelopes import Envelope, Greeting
from ...desk.errors import Malformed, Unauthenticated
from ...desk.ids import derived
from ...desk.strict_json import loads_object
from ...desk.workspaces import Install
from ...ports import Secrets

HEADER = "x-telegram-bot-api-secret-token"


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The install's config, complete and valid; raises Invalid naming the field."""
    from .config import check as check_config

    return check_config(config)


def secret_token(secret: str) -> str:
    """An install's secret in the characters that Telegram takes for one (`A-Z`, `a-z`, `0-9`, `_`, `-`)."""
    return "".join(each if each.isascii() and each.isalnum() else "-" if each == "-" else "_" for each in secret)[:256]


def verify(envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
    """Raise Unauthenticated unless it says a live secret; compared in constant time."""
    said = envelope.headers.get(HEADER, "").encode("utf-8", "replace")
    if not said:
        raise Unauthenticated(f"{HEADER} is missing")
    if not _is_one_of(said, secrets.get("signing", ())):
        raise Unauthenticated(f"{HEADER} is not the install's")


def _is_one_of(said: bytes, secrets: Sequence[str]) -> bool:
    found = [hmac.compare_digest(said, secret_token(secret).encode()) for secret in secrets if secret]
    return any(found)


def pace(envelope: Envelope, install: Install) -> tuple[str, int] | None:
    """Only Telegram gets this far."""
    return None


def group(envelope: Envelope) -> str:
    """One order for each chat; what is in none has the install's."""
    update = _read(envelope.body) or {}
    for each in update.values():
        chat = each.get("chat") if isinstance(each, dict) else None
        id_ = chat.get("id") if isinstance(chat, dict) else None
        if isinstance(id_, int):
            return derived("grp", envelope.install, str(id_))
    return envelope.install


def greet(envelope: Envelope, install: Install) -> Greeting:
    """200 at once. Malformed for what is no update."""
    if _read(envelope.body) is None:
        raise Malformed("this is no update: a JSON object is one")
    return Greeting(status=200)


def parse(envelope: Envelope, install: Install) -> list[Arrival]:
    """What it says. Never raises for content."""
    from ...desk.arrivals import of_event
    from . import config
    from .updates import arrivals, name_of

    update = _read(envelope.body)
    if update is None:
        return [Ignored(reason="malformed")]
    return of_event(arrivals(update, config.of(install), envelope.received_at), name_of(update))


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        return loads_object(body)
    except Malformed:
        return None
