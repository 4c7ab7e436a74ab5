"""What providers and forms send: verified, made durable, answered."""

from ...desk.errors import NotFound, Refusal
from ...flows.inbound.accept import accept, installed
from ...telemetry import count
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
            incoming.headers,
            incoming.body,
            incoming.query,
            incoming.address,
        )
    except Refusal as refusal:
        if call.params["channel"] == "form" and "text/html" in incoming.headers.get("accept", ""):
            return _page(call, refusal)
        raise
    count("accepted", channel=call.params["channel"])
    return Reply(text=greeting.body, status=greeting.status, headers=greeting.headers)


@route("GET", "/in/form/{install}", who="anyone", raw=True)
def form(call: Call) -> Reply:
    """Show an install's contact form, hosted here."""
    return _page(call)


def _page(call: Call, refusal: Refusal | None = None) -> Reply:
    """The hosted form; for somebody at a browser also the place where they are told what was wrong."""
    from ...channels.form.page import headers, page

    install = installed(call.world, "form", call.params["install"])
    if install is None:
        raise NotFound("no such form")
    if refusal is None:
        return Reply(text=page(install), headers=headers(install))
    status, _, more = problem(refusal)
    return Reply(text=page(install, refusal.detail), status=status, headers=headers(install) | more)
