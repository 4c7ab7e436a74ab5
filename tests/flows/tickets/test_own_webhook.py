"""A webhook that is switched off or gone there is found out by asking, each night and at a try: made again, never
twice, or said."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.aws.outside import GuardedOutside
from chalicelib.desk.tickets import HookState
from tests.api import Client
from tests.fakes import Parley
from tests.peers.sides import SIDES
from tests.tracking import Desk, denied

NIGHT = 25 * 3600


@pytest.fixture
def desk(parley: Parley) -> Desk:
    return Desk(parley)


def tried(desk: Desk, install: str = "") -> dict[str, Any]:
    return dict(desk.api.post(f"/v1/installs/{install or desk.install}/try").json)


def url(desk: Desk) -> str:
    return f"https://parley.test/in/tracker/{desk.install}"


def registered(desk: Desk) -> None:
    assert desk.api.post(f"/v1/installs/{desk.install}/webhook").status == 200


def trouble(desk: Desk) -> Any:
    return desk.api.get(f"/v1/installs/{desk.install}/tracking").json["webhook_trouble"]


@pytest.mark.parametrize("state", [None, HookState(standing="missing"), HookState(standing="off")])
@pytest.mark.parametrize("night", [True, False])
def test_one_that_we_made_is_made_again(desk: Desk, state: HookState | None, night: bool) -> None:
    registered(desk)
    if state:
        desk.there.hooks[url(desk)] = state
    if night:
        desk.pass_(NIGHT)
    else:
        assert "its webhook is there, and switched on" in tried(desk)["right"]
    made = [write for write in desk.there.writes if write[0] == "register"]
    assert made == [("register", url(desk))] * (2 if state else 1)
    assert trouble(desk) is None


def test_one_that_cannot_be_made_again_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    registered(desk)
    desk.there.hooks[url(desk)] = HookState(standing="off")

    def refuses(url: str, secret: str) -> None:
        raise denied("it needs the role Maintainer")

    monkeypatch.setattr(desk.there, "register", refuses)
    desk.pass_(NIGHT)
    words = "its webhook is switched off there: it needs the role Maintainer"
    assert trouble(desk) == words
    assert words in tried(desk)["missing"]


def test_whoever_may_not_ask_says_so_and_makes_none(desk: Desk) -> None:
    registered(desk)
    desk.there.hooks[url(desk)] = HookState(standing="barred", reason="HTTP 403")
    desk.pass_(NIGHT)
    words = "the token may not ask whether its webhook is on: HTTP 403"
    assert trouble(desk) == words
    assert words in tried(desk)["right"]
    assert len([write for write in desk.there.writes if write[0] == "register"]) == 1


def test_where_nobody_can_ask_a_try_says_so_and_a_night_has_nothing_to_say(desk: Desk) -> None:
    desk.there.hooks[url(desk)] = HookState(standing="untold", reason="it was made by hand")
    desk.pass_(NIGHT)
    assert trouble(desk) is None
    assert "whether its webhook is on is not told: it was made by hand" in tried(desk)["right"]


def test_one_that_we_did_not_make_is_not_made(desk: Desk) -> None:
    desk.pass_(NIGHT)
    assert tried(desk)["missing"] == []
    desk.there.hooks[url(desk)] = HookState(standing="off", reason="disabled")
    assert "its webhook is switched off there: disabled" in tried(desk)["missing"]
    assert desk.there.writes == []


def test_a_jira_app_says_that_its_token_may_not_ask(parley: Parley) -> None:
    side = SIDES["jira"]()
    with side.peer:
        parley.world = replace(parley.world, outside=GuardedOutside(allow_loopback=True))
        desk = Desk(parley)
        credentials = side.credentials | {"client_secret": "s" * 40}
        body = {"kind": "jira", "name": "Work", "config": side.config, "credentials": credentials}
        install = desk.api.post("/v1/installs", body).json["id"]
        answer = tried(desk, install)
        words = "the token may not ask whether its webhook is on: an app's dynamic webhooks"
        assert any(line.startswith(words) for line in answer["right"])
        assert not side.peer.hooks
        tracking = desk.api.get(f"/v1/installs/{install}/tracking").json
        assert tracking["webhook_trouble"].startswith(words)


# --- as each vendor tells it --------------------------------------------------------------------------------------


def off(side: Any) -> None:
    for hook in side.peer.hooks.values():
        hook |= {"alert_status": "disabled", "active": False, "enabled": False}


def gone(side: Any) -> None:
    side.peer.hooks.clear()


@pytest.mark.parametrize("kind", SIDES)
@pytest.mark.parametrize("happens", [off, gone])
def test_each_vendor_is_asked_and_there_are_never_two(parley: Parley, kind: str, happens: Any) -> None:
    side = SIDES[kind]()
    with side.peer:
        parley.world = replace(parley.world, outside=GuardedOutside(allow_loopback=True))
        desk = Desk(parley)

        def take(url: str, headers: Any, body: bytes) -> Any:
            path, _, query = url.removeprefix("https://parley.test").partition("?")
            fields = dict(pair.split("=", 1) for pair in query.split("&") if pair)
            got = Client()("POST", path, raw=body.decode(), headers=dict(headers), **fields)
            return got.status, {name.lower(): value for name, value in got.headers.items()}

        side.peer.post = take
        body = {"kind": kind, "name": "Work", "config": side.config, "credentials": side.credentials}
        install = desk.api.post("/v1/installs", body).json["id"]
        assert desk.api.post(f"/v1/installs/{install}/webhook").status == 200
        on = "its webhook is there, and switched on"
        assert on in tried(desk, install)["right"]
        happens(side)
        parley.clock.at += 2_000  # a container believes its copy of an install for a second
        answer = tried(desk, install)
        assert len(side.peer.hooks) == 1
        if kind == "gitlab" and happens is off:  # GitLab alone switches it on again
            assert any("switched off there: disabled" in line for line in answer["missing"])
        else:
            assert on in answer["right"]
