"""What is logged of a request (structured log, no personal data)."""

import time
from typing import Any

from chalice.app import Response

from ...desk.permissions import Principal
from ...telemetry import say


def log_request(
    event: dict[str, Any],
    name: str,
    who: Principal | None,
    *,
    response: Response,
    began: float,
    counts: dict[str, Any],
) -> None:
    """One line a request, by which it `counts` (telemetry.metric). No bodies, no tokens, no path (it may hold an
    outside id or a secret link)."""
    say(
        "request",
        request_id=(event.get("requestContext") or {}).get("requestId", ""),
        route=name,
        workspace=who.workspace if who else "",
        credential=who.credential if who else "",
        status=response.status_code,
        ms=round((time.perf_counter() - began) * 1000, 1),
        **counts,
    )
