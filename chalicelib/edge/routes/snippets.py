"""Snippets: texts that the agents of a workspace share."""

from typing import Any

from ...desk.snippets import Snippet
from ...flows.fence import own
from ...ports import Listing, Page, Ref, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import snippets as shapes
from ..shapes.answers import PAGED, named_fields


def _place(call: Call) -> Ref[Any]:
    return ref(Snippet, call.who.workspace, call.params["snippet"])


@route("GET", "/v1/snippets", who="agent", gives=list[shapes.SnippetView], query=PAGED)
def snippets(call: Call) -> Page[Any]:
    """List the workspace's snippets, the oldest first."""
    listing: Listing[Snippet] = Listing("snippets", (call.who.workspace,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.snippet_view(each) for each in page.items], page.next)


@route("POST", "/v1/snippets", who="agent", need="write", body=shapes.NewSnippet, gives=shapes.SnippetView, status=201)
def new_snippet(call: Call, body: shapes.NewSnippet) -> shapes.SnippetView:
    """Keep a text for everybody."""
    from ...flows.rooms import save_snippet as flows

    return call.answering(
        lambda once: flows.add_snippet(call.world, call.who, body.name, text=body.text, once=once), shapes.snippet_view
    )


@route("GET", "/v1/snippets/{snippet}", tagged=_place, who="agent", gives=shapes.SnippetView)
def snippet(call: Call) -> shapes.SnippetView:
    """Show a snippet."""
    return shapes.snippet_view(own(call.world, call.who.workspace, _place(call)))


@route(
    "PATCH",
    "/v1/snippets/{snippet}",
    tagged=_place,
    who="agent",
    need="write",
    body=shapes.ChangeSnippet,
    gives=shapes.SnippetView,
)
def change_snippet(call: Call, body: shapes.ChangeSnippet) -> shapes.SnippetView:
    """Change a snippet."""
    from ...flows.rooms import save_snippet as flows

    return shapes.snippet_view(
        flows.change_snippet(call.world, call.who, call.params["snippet"], fields=named_fields(body))
    )


@route("DELETE", "/v1/snippets/{snippet}", tagged=_place, who="agent", need="write", status=204)
def delete_snippet(call: Call) -> None:
    """Throw a snippet away."""
    from ...flows.rooms import save_snippet as flows

    flows.remove_snippet(call.world, call.who, call.params["snippet"])
