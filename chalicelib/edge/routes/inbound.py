"""What providers and forms send: verified, made durable, answered."""

from ...desk.errors import NotFound, Refusal
from ...flows.inbound.accept import accept, installed
from ...ports import Hosting
from ...telemetry import metric
from ..door.calls import Call, Reply
from ..door.problems import problem
from ..door.router import route


@route("POST", "/in/{channel}/{install}", who="anyone", raw=True, status=202)
def take(call: Call) -> Reply:
    """Take a webhook or a form."""
    incoming = call.incoming
    try:
        greeting = accept(
            call.world,
            call.params["channel"],
            call.params["install"],
            headers=incoming.headers,
            body=incoming.body,
            query=incoming.query,
            address=incoming.address,
            sent=incoming.sent,
        )
    except Refusal as refusal:
        page = call.world.hosting(call.params["channel"]) if "text/html" in incoming.headers.get("accept", "") else None
        if page is None:
            raise
        return _page(call, page, refusal)
    call.counts = metric("accepted", channel=call.params["channel"])
    return Reply(text=greeting.body, status=greeting.status, headers=greeting.headers)


@route("GET", "/in/{channel}/{install}", who="anyone", raw=True)
def hosted(call: Call) -> Reply:
    """Show the page of a channel that has one here: an install's contact form."""
    page = call.world.hosting(call.params["channel"])
    if page is None:
        raise NotFound("no such page")
    return _page(call, page)


def _page(call: Call, page: Hosting, refusal: Refusal | None = None) -> Reply:
    """The page; for somebody at a browser also the place where they are told what was wrong."""
    install = installed(call.world, call.params["channel"], call.params["install"])
    if install is None:
        raise NotFound("no such page")
    headers = page.headers(install)
    if refusal is None:
        return Reply(text=page.page(install), headers=headers)
    status, _, more = problem(refusal)
    return Reply(text=page.page(install, refusal.detail), status=status, headers=headers | more)
