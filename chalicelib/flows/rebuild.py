"""Recompute all that is derived, from what was said and set: index keys, rooms' counts and glimpses, messages'
ordinals, read marks' counts, the id map, domain claims, whose mail addresses are, feeds, customers' totals, the
inbox's views, rooms' clocks, each day's figures, who is behind an issue. The one full scan; run it in quiet hours, as
often as you like.

Deliveries are no derived state: they are the ledger of what was sent.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from ..desk.clocks import Clock, RoomClocks
from ..desk.customer_totals import Counted, OpenRoom, Totals, counted, glance, summed
from ..desk.customers import Customer, Domain, User, Visitor
from ..desk.domains import same_mailbox
from ..desk.errors import Clash
from ..desk.figures import DayFigures
from ..desk.inbox_views import RoomViews, ViewRow, is_of_turn
from ..desk.issues import Issue, IssueCustomer, IssueTie, arr_of
from ..desk.mails import Correspondent, MailAddress, Mailbox, ReturnAddress, RoomAddress
from ..desk.messages import Mapped, Message
from ..desk.outcomes import Ending, Outcome, ending_of
from ..desk.people import PersonOf
from ..desk.policies import Policies
from ..desk.record import Record
from ..desk.room_transitions import bearing, glimpse, progress_at, reworded, standing_fields, who_said
from ..desk.rooms import Binding, Bridge, Fork, ReadTo, Room, Seen
from ..desk.segments import Placement
from ..desk.workspaces import Install, Workspace, fed, listening_of
from ..ports import Drop, Listing, Put, Ref, Scanned, over, ref
from .clocks.fold_day import fold_day
from .clocks.refresh_clocks import refreshed
from .customers.evaluate_segments import glances_of
from .mail.address import mail_address
from .paging import every
from .rooms.refresh_views import refresh_views, view_row
from .same_person import users_of

PAGE = 200
WORDS_OF_ISSUES: dict[str, Outcome] = {"done": "solved", "declined": "declined"}
NOTICE_WORD = "told"  # the outcome that notices gave a room, of an issue that was neither
Rightly = Callable[[Scanned, Any], Iterator[Record]]
TURNS = {"ask": "vendor", "answer": "customer"}  # of a room from before there were trails


def rebuild(store: Scanned) -> Counter[str]:
    """How many records of each type were put right.

    In this order: one pass over all there is, each record with what follows from it alone. A customer's sums come after
    it, since they are of rooms that are right by then; that a workspace lists its customers by id comes last of all,
    when each of them is in that index: said sooner, whoever lists them meanwhile would miss some."""
    mended: Counter[str] = Counter()
    customers: list[Customer] = []
    workspaces: list[Workspace] = []
    days: set[tuple[str, str]] = set()
    for record in store.everything():
        customers += [record] if isinstance(record, Customer) else []
        workspaces += [record] if isinstance(record, Workspace) else []
        days |= {(record.workspace, record.day)} if isinstance(record, Clock | DayFigures) else set()
        _mend(store, _right(store, record), mended, scanned=record)
    for customer in customers:  # once their rooms are right
        _mend(store, _totals(store, customer), mended, scanned=customer)
    for workspace in workspaces:  # once all its customers are in the index by id
        _mend(store, _listed_by_id(store, workspace), mended, scanned=workspace)
    for workspace_id, day in sorted(days):  # once all its clocks are right
        if day and (written := fold_day(store, workspace_id, day)):
            mended["DayFigures"] += written
    return mended


def _mend(store: Scanned, rights: Iterator[Record], mended: Counter[str], *, scanned: Record) -> None:
    for right in rights:
        if _put(store, right, new=type(right) is not type(scanned)):
            mended[type(right).__name__] += 1


def _listed_by_id(store: Scanned, workspace: Workspace) -> Iterator[Record]:
    now = store.one(ref(Workspace, workspace.id))
    if now:
        yield msgspec.structs.replace(now, customers_by_id=True)


def _put(store: Scanned, right: Record, new: bool) -> bool:
    """Write what differs from what is stored. Index keys are part of the row, so equal records may still differ. What
    was scanned and is gone by now was removed, or has expired: only what follows from it may be missing (`new`)."""
    try:
        return store.mend(right, new=new)
    except Clash:
        return False  # it moved meanwhile, and its own writer derived what belongs to it


def _right(store: Scanned, record: Record) -> Iterator[Record]:
    """The record itself and what follows from it, as they should be."""
    return RIGHTLY.get(type(record), _itself)(store, record)


def _itself(store: Scanned, record: Record) -> Iterator[Record]:
    yield record


def _with_another(store: Scanned, record: Record) -> Iterator[Record]:
    """What follows from another record is made, or found, with that."""
    return iter(())


def _customer(store: Scanned, customer: Customer) -> Iterator[Record]:
    yield customer
    for name in customer.domains:
        proven = name in customer.proofs
        yield Domain(version=1, workspace=customer.workspace, domain=name, customer=customer.id, proven=proven)


def _workspace(store: Scanned, workspace: Workspace) -> Iterator[Record]:
    installs: Listing[Install] = Listing("installs", (workspace.id,))
    found = list(every(store, installs, PAGE))
    feeds = [install for install in found if fed(install)]
    yield msgspec.structs.replace(
        workspace,
        feeds={install.id: install.fed_since for install in feeds},
        feed_channels={install.id: install.kind for install in feeds},
        listening={id_: each for install in found for id_, each in listening_of(install).items()},
    )


def _bridge(store: Scanned, bridge: Bridge) -> Iterator[Record]:
    yield bridge
    if bridge.conversation and bridge.direction != "out":
        yield _tie(store, bridge)


def _member(store: Scanned, member: User | Visitor) -> Iterator[Record]:
    """A user or a visitor, who names the person that they are a part of."""
    way = store.one(ref(PersonOf, member.id))
    yield msgspec.structs.replace(member, person=way.person if way else "")
    if isinstance(member, User):
        yield from _addresses(store, member)


def _addressed(store: Scanned, record: User | Install | Correspondent | RoomAddress) -> Iterator[Record]:
    yield record
    yield from _addresses(store, record)


def _if_still_so(holds: Callable[[Scanned, Any], bool], place: Callable[[Any], Ref[Any]]) -> Rightly:
    """What another record has left behind is taken away, unless it still `holds`."""

    def right(store: Scanned, record: Any) -> Iterator[Record]:
        if not holds(store, record):
            store.commit(Drop(place(record)))
        return iter(())

    return right


def _is_theirs(store: Scanned, mailbox: Mailbox) -> bool:
    user = store.one(ref(User, mailbox.customer, mailbox.user))
    return user is not None and same_mailbox(user.email) == mailbox.address


def _is_its_own(store: Scanned, claim: MailAddress) -> bool:
    install = store.one(ref(Install, claim.install))
    return install is not None and mail_address(install) == claim.address


def _is_open(store: Scanned, row: OpenRoom) -> bool:
    return glance(store.one(ref(Room, row.room)))[0] is not None


def _has_a_row(store: Scanned, row: ViewRow) -> bool:
    """The views of turns had rows once."""
    return not is_of_turn(row.view)


def _counts(store: Scanned, row: Counted) -> bool:
    user = store.one(ref(User, row.customer, row.user))
    return user is not None and row in _people(store, row.customer, [user])


def _people(store: Scanned, customer: str, users: list[User]) -> list[Counted]:
    """The rows of a customer's users, of whom those who are one person have one."""
    selves = users_of(store, users, within=customer)
    return [row for user in users if (row := counted(user, selves.get(user.person, ())))]


