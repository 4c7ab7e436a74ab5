"""What an admin may set for an install of GitHub."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ...desk.addresses import check_url
from ...desk.errors import Invalid
from ...desk.strict_json import shaped
from .words import REPOSITORY

CLOUD = "https://api.github.com"


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`repository` as owner/name; `app_id` (or the client id) where an App is used; `api_url` of a server of one's own
    (https://github.example.com/api/v3); `in_progress_label` says what GitHub has no state for."""

    repository: str
    api_url: str = CLOUD
    app_id: Annotated[str, Meta(max_length=60, pattern=r"^[\w.]*\Z")] = ""
    in_progress_label: Annotated[str, Meta(max_length=50)] = ""


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The config, complete. Invalid names the field, as `config.repository`."""
    asked = shaped(config, Asked, "config")
    if not REPOSITORY.fullmatch(asked.repository):
        raise Invalid("repository must be as owner/name", "config.repository")
    check_url(asked.api_url, "config.api_url")
    settings = msgspec.structs.asdict(asked)
    return settings | {"api_url": asked.api_url.rstrip("/"), "in_progress_label": asked.in_progress_label.strip()}
