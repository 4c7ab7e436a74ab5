"""JSON over HTTP to a provider, through the guarded way out, and what its answers mean.

| answer | |
|---|---|
| 2xx | the JSON of its body |
| 404, 410 | None where that is asked for, else ProviderRefused |
| 401 | ProviderRefused, and the account is lost |
| 404, 410 with a page | ProviderBusy: not the API says so, but what stands before it |
| 408, 425, 429, 5xx, none at all | ProviderBusy, for as long as the provider asks |
| any other | ProviderRefused, with the provider's own words |
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

from ..ports import AddressRefused, Answer, Outside, ProviderBusy, ProviderRefused, Request, Unreachable

MOST = 4_000_000  # bytes of an answer
LATER = frozenset({408, 425, 429})
ABSENT = frozenset({404, 410})
MAX_WORDS = 200
UPLOAD_S = 60.0
Query = Mapping[str, str | int] | Sequence[tuple[str, str | int]]


@dataclass(frozen=True, slots=True)
class Reply:
    """A good answer: its JSON (None if the body is empty) and its headers by lower-case name."""

    json: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Api:
    """A provider's API below `base`. `said` finds the provider's own words in the JSON of a refusal; `refusal` may
    tell, before the table does, what an answer means, of whatever status: an exception, or None."""

    outside: Outside
    base: str
    headers: Mapping[str, str]
    now: Callable[[], int]
    said: Callable[[Any], str] = str
    refusal: Callable[[Answer, Any], Exception | None] = lambda answer, body: None
    timeout: float = 15.0

    def call(self, method: str, path: str, body: Any = None, *, query: Query = ()) -> Any:
        """The JSON of a good answer; None for an empty body."""
        return self.ask(method, path, body, query=query).json

    def find(self, path: str, query: Query = ()) -> Any:
        """What a GET finds; None if nothing is there for us."""
        try:
            return self.call("GET", path, query=query)
        except Absent:
            return None

    def drop(self, path: str) -> None:
        """DELETE; fine if it is gone."""
        try:
            self.call("DELETE", path)
        except Absent:
            return

    def put_up(self, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
        """POST bytes that are no JSON; the JSON of a good answer."""
        whole = {"accept": "application/json", "user-agent": "Parley", **self.headers, **headers}
        return self._read(send(self.outside, Request("POST", f"{self.base}{path}", body, whole, UPLOAD_S, MOST))).json

    def ask(self, method: str, path: str, body: Any = None, *, query: Query = ()) -> Reply:
        """One request. Raises ProviderBusy and ProviderRefused."""
        url = f"{self.base}{path}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        headers = {"accept": "application/json", "user-agent": "Parley", **self.headers}
        raw = b""
        if body is not None:
            raw = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
            headers["content-type"] = "application/json"
        return self._read(send(self.outside, Request(method, url, raw, headers, self.timeout, MOST)))

    def _read(self, answer: Answer) -> Reply:
        found = parsed(answer.body)
        known = self.refusal(answer, found)
        if known:
            raise known
        if not 200 <= answer.status < 300:
            raise self._refused(answer, found)
        if found is None and answer.body.strip():
            raise ProviderBusy("its answer is no JSON, or too large")
        return Reply(found, answer.headers)

    def _refused(self, answer: Answer, found: Any) -> Exception:
        words = self._words(found)
        reason = f"HTTP {answer.status}" + (f": {words}" if words else "")
        page = found is None and answer.body.strip() and answer.status in ABSENT
        if answer.status in LATER or answer.status >= 500 or page:
            return ProviderBusy(reason, after(answer.headers.get("retry-after", ""), self.now()))
        if answer.status in ABSENT:
            return Absent(reason)
        return ProviderRefused(reason, lost=answer.status == 401)

    def _words(self, found: Any) -> str:
        """What the provider says of its refusal: short, and in one line."""
        try:
            words = self.said(found) if found is not None else ""
        except (TypeError, KeyError, IndexError, AttributeError, ValueError):
            return ""
        return " ".join(words.split())[:MAX_WORDS]


def send(outside: Outside, request: Request) -> Answer:
    """Its answer, whatever the status. Raises ProviderRefused where the address is refused, ProviderBusy where
    nobody answers."""
    try:
        return outside.send(request)
    except AddressRefused as refused:
        raise ProviderRefused(f"address refused: {refused.detail}") from None
    except Unreachable as unreachable:
        raise ProviderBusy(str(unreachable) or "unreachable") from None


class Absent(ProviderRefused):
    """It is not there, or not for us."""


def there(id_: str) -> str:
    """The id of what was answered. Raises ProviderBusy for an answer that names none."""
    if not id_:
        raise ProviderBusy("its answer is not what was asked for")
    return id_


def after(asked: str, now: int) -> int:
    """Seconds that Retry-After (RFC 9110, 10.2.3) asks for: a number of them, or a date. What is neither is
    0."""
    if asked.isascii() and asked.isdigit():
        return int(asked[:9])
    try:
        return max(0, round(parsedate_to_datetime(asked).timestamp() - now / 1000))
    except (ValueError, TypeError, OverflowError):
        return 0


def parsed(body: bytes) -> Any:
    """Its JSON; None if it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
