"""Holds, as they go over the wire."""

from typing import Annotated

from msgspec import Meta

from ...desk.erasures import Of
from ...desk.holds import Hold
from .answers import Time, View, time_of
from .erasures import EraseBody

WHY = 500


class HoldBody(EraseBody):
    """Whose is kept, as an erasure names them, and why."""

    reason: Annotated[str, Meta(max_length=WHY)] = ""


class HoldView(View, frozen=True):
    """Whose is kept: `target` is our id, of a user with their customer's; `name` what they are called now."""

    id: str
    of: Of
    target: str
    customer: str | None
    name: str | None
    reason: str
    placed_by: str
    created_at: Time


def hold_view(hold: Hold, name: str) -> HoldView:
    """A hold as it is shown, of whom is called so."""
    return HoldView(
        id=hold.id,
        of=hold.of,
        target=hold.target,
        customer=hold.customer or None,
        name=name or None,
        reason=hold.reason,
        placed_by=hold.by,
        created_at=time_of(hold.created_at) or "",
    )
