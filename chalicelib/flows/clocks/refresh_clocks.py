"""Bring a room's clocks up to where the room stands (read model), and write down each that began or ended (ledger)
(ADR 97).

Decided on states alone: whatever is told twice, late or in another order, the newest room decides.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any, NamedTuple

from msgspec.structs import replace

from ...desk.calendars import Calendar, business_ms, due_at
from ...desk.clocks import (
    GONE,
    MAX_ENDED,
    MET,
    Clock,
    End,
    Ending,
    Fact,
    Kind,
    RoomClocks,
    Running,
    Span,
    openings,
    spans,
    update_of,
)
from ...desk.customers import Customer
from ...desk.figures import DueFigures
from ...desk.hours import day_in
from ...desk.issues import Issue, IssueTie
from ...desk.policies import NoAnswer, Policies, Policy, calendar_of, policy_of, targets_of
from ...desk.room_transitions import base_of, standing_of
from ...desk.rooms import Room
from ...desk.segments import Member
from ...desk.times import HOUR_MS, MINUTE_MS, WEEK_MS
from ...desk.workspaces import Workspace
from ...ports import Call, Listing, Put, Ref, Store, World, Write, new, ref
from ..delivery.announce import clock_facts
from ..delivery.event_log import logged
from ..delivery.listeners import Listeners
from ..optimistic_retry import again
from .policies import policies_of
from .shut_way import why_shut

PLACES = 100  # facts of one version: there are fewer clocks
MAX_ISSUES = 100  # behind a room, that are looked at
TEST = "test"  # the attribute of customers that are in no figure
NOT_ENDED: dict[str, Any] = {"ended": 0, "how": "", "answered": 0, "took": 0, "answer_took": 0, "day": ""}


class Refreshed(NamedTuple):
    """A room's clocks as they are now, what is to be written for that (nothing: they were so), what that tells: a
    fact, its clock, its number among those of the room; and what becomes of what its customer does not answer."""

    clocks: RoomClocks
    writes: list[Write]
    facts: list[tuple[Fact, Clock, int]]
    no_answer: NoAnswer | None = None


def refresh_clocks(
    world: World,
    room_id: str,
    tenant: Workspace,
    *,
    listeners: Listeners,
    told_at: int = 0,
    gone: Ending = "withdrawn",
) -> list[Call]:
    """The wake-ups of what is told of the room's clocks. `told_at` (ms) is when its customer was told of progress; an
    ask that is not there any more is `gone`."""
    policies = policies_of(world, tenant)
    if policies is None:
        return []

    def attempt(_: int) -> list[Call]:
        room, there = world.store.many([ref(Room, room_id), ref(RoomClocks, room_id)])
        if room is None or room.kind == "internal":
            return []
        shut, at = partial(why_shut, world), world.clock.now()
        now = refreshed(world.store, policies, room, there=there, now=at, told_at=told_at, gone=gone, shut=shut)
        owed = clock_facts(now.facts, world.clock.now(), listeners)
        if now.writes:
            world.store.commit(*now.writes, *map(new, owed), *logged(owed, at))
        return [Call(row.bridge, row.n) for row in owed]

    return again(world, attempt)


def refreshed(
    store: Store,
    policies: Policies,
    room: Room,
    *,
    there: RoomClocks | None,
    now: int,
    told_at: int = 0,
    gone: Ending = "withdrawn",
    shut: Callable[[Room, int], str] = lambda *_: "",
) -> Refreshed:
    """What becomes of a room's clocks, by what the room is `now` (ms). `shut` says why nobody can answer its customer,
    who has waited since then (ms): of the past nobody knows it."""
    return _Refresh(store, policies, room, there=there, now=now, told_at=told_at, gone=gone, shut=shut).result()


def number_of(clocks: RoomClocks, place: int = 0) -> int:
    """The number of a fact among those of a room: in the order of its clocks' versions."""
    return clocks.version * PLACES + place


