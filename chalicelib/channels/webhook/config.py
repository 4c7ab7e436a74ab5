"""What an admin may set for an install of the generic webhook."""

from typing import Any

import msgspec

from ...desk.addresses import check_url
from ...desk.errors import Invalid
from ...desk.strict_json import shaped


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """`url` is where our messages go (empty: nowhere); `all_rooms` tells it of every shared room, `events` of more."""

    url: str = ""
    all_rooms: bool | None = None
    events: list[str] = []


class Asked(Config, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes from outside: nothing but the known fields."""


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The config, complete. Invalid names the field, as `config.url`."""
    asked = shaped(config, Asked, "config")
    if asked.url:
        check_url(asked.url, "config.url")
    if asked.all_rooms and not asked.url:
        raise Invalid("all_rooms needs a url", "config.all_rooms")
    if asked.events and not asked.url:
        raise Invalid("events need a url", "config.events")
    _check_types(asked.events)
    all_rooms = bool(asked.url) if asked.all_rooms is None else asked.all_rooms
    events = {"events": sorted(set(asked.events))} if asked.events else {}
    return {"url": asked.url, "all_rooms": all_rooms, **events}


def _check_types(events: list[str]) -> None:
    from ...desk.event_types import CHOSEN

    for place, name in enumerate(events):
        if name not in CHOSEN:
            raise Invalid("there is no such type of event to choose", f"config.events[{place}]")
