"""Linear's OAuth tokens end after a day: one worker exchanges a refresh token, once, and what it brings is kept."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Barrier
from typing import Any
from urllib.parse import parse_qsl

import pytest

from chalicelib.aws.outside import GuardedOutside
from chalicelib.desk.workspaces import Install
from chalicelib.flows.secrets import Opened
from chalicelib.flows.tickets.tracker import tickets_of
from chalicelib.ports import Answer, ProviderBusy, ProviderRefused, Request, Secrets, Unreachable, over, ref
from chalicelib.trackers.linear import client
from tests.fakes import Parley
from tests.trackers.hands import on_linear
from tests.tracking import Desk


@dataclass
class Linear:
    """Linear's door: the token and the refresh token that it takes, and who knocked."""

    inside: str
    taken: str = "access-1"
    number: int = 1
    out: GuardedOutside = field(default_factory=lambda: GuardedOutside(allow_loopback=True))
    exchanged: list[dict[str, str]] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)

    def send(self, request: Request) -> Answer:
        if request.url.endswith("/oauth/token"):
            return self.exchange(dict(parse_qsl(request.body.decode())))
        if request.headers["authorization"] != f"Bearer {self.taken}":
            words = {"message": "x", "extensions": {"code": "AUTHENTICATION_ERROR"}}
            return Answer(400, {}, json.dumps({"errors": [words]}).encode())
        return self.out.send(replace(request, headers=request.headers | {"authorization": self.inside}))

    def exchange(self, fields: dict[str, str]) -> Answer:
        self.exchanged.append(fields)
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, BaseException):
                raise answer
            assert isinstance(answer, Answer)
            return answer
        if fields["refresh_token"] != f"refresh-{self.number}":
            return Answer(400, {}, b'{"error": "invalid_grant", "error_description": "it was used"}')
        self.number += 1
        self.taken = f"access-{self.number}"
        given = {"access_token": self.taken, "refresh_token": f"refresh-{self.number}"}
        return Answer(200, {}, json.dumps(given | {"token_type": "Bearer", "expires_in": 86399}).encode())


@dataclass
class Scene:
    desk: Desk
    linear: Linear
    install: str

    def state(self) -> dict[str, Any]:
        return dict(self.desk.api.get(f"/v1/installs/{self.install}").json)

    def works(self) -> bool:
        return bool(self.desk.api.post(f"/v1/installs/{self.install}/try").json["ok"])

    def stored(self) -> Install:
        found = self.desk.parley.world.store.one(ref(Install, self.install))
        assert found
        return found


@pytest.fixture
def scene(parley: Parley) -> Iterator[Scene]:
    client._teams.clear()
    with on_linear() as there:
        linear = Linear(there.credentials["token"])
        parley.world = replace(parley.world, outside=linear)
        desk = Desk(parley)
        credentials = {"token": "access-1", "refresh_token": "refresh-1", "client_secret": "s3cret"}
        body = {
            "kind": "linear",
            "name": "L",
            "config": there.config | {"client_id": "app"},
            "credentials": credentials,
        }
        yield Scene(desk, linear, str(desk.api.post("/v1/installs", body).json["id"]))


def test_a_token_that_ends_is_renewed_and_what_came_is_kept(scene: Scene) -> None:
    assert scene.works()
    assert scene.linear.exchanged == []
    for day in (1, 2, 3):
        scene.linear.taken = ""
        assert scene.works()
        assert len(scene.linear.exchanged) == day
    asked = {"grant_type": "refresh_token", "client_id": "app", "client_secret": "s3cret"}
    assert scene.linear.exchanged == [asked | {"refresh_token": f"refresh-{day}"} for day in (1, 2, 3)]
    assert scene.state()["state"] == "active"
    assert "refresh-4" not in json.dumps(scene.state())


def test_without_a_token_the_refresh_token_brings_one(scene: Scene) -> None:
    install = scene.stored()
    kept = tuple(secret for secret in install.secrets if secret.name != "token")
    scene.desk.parley.world.store.commit(over(install.changed(secrets=kept), install))
    assert scene.works()
    assert len(scene.linear.exchanged) == 1


