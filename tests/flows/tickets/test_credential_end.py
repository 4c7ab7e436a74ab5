"""When a token ends is said before it does, where the vendor says so: at a try, each night, on the install."""

import json
from dataclasses import replace

import pytest

from chalicelib.aws.outside import GuardedOutside
from chalicelib.desk.times import DAY_MS, rfc3339
from chalicelib.ports import Answer, Request
from tests.fakes import Parley
from tests.peers.sides import SIDES
from tests.trackers.peering import Ours
from tests.tracking import Desk

NIGHT = 25 * 3600


@pytest.mark.parametrize(("days", "good"), [(15, True), (13, False), (-1, False)])
def test_a_try_and_a_night_say_when_it_ends(parley: Parley, days: int, good: bool) -> None:
    desk = Desk(parley)
    path = f"/v1/installs/{desk.install}"
    assert desk.api.get(path).json["credentials_end_at"] is None
    ends = desk.there.ends_at = parley.clock.at + days * DAY_MS
    desk.pass_(NIGHT)
    assert desk.api.get(path).json["credentials_end_at"] == rfc3339(ends)
    parley.clock.at -= NIGHT * 1000
    answer = desk.api.post(f"{path}/try").json
    day = rfc3339(ends)[:10]
    assert [line for line in answer["right" if good else "missing"] if day in line]
    assert answer["ok"] is good


def test_a_new_credential_ends_as_it_will(parley: Parley) -> None:
    desk = Desk(parley)
    side = SIDES["gitlab"]()
    with side.peer:
        parley.world = replace(parley.world, outside=GuardedOutside(allow_loopback=True))
        side.peer.token_ends = "2099-02-03"
        body = {"kind": "gitlab", "name": "Work", "config": side.config, "credentials": side.credentials}
        path = f"/v1/installs/{desk.api.post('/v1/installs', body).json['id']}"
        assert "its token is good until 2099-02-03" in desk.api.post(f"{path}/try").json["right"]
        assert desk.api.get(path).json["credentials_end_at"] == "2099-02-03T00:00:00.000Z"
        assert desk.api.patch(path, {"credentials": side.credentials}).json["credentials_end_at"] is None


@pytest.mark.parametrize("ends", [None, "", "soon"])
def test_a_token_without_an_end_says_nothing(ends: str | None) -> None:
    side = SIDES["gitlab"]()
    with side.peer:
        side.peer.token_ends = ends
        assert Ours("gitlab", side.config, **side.credentials).tickets.ends() == 0


GITHUB = [
    ("2026-12-10 09:30:00 UTC", "2026-12-10T09:30:00.000Z"),
    ("2026-12-10 09:30:00 +0900", "2026-12-10T00:30:00.000Z"),
    ("soon", ""),
    ("", ""),
]


@pytest.mark.parametrize(("header", "at"), GITHUB)
def test_github_says_it_with_every_answer(header: str, at: str) -> None:
    class Site:
        def send(self, request: Request) -> Answer:
            headers = {"github-authentication-token-expiration": header} if header else {}
            return Answer(200, headers, json.dumps({"full_name": "acorn/api"}).encode())

    ours = Ours("github", {"repository": "acorn/api"}, token="github_pat_1")
    there = ours.tracker.tickets(ours.install, ours.secrets, Site(), now=lambda: 1)
    assert (rfc3339(there.ends()) if at else there.ends()) == (at or 0)
