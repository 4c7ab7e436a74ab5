"""Arrivals of conversations that are bound to rooms. The binding says whose they are, and nothing that came before it
ever lands in its room."""

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
    Reacted,
    Renamed,
    Said,
    Shut,
)
from ...desk.customers import Customer
from ...desk.deliveries import Delivery
from ...desk.errors import Conflict
from ...desk.files import MAX_SIZE
from ...desk.ids import delivery_parts, derived, message_id, user_id
from ...desk.messages import Author, Draft, Mapped, Message, Reply, fitting
from ...desk.permissions import Principal
from ...desk.rooms import MAX_NAME, Binding, Bridge, Room
from ...desk.titles import first_line
from ...desk.workspaces import Install
from ...ports import Asking, ProviderBusy, ProviderRefused, World, over, ref
from ..bridges.bind import redeem
from ..bridges.id_map import complete_by_echo, map_conversation
from ..bridges.pause_bridge import pause_bridge
from ..bridges.stop_install import stop_install
from ..customers.admit import admit_visitor
from ..optimistic_retry import again
from ..rooms.acknowledge import acknowledge_by_eyes
from ..rooms.amend import amend_known, react_step, react_wait
from ..rooms.fork import fork
from ..rooms.post import post
from ..secrets import Opened
from .amended import amend_by_delete, amend_by_edit
from .commands import run_command
from .context import BOTS, Arriving, Blocked, Ignore, kept, kept_rest, own_room
from .identify import author_of, blocked, outside_person


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
    binding = own or whole
    if binding is None or rooms[binding.room] is None:
        return None
    room = rooms[binding.room]
    if own and whole and own.bound_at < whole.bound_at and rooms[whole.room].customer != room.customer:
        binding, room = whole, rooms[whole.room]
    if binding is whole and known and rooms[known.room] and rooms[known.room].customer == room.customer:
        room = rooms[known.room]
    customer, bridge = store.many(
        [ref(Customer, room.customer or "none"), ref(Bridge, binding.room, install.id, binding.slot)]
    )
    return Home(room, customer, bridge, binding.bound_at, known if known and known.room == room.id else None)


def take_message(arriving: Arriving, arrival: Said) -> None:
    """Somebody speaks in a bound conversation."""
    world, install = arriving.world, arriving.install
    repeat = world.store.one(ref(Mapped, install.id, arrival.id))
    if repeat and repeat.n:
        return
    home = home_of(arriving, arrival.conversation, arrival.reply_to)
    if home is None:
        raise Ignore("unbound-conversation")
    if home.bridge and home.bridge.direction == "out":
        raise Ignore("one-way-bridge")
    if min(arriving.envelope.received_at, arrival.at) < home.bound_at:
        _before(arriving, arrival)
        return
    if arrival.thread_room and home.root and home.room.kind == "triage" and not home.root.internal:
        _own_topic(arriving, home)
        home = home_of(arriving, arrival.conversation, arrival.reply_to) or home
    author = author_of(world, install, arrival.speaker, home.customer)
    if blocked(world, home.customer, author):
        raise Blocked
    bots = install.config.get("bots", "heard") if author.kind == "machine" else ""
    if bots == "ignored":
        raise Ignore("another-bot")
    internal = author.kind == "agent" and (arrival.internal or not author.verified)
    internal = internal or (arrival.speaker.side == "vendor" and bots in ("heard", "ask"))
    arrival = _fetched(arriving, arrival, home)
    text, mentions = _named(arriving, arrival.text, arrival.mentions, home)
    said, more = fitting(text)
    draft = Draft(
        author=author,
        text=said,
        source=arriving.source(arrival.id, arrival.at, arrival.conversation, arrival.thread),
        internal=internal,
        attachments=kept(arriving, arrival, author),
        rest=kept_rest(arriving, arrival.id, more, author, quoted=False),
        mentions=mentions,
        reply_to=_reply(home, internal),
        revision=arrival.revision,
        taken_as=BOTS.get(bots, "") if not internal else "",
    )
    post(world, home.room.id, draft)


