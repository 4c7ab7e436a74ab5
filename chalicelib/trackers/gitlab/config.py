"""What an admin may set for an install of GitLab."""

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from ...desk.addresses import check_url
from ...desk.errors import Invalid
from ...desk.strict_json import shaped

PROJECT = re.compile(r"\d{1,19}|[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*){1,20}", re.ASCII)


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`project` by its path (group/name) or its number; `url` of a server of one's own; `confidential` makes new
    tickets confidential: then no comment on them crosses either."""

    project: Annotated[str, Meta(max_length=300)]
    url: str = "https://gitlab.com"
    confidential: bool = False


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The config, complete. Invalid names the field, as `config.project`."""
    asked = shaped(config, Asked, "config")
    check_url(asked.url, "config.url")
    if urlsplit(asked.url).query:
        raise Invalid("url must not have a query", "config.url")
    if not PROJECT.fullmatch(asked.project):
        raise Invalid("project must be a path, as group/name, or a number", "config.project")
    return msgspec.structs.asdict(asked) | {"url": asked.url.rstrip("/")}
