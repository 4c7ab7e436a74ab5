"""The tools of customers' and vendors' agents (Model Context Protocol), a function each (ADR 169).

A tool asks routes, in its caller's name: their rights, fence, limits and flows are its own, and there are no others.
Who may call all routes that it `uses` is shown it. None takes a workspace, and a user's none a customer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from ...desk.errors import Conflict, Forbidden, Invalid
from ...desk.permissions import Principal
from ...flows.once import Answered
from ...ports import Page
from ..door.admission import admitted, carried_out, check_may, needed, once_of
from ..door.auth import credential_name, credential_of
from ..door.calls import Call
from ..routes import find
from ..shapes import mcp as shapes
from ..shapes.answers import Body
from . import views

Side = Literal["customer", "vendor"]
Json = dict[str, Any]
ROOM, MESSAGES, ISSUES = "/v1/rooms/{room}", "/v1/rooms/{room}/messages", "/v1/rooms/{room}/issues"
UNWANTED = "nobody waits for it: somebody has answered since it was read, or the room is internal. Read the room again"
PROPOSALS = "/v1/rooms/{room}/proposals"
READ = (f"GET {ROOM}", f"GET {MESSAGES}")


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool of one side. `takes` is what it is called with, `uses` the routes that it asks."""

    name: str
    side: Side
    title: str
    run: Callable[["Routes", Any], Json]
    takes: type[Body]
    uses: tuple[str, ...]

    @property
    def shown(self) -> Json:
        """As `tools/list` has it."""
        writes = any(not name.startswith("GET ") for name in self.uses)
        hints = {"readOnlyHint": not writes, "destructiveHint": False, "idempotentHint": True, "openWorldHint": writes}
        description = " ".join((self.run.__doc__ or "").split())
        shown = {"name": self.name, "title": self.title, "description": description}
        return shown | {"inputSchema": _schema(self.takes), "annotations": hints}

    def is_for(self, who: Principal) -> bool:
        """Whether they are of its side, and may call all that it uses."""
        if (self.side == "vendor") is not who.is_agent:
            return False
        try:
            for name in self.uses:
                check_may(_found(name), who)
        except Forbidden:
            return False
        return True


TOOLS: list[Tool] = []


def tool(
    title: str, *sides: Side, takes: type[Body], uses: tuple[str, ...], name: str = ""
) -> Callable[[Callable[["Routes", Any], Json]], Callable[["Routes", Any], Json]]:
    """Put a function among the tools of these sides. Its docstring is what a model reads of it."""

    def put(run: Callable[["Routes", Any], Json]) -> Callable[["Routes", Any], Json]:
        TOOLS.extend(Tool(name or run.__name__, side, title, run, takes, uses) for side in sides)
        return run

    return put


def tools_of(who: Principal) -> list[Tool]:
    """What they are shown, always in the same order."""
    return [each for each in TOOLS if each.is_for(who)]


def _found(name: str) -> Any:
    method, _, path = name.partition(" ")
    return find(method, path)[0]  # a path matches itself


@cache
def _schema(takes: type[Body]) -> Json:
    """The JSON Schema of what a tool takes, with nothing to look up."""
    _, named = msgspec.json.schema_components([takes], ref_template="{name}")

    def inlined(part: Any) -> Any:
        if isinstance(part, dict):
            part = named[part["$ref"]] | {k: v for k, v in part.items() if k != "$ref"} if "$ref" in part else part
            return {name: inlined(value) for name, value in part.items()}
        return [inlined(each) for each in part] if isinstance(part, list) else part

    whole = inlined(named[takes.__name__])
    return {name: value for name, value in whole.items() if name not in ("title", "description")}


@dataclass(frozen=True, slots=True)
class Routes:
    """The API, as a tool asks it: for the caller of `call`, who is known by now."""

    call: Call
    uses: tuple[str, ...]

    @property
    def who(self) -> Principal:
        """The caller."""
        return self.call.who

    def __call__(
        self, name: str, *, query: Json | None = None, body: Json | None = None, once: str = "", **params: str
    ) -> Any:
        """What a route answers, as JSON. With `once` it is done once, however often it is asked."""
        if name not in self.uses:
            raise LookupError(f"{name} is not among what the tool uses")
        route, world, outer = _found(name), self.call.world, self.call.incoming
        path = route.path.format(**{param: quote(value, safe="") for param, value in params.items()})
        incoming = replace(
            outer,
            method=route.method,
            path=path,
            headers={"content-type": "application/json"} | ({"idempotency-key": once} if once else {}),
            query={key: str(value) for key, value in (query or {}).items() if value is not None},
            body=msgspec.json.encode(body) if body is not None else b"",
            sent=b"",
        )
        once_ = once_of(world, incoming, route, credential=credential_name(credential_of(outer)))
        places = needed(route, params, once_, workspace=self.who.workspace)
        call = Call(incoming, world, route, params, self.who, None, once_)
        try:
            answer = carried_out(admitted(call, world.store.many(places) if places else [])).body
        except Answered as repeat:
            return msgspec.json.decode(repeat.claim.body)
        shown = {"items": answer.items, "next": answer.next} if isinstance(answer, Page) else answer
        return msgspec.to_builtins(shown)