def _reply(home: Home, internal: bool) -> Reply | None:
    """In a room that is a thread's own every message would answer the first one: there that says nothing."""
    root, bridge = home.root, home.bridge
    if root is None or (root.internal and not internal) or (bridge and "/" in bridge.conversation):
        return None
    return Reply(message=message_id(root.room, root.n, root.internal))


def _before(arriving: Arriving, arrival: Said) -> None:
    """From before the conversation was bound: nobody can tell whose it is, so agents alone see it."""
    person = outside_person(
        arriving.world, arriving.install, arrival.speaker.outside, arrival.speaker.account, arrival.speaker.name
    )
    id_ = derived("vis", arriving.install.id, person.outside)
    visitor = admit_visitor(arriving.world, arriving.install.workspace, id_, person.name, person.email)
    author = Author(kind="visitor", id=visitor.id, name=person.name, verified=False)
    arrival = _fetched(arriving, arrival, None)
    arrival = msgspec.structs.replace(arrival, text=_named(arriving, arrival.text, arrival.mentions, None)[0])
    said, more = fitting(arrival.text)
    rest = kept_rest(arriving, arrival.id, more, author, quoted=False)
    source = arriving.source(arrival.id, arrival.at, arrival.conversation, arrival.thread)
    room = own_room(arriving, arrival, None, author)
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
    fork(arriving.world, who, root.room, root.n, root.n, first_line(began.text, "Thread")[:MAX_NAME])


def _fetched(arriving: Arriving, arrival: Said, home: Home | None) -> Said:
    """The message with its files' bytes. What cannot be fetched, or shall not cross, is told as a link."""
    crossing = home is None or home.bridge is None or home.bridge.files
    files, words = [], []
    for file in arrival.files:
        content = _content(arriving, arrival, file) if crossing else None
        if content is None:
            words.append(f"[{file.name}]({file.link})" if file.link else f"({file.name})")
        else:
            files.append(msgspec.structs.replace(file, content=content))
    text = "\n".join([*([arrival.text] if arrival.text else []), *words])
    return msgspec.structs.replace(arrival, files=tuple(files), text=text)


def _content(arriving: Arriving, arrival: Said, file: File) -> bytes | None:
    if not file.url:
        return file.content
    asked = _asking(arriving.world, arriving.install)
    try:
        return asked.file(file, arrival.speaker.account, MAX_SIZE) if asked else None
    except (ProviderBusy, ProviderRefused):
        return None


def _named(arriving: Arriving, text: str, mentions: dict[str, str], home: Home | None) -> tuple[str, tuple[str, ...]]:
    """The text with people's names where the provider had their ids, and who of them belongs to the room."""
    found: list[str] = []
    for mark, outside in mentions.items():
        person = outside_person(arriving.world, arriving.install, outside, "")
        text = text.replace(mark, f"@{person.name}")
        if person.agent:
            found.append(person.agent)
        elif home and home.customer and person.seen_at and not person.bot:
            found.append(user_id(home.customer.id, f"{arriving.install.kind}:{outside}"))
    return text, tuple(dict.fromkeys(found))


def take_edit(arriving: Arriving, arrival: Edited) -> None:
    """An edit, if edits cross, with names for ids."""
    home, known = _crossing(arriving, arrival.id, arrival.conversation, "edits")
    text, more = fitting(_named(arriving, arrival.text, arrival.mentions, home)[0])
    said = arriving.world.store.one(ref(Message, known.room, known.n, known.internal)) if known and more else None
    rest = kept_rest(arriving, f"{arrival.id} {arrival.revision}", more, said.author, quoted=False) if said else None
    conversation = known.thread if known else arrival.conversation
    amend_by_edit(arriving, msgspec.structs.replace(arrival, text=text, conversation=conversation), rest)


def take_delete(arriving: Arriving, arrival: Deleted) -> None:
    """A delete, if deletes cross."""
    _, known = _crossing(arriving, arrival.id, arrival.conversation, "deletes")
    conversation = known.thread if known else arrival.conversation
    amend_by_delete(arriving, msgspec.structs.replace(arrival, conversation=conversation))


