"""Open WebSockets, and what they are told of (publish/subscribe): a room, a customer's rooms, a workspace's inbox
(ADR 66)."""

from .record import Record
from .rooms import Room

MAX_LIFE_MS = 2 * 60 * 60 * 1000  # ms: API Gateway ends every socket then
FIRST_FRAME_MS = 10_000  # ms within which the first frame must authenticate
EVERYTHING = "*"


class Connection(Record, frozen=True):
    """A socket, opened by a page of `origin`, if by any. Without `person` it is not authenticated and told nothing. It
    ends with the `credential` (an API key's id, or a session's) that somebody authenticated with."""

    id: str
    opened_at: int
    expires_at: int
    origin: str = ""
    workspace: str = ""
    kind: str = ""
    person: str = ""
    name: str = ""
    customer: str = ""
    room: str = ""
    credential: str = ""


class Subscription(Record, frozen=True):
    """A socket that is told of something until `expires_at` (ms): of the room `topic`, or of `*`, all at its place.
    What a place is, `place_of` says; an inbox is its workspace's. Agents are told of notes too."""

    place: str
    topic: str
    connection: str
    person: str
    name: str
    kind: str
    expires_at: int

    @property
    def agent(self) -> bool:
        """On the vendor's side."""
        return self.kind == "agent"


def place_of(room: Room) -> str:
    """Where those who watch a room are listed: with its customer's other rooms, so that one query finds all. A room
    that is the vendor's alone is a place of its own: whoever watches the customer is not told of it."""
    return room.id if room.vendor_only or not room.customer else room.customer