def _named(asked: Body, *names: str) -> Json:
    """What of the arguments has a value."""
    found = msgspec.to_builtins(asked)
    return {name: found[name] for name in names if found.get(name) is not None}


# --- both sides ---------------------------------------------------------------------------------------------------


@tool("Read a room", "customer", takes=shapes.ReadRoom, uses=READ)
def read_room(ask: Routes, asked: shapes.ReadRoom) -> Json:
    """Show one of our team's rooms with the vendor: whose turn it is, what was promised, its messages, newest first."""
    return _room(ask, asked)


def _room(ask: Routes, asked: shapes.ReadRoom) -> Json:
    room = ask(READ[0], room=asked.room)
    found = ask(READ[1], room=asked.room, query=_named(asked, "limit", "cursor"))
    return {"room": views.room(room), "messages": views.page(found, views.message)}


@tool("Who knows", "customer", "vendor", takes=shapes.Knows, uses=("GET /v1/experts",))
def who_knows(ask: Routes, asked: shapes.Knows) -> Json:
    """Show who knows about some words (q), or about what a room is about, on either side, with reasons."""
    if (asked.q is None) is (asked.room is None):
        raise Invalid("either words or a room", "q")
    return views.page(ask("GET /v1/experts", query=_named(asked, "q", "room")), views.expert)


@tool("Issues behind a room", "customer", "vendor", takes=shapes.ReadRoom, uses=(f"GET {ISSUES}",))
def room_issues(ask: Routes, asked: shapes.ReadRoom) -> Json:
    """List the issues (bugs, features, questions) that a room waits for, and how far each is."""
    found = ask(f"GET {ISSUES}", room=asked.room, query=_named(asked, "limit", "cursor"))
    return views.page(found, views.room_issue)


# --- for a customer's agent ---------------------------------------------------------------------------------------


@tool("Search our rooms", "customer", takes=shapes.Search, uses=("GET /v1/search",))
def search_rooms(ask: Routes, asked: shapes.Search) -> Json:
    """Search all that was said in our team's rooms with the vendor, their issues and people. Search before you ask."""
    names = ("q", "kind", "room", "order", "limit", "cursor")
    return views.page(ask("GET /v1/search", query=_named(asked, *names)), views.hit)


@tool("What is promised", "customer", takes=shapes.Paged, uses=("GET /v1/rooms",))
def promises(ask: Routes, asked: shapes.Paged) -> Json:
    """List what the vendor has promised our team and not yet kept, with the room and when it is due."""
    query = _named(asked, "limit", "cursor") | {"promise": "open"}
    return views.page(ask("GET /v1/rooms", query=query), views.room)


@tool("Ask the vendor", "customer", takes=shapes.Ask, uses=("POST /v1/rooms", f"POST {MESSAGES}"))
def ask_vendor(ask: Routes, asked: shapes.Ask) -> Json:
    """Ask the vendor's team: in a `room` that is about it, else in a new one about a `topic`. People answer, later:
    read the room again. Both teams read it. Tell what you tried, with errors as they are; no secrets."""
    if (asked.room is None) is (asked.topic is None):
        raise Invalid("either a room that is there or the topic of a new one", "topic")
    room = asked.room
    if room is None:
        room = ask("POST /v1/rooms", body={"name": asked.topic}, once=f"mcp:{asked.request_id}:room")["id"]
    return _said(ask, room, {"text": asked.text}, request_id=asked.request_id)


@tool("Answer in a room", "customer", takes=shapes.Answer, uses=(f"POST {MESSAGES}",))
def answer(ask: Routes, asked: shapes.Answer) -> Json:
    """Say something in one of our rooms: an answer to what the vendor asked, or what became of their advice."""
    return _said(ask, asked.room, _named(asked, "text", "reply_to"), request_id=asked.request_id)


