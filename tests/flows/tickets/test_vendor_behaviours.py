"""How vendors behave, each by a small script of a fake, on every tracker to which it applies (TABLE): an index that
lags, a webhook that is switched off, an answer that is lost, a right that is taken and given back, readers that change,
a screen without a field, a second page, a token that ends, each kind of rate limit."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.aws.outside import GuardedOutside
from chalicelib.ports import Answer, Request, Unreachable
from chalicelib.trackers.github import access
from chalicelib.trackers.linear import client
from tests.api import Client
from tests.fakes import Parley
from tests.peers.sides import SIDES
from tests.trackers.hands import on_github, on_linear
from tests.tracking import Desk

KINDS = ("jira", "gitlab", "asana", "github", "linear")
# What vendors do → where it can happen. The others have no such thing.
TABLE = {
    "an index that lags": ("jira",),
    "a webhook that is switched off": ("jira", "asana", "github", "linear"),
    "a webhook that GitLab alone switches on again": ("gitlab",),
    "a webhook that is gone": KINDS,
    "a token that may not ask for webhooks": KINDS,
    "an answer that is lost": KINDS,
    "a right that is taken and given back": KINDS,
    "readers that change": ("jira", "gitlab", "github"),
    "a screen without a field": ("jira",),
    "a second page": KINDS,
    "a token that ends": KINDS,
}


def where(behaviour: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", TABLE[behaviour])


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
    there: Any = None

    def send(self, request: Request) -> Answer:
        self.asked += 1
        return self.script(request) or self.out.send(request)

    def say(self, ticket: str, text: str) -> None:
        """Somebody there comments."""
        self.there.say(ticket, text)


@contextmanager
def connected(parley: Parley, kind: str) -> Iterator[tuple[Desk, str, Way]]:
    """A desk, an install of that tracker, and the way there."""
    way = Way()
    parley.world = replace(parley.world, outside=way)
    for cache in (access._tokens, access._actors, client._teams):
        cache.clear()
    side = SIDES[kind]() if kind in SIDES else None
    with side.peer if side else on_github() if kind == "github" else on_linear() as team:
        way.there = side or team
        config, credentials = way.there.config, way.there.credentials
        if side:
            side.peer.post = lambda url, headers, body: _taken(url, headers, body)
        desk = Desk(parley)
        body = {"kind": kind, "name": "Work", "config": config, "credentials": credentials}
        install = str(desk.api.post("/v1/installs", body).json["id"])
        assert desk.api.post(f"/v1/installs/{install}/try").json["missing"] == []
        yield desk, install, way


def _taken(url: str, headers: Any, body: bytes) -> Any:
    """A webhook of a twin's, as the edge takes it."""
    path, _, query = url.removeprefix("https://parley.test").partition("?")
    fields = dict(pair.split("=", 1) for pair in query.split("&") if pair)
    got = Client()("POST", path, raw=body.decode(), headers=dict(headers), **fields)
    return got.status, {name.lower(): value for name, value in got.headers.items()}


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


@where("a right that is taken and given back")
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


@where("a token that ends")
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


# --- what is made, and whether its answer is heard ---


def makes(request: Request) -> bool:
    path = request.url.partition("?")[0]
    return request.method == "POST" and (
        path.endswith(("/issue", "/issues", "/tasks")) or b"issueCreate" in request.body
    )


@where("an answer that is lost")
def test_after_an_answer_that_is_lost_there_is_one_ticket(parley: Parley, kind: str) -> None:
    with connected(parley, kind) as (desk, install, way):
        made: list[Request] = []

        def lost(request: Request) -> Answer | None:
            if not makes(request):
                return None
            made.append(request)
            answer = way.out.send(request)
            if len(made) == 1:
                raise Unreachable("the connection broke")
            return answer

        way.script = lost
        issue = raised(desk, install)
        for _ in range(6):
            desk.pass_(300)
        assert (row(desk, issue)["standing"], len(made)) == ("linked", 1)


@where("an index that lags")
def test_while_an_index_lags_nothing_is_made_again(parley: Parley, kind: str) -> None:
    with connected(parley, kind) as (desk, install, way):
        made: list[Request] = []

        def lost(request: Request) -> Answer | None:
            if not makes(request):
                return None
            made.append(request)
            way.out.send(request)
            raise Unreachable("the connection broke")

        way.script, way.there.peer.lag = lost, 10**9
        issue = raised(desk, install)
        desk.pass_(70)
        assert (row(desk, issue)["standing"], len(made)) == ("making", 1)
        way.there.peer.lag = 0
        desk.pass_(300)
        assert (row(desk, issue)["standing"], len(made)) == ("linked", 1)


@where("a screen without a field")
@pytest.mark.parametrize("lacking", ["labels", "description"])
def test_a_screen_without_a_field_has_its_ticket(parley: Parley, kind: str, lacking: str) -> None:
    with connected(parley, kind) as (desk, install, way):
        way.there.peer.screen -= {lacking}
        issue = raised(desk, install)
        assert row(desk, issue)["standing"] == "linked"
        missing = desk.api.post(f"/v1/installs/{install}/try").json["missing"]
        assert any(lacking.title() in line for line in missing)


# --- webhooks ---


HOOKS = ("/hooks", "/webhook", "/webhooks")


def lists_hooks(request: Request) -> bool:
    return (request.method == "GET" and request.url.partition("?")[0].endswith(HOOKS)) or b"webhooks(" in request.body


