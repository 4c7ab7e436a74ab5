"""Gather what agents are to be told (notification): from a message or a change of a room, whom it concerns
(ADR 142).

Derived from what is stored alone; a mark for each alert sees to it that it is gathered once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from ...desk.alerts import KEPT_MS, MAX_GATHERED, AgentAlerts, Alert, AlertChoices, Alerted, AlertKind, gathering
from ...desk.held_back import HeldBack, held_alerts, held_id
from ...desk.messages import Change, Message
from ...desk.room_transitions import who_said
from ...desk.rooms import Room
from ...desk.segments import Member
from ...desk.workspaces import Agent, Workspace
from ...ports import Listing, Put, World, new, over, ref
from ..optimistic_retry import again
from ..paging import every
from ..standing_still import is_older

ANSWERS_KEPT = ("answer", "undelivered")


@dataclass(frozen=True, slots=True)
class Concern:
    """What somebody is told of a room. `people` (agents' ids) are told, and with `team` everybody who may answer; so
    are the `followers`, for whom nobody stands in. Whom it is of, who is not told of it, is `by`."""

    alert: Alert
    people: tuple[str, ...]
    team: bool = False
    followers: tuple[str, ...] = ()


def wanted(happening: Message | Change) -> bool:
    """Whether agents may have to be told of it: what is of no concern to them costs no read."""
    if isinstance(happening, Change):
        overdue = happening.promise is not None and happening.promise.overdue
        return bool(happening.assigned or happening.clock or overdue or happening.type == "undelivered")
    return who_said(happening) == "customer" or any(each.startswith("agt_") for each in happening.mentions)


def gather(world: World, happening: Message | Change, room: Room, *, tenant: Workspace) -> None:
    """Put what agents are to be told of it where it waits. Doing it again gathers nothing twice; a message that is
    older than the marks that see to that is no news."""
    if isinstance(happening, Message) and happening.created_at < world.clock.now() - KEPT_MS:
        return
    for concern in _concerns(world, happening, room, tenant=tenant):
        for agent, alert in _addressed(world, room, concern):
            keep_alert(world, room.workspace, agent, alert=alert)


def _concerns(world: World, happening: Message | Change, room: Room, *, tenant: Workspace) -> Iterator[Concern]:
    """All that somebody is told of a message or a change."""
    if isinstance(happening, Change):
        yield from _changed(world, happening, room)
    elif not happening.deleted and not happening.forked_from:
        yield from _said(world, happening, room, tenant=tenant)


def _said(world: World, message: Message, room: Room, *, tenant: Workspace) -> Iterator[Concern]:
    """Who is named in it is told; what a customer says is told whose room it is, and who follows it or its segment."""
    who = message.author.id if message.author.kind == "agent" else ""
    named = tuple(each for each in message.mentions if each.startswith("agt_"))
    if named:
        yield Concern(_of(message, "mentioned", who), named)
    asks = who_said(message) == "customer" and not message.internal and message.taken_as != "thanks"
    if not asks or room.kind == "internal":
        return
    theirs = room.assignees or _answerer(world, room, message)
    if theirs or room.followers:
        others = tuple(each for each in room.followers if each not in named)
        people = tuple(each for each in theirs if each not in named)
        yield Concern(_of(message, "answered"), people, followers=others)
    if room.customer and tenant.followed and room.waiting_since == message.created_at:
        followers = _followers(world, room, tenant)
        others = (*theirs, *named, *room.followers)
        yield Concern(_of(message, "segment"), tuple(each for each in followers if each not in others))


def _changed(world: World, change: Change, room: Room) -> Iterator[Concern]:
    """Who is put on a room is told; so is who is on it or follows it, of its clocks and promises, and of what did not
    get through."""
    if change.assigned:
        yield Concern(_of(change, "assigned", change.by), change.assigned)
    if change.type == "undelivered":
        message = world.store.one(ref(Message, room.id, change.message, False))
        author = (message.author.id,) if message and message.author.kind == "agent" else ()
        people = (*author, *room.assignees)
        yield Concern(_of(change, "undelivered"), people, team=not people, followers=room.followers)
    if change.promise and change.promise.overdue and not change.by:
        alert = Alert(kind="late", room=room.id, n=change.n, at=change.at, internal=change.internal, clock="promise")
        people = room.assignees or (change.promise.by,)
        due = _due(alert, change.promise.made_at, change.promise.due)
        yield Concern(due, people, followers=room.followers)
    if clock := change.clock:
        kind: AlertKind = "late_soon" if clock.fact == "warned" else "late"
        alert = _due(_of(change, kind), clock.since, clock.due, clock=clock.kind)
        late = kind == "late"
        people = (*room.assignees, *(clock.escalate if late else ()))
        yield Concern(alert, people, team=late or not people, followers=room.followers)


def _of(happening: Message | Change, kind: AlertKind, by: str = "") -> Alert:
    at = happening.created_at if isinstance(happening, Message) else happening.at
    return Alert(kind=kind, room=happening.room, n=happening.n, at=at, internal=happening.internal, by=by)


def _due(alert: Alert, since: int, due: int, *, clock: str = "") -> Alert:
    return replace(alert, since=since, due=due, clock=clock or alert.clock)


def _answerer(world: World, room: Room, message: Message) -> tuple[str, ...]:
    """Who spoke last for the vendor in a room that nobody is on: as a rule the room itself remembers whose words these
    were."""
    spoken = [mark.message for mark in room.trail if mark.kind in ANSWERS_KEPT and mark.message < message.n]
    author = next((person for person, at in room.own_words.items() if spoken and at.n == spoken[-1]), "")
    if author:
        return (author,) if author.startswith("agt_") else ()
    answer = world.store.one(ref(Message, room.id, spoken[-1], False)) if spoken else None
    return (answer.author.id,) if answer and answer.author.kind == "agent" else ()


def _followers(world: World, room: Room, tenant: Workspace) -> list[str]:
    """The agents who follow a segment that the room's customer is in."""
    found = world.store.many([ref(Member, each, room.customer) for each in tenant.followed])
    within = {each.segment for each in found if each}
    if not within:
        return []
    listing: Listing[AlertChoices] = Listing("alert-choices", (room.workspace,))
    return [each.agent for each in every(world.store, listing) if within.intersection(each.segments)]


def _addressed(world: World, room: Room, concern: Concern) -> Iterator[tuple[str, Alert]]:
    """Each agent who is told, and what: of somebody who is absent the team is told; who wants to hear of no such thing
    is not."""
    alert, now = concern.alert, world.clock.now()
    people = [each for each in dict.fromkeys((*concern.people, *concern.followers)) if each != alert.by]
    choices = _known(world, room.workspace, people)
    away = [each for each, chosen in choices.items() if chosen.away_until > now]
    absent = [each for each in away if each in concern.people]
    for agent in choices.keys() - away:
        if choices[agent].ways_of(alert.kind):
            yield agent, alert
    if concern.team or absent:
        of_absent = replace(alert, absent=absent[0]) if absent else alert
        for agent, chosen in _team(world, room.workspace).items():
            asked = agent not in choices and agent != alert.by and chosen.away_until <= now
            if asked and chosen.ways_of(alert.kind):
                yield agent, of_absent


def _known(world: World, workspace: str, agents: Sequence[str]) -> dict[str, AlertChoices]:
    """The active ones of some agents, with what they chose."""
    if not agents:
        return {}
    refs = [ref(type_, workspace, each) for each in agents for type_ in (Agent, AlertChoices)]
    found = world.store.many(refs)
    pairs: Iterable[tuple[Agent | None, AlertChoices | None]] = zip(found[::2], found[1::2], strict=True)
    return {
        agent.id: chosen or AlertChoices(workspace=workspace, agent=agent.id)
        for agent, chosen in pairs
        if agent and agent.state == "active"
    }


def _team(world: World, workspace: str) -> dict[str, AlertChoices]:
    """All who may answer, with what they chose."""
    agents: Listing[Agent] = Listing("agents", (workspace,))
    return _known(world, workspace, [each.id for each in every(world.store, agents) if each.role != "reader"])


def keep_alert(world: World, workspace: str, agent: str, *, alert: Alert) -> None:
    """Put an alert where an agent's wait, once. The mark comes second: who dies in between finds the alert there, or,
    if it was sent meanwhile, tells it once more."""
    mark = Alerted(version=1, agent=agent, key=alert.key, workspace=workspace, at=alert.at)

    def attempt(_: int) -> None:
        known, old = world.store.many([ref(Alerted, agent, alert.key), ref(AgentAlerts, agent)])
        if known:
            return
        if is_older(world, alert.at):  # they may have been told before the table was restored
            there = world.store.one(ref(HeldBack, workspace, held_id("alerts", agent)))
            still = there.changed(alerts=(*there.alerts, alert)[:MAX_GATHERED]) if there else None
            kept = over(still, there) if there and still else new(held_alerts(workspace, agent, (alert,)))
            world.store.commit(new(mark), kept)
            return
        if not old or alert.key not in {each.key for each in old.gathered}:
            row = gathering(old or AgentAlerts(agent=agent, workspace=workspace), alert, world.clock.now())
            world.store.commit(over(row, old) if old else new(row))
        world.store.commit(Put(mark, None))

    again(world, attempt)
