"""Propose an answer (human in the loop; ADR 173): a machine drafts it, and it waits in the room for one agent's click.

It is sent in the transaction that posts the message, which fails where somebody answered since, or sent it already: two
who click at once send one message.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from msgspec.structs import replace

from ...desk.errors import Conflict, Forbidden, Invalid, NotFound
from ...desk.hours import day_in
from ...desk.ids import message_id, message_place
from ...desk.messages import Draft, Message, check_text
from ...desk.permissions import Principal
from ...desk.policies import Policies
from ...desk.proposals import Cited, Proposal, ProposalFigures, Reason, answer_after, marked_as, settled, waits
from ...desk.room_transitions import room_changed
from ...desk.rooms import Room
from ...desk.segments import Member
from ...desk.turns import Mark
from ...desk.workspaces import Agent, Drafting, Workspace
from ...ports import Listing, Put, Ref, Store, World, Write, new, over, ref
from ..fence import fenced, missing
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..paging import every
from .post import post

LOOKED_AT = 20  # the latest proposals of a room, among which those that are replaced are looked for
SHOWN = 60  # characters of an answer that a refusal quotes


class SentBefore(Conflict):
    """It was sent already, as this proposal says."""

    def __init__(self, proposal: Proposal, detail: str) -> None:
        super().__init__(detail, "proposal")
        self.proposal = proposal


def propose(
    world: World,
    who: Principal,
    room_id: str,
    *,
    text: str,
    sources: tuple[Cited, ...],
    read_to: int | None = None,
    once: Once = KEYLESS,
) -> Proposal:
    """The proposal, in place of one that the same machine has open there. Conflict where somebody has answered since
    it had `read_to` a change."""
    machine = who.machine
    if machine is None:
        raise Forbidden("machines draft answers: this key is a person's")
    check_text(text)
    _check_sources(world, who, sources)

    def attempt(_: int) -> Proposal:
        room, tenant = world.store.many([ref(Room, room_id), ref(Workspace, who.workspace)])
        if room is None or tenant is None:
            raise NotFound("no such room")
        shadow = _mode(world, tenant.drafting, room) == "shadow"
        now, n = world.clock.now(), room.n if read_to is None else read_to
        if n > room.n:
            raise Invalid("the room has no such change yet", "read_to")
        made = Proposal(
            version=1,
            room=room.id,
            id=world.fresh_id("prp"),
            workspace=room.workspace,
            n=n,
            key=machine.id,
            name=machine.name,
            text=text,
            created_at=now,
            customer=room.customer,
            sources=sources,
            shadow=shadow,
        )
        _check_unanswered(world, room, made)
        old = [each for each in latest(world.store, room.id) if each.key == made.key and waits(each, room)]
        replaced = [over(each.changed(state="replaced", at=now), each) for each in old]
        noted = [] if shadow else _noted(room, machine.id, now, proposed=made.id)
        counted = _counted(world, made, now, made=1)
        world.store.commit(*noted, new(made), *replaced, counted, *once.writes(made, now))
        return made

    return again(world, attempt, once)


def send(world: World, who: Principal, room: Room, *, draft: Draft, proposal: str, once: Once = KEYLESS) -> Message:
    """The agent's message, once: who sends the same again gets what is there, all others a Conflict that says who sent
    or answered what."""
    if who.machine or not who.is_agent:
        raise Forbidden("a person of the vendor's sends what a machine has drafted")
    if draft.internal:
        raise Invalid("a proposal is an answer, and no note", "internal")
    found = visible(world, who, room.id, id_=proposal)
    tenant = world.store.one(ref(Workspace, who.workspace))
    shown = tenant is not None and tenant.drafting.shown
    draft = replace(draft, proposed=marked_as(found, shown))

    def along(moved: Room, message: Message) -> Iterable[Write]:
        current = visible(world, who, room.id, id_=proposal)
        if current.shadow:
            raise Conflict("what was drafted in shadow is not sent", "proposal")
        if current.state == "sent":
            raise SentBefore(current, f"{_name(world, current)} sent it already: {_quoted(world, current)}")
        _check_unanswered(world, moved, current, before=message.n)
        now = message.created_at
        edited = draft.text != current.text
        sent = settled(current, "sent", who.id, at=now, message=message.n, edited=edited)
        return [over(sent, current), _counted(world, sent, now, sent=1, edited=int(edited))]

    try:
        return post(world, room.id, draft, once=once, room=room, along=along)
    except SentBefore as before:
        there = world.store.one(ref(Message, room.id, before.proposal.message))
        if there is None or before.proposal.by != who.id or there.text != draft.text:
            raise
        return there


def discard(
    world: World, who: Principal, room_id: str, *, proposal: str, reason: Reason, words: str = "", once: Once = KEYLESS
) -> Proposal:
    """The proposal, which nobody sends any more; why is counted."""

    def attempt(_: int) -> Proposal:
        found, room = visible(world, who, room_id, id_=proposal), world.store.one(ref(Room, room_id))
        if room is None:
            raise NotFound("no such room")
        now = world.clock.now()
        ended = settled(found, "discarded", who.author.id, at=now, reason=reason, words=words)
        noted = [] if found.shadow else _noted(room, who.author.id, now)
        world.store.commit(
            *noted, over(ended, found), _counted(world, ended, now, discarded=1), *once.writes(ended, now)
        )
        return ended

    return again(world, attempt, once)


def visible(world: World, who: Principal, room: str, *, id_: str) -> Proposal:
    """A room's proposal, which the caller may see; NotFound."""
    found = world.store.one(ref(Proposal, room, id_))
    if found is None or not may_look_at(who, found):
        raise NotFound("no such proposal")
    return found


