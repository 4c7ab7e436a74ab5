"""Plan a broadcast: a snapshot of who gets what, who is skipped and why, in the pieces that it is sent in (ADR 30).

Nothing is sent here.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from ...desk.broadcasts import (
    PIECE,
    PIECE_OF_TOPICS,
    Audience,
    Broadcast,
    Heard,
    Piece,
    Result,
    Rules,
    Target,
    begins,
    heard,
    spared,
)
from ...desk.customers import Customer, User
from ...desk.errors import Clash, Refusal
from ...desk.ids import derived, triage_room_id, user_id
from ...desk.issues import Issue, IssueTie
from ...desk.messages import check_text
from ...desk.rooms import MAX_NAME, Room
from ...desk.segments import Member
from ...desk.templates import Missing, asks_for, filled, filled_text, values, variables
from ...ports import Listing, Ref, World, new, over, ref
from ..forgotten import user_named

Named = tuple[str, str]  # a room and its customer, "" where the room itself has to tell


class Plan:
    """The targets of a broadcast, piece by piece. A customer that was met before gets no second copy."""

    def __init__(
        self,
        world: World,
        broadcast: Broadcast,
        audience: Audience | None = None,
        *,
        rules: Rules | None = None,
        issue: Issue | None = None,
    ) -> None:
        self.world, self.broadcast, self.issue = world, broadcast, issue
        self.audience = audience or Audience(broadcast=broadcast.id)
        self.rules = rules or Rules(workspace=broadcast.workspace)
        self.wanted = {language: variables(broadcast.text_in(language)) for language in ("", *broadcast.variants)}
        self.named = variables(broadcast.room_name)
        self.size = PIECE_OF_TOPICS if broadcast.into == "topic" else PIECE
        self.met: set[str] = set()

    def pieces(self) -> Iterator[Piece]:
        """Every piece as it would be now, in order."""
        number, cursor = 0, ""
        while number == 0 or cursor:
            piece = self.piece(number, cursor)
            yield piece
            number, cursor = number + 1, piece.next

    def piece(self, number: int, cursor: str) -> Piece:
        """The piece that begins at `cursor`: some reads of a hundred keys."""
        named, onward = self._named(cursor)
        targets = tuple(self._targets(named))
        return Piece(version=1, broadcast=self.broadcast.id, number=number, targets=targets, next=onward)

    def meet(self, piece: Piece) -> None:
        """Remember who gets a copy by a piece."""
        self.met |= {target.customer for target in piece.targets if target.customer and not target.skipped}

    def _named(self, cursor: str) -> tuple[list[Named], str]:
        if self.broadcast.follows:
            return self._lacking(int(cursor or 0))
        if self.broadcast.segment:
            listing: Listing[Member] = Listing("segment-members", (self.broadcast.segment,))
            page = self.world.store.page(listing, self.size, cursor or None)
            return [self._room_of(member.customer) for member in page.items], page.next or ""
        if self.broadcast.issue:
            ties: Listing[IssueTie] = Listing("ties", (self.broadcast.issue,))
            tied = self.world.store.page(ties, self.size, cursor or None)
            return [self._behind(tie) for tie in tied.items], tied.next or ""
        start = int(cursor or 0)
        end = start + self.size
        rooms, customers = self.audience.rooms, self.audience.customers
        named = [(room, "") for room in rooms[start:end]] or [self._room_of(c) for c in customers[start:end]]
        return named, str(end) if end < max(len(rooms), len(customers)) else ""

    def _room_of(self, customer: str) -> Named:
        """The room in which a customer gets it: its triage room, or one made for this broadcast."""
        if self.broadcast.into == "topic":
            return derived("room", self.broadcast.id, customer), customer
        return triage_room_id(customer), customer

    def _behind(self, tie: IssueTie) -> Named:
        """The room that stands behind the issue, or one of its customer's."""
        if self.broadcast.into == "room" or not tie.customer:
            return tie.room, tie.customer
        return self._room_of(tie.customer)

    def _lacking(self, number: int) -> tuple[list[Named], str]:
        """Of a piece of the broadcast that is followed, the rooms that got it, and lack what is asked for."""
        followed, piece = self.world.store.many(
            [ref(Broadcast, self.broadcast.follows), ref(Piece, self.broadcast.follows, number)]
        )
        if followed is None or piece is None:
            return [], ""
        listing: Listing[Result] = Listing("results", (followed.id, str(number)))
        found = {result.room: result for result in self.world.store.page(listing, 100).items}
        mark = f"{self.broadcast.lacking}_at"
        got = [result for target in piece.targets if (result := found.get(target.room)) and result.n]
        named = [(each.room, each.customer) for each in got if not each.deleted and not getattr(each, mark)]
        return named, str(number + 1) if number + 1 < followed.pieces else ""

    def _targets(self, named: list[Named]) -> Iterator[Target]:
        store, now = self.world.store, self.world.clock.now()
        rooms: list[Room | None] = store.many([ref(Room, room) for room, _ in named]) if named else []
        whose = [customer or (room.customer if room else "") for (_, customer), room in zip(named, rooms, strict=True)]
        known = sorted({customer for customer in whose if customer})
        refs: list[Ref[Any]] = [ref(Customer, id_) for id_ in known]
        read = store.many([*refs, *[ref(Heard, id_) for id_ in known]]) if known else []
        customers: dict[str, Customer | None] = dict(zip(known, read[: len(known)], strict=True))
        before: dict[str, Heard] = {found.customer: found for found in read[len(known) :] if found}
        triage = self._triage(known, rooms)
        contacts = self._contacts(customers)
        for (id_, _), room, owner in zip(named, rooms, whose, strict=True):
            customer = customers.get(owner)
            name = room.name if room else ""
            if room is None and customer and self.broadcast.into == "topic":
                room = _made(self.broadcast, id_, customer, now=now)
            times = heard(triage.get(triage_room_id(owner)), room, before.get(owner))
            reason = spared(self.broadcast, self.rules, customer, room=room, times=times, now=now)
            yield self._target(id_, name, customer, contact=contacts.get(owner), reason=reason)

    def _triage(self, customers: list[str], rooms: list[Room | None]) -> dict[str, Room]:
        """The triage rooms of the customers, by their ids, as far as they are not among the rooms at hand."""
        found = {room.id: room for room in rooms if room}
        lacking = {triage_room_id(customer) for customer in customers} - set(found)
        more: list[Room | None] = self.world.store.many([ref(Room, id_) for id_ in sorted(lacking)]) if lacking else []
        return found | {room.id: room for room in more if room}

    def _contacts(self, customers: dict[str, Customer | None]) -> dict[str, User]:
        """The users whom the vendor knows at each customer, where a text names them."""
        if not any(asks_for(wanted, "contact") for wanted in (*self.wanted.values(), self.named)):
            return {}
        asked = [each for each in customers.values() if each and each.contact]
        return {user.customer: user for user in contacts(self.world, asked) if user.state == "active"}

    def _target(self, id_: str, room: str, customer: Customer | None, *, contact: User | None, reason: str) -> Target:
        if reason or customer is None:
            return Target(room=id_, skipped=reason)
        if customer.id in self.met:
            return Target(room=id_, customer=customer.id, skipped="the customer gets it in another room")
        self.met.add(customer.id)
        language = self.broadcast.variant(customer.language)
        opens = {}
        try:
            if self.broadcast.into == "topic":
                room = filled(
                    self.broadcast.room_name, values(self.named, customer, "", contact=contact, issue=self.issue)
                )[:MAX_NAME].strip()
                opens = {"opens": room, "external_id": customer.external_id}
            substitutes = values(self.wanted[language], customer, room, contact=contact, issue=self.issue)
            check_text(
                filled_text(self.broadcast.text_in(language), substitutes), needed=not self.broadcast.attachments
            )
            at = begins(self.broadcast, self.rules, customer.timezone, now=self.world.clock.now())
        except (Missing, Refusal) as error:
            return Target(room=id_, customer=customer.id, missing=f"{customer.external_id}: {error}")
        return Target(room=id_, customer=customer.id, values=substitutes, language=language, at=at, **opens)


