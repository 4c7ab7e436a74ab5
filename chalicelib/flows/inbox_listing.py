"""What a page of one of the inbox's views is read from (read model; ADR 151)."""

from typing import Any

from ..desk.inbox_views import is_of_turn
from ..ports import Listing


def rooms_in(workspace: str, view: str, *, newest_first: bool = False) -> Listing[Any]:
    """Records that name a `room` each: of a turn's view the rooms' own rows of views, by an index."""
    return Listing("turn" if is_of_turn(view) else "view", (workspace, view), newest_first=newest_first)