def may_look_at(who: Principal, proposal: Proposal) -> bool:
    """What is drafted in shadow is for admins, and for the machine itself."""
    return who.is_agent and (not proposal.shadow or who.may("admin") or proposal.key == who.author.id)


def latest(store: Store, room: str) -> list[Proposal]:
    """The latest proposals of a room, the newest first."""
    listing: Listing[Proposal] = Listing("proposals", (room,), newest_first=True)
    return store.page(listing, LOOKED_AT).items


def figures(world: World, workspace: str, *, first: date, last: date) -> list[ProposalFigures]:
    """What became of proposals on the days from `first` to `last`, by day and key."""
    bounds = [int((day - date(1970, 1, 1)).total_seconds()) * 1000 for day in (first, last)]
    listing: Listing[ProposalFigures] = Listing(
        "proposal-figures", (workspace,), after=bounds[0] - 1, before=bounds[1] + 1
    )
    return list(every(world.store, listing, 100))


def measured(world: World, proposal: Proposal, answer: int, *, apart: int) -> None:
    """Keep how far an agent's answer is from a proposal that they did not send."""

    def attempt(_: int) -> None:
        found = world.store.one(ref(Proposal, proposal.room, proposal.id))
        if found and not found.answer and found.state != "sent":
            known = found.changed(answer=answer, apart=apart)
            world.store.commit(over(known, found), _counted(world, known, world.clock.now(), apart=apart))

    again(world, attempt)


def _mode(world: World, drafting: Drafting, room: Room) -> str:
    """`shadow` or `on`; Forbidden or Conflict where machines draft nothing."""
    if drafting.mode == "off":
        raise Forbidden("machines draft nothing in this workspace: an admin switches it on")
    if room.kind == "internal":
        raise Conflict("nobody waits for an answer in an internal room")
    if drafting.segments:
        places = [ref(Member, segment, room.customer) for segment in drafting.segments] if room.customer else []
        if not any(world.store.many(places) if places else []):
            raise Forbidden("machines draft nothing for this customer: it is in none of the segments")
    return drafting.mode


def _check_sources(world: World, who: Principal, sources: tuple[Cited, ...]) -> None:
    """Rooms and messages that are named are the workspace's own."""
    named: list[tuple[str, Ref[Any]]] = []
    for place, each in enumerate(sources):
        if each.room:
            named.append((f"sources[{place}].room", ref(Room, each.room)))
        if each.message:
            named.append((f"sources[{place}].message", ref(Message, *message_place(each.message))))
    found = world.store.many([where for _, where in named]) if named else []
    for (field, where), there in zip(named, found, strict=True):
        if fenced(there, who.workspace) is None:
            raise missing(where, field)


def _check_unanswered(world: World, room: Room, proposal: Proposal, *, before: int = 0) -> None:
    mark = answer_after(room, proposal.n, proposal.created_at, before=before)
    if mark is not None:
        raise Conflict(_answered(world, room, mark), "proposal")


def _answered(world: World, room: Room, mark: Mark) -> str:
    said = world.store.one(ref(Message, room.id, mark.message)) if mark.n else None
    if said is None:
        return "somebody has answered since this was drafted"
    return f"{said.author.name or 'Somebody'} has answered since this was drafted ({said.id}): {_cut(said.text)}"


def _quoted(world: World, proposal: Proposal) -> str:
    said = world.store.one(ref(Message, proposal.room, proposal.message))
    return f"{message_id(proposal.room, proposal.message)}: {_cut(said.text if said else proposal.text)}"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line[:SHOWN].rstrip()}…”" if len(line) > SHOWN else f"“{line}”"


def _name(world: World, proposal: Proposal) -> str:
    agent = world.store.one(ref(Agent, proposal.workspace, proposal.by))
    return agent.name if agent and agent.name else "Somebody"


def _noted(room: Room, by: str, now: int, *, proposed: str = "") -> list[Write]:
    """A change of the room that agents' pages are told of, and nobody else."""
    moved, change = room_changed(room, now, by, fields={"proposed": proposed} if proposed else {}, type_="proposal")
    return [over(moved, room), new(replace(change, internal=True))]


def _counted(world: World, proposal: Proposal, now: int, *, apart: int | None = None, **more: int) -> Put:
    """The figures of the day with one more."""
    policies = world.store.one(ref(Policies, proposal.workspace)) or Policies(workspace=proposal.workspace)
    day = day_in(policies.timezone, now)
    old = world.store.one(ref(ProposalFigures, proposal.workspace, day, proposal.key))
    counts = old or ProposalFigures(workspace=proposal.workspace, day=day, key=proposal.key)
    fields: dict[str, object] = {name: getattr(counts, name) + each for name, each in more.items()}
    if proposal.state == "discarded" and more:
        fields["reasons"] = counts.reasons | {proposal.reason: counts.reasons.get(proposal.reason, 0) + 1}
    if apart is not None:
        fields["apart"] = dict(sorted((counts.apart | {apart: counts.apart.get(apart, 0) + 1}).items()))
    moved = counts.changed(name=proposal.name, **fields)
    return over(moved, old) if old else new(moved)
