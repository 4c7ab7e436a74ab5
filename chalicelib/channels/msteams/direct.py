"""A message to one agent in Teams (ports.Direct), in the personal chat of the bot and them; or in a channel."""

from ...desk.alerts import Recipient
from ...desk.workspaces import Install
from ...ports import Outside, ProviderRefused, Secrets
from . import config
from .client import Connector
from .text import to_teams


def write_to(install: Install, secrets: Secrets, outside: Outside, *, to: Recipient, text: str, now: int) -> None:
    """https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages: the app
    must be installed for the person, and only who has spoken to the bot is known to it."""
    known = config.of(install)
    if not to.conversation and not (to.outside and known.agent_tenant):
        raise ProviderRefused("Teams does not know them yet: they write to Parley there once")
    password = next(iter(secrets.get("app_password", ())), "")
    connector = Connector(known, password, outside, now=lambda: now)
    chat = to.conversation or connector.chat(to.outside, known.agent_tenant)
    connector.say(chat, {"type": "message", "textFormat": "markdown", "text": to_teams(text, {})[0]})
