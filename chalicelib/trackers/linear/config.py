"""What an admin may set for an install of Linear."""

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ...desk.addresses import check_url
from ...desk.errors import Invalid
from ...desk.strict_json import shaped

CLOUD = "https://api.linear.app"
_TEAM = re.compile(r"[A-Za-z0-9]{1,20}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`team` is its key (ENG) or id; `client_id` that of an OAuth app, whose tokens are exchanged for new ones;
    `api_url` another server than Linear's own, for tests."""

    team: str
    client_id: Annotated[str, Meta(max_length=100)] = ""
    api_url: str = CLOUD


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The config, complete. Invalid names the field, as `config.team`."""
    asked = shaped(config, Asked, "config")
    if not _TEAM.fullmatch(asked.team):
        raise Invalid("team must be a team's key, as in ENG-12, or its id", "config.team")
    check_url(asked.api_url, "config.api_url")
    return msgspec.structs.asdict(asked) | {"api_url": asked.api_url.rstrip("/")}
