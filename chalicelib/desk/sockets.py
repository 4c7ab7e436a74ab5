"""Open WebSockets, and which rooms they are told of."""

from .record import Record

MAX_LIFE = 2 * 60 * 60 * 1000  # ms: API Gateway ends every socket then
FIRST_FRAME = 10_000  # ms within which the first frame must authenticate


class Connection(Record, frozen=True):
    """A socket. Without `person` it is not authenticated, and is told nothing."""

    id: str
    opened_at: int
    expires_at: int
    workspace: str = ""
    kind: str = ""
    person: str = ""
    customer: str = ""


class Subscription(Record, frozen=True):
    """A socket that is told of a room until `expires_at` (ms). `agent`: of its notes too."""

    room: str
    connection: str
    person: str
    agent: bool
    expires_at: int
