"""The counts of the inbox's views, as the API shows them."""

from typing import Annotated

from msgspec import Meta

from .answers import View

Count = Annotated[int, Meta(ge=0, le=100, description="Exact up to 99; 100 says as many or more")]


class RoomCountsView(View, frozen=True):
    """How many rooms are in each view of the inbox: the agent's own, nobody's, those that wait for us or for them, all
    open ones, those with an open promise, with a running clock, and the snoozed ones."""

    mine: Count
    unassigned: Count
    us: Count
    them: Count
    open: Count
    promised: Count
    due: Count
    snoozed: Count
