"""One request to GitHub's REST API, through the guarded way out, and what its answer means.

| answer | means |
|---|---|
| 2xx, or a status that the caller knows | the answer |
| 3xx within the same server | followed: a renamed repository, a transferred issue |
| 429; 403 with Retry-After, without any requests left, or that names the rate limit | Busy, for as long as it asks |
| 5xx, 408, none | Busy |
| 401; 403 for a suspended installation | Denied, lost |
| any other | Denied, with what GitHub says |
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from ...desk.retry_after import retry_after
from ...ports import AddressRefused, Answer, Busy, Denied, Outside, Unreachable

TIMEOUT = 15.0
MOST = 12_000_000  # bytes of an answer: a page of long issues
HOPS = 3
PATIENCE = 60  # seconds, where GitHub does not say how long


class Got(NamedTuple):
    """An answer that is no error."""

    status: int
    told: Any
    headers: dict[str, str]


class Wire:
    """The API of one server."""

    def __init__(self, api: str, outside: Outside, now: Callable[[], int]) -> None:
        self.api = api
        self._outside, self._now = outside, now

    def send(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        bearer: str,
        fine: tuple[int, ...] = (),
        hops: int = HOPS,
    ) -> Got:
        """The answer, parsed. `fine` are statuses that the caller reads itself."""
        answer = self._answer(method, path, body, bearer)
        if answer.status in (301, 302, 307, 308) and hops:
            there = self.within(answer.headers.get("location", ""))
            if there is None:
                raise Denied("GitHub redirects to another server")
            return self.send(method, there, body, bearer=bearer, fine=fine, hops=hops - 1)
        told = _parsed(answer)
        if answer.status < 300 or answer.status in fine:
            return Got(answer.status, told, answer.headers)
        raise _refusal(answer, message(told), self._now())

    def within(self, url: str) -> str | None:
        """The path of a URL on this server; None for one elsewhere, which our credential is not for."""
        return url.removeprefix(self.api) if url.startswith(self.api + "/") else None

    def _answer(self, method: str, path: str, body: dict[str, Any] | None, bearer: str) -> Answer:
        headers = {
            "accept": "application/vnd.github+json",
            "authorization": f"Bearer {bearer}",
            "user-agent": "Parley",
            "x-github-api-version": "2022-11-28",
        }
        content = b""
        if body is not None:
            content, headers["content-type"] = json.dumps(body).encode(), "application/json"
        try:
            return self._outside.send(method, self.api + path, content, headers, TIMEOUT, MOST)
        except AddressRefused as refused:
            raise Denied(f"address refused: {refused.detail}") from refused
        except Unreachable as unreachable:
            raise Busy(str(unreachable) or "unreachable") from unreachable


def message(told: Any) -> str:
    """What GitHub says is wrong, kept short: `message`, and of each of `errors` its own or its field."""
    if not isinstance(told, dict):
        return ""
    errors = told.get("errors")
    more = [
        str(one.get("message") or f"{one.get('field')} {one.get('code')}") if isinstance(one, dict) else str(one)
        for one in (errors if isinstance(errors, list) else [])
    ]
    return "; ".join([str(told.get("message") or ""), *more])[:200].rstrip("; ")


def _parsed(answer: Answer) -> Any:
    if not answer.body:
        return {}
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        if answer.status < 300:
            raise Busy("GitHub's answer was no JSON, or longer than is read") from None
        return {}


def _refusal(answer: Answer, said: str, now: int) -> Busy | Denied:
    """https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api: no to too much is said with 403
    as well as with 429."""
    used_up = answer.headers.get("x-ratelimit-remaining") == "0"
    asked = retry_after(answer.headers.get("retry-after", ""), now)
    if answer.status == 429 or (answer.status == 403 and (used_up or asked or "rate limit" in said.lower())):
        reset = answer.headers.get("x-ratelimit-reset", "")
        left = int(reset[:12]) - now // 1000 if used_up and reset.isascii() and reset.isdigit() else 0
        return Busy("GitHub's rate limit", max(1, asked or left or PATIENCE))
    if answer.status >= 500 or answer.status == 408:
        return Busy(f"HTTP {answer.status}", asked)
    lost = answer.status == 401 or (answer.status == 403 and "suspended" in said.lower())
    return Denied(f"GitHub says HTTP {answer.status}" + (f": {said}" if said else ""), lost=lost)
