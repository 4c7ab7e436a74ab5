"""Views of the inbox (materialized views): rooms by whose turn it is, by who is on them, by what they were promised
(ADR 73)."""

from .record import Record
from .rooms import Room

UNASSIGNED = "unassigned"
PROMISED = "promised"


class RoomViews(Record, frozen=True):
    """The views that a room is in now, each with the time (ms) at which it came there, or by which it is ordered there.
    Kept by `react`. Of its turn's view it is the row itself: what every message moves is one write."""

    room: str
    workspace: str
    views: dict[str, int] = {}


class ViewRow(Record, frozen=True):
    """A room in one view: what a page of the view is read from, but of a turn's."""

    workspace: str
    view: str
    since: int
    room: str


def turn_view(turn: str) -> str:
    """The open rooms in which it is the vendor's, or the customer's, turn."""
    return f"turn:{turn}"


def is_of_turn(view: str) -> bool:
    """Whether a view holds the rooms of a turn, of which a room is in one at most."""
    return view.startswith("turn:")


def assigned_view(agent: str) -> str:
    """The open rooms that an agent is on."""
    return f"assigned:{agent}"


def priority_view(priority: str) -> str:
    """The open rooms of a priority that is not the normal one."""
    return f"priority:{priority}"


def views_of(room: Room) -> dict[str, int]:
    """Where a room belongs, and the time (ms) that orders it there (0: when it came). A resolved one, and one that is
    snoozed, is in none; one in which nothing was ever said in none but its assignees'; one with an open promise comes
    by when that is due, whoever has hidden it."""
    if room.state != "open" or room.snoozed_until:
        return _promised(room)
    found = dict.fromkeys(map(assigned_view, room.assignees), 0)
    if room.turn:
        found[turn_view(room.turn)] = 0
    if not room.assignees and room.last_message_at:
        found[UNASSIGNED] = 0
    if room.priority != "normal" and room.last_message_at:
        found[priority_view(room.priority)] = 0
    return found | _promised(room)


def _promised(room: Room) -> dict[str, int]:
    """What is owed is owed, whoever has hidden it."""
    due = room.state == "open" and room.promise and room.promise.open
    return {PROMISED: room.promise.due} if due and room.promise else {}
