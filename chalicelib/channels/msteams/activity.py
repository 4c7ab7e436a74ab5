"""One Bot Framework activity, read without trusting its shape.

https://github.com/microsoft/botframework-sdk/blob/main/specs/botframework-activity/botframework-activity.md

A conversation is `<channel or chat>` and a thread in it `<channel>/<id of its first message>`; a message is
`<channel or chat>/<its id>`, since ids are unique in their conversation alone.
"""

import re
from typing import Any
from urllib.parse import quote, urlencode

from ...desk.arrivals import File, Speaker, Unsupported
from ...desk.markdown_writer import escaped_words
from ...wire.reading import moment, part, words
from .config import Config, pages_of
from .enclosed import HTML, answered, attachments, enclosed, files, without_placeholders
from .text import from_html, from_markdown, from_plain

BOT = "28:"  # what ids of bots begin with

Body = dict[str, Any]
FORMATS = {"xml": from_html, "markdown": from_markdown}  # of a text that no HTML goes with


class Activity:
    """One activity: what may be missing, null or of another type is "" or {} here."""

    def __init__(self, body: Body, config: Config, received_at: int) -> None:
        self.body, self.config = body, config
        self.type, self.id = words(body, "type"), words(body, "id")
        self.sender, self.data = part(body, "from"), part(body, "channelData")
        whole = words(body, "conversation", "id")
        self.place, _, root = whole.partition(";messageid=")
        self.root = root if root != self.id else ""
        self.at = moment(body, "timestamp") or received_at

    @property
    def event(self) -> str:
        """What Teams calls it more closely."""
        return words(self.data, "eventType")

    @property
    def account(self) -> str:
        """The tenant that it comes from, and where in it its people can be asked about."""
        tenant = words(self.data, "tenant", "id") or words(self.body, "conversation", "tenantId")
        return f"{tenant}|{self.place}"

    @property
    def conversation(self) -> str:
        """The thread that it is in, or the channel or chat."""
        return f"{self.place}/{self.root}" if self.root else self.place

    @property
    def vendors(self) -> bool:
        """Whether it was said where the vendor's agents are."""
        return bool(self.place) and self.place in (self.config.agent_channel, *self.config.agent_channels.values())

    @property
    def speaker(self) -> Speaker:
        """Who did it."""
        return Speaker(
            outside=words(self.sender, "id"),
            name=words(self.sender, "name"),
            account=self.account,
            side="vendor" if self.vendors else "customer",
            machine=self.machine,
        )

    def message(self, id_: str) -> str:
        """The id of a message here, as the id map has it."""
        return f"{self.place}/{id_}"

    @property
    def text(self) -> str:
        """All that it says, as Markdown: its subject, what it answers, its words without the bot's own name before
        them, and what is enclosed in it."""
        subject = words(self.body, "subject")
        head = f"**{escaped_words(subject)}**" if subject.strip() else ""
        parts = (head, answered(self.body), self._said(), enclosed(self.body, self.link))
        return "\n\n".join(filter(None, parts))

    def _said(self) -> str:
        ours = words(self.body, "recipient", "name")
        for each in attachments(self.body):
            content = each.get("content")
            if words(each, "contentType") == HTML and isinstance(content, str):
                return from_html(without_placeholders(content), ours)
        source = without_placeholders(words(self.body, "text"))
        return FORMATS.get(words(self.body, "textFormat"), from_plain)(source, ours)

    @property
    def files(self) -> tuple[File, ...]:
        """What came along: files of a chat, pictures, and what is told of as lying in Teams."""
        return files(self.body, self.link)

    @property
    def link(self) -> str:
        """Where people who may see it find it in Teams."""
        tenant, _, _ = self.account.partition("|")
        named = {"tenantId": tenant, "groupId": words(self.data, "team", "aadGroupId")}
        if self.threaded:
            named["parentMessageId"] = self.root or self.id
        else:
            named["context"] = '{"contextType":"chat"}'
        query = urlencode({name: value for name, value in named.items() if value}, quote_via=quote)
        return f"{pages_of(self.config)}/l/message/{quote(self.place, safe='')}/{quote(self.id, safe='')}?{query}"

    @property
    def threaded(self) -> bool:
        """Whether its place is a channel, which has threads."""
        return self.place.endswith(("@thread.tacv2", "@thread.skype"))

    @property
    def ours(self) -> bool:
        """Whether our own bot did it."""
        sender = words(self.sender, "id").lower()
        return bool(sender) and sender in {
            words(self.body, "recipient", "id").lower(),
            BOT + self.config.app_id.lower(),
        }

    @property
    def machine(self) -> bool:
        """Whether a bot did it: people's ids begin with another number."""
        return words(self.sender, "id").startswith(BOT) or self.sender.get("role") == "bot"


def unsupported(what: str) -> Unsupported:
    """A kind of event that we know nothing of, as a metric may name it."""
    return Unsupported(what=re.sub(r"[^\w.:/-]+", "-", what)[:60])
