"""Slack's Web API: one call, and what its answer means (https://docs.slack.dev/apis/web-api).

| answer | |
|---|---|
| `ok: true` | its JSON |
| 429, `ratelimited` | ProviderBusy, for as long as Retry-After asks |
| 5xx, none, `service_unavailable`, `internal_error`, `fatal_error`, `request_timeout` | ProviderBusy |
| `account_inactive`, `invalid_auth`, `token_revoked`, … | ProviderRefused, and the account is lost |
| any other error | ProviderRefused, with Slack's word for it |
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from ...ports import Answer, Outside, ProviderBusy, ProviderRefused, Request, Secrets
from ...wire.rest import after, send
from .config import SLACK

LOST = frozenset(
    "account_inactive invalid_auth not_authed token_revoked token_expired org_login_required "  # noqa: SIM905
    "team_access_not_granted accesslimited enterprise_is_restricted no_permission team_not_found".split()
)
PASSING = frozenset({"service_unavailable", "internal_error", "fatal_error", "request_timeout", "team_added_to_org"})
LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
PAUSE_S = 30  # seconds after a limit that did not say how long
MOST = 1_000_000  # bytes of an answer
TIMEOUT_S = 15.0


class Slack:
    """The API as one workspace's token may use it."""

    def __init__(self, outside: Outside, config: Mapping[str, Any], token: str, *, now: int = 0) -> None:
        self.outside, self.token, self.now = outside, token, now
        self.base = str(config.get("base_url") or SLACK).rstrip("/")

    def call(self, method: str, **fields: Any) -> dict[str, Any]:
        """`chat.postMessage` and so on, with its fields; None ones left out. Raises ProviderBusy, ProviderRefused."""
        return self.asked(method, **fields)[0]

    def asked(self, method: str, **fields: Any) -> tuple[dict[str, Any], dict[str, str]]:
        """The JSON, and the headers."""
        form = {
            name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in fields.items()
            if value is not None
        }
        headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        answer = self.send("POST", f"{self.base}/api/{method}", urlencode(form).encode(), headers=headers)
        try:
            body = json.loads(answer.body)
        except (ValueError, RecursionError):
            raise ProviderBusy(f"{method}: its answer is no JSON") from None
        if not isinstance(body, dict):
            raise ProviderBusy(f"{method}: its answer is no object")
        if not body.get("ok"):
            raise _refused(str(body.get("error", "")), body, answer, now=self.now)
        return body, answer.headers

    def send(
        self, method: str, url: str, body: bytes = b"", *, headers: dict[str, str] | None = None, most: int = MOST
    ) -> Answer:
        """A request of any sort, with the token; the token goes to Slack alone."""
        if not self.own(url):
            raise ProviderRefused("not an address of Slack's")
        sent = {"user-agent": "Parley", "authorization": f"Bearer {self.token}", **(headers or {})}
        if not self.token:
            sent.pop("authorization")
        answer = send(self.outside, Request(method, url, body, sent, TIMEOUT_S, most))
        if answer.status == 429:
            raise ProviderBusy("HTTP 429", after(answer.headers.get("retry-after", ""), self.now) or PAUSE_S)
        if answer.status >= 500 or answer.status in (408, 425):
            raise ProviderBusy(f"HTTP {answer.status}")
        if answer.status >= 300:
            raise ProviderRefused(f"HTTP {answer.status}")
        return answer

    def own(self, url: str) -> bool:
        """Whether an address is Slack's (or the emulator's, where one is configured)."""
        parts, base = urlsplit(url), urlsplit(self.base)
        if base.scheme == "http":
            return (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
        host = parts.hostname or ""
        return (
            parts.scheme == "https"
            and host.endswith((".slack.com", ".slack-files.com", ".slack-gov.com"))
            or (parts.scheme == "https" and host == "slack.com")
        )


def _refused(error: str, body: dict[str, Any], answer: Answer, *, now: int) -> Exception:
    if error in LIMITED:
        return ProviderBusy(error, after(answer.headers.get("retry-after", ""), now) or PAUSE_S)
    if error in PASSING:
        return ProviderBusy(error)
    word = error if error.isascii() and error.replace("_", "").isalnum() and len(error) < 60 else "refused"
    if word == "missing_scope" and str(body.get("needed", "")).replace(":", "").replace(".", "").isalnum():
        word = f"missing_scope: {body['needed']}"
    return ProviderRefused(word, lost=error in LOST)


def credential(account: str) -> str:
    """The name of the secret that a workspace's token is; "" is the install's own."""
    return f"bot:{account}" if account else "bot"


def token_of(secrets: Secrets, account: str) -> tuple[str, bool]:
    """The newest token for a workspace, and whether it is the workspace's own (not the install's)."""
    own = secrets.get(credential(account), ()) if account else ()
    found = own or secrets.get(credential(""), ())
    return (found[0] if found else ""), bool(own)
