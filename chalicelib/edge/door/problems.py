"""Our errors as RFC 9457 problem documents: the one table from error to code, status and title."""

from typing import Any

from ...desk import errors
from ...desk.errors import Limited, Refusal
from ...ports import AwsAway, Throttled


class WrongVerb(errors.NotFound):
    """The path is there; `allowed` are its methods."""

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(f"this path takes {', '.join(allowed)}")
        self.allowed = allowed


PROBLEMS: dict[type[Exception], tuple[str, int, str]] = {
    errors.Malformed: ("malformed", 400, "Malformed request"),
    errors.Unauthenticated: ("unauthenticated", 401, "Not authenticated"),
    errors.Forbidden: ("forbidden", 403, "Not allowed"),
    errors.NotFound: ("notfound", 404, "Not found"),
    WrongVerb: ("wrongverb", 405, "Method not allowed"),
    errors.Conflict: ("conflict", 409, "Conflict"),
    errors.Stale: ("stale", 412, "Changed meanwhile"),
    errors.TooLarge: ("toolarge", 413, "Too large"),
    errors.WrongMediaType: ("wrongmediatype", 415, "Unsupported media type"),
    errors.Invalid: ("invalid", 422, "Invalid value"),
    errors.KeyReused: ("keyreused", 422, "Idempotency key reused"),
    errors.Limited: ("limited", 429, "Too many requests"),
    errors.Contended: ("contended", 429, "Too many writers"),
    errors.Busy: ("busy", 503, "Busy"),
    Throttled: ("throttled", 429, "Too much at once"),
    AwsAway: ("away", 503, "Temporarily unavailable"),
}


def problem(error: Exception) -> tuple[int, dict[str, Any], dict[str, str]]:
    """(status, problem document, headers). What is not in the table is a 500 that tells nothing of the inside."""
    kind = next((kind for kind in type(error).__mro__ if kind in PROBLEMS), None)
    code, status, title = PROBLEMS[kind] if kind else ("internal", 500, "Internal error")
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "code": code}
    if isinstance(error, Refusal):
        body["detail"] = error.detail
        if error.field:
            body["field"] = error.field
    return status, body, _headers(error, status)


def _headers(error: Exception, status: int) -> dict[str, str]:
    if isinstance(error, WrongVerb):
        return {"Allow": ", ".join(error.allowed)}
    if isinstance(error, Limited):
        return {"Retry-After": str(error.retry_after)}
    if status in (429, 503):
        return {"Retry-After": "1"}
    if isinstance(error, errors.WrongMediaType) and error.field == "Content-Encoding":
        return {"Accept-Encoding": "gzip"}
    return {"WWW-Authenticate": 'Bearer realm="parley"'} if status == 401 else {}
