"""What an install of Teams may be told, and where Microsoft's services are."""

import re
from typing import Any, Literal

import msgspec

from ...desk.addresses import check_url
from ...desk.errors import Invalid
from ...desk.strict_json import shaped
from ...desk.workspaces import Bots, Install

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

CHANNEL = re.compile(r"19:(?:(?!19:)[^/;\s]){1,200}@thread\.(tacv2|skype)")


class Cloud(msgspec.Struct, frozen=True):
    """Where a cloud of Microsoft's keeps what a bot needs: the keys of its tokens (`openid_url`) and who makes them
    (`issuer`), where the bot gets its own (`login_url`, `scope`), the connector (`service_url`)."""

    openid_url: str
    issuer: str
    login_url: str
    scope: str
    service_url: str


# https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication and, for the
# connector's global addresses, …/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
PUBLIC = Cloud(
    openid_url="https://login.botframework.com/v1/.well-known/openidconfiguration",
    issuer="https://api.botframework.com",
    login_url="https://login.microsoftonline.com",
    scope="https://api.botframework.com/.default",
    service_url="https://smba.trafficmanager.net/teams",
)
GOVERNMENT = Cloud(
    openid_url="https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
    issuer="https://api.botframework.us",
    login_url="https://login.microsoftonline.us",
    scope="https://api.botframework.us/.default",
    service_url="https://smba.infra.gov.teams.microsoft.us/teams",
)


# Where else a cloud's connector is: what people paste is told with the address of their own region there
# (https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages).
HOSTS = {
    "public": ("https://smba.trafficmanager.net", "https://smba.infra.gcc.teams.microsoft.com"),
    "government": ("https://smba.infra.gov.teams.microsoft.us", "https://smba.infra.dod.teams.microsoft.us"),
}
PAGES = {"public": "https://teams.microsoft.com", "government": "https://gov.teams.microsoft.us"}


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """`app_id` is the bot's; `tenant` that of a single-tenant bot. People of `agent_tenant` whose address is an
    agent's are that agent. In `agent_channel` (`19:…@thread.tacv2`) each room is a thread; `agent_channels` are those
    of single customers, by their ids. `answers` says whether
    what agents write there goes out unless it begins with `note:` (or 🔒), or stays inside unless it begins with
    `reply:`. `threads` of customers' channels stay in the room, or become `rooms` with their first answer. Other `bots`
    as in Slack."""

    app_id: str = ""
    tenant: str = ""
    agent_tenant: str = ""
    agent_channel: str = ""
    agent_channels: dict[str, str] = {}
    answers: Literal["out", "inside"] = "out"
    threads: Literal["stay", "rooms"] = "stay"
    bots: Bots = "heard"
    cloud: Literal["public", "government"] = "public"
    services: dict[str, str] = {}


class Asked(Config, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes from outside: nothing but the known fields."""


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The config, complete. Invalid names the field, as `config.app_id`."""
    asked = shaped(config, Asked, "config")
    for name in ("app_id", "tenant", "agent_tenant"):
        value = getattr(asked, name)
        if value and not GUID.fullmatch(value):
            raise Invalid("an id of Microsoft's looks like 00000000-0000-0000-0000-000000000000", f"config.{name}")
    single = {f"agent_channels.{customer}": channel for customer, channel in asked.agent_channels.items()}
    for name, channel in {"agent_channel": asked.agent_channel, **single}.items():
        if channel and not CHANNEL.fullmatch(channel):
            raise Invalid("a channel's id looks like 19:…@thread.tacv2", f"config.{name}")
    if (asked.agent_channel or single) and not asked.agent_tenant:
        raise Invalid("the agents' channels need the tenant that they are in", "config.agent_tenant")
    for name, url in asked.services.items():
        if name not in Cloud.__struct_fields__:
            raise Invalid(f"services are {', '.join(Cloud.__struct_fields__)}", f"config.services.{name}")
        if name.endswith("_url"):
            check_url(url, f"config.services.{name}")
    settings: dict[str, Any] = msgspec.to_builtins(asked)
    return settings


def of(install: Install) -> Config:
    """The typed config of an install."""
    return msgspec.convert(install.config, Config)


def agents_channel(config: Config, customer: str) -> str:
    """Where the rooms of a customer are for the agents; "" for nowhere."""
    return config.agent_channels.get(customer) or config.agent_channel


def cloud_of(config: Config) -> Cloud:
    """Where its services are: those of its cloud, but for what is told otherwise (China's; a twin's)."""
    cloud = GOVERNMENT if config.cloud == "government" else PUBLIC
    return msgspec.structs.replace(cloud, **config.services) if config.services else cloud


def pages_of(config: Config) -> str:
    """Where its people see Teams."""
    return PAGES[config.cloud]


def connectors_of(config: Config) -> frozenset[str]:
    """The origins of its connector, which alone are given the bot's token."""
    service = config.services.get("service_url")
    return frozenset([origin(service)] if service else HOSTS[config.cloud])


def origin(url: str) -> str:
    """Scheme and authority of a URL, to the letter: no other writing of it is the same."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{re.split(r'[/?#]', rest, maxsplit=1)[0]}"
