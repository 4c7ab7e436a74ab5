"""Let go what stands still since the table was restored (quarantine, ADR 131), or give it up: a thing at a time, by an
admin's word."""

from collections.abc import Callable
from typing import Any

from ...desk.alerts import MAX_GATHERED, AgentAlerts
from ...desk.broadcasts import WORKING, Broadcast
from ...desk.deliveries import Delivery
from ...desk.errors import Conflict, NotFound
from ...desk.held_back import WHY, HeldBack, What
from ...desk.issues import Notice, PendingComment, Ticket
from ...desk.jobs import Job
from ...desk.pains import PainsPlan
from ...desk.permissions import Principal
from ...desk.record import Record
from ...ports import Call, Drop, Errand, Ref, Task, World, Write, new, over, ref
from ..audit import audit
from ..broadcasts.control import GRACE_MS
from ..customers.start_job import next_piece
from ..once import KEYLESS, Once
from ..optimistic_retry import again

After = Callable[[], None]
GIVEN_UP = "held back when the table was restored, and given up"


def held_there(world: World, workspace: str, id_: str) -> HeldBack:
    """What is held back in the workspace under that id; NotFound."""
    found = world.store.one(ref(HeldBack, workspace, id_))
    if found is None:
        raise NotFound("nothing is held back under that id")
    return found


def let_go(world: World, who: Principal | None, held: HeldBack, *, once: Once = KEYLESS) -> None:
    """It goes its way again; twice, it does so once. `who` is None for the operator at the terminal."""
    _end(world, who, held, verb="held.released", do=_free, once=once)


def give_up(world: World, who: Principal | None, held: HeldBack) -> None:
    """It never leaves. Conflict for what cannot be given up: time goes on in a room, and a ticket is unlinked."""
    if held.what in ("room", "ticket"):
        raise Conflict(f"a {held.what} is let go, not given up")
    _end(world, who, held, verb="held.given-up", do=_given_up, once=KEYLESS)


def _end(world: World, who: Principal | None, held: HeldBack, *, verb: str, do: Callable[..., Any], once: Once) -> None:
    """The thing and its record change in one transaction; who is to work on it is woken after that. One that somebody
    has changed meanwhile (deleted, cancelled, discarded) stays as they left it."""

    def attempt(_: int) -> After:
        type_ = TYPES.get(held.what)
        thing = world.store.one(_place(type_, held)) if type_ else None
        writes, after = do(world, held, thing) if thing or type_ is None else ([], _nothing)
        entry = audit(world, who, verb, subject=held.id) if who else []
        claims = once.writes(None, world.clock.now())
        world.store.commit(Drop(ref(HeldBack, held.workspace, held.id)), *writes, *entry, *claims)
        return after  # type: ignore[no-any-return]

    again(world, attempt, once)()


def _nothing() -> None:
    """Nobody is to be woken."""


def _place(type_: type[Any], held: HeldBack) -> Ref[Any]:
    if type_ is Delivery:
        return ref(Delivery, held.place[0], int(held.place[1]))
    return ref(type_, *held.place)


def _free(world: World, held: HeldBack, thing: Any) -> tuple[list[Write], After]:
    return FREE[held.what](world, held, thing)


def _delivery(world: World, held: HeldBack, row: Delivery) -> tuple[list[Write], After]:
    """From its first attempt; the clock finds it, too. It may be behind its bridge's mark."""
    if row.reason != WHY:
        return [], _nothing
    queued = row.changed(state="queued", reason="", attempts=0, next_at=world.clock.now())
    call = Call(row.bridge, row.n, f"let-go:{queued.version}")
    return [over(queued, row)], lambda: world.queues.wake([call])


def _notice(world: World, held: HeldBack, notice: Notice) -> tuple[list[Write], After]:
    if notice.held_because != WHY or notice.state != "draft":
        return [], _nothing
    if held.was != "sending":
        return [over(notice.changed(held_because=held.reason), notice)], _nothing
    now = world.clock.now()
    sending = notice.changed(state="sending", held_because=held.reason, due=now + GRACE_MS)
    writes: list[Write] = [over(sending, notice)]
    ticket = world.store.one(ref(Ticket, notice.issue, notice.install)) if notice.about == "comment" else None
    writes += [over(ticket.changed(spoke_at=now), ticket)] if ticket else []
    return writes, lambda: world.queues.sync([Task("tell", notice.id, why=f"let-go:{sending.version}")])


