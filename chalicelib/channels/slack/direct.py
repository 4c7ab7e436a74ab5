"""A message to one agent in Slack (ports.Direct), found by their address there, in the conversation of the bot and them
alone; or in a channel that is named."""

from ...desk.alerts import Recipient
from ...desk.workspaces import Install
from ...ports import Outside, Secrets
from ...wire.reading import part, words
from .api import Slack, token_of
from .mrkdwn import to_mrkdwn


def write_to(install: Install, secrets: Secrets, outside: Outside, *, to: Recipient, text: str, now: int) -> None:
    """https://docs.slack.dev/reference/methods/conversations.open: it takes im:write. Only the vendor's own workspace
    is asked."""
    slack = Slack(outside, install.config, token_of(secrets, "")[0], now=now)
    channel = to.conversation or _chat(slack, to)
    slack.call("chat.postMessage", channel=channel, text=to_mrkdwn(text), unfurl_links=False, unfurl_media=False)


def _chat(slack: Slack, to: Recipient) -> str:
    person = to.outside or words(part(slack.call("users.lookupByEmail", email=to.email), "user"), "id")
    return words(part(slack.call("conversations.open", users=person), "channel"), "id")
