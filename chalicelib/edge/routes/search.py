"""Search, and who knows."""

from typing import Any, get_args

from ...desk.attributes import instant
from ...desk.errors import Invalid, NotFound
from ...desk.issues import CLOSED
from ...desk.permissions import may_see
from ...desk.rooms import Room
from ...desk.search_index import Kind, Place
from ...desk.search_query import Question, asked
from ...flows.forgotten import customer_key
from ...flows.search.experts import employers, experts, topic
from ...flows.search.search import SearchRequest, authors_like, customers_of, search
from ...ports import Page, ref
from ..door.calls import Call
from ..door.reading_positions import standing, standing_of
from ..door.router import route
from ..shapes.search import ExpertView, HitView, expert_view, hit_view

FILTERS = ("kind", "customer", "author", "channel", "room", "state", "from", "to")
STATES = frozenset({"open", "resolved", "in_progress", *CLOSED})


@route(
    "GET",
    "/v1/search",
    gives=list[HitView],
    query=("q", *FILTERS, "order", "limit", "cursor"),
    visitors=True,
    coding=True,
)
def find(call: Call) -> Page[Any]:
    """Search what the caller may see: an agent the workspace, a user their customer's rooms, issues and people, a
    visitor their room. All words of `q` have to be there, "these ones" in this order; the last may be a beginning."""
    order = call.query("order") or "best"
    if order not in ("best", "newest"):
        raise Invalid("order is best or newest", "order")
    author = call.query("author")
    request = SearchRequest(
        question=_question(call),
        kind=_kind(call),
        customer=_customer(call),
        authors=authors_like(call.world, call.who, author) if author else (),
        channel=call.query("channel") or "",
        room=call.query("room") or "",
        state=_state(call),
        since=_time(call, "from"),
        until=_time(call, "to"),
        newest=order == "newest",
    )
    answers = search(call.world, call.who, request, after=_after(call), limit=call.limit)
    shows = call.who.kind != "visitor"  # whose their room became is none of theirs
    customers = customers_of(call.world, [hit.known for hit in answers.hits]) if shows else {}
    views = [hit_view(hit, customers, vendor=call.who.is_agent) for hit in answers.hits]
    return Page(views, standing(answers.after) if answers.after else None)


@route("GET", "/v1/experts", gives=list[ExpertView], query=("q", "room"), coding=True)
def who_knows(call: Call) -> Page[Any]:
    """Who knows about `q`, or about what a `room` is about: on either side, with reasons, out of what the caller may
    see."""
    found = experts(call.world, call.who, question) if (question := _topic(call)) else []
    customers = employers(call.world, found)
    return Page([expert_view(each, customers) for each in found])


@route("POST", "/v1/search/rebuild", who="agent", need="admin", status=202)
def rebuild(call: Call) -> None:
    """Find all that search should know again. It goes on working meanwhile."""
    from ...flows.search.reindex import find_all_again

    find_all_again(call.world, call.who, call.once)


def _question(call: Call) -> Question:
    return asked(call.query("q") or "")


def _topic(call: Call) -> Question | None:
    name = call.query("room")
    if name is None:
        return _question(call)
    room = call.world.store.one(ref(Room, name))
    if room is None or not may_see(call.who, room):
        raise NotFound("no such room")
    return topic(call.world, room)


def _kind(call: Call) -> Kind | None:
    kind = call.query("kind")
    if kind is not None and kind not in get_args(Kind):
        raise Invalid(f"kind is one of {', '.join(get_args(Kind))}", "kind")
    return kind  # type: ignore[return-value]


def _state(call: Call) -> str:
    state = call.query("state")
    if state is not None and state not in STATES:
        raise Invalid(f"state is one of {', '.join(sorted(STATES))}", "state")
    return state or ""


def _customer(call: Call) -> str:
    """By the vendor's own id, as everywhere. A user's is their own."""
    external_id = call.query("customer")
    if external_id is None:
        return ""
    if not call.who.is_agent and external_id != call.who.customer_external_id:
        raise NotFound("no such customer")
    return customer_key(call.world, call.who.workspace, external_id) if call.who.is_agent else ""


def _after(call: Call) -> Place | None:
    cursor = call.query("cursor")
    return standing_of(cursor) if cursor else None


def _time(call: Call, name: str) -> int:
    """A moment or a day, in ms."""
    text = call.query(name)
    at = instant(text) if text is not None else 0
    if at is None:
        raise Invalid("a time is needed, as 2026-01-31 or 2026-01-31T12:00:00Z", name)
    return at
