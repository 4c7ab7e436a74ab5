"""Recompute all that is derived, from what was said and set: index keys, rooms' counts and glimpses, messages'
ordinals, read marks' counts, the id map, domain claims, whose mail addresses are, feeds, customers' totals, the
inbox's views, rooms' clocks, who is behind an issue. The one full scan; run it in quiet hours, as often as you like.

Deliveries are no derived state: they are the ledger of what was sent.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from ..desk.clocks import RoomClocks
from ..desk.customer_totals import Counted, OpenRoom, Totals, counted, glance, summed
from ..desk.customers import Customer, Domain, User
from ..desk.errors import Clash
from ..desk.inbox_views import RoomViews
from ..desk.issues import Issue, IssueCustomer, IssueTie, arr_of
from ..desk.mails import Correspondent, MailAddress, Mailbox, ReturnAddress, RoomAddress
from ..desk.messages import Mapped, Message
from ..desk.policies import Policies
from ..desk.record import Record
from ..desk.room_transitions import bearing, glimpse, progress_at, standing_fields, who_said
from ..desk.rooms import Binding, Bridge, Fork, Room, Seen
from ..desk.segments import Placement
from ..desk.workspaces import Install, Workspace, fed
from ..ports import Drop, Listing, Put, Scanned, ref
from .clocks.refresh_clocks import refreshed
from .mail.address import mail_address
from .rooms.refresh_views import refresh_views, view_row

PAGE = 200
TURNS = {"ask": "vendor", "answer": "customer"}  # of a room from before there were trails


def rebuild(store: Scanned) -> Counter[str]:
    """How many records of each type were put right."""
    mended: Counter[str] = Counter()
    customers: list[Customer] = []
    for record in store.everything():
        customers += [record] if isinstance(record, Customer) else []
        _mend(store, _right(store, record), mended, record)
    for customer in customers:  # once their rooms are right
        _mend(store, _totals(store, customer), mended, customer)
    return mended


def _mend(store: Scanned, rights: Iterator[Record], mended: Counter[str], scanned: Record) -> None:
    for right in rights:
        if _put(store, right, new=type(right) is not type(scanned)):
            mended[type(right).__name__] += 1


def _put(store: Scanned, right: Record, new: bool) -> bool:
    """Write what differs from what is stored. Index keys are part of the row, so equal records may still differ. What
    was scanned and is gone by now was removed, or has expired: only what follows from it may be missing (`new`)."""
    try:
        return store.mend(right, new=new)
    except Clash:
        return False  # it moved meanwhile, and its own writer derived what belongs to it


def _right(store: Scanned, record: Record) -> Iterator[Record]:
    """The record itself and what follows from it, as they should be."""
    if isinstance(record, Room):
        yield from _room(store, record)
    elif isinstance(record, Message):
        return  # with its room
    elif isinstance(record, Customer):
        yield record
        for name in record.domains:
            yield Domain(version=1, workspace=record.workspace, domain=name, customer=record.id)
    elif isinstance(record, Workspace):
        feeds = _feeds(store, record)
        kinds = {install.id: install.kind for install in feeds if install.kind != "webhook"}
        yield msgspec.structs.replace(
            record, feeds={install.id: install.fed_since for install in feeds}, feed_channels=kinds
        )
    elif isinstance(record, Seen):
        yield _seen(store, record)
    elif isinstance(record, Bridge):
        yield record
        if record.conversation and record.direction != "out":
            yield _tie(store, record)
    elif isinstance(record, User | Install | Correspondent | RoomAddress):
        yield record
        yield from _addresses(store, record)
    elif isinstance(record, Mailbox):
        user = store.one(ref(User, record.customer, record.user))
        if user is None or user.email.lower() != record.address:
            store.commit(Drop(ref(Mailbox, record.workspace, record.address, record.customer, record.user)))
    elif isinstance(record, MailAddress):
        install = store.one(ref(Install, record.install))
        if install is None or mail_address(install) != record.address:
            store.commit(Drop(ref(MailAddress, record.address)))
    elif isinstance(record, OpenRoom):
        if glance(store.one(ref(Room, record.room)))[0] is None:
            store.commit(Drop(ref(OpenRoom, record.customer, record.room)))
    elif isinstance(record, Counted):
        if counted(store.one(ref(User, record.customer, record.user))) is None:
            store.commit(Drop(ref(Counted, record.customer, record.user)))
    elif isinstance(record, Issue):
        yield from _issue(store, record)
    elif not isinstance(
        record, Mapped | Domain | Placement | Binding | ReturnAddress | IssueCustomer
    ):  # what comes with something
        yield record


def _addresses(store: Scanned, record: User | Install | Correspondent | RoomAddress) -> Iterator[Record]:
    """Whose a mail from the address is, or for whom one to it."""
    if isinstance(record, User):
        if record.email:
            address = record.email.lower()
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
        fields = {"workspace": record.workspace, "install": record.install, "room": record.room}
        yield ReturnAddress(version=1, token=record.token, person=person, **fields)


def _all(store: Scanned, listing: Listing[Any]) -> Iterator[Any]:
    cursor: str | None = None
    while True:
        page = store.page(listing, PAGE, cursor)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _room(store: Scanned, room: Room) -> Iterator[Record]:
    """The room's messages in their order with their ordinals, what they say of the id map, and the room itself."""
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
    messages = sorted([*_all(store, said), *_all(store, noted)], key=lambda message: message.n)
    for message in messages:
        posts, notes = posts + (not message.internal), notes + message.internal
        yield msgspec.structs.replace(message, posts=posts, notes=notes)
        if not message.internal and message.broadcast is None:
            last = message
            effect = bearing(message)
            turn = TURNS.get(effect, turn)
            if effect in TURNS:
                waits = [*waits, message.created_at] if effect == "ask" else []
            if who_said(message) == "customer":
                channels |= {message.source.channel}
        if message.source.install and message.source.id:
            yield _known(store, message.source.install, message.source.id, room.workspace, room.id, message.n)
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
        **stands,
    )
    yield right
    views = refresh_views(store, right, store.one(ref(RoomViews, room.id)), right.last_message_at or right.created_at)
    if views:
        yield from (view_row(views, view) for view in views.views)
    if tenant and tenant.policies and right.kind != "internal":
        yield from _clocks(store, right, max(map(progress_at, messages), default=0))


