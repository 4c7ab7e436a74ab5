"""What browsers load: the widget."""

from ..door.calls import Call, Reply
from ..door.router import route
from ..pages.serve import script


@route("GET", "/widget.js", who="anyone", raw=True)
def widget(call: Call) -> Reply:
    """Load the support button: one ES module."""
    return script(call, "widget/widget.js")