def changed_hooks(answer: Answer, off: bool) -> Answer:
    """The listing, with each webhook switched off; or with none."""
    body = json.loads(answer.body)
    wrapped = body.get("data") if isinstance(body, dict) else body
    hooks = wrapped["webhooks"]["nodes"] if isinstance(wrapped, dict) else wrapped
    kept = [hook | {"active": False, "enabled": False, "alert_status": "disabled"} for hook in hooks] if off else []
    hooks[:] = kept
    return replace(answer, body=json.dumps(body).encode())


def troubled(desk: Desk, install: str) -> Any:
    return desk.api.get(f"/v1/installs/{install}/tracking").json["webhook_trouble"]


def registered(desk: Desk, install: str) -> None:
    assert desk.api.post(f"/v1/installs/{install}/webhook").status == 200
    desk.parley.clock.at += 2_000


def until_asked_again(way: Way, off: bool, made: list[Request]) -> Script:
    """The webhook is off, or gone, until it is made again."""

    def script(request: Request) -> Answer | None:
        makes_one = b"webhookCreate" in request.body or (
            request.method in ("POST", "PUT", "PATCH") and any(f"{name}" in request.url for name in HOOKS)
        )
        if makes_one:
            made.append(request)
        if lists_hooks(request) and not made:
            return changed_hooks(way.out.send(request), off)
        return None

    return script


@where("a webhook that is switched off")
def test_a_webhook_that_is_switched_off_is_made_again_at_night(parley: Parley, kind: str) -> None:
    with connected(parley, kind) as (desk, install, way):
        registered(desk, install)
        made: list[Request] = []
        way.script = until_asked_again(way, True, made)
        desk.pass_(NIGHT)
        assert len(made) == 1
        assert troubled(desk, install) is None


@where("a webhook that GitLab alone switches on again")
def test_a_webhook_that_only_they_can_switch_on_is_said(parley: Parley, kind: str) -> None:
    with connected(parley, kind) as (desk, install, way):
        registered(desk, install)
        way.script = lambda request: changed_hooks(way.out.send(request), True) if lists_hooks(request) else None
        desk.pass_(NIGHT)
        assert "switched off there" in troubled(desk, install)


@where("a webhook that is gone")
def test_a_webhook_that_is_gone_is_made_again_at_night(parley: Parley, kind: str) -> None:
    with connected(parley, kind) as (desk, install, way):
        registered(desk, install)
        made: list[Request] = []
        way.script = until_asked_again(way, False, made)
        desk.pass_(NIGHT)
        assert made
        assert troubled(desk, install) is None


MAY_NOT = {
    "linear": answered(200, {"errors": [{"message": "x", "extensions": {"userPresentableMessage": "admins only"}}]}),
}


@where("a token that may not ask for webhooks")
def test_a_token_that_may_not_ask_says_so(parley: Parley, kind: str) -> None:
    with connected(parley, kind) as (desk, install, way):
        refused = MAY_NOT.get(kind, answered(403, {"message": "Forbidden"}))
        way.script = lambda request: refused if lists_hooks(request) else None
        desk.pass_(NIGHT)
        assert troubled(desk, install).startswith("the token may not ask")
        answer = desk.api.post(f"/v1/installs/{install}/try").json
        assert [line for line in answer["right"] if line.startswith("the token may not ask")]
        assert answer["ok"]


# --- who reads it, and how much there is to read ---


def opened(way: Way, kind: str) -> None:
    """Strangers read it from now on."""
    if kind == "jira":
        way.there.peer.anyone = True
    elif kind == "gitlab":
        way.there.peer.visibility = "public"
    else:

        def public(request: Request) -> Answer | None:
            if request.method == "GET" and request.url.endswith("/repos/acorn/api"):
                answer = way.out.send(request)
                shown = json.loads(answer.body) | {"private": False, "visibility": "public"}
                return replace(answer, body=json.dumps(shown).encode())
            return None

        way.script = public


@where("readers that change")
def test_when_readers_change_private_words_stay(parley: Parley, kind: str) -> None:
    with connected(parley, kind) as (desk, install, way):
        before = raised(desk, install)
        opened(way, kind)
        desk.pass_(11 * 60)
        issue = raised(desk, install)
        assert row(desk, issue)["standing"] == "making"
        assert row(desk, issue)["trouble"] == "needs a public title"
        exposed = desk.api.get(f"/v1/installs/{install}/exposed").json["items"]
        assert [each["issue"] for each in exposed] == [before]
        desk.patch(issue, public_title="Export")
        desk.settle()
        assert row(desk, issue)["standing"] == "linked"


@where("a second page")
def test_what_stands_on_a_second_page_is_read(parley: Parley, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"chalicelib.trackers.{kind}.client.PAGE", 2)
    with connected(parley, kind) as (desk, install, way):
        issue = raised(desk, install)
        ticket = row(desk, issue)["ticket"]
        for number in range(5):
            way.say(ticket, f"No. {number}")
        desk.pass_(NIGHT)
        comments = desk.api.get(f"/v1/issues/{issue}/comments").json["items"]
        assert sorted(each["text"] for each in comments) == [f"No. {number}" for number in range(5)]


def test_each_tracker_has_each_behaviour_but_for_those_that_it_cannot_have() -> None:
    said = {name for name in globals() if name.startswith("test_")}
    assert len(said) >= len(TABLE)
    assert {kind for kinds in TABLE.values() for kind in kinds} == set(KINDS)
    assert {kind for kind, _ in LIMITS} == set(KINDS)
