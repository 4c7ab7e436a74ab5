"""Retention: for how long the workspace keeps what, shown before it acts."""

from typing import Any

from ...desk.retention import NOTICE_MS, Retention
from ...ports import Ref, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import retention as shapes


def _place(call: Call) -> Ref[Any]:
    return ref(Retention, call.who.workspace)


@route("GET", "/v1/retention", tagged=_place, who="agent", gives=shapes.RetentionView)
def retention(call: Call) -> shapes.RetentionView:
    """Show for how long what is kept, from when on, and what the last run removed."""
    from ...flows.retention.save import retention_of

    return shapes.retention_view(retention_of(call.world, call.who.workspace), call.world.clock.now())


@route(
    "PUT",
    "/v1/retention",
    tagged=_place,
    who="agent",
    need="admin",
    body=shapes.TermsBody,
    gives=shapes.RetentionView,
)
def put_retention(call: Call, body: shapes.TermsBody) -> shapes.RetentionView:
    """Say for how long what is kept. What is longer than before acts at once, what is shorter a day later: until then
    it can be taken back."""
    from ...flows.retention.save import keep_for

    return shapes.retention_view(keep_for(call.world, call.who, shapes.terms_of(body)), call.world.clock.now())


@route(
    "POST", "/v1/retention/preview", who="agent", need="admin", body=shapes.TermsBody, gives=shapes.RetentionPreviewView
)
def preview_retention(call: Call, body: shapes.TermsBody) -> shapes.RetentionPreviewView:
    """Count what would go at the first run if this were saved now, the oldest of each kind; nothing is written."""
    from ...flows.retention.save import foresee

    found = foresee(call.world, call.who.workspace, shapes.terms_of(body))
    return shapes.preview_view(found, call.world.clock.now() + NOTICE_MS)
