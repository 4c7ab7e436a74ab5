"""A ticket whose making was not answered is looked for, until the tracker may be believed that there is none: there is
never a second one, however late its index is."""

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.aws.outside import GuardedOutside
from chalicelib.ports import Answer, Request, Unreachable
from chalicelib.trackers.github import access
from chalicelib.trackers.linear import client
from tests.fakes import Parley
from tests.peers.sides import SIDES
from tests.trackers.hands import on_github, on_linear
from tests.tracking import Desk, busy, denied


@pytest.fixture
def desk(parley: Parley) -> Desk:
    return Desk(parley)


@pytest.mark.parametrize(("made", "trusted"), [(True, (0, 1)), (True, (120_000, 2)), (False, (120_000, 2))])
@pytest.mark.parametrize("late", [0, 1, 2])
def test_it_is_looked_for_before_another_is_made(desk: Desk, made: bool, trusted: tuple[int, int], late: int) -> None:
    if late and trusted == (0, 1):
        return
    desk.there.TRUSTED = trusted
    create, found, losing = desk.there.create, desk.there.made, [True]
    looks: list[int] = []

    def lost(draft: Any) -> Any:
        if losing.pop() if losing else False:
            if made:
                create(draft)
            raise busy()
        return create(draft)

    def lagging(mark: str, since: int) -> Any:
        looks.append(desk.parley.clock.at)
        return found(mark, since) if len(looks) > late else None

    desk.there.create, desk.there.made = lost, lagging  # type: ignore[method-assign]
    issue = desk.raised("acme")["id"]
    asked = desk.parley.clock.at
    for _ in range(8):
        desk.pass_(70)
    assert len(desk.there.tickets_) == 1
    (row,) = desk.api.get(f"/v1/issues/{issue}/tickets").json["items"]
    assert row["standing"] == "linked"
    if not made:
        assert len(looks) >= 2
        assert looks[-1] - asked >= 110_000


def test_a_refusal_is_an_answer(desk: Desk) -> None:
    desk.there.moods = [None, denied("no such label")]  # type: ignore[list-item]
    desk.raised("acme")
    assert desk.there.tickets_ == {}
    desk.there.reads.clear()
    desk.patch(desk.api.get("/v1/issues").json["items"][0]["id"], priority="high")
    desk.settle()
    assert len(desk.there.tickets_) == 1
    assert "made" not in desk.there.reads


@dataclass
class Lossy:
    """The way out, of which the answer to the first making is lost on the way back."""

    out: GuardedOutside = field(default_factory=lambda: GuardedOutside(allow_loopback=True))
    makings: int = 0

    def send(self, request: Request) -> Answer:
        answer = self.out.send(request)
        path = request.url.partition("?")[0]
        makes = path.endswith(("/issue", "/issues", "/tasks")) or b"issueCreate" in request.body
        if request.method == "POST" and makes:
            self.makings += 1
            if self.makings == 1:
                raise Unreachable("the connection broke")
        return answer


@contextmanager
def hosted(kind: str) -> Any:
    if kind in SIDES:
        side = SIDES[kind]()
        with side.peer:
            yield side, side.config, side.credentials, lambda: len(side.tickets())
        return
    for cache in (access._tokens, access._actors, client._teams):
        cache.clear()
    with on_github() if kind == "github" else on_linear() as team:
        yield None, team.config, team.credentials, lambda: 1


@pytest.mark.parametrize("kind", [*SIDES, "github", "linear"])
def test_on_each_tracker_there_is_one(parley: Parley, kind: str) -> None:
    way = Lossy()
    parley.world = replace(parley.world, outside=way)
    with hosted(kind) as (side, config, credentials, count):
        desk = Desk(parley)
        body = {"kind": kind, "name": "Work", "config": config, "credentials": credentials}
        install = desk.api.post("/v1/installs", body).json["id"]
        issue = desk.api.post("/v1/issues", {"title": "x", "tickets": [install]}).json["id"]
        if kind == "jira":
            side.peer.lag = 10**9  # the index knows nothing yet
        desk.settle()
        desk.pass_(70)
        if kind == "jira":
            (row,) = desk.api.get(f"/v1/issues/{issue}/tickets").json["items"]
            assert (row["standing"], way.makings) == ("making", 1)
            assert "index" in row["trouble"]
            side.peer.lag = 0
        for _ in range(5):
            desk.pass_(300)
        (row,) = desk.api.get(f"/v1/issues/{issue}/tickets").json["items"]
        assert (row["standing"], way.makings, count()) == ("linked", 1, 1)
