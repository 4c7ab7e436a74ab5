"""Arrivals of conversations that are bound to rooms. The binding says whose they are, and nothing that came before it
ever lands in its room (ADR 50)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from ...desk.arrivals import (
    AccountLost,
    Commanded,
    Connected,
    Deleted,
    Echoed,
    Edited,
    File,
    Moved,
    Reacted,
    Renamed,
    Said,
    Shut,
    Unsolved,
)
from ...desk.customers import Customer
from ...desk.deliveries import Delivery
from ...desk.errors import Conflict
from ...desk.files import MAX_SIZE
from ...desk.ids import delivery_parts, derived, message_id, user_id
from ...desk.markdown_writer import escaped_words, linked
from ...desk.messages import Author, Draft, Mapped, Message, Reply, fitting
from ...desk.permissions import Principal
from ...desk.rooms import MAX_NAME, Binding, Bridge, Room
from ...desk.titles import first_line
from ...desk.workspaces import Install
from ...ports import Asking, ProviderBusy, ProviderRefused, World, Write, new, over, ref
from ..bridges.bind import redeem
from ..bridges.id_map import complete_by_echo, map_conversation
from ..bridges.pause_bridge import pause_bridge
from ..bridges.stop_install import stop_install
from ..customers.admit import admit_visitor
from ..fence import fenced
from ..forgotten import id_now
from ..optimistic_retry import again
from ..rooms.acknowledge import acknowledge_by_eyes
from ..rooms.amend import amend_known, react_step, react_wait
from ..rooms.fork import fork
from ..rooms.post import post
from ..rooms.reopen import reopen
from ..secrets import Opened
from .amended import amend_by_delete, amend_by_edit
from .commands import run_command
from .context import BLOCKED, BOTS, Arriving, Ignore, kept, kept_rest, own_room
from .identify import author_of, blocked, outside_person

EMPTIED = "(no text)"  # where nothing is left of what was said


@dataclass(frozen=True)
class Home:
    """Where an outside conversation lives: its room and customer, its bridge, and since when. `root` is what the id map
    has for the message that its thread began with."""

    room: Room
    customer: Customer | None
    bridge: Bridge | None
    bound_at: int
    root: Mapped | None


def home_of(arriving: Arriving, conversation: str, reply_to: str = "") -> Home | None:
    """The home of a thread: where it is tied to itself, else where what it began with lives, else where the whole
    conversation does. A conversation that was bound to another customer later takes its threads along."""
    store, install = arriving.world.store, arriving.install
    wider = conversation.partition("/")[0]
    own, whole, *root = store.many(
        [
            ref(Binding, install.id, conversation),
            ref(Binding, install.id, wider),
            *([ref(Mapped, install.id, reply_to)] if reply_to else []),
        ]
    )
    known = root[0] if root and root[0] and root[0].n else None
    names = [binding.room if binding else "" for binding in (own, whole)] + [known.room if known else ""]
    rooms = dict(zip(names, store.many([ref(Room, name) for name in names]), strict=True))
    binding = _binding(own, whole, rooms)
    room = rooms[binding.room] if binding else None
    if binding is None or room is None:
        return None
    began = rooms[known.room] if known and binding is whole else None
    if began and began.customer == room.customer:
        room = began
    customer, bridge = store.many(
        [ref(Customer, room.customer or "none"), ref(Bridge, binding.room, install.id, binding.slot)]
    )
    return Home(room, customer, bridge, binding.bound_at, known if known and known.room == room.id else None)


def _binding(own: Binding | None, whole: Binding | None, rooms: dict[str, Room | None]) -> Binding | None:
    """A thread's own, unless the whole conversation was bound to another customer since."""
    if own is None or whole is None or own.bound_at >= whole.bound_at:
        return own or whole
    here, there = rooms[own.room], rooms[whole.room]
    return whole if here and there and there.customer != here.customer else own


