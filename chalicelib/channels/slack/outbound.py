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

from typing import Any

from ...desk.deliveries import CONVERSATION, DELETED, POSTED, Lost, Parcel, Receipt, Refused, Retry, Sent, Skipped, What
from ...desk.messages import Attached, Message
from ...desk.rooms import within
from ...desk.workspaces import Install
from ...ports import Outside, ProviderBusy, ProviderRefused, Secrets
from .api import Slack, token_of
from .card import blocks, words
from .emoji import name_of
from .ids import CARD, MARK
from .text import to_mrkdwn

CROSSES = {
    "message": "under the author's name and picture, in the thread of what it answers",
    "edit": "edited; what is not ours is told in words",
    "delete": "deleted; what is not ours is told in words",
    "reaction": "Parley's own, for all from elsewhere",
    "file": "uploaded into the thread; else a link",
}
CARDS = True
MARKS: frozenset[What] = frozenset({"post", "edit", "delete"})
APART_MS = 1000  # ms between two messages of a channel (https://docs.slack.dev/apis/web-api/rate-limits)
MAX_TEXT = 39_000  # Slack cuts at 40,000 characters
MAX_NAME = 80
MAX_REASON = 500
LOOK_BACK_S = 120  # seconds before the delivery was due from which a lost message is looked for
CLOSED = frozenset(
    "channel_not_found not_in_channel is_archived channel_is_archived restricted_action thread_not_found "  # noqa: SIM905
    "restricted_action_thread_locked restricted_action_read_only_channel is_inactive".split()
)
ABSENT = "message_not_found"
TOLD_AS_LINK = "link"
NOT_OURS = frozenset({"cant_update_message", "cant_delete_message", "edit_window_closed"})


def lane(parcel: Parcel, install: Install) -> tuple[str, int] | None:
    """A channel takes one message a second. Edits, deletes and reactions have budgets of their own."""
    if parcel.delivery.what != "post":
        return None
    channel = _channel(parcel, install)
    return (channel, APART_MS) if channel else None


