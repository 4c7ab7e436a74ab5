"""Jobs: work that takes longer than a request, done in pieces, one after the other, each with its progress (ADR 21)."""

from typing import Literal

from .record import Record

PIECE = 50  # rows or customers: with a flaw for each, a piece's end fits into one transaction
CHUNK = 20 * PIECE  # rows in one object of the bucket
MAX_ROWS = 50_000
# s for which a job that walks over customers waits: by then a segment is in the index in which evaluations of changed
# customers look for it, and the customers that changed before it are in theirs. Between the two, nobody is missed.
SETTLE = 5
WAKE_AFTER_MS = 120_000  # ms without progress, after which the clock sends a job's next piece again


class Job(Record, frozen=True):
    """`piece` pieces are done: `done` rows or customers, `failed` of them. A walk over customers goes on
    from `cursor`. `undeclared` are the columns of a file that nobody has declared."""

    id: str
    workspace: str
    kind: Literal["customers", "segment", "segment.removal", "attribute"]
    by: str
    created_at: int
    state: Literal["queued", "running", "done", "failed"] = "queued"
    total: int = 0
    done: int = 0
    failed: int = 0
    piece: int = 0
    cursor: str = ""
    dry_run: bool = False
    segment: str = ""
    revision: int = 0
    next_at: int = 0
    ended_at: int = 0
    reason: str = ""
    undeclared: tuple[str, ...] = ()
    attribute: str = ""

    @property
    def ended(self) -> bool:
        """Nothing is left to do."""
        return self.state in ("done", "failed")

    def chunk(self, number: int) -> str:
        """Where a thousand of its rows lie in the bucket."""
        return f"jobs/{self.workspace}/{self.id}/{number}"

    def moves(self, piece: int) -> str:
        """Where the domains lie that a dry run has moved in its pieces before this one."""
        return f"jobs/{self.workspace}/{self.id}/domains/{piece}"


class Flaw(Record, frozen=True):
    """What is wrong with one line (or row, from 1) of a job's rows; nothing of that line was written."""

    job: str
    line: int
    workspace: str
    detail: str
    field: str = ""