def contacts(world: World, customers: Sequence[Customer]) -> list[User]:
    """The users whom the vendor knows at customers that name one: also who came again after they were forgotten."""
    refs = [ref(User, each.id, user_id(each.id, each.contact)) for each in customers]
    found: list[User | None] = world.store.many(refs) if refs else []
    again = [
        user or user_named(world, each.workspace, each.id, external_id=each.contact)
        for each, user in zip(customers, found, strict=True)
    ]
    return [user for user in again if user]


def _made(broadcast: Broadcast, id_: str, customer: Customer, *, now: int) -> Room:
    """The room that is made for a customer, as far as it matters here."""
    return Room(id=id_, workspace=broadcast.workspace, kind="topic", name="", created_at=now, customer=customer.id)


def plan_of(world: World, broadcast: Broadcast) -> Plan:
    """The plan of a broadcast as things are now."""
    refs: list[Ref[Any]] = [ref(Audience, broadcast.id), ref(Rules, broadcast.workspace)]
    refs += [ref(Issue, broadcast.issue)] if broadcast.issue else []
    audience, rules, *issue = world.store.many(refs)
    return Plan(world, broadcast, audience, rules=rules, issue=issue[0] if issue else None)


def plan(world: World, broadcast: Broadcast) -> Broadcast | None:
    """Write the pieces down, then let them be sent. None if it was cancelled meanwhile. What an earlier run wrote
    stays; a text that cannot be filled in for one room fails the whole before anything is sent."""
    made = plan_of(world, broadcast)
    number, cursor, planned, skipped = 0, "", 0, 0
    while number == 0 or cursor:
        piece = _kept(world, made, number, cursor=cursor)
        missing = next((target.missing for target in piece.targets if target.missing), "")
        if missing:
            return _ended(world, broadcast, state="failed", reason=missing, due=0)
        planned += len(piece.targets)
        skipped += sum(1 for target in piece.targets if target.skipped)
        number, cursor = number + 1, piece.next
    return _ended(world, broadcast, state="sending", pieces=number, planned=planned, skipped=skipped)


def _kept(world: World, made: Plan, number: int, *, cursor: str) -> Piece:
    """The piece with this number, as it was first written."""
    before = set(made.met)
    piece = made.piece(number, cursor)
    try:
        world.store.commit(new(piece))
    except Clash:
        there = world.store.one(ref(Piece, made.broadcast.id, number))
        if there is None:
            raise
        made.met, piece = before, there
        made.meet(piece)
    return piece


def _ended(world: World, broadcast: Broadcast, **fields: object) -> Broadcast | None:
    """The broadcast after its plan, if it is still being planned."""
    while True:
        current = world.store.one(ref(Broadcast, broadcast.id))
        if current is None or current.state != "planning":
            return None
        ended = current.changed(**fields)
        try:
            world.store.commit(over(ended, current))
        except Clash:
            continue
        return ended