def _crossing(arriving: Arriving, id_: str, conversation: str, what: str) -> tuple[Home, Mapped | None]:
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
    home, known = _crossing(arriving, arrival.id, arrival.conversation, "reactions")
    room = world.store.one(ref(Room, known.room)) if known else home.room
    if room is None or room.customer != home.room.customer:
        raise Ignore("message-of-another-customer")
    author = author_of(world, install, arrival.speaker, home.customer)
    if blocked(world, home.customer, author):
        raise Blocked
    conversation = known.thread if known else arrival.conversation
    via = f"{install.id}/{conversation}"
    mark = (author.id, arrival.emoji, arrival.on, arrival.revision)
    message = amend_known(
        world,
        arriving.source(arrival.id, arrival.at, conversation),
        install.workspace,
        react_step(*mark, via),
        react_wait(*mark, room.customer, via),
        "reaction",
        author.id,
    )
    if message and arrival.on and author.kind == "agent" and author.verified:
        aloud = arrival.speaker.side == "vendor"  # in their own conversation the customer has seen it
        acknowledge_by_eyes(world, message, author.id, arrival.emoji, aloud=aloud)


def _met(arriving: Arriving, id_: str) -> bool:
    known = arriving.world.store.one(ref(Mapped, arriving.install.id, id_))
    return known is not None and bool(known.n)


def _wait_in_the_agents_channel(arriving: Arriving, arrival: Reacted) -> None:
    """An agent reacts to a message that has not come yet. The event tells the channel and not the thread, so nobody
    knows the room yet: it waits with the message's id."""
    world, install = arriving.world, arriving.install
    author = author_of(world, install, arrival.speaker, None)
    via = f"{install.id}/{arrival.conversation}"
    mark = (author.id, arrival.emoji, arrival.on, arrival.revision)
    source = arriving.source(arrival.id, arrival.at, arrival.conversation)
    wait = react_wait(*mark, None, via)
    amend_known(world, source, install.workspace, react_step(*mark, via), wait, "reaction", author.id)


def take_echo(arriving: Arriving, arrival: Echoed) -> None:
    """What we sent is there: the receipt, whatever our own call was told."""
    parts = delivery_parts(arrival.mark)
    row = arriving.world.store.one(ref(Delivery, *parts)) if parts else None
    if row is None or row.install != arriving.install.id:
        raise Ignore("mark-of-nothing-of-ours")
    if arrival.conversation:
        map_conversation(arriving.world, row, arrival.conversation)
    else:
        complete_by_echo(arriving.world, row, arrival.id, arrival.thread)


def take_connect_code(arriving: Arriving, arrival: Connected) -> None:
    """A connect code was typed: whoever typed it is told what came of it."""
    try:
        room = redeem(
            arriving.world, arriving.install, arrival.code, arrival.conversation, arrival.account, arrival.name
        )
        words = (
            f"Connected: what is said here now reaches {room.customer_external_id or room.name}'s room “{room.name}”."
            if room
            else "This code is not good: it may be used up, or more than a day old."
        )
    except Conflict:
        words = "This conversation is connected to another room already. Its agents can take it from there."
    answer(arriving, arrival.answer, words, arrival.account)


def take_command(arriving: Arriving, arrival: Commanded) -> None:
    """An agent's order: done, and answered."""
    answer(arriving, arrival.answer, run_command(arriving.world, arriving.install, arrival), arrival.speaker.account)


def answer(arriving: Arriving, where: str, words: str, account: str) -> None:
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
    home = home_of(arriving, arrival.conversation)
    if home is None or home.bridge is None:
        raise Ignore("unbound-conversation")
    pause_bridge(arriving.world, home.bridge, arrival.reason)


def take_rename(arriving: Arriving, arrival: Renamed) -> None:
    """What people call the conversation now."""
    home = home_of(arriving, arrival.conversation)
    if home is None or home.bridge is None:
        raise Ignore("unbound-conversation")
    bridge = home.bridge
    _changed(arriving.world, bridge, {"name": arrival.name[:MAX_NAME]})


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
        stop_install(arriving.world, arriving.install, "paused", arrival.reason)
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
