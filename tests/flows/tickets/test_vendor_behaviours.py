"""How vendors behave, each by a small script of a fake, on every tracker: a right that is taken and given back, a token
that ends, each kind of rate limit, who reads it changed."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.aws.outside import GuardedOutside
from chalicelib.ports import Answer, Request
from chalicelib.trackers.github import access
from chalicelib.trackers.linear import client
from tests.fakes import Parley
from tests.peers.sides import SIDES
from tests.trackers.hands import on_github, on_linear
from tests.tracking import Desk

KINDS = ("jira", "gitlab", "asana", "github", "linear")
NIGHT = 25 * 3600
Script = Callable[[Request], Answer | None]


def answered(status: int, body: Any, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(body).encode())


@dataclass
class Way:
    """The way out, on which a script of a test's may answer first."""

    script: Script = lambda request: None
    out: GuardedOutside = field(default_factory=lambda: GuardedOutside(allow_loopback=True))
    asked: int = 0

    def send(self, request: Request) -> Answer:
        self.asked += 1
        return self.script(request) or self.out.send(request)


@contextmanager
def connected(parley: Parley, kind: str) -> Iterator[tuple[Desk, str, Way]]:
    """A desk, an install of that tracker, and the way there."""
    way = Way()
    parley.world = replace(parley.world, outside=way)
    for cache in (access._tokens, access._actors, client._teams):
        cache.clear()
    with on_github() if kind == "github" else on_linear() if kind == "linear" else SIDES[kind]().peer as there:
        if kind in SIDES:
            settings = {
                "jira": ({"url": there.url, "project": "ACME", "deployment": "cloud"}, "bot-token"),
                "gitlab": ({"url": there.url, "project": "acme/api"}, "glpat-bot"),
                "asana": ({"url": there.url, "project": "1200000000000001"}, "asana-bot"),
            }
            config, token = settings[kind]
            credentials = {"token": token} | ({"email": "bot@acme.example"} if kind == "jira" else {})
            there.post = lambda url, headers, body: (200, {})
        else:
            config, credentials = there.config, there.credentials
        desk = Desk(parley)
        body = {"kind": kind, "name": "Work", "config": config, "credentials": credentials}
        install = str(desk.api.post("/v1/installs", body).json["id"])
        assert desk.api.post(f"/v1/installs/{install}/try").json["missing"] == []
        yield desk, install, way


def raised(desk: Desk, install: str) -> str:
    made = desk.api.post("/v1/issues", {"title": "It breaks", "tickets": [install]})
    desk.settle()
    return str(made.json["id"])


def row(desk: Desk, issue: str) -> dict[str, Any]:
    (found,) = desk.api.get(f"/v1/issues/{issue}/tickets").json["items"]
    return dict(found)


NOT_FOUND = {
    "jira": answered(404, {"errorMessages": ["Issue does not exist or you do not have permission to see it."]}),
    "gitlab": answered(404, {"message": "404 Not found"}),
    "asana": answered(403, {"errors": [{"message": "task: Forbidden"}]}),
    "github": answered(404, {"message": "Not Found"}),
    "linear": answered(200, {"data": None, "errors": [{"message": "Entity not found: Issue"}]}),
}


def about_a_ticket(request: Request) -> bool:
    path = request.url.partition("?")[0]
    return b"issue(id:" in request.body or any(f"/{name}/" in path for name in ("issue", "issues", "tasks"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_right_that_is_taken_and_given_back(parley: Parley, kind: str) -> None:
    with connected(parley, kind) as (desk, install, way):
        issue = raised(desk, install)
        assert row(desk, issue)["standing"] == "linked"
        way.script = lambda request: NOT_FOUND[kind] if about_a_ticket(request) else None
        desk.patch(issue, state="done", tell="quiet")
        desk.settle()
        assert row(desk, issue)["standing"] == "lost"
        assert "unlink" in row(desk, issue)["trouble"]
        way.script = lambda request: None
        desk.pass_(NIGHT)
        assert row(desk, issue)["standing"] == "linked"
        assert row(desk, issue)["state"] == "done"


ENDED = {
    "linear": answered(400, {"errors": [{"message": "x", "extensions": {"code": "AUTHENTICATION_ERROR"}}]}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_that_ends_pauses_the_install_and_a_new_one_goes_on(parley: Parley, kind: str) -> None:
    with connected(parley, kind) as (desk, install, way):
        issue = raised(desk, install)
        way.script = lambda request: ENDED.get(kind, answered(401, {"message": "Unauthorized"}))
        desk.patch(issue, state="done", tell="quiet")
        desk.settle()
        found = desk.api.get(f"/v1/installs/{install}").json
        assert found["state"] == "paused"
        assert found["disabled_because"]
        way.script = lambda request: None
        assert desk.api.patch(f"/v1/installs/{install}", {"state": "active"}).status == 200
        desk.pass_(4_000)
        assert row(desk, issue)["state"] == "done"


def soon(parley: Parley, seconds: int) -> str:
    return str(parley.clock.at // 1000 + seconds)


def iso(parley: Parley, seconds: int) -> str:
    from chalicelib.desk.times import rfc3339

    return rfc3339(parley.clock.at + seconds * 1000)


LIMITS: list[tuple[str, Callable[[Parley], Answer]]] = [
    *((kind, lambda p: answered(429, {"message": "slow"}, retry_after="200")) for kind in KINDS),
    ("github", lambda p: answered(403, {"message": "API rate limit exceeded"}, retry_after="200")),
    (
        "github",
        lambda p: answered(403, {"message": "x"}, x_ratelimit_remaining="0", x_ratelimit_reset=soon(p, 200)),
    ),
    ("gitlab", lambda p: answered(429, {"message": "x"}, ratelimit_reset=soon(p, 200))),
    ("jira", lambda p: answered(429, {}, x_ratelimit_reset=iso(p, 200))),
    (
        "linear",
        lambda p: answered(
            400,
            {"errors": [{"message": "x", "extensions": {"code": "RATELIMITED"}}]},
            x_ratelimit_requests_remaining="0",
            x_ratelimit_requests_reset=str(p.clock.at + 200_000),
        ),
    ),
]


@pytest.mark.parametrize(("kind", "limit"), LIMITS, ids=[f"{kind}-{n}" for n, (kind, _) in enumerate(LIMITS)])
def test_each_kind_of_rate_limit_is_waited_for(parley: Parley, kind: str, limit: Callable[[Parley], Answer]) -> None:
    with connected(parley, kind) as (desk, install, way):
        issue = raised(desk, install)
        answer = limit(parley)
        way.script = lambda request: answer
        desk.patch(issue, state="done", tell="quiet")
        desk.settle()
        asked = way.asked
        desk.pass_(100)
        assert way.asked == asked
        way.script = lambda request: None
        desk.pass_(400)
        assert row(desk, issue)["state"] == "done"
