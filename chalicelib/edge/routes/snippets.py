"""Snippets: texts that the agents of a workspace share."""

from typing import Any

from msgspec import UNSET

from ...desk.errors import NotFound
from ...desk.snippets import Snippet, check_snippet
from ...flows.audit import audit
from ...flows.optimistic_retry import again
from ...ports import Drop, Listing, Page, new, over, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import snippets as shapes
from ..shapes.answers import PAGED, named_fields


@route("GET", "/v1/snippets", who="agent", gives=list[shapes.SnippetView], query=PAGED)
def snippets(call: Call) -> Page[Any]:
    """List the workspace's snippets, the oldest first."""
    listing: Listing[Snippet] = Listing("snippets", (call.who.workspace,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.snippet_view(snippet) for snippet in page.items], page.next)


@route("POST", "/v1/snippets", who="agent", need="write", body=shapes.NewSnippet, gives=shapes.SnippetView, status=201)
def new_snippet(call: Call, body: shapes.NewSnippet) -> shapes.SnippetView:
    """Keep a text for everybody."""
    check_snippet(body.text)

    def attempt(_: int) -> Snippet:
        snippet = Snippet(
            version=1,
            id=call.world.fresh_id("snp"),
            workspace=call.who.workspace,
            name=body.name,
            text=body.text,
            created_at=call.world.clock.now(),
        )
        entry = audit(call.world, call.who, "snippet.added", snippet.id)
        call.world.store.commit(new(snippet), *entry, *call.once.writes(snippet, snippet.created_at))
        return snippet

    return call.answering(lambda once: again(call.world, attempt, once), shapes.snippet_view)


@route(
    "PATCH", "/v1/snippets/{snippet}", who="agent", need="write", body=shapes.ChangeSnippet, gives=shapes.SnippetView
)
def change_snippet(call: Call, body: shapes.ChangeSnippet) -> shapes.SnippetView:
    """Change a snippet."""
    if body.text is not UNSET:
        check_snippet(body.text)

    def attempt(_: int) -> Snippet:
        old = _snippet(call)
        changed = old.changed(**named_fields(body))
        entry = audit(call.world, call.who, "snippet.changed", old.id, named_fields(body))
        call.world.store.commit(over(changed, old), *entry)
        return changed

    return shapes.snippet_view(again(call.world, attempt))


@route("DELETE", "/v1/snippets/{snippet}", who="agent", need="write", status=204)
def delete_snippet(call: Call) -> None:
    """Throw a snippet away."""
    old = _snippet(call)
    entry = audit(call.world, call.who, "snippet.removed", old.id)
    call.world.store.commit(Drop(ref(Snippet, old.workspace, old.id)), *entry)


def _snippet(call: Call) -> Snippet:
    found = call.world.store.one(ref(Snippet, call.who.workspace, call.params["snippet"]))
    if found is None:
        raise NotFound("no such snippet")
    return found
