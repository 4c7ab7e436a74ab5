"""Exports (right of access): all that there is of somebody, in an archive that is fetched once (ADR 180)."""

from typing import Literal

from .erasures import Of, Stop, Subject
from .record import Record
from .times import DAY_MS, MINUTE_MS

# All that there may be is walked over, then packed; whoever asked may fetch it; its bytes go.
Stage = Literal["find", "walk", "pack", "wait"]
State = Literal["queued", "running", "ready", "fetched", "ended"]

WAKE_AFTER_MS = 120_000  # ms without progress, after which the clock sends the next piece again
KEPT_MS = 7 * DAY_MS  # ms for which an archive waits to be fetched
FETCHING_MS = 15 * MINUTE_MS  # ms after which what was fetched is gone
VOLUME = 48_000_000  # bytes after which an archive goes on in another volume: a worker has them in memory


class Export(Record, frozen=True):
    """Somebody's data is collected. `piece` pieces are done: `parts` of them found something, `packed` of which are in
    `volumes`. `records` are counted by kind. The subject is emptied once all is packed."""

    id: str
    workspace: str
    of: Of
    target: str
    by: str
    created_at: int
    customer: str = ""
    state: State = "queued"
    stage: Stage = "find"
    subject: Subject = Subject()
    stops: tuple[Stop, ...] = ()
    began_at: int = 0
    piece: int = 0
    parts: int = 0
    packed: int = 0
    volumes: int = 0
    size: int = 0
    records: dict[str, int] = {}
    files: int = 0
    next_at: int = 0
    ended_at: int = 0

    @property
    def stand_in(self) -> str:
        """Nobody stands in for who is not forgotten."""
        return ""

    def part(self, number: int) -> str:
        """Where in the bucket lies what one piece has found."""
        return f"exports/{self.workspace}/{self.id}/parts/{number}.json"

    def volume(self, number: int) -> str:
        """Where in the bucket a volume of the archive lies, from 1."""
        return f"exports/{self.workspace}/{self.id}/{number}.zip"

    @property
    def keys(self) -> list[str]:
        """Where all of its bytes lie; and where a worker that died may have put more than the export says."""
        return [
            *map(self.part, range(self.parts + 1)),
            *(self.volume(number + 1) for number in range(self.volumes + 1)),
        ]
