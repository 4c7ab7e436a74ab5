"""One Bot Framework activity, read without trusting its shape.

https://github.com/microsoft/botframework-sdk/blob/main/specs/botframework-activity/botframework-activity.md

A conversation is `<channel or chat>` and a thread in it `<channel>/<id of its first message>`; a message is
`<channel or chat>/<its id>`, since ids are unique in their conversation alone.
"""

import re
from typing import Any

from ...desk.arrivals import File, Speaker, Unsupported
from ...wire.reading import moment, part, words
from .cards import card_words
from .config import Config
from .text import from_html, from_plain

HTML = "text/html"
DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"

BOT = "28:"  # what ids of bots begin with
MAX_CARDS = 10

Body = dict[str, Any]


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
        """Its words as Markdown, without the bot's own name before them; those of its cards, where a bot says no
        others."""
        said = self._said()
        if said or not self.machine:
            return said
        return "\n\n".join(filter(None, map(card_words, self.attachments[:MAX_CARDS])))

    def _said(self) -> str:
        ours = words(self.body, "recipient", "name")
        for each in self.attachments:
            content = each.get("content")
            if words(each, "contentType") == HTML and isinstance(content, str):
                return from_html(content, ours)
        source = words(self.body, "text")
        return from_html(source, ours) if self.body.get("textFormat") == "xml" else from_plain(source, ours)

    @property
    def attachments(self) -> list[Body]:
        """Those that are ones."""
        found = self.body.get("attachments")
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    @property
    def files(self) -> tuple[File, ...]:
        """What came along: files of a chat, and pictures."""
        return tuple(found for each in self.attachments if (found := _file(each)))

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


def _file(attachment: Body) -> File | None:
    type_, name = words(attachment, "contentType"), words(attachment, "name")
    if type_ == DOWNLOAD:
        content = part(attachment, "content")
        url = words(content, "downloadUrl")
        kind = words(content, "fileType")
        link = words(attachment, "contentUrl")
        return File(name=name or f"file.{kind or 'bin'}", type="application/octet-stream", url=url, link=link)
    url = words(attachment, "contentUrl")
    if type_.startswith(("image/", "audio/", "video/")) and url.startswith(("https://", "http://")):
        kind = "" if type_.endswith("*") else type_
        return File(name=name or f"picture.{kind.partition('/')[2] or 'png'}", type=kind or "image/png", url=url)
    return None


def unsupported(what: str) -> Unsupported:
    """A kind of event that we know nothing of, as a metric may name it."""
    return Unsupported(what=re.sub(r"[^\w.:/-]+", "-", what)[:60])
