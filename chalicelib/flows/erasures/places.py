"""Where the records of a person are found: a plan of listings made from what each kind says of itself
(personal_data.py), and the keys of what no listing has (data discovery; ADR 176)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from ...desk.broadcasts import Broadcast
from ...desk.connections import Connection
from ...desk.customer_totals import Counted
from ...desk.customers import Customer, User, Visitor
from ...desk.domains import same_mailbox
from ...desk.erasures import Erasure
from ...desk.events import KEPT_MS as KEPT_EVENTS_MS
from ...desk.exports import Export
from ...desk.files import Attachment
from ...desk.issues import IssueTie, NoticeState
from ...desk.jobs import Job
from ...desk.mails import Correspondent, ReturnAddress
from ...desk.messages import Mapped, Message
from ...desk.outside_people import OutsideName, OutsidePerson
from ...desk.people import PersonOf
from ...desk.personal_data import KINDS, NOBODYS, Holds
from ...desk.ratings import RatingAsked
from ...desk.record import Record
from ...desk.rooms import Binding, Bridge, Room
from ...desk.tickets import IssueState
from ...desk.times import HOUR_MS
from ...desk.workspaces import Install
from ...ports import Listing, Ref, ref

ROOT = "root"  # where a walk begins: what is found without any record of theirs
AGENTS = "agents"  # a kind that is of these alone holds nothing of a customer's people
ROOM_STATES = ("open", "resolved")
AHEAD_MS = HOUR_MS


Sought = Erasure | Export  # on whose behalf a walk goes


@dataclass(frozen=True, slots=True)
class Asked:
    """One listing of a plan: which kind it is to find, and the question."""

    kind: type[Record]
    listing: Listing[Any]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan is made for: the shards of its workspace's inbox, and its installs."""

    sought: Sought
    shards: int
    installs: tuple[str, ...]


Args = Callable[[Ground], Iterator[tuple[str, ...]]]


def _parts(ground: Ground) -> list[str]:
    return ["", *(f"#{part}" for part in range(1, ground.shards))]


def _inbox(ground: Ground) -> Iterator[tuple[str, ...]]:
    for state in ROOM_STATES:
        yield from ((ground.sought.workspace, state, part) for part in _parts(ground))


def _hours(ground: Ground) -> Iterator[tuple[str, ...]]:
    began = ground.sought.began_at
    first, last = (began - KEPT_EVENTS_MS) // HOUR_MS, (began + AHEAD_MS) // HOUR_MS
    return ((ground.sought.workspace, str(hour)) for hour in range(first, last + 1))


def _workspace(ground: Ground) -> Iterator[tuple[str, ...]]:
    yield (ground.sought.workspace,)


def _by_ids(ground: Ground) -> Iterator[tuple[str, ...]]:
    return ((id_,) for id_ in ground.sought.subject.ids)


def _by_addresses(ground: Ground) -> Iterator[tuple[str, ...]]:
    addresses = dict.fromkeys(map(same_mailbox, ground.sought.subject.addresses))
    return ((ground.sought.workspace, address) for address in addresses)


def _by_customers(ground: Ground) -> Iterator[tuple[str, ...]]:
    return ((customer,) for customer in ground.sought.subject.customers)


def _states(states: Any) -> Args:
    return lambda ground: ((ground.sought.workspace, state) for state in get_args(states))


