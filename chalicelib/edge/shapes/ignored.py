"""What did not get in, as it goes over the wire."""

from ...desk.unheard import REASONS, Unheard
from .answers import Time, View, time_of


class IgnoredView(View, frozen=True):
    """Something that a person may have said and that did not get in: `reason` as a word, `because` in words. `line` is
    its subject or first line. `asked_at` is when an agent wanted it in; `taken_at` when it was, into `room`."""

    id: str
    at: Time
    reason: str
    because: str
    sender: str
    line: str
    asked_at: Time | None
    taken_at: Time | None
    room: str | None


def ignored_view(row: Unheard) -> IgnoredView:
    """One of them."""
    return IgnoredView(
        id=row.id,
        at=time_of(row.at) or "",
        reason=row.reason,
        because=REASONS.get(row.reason, ""),
        sender=row.sender,
        line=row.line,
        asked_at=time_of(row.asked_at),
        taken_at=time_of(row.taken_at),
        room=row.room or None,
    )
