"""Dead letters as they go over the wire."""

from ...desk.dead_letters import DeadLetter
from .answers import Time, View, time_of


class DeadLetterView(View, frozen=True):
    """Work that was given up: the queue's name, what it was about (no content), why, and since when. `replayed_at` if
    somebody has asked for it again: it is gone once its worker has it back."""

    id: str
    queue: str
    about: str
    reason: str
    since: Time
    replayed_at: Time | None


def letter_view(letter: DeadLetter) -> DeadLetterView:
    """A dead letter."""
    return DeadLetterView(
        id=letter.id,
        queue=letter.queue,
        about=letter.about,
        reason=letter.reason,
        since=time_of(letter.at) or "",
        replayed_at=time_of(letter.replayed_at),
    )
