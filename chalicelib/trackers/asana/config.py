"""What an admin may set for an install of Asana."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ...desk.addresses import check_url
from ...desk.strict_json import shaped

CLOUD = "https://app.asana.com"


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`project` by its gid, the number in its URL; with `sections` the project's sections are states too, beside
    completed or not."""

    project: Annotated[str, Meta(pattern=r"^\d{1,30}\Z")]
    sections: bool = True
    url: str = CLOUD


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The config, complete. Invalid names the field, as `config.project`."""
    asked = shaped(config, Asked, "config")
    check_url(asked.url, "config.url")
    return msgspec.structs.asdict(asked) | {"url": asked.url.rstrip("/")}
