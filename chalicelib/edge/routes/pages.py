"""What browsers load: the widget (ADR 67), and what the pages load besides."""

from ..door.calls import Call, Reply
from ..door.router import route
from ..pages.serve import asset, entry


@route("GET", "/widget.js", who="anyone", raw=True)
def widget(call: Call) -> Reply:
    """Load the support button: one ES module."""
    return entry(call, "widget.js")


@route("GET", "/assets/{name}", who="anyone", raw=True)
def page_asset(call: Call) -> Reply:
    """Load a script or a style sheet of our pages; its name has a hash of its content."""
    return asset(call.params["name"])
