"""Slack, going out: messages under their author's name and picture, edits, deletes, reactions, files, and the cards of
the vendor's own channel. Each message carries the delivery's id as metadata: its echo is the receipt.

| answer | receipt |
|---|---|
| ok | Sent |
| limited, away, no answer | Retry; before a second try Slack is asked for a message with the mark |
| token revoked, account inactive, … | Lost: the install is paused (or the bridge, for another workspace's token) |
| channel archived, not found, not in it | Lost: the bridge is paused |
| a message of somebody else's to edit or delete | said in words in its thread |
| the message is not there any more | Skipped: its delete is on its way to us |
| any other | Refused |
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from ...desk.commonmark import Block, Paragraph, Run, merged, read
from ...desk.deliveries import CONVERSATION, DELETED, POSTED, Lost, Parcel, Receipt, Refused, Sent, Skipped, What
from ...desk.messages import Attached, Message
from ...desk.outcomes import CHANNEL, NOT_SOLVED, in_language
from ...desk.rooms import within
from ...desk.text_parts import parts
from ...desk.workspaces import Install
from ...ports import Outside, ProviderBusy, ProviderRefused, Secrets
from ...wire.beside import links_of, speaker_of
from ...wire.parts import send_missing, sent_by_steps
from ...wire.reading import items, part, words
from ...wire.sending import sent_by
from . import card
from .api import Slack, token_of
from .emoji import name_of
from .ids import CARD, MARK
from .mrkdwn import mrkdwn
from .orders import UNSOLVED

CARDS = True
MARKS: frozenset[What] = frozenset({"post", "edit", "delete"})
UNMARKED: frozenset[What] = frozenset()
APART_MS = 1000  # ms between two messages of a channel (https://docs.slack.dev/apis/web-api/rate-limits)
MAX_BYTES = 3_700  # of a text: an edit of some 4,000 is msg_too_long, and a name may come before it
MAX_SECTION = 3_000  # characters of a section (https://docs.slack.dev/reference/block-kit/blocks/section-block)
MAX_NAME = 80
MAX_REASON = 500
LOOK_BACK_S = 120  # seconds before the delivery was due from which a lost message is looked for
CLOSED = frozenset(
    "channel_not_found not_in_channel is_archived channel_is_archived restricted_action thread_not_found "  # noqa: SIM905
    "restricted_action_thread_locked restricted_action_read_only_channel is_inactive".split()
)
ABSENT = "message_not_found"
TOLD_AS_LINK = "link"  # the step of a file that did not go; the message that tells of it is behind a blank
FILE_ABSENT = frozenset({"file_not_found", "file_deleted"})
DONE_BEFORE = frozenset({"already_reacted", "no_reaction"})
NOT_TAKEN = frozenset({"invalid_name", "too_many_emoji", "too_many_reactions"})  # a reaction that cannot be put
NOT_OURS = frozenset({"cant_update_message", "cant_delete_message", "edit_window_closed"})


def lane(parcel: Parcel, install: Install) -> tuple[str, int] | None:
    """A channel takes one message a second. Edits, deletes and reactions have budgets of their own."""
    if parcel.delivery.what != "post":
        return None
    channel = _channel(parcel, install)
    return (channel, APART_MS) if channel else None


def deliver(parcel: Parcel, install: Install, secrets: Secrets, *, outside: Outside, now: int) -> Receipt:
    """Send one change over. Never raises for what the other side did."""
    if parcel.message.internal:
        return Refused(reason="internal notes never leave")
    account = parcel.bridge.account if parcel.bridge else ""
    token, own = token_of(secrets, account)
    if not token:
        return Lost(reason="no token is configured: connect the workspace", bridge_only=bool(account))
    sending = _Sending(parcel, install, Slack(outside, install.config, token, now=now), now=now)
    return sent_by(SENDERS, parcel, sending, refused=partial(_refused, own=own))


def _refused(denied: ProviderRefused, own: bool) -> Receipt:
    """Of a token that is a bridge's `own`, the bridge alone is lost."""
    if denied.lost or denied.reason in CLOSED:
        return Lost(reason=f"Slack: {denied.reason}", bridge_only=own or not denied.lost)
    if denied.reason == ABSENT:
        return Skipped(reason="the message is not there any more")
    return Refused(reason=denied.reason)


