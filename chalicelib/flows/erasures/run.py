"""Work off an erasure, stage by stage, in pieces that may run any number of times (saga; ADR 176)."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from ...desk.customers import User, Visitor
from ...desk.domains import same_mailbox
from ...desk.erasures import SETTLE_S, WAITS_S, Erasure, Stop, Subject
from ...desk.errors import Clash
from ...desk.ids import user_id
from ...desk.mails import Mailbox
from ...desk.workspaces import Install
from ...ports import Drop, World, over, ref
from ..audit import entry
from ..customers.batches import evaluations
from ..forgotten import Known, known_address, known_id, known_outside, remember
from ..optimistic_retry import again
from ..people.tie import leave_person
from ..same_person import records_of
from ..search.forget import forget_in_tree
from ..usage.forget import days_of_log, forget_day, forget_owners
from .companies import later, leave_company, leave_rooms
from .given_up import Theirs, forget_given_up
from .holds import held
from .places import ROOT, Ground
from .start import next_piece
from .subjects import members_of, people_of, subject_of
from .walk import ground_of, step

PIECES = 10  # pages in one call of the worker, which ends with the first that has changed something
REST_S = 1  # seconds until the next one then: what follows from a change of a room is slower than the walk (ADR 183)
TOGETHER = 40  # of them that go in one transaction
CLASHES = 5  # times that a page is looked at again at once


def run_erasure(world: World, workspace: str, id_: str, *, piece: int, theirs: Theirs) -> None:
    """Do the erasure's next pieces if `piece` is the first of them, and wake the worker for those after them. `theirs`
    says whether an envelope that was given up is theirs."""
    erasure = world.store.one(ref(Erasure, workspace, id_))
    if erasure is None or erasure.ended or erasure.piece != piece:
        return  # it is done, or another worker goes on with it
    if held(world, erasure):
        if erasure.state != "held":
            later(world, erasure, WAITS_S[-1], state="held")
        return
    before, ground = erasure, ground_of(world, erasure)
    for _ in range(PIECES):
        erasure = _piece(world, erasure, ground, theirs=theirs)
        if erasure.ended or erasure.began_at != before.began_at or _changed(erasure, before):
            break
    if not erasure.ended and erasure.state != "waiting":  # the clock finds what waits
        world.queues.jobs([next_piece(erasure)], _rest(erasure, before))


def _changed(erasure: Erasure, before: Erasure) -> bool:
    return (erasure.removed, erasure.anonymised) != (before.removed, before.anonymised)


def _rest(erasure: Erasure, before: Erasure) -> int:
    """Seconds until the next pieces: another walk begins once what was on its way has come."""
    if erasure.stops == (Stop(start=ROOT),):
        return SETTLE_S
    return REST_S if _changed(erasure, before) else 0


def _piece(world: World, erasure: Erasure, ground: Ground, *, theirs: Theirs) -> Erasure:
    """The erasure after its next piece. A record that somebody else changes meanwhile is looked at again."""
    for left in reversed(range(CLASHES)):
        try:
            if erasure.stage == "search":
                return _search(world, erasure, theirs)
            return STAGES[erasure.stage](world, erasure, ground)
        except Clash:
            if not left:
                raise
            there = world.store.one(ref(Erasure, erasure.workspace, erasure.id))
            if there is None or there.piece != erasure.piece:
                raise  # another worker goes on with it
            erasure = there
    raise AssertionError


def _begun(world: World) -> dict[str, Any]:
    """A walk at its beginning."""
    return {"stops": (Stop(start=ROOT),), "began_at": world.clock.now(), "changed_in_walk": False, "twins": ()}


# --- marking ------------------------------------------------------------------------------------------------------


def _mark(world: World, erasure: Erasure, ground: Ground) -> Erasure:
    """Who they are is written into the erasure, and as hashes where what comes again is looked for; then they
    themselves go, so that who comes from now on is somebody new."""
    if not erasure.subject.selves:
        erasure = later(world, erasure, 0, state="running", subject=subject_of(world, erasure, ground))
    members = members_of(erasure.subject.selves)
    records = records_of(world.store, members)
    remember(world, erasure, _known(erasure, ground, records))
    _tell_installs(world, erasure, ground)
    for start in range(0, len(records), TOGETHER):
        erasure = _without(world, erasure, records[start : start + TOGETHER])
    for member in members:  # whom nobody can tie again
        leave_person(world, erasure.workspace, member)
    selves = erasure.subject.selves
    owners = dict.fromkeys(each.customer for each in selves if each.customer)
    users = {owner: [each.id for each in selves if each.customer == owner] for owner in owners}
    world.queues.jobs(evaluations({erasure.workspace: users}))
    return later(world, erasure, SETTLE_S, stage="walk", **_begun(world))


def _without(world: World, erasure: Erasure, records: Sequence[User | Visitor]) -> Erasure:
    """The erasure once some of them are gone, and counted."""
    counted, writes = dict(erasure.removed), [Drop(world.store.place(each)) for each in records]
    for each in records:
        counted[type(each).__name__] = counted.get(type(each).__name__, 0) + 1
        if isinstance(each, User) and each.email:
            writes.append(Drop(ref(Mailbox, each.workspace, same_mailbox(each.email), each.customer, each.id)))
    moved = erasure.changed(removed=counted)
    world.store.commit(over(moved, erasure), *writes)
    return moved


def _known(erasure: Erasure, ground: Ground, records: Sequence[User | Visitor]) -> Iterator[Known]:
    """Of those whose ids follow from how the vendor calls them also that which would be the first of these."""
    yield known_id(erasure.target)
    for each in erasure.subject.selves:
        yield known_id(each.id)
    for user in records:
        if isinstance(user, User):
            yield known_id(user_id(user.customer, user.external_id))
    for address in erasure.subject.addresses:
        yield known_address(address)
    for install in ground.installs:
        for outside in erasure.subject.outside:
            yield known_outside(install, outside)


def _tell_installs(world: World, erasure: Erasure, ground: Ground) -> None:
    """From now on what comes in is looked at for what is forgotten."""
    for id_ in ground.installs:

        def attempt(_: int, id_: str = id_) -> None:
            install = world.store.one(ref(Install, id_))
            if install and not install.forgets:
                world.store.commit(over(install.changed(forgets=True), install))

        again(world, attempt)


# --- walking ------------------------------------------------------------------------------------------------------


def _walk(world: World, erasure: Erasure, ground: Ground) -> Erasure:
    """The next page; at the end of a walk that has changed something, another walk: until one finds nothing."""
    if erasure.stops:
        return step(world, erasure, ground)
    walks = erasure.walks + 1
    if erasure.changed_in_walk:
        return later(world, erasure, SETTLE_S, walks=walks, **_begun(world))
    if erasure.stage == "ids":
        trees = tuple(Stop(start="tree", key=each) for each in (erasure.workspace, *erasure.subject.customers))
        return later(world, erasure, 0, walks=walks, stage="search", stops=trees)
    if any(each.fared == "waiting" for each in erasure.twins):
        wait = WAITS_S[min(erasure.looks, len(WAITS_S) - 1)]
        return later(world, erasure, wait, state="waiting", walks=walks, looks=erasure.looks + 1, **_begun(world))
    return later(world, erasure, 0, walks=walks, stage="ids", **_begun(world))


# --- dead letters, search, and the end ----------------------------------------------------------------------------


def _search(world: World, erasure: Erasure, theirs: Theirs) -> Erasure:
    """What search still has of them is put anew, tree by tree, and all pieces are written without what is outdated; at
    last what was given up is without them."""
    if not erasure.stops:
        counted = forget_given_up(world, erasure, theirs)
        return later(world, erasure, 0, stage="log", stops=_days(world, erasure), **counted)
    *others, tree = erasure.stops
    cursor = forget_in_tree(world, tree.key, erasure.subject, cursor=tree.cursor)
    left = [Stop(start="tree", key=tree.key, cursor=cursor)] if cursor else []
    return later(world, erasure, 0, stops=(*others, *left))


def _people_done(world: World, erasure: Erasure) -> Erasure:
    """Who they were is forgotten: all, or so many of a customer's people, after whom come the next, and at last it."""
    if erasure.of != "customer":
        return later(world, erasure, 0, stage="done")
    if not any(islice(people_of(world, erasure), 1)):
        return later(world, erasure, 0, stage="rooms")
    earlier = (*erasure.earlier, *erasure.twins)
    return later(world, erasure, 0, stage="mark", subject=Subject(), earlier=earlier, twins=(), looks=0)


