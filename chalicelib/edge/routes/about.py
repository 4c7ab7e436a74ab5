"""What the API says of itself."""

from typing import Any

from ... import VERSION
from ..door.calls import Call, Reply
from ..door.router import route
from ..shapes.answers import Health


@route("GET", "/health", who="anyone", gives=Health)
def health(call: Call) -> Health:
    """Tell that the API is up."""
    return Health(status="ok", version=VERSION)


@route("GET", "/v1/openapi.json", who="anyone", gives=dict[str, Any])
def openapi(call: Call) -> Reply:
    """Describe this API (OpenAPI 3.1)."""
    from ..door.openapi import document
    from . import every

    headers = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "public, max-age=300"}
    return Reply(text=document(tuple(every()), call.incoming.base_url), headers=headers)