def take_message(arriving: Arriving, arrival: Said) -> None:
    """Somebody speaks in a bound conversation.

    A repeat is found before anything else: it must not be refused for what has changed since. Where it belongs is
    decided before who speaks, since a person is known within a customer; what came from before the binding goes to
    agents alone, whoever spoke. Bots and blocked people are refused before files are fetched or a text is read: neither
    is worth a call."""
    world, install = arriving.world, arriving.install
    repeat = world.store.one(ref(Mapped, install.id, arrival.id))
    if repeat and repeat.n:
        return
    home = home_of(arriving, arrival.conversation, arrival.reply_to)
    if home is None:
        arriving.refuse("unbound-conversation")
        _before(arriving, arrival)
        return
    if home.bridge and home.bridge.direction == "out":
        arriving.refuse("one-way-bridge")
    if min(arriving.envelope.received_at, arrival.at) < home.bound_at:
        _before(arriving, arrival)
        return
    if arrival.thread_room and home.root and home.room.kind == "triage" and not home.root.internal:
        _own_topic(arriving, home)
        home = home_of(arriving, arrival.conversation, arrival.reply_to) or home
    author = author_of(world, install, arrival.speaker, customer=home.customer)
    if blocked(world, home.customer, author):
        arriving.refuse(BLOCKED)
    bots = install.config.get("bots", "heard") if author.kind == "machine" else ""
    if bots == "ignored":
        arriving.refuse("another-bot")
    internal = _is_note(arrival, author, bots)
    arrival = _fetched(arriving, arrival, home)
    text, mentions = named(arriving, arrival.text, arrival.mentions, home=home)
    said, more = fitting(text)
    draft = Draft(
        author=author,
        text=said,
        source=arriving.source(arrival.id, arrival.at, arrival.conversation, thread=arrival.thread),
        internal=internal,
        attachments=kept(arriving, arrival, author),
        rest=kept_rest(arriving, arrival.id, more, author=author, quoted=False),
        mentions=mentions,
        reply_to=_reply(home, internal),
        revision=arrival.revision,
        taken_as=BOTS.get(bots, "") if not internal else "",
    )
    post(world, home.room.id, draft)


def _is_note(arrival: Said, author: Author, bots: str) -> bool:
    """Whether customers do not read it: an agent's aside, or of somebody who only may be one; a bot of the vendor's."""
    if author.kind == "agent":
        return arrival.internal or not author.verified
    return arrival.speaker.side == "vendor" and bots in ("heard", "ask")


def _reply(home: Home, internal: bool) -> Reply | None:
    """In a room that is a thread's own every message would answer the first one: there that says nothing."""
    root, bridge = home.root, home.bridge
    if root is None or (root.internal and not internal) or (bridge and "/" in bridge.conversation):
        return None
    return Reply(message=message_id(root.room, root.n, root.internal))


def _before(arriving: Arriving, arrival: Said) -> None:
    """From before the conversation was bound, or of one that is not: nobody can tell whose it is, so agents alone see
    it."""
    person = outside_person(
        arriving.world,
        arriving.install,
        arrival.speaker.outside,
        account=arrival.speaker.account,
        name=arrival.speaker.name,
    )
    id_ = derived("vis", arriving.install.id, person.outside)
    visitor = admit_visitor(arriving.world, arriving.install.workspace, id_, name=person.name, email=person.email)
    author = Author(kind="visitor", id=visitor.id, name=person.name, verified=False)
    arrival = _fetched(arriving, arrival, None)
    arrival = msgspec.structs.replace(arrival, text=named(arriving, arrival.text, arrival.mentions, home=None)[0])
    said, more = fitting(arrival.text)
    rest = kept_rest(arriving, arrival.id, more, author=author, quoted=False)
    source = arriving.source(arrival.id, arrival.at, arrival.conversation, thread=arrival.thread)
    room = own_room(arriving, arrival, None, author=author)
    post(
        arriving.world,
        room,
        Draft(author=author, text=said, source=source, attachments=kept(arriving, arrival, author), rest=rest),
    )


def _own_topic(arriving: Arriving, home: Home) -> None:
    """The thread becomes a room, named for what it began with."""
    root = home.root
    began = arriving.world.store.one(ref(Message, root.room, root.n, False)) if root else None
    if root is None or began is None:
        return
    install = arriving.install
    who = Principal(
        workspace=install.workspace,
        kind="agent",
        id=install.id,
        name=install.name,
        credential=install.id,
        role="agent",
    )
    fork(arriving.world, who, root.room, first=root.n, last=root.n, name=first_line(began.text, "Thread")[:MAX_NAME])