def _addresses(store: Scanned, record: User | Install | Correspondent | RoomAddress) -> Iterator[Record]:
    """Whose a mail from the address is, or for whom one to it."""
    if isinstance(record, User):
        if record.email:
            address = same_mailbox(record.email)
            known = store.one(ref(Mailbox, record.workspace, address, record.customer, record.id))
            yield known or Mailbox(
                version=1, workspace=record.workspace, address=address, customer=record.customer, user=record.id
            )
    elif isinstance(record, Install):
        address = mail_address(record)
        if address and store.one(ref(MailAddress, address)) is None:
            yield MailAddress(version=1, address=address, workspace=record.workspace, install=record.id)
    else:
        person = record.person if isinstance(record, Correspondent) else ""
        yield ReturnAddress(
            version=1,
            token=record.token,
            person=person,
            workspace=record.workspace,
            install=record.install,
            room=record.room,
        )


def _room(store: Scanned, room: Room) -> Iterator[Record]:
    """The room's messages in their order with their ordinals, what they say of the id map, and the room itself."""
    room = _with_word(store, room)
    posts = notes = 0
    last: Message | None = None
    turn = ""
    waits: list[int] = []
    channels: set[str] = set()
    said: Listing[Message] = Listing("posts", (room.id,))
    noted: Listing[Message] = Listing("notes", (room.id,))
    if room.origin:
        came = room.origin
        yield Fork(version=1, room=came.room, into=room.id, workspace=room.workspace, first=came.first, last=came.last)
    own_words = dict(room.own_words)
    messages = sorted([*every(store, said, PAGE), *every(store, noted, PAGE)], key=lambda message: message.n)
    for message in messages:
        posts, notes = posts + (not message.internal), notes + message.internal
        yield msgspec.structs.replace(message, posts=posts, notes=notes)
        here = ReadTo(n=message.n, posts=posts, notes=notes)
        own_words |= {person: here for person, at in room.own_words.items() if at.n == message.n}
        if not message.internal and message.broadcast is None:
            last = message
            effect = bearing(message)
            turn = TURNS.get(effect, turn)
            if effect in TURNS:
                waits = [*waits, message.created_at] if effect == "ask" else []
            if who_said(message) == "customer":
                channels |= {message.source.channel}
        if message.source.install and message.source.id:
            yield _known(
                store, message.source.install, message.source.id, workspace=room.workspace, room=room.id, n=message.n
            )
    stands: dict[str, Any] = {"turn": "", "waiting_since": 0}
    if room.trail or room.base:
        stands = standing_fields(room)
    elif room.kind != "internal":
        since = room.waiting_since if room.waiting_since in waits else next(iter(waits), 0)
        stands = {"turn": turn, "waiting_since": since}
    tenant = store.one(ref(Workspace, room.workspace))
    right = msgspec.structs.replace(
        room,
        shards=tenant.inbox_shards if tenant else room.shards,
        posts=posts,
        notes=notes,
        last_message=glimpse(last) if last else None,
        last_message_at=last.created_at if last else 0,
        channels=tuple(sorted(channels)),
        own_words=own_words,
        **stands,
    )
    yield right
    views = refresh_views(
        store, right, store.one(ref(RoomViews, room.id)), now=right.last_message_at or right.created_at
    )
    if views:
        yield views
        yield from (view_row(views, view) for view in views.views if not is_of_turn(view))
    if tenant and tenant.policies and right.kind != "internal":
        yield from _clocks(store, right, max(map(progress_at, messages), default=0))