def _said(ask: Routes, room: str, body: Json, *, request_id: str) -> Json:
    made = ask(f"POST {MESSAGES}", room=room, body=body, once=f"mcp:{request_id}:message")
    return {"room": room, "message": made["id"], "at": made["created_at"]}


@tool(
    "Acknowledge an announcement",
    "customer",
    takes=shapes.Acknowledge,
    uses=("POST /v1/messages/{message}/acknowledge",),
)
def acknowledge(ask: Routes, asked: shapes.Acknowledge) -> Json:
    """Tell the vendor that our team has taken note of an announcement (a broadcast's message). Only when a person of
    ours said so."""
    return dict(ask("POST /v1/messages/{message}/acknowledge", message=asked.message))


# --- for the vendor's agent ---------------------------------------------------------------------------------------


@tool("Inbox", "vendor", takes=shapes.Inbox, uses=("GET /v1/rooms",))
def inbox(ask: Routes, asked: shapes.Inbox) -> Json:
    """List rooms, the latest activity first: by default open ones that wait for our answer."""
    names = ("turn", "state", "customer", "assignee", "priority", "limit", "cursor")
    return views.page(ask("GET /v1/rooms", query=_named(asked, *names)), views.room)


@tool(
    "Read a room",
    "vendor",
    takes=shapes.ReadRoom,
    uses=(*READ, "GET /v1/customers/{customer}"),
    name="read_room",
)
def read_room_of_customer(ask: Routes, asked: shapes.ReadRoom) -> Json:
    """Show a room with its customer: whose turn it is, what was promised, its messages and our notes, newest first."""
    shown = _room(ask, asked)
    owner = shown["room"].get("customer")
    whose = ask("GET /v1/customers/{customer}", customer=owner) if owner else None
    return shown | ({"customer": views.customer(whose)} if whose else {})


@tool("Search", "vendor", takes=shapes.SearchAll, uses=("GET /v1/search",), name="search")
def search_all(ask: Routes, asked: shapes.SearchAll) -> Json:
    """Search what was said in all rooms, notes, issues, customers and people. Use it for how something was solved."""
    names = ("q", "kind", "room", "customer", "state", "order", "limit", "cursor")
    return views.page(ask("GET /v1/search", query=_named(asked, *names)), views.hit)


@tool("Note", "vendor", takes=shapes.Answer, uses=(f"POST {MESSAGES}",))
def note(ask: Routes, asked: shapes.Answer) -> Json:
    """Write an internal note into a room: our own team reads it, the customer never does."""
    body = _named(asked, "text", "reply_to") | {"internal": True}
    return _said(ask, asked.room, body, request_id=asked.request_id)


@tool("Draft an answer", "vendor", takes=shapes.Draft, uses=(f"POST {PROPOSALS}",))
def draft(ask: Routes, asked: shapes.Draft) -> Json:
    """Draft an answer to the customer, with its sources. One of our people sends, changes or discards it; until then
    the customer sees nothing of it."""
    body = _named(asked, "text", "sources", "read_to")
    try:
        made = ask(f"POST {PROPOSALS}", room=asked.room, body=body, once=f"mcp:{asked.request_id}")
    except Conflict:  # its words quote the answer
        raise Conflict(UNWANTED, "read_to") from None
    return {"room": asked.room, "draft": made["id"], "state": made["state"]}


@tool("Tie to an issue", "vendor", takes=shapes.Tie, uses=(f"POST {ISSUES}",))
def tie_to_issue(ask: Routes, asked: shapes.Tie) -> Json:
    """Put a room behind an issue that is there: its customer is told when the issue moves. Find issues by search."""
    return _issue(ask, asked, "issue", "from", "to")


@tool("Raise an issue", "vendor", takes=shapes.Raise, uses=(f"POST {ISSUES}",))
def raise_issue(ask: Routes, asked: shapes.Raise) -> Json:
    """Raise an issue out of a room. Search first: for one that is there already, tie the room to it."""
    return _issue(ask, asked, "title", "text", "kind", "priority", "from", "to")


def _issue(ask: Routes, asked: Any, *names: str) -> Json:
    body = _named(asked, *names)
    return views.issue(ask(f"POST {ISSUES}", room=asked.room, body=body, once=f"mcp:{asked.request_id}"))


@tool("Figures", "vendor", takes=shapes.Figures, uses=("GET /v1/metrics",))
def figures(ask: Routes, asked: shapes.Figures) -> Json:
    """Show how soon customers were answered, what was kept and missed, by week or otherwise."""
    return views.figures(ask("GET /v1/metrics", query=_named(asked, "first_day", "last_day", "by", "customer")))
