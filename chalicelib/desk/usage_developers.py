"""Developers at customers: from a key that was made to the first success, and on (activation funnel)."""

from .record import Record
from .usage_meters import DeveloperDelta, developer_with

MOST_TOKENS = 50  # of one developer that are known


class Developer(Record, frozen=True):
    """Somebody who was given a key or called, without test keys. `who` is the id of the user that they are or would be.
    Times are in ms, 0 for none; `last_day` (UTC) is that of their last call. `tokens` are hashes of those that they
    have had, `revoked` of those that were taken back. `source` is where their key was made, else where they first
    called."""

    customer: str
    workspace: str
    who: str
    source: str = ""
    key_made_at: int = 0
    first_call_at: int = 0
    first_success_at: int = 0
    last_day: str = ""
    tokens: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()

    @property
    def began(self) -> int:
        """When (ms) their first key was made or, where nobody told of that, they first called; 0 for neither."""
        return self.key_made_at or self.first_call_at

    @property
    def live_tokens(self) -> tuple[str, ...]:
        """Those of their tokens that nobody took back."""
        return tuple(each for each in self.tokens if each not in self.revoked)


def developer_after(old: Developer, added: DeveloperDelta) -> Developer:
    """The developer with what lines add; the same again where that is nothing. In any order, any number of times."""
    known = DeveloperDelta(
        source=old.source,
        key_made_at=old.key_made_at,
        first_call_at=old.first_call_at,
        first_success_at=old.first_success_at,
        last_day=old.last_day,
        tokens=old.tokens,
        revoked=old.revoked,
    )
    both = developer_with([known, added]) if old.version else added
    moved = {
        "source": both.source,
        "key_made_at": both.key_made_at,
        "first_call_at": both.first_call_at,
        "first_success_at": both.first_success_at,
        "last_day": both.last_day,
        "tokens": both.tokens[:MOST_TOKENS],
        "revoked": both.revoked[:MOST_TOKENS],
    }
    return old if all(getattr(old, name) == value for name, value in moved.items()) else old.changed(**moved)
