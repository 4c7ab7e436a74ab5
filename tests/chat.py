"""A chat provider in memory, with conversations and threads, as two bridges see it: what is typed there arrives as
events, what we send appears there, and our own comes back as an echo. It may be slow, down, or lose its answers."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.desk.arrivals import Arrival, Deleted, Echoed, Edited, Reacted, Said, Speaker
from chalicelib.desk.deliveries import Lost, Parcel, Receipt, Retry, Sent, Skipped
from chalicelib.desk.outside_people import Shown
from chalicelib.desk.rooms import within
from chalicelib.desk.workspaces import Install
from chalicelib.ports import ProviderRefused, World

from .arriving import arrive_as
from .fakes import Parley


@dataclass
class Post:
    """A message over there."""

    id: str
    conversation: str
    text: str
    by: str
    thread: str
    revision: int = 0
    deleted: bool = False
    reactions: set[tuple[str, str]] = field(default_factory=set)


class Lossy(Exception):
    """The provider took it, and our call never heard of it."""


@dataclass
class Chat:
    """One account of the provider. `failing` says how the next calls end: `429`, `500`, `lost answer`, `gone`."""

    now: Callable[[], int]
    kind: str = "webhook"
    posts: dict[str, Post] = field(default_factory=dict)
    events: list[Arrival] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)
    calls: list[tuple[str, str, int]] = field(default_factory=list)
    count: int = 0

    def _stamp(self) -> int:
        self.count += 1
        return self.count

    # what people do there

    def type(self, conversation: str, who: str, text: str, thread: str = "") -> str:
        id_ = f"{conversation}/{self._stamp()}"
        self.posts[id_] = Post(id_, conversation, text, who, thread or id_)
        self.events.append(
            Said(
                id=id_,
                speaker=Speaker(outside=who),
                text=text,
                at=self.now(),
                conversation=thread or conversation,
                thread=thread or id_,
                reply_to=thread,
                tied=True,
            )
        )
        return id_

    def edit(self, id_: str, text: str) -> None:
        post = self.posts[id_]
        if not post.deleted and post.by != "us":
            post.text, post.revision = text, self._stamp()
            edited = Edited(id=id_, text=text, at=self.now(), revision=post.revision, conversation=post.conversation)
            self.events.append(edited)

    def remove(self, id_: str) -> None:
        post = self.posts[id_]
        if post.by != "us" and not post.deleted:
            post.deleted, post.reactions = True, set()
            self.events.append(Deleted(id=id_, at=self.now(), conversation=post.conversation))

    def react(self, id_: str, who: str, emoji: str, on: bool = True) -> None:
        post = self.posts[id_]
        if post.deleted or ((who, emoji) in post.reactions) == on:
            return
        (post.reactions.add if on else post.reactions.discard)((who, emoji))
        self.events.append(
            Reacted(
                id=id_,
                speaker=Speaker(outside=who),
                emoji=emoji,
                on=on,
                at=self.now(),
                revision=self._stamp(),
                conversation=post.conversation,
            )
        )

    # Outbound

    def lane(self, parcel: Parcel, install: Install) -> tuple[str, int] | None:
        return (parcel.bridge.conversation.partition("/")[0] if parcel.bridge else "", 1000)

    def deliver(self, parcel: Parcel, install: Install, secrets: Any, outside: Any, now: int) -> Receipt:
        how = self.failing.pop(0) if self.failing else ""
        self.calls.append((parcel.delivery.id, how, now))
        if how == "429":
            return Retry(reason="HTTP 429", after=30)
        if how == "500":
            return Retry(reason="HTTP 500")
        if how == "gone":
            return Lost(reason="token_revoked")
        receipt = self._take(parcel)
        return Retry(reason="no answer") if how == "lost answer" else receipt

    def _take(self, parcel: Parcel) -> Receipt:
        row, message, bridge = parcel.delivery, parcel.message, parcel.bridge
        assert bridge
        if row.what == "post":
            where, _, root = bridge.conversation.partition("/")
            thread = parcel.thread or (bridge.conversation if root else "")
            id_ = f"{where}/{self._stamp()}"
            said = Post(id_, where, message.text, "us", thread or id_)
            self.posts[id_] = said
            self.events.append(Echoed(id=id_, mark=row.id, thread=said.thread))
            return Sent(provider_id=id_, thread=said.thread)
        post = self.posts.get(parcel.there)
        if post is None:
            return Skipped(reason="it never got there")
        if row.what == "edit" and post.by == "us":
            post.text = message.text
        elif row.what == "delete" and post.by == "us":
            post.deleted, post.reactions = True, set()
        elif row.what == "reaction" and not post.deleted:
            for emoji, marks in message.reactions.items():
                here = f"{bridge.install}/{bridge.conversation}"
                on = any(mark.on and not within(mark.via, here) for mark in marks.values())
                (post.reactions.add if on else post.reactions.discard)(("us", emoji))
        return Sent()

    # Asking

    def person(self, outside: str, account: str) -> Shown:
        if outside == "unknown":
            raise ProviderRefused("user_not_found")
        agent = outside.startswith("agent")
        return Shown(name=outside.title(), email=f"{outside}@vendor.example" if agent else "", home=agent)

    def file(self, file: Any, account: str, most: int) -> bytes:
        raise ProviderRefused("no such file")

    def answer(self, where: str, text: str, account: str) -> None:
        return None


def joined(parley: Parley, chats: dict[str, Chat]) -> World:
    """The world in which each install of `chats` is a chat."""

    class Outbound:
        CARDS = False
        MARKS: frozenset[str] = frozenset()
        UNMARKED: frozenset[str] = frozenset()

        def lane(self, parcel: Parcel, install: Install) -> tuple[str, int] | None:
            return chats[install.id].lane(parcel, install)

        def deliver(self, parcel: Parcel, install: Install, *rest: Any, **named: Any) -> Receipt:
            return chats[install.id].deliver(parcel, install, *rest, **named)

    parley.world = replace(
        parley.world,
        outbound=lambda kind: Outbound(),
        asking=lambda kind: lambda install, secrets, outside: chats[install.id],
    )
    return parley.world


def pass_on(parley: Parley, chat: Chat, install: str, *, times: int = 1) -> None:
    """Hand over what happened there since the last time."""
    events, chat.events = chat.events, []
    for event in events:
        for _ in range(times):
            arrive_as(parley, event, install=install)
