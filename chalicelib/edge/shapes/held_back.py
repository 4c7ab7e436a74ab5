"""What stands still since the table was restored, as it goes over the wire."""

from ...desk.held_back import HeldBack, What
from .answers import Time, View, time_of


class HeldBackView(View, frozen=True):
    """One thing that may have left already: what it is (no content), the room or customer that it is of, if of any, and
    since when it waited or was due."""

    id: str
    what: What
    about: str
    room: str | None
    since: Time


def held_back_view(held: HeldBack) -> HeldBackView:
    """What stands still."""
    return HeldBackView(
        id=held.id, what=held.what, about=held.about, room=held.room or None, since=time_of(held.at) or ""
    )
