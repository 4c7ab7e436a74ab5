"""Who we are to GitHub: the holder of a token, or an App with the token of its installation.

An App proves itself with a JWT of its own (RS256, ten minutes at most) and is given a token for an hour, which a
container keeps (https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app). Its installation
is looked up by the repository, so that it may be taken away and made again. Two credentials may be live: the newest is
tried first.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...ports import Denied, Secrets
from .wire import Got, Wire
from .words import milliseconds

EARLY = 300_000  # ms before its end at which a token is no longer used
_tokens: dict[str, tuple[str, int]] = {}
_actors: dict[str, tuple[str, str]] = {}


class Access:
    """The credentials of an install, and whom they speak for."""

    def __init__(self, config: Mapping[str, Any], secrets: Secrets, wire: Wire, now: Callable[[], int]) -> None:
        self._app: str = config["app_id"]
        self._repository: str = config["repository"]
        self._secrets, self._wire, self._now = secrets, wire, now

    def send(self, method: str, path: str, body: dict[str, Any] | None = None, fine: tuple[int, ...] = ()) -> Got:
        """The answer by the first credential that GitHub takes."""
        return self._first(
            self._tokens() if self._app else iter(self._given("token")),
            lambda token: self._wire.send(method, path, body, bearer=token, fine=fine),
        )

    def actor(self) -> tuple[str, str]:
        """(id, login) of the account that writes."""
        name = "|".join(
            [self._wire.api, self._app, *map(_fingerprint, self._given("private_key" if self._app else "token"))]
        )
        if name not in _actors:
            path = f"/users/{self._as_app('/app').told['slug']}%5Bbot%5D" if self._app else "/user"
            told = self.send("GET", path).told
            _actors[name] = (str(told["id"]), str(told["login"]))
        return _actors[name]

    def missing(self, repository: Mapping[str, Any]) -> list[str]:
        """Rights that are needed and not there, as far as GitHub tells them without a try."""
        if self._app:
            held = self._as_app(f"/repos/{self._repository}/installation").told.get("permissions", {})
            return [] if held.get("issues") == "write" else ["the App needs the permission Issues: read and write"]
        held = repository.get("permissions") or {}
        may = not held or any(held.get(role) for role in ("admin", "maintain", "push", "triage"))
        return [] if may else ["the account needs the role Triage or more in the repository"]

    def _tokens(self) -> Iterator[str]:
        """Of each private key the token that is kept; a new one, should that be refused."""
        for key in self._given("private_key"):
            name = f"{self._wire.api}|{self._app}|{self._repository}|{_fingerprint(key)}"
            kept, end = _tokens.get(name, ("", 0))
            if end - EARLY > self._now():
                yield kept
            _tokens[name] = self._minted(key)
            yield _tokens[name][0]

    def _minted(self, key: str) -> tuple[str, int]:
        """An installation's token and when it ends (ms)."""
        bearer = self._jwt(key)
        found = self._wire.send("GET", f"/repos/{self._repository}/installation", bearer=bearer, fine=(404,))
        if found.status == 404:
            raise Denied(f"the App is not installed in {self._repository}", lost=True)
        path = f"/app/installations/{found.told['id']}/access_tokens"
        told = self._wire.send("POST", path, {}, bearer=bearer).told
        return str(told["token"]), milliseconds(told.get("expires_at"))

    def _as_app(self, path: str) -> Got:
        keys = iter(self._given("private_key"))
        return self._first(keys, lambda key: self._wire.send("GET", path, bearer=self._jwt(key)))

    def _jwt(self, key: str) -> str:
        """Its clock may be behind ours: GitHub asks for a minute's grace."""
        import jwt

        now = self._now() // 1000
        try:
            return jwt.encode({"iat": now - 60, "exp": now + 540, "iss": self._app}, key, algorithm="RS256")
        except (ValueError, TypeError, jwt.InvalidKeyError) as error:
            raise Denied("private_key is not an RSA key in PEM", lost=True) from error

    def _given(self, name: str) -> list[str]:
        return [secret for secret in self._secrets.get(name, ()) if secret]

    def _first(self, credentials: Iterator[str], send: Callable[[str], Got]) -> Got:
        refused = Denied(f"no {'private_key' if self._app else 'token'} is configured", lost=True)
        while True:
            try:
                return send(next(credentials))
            except StopIteration:
                raise refused from None
            except Denied as denied:
                if not denied.lost:
                    raise
                refused = denied


def _fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:16]
