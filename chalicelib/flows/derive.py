"""All that follows from one change of the table (change feed, read models, transactional outbox; ADR 86).

The stream's worker calls `derive` with a batch of changes, and so do the tests. It decides on what is stored, not on
whether a record was put or changed, and talks to the table and to queues alone: what comes twice does nothing twice.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from ..desk.clocks import Ending
from ..desk.customers import Customer, User, Visitor
from ..desk.dead_letters import DeadLetter
from ..desk.issues import Issue, IssueTie
from ..desk.messages import Change, Message
from ..desk.policies import Policies
from ..desk.ratings import Rating
from ..desk.record import Record
from ..desk.room_transitions import progress_at
from ..desk.rooms import Room, shut_to
from ..desk.search_index import Unindexed
from ..desk.segments import Placement
from ..desk.sessions import Session, ended_at
from ..desk.workspace_events import happened
from ..desk.workspaces import Agent, ApiKey
from ..ports import AwsAway, Call, Task, World
from .alerts.gather import gather, wanted
from .broadcasts.results import mark_reaction, mark_replied
from .clocks.refresh_clocks import refresh_clocks
from .customers.batches import Moves
from .dead_letters.note import new_note
from .delivery.announce import announce, announce_rating
from .delivery.batch_reads import BatchReads
from .delivery.owed import owed, owed_for_opening, wake
from .delivery.tell import tell
from .rooms.measure_proposals import answers, measure
from .rooms.refresh_views import refresh_views
from .search.index import changed_thing, mark_changed, unindexed_of
from .tickets.after_change import tasks_after_change
from .usage.due import LATE_S, known_now, lates
from .usage.reasons import note_question

MOVED: dict[bool, Ending] = {False: "withdrawn", True: "moved"}
SETTLE_S = 60  # seconds after which no batch goes on that had read the workspace without its policies


class Frame(Protocol):
    """Makes what pages are told of a change."""

    def __call__(
        self, happening: Message | Change, message: Message | None, room: Room, *, base_url: str, watched: bool
    ) -> dict[str, Any]:
        """The frame, and whom it goes to."""


@dataclass(frozen=True, slots=True)
class Written:
    """A row of the table that was written: its key, the name of its kind, what is there `now` and what was `before`
    (None: nothing). Decoding is part of the attempt: a row that cannot be read is set aside, as one that cannot be
    worked off is."""

    pk: str
    sk: str
    kind: str
    now: Callable[[], Record | None]
    before: Callable[[], Record | None]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A change that could not be worked off: why, and its note, to be stored by the caller."""

    error: Exception
    note: DeadLetter | None


@dataclass(slots=True)
class Batch:
    """What a batch of changes has read, and what it hands over once all of them are worked off."""

    world: World
    frame: Frame
    reads: BatchReads = field(init=False)
    calls: list[Call] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    moves: Moves = field(default_factory=Moves)
    unindexed: list[Unindexed] = field(default_factory=list)
    pushes: list[dict[str, Any]] = field(default_factory=list)
    known: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reads = BatchReads(self.world.store)

    def hand_over(self) -> None:
        """Tell the workers of deliveries, segments, usage, tickets, search and sockets."""
        wake(self.world, self.calls)
        self.world.queues.jobs(self.moves.evaluations())
        self.world.queues.usage(lates(self.known), LATE_S)
        self.world.queues.sync(self.tasks)
        self.world.queues.index(mark_changed(self.world, self.unindexed))
        self.world.queues.push(self.pushes)


def derive(world: World, changes: Iterable[Written], frame: Frame) -> tuple[int, list[SetAside]]:
    """Work off changes in their order; how many wake-ups they asked for, and which were set aside. `frame` makes the
    push of a room's change. Raises AwsAway alone: then the whole batch runs again.

    In this order: change by change as the stream has them, for a bridge is owed them so; of each all that follows, or
    the change is set aside, before the next one begins. Rows are written at once, but wake-ups, tasks and pushes are
    handed over when the whole batch is through: a worker that is woken finds its rows there, and ten changes of one
    room cost one wake-up. Who dies before that does all of it again, which writes nothing twice."""
    batch, aside = Batch(world, frame), []
    for change in changes:
        now = before = None
        try:
            now = change.now()
            before = change.before()
            before = _known(before, now)
            for follow in FOLLOWS:
                follow(batch, now, before)
        except AwsAway:
            raise
        except Exception as error:  # noqa: BLE001  one bad record must not hold up the stream
            aside.append(_set_aside(world, change, getattr(now or before, "workspace", ""), error=error))
    batch.hand_over()
    return len(batch.calls), aside


