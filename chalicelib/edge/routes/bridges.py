"""Bridges: which outside conversations a room is tied to, what crosses them, and what they missed."""

from typing import Any

from msgspec import structs

from ...desk.errors import Conflict, Invalid, NotFound
from ...desk.ids import bridge_parts
from ...desk.rooms import Bridge
from ...desk.workspaces import Install
from ...flows.fence import own
from ...ports import Listing, Outbound, Page, Ref, ref
from ..door.calls import Call, Reply
from ..door.router import route
from ..shapes import bridges as shapes
from ..shapes.answers import PAGED, named_fields, time_of
from ..shapes.bridges import bridge_view


def _place(call: Call) -> Ref[Any]:
    return ref(Bridge, *bridge_parts(call.params["bridge"]))


@route("GET", "/v1/rooms/{room}/bridges", who="agent", gives=list[shapes.BridgeView], query=PAGED)
def bridges(call: Call) -> Page[Any]:
    """List the bridges of a room."""
    listing: Listing[Bridge] = Listing("bridges", (call.here.id,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([bridge_view(bridge) for bridge in page.items], page.next)


@route(
    "POST",
    "/v1/rooms/{room}/bridges",
    who="agent",
    need="write",
    body=shapes.NewBridge,
    gives=shapes.BridgeView,
    status=201,
)
def new_bridge(call: Call, body: shapes.NewBridge) -> Any:
    """Bind an outside conversation to a room: what is said there from now on is the room's."""
    from ...flows.bridges.bind import BindRequest, bind

    install = _install(call, body.install)
    if not isinstance(call.world.outbound(install.kind), Outbound):
        raise Invalid(f"a {install.kind} has no conversations", "install")
    settings = structs.asdict(body)
    conversation, rebind = settings.pop("conversation"), settings.pop("rebind")
    settings.pop("install")
    binding = BindRequest(call.here, install, conversation, settings, rebind)
    return call.answering(lambda once: bind(call.world, call.who, binding, once=once), bridge_view)


@route(
    "PATCH",
    "/v1/rooms/{room}/bridges/{bridge}",
    tagged=_place,
    who="agent",
    need="write",
    body=shapes.ChangeBridge,
    gives=shapes.BridgeView,
)
def patch_bridge(call: Call, body: shapes.ChangeBridge) -> Any:
    """Change what crosses a bridge, and how."""
    from ...flows.bridges.bind import change_bridge

    return bridge_view(change_bridge(call.world, call.who, _bridge(call), fields=named_fields(body)))


@route("DELETE", "/v1/rooms/{room}/bridges/{bridge}", tagged=_place, who="agent", need="write", status=204)
def delete_bridge(call: Call) -> None:
    """Take a bridge away: nothing crosses it any more."""
    from ...flows.bridges.bind import unbind

    unbind(call.world, call.who, _bridge(call))


@route(
    "POST",
    "/v1/rooms/{room}/bridges/{bridge}/replay",
    who="agent",
    need="write",
    gives=shapes.ReplayView,
    status=202,
)
def replay_bridge(call: Call) -> Any:
    """Let a paused bridge go on, and send what it missed."""
    from ...flows.bridges.pause_bridge import pause_bridge

    bridge = _bridge(call)
    _check_active(_install(call, bridge.install))
    pause_bridge(call.world, bridge, "")
    return _replayed(call, bridge.install, bridge.id)


@route("POST", "/v1/installs/{install}/replay", who="agent", need="write", gives=shapes.ReplayView, status=202)
def replay_install(call: Call) -> Any:
    """Send what all bridges of an install missed while it was paused."""
    install = _install(call, call.params["install"])
    _check_active(install)
    return _replayed(call, install.id, "")


@route(
    "POST",
    "/v1/rooms/{room}/connect-codes",
    who="agent",
    need="write",
    gives=shapes.ConnectCodeView,
    status=201,
    sealed=True,
)
def new_code(call: Call) -> Any:
    """Make a one-time code that binds the conversation in which it is typed to the room."""
    from ...flows.bridges.bind import connect_code

    return call.answering(
        lambda once: connect_code(call.world, call.who, call.here, once=once),
        lambda made: shapes.ConnectCodeView(
            code=made[0], room=made[1].room, expires_at=time_of(made[1].expires_at) or ""
        ),
    )


@route(
    "POST",
    "/v1/installs/{install}/invitations",
    who="agent",
    need="admin",
    gives=shapes.InvitationView,
    status=201,
)
def new_invitation(call: Call) -> Any:
    """Make an address at which another workspace's admin installs the app there."""
    from ...flows.installs.invite import invite

    install = _install(call, call.params["install"])
    return call.answering(
        lambda once: invite(call.world, call.who, install, base_url=call.incoming.base_url, once=once),
        lambda made: shapes.InvitationView(url=made[0], expires_at=time_of(made[1]) or ""),
    )


@route("GET", "/in/{channel}/{install}/oauth", who="anyone", raw=True)
def come_back(call: Call) -> Reply:
    """Take what another workspace's admin has granted."""
    from ...flows.installs.invite import accept_invitation

    install = call.world.store.one(ref(Install, call.params["install"]))
    if install is None or install.kind != call.params["channel"] or install.state == "disabled":
        raise NotFound("no such install")
    code, state = call.query("code") or "", call.query("state") or ""
    if not code or call.query("error"):
        raise Invalid("it was not installed", "code")
    granted = accept_invitation(call.world, install, state[:4000], code=code[:1000], base_url=call.incoming.base_url)
    lacking = "".join(f"\nMissing: {each}" for each in granted.missing)
    return _page(
        f"Installed in {granted.name}. Invite it to a channel, and type the code that you were given.{lacking}"
    )


def _page(words: str) -> Reply:
    return Reply(text=words + "\n", headers={"Content-Type": "text/plain; charset=utf-8"})


def _replayed(call: Call, install: str, bridge: str) -> shapes.ReplayView:
    from ...flows.bridges.replay_missed import replay_missed

    replayed, more = replay_missed(call.world, install, bridge)
    return shapes.ReplayView(replayed=replayed, more=more)


def _check_active(install: Install) -> None:
    if install.state != "active":
        raise Conflict(f"the install is {install.state}: {install.disabled_because}")


def _install(call: Call, id_: str) -> Install:
    return own(call.world, call.who.workspace, ref(Install, id_))


def _bridge(call: Call) -> Bridge:
    room, install, slot = bridge_parts(call.params["bridge"])
    found = call.world.store.one(ref(Bridge, room, install, slot)) if room == call.here.id else None
    if found is None:
        raise NotFound("no such bridge")
    return found