def test_of_two_workers_one_asks_and_the_other_takes_what_came(scene: Scene) -> None:
    world, install = scene.desk.parley.world, scene.stored()
    scene.linear.taken = ""
    first, second = tickets_of(world, install), tickets_of(world, install)
    exchange, met = scene.linear.exchange, []

    def meanwhile(fields: dict[str, str]) -> Answer:
        with pytest.raises(ProviderBusy) as busy:
            second.probe()
        met.append(busy.value.after)
        return exchange(fields)

    scene.linear.exchange = meanwhile  # type: ignore[method-assign]
    assert first.probe().account
    assert met == [5]
    assert second.probe().account
    assert tickets_of(world, scene.stored()).probe().account
    assert len(scene.linear.exchanged) == 1


def test_many_workers_at_once_ask_once(scene: Scene) -> None:
    world, install = scene.desk.parley.world, scene.stored()
    asked: list[str] = []
    barrier = Barrier(6)

    def exchange(secrets: Secrets) -> dict[str, str]:
        asked.append(secrets["refresh_token"][0])
        return {"token": "access-2", "refresh_token": "refresh-2"}

    def work(_: int) -> str:
        opened = Opened(world, install)
        barrier.wait()
        for _ in range(200):
            try:
                opened.renew("token", "access-1", exchange)
            except ProviderBusy:
                continue
            return opened["token"][0]
        return ""

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(work, range(6))) == {"access-2"}
    assert asked == ["refresh-1"]


def test_a_worker_that_dies_over_it_holds_the_others_up_for_a_minute(scene: Scene) -> None:
    scene.linear.taken = ""
    scene.linear.answers.append(SystemExit())
    with pytest.raises(SystemExit):
        tickets_of(scene.desk.parley.world, scene.stored()).probe()
    with pytest.raises(ProviderBusy):
        tickets_of(scene.desk.parley.world, scene.stored()).probe()
    scene.desk.parley.clock.at += 61_000
    assert scene.works()


@pytest.mark.parametrize("answer", [Unreachable("away"), Answer(503), Answer(429, {"retry-after": "7"})])
def test_where_linear_is_away_it_is_asked_again(scene: Scene, answer: Any) -> None:
    scene.linear.taken = ""
    scene.linear.answers.append(answer)
    with pytest.raises(ProviderBusy):
        tickets_of(scene.desk.parley.world, scene.stored()).probe()
    assert scene.works()


@pytest.mark.parametrize(
    "answer", [Answer(400, {}, b'{"error": "invalid_grant"}'), Answer(401), Answer(200, {}, b"{}")]
)
def test_a_refresh_token_that_is_taken_no_more_pauses_the_install_which_says_so(scene: Scene, answer: Answer) -> None:
    scene.linear.taken = ""
    scene.linear.answers += [answer] * 9
    desk = scene.desk
    desk.api.post("/v1/issues", {"title": "It breaks", "tickets": [scene.install]})
    desk.settle()
    assert scene.state()["state"] == "paused"
    assert "connect the app again" in scene.state()["disabled_because"]
    scene.linear.answers.clear()
    credentials = {"token": "access-9", "refresh_token": "refresh-9"}
    scene.linear.taken = "access-9"
    assert (
        desk.api.patch(f"/v1/installs/{scene.install}", {"credentials": credentials, "state": "active"}).status == 200
    )
    assert scene.works()


def test_a_personal_key_that_is_refused_is_not_renewed(scene: Scene) -> None:
    install = scene.stored()
    kept = tuple(secret for secret in install.secrets if secret.name != "refresh_token")
    scene.desk.parley.world.store.commit(over(install.changed(secrets=kept), install))
    scene.linear.taken = ""
    with pytest.raises(ProviderRefused):
        tickets_of(scene.desk.parley.world, scene.stored()).probe()
    assert scene.linear.exchanged == []
