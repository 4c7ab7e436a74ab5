"""Telegram, going out: the Bot API's calls for each kind of change, and what their answers mean.

| what | call |
|---|---|
| post | sendMessage, in its topic and as an answer; a single file is sendDocument with the words as its caption |
| edit | editMessageText, of a caption editMessageCaption; what is not ours is told in words |
| delete | deleteMessage; what is too old for that says so instead |
| reaction | setMessageReaction: one stands for all |

A new room of the agents' forum begins with a topic of its name. No message takes a mark that could be looked for: where
an answer was lost, it may come twice.
"""

from collections.abc import Callable, Iterable
from typing import Any

from ...desk.arrivals import File
from ...desk.commonmark import Block, Line, Paragraph, Run, read
from ...desk.deliveries import CONVERSATION, POSTED, Parcel, Receipt, Refused, Sent, Skipped, What
from ...desk.messages import Message
from ...desk.rooms import within
from ...desk.text_parts import parts
from ...desk.workspaces import Install
from ...ports import Outside, ProviderBusy, ProviderRefused, Secrets
from ...wire.beside import links_of, speaker_of
from ...wire.parts import send_missing, sent_by_steps
from ...wire.sending import Closed, refused, sent_by
from . import config
from .client import THREADLESS, Bot, Migrated
from .entities import MAX_ENTITIES, Shown, shown, units
from .reactions import taken

CARDS = False
MARKS: frozenset[What] = frozenset()
UNMARKED: frozenset[What] = frozenset({"post"})
APART_MS = 1000  # ms between two messages of a chat (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits)
MAX_TEXT, MAX_CAPTION = 4096, 1024  # UTF-16 units
MAX_TOPIC = 128  # characters of a topic's name
MAX_REASON = 500
TOLD_AS_LINK = "link"  # the step of a file that did not go; the message that tells of it is behind a blank
UNPREVIEWED = {"is_disabled": True}
GONE = ("message to edit not found", "MESSAGE_ID_INVALID", "message to react not found", "message not found")
NOT_OURS = ("message can't be edited",)
DELETED = "(deleted)"


def lane(parcel: Parcel, install: Install) -> tuple[str, int] | None:
    """One message at a time into each chat."""
    chat = _own(parcel, install).partition("/")[0]
    return (chat, APART_MS) if chat else None


def deliver(parcel: Parcel, install: Install, secrets: Secrets, *, outside: Outside, now: int) -> Receipt:
    """Send one change over, once. Never raises for what the other side did."""
    if parcel.message.internal:
        return Refused(reason="internal notes never leave")
    bot = Bot(config.of(install), next(iter(secrets.get("token", ())), ""), outside, now=lambda: now)
    sending = _Sending(parcel, install, bot)
    return sent_by(SENDERS, parcel, sending, refused=_refused)


def _refused(denied: ProviderRefused) -> Receipt:
    if isinstance(denied, Migrated):
        return Skipped(reason=f"{denied.reason}: what was said before stays as it was")
    return refused(denied)


def _own(parcel: Parcel, install: Install) -> str:
    """The conversation that the room is bound to, or the agents' forum, where it has no topic yet."""
    if parcel.bridge and parcel.bridge.conversation:
        return parcel.bridge.conversation
    settings = config.of(install)
    return settings.agent_channels.get(parcel.customer_external_id) or settings.agent_channel


