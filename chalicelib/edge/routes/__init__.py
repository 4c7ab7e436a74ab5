"""The handlers of the route table, a module a noun, each imported by the first request that may be its (ADR 141)."""

from functools import cache
from importlib import import_module

from ..door import router
from ..door.router import Route

# Module → the heads of its paths. A head is the first literal words of a path, without what stands for a parameter: the
# first segment, below /v1 the second as well, and then the fourth where a deeper path is another module's.
HEADS = {
    "about": "health v1/openapi.json",
    "adoptions": "v1/rooms/adoption v1/me",
    "agent_keys": "v1/agent-keys v1/agent-speaking v1/customers/agent-keys",
    "alerts": "alerts v1/me",
    "attributes": "v1/attributes",
    "bridges": "in/oauth v1/installs/replay v1/installs/invitations v1/rooms/bridges v1/rooms/connect-codes",
    "broadcasts": "v1/broadcasts v1/broadcast-rules v1/messages/acknowledge",
    "clocks": "v1/clocks v1/rooms/clocks",
    "console": "console console.svg console-worker.js",
    "customers": "v1/customers",
    "dead_letters": "v1/dead-letters",
    "deliveries": "v1/deliveries v1/failed-deliveries v1/installs/events v1/installs/resend v1/rooms/deliveries"
    " v1/rooms/reach",
    "domains": "v1/customers/domains",
    "drafts": "v1/broadcasts v1/broadcasts/follow-up",
    "erasures": "v1/erasures",
    "exports": "v1/exports",
    "holds": "v1/holds",
    "files": "files v1/attachments",
    "held_back": "v1/held-back",
    "ignored": "v1/installs/ignored",
    "imports": "v1/customers",
    "inbound": "in",
    "issues": "v1/issues v1/notices v1/rooms/issues",
    "jobs": "v1/jobs",
    "mails": "mails v1/suppressions v1/rooms/mail-addresses v1/rooms/messages",
    "mcp": "mcp",
    "me": "v1/me v1/visitors",
    "messages": "v1/rooms/messages v1/rooms/changes",
    "metrics": "v1/metrics",
    "oidc": "v1/sign-in",
    "pages": "assets widget.js",
    "pains": "v1/pains v1/pains-plan",
    "people": "v1/people",
    "policies": "v1/policies v1/calendars v1/measured-segments",
    "proposals": "v1/rooms/proposals",
    "ratings": "v1/ratings v1/rooms/rating",
    "retention": "v1/retention",
    "room_counts": "v1/room-counts",
    "room_list": "v1/rooms",
    "rooms": "v1/rooms",
    "room_people": "v1/rooms/follow v1/rooms/read v1/rooms/read-marks v1/rooms/roster",
    "search": "v1/search v1/experts",
    "segments": "v1/segments",
    "signals": "v1/signals v1/segments/signal-preview v1/customers/questions v1/customers/reasons",
    "sign_in": "v1/sign-in v1/me v1/session v1/socket-tickets",
    "snippets": "v1/snippets",
    "shared_usage": "v1/me",
    "trackers": ("v1/installs/exposed v1/installs/tickets v1/installs/tracking v1/installs/webhook v1/installs/words"),
    "usage": "v1/customers/usage",
    "usage_funnel": "v1/usage",
    "usage_in": "v1/identify v1/group v1/track v1/page v1/screen v1/alias v1/batch v1/import v1/usage",
    "usage_sources": "v1/usage",
    "workspace": "v1/workspace v1/workspaces v1/agents v1/api-keys v1/audit v1/install-kinds v1/installs",
}


def find(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """As `router.find`, once the modules are there that the path may be of."""
    _load(modules(path))
    return router.find(method, path)


def every() -> list[Route]:
    """The whole route table, in the order of its modules."""
    _load(tuple(HEADS))
    order = {f"{__name__}.{module}": number for number, module in enumerate(HEADS)}
    return sorted(router.ROUTES, key=lambda route: order[route.handler.__module__])


def modules(path: str) -> tuple[str, ...]:
    """The modules that may have a route of this path."""
    _, first, second, _, fourth, *_ = [*path.split("/", 5), "", "", "", ""]
    head = f"{first}/{second}" if first == "v1" else first
    known = _by_head()
    return known.get(f"{head}/{fourth}") or known.get(head, ())


@cache
def _by_head() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for module, heads in HEADS.items():
        for head in heads.split():
            found[head] = (*found.get(head, ()), module)
    return found


@cache
def _load(names: tuple[str, ...]) -> None:
    for name in names:
        import_module(f"{__name__}.{name}")
