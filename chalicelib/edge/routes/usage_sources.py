"""Sources of usage: what sends, with which keys, and what of it was set aside."""

from typing import Any

from ...desk.usage_sources import SetAside, Source, SourceUse
from ...flows.fence import own
from ...ports import Listing, Page, Ref, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import usage_sources as shapes
from ..shapes.answers import PAGED, named_fields


def _place(call: Call) -> Ref[Any]:
    return ref(Source, call.who.workspace, call.params["source"])


def _own(call: Call) -> Source:
    found: Source = own(call.world, call.who.workspace, _place(call))
    return found


def _view(call: Call, source: Source) -> shapes.UsageSourceView:
    listing: Listing[SetAside] = Listing("set-aside", (source.workspace, source.id), newest_first=True)
    refused = call.world.store.page(listing, 1).items
    used = call.world.store.one(ref(SourceUse, source.workspace, source.id))
    return shapes.source_view(source, used, refused[0] if refused else None)


@route("GET", "/v1/usage/sources", who="agent", gives=list[shapes.UsageSourceView], query=PAGED)
def sources(call: Call) -> Page[Any]:
    """List the workspace's sources of usage, the oldest first."""
    listing: Listing[Source] = Listing("sources", (call.who.workspace,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([_view(call, each) for each in page.items], page.next)


@route(
    "POST",
    "/v1/usage/sources",
    who="agent",
    need="admin",
    body=shapes.NewSource,
    gives=shapes.UsageSourceView,
    status=201,
)
def new_source(call: Call, body: shapes.NewSource) -> shapes.UsageSourceView:
    """Make a source of usage: a backend, a gateway, or pages in browsers."""
    from ...flows.usage.sources import add_source

    return call.answering(
        lambda once: add_source(call.world, call.who, _fields(body), once=once), lambda made: _view(call, made)
    )


@route("GET", "/v1/usage/sources/{source}", tagged=_place, who="agent", gives=shapes.UsageSourceView)
def source(call: Call) -> shapes.UsageSourceView:
    """Show a source of usage."""
    return _view(call, _own(call))


@route(
    "PATCH",
    "/v1/usage/sources/{source}",
    tagged=_place,
    who="agent",
    need="admin",
    body=shapes.ChangeSource,
    gives=shapes.UsageSourceView,
)
def change_source(call: Call, body: shapes.ChangeSource) -> shapes.UsageSourceView:
    """Change a source of usage, for what it sends from half a minute on."""
    from ...flows.usage import sources as flows

    return _view(call, flows.change_source(call.world, call.who, call.params["source"], fields=_fields(body)))


@route("DELETE", "/v1/usage/sources/{source}", tagged=_place, who="agent", need="admin", status=204)
def delete_source(call: Call) -> None:
    """Remove a source of usage and its keys. What it has sent stays in the log for as long as that is kept."""
    from ...flows.usage.sources import remove_source

    remove_source(call.world, call.who, call.params["source"])


@route(
    "POST",
    "/v1/usage/sources/{source}/keys",
    who="agent",
    need="admin",
    body=shapes.NewWriteKey,
    gives=shapes.WriteKeyView,
    status=201,
    sealed=True,
)
def new_write_key(call: Call, body: shapes.NewWriteKey) -> shapes.WriteKeyView:
    """Make a write key, shown this once: at most two live and two test ones are good at once."""
    from ...flows.usage.sources import make_key

    return call.answering(
        lambda once: make_key(call.world, call.who, call.params["source"], mode=body.mode, once=once),
        lambda made: shapes.write_key_view(made[1], made[0]),
    )


@route("DELETE", "/v1/usage/sources/{source}/keys/{write_key}", who="agent", need="admin", status=204)
def delete_write_key(call: Call) -> None:
    """Revoke a write key, within half a minute."""
    from ...flows.usage.sources import revoke_key

    revoke_key(call.world, call.who, call.params["source"], key=call.params["write_key"])


@route("GET", "/v1/usage/sources/{source}/set-aside", who="agent", gives=list[shapes.SetAsideView], query=PAGED)
def set_aside(call: Call) -> Page[Any]:
    """List what of a source's requests was set aside, and why, the newest first."""
    listing: Listing[SetAside] = Listing("set-aside", (call.who.workspace, _own(call).id), newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.set_aside_view(each) for each in page.items], page.next)


@route(
    "GET",
    "/v1/usage/sources/{source}/set-aside/{aside}",
    who="agent",
    need="admin",
    gives=shapes.SetAsideEventsView,
)
def set_aside_events(call: Call) -> shapes.SetAsideEventsView:
    """Show the events of one request that were set aside."""
    from ...flows.usage.take_in import read_aside

    row = own(call.world, call.who.workspace, ref(SetAside, call.who.workspace, _own(call).id, call.params["aside"]))
    bad = read_aside(call.world, row)
    events = [
        shapes.BadEventView(reason=each.reason, detail=shapes.detail(each.reason), event=each.given.event)
        for each in bad
    ]
    return shapes.SetAsideEventsView(id=row.id, events=events)


@route(
    "POST",
    "/v1/usage/sources/{source}/set-aside/replay",
    who="agent",
    need="admin",
    body=shapes.Replay,
    gives=shapes.ReplayedView,
)
def replay_set_aside(call: Call, body: shapes.Replay) -> shapes.ReplayedView:
    """Read again what was set aside, as the source is now: what can be read is taken, the rest stays."""
    from ...flows.usage.replay import replay

    return call.answering(
        lambda once: replay(call.world, call.who, call.params["source"], ids=body.ids, once=once),
        lambda done: shapes.ReplayedView(taken=done.taken, set_aside=done.still, more=done.more),
    )


def _fields(body: Any) -> dict[str, Any]:
    """The fields that are named, lists as they are stored."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in named_fields(body).items()}