class _Sending:
    """One delivery on its way. `unsent` is what did not go along."""

    def __init__(self, parcel: Parcel, install: Install, bot: Bot) -> None:
        self.parcel, self.install, self.bot = parcel, install, bot
        self.own = _own(parcel, install)
        self.chat, _, self.topic = self.own.partition("/")
        self.unsent: list[str] = []

    # --- posting

    def post(self) -> Receipt:
        """A message in its topic, as an answer to what it answers; before it the topic, where the room has none yet."""
        if not self.chat:
            return Skipped(reason="no conversation is bound")
        if not (self.parcel.bridge and self.parcel.bridge.conversation):
            self._begin()
        elif not self.topic and self.parcel.thread != self.parcel.answers:
            chat, _, topic = self.parcel.thread.partition("/")
            self.topic = topic if chat == self.chat else ""
        files = [] if self.parcel.bridge and not self.parcel.bridge.files else list(self.parcel.message.attachments)
        known = sent_by_steps(self.parcel)
        captioned = self._captioned(files, known)
        if captioned:
            return captioned
        sent = send_missing(self.parcel, self._texts(MAX_TEXT), known, send=self._say)
        if files and POSTED not in self.parcel.delivery.steps:
            self.parcel.keep(POSTED, sent[0])
        for file in files:
            self._file(file.id, file.name, file.type, answers=sent[0])
        first, *others = (f"{self.chat}/{id_}" for id_ in sent)
        return Sent(provider_id=first, parts=tuple(others), thread=self._where, reason=self._reason)

    @property
    def _where(self) -> str:
        return f"{self.chat}/{self.topic}" if self.topic else self.chat

    @property
    def _reason(self) -> str:
        return "; ".join(self.unsent)[:MAX_REASON]

    def _begin(self) -> None:
        """The room's topic. Should what follows fail, it is not begun twice."""
        who = self.parcel.customer_external_id
        name = f"{self.parcel.room_name} · {who}" if who else self.parcel.room_name
        made = self.bot.call("createForumTopic", chat_id=int(self.chat), name=name[:MAX_TOPIC])
        topic = made.get("message_thread_id") if isinstance(made, dict) else None
        if not isinstance(topic, int):
            raise ProviderBusy("its answer is not what was asked for")
        self.topic = str(topic)
        self.parcel.keep(CONVERSATION, f"{self.chat}/{topic}")

    def _captioned(self, files: list[Any], known: dict[int, str]) -> Receipt | None:
        """A single file with all the words as its caption; None where it is not so, or does not go so."""
        if len(files) != 1 or known or files[0].id in self.parcel.delivery.steps:
            return None
        texts = self._texts(MAX_CAPTION)
        content = self._content(files[0].id) if len(texts) == 1 else None
        if content is None:
            return None
        text, entities = texts[0]
        caption = {"caption": text, "caption_entities": entities} if text else {}
        file = File(name=files[0].name, type=files[0].type, content=content)
        try:
            made = self._in_topic(lambda fields: self.bot.put_up(file, self.chat, **caption, **fields))
        except Closed:
            raise
        except ProviderRefused:
            return None  # too large, or of a kind that is not taken: the words go, and a link
        self.chat = made["chat"]
        return Sent(provider_id=f"{self.chat}/{made['id']}", thread=self._where)

    def _content(self, id_: str) -> bytes | None:
        return self.parcel.content(id_) if self.parcel.content else None

    def _say(self, said: Shown, number: int = 0, answers: str = "") -> str:
        """A message's id."""
        text, entities = said
        fields = {"text": text, "entities": entities, "link_preview_options": UNPREVIEWED}
        made = self._in_topic(lambda more: self.bot.send("sendMessage", self.chat, **fields, **more), answers)
        self.chat = made["chat"]
        return str(made["id"])

    def _in_topic(self, call: Any, answers: str = "") -> dict[str, str]:
        """Sent into the topic; if that is gone and only what is answered lay in it, into the group."""
        chat, _, number = self.parcel.answers.partition("/")
        answered = answers or (number if chat == self.chat else "")
        reply = {"message_id": int(answered), "allow_sending_without_reply": True} if answered else None
        topic = int(self.topic) if self.topic else None
        try:
            return dict(call({"message_thread_id": topic, "reply_parameters": reply}))
        except ProviderRefused as denied:
            if topic is None or not any(each in denied.reason for each in THREADLESS):
                raise
            if "/" in self.own or not self.own:
                raise Closed(denied.reason) from None
            self.topic = ""
            return dict(call({"reply_parameters": reply}))

    def _file(self, id_: str, name: str, type_: str, *, answers: str) -> None:
        """Below the message; what does not go is told as a link."""
        if id_ in self.parcel.delivery.steps:
            if self.parcel.delivery.steps[id_].startswith(TOLD_AS_LINK):
                self.unsent.append(f"{name} is told as a link")
            return
        try:
            content = self._content(id_)
            if content is None:
                raise ProviderRefused("it cannot be fetched, and may never have been put up")
            file = File(name=name, type=type_, content=content)
            made = self._in_topic(lambda fields: self.bot.put_up(file, self.chat, **fields), answers)
            self.parcel.keep(id_, made["id"])
        except (Closed, ProviderBusy):
            raise
        except ProviderRefused as denied:
            link = Paragraph(((Run("📎 "), Run(name, href=self.parcel.links.get(id_, ""))),))
            message = self._say(shown([link], {}), answers=answers)
            self.parcel.keep(id_, f"{TOLD_AS_LINK} {message}")
            self.unsent.append(f"{name} is told as a link: {denied.reason}")

    # --- its words

    def _texts(self, most: int) -> list[Shown]:
        """The message's words with its speaker before them, in as many parts as fit into `most` units each."""
        message, bridge = self.parcel.message, self.parcel.bridge
        blocks = [*read(message.text), *links_of(self.parcel)]
        if not blocks:
            blocks = [Paragraph(((Run("shared a file" if message.attachments else "…"),),))]
        if not (bridge and bridge.speaker == "none"):
            blocks = self._said_by(blocks)
        return self._pieces(blocks, most)

    def _pieces(self, blocks: list[Block], most: int) -> list[Shown]:
        pieces = parts(tuple(blocks), lambda some: self._fits(some, most))
        return [shown(piece, self.parcel.people) for piece in pieces]

    def _said_by(self, blocks: list[Block]) -> list[Block]:
        """Blocks with their speaker in a line above them."""
        head: Line = (Run(f"{speaker_of(self.parcel)}:", frozenset({"strong"})),)
        first = blocks[0]
        if isinstance(first, Paragraph) and not first.level:
            return [Paragraph((head, *first.lines)), *blocks[1:]]
        return [Paragraph((head,)), *blocks]

    def _fits(self, blocks: Iterable[Block], most: int) -> bool:
        text, entities = shown(blocks, self.parcel.people)
        return units(text) <= most and len(entities) <= MAX_ENTITIES

    # --- what is there already

    def _ids(self) -> list[str]:
        """The message's own, and those of its further parts."""
        return [each.partition("/")[2] for each in (self.parcel.there, *self.parcel.parts)]

    def _at(self) -> None:
        """Where the message lies."""
        self.chat = self.parcel.there.partition("/")[0]
        self.topic = self.parcel.thread.partition("/")[2] if self.parcel.thread != self.parcel.there else ""

    def edit(self) -> Receipt:
        """Each part is changed; one more is said, one less deleted."""
        if not self.parcel.there:
            return Skipped(reason="the message is not there")
        self._at()
        there = self._ids()
        try:
            texts = self._changed(there)
        except _NotOurs:
            self._in_words("(edited)")
            return Sent()
        except _Gone:
            return Skipped(reason="the message is not there any more")
        for id_ in there[len(texts) :]:
            self._drop(id_)
        known = sent_by_steps(self.parcel) | dict(enumerate(there[: len(texts)], 1))
        sent = send_missing(self.parcel, texts, known, send=self._say)
        others = tuple(f"{self.chat}/{id_}" for id_ in sent[1:])
        return Sent(provider_id=self.parcel.there, parts=others, thread=self._where)

    def _changed(self, there: list[str]) -> list[Shown]:
        """What the message says now, after the parts that are there say it. Raises _NotOurs and _Gone."""
        texts = self._texts(MAX_TEXT)
        try:
            self._change("editMessageText", there[0], texts[0])
        except _Captioned:
            texts = self._texts(MAX_CAPTION)
            self._change("editMessageCaption", there[0], texts[0])
        for id_, said in list(zip(there, texts, strict=False))[1:]:
            self._change("editMessageText", id_, said)
        return texts

    def _change(self, method: str, id_: str, said: Shown) -> None:
        names = ("caption", "caption_entities") if method == "editMessageCaption" else ("text", "entities")
        fields: dict[str, Any] = dict(zip(names, said, strict=True))
        if method == "editMessageText":
            fields["link_preview_options"] = UNPREVIEWED
        try:
            self.bot.call(method, chat_id=int(self.chat), message_id=int(id_), **fields)
        except ProviderRefused as denied:
            if "message is not modified" in denied.reason:
                return
            if "there is no text in the message" in denied.reason:
                raise _Captioned(denied.reason) from None
            if any(each in denied.reason for each in NOT_OURS):
                raise _NotOurs(denied.reason) from None
            if any(each in denied.reason for each in GONE):
                raise _Gone(denied.reason) from None
            raise

    def _in_words(self, what: str) -> None:
        """What cannot be done to a message that is not ours is said below it: that it was deleted, or its new words."""
        word = Run(what, frozenset({"em"}))
        if what == DELETED:
            blocks: list[Block] = [Paragraph(((word,),))]
        else:
            blocks = _beginning((word, Run(" ")), list(read(self.parcel.message.text)))
        for said in self._pieces(self._said_by(blocks), MAX_TEXT):
            self._say(said, answers=self._ids()[0])

    def delete(self) -> Receipt:
        """Each part is deleted, and what was put up below it."""
        if not self.parcel.there:
            return Skipped(reason="the message is not there")
        self._at()
        beside = [step.removeprefix(TOLD_AS_LINK).strip() for step in self.parcel.beside.values()]
        for id_ in [*self._ids(), *filter(None, beside)]:
            self._drop(id_)
        return Sent(provider_id=self.parcel.there)

    def _drop(self, id_: str) -> None:
        """deleteMessage; fine if it is gone. What may not be deleted, as it is two days old, is emptied; if it is not
        ours, that it was deleted is said below it."""
        try:
            self.bot.call("deleteMessage", chat_id=int(self.chat), message_id=int(id_))
        except Closed:
            raise
        except ProviderRefused as denied:
            if "message to delete not found" in denied.reason:
                return
            if "can't be deleted" not in denied.reason:
                raise
            self._emptied(id_)

    def _emptied(self, id_: str) -> None:
        said = (DELETED, [{"type": "italic", "offset": 0, "length": len(DELETED)}])
        try:
            try:
                self._change("editMessageText", id_, said)
            except _Captioned:
                self._change("editMessageCaption", id_, said)
        except _NotOurs:
            self._in_words(DELETED)
        except _Gone:
            return

    def reaction(self) -> Receipt:
        """Our one reaction stands for everybody's from elsewhere: the latest that Telegram has."""
        if not self.parcel.there or self.parcel.bridge is None:
            return Skipped(reason="the message never got there")
        self._at()
        wanted = _wanted(self.parcel.message, f"{self.install.id}/{self.parcel.bridge.conversation}")
        possible = [emoji for each in wanted if (emoji := taken(each))]
        refused = [f"{each}: Telegram has no such reaction" for each in wanted if not taken(each)]
        reaction = [{"type": "emoji", "emoji": possible[-1]}] if possible else []
        id_ = int(self._ids()[0])
        try:
            self.bot.call("setMessageReaction", chat_id=int(self.chat), message_id=id_, reaction=reaction)
        except ProviderRefused as denied:
            if "REACTION_INVALID" in denied.reason or "REACTIONS_TOO_MANY" in denied.reason:
                return Skipped(reason="this group does not take that reaction")
            if any(each in denied.reason for each in GONE):
                return Skipped(reason="the message is not there any more")
            raise
        reason = "; ".join(refused)[:MAX_REASON]
        return Skipped(reason=reason) if refused and not possible else Sent(reason=reason)

    def nothing(self) -> Receipt:
        """A topic shows no state of its room."""
        return Skipped(reason="Telegram does not show the room's state")


class _Captioned(Exception):
    """The words of the message are a file's caption."""


class _NotOurs(Exception):
    """Somebody else's message, which a bot cannot change."""


class _Gone(Exception):
    """The message is not there any more."""


SENDERS: dict[What, Callable[[_Sending], Receipt]] = {
    "post": _Sending.post,
    "edit": _Sending.edit,
    "delete": _Sending.delete,
    "reaction": _Sending.reaction,
    "card": _Sending.nothing,
}


def _beginning(words: Line, blocks: list[Block]) -> list[Block]:
    """Blocks with some words before the first one."""
    first = blocks[0] if blocks else None
    if isinstance(first, Paragraph) and not first.level:
        return [Paragraph(((*words, *first.lines[0]), *first.lines[1:])), *blocks[1:]]
    return [Paragraph((words,)), *blocks]


def _wanted(message: Message, here: str) -> list[str]:
    """Each emoji that somebody elsewhere has put."""
    return [
        emoji
        for emoji, marks in message.reactions.items()
        if any(mark.on and not within(mark.via, here) for mark in marks.values())
    ]
