"""What the inbox can be looked at by, besides all of it: whose turn it is in an open room, and who is on it."""

from .record import Record
from .rooms import Room

UNASSIGNED = "unassigned"


class Shelf(Record, frozen=True):
    """The views that a room is in now, each with the time (ms) at which it came there. Kept by `react`."""

    room: str
    workspace: str
    views: dict[str, int] = {}


class Place(Record, frozen=True):
    """A room in one view: what a page of the view is read from."""

    workspace: str
    view: str
    since: int
    room: str


def turn_view(turn: str) -> str:
    """The open rooms in which it is the vendor's, or the customer's, turn."""
    return f"turn:{turn}"


def assigned_view(agent: str) -> str:
    """The open rooms that an agent is on."""
    return f"assigned:{agent}"


def views_of(room: Room) -> frozenset[str]:
    """Where a room belongs. A resolved one, and one in which nothing was ever said, is in none but its assignees'."""
    if room.state != "open":
        return frozenset()
    found = {assigned_view(agent) for agent in room.assignees}
    if room.turn:
        found.add(turn_view(room.turn))
    if not room.assignees and room.last_message_at:
        found.add(UNASSIGNED)
    return frozenset(found)
