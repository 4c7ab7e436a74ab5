"""Dead letters are work that was given up, as its workspace sees it: the letter itself lies in a dead-letter queue
(ADR 85)."""

from .record import Record

KEPT_MS = 14 * 24 * 3600 * 1000  # ms; as long as SQS keeps the letter


class DeadLetter(Record, frozen=True):
    """Which queue's worker gave up, about what, why and when (ms). `replayed_at` is 0 until somebody wants it again."""

    id: str
    workspace: str
    queue: str
    about: str
    reason: str
    at: int
    replayed_at: int = 0


class Tries(Record, frozen=True):
    """What a queue's message has cost so far: tries that `failed` by its own fault, and those that were `begun` since
    one last ended, of which its worker died. Kept of messages that came back alone."""

    id: str
    at: int
    failed: int = 0
    begun: int = 0