class _Refresh:
    """One look at a room: `spans` are the clocks that its trail tells of, by id."""

    def __init__(
        self,
        store: Store,
        policies: Policies,
        room: Room,
        *,
        there: RoomClocks | None,
        now: int,
        told_at: int,
        gone: Ending,
        shut: Callable[[Room, int], str],
    ) -> None:
        self.store, self.policies, self.room = store, policies, room
        self.now, self.gone, self.shut = now, gone, shut
        self.old = there or RoomClocks(room=room.id, workspace=room.workspace)
        self._customer = cache(self._read_customer)  # a cached property would hold a lock of its class meanwhile
        self._issue_open = cache(self._look_for_issue)
        self.told_at = max(self.old.told_at, told_at)
        self.was = {each.id: each for each in self.old.running}
        self.spans = {span.id: span for span in self._spans()}
        self.days: set[str] = set()  # whose figures are not any more what their clocks come to

    def result(self) -> Refreshed:
        """All of it."""
        running = {id_: self._running(span) for id_, span in self.spans.items() if not span.ended}
        over_now = {span.id: span for span in [*self.spans.values(), *self._vanished()] if span.ended}
        ended = self.old.ended | {id_: End(how=span.how, answered=span.answered) for id_, span in over_now.items()}
        kept = [id_ for id_ in ended if id_ not in running][-MAX_ENDED:]
        clocks = replace(
            self.old,
            running=tuple(running.values()),
            ended={id_: ended[id_] for id_ in kept},
            told_at=self.told_at,
            words=self._words(running),
            silent_at=self._silent_at(),
        )
        if clocks == self.old:
            return Refreshed(self.old, [], [], self._no_answer)
        clocks = clocks.changed()
        rows = self._rows(running, {id_: span for id_, span in over_now.items() if self._new_end(span)})
        news = [(fact, row) for row, _, said in rows for fact in said]
        facts = [(fact, row, number_of(clocks, place)) for place, (fact, row) in enumerate(news)]
        writes = [Put(clocks, self.old.version), *(Put(row, was) for row, was, _ in rows), *self._due()]
        return Refreshed(clocks, writes, facts)

    # --- by when

    def _read_customer(self) -> tuple[Customer | None, frozenset[str]]:
        """The room's customer, and which of the segments that matter it is in."""
        asked = sorted({each.segment for each in self.policies.policies if each.segment} | {*self.policies.measured})
        if not self.room.customer:
            return None, frozenset()
        refs: list[Ref[Any]] = [
            ref(Customer, self.room.customer),
            *(ref(Member, segment, self.room.customer) for segment in asked),
        ]
        customer, *members = self.store.many(refs)
        return customer, frozenset(member.segment for member in members if member)

    @property
    def _chosen(self) -> Policy | None:
        """The policy under which an ask begins now."""
        return policy_of(self.policies, self._customer()[1])

    def _policy(self, id_: str) -> Policy | None:
        """The policy of a clock: that under which it began, for as long as there is that one."""
        began = self.was[id_].policy if id_ in self.was else ""
        active = (each for each in self.policies.policies if each.id == began and each.state == "active")
        return next(active, None) or self._chosen

    def _calendar(self, policy: Policy) -> Calendar | None:
        own = any(calendar.id for calendar in self.policies.calendars)
        customer = self._customer()[0] if own else None
        return calendar_of(self.policies, policy, customer.calendar if customer else "")

    def _words(self, running: dict[str, Running]) -> str:
        """What the customer is shown of when they will hear."""
        policy = self._policy(next(iter(running))) if running else None
        return policy.words if policy else ""

    def _running(self, span: Span) -> Running:
        """A clock with its times. What was missed stays missed, whatever is asked for afterwards."""
        was = self.was.get(span.id) or self._anew(span)
        policy, promise = self._policy(span.id), self.room.promise
        if policy is None:
            return was
        target, calendar = getattr(targets_of(policy, self.room.priority), span.kind), self._calendar(policy)
        if span.kind == "update" and promise and promise.open:
            due, target = promise.due, business_ms(calendar, span.since, promise.due)
        else:
            due = due_at(calendar, span.since, target) if target else 0
        warn_at = due_at(calendar, span.since, target - policy.warn) if 0 < policy.warn < target else 0
        return replace(was, due=due, warn_at=warn_at, policy=policy.id)

    def _anew(self, span: Span) -> Running:
        """A clock that begins, or goes on because its end was none: what was told of it is not told again."""
        row = self.store.one(ref(Clock, self.room.id, span.kind, span.ask)) if span.id in self.old.ended else None
        warned, missed = (row.warned, row.missed) if row else (0, 0)
        return Running(kind=span.kind, ask=span.ask, since=span.since, warned=warned, missed=missed)

    @property
    def _no_answer(self) -> NoAnswer | None:
        return self._chosen.no_answer if self._chosen else None

    def _silent_at(self) -> int:
        """When the customer is reminded of what they have not answered, or it is closed: where nothing is promised
        them, and no issue is open."""
        stands, promise, asked = standing_of(self.room), self.room.promise, self._no_answer
        if asked is None or not stands.unanswered or promise and promise.open:
            return 0
        since = max(stands.answered_at, self.told_at, promise.settled_at if promise else 0)
        if since < asked.since or self._issue_open():
            return 0
        calendar = self._calendar(self._chosen) if self._chosen else None
        return due_at(calendar, max(since, stands.reminded_at), asked.wait)

    # --- what is owed

    def _spans(self) -> list[Span]:
        """What is owed, and was as far back as the trail tells: from when on there are policies."""
        policy = self._chosen if not self.was else self._policy(next(iter(self.was)))
        self.asks = {span.ask: span for span in self._answers(policy.episode if policy else WEEK_MS)}
        self.ends = {span.ask: span for span in openings(base_of(self.room), self.room.trail)}
        if policy is None:
            return []
        found = [*self.asks.values()]
        targets = targets_of(policy, self.room.priority)
        found += [span for span in self.ends.values() if span.ended or targets.outcome]  # else it runs unseen
        found = [span for span in found if not span.ended or span.since >= self.policies.since or self._known(span.id)]
        issue = bool(targets.update) and self._issue_open()
        update = update_of(standing_of(self.room), self.room.promise, self.told_at, issue=issue)
        promised = self.room.promise is not None and self.room.promise.open
        return [*found, *([update] if update and (targets.update or promised) else [])]

    def _answers(self, episode: int) -> list[Span]:
        """The answers of which the trail tells. One that is known keeps its kind, whatever an episode is by now."""
        ids = [id_.partition(":") for id_ in [*self.was, *self.old.ended]]
        kinds: dict[int, Any] = {int(ask): kind for kind, _, ask in ids if kind in ("first", "next")}
        found = spans(base_of(self.room), self.room.trail, episode)
        return [span._replace(kind=kinds.get(span.ask, span.kind)) for span in found]

    def _look_for_issue(self) -> bool:
        """Whether an issue is open behind the room."""
        listing: Listing[IssueTie] = Listing("room-issues", (self.room.id,))
        ties = self.store.page(listing, MAX_ISSUES).items
        issues = self.store.many([ref(Issue, tie.issue) for tie in ties]) if ties else []
        return any(issue and issue.state not in ("done", "declined") for issue in issues)

    def _vanished(self) -> list[Span]:
        """Clocks that ran and are owed no more, or anew; and those that had ended, whose ask has gone since."""
        ran = [
            Span(each.kind, each.ask, each.since, self.now, self._how(each))
            for id_, each in self.was.items()
            if id_ not in self.spans
        ]
        return ran + [Span(kind, ask, 0, self.now, self.gone) for kind, ask in self._taken_away()]

    def _taken_away(self) -> Iterator[tuple[Kind, int]]:
        """Of the clocks that have ended those of which the trail would tell, and does not."""
        for id_, end in self.old.ended.items():
            kind, _, ask = id_.partition(":")
            owed = self.ends if kind == "outcome" else self.asks
            in_trail = kind != "update" and int(ask) > base_of(self.room).n
            if in_trail and int(ask) not in owed and end.how not in GONE:
                yield kind, int(ask)  # type: ignore[misc]

    def _how(self, running: Running) -> Ending:
        if running.kind != "update":  # without a policy nobody owes what is asked still
            owed = self.ends if running.kind == "outcome" else self.asks
            return "none needed" if running.ask in owed else self.gone
        stands = standing_of(self.room)
        if stands.state == "resolved":
            return "answered" if stands.heard else "closed unanswered"
        promise = self.room.promise
        given = max(promise.made_at, promise.settled_at) if promise else 0
        heard = max(stands.answered_at, stands.acked_at, self.told_at, given) > running.since
        return "answered" if heard else "none needed"

    def _known(self, id_: str) -> bool:
        return id_ in self.was or id_ in self.old.ended

    def _new_end(self, span: Span) -> bool:
        return self.old.ended.get(span.id) != End(how=span.how, answered=span.answered)

    # --- the ledger

    def _rows(self, running: dict[str, Running], ended: dict[str, Span]) -> list[tuple[Clock, int, list[Fact]]]:
        """The clocks that are to be written down, the version that each was of, and what that tells."""
        moved = {id_: each for id_, each in running.items() if self.was.get(id_) != each}
        spans_of = {id_: self.spans[id_] for id_ in moved} | ended
        refs = [ref(Clock, self.room.id, span.kind, span.ask) for span in spans_of.values()]
        found = []
        for (id_, span), row in zip(spans_of.items(), self.store.many(refs) if refs else [], strict=True):
            began = row or self._began(span)
            facts: list[Fact] = [] if row else ["started"]
            if span.ended:
                now = self._ended(began, span)
                facts += ["met"] if now.how in MET and not now.missed and not began.ended else []
            else:
                times = {"due": moved[id_].due, "policy": moved[id_].policy, "revision": self._revision(id_)}
                now = replace(began, **NOT_ENDED, **times)
            self.days |= {began.day, now.day} - {""}
            measured = span.kind == "outcome" and not began.due  # for the figures alone
            found.append((replace(now, version=began.version + 1), began.version, [] if measured else facts))
        return found

    def _due(self) -> Iterator[Write]:
        """Their days are added up anew soon after the hour. Who adds them up takes this mark away, and no later one."""
        due = (self.now // HOUR_MS + 1) * HOUR_MS + MINUTE_MS  # the index by time may lag behind a little
        for day in sorted(self.days):
            yield Put(DueFigures(version=1, workspace=self.room.workspace, day=day, due=due), None)

    def _began(self, span: Span) -> Clock:
        times, promise = self._running(span), self.room.promise
        return Clock(
            room=self.room.id,
            kind=span.kind,
            ask=span.ask,
            workspace=self.room.workspace,
            since=span.since,
            due=times.due,
            policy=times.policy,
            revision=self._revision(span.id),
            customer=self.room.customer,
            channel=self.room.channels[0] if self.room.channels else "",
            priority=self.room.priority,
            segments=tuple(each for each in self.policies.measured if each in self._customer()[1]),
            promised=span.kind == "update" and promise is not None and span.ask == promise.made_at,
            again=span.again,
        )

    def _ended(self, row: Clock, span: Span) -> Clock:
        """With its end, and all as it was then. What ended after its time was missed, whoever saw it."""
        policy = self._policy(span.id)
        calendar, customer = self._calendar(policy) if policy else None, self._customer()[0]
        late = span.ended if row.due and span.ended > row.due else 0
        return replace(
            row,
            ended=span.ended,
            how=span.how,
            answered=span.answered,
            missed=row.missed or late,
            because=self.shut(self.room, row.since) if late and not row.missed else row.because,
            took=business_ms(calendar, row.since, span.ended),
            answer_took=business_ms(calendar, row.since, span.answered) if span.answered else 0,
            day=day_in(self.policies.timezone, span.ended),
            priority=self.room.priority,
            agent=self.room.assignees[0] if self.room.assignees else "",
            test=customer is not None and customer.attributes.get(TEST) in (True, "true"),
        )

    def _revision(self, id_: str) -> int:
        policy = self._policy(id_)
        return policy.revision if policy else 0