def _known(before: Record | None, now: Record | None) -> Record | None:
    """What was there before, if that is known. A record that was written anew as it was is told again after a failure:
    its change is long past, and whatever may have followed from it has to follow."""
    if type(before) is not type(now) or before is None or now is None or before.version == now.version:
        return before
    return None if msgspec.structs.replace(before, version=now.version) == now else before


def _results(batch: Batch, now: Record | None, before: Record | None) -> None:
    """A broadcast's result: its customer has answered, or acknowledged it by a reaction."""
    if isinstance(now, Message):
        mark_replied(batch.world, now)
        if now.broadcast and now.broadcast.asks and (room := batch.reads.room(now.room)):
            note_question(batch.world, now, room.customer)
    elif isinstance(now, Change) and now.type == "reaction" and not now.internal:
        message = batch.reads.message(now)
        if message:
            mark_reaction(batch.world, message, now)


def _views(batch: Batch, now: Record | None, before: Record | None) -> None:
    """The inbox's views. What is said, taken back, or changes the room itself moves it between them: no reaction."""
    if isinstance(now, Message) or (isinstance(now, Change) and now.type != "reaction"):
        if now.internal:
            return
        reads = batch.reads
        reads.read(now.room, now.workspace if isinstance(now, Message) else "")
        if room := reads.rooms[now.room]:
            reads.views[room.id] = refresh_views(
                batch.world.store, room, reads.views[room.id], now=batch.world.clock.now()
            )


def _deliveries(batch: Batch, now: Record | None, before: Record | None) -> None:
    """What the room's bridges are owed, and whoever asks for what it tells."""
    if isinstance(now, Message | Change):
        batch.calls += owed(batch.world, now, batch.reads)
    elif isinstance(now, Room) and before is None:
        batch.calls += owed_for_opening(batch.world, now, batch.reads.listeners)


def _clocks(batch: Batch, now: Record | None, before: Record | None) -> None:
    """What the room is owed by when, as policies have it. A notice tells its customer of progress; what a fork takes
    along has moved; while an issue is open behind it progress is owed."""
    if isinstance(now, Policies):
        batch.world.queues.jobs([{"clocks": now.workspace, "of": "waiting", "cursor": None}], SETTLE_S)
    if isinstance(now, Issue):
        if not isinstance(before, Issue) or before.state != now.state:
            _clocks_behind(batch, now)
        return
    subject, told_at, gone = now or before, 0, MOVED[False]
    if isinstance(subject, IssueTie):
        room = batch.reads.room(subject.room)
    elif isinstance(now, Message | Change) and not now.internal:
        told_at = progress_at(now) if isinstance(now, Message) else 0
        room, gone = batch.reads.room(now.room), MOVED[isinstance(now, Change) and now.type == "forked"]
    else:
        return
    tenant = batch.reads.tenant(room.workspace) if room else None
    if room and tenant and tenant.policies:
        batch.calls += refresh_clocks(
            batch.world, room.id, tenant, listeners=batch.reads.listeners, told_at=told_at, gone=gone
        )


def _clocks_behind(batch: Batch, issue: Issue) -> None:
    """Its rooms are looked at again, where there are policies."""
    tenant = batch.reads.tenant(issue.workspace)
    if tenant and tenant.policies:
        batch.world.queues.jobs([{"behind": issue.id, "cursor": None}])


def _adoptions(batch: Batch, now: Record | None, before: Record | None) -> None:
    """All that hangs on whose a room is, where that has changed; and that a user who took one is its visitor."""
    if isinstance(now, Change) and now.customers:
        batch.world.queues.jobs([{"follow": now.room, "customers": list(now.customers), "after": 0}])
        if now.by.startswith("usr_"):
            batch.world.queues.jobs([{"taken": now.room, "customer": now.customers[-1], "by": now.by}])


def _people(batch: Batch, now: Record | None, before: Record | None) -> None:
    """Those of whom one address is proven are one person."""
    if isinstance(now, User) and now.vouched and (not isinstance(before, User) or before.vouched != now.vouched):
        batch.world.queues.jobs([{"same_address": now.id, "customer": now.customer}])
    if isinstance(now, Visitor) and now.proven and (not isinstance(before, Visitor) or before.proven != now.proven):
        batch.world.queues.jobs([{"same_address": now.id, "customer": ""}])