def _clocks(store: Scanned, room: Room, told_at: int) -> Iterator[Record]:
    """The room's clocks, as far back as its trail tells of them."""
    policies, there = store.many([ref(Policies, room.workspace), ref(RoomClocks, room.id)])
    if policies:
        now = refreshed(store, policies, room, there, room.last_message_at, told_at=told_at)
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
    people = [person for user in _all(store, users) if (person := counted(user))]
    glances = []
    for state in ("open", "resolved"):
        rooms: Listing[Room] = Listing("customer-rooms", (customer.id, state))
        glances += [glance(room) for room in _all(store, rooms)]
    rows = [row for row, _, _ in glances if row]
    yield from (*people, *rows)
    old = store.one(ref(Placement, customer.id))
    right = summed(Totals(), rows, glances, len(people))
    if old is None and right != Totals():
        yield Placement(version=1, customer=customer.id, workspace=customer.workspace, next_at=1, totals=right)
    elif old:
        moved = {} if old.totals == right else {"totals": right, "next_at": 1}
        yield msgspec.structs.replace(old, **moved)


def _issue(store: Scanned, issue: Issue) -> Iterator[Record]:
    """The customers behind an issue, by the rooms that are tied to it, and its sums. The rooms of one that was merged
    are counted where they are now."""
    tied: Listing[IssueTie] = Listing("ties", (issue.id,))
    ties = list(_all(store, tied)) if not issue.merged_into else []
    rooms = Counter(tie.customer for tie in ties if tie.customer)
    behind: Listing[IssueCustomer] = Listing("behind", (issue.id,))
    old = {row.customer: row for row in _all(store, behind)}
    rows = [_behind(store, issue, old.get(id_), id_, count) for id_, count in sorted(rooms.items())]
    yield from rows
    for gone in sorted(old.keys() - rooms.keys()):
        store.commit(Drop(ref(IssueCustomer, issue.id, gone)))
    yield msgspec.structs.replace(
        issue, rooms=len(ties), customers=len(rows), arr=round(sum(row.arr for row in rows), 2)
    )


def _behind(store: Scanned, issue: Issue, old: IssueCustomer | None, id_: str, rooms: int) -> IssueCustomer:
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


def _known(store: Scanned, source: str, id_: str, workspace: str, room: str, n: int) -> Mapped:
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


def _feeds(store: Scanned, workspace: Workspace) -> list[Install]:
    listing: Listing[Install] = Listing("installs", (workspace.id,))
    return [install for install in _all(store, listing) if fed(install)]


def _seen(store: Scanned, seen: Seen) -> Seen:
    """The mark with the counts at its place."""
    counts = []
    for name in ("posts", "notes"):
        listing: Listing[Message] = Listing(name, (seen.room,), before=seen.n + 1)
        counts.append(sum(1 for _ in _all(store, listing)))
    return msgspec.structs.replace(seen, posts=counts[0], notes=counts[1])
