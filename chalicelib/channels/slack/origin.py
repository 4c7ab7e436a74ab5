"""Whose an event of Slack's is: of which workspace, on whose side, our own (echo suppression) or somebody's."""

from typing import Any

from ...desk.workspaces import Install
from ...wire.reading import part
from ...wire.reading import words as text
from .ids import ID


def account(body: dict[str, Any], install: Install) -> str:
    """The workspace that the app was installed in and whose copy of the event this is; "" for the install's own. Of an
    organisation-wide install there may be no team (`team_id` null): then it is the organisation."""
    first = next(iter(body["authorizations"]), None) if isinstance(body.get("authorizations"), list) else None
    names = (text(first, "team_id"), text(body, "team_id"), text(first, "enterprise_id"), text(body, "enterprise_id"))
    found = next((name for name in names if ID.match(name)), "")
    return "" if found == install.config.get("team") else found


def vendors(channel: str, install: Install) -> bool:
    """Whether this is the vendor's own side."""
    own = {install.config.get("agent_channel"), *install.config.get("agent_channels", {}).values()}
    return bool(channel) and channel in own


def ours(event: dict[str, Any], body: dict[str, Any]) -> bool:
    """Said by our own app: never taken for anybody's words, whatever else it looks like."""
    app = text(body, "api_app_id")
    if app and app in (text(event, "app_id"), text(event, "bot_profile", "app_id")):
        return True
    known = body.get("authorizations")
    bots = {text(each, "user_id") for each in known if part(each).get("is_bot")} if isinstance(known, list) else set()
    return bool(text(event, "user")) and text(event, "user") in bots
