"""Ratings: how those who asked say it was, once it ended."""

from typing import Any

from ...desk.errors import Forbidden, Invalid, NotFound
from ...desk.ratings import Rating
from ...flows.rooms.rate import rate, rating_of
from ...ports import Listing, Page, Ref, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import ratings as shapes
from ..shapes.answers import PAGED, moment_of


def _rating(call: Call) -> Ref[Any]:
    """What was asked about the end that was told last."""
    return ref(Rating, call.here.id, call.here.closing.n if call.here.closing else 0)


@route("GET", "/v1/rooms/{room}/rating", tagged=_rating, gives=shapes.RatingView, visitors=True)
def room_rating(call: Call) -> shapes.RatingView:
    """Show what was asked about how the room ended last: to agents, and to whoever was asked."""
    found = rating_of(call.world, call.here)
    if found is None or not (call.who.is_agent or found.person == call.who.id):
        raise NotFound("nobody was asked")
    return shapes.rating_view(found)


@route(
    "PUT",
    "/v1/rooms/{room}/rating",
    tagged=_rating,
    need="write",
    body=shapes.Rate,
    gives=shapes.RatingView,
    visitors=True,
)
def put_rating(call: Call, body: shapes.Rate) -> shapes.RatingView:
    """Say how it was: who asked, about the end that they were told last, and at most once a month."""
    if call.who.is_agent:
        raise Forbidden("how it was, the customer says")
    return shapes.rating_view(rate(call.world, call.here, call.who.author, happy=body.happy, why=body.why))


@route("GET", "/v1/ratings", who="agent", gives=list[shapes.RatingView], query=(*PAGED, "after", "before"))
def ratings(call: Call) -> Page[Any]:
    """List who was asked how it was, and what they said, the latest asked first: those `after` a time, and `before`
    one."""
    after, before = (moment_of(call.query(name), name) for name in ("after", "before"))
    if after and before and before <= after:
        raise Invalid("`before` is later than `after`", "before")
    bounds = {"after": after or None, "before": before or None}
    listing: Listing[Rating] = Listing("ratings", (call.who.workspace,), newest_first=True, **bounds)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.rating_view(each) for each in page.items], page.next)
