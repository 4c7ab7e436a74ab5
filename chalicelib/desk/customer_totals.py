"""A customer's running totals (roll-up): what Parley itself knows of it by its rooms and its users (ADR 33).

Filters read them. A placement keeps the sums. What they are made of lies beside it, in rows that are there or are not:
so that whatever comes twice or late counts once. Nothing of it moves by a broadcast, a note, or the next message of the
same side.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from .customers import User
from .people import stands_for
from .record import Part, Record
from .rooms import Room
from .times import HOUR_MS

STEP_MS = HOUR_MS  # the last message is told by the hour, so that a busy room moves its customer seldom
MAX_NAMES = 50  # labels and channels that a customer is known by


class OpenRoom(Record, frozen=True):
    """A customer's open room: whether something was said in it, since when (ms) it waits for the vendor (0: it does
    not), its labels."""

    customer: str
    room: str
    workspace: str
    said: bool = True
    waits: int = 0
    labels: tuple[str, ...] = ()


class Counted(Record, frozen=True):
    """A user who was counted as one of the customer's people: of those who are one person, the one who stands for it
    there (ADR 162)."""

    customer: str
    user: str
    workspace: str


class Totals(Part, frozen=True):
    """The sums. Times are in ms, 0 for none; labels are those of open rooms."""

    rooms_open: int = 0
    oldest_wait: int = 0
    last_message_at: int = 0
    members: int = 0
    labels: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


Glance = tuple[OpenRoom | None, int, tuple[str, ...]]
NOTHING: Glance = (None, 0, ())


def glance(room: Room | None, *, waits: bool = True) -> Glance:
    """What of a room counts: the row that it has while it is open, the hour of its last message, the channels that its
    customer's people spoke over. An untouched room counts for nothing, nor does one that the customer does not see.
    Since when it waits counts where somebody asks (`waits`)."""
    if room is None or not room.customer or room.vendor_only:
        return NOTHING
    hour = room.last_message_at // STEP_MS * STEP_MS
    if room.state != "open" or not (hour or room.labels):
        return None, hour, room.channels
    row = OpenRoom(
        version=1,
        customer=room.customer,
        room=room.id,
        workspace=room.workspace,
        said=bool(hour),
        waits=room.waiting_since if waits and room.turn == "vendor" else 0,
        labels=room.labels,
    )
    return row, hour, room.channels


def counted(user: User | None, selves: Sequence[User] = ()) -> Counted | None:
    """The row that a user has while they are one of the customer's people. Of `selves`, who are one person with them
    there, one has it."""
    if user is None or user.state != "active" or selves and stands_for(selves) != user:
        return None
    return Counted(version=1, customer=user.customer, user=user.id, workspace=user.workspace)


def _whose_row(user: User | None) -> Any:
    return counted(user), user.person if user else ""


def owner_of_moved(old: Any, now: Any, *, waits: bool = True) -> str:
    """The customer whose totals a room's or a user's change may move; "" for none. `old` is None where nobody knows
    it any more: then it may have moved. That somebody waits moves them where it counts (`waits`)."""
    if isinstance(now, Room | User):
        measure: Any = partial(glance, waits=waits) if isinstance(now, Room) else _whose_row
        unknown = old is None and now.version > 1
        return now.customer if unknown or measure(old) != measure(now) else ""
    return ""


def summed(old: Totals, rows: list[OpenRoom], glances: list[Glance], *, members: int) -> Totals:
    """The sums: anew of all rows of open rooms, onward by the rooms and users at hand."""
    return Totals(
        rooms_open=sum(row.said for row in rows),
        oldest_wait=min((row.waits for row in rows if row.waits), default=0),
        last_message_at=max([old.last_message_at, *(hour for _, hour, _ in glances)]),
        members=old.members + members,
        labels=tuple(sorted({label for row in rows for label in row.labels}))[:MAX_NAMES],
        channels=tuple(sorted({*old.channels, *(name for _, _, names in glances for name in names)}))[:MAX_NAMES],
    )
