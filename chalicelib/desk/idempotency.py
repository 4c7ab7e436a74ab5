"""What an Idempotency-Key claims: the request that it came with, and the answer that was given (ADR 3)."""

from .record import Record

LIFE_MS = 24 * 60 * 60 * 1000  # ms for which a key is remembered


class Claim(Record, frozen=True):
    """Written in the same transaction as the effect, so that there is never one without the other."""

    credential: str
    key: str
    fingerprint: str
    status: int
    body: str
    sealed: bool
    workspace: str
    expires_at: int
