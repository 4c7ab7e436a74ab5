"""One install that hangs, floods or loops, or one customer whose people are forgotten, slows nobody else, and costs no
fortune."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from chalicelib.desk.erasures import Erasure
from chalicelib.desk.messages import Author, Message, Source
from chalicelib.desk.rooms import Room
from chalicelib.flows.delivery import attempt, share
from chalicelib.ports import Answer, Request, Unreachable, ref
from chalicelib.store.rows import to_row
from tests.api import Tenant
from tests.fakes import FakeOutside, Parley
from tests.peers.msteams import TeamsPeer

from .simulation import stage as stages
from .simulation.history import History
from .simulation.stage import HANGS_MS, Stage, on_stage

ROOMS = 6
MINUTES = 20
FLOOD = 20  # messages a minute of one room
FLOODED_MS = 50  # that whoever is flooded takes for one
CALL_MS = 6  # that a call of the table takes
SAID, HERS = 450, 3  # messages in the room of who is forgotten, and how many of them are hers: one in so many


def waits(
    teams: TeamsPeer,
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
    minutes: int = MINUTES,
    *,
    breaker: bool = True,
    call: int = 0,
    every: int = 60_000,
) -> list[int]:
    """ms that each message of others took to the vendor's healthy app, while as many endpoints `hangs` as workers run
    at a time, one install `floods`, or one customer `forgets` somebody; sorted. They speak `every` so many ms; with
    `call` a call of the table takes so long (ms). Of the first round, in which that is found out, the slowest alone is
    told: the last one."""
    stage = Stage(7, away=0, dies=0, twice=0)
    if not breaker:
        monkeypatch.setattr(attempt, "turn_of_circuit", lambda world, circuit: 0)
    reached: dict[str, int] = {}
    send = stages.SimEverywhere.send

    def sending(self: Any, request: Request) -> Answer:
        if ".hangs.example" in request.url and stage.scheduler.current:
            stage.scheduler.sleep(HANGS_MS)
            raise Unreachable("no answer in time")
        if ".floods.example" in request.url and stage.scheduler.current:
            stage.scheduler.sleep(FLOODED_MS)
            return Answer(200)
        answer = send(self, request)
        if request.url == stages.HOOK:
            reached.setdefault(request.headers["webhook-id"], stage.clock.at)
        return answer

    monkeypatch.setattr(stages.SimEverywhere, "send", sending)
    for name in ("read", "write", "query") if call else ():
        _takes(monkeypatch, stage, name, call)
    with on_stage(stage, teams):
        history = History(stage, teams)
        api = history.api
        rooms = [api.put(f"/v1/customers/c{number}", {"name": "C"}).json["triage_room"] for number in range(ROOMS)]
        loud = history.rooms["gamma"]
        for number in range({"hangs": stages.CONCURRENT, "floods": 1}.get(trouble, 0)):
            config = {"url": f"https://{number}.{trouble}.example/"}
            install = api.post("/v1/installs", {"kind": "webhook", "name": "Slow", "config": config}).json["id"]
            for room in (*rooms[:2], loud):
                bound = {"install": install, "conversation": f"c-{room}"}
                assert api.post(f"/v1/rooms/{room}/bridges", bound).status == 201
        stage.run_out()
        reached.clear()
        begun = stage.clock.at
        if trouble == "forgets":
            erasure = _forget(stage, history, loud)
        for minute in range(minutes):
            for room in [*rooms, *([loud] * FLOOD if trouble == "floods" else [])]:
                assert api.post(f"/v1/rooms/{room}/messages", {"text": f"words {minute}"}).status == 201
            ends = begun + (minute + 1) * every
            while stage.clock.at < ends:
                stage.pump()
                stage.clock.at = max(stage.clock.at + 1, min(stage.next_due() or ends, ends))
            stage.tick()
        stage.run_out()
        rows = [row for row in history.here.rows() if row.install == history.here.installs["webhook"]]
        ours = [row for row in rows if row.id in reached and row.created_at > begun and row.room != loud]
        if trouble == "forgets":
            done = stage.parley.store.one(ref(Erasure, history.tenant.id, erasure))
            assert done
            assert done.anonymised["Message"] == SAID // HERS
        took = [(row.created_at > begun + every, reached[row.id] - row.created_at) for row in ours]
    monkeypatch.undo()
    return [*sorted(ms for later, ms in took if later), max(ms for _, ms in took)]


def _takes(monkeypatch: pytest.MonkeyPatch, stage: Stage, name: str, ms: int) -> None:
    real = getattr(stages.SimTable, name)

    def taking(self: Any, *args: Any, **named: Any) -> Any:
        if stage.scheduler.current:
            stage.scheduler.sleep(ms)
        return real(self, *args, **named)

    monkeypatch.setattr(stages.SimTable, name, taking)


def _forget(stage: Stage, history: History, room: str) -> str:
    """Begin to forget somebody who said much in that room; what was said there is over its bridges already."""
    store = stage.parley.store
    there = store.one(ref(Room, room))
    assert there
    customer = there.customer_external_id
    user = history.api.put(f"/v1/customers/{customer}/users/zoe", {"name": "Zoe"}).json["id"]
    first = there.version
    for n in range(first, first + SAID):
        hers = n % HERS == 0
        author = Author(kind="user", id=user if hers else "usr_other", name="Zoe" if hers else "Other")
        message = Message(
            version=1,
            room=room,
            n=n,
            workspace=there.workspace,
            author=author,
            text="her words" if hers else "words",
            created_at=1,
            source=Source(channel="widget"),
        )
        row = to_row(message)
        stage.table.rows[row.key] = row  # nothing follows from it
    row = to_row(msgspec.structs.replace(there, version=first + SAID))
    stage.table.rows[row.key] = row
    return str(history.api.delete(f"/v1/customers/{customer}/users/zoe").json["id"])


def nth(times: list[int], percent: int) -> int:
    """The one that so many of a hundred are not slower than."""
    return times[(len(times) - 1) * percent // 100]


def p99(times: list[int]) -> int:
    """Of a hundred the last but one."""
    return nth(times, 99)


def test_what_hangs_or_floods_is_not_felt_by_one_message_in_a_hundred(
    teams: TeamsPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others' p99 in the simulator's own time, with and without."""
    without, hangs, floods = (waits(teams, monkeypatch, each) for each in ("nothing", "hangs", "floods"))
    assert len(without) == len(hangs) == len(floods) == ROOMS * (MINUTES - 1) + 1
    assert p99(without) < 500
    assert p99(hangs) < 1_000, hangs[-10:]
    assert p99(floods) < 2_500, floods[-10:]
    assert hangs[-1] <= 5 * HANGS_MS
    unheld = waits(teams, monkeypatch, "hangs", 8, breaker=False)
    assert p99(unheld) > HANGS_MS


