"""Collect all that there is of a person or a customer (right of access), to be fetched once."""

from collections.abc import Sequence
from typing import Any

from ...desk.exports import Export
from ...flows.fence import own
from ...ports import Listing, Page, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes.answers import PAGED
from ..shapes.erasures import EraseBody, named
from ..shapes.exports import ArchiveView, ExportView, export_view


@route("POST", "/v1/exports", who="agent", need="admin", status=202, body=EraseBody, gives=ExportView)
def begin_export(call: Call, body: EraseBody) -> Any:
    """Collect all that there is of a user, a visitor, a person or a customer, by our id, as JSON and files in one
    archive."""
    from ...flows.exports.start import export

    of, id_, customer = named(body)
    return call.answering(
        lambda once: export(call.world, call.who, of=of, id_=id_, customer=customer, once=once),
        lambda made: _views(call, [made])[0],
    )


def _views(call: Call, found: Sequence[Export]) -> list[ExportView]:
    from ...flows.erasures.names import names_of

    return [export_view(*each) for each in zip(found, names_of(call.world, found), strict=True)]


@route("GET", "/v1/exports", who="agent", need="admin", gives=list[ExportView], query=PAGED)
def exports(call: Call) -> Page[Any]:
    """List the exports, the newest first."""
    listing: Listing[Export] = Listing("exports", (call.who.workspace,), newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page(_views(call, page.items), page.next)


@route("GET", "/v1/exports/{export}", who="agent", need="admin", gives=ExportView)
def export_there(call: Call) -> ExportView:
    """Show how far an export is."""
    there = own(call.world, call.who.workspace, ref(Export, call.who.workspace, call.params["export"]))
    return _views(call, [there])[0]


@route("POST", "/v1/exports/{export}/fetch", who="agent", need="admin", body=None, gives=ArchiveView, sealed=True)
def fetch_export(call: Call) -> Any:
    """Fetch what was collected: links for this once, after which it is gone."""
    from ...flows.exports.start import fetch, links

    return call.answering(
        lambda once: fetch(call.world, call.who, call.params["export"], once=once),
        lambda export: ArchiveView(links=links(call.world, export)),
    )