def _fetched(arriving: Arriving, arrival: Said, home: Home | None) -> Said:
    """The message with its files' bytes. What cannot be fetched, or shall not cross, is told as a link."""
    crossing = home is None or home.bridge is None or home.bridge.files
    files, links = [], []
    for file in arrival.files:
        content = _content(arriving, arrival, file) if crossing else None
        if content is None:
            links.append(file)
        else:
            files.append(msgspec.structs.replace(file, content=content))
    return msgspec.structs.replace(arrival, files=tuple(files), text=with_links(arrival.text, links))


def with_links(text: str, files: Iterable[File]) -> str:
    """The words, and under them where the files are that did not come along."""
    links = (linked(file.name, file.link) if file.link else f"({escaped_words(file.name)})" for file in files)
    return "\n".join([*([text] if text else []), *links])


def _content(arriving: Arriving, arrival: Said, file: File) -> bytes | None:
    if not file.url:
        return file.content or None  # of some nothing but a link is told
    asked = _asking(arriving.world, arriving.install)
    try:
        return asked.file(file, arrival.speaker.account, MAX_SIZE) if asked else None
    except (ProviderBusy, ProviderRefused):
        return None


def named(arriving: Arriving, text: str, mentions: dict[str, str], *, home: Home | None) -> tuple[str, tuple[str, ...]]:
    """The text with people's names where the provider had their ids, and who of them belongs to the room."""
    found: list[str] = []
    for mark, outside in mentions.items():
        person = outside_person(arriving.world, arriving.install, outside, account="")
        text = text.replace(mark, f"@{escaped_words(person.name)}")
        if person.agent:
            found.append(person.agent)
        elif home and home.customer and person.seen_at and not person.bot:
            called = user_id(home.customer.id, f"{arriving.install.kind}:{outside}")
            gone = arriving.install.forgets
            found.append(id_now(arriving.world, arriving.install.workspace, called) if gone else called)
    return text, tuple(dict.fromkeys(found))


def take_edit(arriving: Arriving, arrival: Edited) -> None:
    """An edit, if edits cross, with names for ids. A file that did not come along is told of by its link still."""
    home, known = _crossing(arriving, arrival.id, arrival.conversation, what="edits")
    said = arriving.world.store.one(ref(Message, known.room, known.n, known.internal)) if known else None
    there = {file.name for file in said.attachments} if said else set()
    text = with_links(arrival.text, (file for file in arrival.files if file.name not in there))
    if said and not (text.strip() or there):
        text = EMPTIED
    text, more = fitting(named(arriving, text, arrival.mentions, home=home)[0])
    rest = (
        kept_rest(arriving, f"{arrival.id} {arrival.revision}", more, author=said.author, quoted=False)
        if said
        else None
    )
    conversation = known.thread if known else arrival.conversation
    amend_by_edit(arriving, msgspec.structs.replace(arrival, text=text, conversation=conversation), rest)


def take_delete(arriving: Arriving, arrival: Deleted) -> None:
    """A delete, if deletes cross."""
    _, known = _crossing(arriving, arrival.id, arrival.conversation, what="deletes")
    conversation = known.thread if known else arrival.conversation
    amend_by_delete(arriving, msgspec.structs.replace(arrival, conversation=conversation))


def _crossing(arriving: Arriving, id_: str, conversation: str, *, what: str) -> tuple[Home, Mapped | None]:
    """Events about a message may tell its channel and not its thread: the id map knows better."""
    known = arriving.world.store.one(ref(Mapped, arriving.install.id, id_))
    known = known if known and known.n and known.thread else None
    home = home_of(arriving, known.thread if known else conversation)
    if home is None:
        raise Ignore("unbound-conversation")
    if home.bridge and (home.bridge.direction == "out" or not getattr(home.bridge, what)):
        raise Ignore(f"{what}-do-not-cross")
    return home, known


