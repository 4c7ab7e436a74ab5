"""What providers and forms send: verified, made durable, answered."""

from ...desk.errors import NotFound
from ...flows.accept import accept, installed
from ..calls import Call, Reply
from ..router import route


@route("POST", "/in/{channel}/{install}", who="anyone", raw=True, status=202)
def take(call: Call) -> Reply:
    """Take a webhook or a form."""
    incoming = call.incoming
    greeting = accept(
        call.world,
        call.params["channel"],
        call.params["install"],
        incoming.headers,
        incoming.body,
        incoming.query,
        incoming.address,
    )
    return Reply(text=greeting.body, status=greeting.status, headers=greeting.headers)


@route("GET", "/in/form/{install}", who="anyone", raw=True)
def form(call: Call) -> Reply:
    """Show an install's contact form, hosted here."""
    from ...channels.form.page import CSP, page

    install = installed(call.world, "form", call.params["install"])
    if install is None:
        raise NotFound("no such form")
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": CSP}
    return Reply(text=page(install), headers=headers)
