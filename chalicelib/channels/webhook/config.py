"""What an admin may set for an install of the generic webhook."""

from typing import Any

import msgspec

from ...desk.addresses import check_url
from ...desk.errors import Invalid
from ...desk.strict_json import shaped


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """`url` is where our messages go (empty: nowhere); `all_rooms` tells it of every shared room."""

    url: str = ""
    all_rooms: bool | None = None


class Asked(Config, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes from outside: nothing but the known fields."""


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The config, complete. Invalid names the field, as `config.url`."""
    asked = shaped(config, Asked, "config")
    if asked.url:
        check_url(asked.url, "config.url")
    if asked.all_rooms and not asked.url:
        raise Invalid("all_rooms needs a url", "config.all_rooms")
    all_rooms = bool(asked.url) if asked.all_rooms is None else asked.all_rooms
    return {"url": asked.url, "all_rooms": all_rooms}