def deliver(parcel: Parcel, install: Install, secrets: Secrets, outside: Outside, now: int) -> Receipt:
    """Send one change over. Never raises for what the other side did."""
    if parcel.message.internal:
        return Refused(reason="internal notes never leave")
    account = parcel.bridge.account if parcel.bridge else ""
    token, own = token_of(secrets, account)
    if not token:
        return Lost(reason="no token is configured: connect the workspace", bridge_only=bool(account))
    sending = _Sending(parcel, install, Slack(outside, install.config, token, now), now)
    try:
        receipt: Receipt = getattr(sending, parcel.delivery.what)()
        return receipt
    except ProviderBusy as busy:
        return Retry(reason=busy.reason, after=busy.after)
    except ProviderRefused as denied:
        if denied.lost:
            return Lost(reason=f"Slack: {denied.reason}", bridge_only=own)
        if denied.reason in CLOSED:
            return Lost(reason=f"Slack: {denied.reason}", bridge_only=True)
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

    def __init__(self, parcel: Parcel, install: Install, slack: Slack, now: int) -> None:
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
        ts = self.steps.get(POSTED) or self._sent_before(MARK, thread)
        if not ts and self.parcel.message.deleted:
            return Skipped(reason=DELETED)
        ts = ts or self._post(thread)
        if files and POSTED not in self.steps:
            self.parcel.keep(POSTED, ts)
        for file in files:
            self._file(file, thread or ts)
        reason = "; ".join(self.unsent)[:MAX_REASON]
        return Sent(provider_id=f"{self.channel}/{ts}", thread=f"{self.channel}/{thread or ts}", reason=reason)

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

    def _post(self, thread: str) -> str:
        fields: dict[str, Any] = {
            "channel": self.channel,
            "thread_ts": thread or None,
            "text": self._text(),
            "metadata": self._mark(MARK),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        shown = self.parcel.bridge.speaker if self.parcel.bridge else "persona"
        name = self._name()
        if shown == "prefix":
            fields["text"] = f"*{to_mrkdwn(name)}*: {fields['text']}"
        elif shown == "persona":
            fields |= {"username": name, "icon_url": self.parcel.picture or None}
        try:
            answer = self.slack.call("chat.postMessage", **fields)
        except ProviderRefused as denied:
            if "chat:write.customize" not in denied.reason:
                raise
            del fields["username"], fields["icon_url"]
            answer = self.slack.call("chat.postMessage", **fields | {"text": f"*{to_mrkdwn(name)}*: {fields['text']}"})
        return str(answer.get("ts", ""))

    def _name(self) -> str:
        """The author's, with their company on the vendor's side."""
        author, customer = self.parcel.message.author, self.parcel.customer_external_id
        side = self.parcel.bridge is None or not self.parcel.bridge.slot
        of = f" ({customer})" if side and customer and author.kind == "user" else ""
        doubt = " (unverified)" if not author.verified else ""
        return author.label[:MAX_NAME] + of + doubt

    def _text(self) -> str:
        """The message's words; files that do not cross are links."""
        message, bridge = self.parcel.message, self.parcel.bridge
        mrkdwn = to_mrkdwn(message.text, self.parcel.people)
        if bridge and not bridge.files:
            mrkdwn = "\n".join(filter(None, [mrkdwn, *(self._link(file) for file in message.attachments)]))
        if len(mrkdwn) > MAX_TEXT:
            mrkdwn = mrkdwn[:MAX_TEXT] + " … (cut: Slack takes no more)"
        rest = self._rest()
        return "\n".join(filter(None, [mrkdwn, rest])) or ("shared a file" if message.attachments else " ")

    def _rest(self) -> str:
        """Where to read what a mail quoted."""
        rest = self.parcel.message.rest
        url = self.parcel.links.get(rest.file.id, "") if rest else ""
        words = f"… {rest.words}" if rest else ""
        return f"<{url}|{words}>" if url else words

    def _link(self, file: Attached) -> str:
        url = self.parcel.links.get(file.id, "")
        name = file.name.replace("|", "¦").replace("<", "‹").replace(">", "›")
        return f"📎 <{url}|{name}>" if url else f"📎 {name}"

    def _mark(self, kind: str) -> dict[str, Any]:
        return {"event_type": kind, "event_payload": {"delivery": self.parcel.delivery.id}}

    def _sent_before(self, kind: str, thread: str) -> str:
        """The ts of the message with our mark, if an earlier try got through although we never heard so."""
        row = self.parcel.delivery
        if not row.tried:
            return ""
        since = f"{row.created_at // 1000 - LOOK_BACK_S}.000000"
        where = {"channel": self.channel, "oldest": since, "limit": "200", "include_all_metadata": "true"}
        try:
            if thread:
                answer = self.slack.call("conversations.replies", ts=thread, **where)
            else:
                answer = self.slack.call("conversations.history", **where)
        except ProviderRefused:
            return ""
        found = answer.get("messages")
        for message in found if isinstance(found, list) else ():
            if isinstance(message, dict) and message.get("metadata") == self._mark(kind):
                return str(message.get("ts", ""))
        return ""

    def _card(self) -> str:
        """The conversation that the card begins."""
        ts = self._sent_before(CARD, "")
        if not ts:
            answer = self.slack.call(
                "chat.postMessage",
                channel=self.channel,
                text=words(self.parcel),
                blocks=blocks(self.parcel),
                metadata=self._mark(CARD),
            )
            ts = str(answer.get("ts", ""))
        return f"{self.channel}/{ts}"

    def _file(self, file: Attached, thread: str) -> None:
        """By the external upload flow, into the thread; what does not go is told as a link."""
        if self.steps.get(file.id) == TOLD_AS_LINK:
            self.unsent.append(f"{file.name} is told as a link")
            return
        try:
            self._upload(file, thread)
        except (ProviderBusy, ProviderRefused) as error:
            self.parcel.keep(file.id, TOLD_AS_LINK)
            how = "is told as a link"
            try:
                self.slack.call("chat.postMessage", channel=self.channel, thread_ts=thread, text=self._link(file))
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
            self.slack.send("POST", str(answer.get("upload_url", "")), content, headers)
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
        """chat.update; of a message that is not ours the new words are said in its thread."""
        channel, ts = self._there()
        if not ts:
            return Skipped(reason="the message never got there")
        text = self._text()
        if self.parcel.bridge and self.parcel.bridge.speaker == "prefix":
            text = f"*{to_mrkdwn(self._name())}*: {text}"
        return self._or_in_words(
            lambda: self.slack.call("chat.update", channel=channel, ts=ts, text=text), f"(edited) {text}", channel, ts
        )

    def delete(self) -> Receipt:
        """chat.delete; of a message that is not ours it is said in its thread."""
        channel, ts = self._there()
        if not ts:
            return Skipped(reason="the message never got there")
        try:
            return self._or_in_words(
                lambda: self.slack.call("chat.delete", channel=channel, ts=ts), "(deleted elsewhere)", channel, ts
            )
        except ProviderRefused as denied:
            if denied.reason == ABSENT:
                return Sent()
            raise

    def _or_in_words(self, call: Any, said: str, channel: str, ts: str) -> Receipt:
        try:
            call()
        except ProviderRefused as denied:
            if denied.reason not in NOT_OURS:
                raise
            if not self._sent_before(MARK, ts):
                mark = self._mark(MARK)
                self.slack.call("chat.postMessage", channel=channel, thread_ts=ts, text=said, metadata=mark)
        return Sent()

    def reaction(self) -> Receipt:
        """Our own reaction stands for everybody's from elsewhere. What Slack has no name for stays away."""
        channel, ts = self._there()
        if not ts or self.parcel.bridge is None:
            return Skipped(reason="the message never got there")
        for emoji, on in _wanted(self.parcel.message, f"{self.install.id}/{self.parcel.bridge.conversation}").items():
            try:
                self.slack.call(
                    f"reactions.{'add' if on else 'remove'}", channel=channel, timestamp=ts, name=name_of(emoji)
                )
            except ProviderRefused as denied:
                if denied.reason not in ("already_reacted", "no_reaction", "invalid_name", "too_many_emoji"):
                    raise
        return Sent()

    def card(self) -> Receipt:
        """The card as the room is now."""
        bridge = self.parcel.bridge
        channel, _, ts = (bridge.conversation if bridge else "").partition("/")
        if not ts:
            return Skipped(reason="the room has no thread there yet")
        self.slack.call("chat.update", channel=channel, ts=ts, text=words(self.parcel), blocks=blocks(self.parcel))
        return Sent()


def _wanted(message: Message, here: str) -> dict[str, bool]:
    """Each emoji that there ever was, and whether somebody elsewhere has put it."""
    return {
        emoji: any(mark.on and not within(mark.via, here) for mark in marks.values())
        for emoji, marks in message.reactions.items()
    }
