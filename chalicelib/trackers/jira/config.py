"""What an admin may set for an install of Jira."""

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from ...desk.addresses import check_url
from ...desk.errors import Invalid
from ...desk.strict_json import shaped

CLOUD_HOSTS = (".atlassian.net", ".jira.com")
SETTABLE = re.compile(
    r"customfield_\d{1,9}|priority|components|versions|fixVersions|environment|duedate|assignee|reporter|parent|security"
)


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`url` of the site, `project` by its key, `issue_type` of new tickets by its name; `fields` are what new tickets
    carry besides (a project may require some), as Jira's API takes them. `deployment` follows from the host unless it
    is set. `cloud_id` is the site's, where the token has scopes: it is taken at Atlassian's gateway alone."""

    url: str
    project: Annotated[str, Meta(max_length=60)]
    issue_type: Annotated[str, Meta(min_length=1, max_length=60)] = "Task"
    deployment: Literal["", "cloud", "data_center"] = ""
    fields: dict[str, Any] = {}
    cloud_id: Annotated[str, Meta(pattern=r"^([0-9a-fA-F-]{36})?\Z")] = ""


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The config, complete. Invalid names the field, as `config.url`."""
    asked = shaped(config, Asked, "config")
    check_url(asked.url, "config.url")
    if urlsplit(asked.url).hostname == "api.atlassian.com":
        raise Invalid("url is the site's own address: the gateway's is known by cloud_id", "config.url")
    if urlsplit(asked.url).query:
        raise Invalid("url must not have a query", "config.url")
    if not re.fullmatch(r"[A-Z][A-Z0-9_]{1,59}", asked.project):
        raise Invalid("project must be a key, as ACME", "config.project")
    for name in asked.fields:
        if not SETTABLE.fullmatch(name):
            raise Invalid("that is not a field that may be set", f"config.fields.{name[:60]}")
    settings = msgspec.structs.asdict(asked)
    return settings | {"url": asked.url.rstrip("/"), "deployment": asked.deployment or _deployment(asked.url)}


def _deployment(url: str) -> str:
    host = urlsplit(url).hostname or ""
    return "cloud" if host.endswith(CLOUD_HOSTS) else "data_center"
