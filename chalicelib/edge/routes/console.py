"""The agents' console: its page."""

from ..door.calls import Call, Reply
from ..door.router import route
from ..pages.content_security_policy import policy
from ..pages.serve import built, entry
from .sign_in import socket_url


@route("GET", "/console", who="anyone", raw=True)
def console(call: Call) -> Reply:
    """Show the agents' console."""
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy(call, socket_url(call.incoming.base_url)),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-cache",
    }
    return Reply(text=built("console.html")[0], headers=headers)


@route("GET", "/console.svg", who="anyone", raw=True)
def console_icon(call: Call) -> Reply:
    """Load the console's icon."""
    return entry(call, "console.svg")


@route("GET", "/console-worker.js", who="anyone", raw=True)
def console_worker(call: Call) -> Reply:
    """Load the console's service worker, which shows what is pushed."""
    return entry(call, "console-worker.js")