def _days(world: World, erasure: Erasure) -> tuple[Stop, ...]:
    return tuple(Stop(start="log", key=day) for day in days_of_log(world, erasure.workspace))


def _log(world: World, erasure: Erasure, _: Ground) -> Erasure:
    """The raw log of usage, day by day; and once more where it says what they were called before they were known. At
    last whose users they were."""
    if not erasure.stops:
        forget_owners(world, erasure.workspace, erasure.subject)
        return _people_done(world, erasure)
    *others, day = erasure.stops
    found = forget_day(world, erasure.workspace, erasure.subject, day=day.key)
    if not found:
        return later(world, erasure, 0, stops=tuple(others))
    known = msgspec.structs.replace(erasure.subject, anonymous=(*erasure.subject.anonymous, *sorted(found)))
    return later(world, erasure, 0, stops=_days(world, erasure), subject=known)


def _done(world: World, erasure: Erasure, _: Ground) -> Erasure:
    """Nothing of them is left in the erasure itself."""
    now = world.clock.now()
    ended = erasure.changed(
        state="done",
        subject=Subject(),
        target="",
        customer="",
        stops=(),
        piece=erasure.piece + 1,
        ended_at=now,
        next_at=0,
    )
    noted = entry(world, erasure.workspace, "erasure.done", subject=erasure.id, by=erasure.by, fields=[erasure.of])
    world.store.commit(over(ended, erasure), noted)
    return ended


STAGES: dict[str, Callable[[World, Erasure, Ground], Erasure]] = {
    "mark": _mark,
    "walk": _walk,
    "ids": _walk,
    "log": _log,
    "rooms": leave_rooms,
    "company": leave_company,
    "done": _done,
}