# The listings whose arguments are more than the thing that they begin at, and those of the things that walks begin at:
# what they are asked.
ROOTED: dict[str, Args] = {
    "customer-rooms": lambda ground: (
        (customer, state) for customer in ground.sought.subject.customers for state in ROOM_STATES
    ),
    "visitor-rooms": _by_ids,
    "rooms": _inbox,
    "unsaid-rooms": _inbox,
    "snoozed-rooms": _workspace,
    "issues-age": _states(IssueState),
    "notices": _states(NoticeState),
    "broadcasts": _workspace,
    "events": _hours,
    "mailboxes": _by_addresses,
    "visitors-by-mail": _by_addresses,
    "unindexed": lambda ground: iter([(ground.sought.workspace,), *_by_customers(ground)]),
    "customers": lambda ground: iter(()),  # theirs are read by their keys
}
STARTS: dict[str, Args] = {"workspace": _workspace, "person": _by_ids, "customer": _by_customers}
# Besides: the issues behind a room.
LEADING: dict[str, tuple[tuple[type[Record], str], ...]] = {"room": ((IssueTie, "room-issues"),)}
# What a listing finds that is begun at by others.
STARTING: dict[type[Any], str] = {
    Broadcast: "broadcast",
    Job: "job",
    Install: "install",
    Connection: "Connection",
}


def of_customers(holds: Holds) -> bool:
    """Whether a kind may hold something of customers' people: agents are nobody's to forget here."""
    return holds.fate != NOBODYS and holds.of != AGENTS


@cache
def _listed() -> tuple[tuple[type[Record], str, str], ...]:
    return tuple(
        (kind, holds.start, name)
        for kind, holds in KINDS.items()
        if of_customers(holds)
        for name in holds.listings.split()
    )


def plan(start: str, key: str, ground: Ground) -> list[Asked]:
    """What is asked from a start on: all of the root, or of one thing (`key`)."""
    found: list[Asked] = []
    if start == ROOT:
        for kind, begins, name in _listed():
            args = ROOTED.get(name) or STARTS.get(begins)
            found += [Asked(kind, Listing(name, each)) for each in args(ground)] if args else []
    else:
        named = [(kind, name) for kind, begins, name in _listed() if begins == start and name not in ROOTED]
        found += [Asked(kind, Listing(name, (key,))) for kind, name in [*named, *LEADING.get(start, ())]]
    return found


def leads(record: Record, listing: str) -> tuple[str, str] | None:
    """What begins at a record that a walk has come to by a listing; of a room the walk itself decides."""
    if isinstance(record, IssueTie):
        return ("issue", record.issue) if listing == "room-issues" else None
    return (STARTING[type(record)], record.id) if isinstance(record, Broadcast | Job | Install | Connection) else None


# --- by key -------------------------------------------------------------------------------------------------------


def files_of(message: Message) -> list[str]:
    """The ids of the files that a message shows."""
    return [each.id for each in (*message.attachments, *([message.rest.file] if message.rest else []))]


# What hangs on a record and is in no listing: kind of that → the keys.
HANGING: dict[type[Record], Callable[[Any], list[Ref[Any]]]] = {
    Message: lambda message: [
        *([ref(Mapped, message.source.install, message.source.id)] if message.source.id else []),
        *(ref(Attachment, id_) for id_ in files_of(message)),
    ],
    Bridge: lambda bridge: [ref(Binding, bridge.install, bridge.conversation)] if bridge.conversation else [],
    Correspondent: lambda each: [ref(ReturnAddress, each.token)],
    OutsideName: lambda each: [ref(OutsidePerson, each.install, each.outside)],
}


def by_key(ground: Ground) -> list[Ref[Any]]:
    """What lies under keys of their own ids, at the root."""
    found: list[Ref[Any]] = []
    for each in ground.sought.subject.selves:
        found += [ref(RatingAsked, each.id), ref(PersonOf, each.id)]
        found += [ref(OutsideName, install, each.id) for install in ground.installs]
        found += [ref(Counted, each.customer, each.id), ref(Customer, each.customer)] if each.customer else []
        found += [ref(User, each.customer, each.id)] if each.customer else [ref(Visitor, each.id)]
    return found


def may_concern(room: Room, sought: Sought, *, tells: bool) -> bool:
    """Whether what is in a room is looked through: it is of their customers, their own, or tells of them; and rooms of
    the vendor's alone, in which anybody may be spoken of."""
    theirs = room.customer in sought.subject.customers or room.visitor in (*sought.subject.ids, sought.stand_in)
    return bool(theirs and (room.customer or room.visitor)) or room.kind == "internal" or tells