def _broadcast(world: World, held: HeldBack, broadcast: Broadcast) -> tuple[list[Write], After]:
    """To the state that it was in. What was scheduled for a moment that has passed begins now."""
    if broadcast.reason != WHY:
        return [], _nothing
    now = world.clock.now()
    working = held.was in WORKING
    due = max(now, broadcast.at) if held.was == "scheduled" else now + GRACE_MS if working else 0
    freed = broadcast.changed(state=held.was, reason=held.reason, due=due)
    return [over(freed, broadcast)], lambda: world.queues.broadcast([Errand(broadcast.id)] if working else [])


def _room(world: World, held: HeldBack, _: None) -> tuple[list[Write], After]:
    """What time does in it is done now, all that has come due."""
    return [], lambda: world.queues.push([{"wake": held.place[0], "workspace": held.workspace}])


def _alerts(world: World, held: HeldBack, _: None) -> tuple[list[Write], After]:
    """Told with the next minute: what was read or done since is dropped."""
    old = world.store.one(ref(AgentAlerts, *held.place))
    row = old or AgentAlerts(agent=held.place[0], workspace=held.workspace)
    gathered = (*held.alerts, *row.gathered)
    waits = row.changed(gathered=gathered[:MAX_GATHERED], due=world.clock.now())
    return [over(waits, old) if old else new(waits)], _nothing


def _pains(world: World, held: HeldBack, plan: PainsPlan) -> tuple[list[Write], After]:
    """Due as it was: the clock finds it."""
    return [over(plan.changed(due=held.at), plan)] if plan.due else [], _nothing


def _job(world: World, held: HeldBack, job: Job) -> tuple[list[Write], After]:
    return [], lambda: world.queues.jobs([] if job.ended else [next_piece(job)])


def _ticket(world: World, held: HeldBack, ticket: Ticket) -> tuple[list[Write], After]:
    if ticket.reason != WHY:
        return [], _nothing
    freed = ticket.changed(reason=held.reason, due=world.clock.now())
    return [over(freed, ticket)], lambda: world.queues.sync([_look(held, freed.version)])


def _comment(world: World, held: HeldBack, comment: PendingComment) -> tuple[list[Write], After]:
    if comment.failed != WHY:
        return [], _nothing
    freed = comment.changed(failed="")
    return [over(freed, comment)], lambda: world.queues.sync([_look(held, freed.version)])


def _look(held: HeldBack, version: int) -> Task:
    """At the ticket, which is made, or gets what it has not got yet."""
    return Task("look", held.place[0], held.place[1], why=f"let-go:{version}")


def _given_up(world: World, held: HeldBack, thing: Any) -> tuple[list[Write], After]:
    """The thing, as what never leaves by itself."""
    gone: Record | None = None
    if isinstance(thing, Delivery) and thing.reason == WHY:
        gone = thing.changed(reason=GIVEN_UP)
    elif isinstance(thing, Notice) and thing.held_because == WHY:
        gone = thing.changed(state="discarded", held_because=GIVEN_UP)
    elif isinstance(thing, Broadcast) and thing.reason == WHY:
        gone = thing.changed(state="cancelled", reason=GIVEN_UP)
    elif isinstance(thing, PendingComment) and thing.failed == WHY:
        gone = thing.changed(failed=GIVEN_UP)
    elif isinstance(thing, Job) and not thing.ended:
        gone = thing.changed(state="failed", reason=GIVEN_UP, ended_at=world.clock.now())
    return ([over(gone, thing)] if gone else []), _nothing


TYPES: dict[What, type[Any]] = {
    "delivery": Delivery,
    "notice": Notice,
    "broadcast": Broadcast,
    "job": Job,
    "ticket": Ticket,
    "comment": PendingComment,
    "pains": PainsPlan,
}
FREE: dict[What, Callable[..., tuple[list[Write], After]]] = {
    "delivery": _delivery,
    "notice": _notice,
    "broadcast": _broadcast,
    "room": _room,
    "job": _job,
    "ticket": _ticket,
    "comment": _comment,
    "alerts": _alerts,
    "pains": _pains,
}
