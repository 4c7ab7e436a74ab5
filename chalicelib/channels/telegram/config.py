"""What an admin may set for an install of Telegram."""

import re
from typing import Any, Literal

import msgspec

from ...desk.addresses import check_url
from ...desk.errors import Invalid
from ...desk.strict_json import shaped
from ...desk.workspaces import Bots, Install

CLOUD = "https://api.telegram.org"
CHAT = re.compile(r"-[1-9]\d{0,18}\Z", re.ASCII)
PERSON = re.compile(r"[1-9]\d{0,18}\Z", re.ASCII)
ADDRESS = re.compile(r"[^\s@]{1,100}@[^\s@]{1,200}\Z")
MAX_AGENTS = 200


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """In the forum `agent_channel` (its id, -100…) each room is a topic; `agent_channels` are those of single
    customers, by their ids. `agents` are people's addresses by their ids at Telegram, which tells no address. `answers`
    says whether what agents write there goes out unless it begins with `note:` (or 🔒), or stays inside unless it
    begins with `reply:`. `threads`: topics of a customer's forum stay in the room, or what is answered in one becomes
    one of `rooms`. Other `bots` as in Slack. `api_url` is that of a Bot API server of one's own."""

    agent_channel: str = ""
    agent_channels: dict[str, str] = {}
    agents: dict[str, str] = {}
    answers: Literal["out", "inside"] = "out"
    threads: Literal["stay", "rooms"] = "stay"
    bots: Bots = "heard"
    api_url: str = CLOUD


class Asked(Config, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes from outside: nothing but the known fields."""


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The config, complete. Invalid names the field, as `config.agent_channel`."""
    asked = shaped(config, Asked, "config")
    single = {f"agent_channels.{customer}": chat for customer, chat in asked.agent_channels.items()}
    for name, chat in {"agent_channel": asked.agent_channel, **single}.items():
        if chat and not CHAT.match(chat):
            raise Invalid("a group is told by its id, as -1001234567890", f"config.{name}")
    if len(asked.agents) > MAX_AGENTS:
        raise Invalid(f"agents are at most {MAX_AGENTS}", "config.agents")
    for person, address in asked.agents.items():
        if not PERSON.match(person):
            raise Invalid("a person is told by their id at Telegram, as 123456789", "config.agents")
        if not ADDRESS.match(address):
            raise Invalid("that is no mail address", f"config.agents.{person}")
    check_url(asked.api_url, "config.api_url")
    settings: dict[str, Any] = msgspec.to_builtins(asked)
    return settings | {"api_url": asked.api_url.rstrip("/")}


def of(install: Install) -> Config:
    """The typed config of an install."""
    return msgspec.convert(install.config, Config)


def channels_of(config: Config) -> frozenset[str]:
    """The agents' groups."""
    return frozenset(filter(None, (config.agent_channel, *config.agent_channels.values())))