def _channel(parcel: Parcel, install: Install) -> str:
    """Where it goes: where the bridge leads, or the channel in which the vendor wants this customer's rooms."""
    if parcel.bridge and parcel.bridge.conversation:
        return parcel.bridge.conversation.partition("/")[0]
    config = install.config
    return str(config.get("agent_channels", {}).get(parcel.customer_external_id) or config.get("agent_channel", ""))


class _Sending:
    """One delivery on its way. `own` is the room's conversation there, `unsent` what did not go along."""

    def __init__(self, parcel: Parcel, install: Install, slack: Slack, *, now: int) -> None:
        self.parcel, self.install, self.slack, self.now = parcel, install, slack, now
        self.channel = _channel(parcel, install)
        self.own = parcel.bridge.conversation if parcel.bridge else ""
        self.unsent: list[str] = []

    def post(self) -> Receipt:
        """A message, in its thread; before it the card, where the room has no thread in the vendor's channel yet."""
        if not self.channel:
            return Skipped(reason="no channel is configured for this room")
        if not self.own:
            self.own = self._card()
            self.parcel.keep(CONVERSATION, self.own)
        thread = self._thread()
        files = [] if self.parcel.bridge and not self.parcel.bridge.files else self.parcel.message.attachments
        deleted, texts = self.parcel.message.deleted, self._texts()
        known = self._sent_already(thread, 1 if deleted else len(texts))
        if not known and deleted:
            return Skipped(reason=DELETED)
        sent = send_missing(self.parcel, [] if deleted else texts, known, send=partial(self._post, thread=thread))
        if files and POSTED not in self.steps:
            self.parcel.keep(POSTED, sent[0])
        for file in files:
            self._file(file, thread or sent[0])
        if self.parcel.message.proposed and self._headed(self.own.partition("/")[2]):
            with suppress(ProviderBusy, ProviderRefused):  # what was drafted is sent: it stands there a little longer
                self.card()
        first, *others = (f"{self.channel}/{ts}" for ts in sent)
        reason = "; ".join(self.unsent)[:MAX_REASON]
        return Sent(provider_id=first, parts=tuple(others), thread=f"{self.channel}/{thread or sent[0]}", reason=reason)

    @property
    def steps(self) -> dict[str, str]:
        """What earlier attempts have done."""
        return self.parcel.delivery.steps

    def _thread(self) -> str:
        """That of what it answers, if that is in this channel; else the bridge's own."""
        own = self.own.partition("/")[2]
        channel, _, answered = self.parcel.thread.partition("/")
        return answered if answered and channel == self.channel and not self._headed(own) else own

    def _headed(self, own: str) -> bool:
        """Whether the thread is a room's own in the vendor's channel: there everything stays in it."""
        return bool(own) and (self.parcel.bridge is None or not self.parcel.bridge.slot)

    def _post(self, text: str, number: int = 0, *, thread: str) -> str:
        fields: dict[str, Any] = {
            "channel": self.channel,
            "thread_ts": thread or None,
            "text": text,
            "metadata": self._mark(MARK, number),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if self._shown == "persona":
            fields |= {"username": speaker_of(self.parcel, MAX_NAME), "icon_url": self.parcel.picture or None}
        fields |= self._button(text)
        try:
            answer = self.slack.call("chat.postMessage", **fields)
        except ProviderRefused as denied:
            if "chat:write.customize" not in denied.reason or "username" not in fields:
                raise
            del fields["username"], fields["icon_url"]
            named = f"{mrkdwn([_strong(speaker_of(self.parcel, MAX_NAME))])}: {text}"
            answer = self.slack.call("chat.postMessage", **fields | {"text": named} | self._button(named))
        return str(answer.get("ts", ""))

    def _button(self, text: str) -> dict[str, Any]:
        """Under what tells a customer how it ended: one click says that it is not solved."""
        ends = self.parcel.message.source.channel == CHANNEL and self.parcel.bridge and self.parcel.bridge.slot
        if not ends or len(text) > MAX_SECTION:
            return {}
        said = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
        label = {"type": "plain_text", "text": in_language(NOT_SOLVED, self.parcel.language)}
        button = {
            "type": "button",
            "action_id": f"parley_{UNSOLVED}",
            "text": label,
            "value": self.parcel.delivery.room,
        }
        return {"blocks": [said, {"type": "actions", "elements": [button]}]}

    @property
    def _shown(self) -> str:
        """How the author is shown."""
        return self.parcel.bridge.speaker if self.parcel.bridge else "persona"

    def _texts(self) -> list[str]:
        """The message's words, in as many parts as Slack lets us edit; files that do not cross are links."""
        message, bridge = self.parcel.message, self.parcel.bridge
        blocks = [*read(message.text), *links_of(self.parcel)]
        if not blocks:
            blocks = [Paragraph(((Run("shared a file" if message.attachments else " "),),))]
        if bridge and bridge.speaker == "prefix":
            blocks = _said_by(speaker_of(self.parcel, MAX_NAME), blocks)
        pieces = parts(tuple(blocks), lambda some: len(self._mrkdwn(some).encode()) <= MAX_BYTES)
        return [self._mrkdwn(piece) for piece in pieces]

    def _mrkdwn(self, blocks: Iterable[Block]) -> str:
        return mrkdwn(blocks, self.parcel.people)

    def _mark(self, kind: str, number: int = 0) -> dict[str, Any]:
        """Each part of a long text has its number."""
        payload = {"delivery": self.parcel.delivery.id} | ({"part": number} if number else {})
        return {"event_type": kind, "event_payload": payload}

    def _sent_already(self, thread: str, most: int, kind: str = MARK) -> dict[int, str]:
        """The ts of what has our mark, by its number, if an earlier try got through although we never heard so."""
        known, row = sent_by_steps(self.parcel), self.parcel.delivery
        if not row.tried or len(known) >= most:
            return known
        since = f"{row.created_at // 1000 - LOOK_BACK_S}.000000"
        where = {"channel": self.channel, "oldest": since, "limit": "200", "include_all_metadata": "true"}
        try:
            if thread:
                answer = self.slack.call("conversations.replies", ts=thread, **where)
            else:
                answer = self.slack.call("conversations.history", **where)
        except ProviderRefused:
            return known
        return self._marked(answer, kind) | known

    def _marked(self, answer: dict[str, Any], kind: str) -> dict[int, str]:
        """The messages of an answer that have our mark; what is whole counts as the first part."""
        found: dict[int, str] = {}
        for message in (each for each in items(answer, "messages") if isinstance(each, dict)):
            metadata = part(message, "metadata")
            number = part(metadata, "event_payload").get("part", 0)
            if metadata == self._mark(kind, number) and isinstance(number, int):
                found.setdefault(number or 1, words(message, "ts"))
        return found

    def _card(self) -> str:
        """The conversation that the card begins."""
        ts = self._sent_already("", 1, CARD).get(1, "")
        if not ts:
            answer = self.slack.call(
                "chat.postMessage",
                channel=self.channel,
                text=card.words(self.parcel),
                blocks=card.blocks(self.parcel),
                metadata=self._mark(CARD),
            )
            ts = str(answer.get("ts", ""))
        return f"{self.channel}/{ts}"

    def _file(self, file: Attached, thread: str) -> None:
        """By the external upload flow, into the thread; what does not go is told as a link."""
        if self.steps.get(file.id, "").startswith(TOLD_AS_LINK):
            self.unsent.append(f"{file.name} is told as a link")
            return
        try:
            self._upload(file, thread)
        except (ProviderBusy, ProviderRefused) as error:
            self.parcel.keep(file.id, TOLD_AS_LINK)
            how = "is told as a link"
            try:
                run = Run(file.name, href=self.parcel.links.get(file.id, ""))
                link = mrkdwn([Paragraph(((Run("📎 "), run),))])
                answer = self.slack.call("chat.postMessage", channel=self.channel, thread_ts=thread, text=link)
                self.parcel.keep(file.id, f"{TOLD_AS_LINK} {answer.get('ts', '')}")
            except (ProviderBusy, ProviderRefused):
                how = "did not go along"  # the message is there, and its link is on our pages
            self.unsent.append(f"{file.name} {how}: {error.reason}")

    def _upload(self, file: Attached, thread: str) -> None:
        """Slack gives the file its id before it is shared: by that a later attempt knows whether it was."""
        id_ = self.steps.get(file.id, "")
        if id_ and self._shared(id_):
            return
        if not id_:
            content = self.parcel.content(file.id) if self.parcel.content else b""
            if content is None:
                raise ProviderRefused("it cannot be fetched, and may never have been put up")
            answer = self.slack.call("files.getUploadURLExternal", filename=file.name, length=str(len(content)))
            headers = {"content-type": "application/octet-stream"}
            self.slack.send("POST", str(answer.get("upload_url", "")), content, headers=headers)
            id_ = str(answer.get("file_id", ""))
            self.parcel.keep(file.id, id_)
        files = [{"id": id_, "title": file.name}]
        self.slack.call("files.completeUploadExternal", files=files, channel_id=self.channel, thread_ts=thread)

    def _shared(self, id_: str) -> bool:
        """Whether a file is to be seen anywhere."""
        there = self.slack.call("files.info", file=id_).get("file")
        return isinstance(there, dict) and bool(there.get("shares"))

    def _there(self) -> tuple[str, str]:
        channel, _, ts = self.parcel.there.partition("/")
        return channel, ts

    def edit(self) -> Receipt:
        """chat.update of each part; one more is posted, one less deleted. Of a message that is not ours the new words
        are said in its thread."""
        channel, ts = self._there()
        if not ts:
            return Skipped(reason="the message never got there")
        texts, there = self._texts(), self._parts_there()
        try:
            for place, text in zip(there, texts, strict=False):
                self.slack.call("chat.update", channel=channel, ts=place, text=text)
        except ProviderRefused as denied:
            return self._in_words([f"(edited) {texts[0]}", *texts[1:]], ts, denied)
        for place in there[len(texts) :]:
            self._drop(channel, place)
        known, thread = dict(enumerate(there[: len(texts)], 1)), self.parcel.thread.partition("/")[2] or ts
        if len(texts) > len(known):
            known = self._sent_already(thread, len(texts) - len(known)) | known
        sent = send_missing(self.parcel, texts, known, send=partial(self._post, thread=thread))
        return Sent(parts=tuple(f"{channel}/{each}" for each in sent[1:]), thread=f"{channel}/{thread}")

    def delete(self) -> Receipt:
        """chat.delete of each part, files.delete of each file; of a message that is not ours it is said in its
        thread."""
        channel, ts = self._there()
        if not ts:
            return Skipped(reason="the message never got there")
        try:
            for place in self._parts_there():
                self._drop(channel, place)
        except ProviderRefused as denied:
            return self._in_words(["(deleted elsewhere)"], ts, denied)
        for step in self.parcel.beside.values():
            self._drop_file(channel, step)
        return Sent()

    def _drop_file(self, channel: str, step: str) -> None:
        """A file of ours, or the link that tells of it; fine if it is gone."""
        if step.startswith(TOLD_AS_LINK):
            ts = step.partition(" ")[2]
            self._drop(channel, ts) if ts else None
            return
        try:
            self.slack.call("files.delete", file=step)
        except ProviderRefused as denied:
            if denied.reason not in FILE_ABSENT:
                raise

    def _parts_there(self) -> list[str]:
        return [self._there()[1], *(each.partition("/")[2] for each in self.parcel.parts)]

    def _drop(self, channel: str, ts: str) -> None:
        """chat.delete; fine if it is gone."""
        try:
            self.slack.call("chat.delete", channel=channel, ts=ts)
        except ProviderRefused as denied:
            if denied.reason != ABSENT:
                raise

    def _in_words(self, texts: list[str], ts: str, denied: ProviderRefused) -> Receipt:
        """What cannot be done to a message that is not ours is said in its thread."""
        if denied.reason not in NOT_OURS:
            raise denied
        send_missing(self.parcel, texts, self._sent_already(ts, len(texts)), send=partial(self._say, thread=ts))
        return Sent()

    def _say(self, text: str, number: int, *, thread: str) -> str:
        """Words of our own."""
        mark, (channel, _) = self._mark(MARK, number), self._there()
        answer = self.slack.call("chat.postMessage", channel=channel, thread_ts=thread, text=text, metadata=mark)
        return str(answer.get("ts", ""))

    def reaction(self) -> Receipt:
        """Our own reaction stands for everybody's from elsewhere. What Slack does not take is told."""
        channel, ts = self._there()
        if not ts or self.parcel.bridge is None:
            return Skipped(reason="the message never got there")
        wanted = _wanted(self.parcel.message, f"{self.install.id}/{self.parcel.bridge.conversation}")
        did, refused = False, list[str]()
        for emoji, on in wanted.items():
            verb = "add" if on else "remove"
            try:
                self.slack.call(f"reactions.{verb}", channel=channel, timestamp=ts, name=name_of(emoji))
                did = True
            except ProviderRefused as denied:
                if denied.reason in NOT_TAKEN:
                    refused += [f"{emoji}: {denied.reason}"] if on else []
                elif denied.reason not in DONE_BEFORE:
                    raise
        reason = "; ".join(refused)[:MAX_REASON]
        return Skipped(reason=reason) if refused and not did else Sent(reason=reason)

    def card(self) -> Receipt:
        """The card as the room is now."""
        bridge = self.parcel.bridge
        channel, _, ts = (bridge.conversation if bridge else "").partition("/")
        if not ts:
            return Skipped(reason="the room has no thread there yet")
        self.slack.call(
            "chat.update", channel=channel, ts=ts, text=card.words(self.parcel), blocks=card.blocks(self.parcel)
        )
        return Sent()


SENDERS: dict[What, Callable[[_Sending], Receipt]] = {
    "post": _Sending.post,
    "edit": _Sending.edit,
    "delete": _Sending.delete,
    "reaction": _Sending.reaction,
    "card": _Sending.card,
}


def _strong(name: str) -> Paragraph:
    return Paragraph(((Run(name, frozenset({"strong"})),),))


def _said_by(name: str, blocks: list[Block]) -> list[Block]:
    """Blocks with their speaker before the first word."""
    first, said = blocks[0], (*_strong(name).lines[0], Run(": "))
    if isinstance(first, Paragraph) and not first.level:
        return [Paragraph((merged((*said, *first.lines[0])), *first.lines[1:])), *blocks[1:]]
    return [Paragraph((merged(said),)), *blocks]


def _wanted(message: Message, here: str) -> dict[str, bool]:
    """Each emoji that there ever was, and whether somebody elsewhere has put it."""
    return {
        emoji: any(mark.on and not within(mark.via, here) for mark in marks.values())
        for emoji, marks in message.reactions.items()
    }