def take_reaction(arriving: Arriving, arrival: Reacted) -> None:
    """Somebody reacts in a bound conversation: a member of the room that the message lives in."""
    world, install = arriving.world, arriving.install
    if (
        arrival.speaker.side == "vendor"
        and home_of(arriving, arrival.conversation) is None
        and not _met(arriving, arrival.id)
    ):
        _wait_in_the_agents_channel(arriving, arrival)
        return
    home, known = _crossing(arriving, arrival.id, arrival.conversation, what="reactions")
    room = world.store.one(ref(Room, known.room)) if known else home.room
    if room is None or room.customer != home.room.customer:
        raise Ignore("message-of-another-customer")
    author = author_of(world, install, arrival.speaker, customer=home.customer)
    if blocked(world, home.customer, author):
        raise Ignore(BLOCKED)
    conversation = known.thread if known else arrival.conversation
    via = f"{install.id}/{conversation}"
    mark, revision = (author.id, arrival.emoji, arrival.on), arrival.revision
    message = amend_known(
        world,
        arriving.source(arrival.id, arrival.at, conversation),
        install.workspace,
        step=react_step(*mark, revision=revision, via=via),
        wait=react_wait(*mark, revision=revision, customer=room.customer, via=via),
        type_="reaction",
        by=author.id,
    )
    if message and arrival.on and author.kind == "agent" and author.verified:
        aloud = arrival.speaker.side == "vendor"  # in their own conversation the customer has seen it
        acknowledge_by_eyes(world, message, author.id, emoji=arrival.emoji, aloud=aloud)


def _met(arriving: Arriving, id_: str) -> bool:
    known = arriving.world.store.one(ref(Mapped, arriving.install.id, id_))
    return known is not None and bool(known.n)


def _wait_in_the_agents_channel(arriving: Arriving, arrival: Reacted) -> None:
    """An agent reacts to a message that has not come yet. The event tells the channel and not the thread, so nobody
    knows the room yet: it waits with the message's id."""
    world, install = arriving.world, arriving.install
    author = author_of(world, install, arrival.speaker, customer=None)
    via = f"{install.id}/{arrival.conversation}"
    mark, revision = (author.id, arrival.emoji, arrival.on), arrival.revision
    source = arriving.source(arrival.id, arrival.at, arrival.conversation)
    wait = react_wait(*mark, revision=revision, customer=None, via=via)
    amend_known(
        world,
        source,
        install.workspace,
        step=react_step(*mark, revision=revision, via=via),
        wait=wait,
        type_="reaction",
        by=author.id,
    )


def take_echo(arriving: Arriving, arrival: Echoed) -> None:
    """What we sent is there: the receipt, whatever our own call was told."""
    parts = delivery_parts(arrival.mark)
    row = arriving.world.store.one(ref(Delivery, *parts)) if parts else None
    if row is None or row.install != arriving.install.id:
        raise Ignore("mark-of-nothing-of-ours")
    if arrival.conversation:
        map_conversation(arriving.world, row, arrival.conversation)
    else:
        complete_by_echo(arriving.world, row, arrival.id, thread=arrival.thread, part=arrival.part)


def take_connect_code(arriving: Arriving, arrival: Connected) -> None:
    """A connect code was typed: whoever typed it is told what came of it."""
    try:
        room = redeem(
            arriving.world,
            arriving.install,
            arrival.code,
            conversation=arrival.conversation,
            account=arrival.account,
            name=arrival.name,
        )
        words = (
            f"Connected: what is said here now reaches {room.customer_external_id or room.name}'s room “{room.name}”."
            if room
            else "This code is not good: it may be used up, or more than a day old."
        )
    except Conflict:
        words = "This conversation is connected to another room already. Its agents can take it from there."
    answer(arriving, arrival.answer, words, account=arrival.account)


def take_command(arriving: Arriving, arrival: Commanded) -> None:
    """An agent's order: done, and answered."""
    answer(
        arriving,
        arrival.answer,
        run_command(arriving.world, arriving.install, arrival),
        account=arrival.speaker.account,
    )