def _facts(batch: Batch, now: Record | None, before: Record | None) -> None:
    """What else installs ask to hear of: a customer entered or left a segment, how it was, what is no room's."""
    for thing in happened(now, before):
        batch.calls += tell(batch.world, thing, batch.reads.listeners)
    if isinstance(now, Placement):
        was_due = before.next_at if isinstance(before, Placement) else 0
        batch.calls += announce(batch.world, now, batch.reads.listeners, was_due=was_due)
    elif isinstance(now, Rating) and not (isinstance(before, Rating) and before.at == now.at):
        batch.calls += announce_rating(batch.world, now, batch.reads.listeners)


def _alerts(batch: Batch, now: Record | None, before: Record | None) -> None:
    """What agents are told while they are elsewhere."""
    room = batch.reads.room(now.room) if isinstance(now, Message | Change) and wanted(now) else None
    tenant = batch.reads.tenant(room.workspace) if room else None
    if room and tenant and isinstance(now, Message | Change):
        gather(batch.world, now, room, tenant=tenant)


def _proposals(batch: Batch, now: Record | None, before: Record | None) -> None:
    """How far an agent's answer is from what machines had drafted before it."""
    if isinstance(now, Message) and before is None and answers(now):
        tenant = batch.reads.tenant(now.workspace)
        if tenant and tenant.drafting.mode != "off":
            measure(batch.world, now)


def _tickets(batch: Batch, now: Record | None, before: Record | None) -> None:
    """An issue's tickets are looked at; a customer's ARR is counted anew."""
    batch.tasks += tasks_after_change(now, before)


def _segments(batch: Batch, now: Record | None, before: Record | None) -> None:
    """The customers whose segments may have changed."""
    batch.moves.take(batch.world, now, before, tenant=batch.reads.tenant)


def _usage(batch: Batch, now: Record | None, before: Record | None) -> None:
    """A customer or a user of whom usage may have told before they were there."""
    if who := known_now(batch.world.store, now, before):
        batch.known.append(who)


def _search(batch: Batch, now: Record | None, before: Record | None) -> None:
    """What the index does not know of yet."""
    if thing := changed_thing(now, before):
        room = batch.reads.room(thing.room) if isinstance(thing, Message) else thing
        batch.unindexed += unindexed_of(thing, room if isinstance(room, Room) else None)


def _sockets(batch: Batch, now: Record | None, before: Record | None) -> None:
    """What open pages are told of a room; and that the sessions of somebody have ended, or one of their credentials."""
    if isinstance(now, Message | Change) and (room := batch.reads.room(now.room)):
        watched = batch.reads.watched(room.workspace, batch.world.clock.now())
        push = batch.frame(now, batch.reads.message(now), room, base_url=batch.world.public_url, watched=watched)
        batch.pushes += [push, *_to_visitor(push, room)]
    if isinstance(now, Customer | User | Agent) and now.valid_after:
        batch.pushes.append({"ended": now.id, "at": now.valid_after})
    if isinstance(now, ApiKey | Session) and (at := ended_at(now)):
        batch.pushes.append({"ended": now.agent, "at": at, "credential": now.id})


def _to_visitor(push: dict[str, Any], room: Room) -> list[dict[str, Any]]:
    """Whose room became a customer's, watches it where it was, as long as they may."""
    if not room.adoption or push["internal"] or shut_to(room, room.visitor):
        return []
    return [{"place": room.id, "room": room.id, "internal": False, "frame": push["frame"] | {"customer": None}}]


# All that follows from a change, in this order. A batch shares its reads: what is read for one is there for the next.
FOLLOWS: tuple[Callable[[Batch, Record | None, Record | None], None], ...] = (
    _results,
    _views,
    _deliveries,
    _clocks,
    _adoptions,
    _people,
    _facts,
    _alerts,
    _proposals,
    _tickets,
    _segments,
    _usage,
    _search,
    _sockets,
)


def _set_aside(world: World, change: Written, workspace: str, *, error: Exception) -> SetAside:
    reason = f"{type(error).__name__}: {error}"
    about = f"{change.kind} {change.pk} {change.sk}"
    note = new_note(world, workspace, "react", about=about, reason=reason) if workspace else None
    world.queues.set_aside(change.pk, change.sk, reason, letter=note)
    return SetAside(error, note)