def test_who_is_forgotten_is_not_felt_by_others(teams: TeamsPeer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a customer who said much: what others say in other rooms takes as long as without it."""
    without, forgets = (
        waits(teams, monkeypatch, each, 30, call=CALL_MS, every=2_000) for each in ("nothing", "forgets")
    )
    assert len(without) == len(forgets)
    found = without[-10:], forgets[-10:]
    assert nth(forgets, 95) <= 1.2 * nth(without, 95), found
    assert p99(forgets) <= 1.6 * p99(without), (
        "of fewer than two hundred the second or third last: chance has a part in it"
    )


class Hanging(FakeOutside):
    """Takes each call and never answers, while `hangs`."""

    parley: Parley
    hangs = True

    def send(self, request: Request) -> Answer:
        self.posts.append((request.url, request.body, request.headers))
        if self.hangs:
            self.parley.clock.at += 15_000
            raise Unreachable("no answer in time")
        return Answer(200)


def hook(parley: Parley, tenant: Tenant) -> tuple[str, Hanging]:
    outside = Hanging()
    outside.parley = parley
    parley.world = replace(parley.world, outside=outside)
    made = {"kind": "webhook", "name": "Hook", "config": {"url": "https://vendor.example/hook", "all_rooms": True}}
    return tenant.api.post("/v1/installs", made).json["id"], outside


def hours(parley: Parley, count: float) -> None:
    end = parley.clock.at + int(count * 3_600_000)
    while parley.clock.at < end:
        parley.settle()
        parley.clock.at += 61_000
        parley.due()
    parley.settle()


def test_what_hangs_is_asked_by_one_call_at_a_time_and_ever_more_seldom(parley: Parley, tenant: Tenant) -> None:
    _, outside = hook(parley, tenant)
    rooms = [tenant.triage(f"c{number}") for number in range(20)]
    for room in rooms:
        tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "words"})
    hours(parley, 2)
    assert len(outside.posts) < 25, "twenty rooms, two hours, and some ten minutes between two calls at last"
    outside.hangs = False
    hours(parley, 6)  # those that had a call of their own wait as long as their attempts say
    rows = [row for row in parley.records() if type(row).__name__ == "Delivery"]
    assert {row.state for row in rows} == {"sent"}, "its pause is over, and nothing was given up meanwhile"
    assert len(rows) == 20


def test_a_refusal_at_once_is_no_hang(parley: Parley, tenant: Tenant) -> None:
    """It costs nobody any time: each delivery has its own attempts."""
    hook(parley, tenant)
    parley.world = replace(parley.world, outside=parley.outside)
    parley.outside.down(3)
    for number in range(3):
        tenant.api.post(f"/v1/rooms/{tenant.triage(f'c{number}')}/messages", {"text": "words"})
    parley.settle()
    assert len(parley.outside.posts) == 3


def test_a_flood_is_held_to_a_pace_and_all_of_it_arrives(
    parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share, "PER_WRITE", 2)
    monkeypatch.setattr(share, "PER_MINUTE", 10)
    _, outside = hook(parley, tenant)
    outside.hangs = False
    room = tenant.triage()
    for number in range(30):
        tenant.api.post(f"/v1/rooms/{room}/messages", {"text": f"words {number}"})
    parley.clock.at -= parley.clock.at % 60_000
    parley.settle()
    assert len(outside.posts) <= 12
    hours(parley, 0.2)
    texts = [number for _, body, _ in outside.posts for number in range(30) if f'"words {number}"'.encode() in body]
    assert texts == list(range(30)), "in their order, each once"


def test_a_loop_ends_with_the_days_ceiling_and_its_admins_are_told(
    parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share, "PER_WRITE", 5)
    install, outside = hook(parley, tenant)
    outside.hangs = False
    shown = tenant.api.patch(f"/v1/installs/{install}", {"daily": 20})
    assert (shown.status, shown.json["daily"]) == (200, 20)
    room = tenant.triage()
    for number in range(40):
        tenant.api.post(f"/v1/rooms/{room}/messages", {"text": f"words {number}"})
    parley.settle()
    assert len(outside.posts) <= 25
    found = tenant.api.get(f"/v1/installs/{install}").json
    assert found["state"] == "paused"
    assert "20 deliveries in a day" in found["disabled_because"]
    tenant.api.patch(f"/v1/installs/{install}", {"daily": 1000, "state": "active"})
    assert tenant.api.post(f"/v1/installs/{install}/replay").status == 202
    hours(parley, 0.2)
    assert {row.state for row in parley.records() if type(row).__name__ == "Delivery"} == {"sent"}


@pytest.mark.parametrize("daily", [0, -1, 100_000_001, "many", None])
def test_a_ceiling_is_a_number(tenant: Tenant, parley: Parley, daily: Any) -> None:
    install, _ = hook(parley, tenant)
    got = tenant.api.patch(f"/v1/installs/{install}", {"daily": daily})
    assert got.status in (400, 422)
    assert "daily" in got.text