def _with_word(store: Scanned, room: Room) -> Room:
    """An outcome from before there was a list is read as the word of the issue that was closed last behind the room."""
    freely = ending_of(room.outcome)
    if room.state != "resolved" or freely.outcome or not freely.reason:
        return room
    tied: Listing[IssueTie] = Listing("room-issues", (room.id,))
    issues = [store.one(ref(Issue, tie.issue)) for tie in every(store, tied, PAGE)]
    closed = [issue for issue in issues if issue and issue.state in WORDS_OF_ISSUES]
    if not closed:
        return room
    word = WORDS_OF_ISSUES[max(closed, key=lambda issue: issue.state_at).state]
    return reworded(room, Ending(word, "" if freely.reason == NOTICE_WORD else freely.reason).text)


def _clocks(store: Scanned, room: Room, told_at: int) -> Iterator[Record]:
    """The room's clocks, as far back as its trail tells of them."""
    policies, there = store.many([ref(Policies, room.workspace), ref(RoomClocks, room.id)])
    if policies:
        now = refreshed(store, policies, room, there=there, now=room.last_message_at, told_at=told_at)
        for write in now.writes:
            if isinstance(write, Put):
                yield msgspec.structs.replace(write.record, version=write.was or 1)


def _tie(store: Scanned, bridge: Bridge) -> Binding:
    """Where the bridge's conversation lives. Two bridges of one conversation (a fork) leave it where it is."""
    there = store.one(ref(Binding, bridge.install, bridge.conversation))
    return there or Binding(
        version=1,
        install=bridge.install,
        conversation=bridge.conversation,
        workspace=bridge.workspace,
        room=bridge.room,
        bound_at=bridge.bound_at,
        slot=bridge.slot,
    )


def _totals(store: Scanned, customer: Customer) -> Iterator[Record]:
    """The rows of its open rooms and of its people, and the sums; where these were wrong, it is evaluated anew."""
    users: Listing[User] = Listing("users", (customer.id,))
    people = _people(store, customer.id, list(every(store, users, PAGE)))
    tenant = store.one(ref(Workspace, customer.workspace))
    waits = tenant is None or tenant.waits_counted
    glances = glances_of(store, customer.id, waits=waits)
    rows = [row for row, _, _ in glances if row]
    yield from (*people, *rows)
    old = store.one(ref(Placement, customer.id))
    right = summed(Totals(), rows, glances, members=len(people))
    if old is None and right != Totals():
        yield Placement(version=1, customer=customer.id, workspace=customer.workspace, next_at=1, totals=right)
    elif old:
        moved = {} if old.totals == right else {"totals": right, "next_at": 1}
        yield msgspec.structs.replace(old, **moved)


