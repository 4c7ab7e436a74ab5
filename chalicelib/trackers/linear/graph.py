"""One question to Linear's GraphQL API, through the guarded way out, and what its answer means.

| answer | means |
|---|---|
| no errors | the data |
| RATELIMITED (with HTTP 400), also for too complex a query | ProviderBusy until the spent budget fills again |
| HTTP 429, 5xx, none; a lock that is held, an error of its own | ProviderBusy |
| 401, AUTHENTICATION_ERROR, UNAUTHENTICATED | ProviderRefused, lost |
| "Entity not found" | Absent |
| any other | ProviderRefused, with the words that Linear means for users |

https://linear.app/developers/graphql, https://linear.app/developers/rate-limiting
"""

from collections.abc import Callable, Mapping
from typing import Any

from ...ports import Answer, Outside, ProviderBusy, ProviderRefused, Secrets
from ...wire.rest import Absent, Api, after

BUDGETS = ("requests", "complexity", "endpoint-requests")
PASSING = ("internal error", "lock timeout", "network error", "bootstrap error")
PATIENCE_S = 60  # seconds to wait where Linear does not say how long


class Graph:
    """The API, by the credentials of an install."""

    def __init__(self, config: Mapping[str, Any], secrets: Secrets, outside: Outside, now: Callable[[], int]) -> None:
        self.base: str = config["api_url"]
        self._secrets, self._outside, self._now = secrets, outside, now

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data, by the first token that Linear takes."""
        refused = ProviderRefused("no token is configured", lost=True)
        for token in filter(None, self._secrets.get("token", ())):
            api = Api(self._outside, self.base, {"authorization": _bearer(token)}, self._now, _said, self._refusal)
            try:
                reply = api.ask("POST", "/graphql", {"query": query, "variables": variables})
            except ProviderRefused as denied:
                if not denied.lost:
                    raise
                refused = denied
                continue
            if reply.json.get("errors"):  # GraphQL says most of what is wrong with a 200
                raise ProviderRefused(_said(reply.json)[:200])
            data: dict[str, Any] = reply.json["data"]
            return data
        raise refused

    def _refusal(self, answer: Answer, body: Any) -> Exception | None:
        """What its first error means."""
        code, kind = _extension(body, "code").upper(), _extension(body, "type").lower()
        if code.replace("_", "") == "RATELIMITED" or kind == "ratelimited":
            return ProviderBusy("Linear's rate limit", self._wait(answer.headers))
        if "AUTHENTICAT" in code or kind == "authentication error":
            return ProviderRefused(_said(body)[:200], lost=True)
        if kind in PASSING:
            return ProviderBusy(kind)
        missing = "not found" in str(_first(body).get("message")).lower()  # for users it is worded otherwise
        return Absent(_said(body)[:200]) if missing else None

    def _wait(self, headers: Mapping[str, str]) -> int:
        """Seconds until every budget that is used up fills again; the headers tell the moment in ms."""
        asked = after(headers.get("retry-after", ""), self._now())
        resets = [
            int(reset[:15])
            for budget in BUDGETS
            if headers.get(f"x-ratelimit-{budget}-remaining") == "0"
            and (reset := headers.get(f"x-ratelimit-{budget}-reset", "")).isdigit()
        ]
        left = max(1, -(-(max(resets) - self._now()) // 1000)) if resets else PATIENCE_S
        return asked or left


def _bearer(token: str) -> str:
    """A personal key is sent as it is, an OAuth token as a bearer's."""
    return token if token.startswith("lin_api_") else f"Bearer {token}"


def _first(body: Any) -> dict[str, Any]:
    errors = body.get("errors") if isinstance(body, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    return first if isinstance(first, dict) else {}


def _extension(body: Any, name: str) -> str:
    extensions = _first(body).get("extensions")
    return str(extensions.get(name) or "") if isinstance(extensions, dict) else ""


def _said(body: Any) -> str:
    """What Linear says is wrong: what it means for users, and else its own word."""
    return _extension(body, "userPresentableMessage") or str(_first(body).get("message") or "")
