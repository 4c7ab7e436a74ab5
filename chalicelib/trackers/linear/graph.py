"""One question to Linear's GraphQL API, through the guarded way out, and what its answer means (ADR 45).

| answer | means |
|---|---|
| no errors | the data |
| RATELIMITED (with HTTP 400), also for too complex a query | ProviderBusy until the spent budget fills again |
| HTTP 429, 5xx, none; a lock that is held, an error of its own | ProviderBusy |
| 401, AUTHENTICATION_ERROR, UNAUTHENTICATED | ProviderRefused, lost |
| "Entity not found" | Absent |
| any other | ProviderRefused, with the words that Linear means for users |

https://linear.app/developers/graphql, https://linear.app/developers/rate-limiting

An OAuth app's token ends after a day. Where its refresh token was given, the refused token is exchanged for a new pair,
which is kept: each refresh token is taken once (https://linear.app/developers/oauth-2-0-authentication).
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from ...ports import Answer, Outside, ProviderBusy, ProviderRefused, Renewing, Request, Secrets
from ...wire.reading import words
from ...wire.rest import LATER, Absent, Api, after, parsed, send
from .config import CLOUD

STORAGE = "https://uploads.linear.app"
BUDGETS = ("requests", "complexity", "endpoint-requests")
PASSING = ("internal error", "lock timeout", "network error", "bootstrap error")
PATIENCE_S = 60  # seconds to wait where Linear does not say how long


class Graph:
    """The API, by the credentials of an install."""

    def __init__(
        self, config: Mapping[str, Any], secrets: Secrets, outside: Outside, *, now: Callable[[], int]
    ) -> None:
        self.base: str = config["api_url"]
        self.storage = STORAGE if self.base == CLOUD else f"{self.base}/uploads"
        self._client: str = config.get("client_id", "")
        self._secrets, self._outside, self._now = secrets, outside, now

    def headers(self) -> dict[str, str]:
        """What the newest token is sent in."""
        newest = next(iter(self._secrets.get("token", ())), "")
        return {"authorization": _bearer(newest)} if newest else {}

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data, by the first token that Linear takes; by a new one, if it takes none and gives one."""
        try:
            return self._asked(query, variables)
        except ProviderRefused as denied:
            kept = self._secrets
            if not (denied.lost and kept.get("refresh_token") and isinstance(kept, Renewing)):
                raise
            kept.renew("token", next(iter(kept.get("token", ())), ""), self._exchanged)
        return self._asked(query, variables)

    def _exchanged(self, secrets: Secrets) -> dict[str, str]:
        """What Linear gives for the refresh token."""
        fields = {
            "grant_type": "refresh_token",
            "refresh_token": secrets["refresh_token"][0],
            "client_id": self._client,
        }
        if secrets.get("client_secret"):
            fields["client_secret"] = secrets["client_secret"][0]
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        request = Request("POST", f"{self.base}/oauth/token", urlencode(fields).encode(), headers)
        answer = send(self._outside, request)
        if answer.status in LATER or answer.status >= 500:
            raise ProviderBusy(f"HTTP {answer.status}", after(answer.headers.get("retry-after", ""), self._now()))
        given = parsed(answer.body)
        token, refresh = words(given, "access_token"), words(given, "refresh_token")
        if answer.status != 200 or not token:
            why = words(given, "error_description") or words(given, "error") or f"HTTP {answer.status}"
            raise ProviderRefused(f"Linear gives no new token ({why[:100]}): connect the app again", lost=True)
        return {"token": token} | ({"refresh_token": refresh} if refresh else {})

    def _asked(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
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
