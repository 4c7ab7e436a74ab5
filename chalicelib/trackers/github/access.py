"""Who we are to GitHub: the holder of a token, or an App with the token of its installation; and one request as that.

An App proves itself with a JWT of its own (RS256, ten minutes at most) and is given a token for an hour, which a
container keeps (https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app). Its
installation is looked up by the repository, so that it may be taken away and made again. Two credentials may be live:
the newest is tried first.

Redirects are followed within the same server alone: a renamed repository answers with one, and so does an issue that
was transferred.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ...ports import Answer, Memory, Outside, ProviderBusy, ProviderRefused, Secrets
from ...wire.reading import moment
from ...wire.rest import Absent, Api, Query, Reply, after

EARLY_MS = 300_000  # ms before its end at which a token is no longer used
HOPS = 3
PATIENCE_S = 60  # seconds to wait where GitHub does not say how long
_tokens: Memory[tuple[str, int]] = Memory(1_000)
_actors: Memory[tuple[str, str]] = Memory(1_000)


class Gone(Absent):
    """It was there, and is deleted."""


class Moved(Exception):
    """It is at another URL."""


class Access:
    """The credentials of an install, and whom they speak for."""

    def __init__(
        self, config: Mapping[str, Any], secrets: Secrets, outside: Outside, *, now: Callable[[], int]
    ) -> None:
        self.base: str = config["api_url"]
        self._app: str = config["app_id"]
        self._repository: str = config["repository"]
        self._secrets, self._outside, self._now = secrets, outside, now

    def ask(
        self, method: str, path: str, body: Any = None, *, query: Query = (), headers: Mapping[str, str] = {}
    ) -> Reply:
        """The answer by the first credential that GitHub takes. Raises ProviderBusy, ProviderRefused, Absent, Gone."""
        tokens = self._tokens() if self._app else iter(self._given("token"))
        return self._first(
            tokens, lambda token: self._once(token, method, path, body=body, query=query, headers=headers)
        )

    def ends(self, path: str) -> int:
        """When the token ends (ms), which GitHub tells with every answer; 0 for one that does not."""
        if self._app:
            return 0
        at = self.ask("GET", path).headers.get("github-authentication-token-expiration", "")
        return moment(re.sub(r" ([+-]\d{2}):?(\d{2})$", r"\1:\2", at))

    def actor(self) -> tuple[str, str]:
        """(id, login) of the account that writes."""
        keys = map(_fingerprint, self._given("private_key" if self._app else "token"))
        name = "|".join([self.base, self._app, *keys])
        known = _actors.get(name)
        if known:
            return known
        found = self._bot() if self._app else _person(self.ask("GET", "/user").json)
        return _actors.keep(name, found) if found[0] else found

    def _bot(self) -> tuple[str, str]:
        """An App writes as a user of its own, which a server may make with the first thing that it writes."""
        login = f"{self._as_app('/app')['slug']}[bot]"
        try:
            return _person(self.ask("GET", f"/users/{quote(login)}").json)
        except Absent:
            return "", login

    def missing(self, repository: Mapping[str, Any]) -> list[str]:
        """Rights that are needed and not there, as far as GitHub tells them without a try."""
        if self._app:
            held = self._as_app(f"/repos/{self._repository}/installation").get("permissions", {})
            return [] if held.get("issues") == "write" else ["the App needs the permission Issues: read and write"]
        held = repository.get("permissions") or {}
        may = not held or any(held.get(role) for role in ("admin", "maintain", "push", "triage"))
        return [] if may else ["the account needs the role Triage or more in the repository"]

    def within(self, url: str) -> str | None:
        """The path of a URL on this server; None for one elsewhere, which our credential is not for."""
        return url.removeprefix(self.base) if url.startswith(self.base + "/") else None

    def _once(
        self,
        bearer: str,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Query = (),
        headers: Mapping[str, str] = {},
    ) -> Reply:
        """One request, and where it leads."""
        api = Api(self._outside, self.base, {**_headers(bearer), **headers}, self._now, said, self._refusal)
        for _ in range(HOPS):
            try:
                return api.ask(method, path, body, query=query)
            except Moved as moved:
                there = self.within(str(moved))
                if there is None:
                    raise ProviderRefused("GitHub redirects to another server") from None
                path, query = there, ()
        raise ProviderRefused("GitHub redirects without an end")

    def _refusal(self, answer: Answer, body: Any) -> Exception | None:
        """What an answer means that is none, where GitHub has ways of its own
        (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api): no to too much is said with
        403 as well as with 429."""
        words = said(body).lower()
        if answer.status in (301, 302, 307, 308):
            return Moved(answer.headers.get("location", ""))
        if answer.status == 410:  # said for every issue of a repository that wants none, too
            return ProviderRefused("issues are switched off") if "disabled" in words else Gone("deleted")
        if answer.status not in (403, 429):
            return None
        used_up = answer.headers.get("x-ratelimit-remaining") == "0"
        asked = after(answer.headers.get("retry-after", ""), self._now())
        if answer.status == 429 or used_up or asked or "rate limit" in words:
            reset = answer.headers.get("x-ratelimit-reset", "")
            left = int(reset[:12]) - self._now() // 1000 if used_up and reset.isascii() and reset.isdigit() else 0
            return ProviderBusy("GitHub's rate limit", max(1, asked or left or PATIENCE_S))
        return ProviderRefused(f"HTTP 403: {said(body)}"[:200], lost=True) if "suspended" in words else None

    def _tokens(self) -> Iterator[str]:
        """Of each private key the token that is kept; a new one, should that be refused."""
        for key in self._given("private_key"):
            name = f"{self.base}|{self._app}|{self._repository}|{_fingerprint(key)}"
            kept, end = _tokens.get(name) or ("", 0)
            if end - EARLY_MS > self._now():
                yield kept
            yield _tokens.keep(name, self._minted(key))[0]

    def _minted(self, key: str) -> tuple[str, int]:
        """An installation's token and when it ends (ms)."""
        bearer = self._jwt(key)
        try:
            found = self._once(bearer, "GET", f"/repos/{self._repository}/installation").json
        except Absent:
            raise ProviderRefused(f"the App is not installed in {self._repository}", lost=True) from None
        answer = self._once(bearer, "POST", f"/app/installations/{found['id']}/access_tokens", body={}).json
        return str(answer["token"]), moment(answer, "expires_at")

    def _as_app(self, path: str) -> dict[str, Any]:
        keys = iter(self._given("private_key"))
        answer: dict[str, Any] = self._first(keys, lambda key: self._once(self._jwt(key), "GET", path)).json
        return answer

    def _jwt(self, key: str) -> str:
        """GitHub asks for a minute's grace: its clock may be behind ours."""
        import jwt

        now = self._now() // 1000
        try:
            return jwt.encode({"iat": now - 60, "exp": now + 540, "iss": self._app}, key, algorithm="RS256")
        except (ValueError, TypeError, jwt.InvalidKeyError) as error:
            raise ProviderRefused("private_key is not an RSA key in PEM", lost=True) from error

    def _given(self, name: str) -> list[str]:
        return [secret for secret in self._secrets.get(name, ()) if secret]

    def _first(self, credentials: Iterator[str], ask: Callable[[str], Reply]) -> Reply:
        """What the first of them gets that is not refused itself."""
        refused = ProviderRefused(f"no {'private_key' if self._app else 'token'} is configured", lost=True)
        while True:
            try:
                return ask(next(credentials))
            except StopIteration:
                raise refused from None
            except ProviderRefused as denied:
                if not denied.lost:
                    raise
                refused = denied


def said(body: Any) -> str:
    """What GitHub says is wrong: `message`, and of each of `errors` its own or its field."""
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    more = [
        str(one.get("message") or f"{one.get('field')} {one.get('code')}") if isinstance(one, dict) else str(one)
        for one in (errors if isinstance(errors, list) else [])
    ]
    return "; ".join(filter(None, [str(body.get("message") or ""), *more]))


def _person(user: dict[str, Any]) -> tuple[str, str]:
    return str(user["id"]), str(user["login"])


def _headers(bearer: str) -> dict[str, str]:
    return {
        "accept": "application/vnd.github+json",
        "authorization": f"Bearer {bearer}",
        "x-github-api-version": "2022-11-28",
    }


def _fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:16]
