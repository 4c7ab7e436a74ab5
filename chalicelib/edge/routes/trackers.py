"""Set trackers up: review the words, say what crosses, register the webhook, search."""

from typing import Any

from ...desk.issues import Tracking
from ...desk.tickets import Word
from ...desk.workspaces import Install
from ...flows.fence import own
from ...flows.tickets.readership import exposed_tickets
from ...flows.tickets.set_up import change_tracking, discover_words, put_words, register, search_tickets, unregister
from ...flows.tickets.tracker import tracker_install, tracking_of
from ...ports import Page, Ref, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import trackers as shapes
from ..shapes.answers import named_fields
from ..shapes.tickets import ExposedView, FoundTicketView, exposed_view, found_view

LONGEST = 200  # characters of a text that a tracker is asked for


def _own(call: Call) -> Install:
    """The install of the path, which is a tracker's, and not switched off."""
    found = own(call.world, call.who.workspace, ref(Install, call.params["install"]))
    return tracker_install(call.world, call.who, found.id, paused=True)


def _url(call: Call, install: Install) -> str:
    return f"{call.incoming.base_url}/in/{install.kind}/{install.id}"


def _place(call: Call) -> Ref[Any]:
    return ref(Tracking, call.params["install"])


@route("POST", "/v1/installs/{install}/webhook", who="agent", need="admin", gives=shapes.TrackingView)
def register_webhook(call: Call) -> Any:
    """Make the webhook in the tracker, where its API allows that."""
    own = _own(call)
    return call.answering(
        lambda once: register(call.world, call.who, own, url=_url(call, own), once=once), shapes.tracking_view
    )


@route("DELETE", "/v1/installs/{install}/webhook", who="agent", need="admin", gives=shapes.TrackingView)
def unregister_webhook(call: Call) -> Any:
    """Take the webhook in the tracker away."""
    return shapes.tracking_view(unregister(call.world, call.who, _own(call)))


@route("GET", "/v1/installs/{install}/words", tagged=_place, who="agent", gives=shapes.WordsView)
def words(call: Call) -> Any:
    """Show a tracker's states as they are there now, and what each means."""
    own = _own(call)
    return shapes.words_view(discover_words(call.world, own), tracking_of(call.world, own))


@route(
    "PUT",
    "/v1/installs/{install}/words",
    tagged=_place,
    who="agent",
    need="admin",
    body=shapes.PutWords,
    gives=shapes.WordsView,
)
def review_words(call: Call, body: shapes.PutWords) -> Any:
    """Say what a tracker's states mean."""
    reviewed = [Word(id=word.id, name=word.name, means=word.means) for word in body.words]
    return shapes.words_view(reviewed, put_words(call.world, call.who, _own(call), words=reviewed))


@route("GET", "/v1/installs/{install}/tracking", tagged=_place, who="agent", gives=shapes.TrackingView)
def tracking(call: Call) -> Any:
    """Show what crosses between issues and a tracker's tickets."""
    return shapes.tracking_view(tracking_of(call.world, _own(call)))


@route(
    "PATCH",
    "/v1/installs/{install}/tracking",
    tagged=_place,
    who="agent",
    need="admin",
    body=shapes.ChangeTracking,
    gives=shapes.TrackingView,
)
def patch_tracking(call: Call, body: shapes.ChangeTracking) -> Any:
    """Say what crosses between issues and a tracker's tickets."""
    return shapes.tracking_view(change_tracking(call.world, call.who, _own(call), fields=named_fields(body)))


@route("GET", "/v1/installs/{install}/exposed", who="agent", gives=list[ExposedView], query=("cursor",))
def exposed(call: Call) -> Page[Any]:
    """List a tracker's tickets that strangers read and that hold private words of ours: none while only members do."""
    own = _own(call)
    if not tracking_of(call.world, own).open:
        return Page([], None)
    found, cursor = exposed_tickets(call.world, own.id, call.query("cursor"))
    return Page([exposed_view(ticket) for ticket in found], cursor)


@route("GET", "/v1/installs/{install}/tickets", who="agent", gives=list[FoundTicketView], query=("text",))
def tracker_tickets(call: Call) -> Page[Any]:
    """Search a tracker's tickets. Of a long text it gets the beginning."""
    own, text = _own(call), (call.query("text") or "").strip()[:LONGEST].strip()
    found = search_tickets(call.world, own, text) if text else []
    return Page([found_view(seen) for seen in found], None)