def _issue(store: Scanned, issue: Issue) -> Iterator[Record]:
    """The customers behind an issue, by the rooms that are tied to it, and its sums. The rooms of one that was merged
    are counted where they are now."""
    tied: Listing[IssueTie] = Listing("ties", (issue.id,))
    ties = list(every(store, tied, PAGE)) if not issue.merged_into else []
    rooms = Counter(tie.customer for tie in ties if tie.customer)
    behind: Listing[IssueCustomer] = Listing("behind", (issue.id,))
    old = {row.customer: row for row in every(store, behind, PAGE)}
    rows = [_behind(store, issue, old.get(id_), id_=id_, rooms=count) for id_, count in sorted(rooms.items())]
    yield from rows
    for gone in sorted(old.keys() - rooms.keys()):
        store.commit(Drop(ref(IssueCustomer, issue.id, gone)))
    yield msgspec.structs.replace(
        issue, rooms=len(ties), customers=len(rows), arr=round(sum(row.arr for row in rows), 2)
    )


def _behind(store: Scanned, issue: Issue, old: IssueCustomer | None, *, id_: str, rooms: int) -> IssueCustomer:
    customer = store.one(ref(Customer, id_))
    return IssueCustomer(
        version=old.version if old else 1,
        issue=issue.id,
        customer=id_,
        workspace=issue.workspace,
        name=customer.name if customer else "",
        rooms=rooms,
        arr=arr_of(customer),
    )


def _known(store: Scanned, source: str, id_: str, *, workspace: str, room: str, n: int) -> Mapped:
    """The entry of the id map. Where copies of a fork claim the same source, the copy made last is its home."""
    there = store.one(ref(Mapped, source, id_))
    entry = Mapped(version=1, source=source, id=id_, workspace=workspace, room=room, n=n)
    if there is None or not there.room:
        return entry
    home = store.one(ref(Message, there.room, there.n, False)) if there.n else None
    claims = store.one(ref(Message, room, n, False)) if n else None
    if (
        home
        and claims
        and claims.forked_from
        and (home.room, home.n) == (claims.forked_from.room, claims.forked_from.n)
    ):
        return msgspec.structs.replace(entry, version=there.version)
    return there


def _seen(store: Scanned, seen: Seen) -> Iterator[Record]:
    """The mark with the counts at its place."""
    counts = []
    for name in ("posts", "notes"):
        listing: Listing[Message] = Listing(name, (seen.room,), before=seen.n + 1)
        counts.append(sum(1 for _ in every(store, listing, PAGE)))
    yield msgspec.structs.replace(seen, posts=counts[0], notes=counts[1])


# kind of record → what is right of it; what is not here is as it is
RIGHTLY: dict[type[Record], Rightly] = {
    Room: _room,
    Customer: _customer,
    Workspace: _workspace,
    Seen: _seen,
    Bridge: _bridge,
    Issue: _issue,
    User: _member,
    Visitor: _member,
    Install: _addressed,
    Correspondent: _addressed,
    RoomAddress: _addressed,
    Mailbox: _if_still_so(_is_theirs, lambda box: ref(Mailbox, box.workspace, box.address, box.customer, box.user)),
    MailAddress: _if_still_so(_is_its_own, lambda claim: ref(MailAddress, claim.address)),
    OpenRoom: _if_still_so(_is_open, lambda row: ref(OpenRoom, row.customer, row.room)),
    ViewRow: _if_still_so(_has_a_row, lambda row: ref(ViewRow, row.workspace, row.view, row.since, row.room)),
    Counted: _if_still_so(_counts, lambda row: ref(Counted, row.customer, row.user)),
    **dict.fromkeys((Message, Mapped, Domain, Placement, Binding, ReturnAddress, IssueCustomer), _with_another),
}


def spread_inboxes(store: Scanned, shards: int) -> int:
    """Have each workspace's inbox lie in so many parts, which `rebuild` moves its rooms into; how many had another
    number. Its pages read all parts."""
    moved = 0
    for record in store.everything():
        if isinstance(record, Workspace) and record.inbox_shards != shards:
            store.commit(over(record.changed(inbox_shards=shards), record))
            moved += 1
    return moved
