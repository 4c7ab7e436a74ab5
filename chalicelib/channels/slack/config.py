"""What an admin may set for an install of Slack, and the scopes that its token needs."""

import re
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from ...desk.errors import Invalid
from ...desk.strict_json import shaped
from ...desk.workspaces import Bots

# scope → what it is for. infra/manifests/slack.json asks for these.
SCOPES = {
    "channels:history": "read messages of public channels",
    "groups:history": "read messages of private channels",
    "channels:read": "follow renames and archiving of public channels",
    "groups:read": "follow renames and archiving of private channels",
    "chat:write": "write, edit and delete its own messages",
    "chat:write.customize": "show the author's name and picture",
    "commands": "take /parley",
    "files:read": "fetch files that people share",
    "files:write": "share files",
    "im:write": "tell agents in private what concerns them",
    "metadata.message:read": "recognise its own messages by their mark",
    "reactions:read": "see reactions",
    "reactions:write": "put reactions",
    "users:read": "know people by name and picture",
    "users:read.email": "recognise agents by their address",
}
SLACK = "https://slack.com"
CHANNEL = re.compile(r"[CG][A-Z0-9]{2,30}\Z")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """`team` is the vendor's own (T…): people's addresses are trusted there alone; empty asks Slack. In
    `agent_channel` each room is a thread; `agent_channels` are those of single customers, by their ids. `answers` says
    whether what agents write in such a thread goes out unless it begins with `note:` (or 🔒), or stays inside unless it
    begins with `reply:`. `threads` of customers' channels stay in the room, or become `rooms` with their first answer.
    Other `bots` are heard, and put nobody on the hook unless they ask, or answer; or they are ignored. Among agents
    what they say stays inside unless they answer. `client_id` lets other workspaces install the app. `base_url` is for
    the emulator on a laptop."""

    team: str = ""
    client_id: str = ""
    agent_channel: str = ""
    agent_channels: dict[str, str] = {}
    answers: Literal["out", "inside"] = "out"
    threads: Literal["stay", "rooms"] = "stay"
    bots: Bots = "heard"
    base_url: str = ""


class Asked(Config, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes from outside: nothing but the known fields."""


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The config, complete. Invalid names the field, as `config.team`."""
    asked = shaped(config, Asked, "config")
    for name, value in {"agent_channel": asked.agent_channel, **_each(asked.agent_channels)}.items():
        if value and not CHANNEL.match(value):
            raise Invalid("a channel is told by its id, as C0123456789", f"config.{name}")
    if asked.team and not re.fullmatch(r"T[A-Z0-9]{2,30}", asked.team):
        raise Invalid("a team is told by its id, as T0123456789", "config.team")
    if asked.client_id and not re.fullmatch(r"[0-9.]{3,60}", asked.client_id):
        raise Invalid("a client id is made of digits and a dot", "config.client_id")
    parts = urlsplit(asked.base_url)
    plain = re.fullmatch(r"[/\w.-]*", parts.path) and not (parts.query or parts.fragment)
    if asked.base_url and (parts.scheme != "http" or parts.hostname not in LOOPBACK or not plain):
        raise Invalid("base_url is for an emulator on this machine alone: http://127.0.0.1:…", "config.base_url")
    whole: dict[str, Any] = msgspec.to_builtins(asked)
    return whole


def _each(channels: dict[str, str]) -> dict[str, str]:
    return {f"agent_channels.{customer}": channel for customer, channel in channels.items()}


def missing(granted: str) -> list[str]:
    """Which scopes a token lacks, of those that it was granted (as Slack's header lists them), each with its use."""
    has = {scope.strip() for scope in granted.split(",")}
    return [f"{scope}: {use}" for scope, use in SCOPES.items() if scope not in has]
