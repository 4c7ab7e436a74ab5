"""Our errors as RFC 9457 problem documents: the one table from error to status."""

from typing import Any

from ..desk import errors
from ..desk.errors import Limited, Refusal
from ..ports import Away

STATUSES: dict[type[Exception], tuple[int, str]] = {
    errors.Malformed: (400, "Malformed request"),
    errors.Unauthenticated: (401, "Not authenticated"),
    errors.Forbidden: (403, "Not allowed"),
    errors.NotFound: (404, "Not found"),
    errors.Conflict: (409, "Conflict"),
    errors.Stale: (412, "Changed meanwhile"),
    errors.TooLarge: (413, "Too large"),
    errors.WrongMediaType: (415, "Unsupported media type"),
    errors.Invalid: (422, "Invalid value"),
    errors.KeyReused: (422, "Idempotency key reused"),
    errors.Limited: (429, "Too many requests"),
    errors.Busy: (503, "Busy"),
    Away: (503, "Temporarily unavailable"),
}


def problem(error: Exception) -> tuple[int, dict[str, Any], dict[str, str]]:
    """(status, problem document, headers). What is not in the table is a 500 that tells nothing of the inside."""
    kind = next((kind for kind in type(error).__mro__ if kind in STATUSES), None)
    status, title = STATUSES[kind] if kind else (500, "Internal error")
    slug = (kind or Exception).__name__.lower() if kind else "internal"
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "code": slug}
    if isinstance(error, Refusal):
        body["detail"] = error.detail
        if error.field:
            body["field"] = error.field
    return status, body, _headers(error, status)


def _headers(error: Exception, status: int) -> dict[str, str]:
    if isinstance(error, Limited):
        return {"Retry-After": str(error.retry_after)}
    if status == 503:
        return {"Retry-After": "1"}
    return {"WWW-Authenticate": 'Bearer realm="parley"'} if status == 401 else {}
