"""The agents' console: its page, script and styles."""

import hashlib
from functools import cache

from ..door.calls import Call, Reply
from ..door.router import route
from ..pages import WEB
from ..pages.content_security_policy import policy
from ..pages.serve import script, served
from .sign_in import socket_url


@route("GET", "/console", who="anyone", raw=True)
def console(call: Call) -> Reply:
    """Show the agents' console."""
    from ..pages.bundle import joined

    page = (WEB / "console" / "console.html").read_text("utf-8")
    page = page.replace("{script}", joined("console/main.js").version).replace("{styles}", _styles()[1])
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy(call, socket_url(call.incoming.base_url)),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-cache",
    }
    return Reply(text=page, headers=headers)


@route("GET", "/console.js", who="anyone", raw=True)
def console_script(call: Call) -> Reply:
    """Load the console's script."""
    return script(call, "console/main.js")


@route("GET", "/console.svg", who="anyone", raw=True)
def console_icon(call: Call) -> Reply:
    """Load the console's icon."""
    return served(call, (WEB / "console" / "console.svg").read_text("utf-8"), "1", "image/svg+xml")


@route("GET", "/console.css", who="anyone", raw=True)
def console_styles(call: Call) -> Reply:
    """Load the console's styles."""
    return served(call, *_styles(), "text/css; charset=utf-8")


@cache
def _styles() -> tuple[str, str]:
    """The style sheet, and the version that its content gives it."""
    text = (WEB / "console" / "console.css").read_text("utf-8")
    return text, hashlib.sha256(text.encode()).hexdigest()[:16]
