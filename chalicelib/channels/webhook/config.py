"""What an admin may set for an install of the generic webhook."""

from typing import Any
from urllib.parse import urlsplit

import msgspec

from ...desk.errors import Invalid
from ...desk.strict_json import shaped

MAX_URL = 2000
LOOPBACK = ("localhost", "127.0.0.1", "::1")


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
        _check_url(asked.url)
    if asked.all_rooms and not asked.url:
        raise Invalid("all_rooms needs a url", "config.all_rooms")
    all_rooms = bool(asked.url) if asked.all_rooms is None else asked.all_rooms
    return {"url": asked.url, "all_rooms": all_rooms}


def _check_url(url: str) -> None:
    """What can be told without asking DNS. The way out checks addresses at each call, since they may
    change."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise Invalid("url is not a URL", "config.url") from None
    if len(url) > MAX_URL:
        raise Invalid(f"url is limited to {MAX_URL} characters", "config.url")
    if not url.isascii() or not url.isprintable() or any(mark in url for mark in ' \\"<>'):
        raise Invalid("url must be plain ASCII: a host as xn--…, all else percent-encoded", "config.url")
    if parts.scheme not in ("http", "https") or not host:
        raise Invalid("url must be an https URL", "config.url")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise Invalid("url must be an https URL (http is for loopback alone)", "config.url")
    if parts.username is not None or parts.password is not None:
        raise Invalid("url must not carry a user or password", "config.url")
    if parts.fragment:
        raise Invalid("url must not have a fragment", "config.url")