def take_unsolved(arriving: Arriving, arrival: Unsolved) -> None:
    """Whoever may speak where they were told how it ended says that it is not solved: the room is open again."""
    world, install = arriving.world, arriving.install
    known = world.store.one(ref(Mapped, install.id, arrival.id))
    room = fenced(world.store.one(ref(Room, known.room)) if known and known.n else None, install.workspace)
    if room is None:
        raise Ignore("unknown-message")
    customer = world.store.one(ref(Customer, room.customer)) if room.customer else None
    author = author_of(world, install, arrival.speaker, customer=customer)
    if author.kind == "machine" or blocked(world, customer, author):
        raise Ignore(BLOCKED)
    reopen(world, room, author)
    answer(arriving, arrival.answer, "It is open again.", account=arrival.speaker.account)


def answer(arriving: Arriving, where: str, words: str, *, account: str) -> None:
    """Answer in the conversation; that it cannot be told undoes nothing."""
    asked = _asking(arriving.world, arriving.install)
    if asked is None or not where:
        return
    try:
        asked.answer(where, words, account)
    except (ProviderBusy, ProviderRefused):
        return


def take_shut(arriving: Arriving, arrival: Shut) -> None:
    """An archived conversation pauses its bridge; one that is open again goes on."""
    pause_bridge(arriving.world, _own_bridge(arriving, arrival.conversation), arrival.reason)


def take_rename(arriving: Arriving, arrival: Renamed) -> None:
    """What people call the conversation now."""
    bridge = _own_bridge(arriving, arrival.conversation)
    _changed(arriving.world, bridge, {"name": arrival.name[:MAX_NAME]})


def _own_bridge(arriving: Arriving, conversation: str) -> Bridge:
    """The bridge of this very conversation: what happens to a thread does not happen to what it is in."""
    home = home_of(arriving, conversation)
    if home is None or home.bridge is None or home.bridge.conversation != conversation:
        raise Ignore("unbound-conversation")
    return home.bridge


def take_move(arriving: Arriving, arrival: Moved) -> None:
    """The room's bridge goes along; what still comes under the id of before is the room's as well."""
    store, install = arriving.world.store, arriving.install

    def attempt(_: int) -> None:
        old, there = store.many([ref(Binding, install.id, each) for each in (arrival.conversation, arrival.into)])
        if old is None or (there and (there.room, there.slot) != (old.room, old.slot)):
            raise Ignore("bound-elsewhere" if old else "unbound-conversation")
        bridge = store.one(ref(Bridge, old.room, install.id, old.slot))
        writes: list[Write] = []
        if there is None:
            writes.append(new(msgspec.structs.replace(old, conversation=arrival.into, version=1)))
        if bridge and bridge.conversation == arrival.conversation:
            writes.append(over(bridge.changed(conversation=arrival.into), bridge))
        if writes:
            store.commit(*writes)

    again(arriving.world, attempt)


def _changed(world: World, bridge: Bridge, fields: dict[str, Any]) -> None:
    def attempt(_: int) -> None:
        old = world.store.one(ref(Bridge, bridge.room, bridge.install, bridge.slot))
        if old and any(getattr(old, name) != value for name, value in fields.items()):
            world.store.commit(over(old.changed(**fields), old))

    again(world, attempt)


def take_account_loss(arriving: Arriving, arrival: AccountLost) -> None:
    """The install's own account is gone: it is paused. Of an account that has credentials of its own only these are
    dropped: bridges that need them are paused when they next speak. A provider may say it twice, in two ways."""
    way = arriving.world.granting(arriving.install.kind)
    named = way.credential(arrival.account) if way and arrival.account else ""
    if named in arriving.install.lost:
        return
    if not any(secret.name == named for secret in arriving.install.secrets):
        stop_install(arriving.world, arriving.install, "paused", reason=arrival.reason)
        return

    def attempt(_: int) -> None:
        old = arriving.world.store.one(ref(Install, arriving.install.id))
        left = tuple(secret for secret in old.secrets if secret.name != named) if old else ()
        if old and left != old.secrets:
            arriving.world.store.commit(over(old.changed(secrets=left, lost=(*old.lost, named)), old))

    again(arriving.world, attempt)


def _asking(world: World, install: Install) -> Asking | None:
    ask = world.asking(install.kind)
    return ask(install, Opened(world, install), world.outside) if ask else None
