"""What a workspace keeps for so many days goes after them, and not before: shown beforehand, a day after it was saved,
in pieces, each thing once, and nothing of who is held."""

import contextlib
from typing import Any

import pytest

from chalicelib.desk.customers import Visitor
from chalicelib.desk.dead_letters import DeadLetter
from chalicelib.desk.files import Attachment
from chalicelib.desk.messages import Message
from chalicelib.desk.retention import Retention
from chalicelib.desk.rooms import Room
from chalicelib.desk.times import DAY_MS
from chalicelib.desk.workspaces import Audit
from chalicelib.flows import clock as clocks
from chalicelib.ports import new
from tests.api import Client, Tenant
from tests.conftest import in_memory
from tests.dying import Death, Failing, failing
from tests.fakes import Parley

NOTHING = {"resolved_rooms_days": None, "originals_days": None, "visitors_days": None, "dead_letters_days": None}
ALL = {"resolved_rooms_days": 30, "originals_days": 30, "visitors_days": 30, "dead_letters_days": 7}


class Scene:
    """A room of Ann's that was resolved, with a file, a note and a rating; one that is open, with a file; a visitor's,
    resolved; a triage room, resolved; and a dead letter."""

    def __init__(self, parley: Parley) -> None:
        self.parley = parley
        self.tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        self.api = self.tenant.api
        self.triage = self.tenant.triage()
        self.ann = self.tenant.user(name="Ann", email="ann@acme.example")
        self.old, self.open = (self.room(name) for name in ("Old zebra", "Open"))
        self.api.post(f"/v1/rooms/{self.old}/messages", {"text": "A zebra note", "internal": True})
        self.api.patch("/v1/workspace", {"visitors": True})
        visit = {"workspace": self.tenant.id, "name": "Eve", "email": "eve@gate.example", "text": "Hello, zebra?"}
        self.visit = Client().post("/v1/visitors", visit).json["room"]["id"]
        self.ann.post(f"/v1/rooms/{self.triage}/messages", {"text": "In triage, zebra"})
        for room in (self.old, self.visit, self.triage):
            assert self.api.patch(f"/v1/rooms/{room}", {"state": "resolved"}).status == 200
        letter = DeadLetter(
            version=1,
            id=parley.world.fresh_id("ltr"),
            workspace=self.tenant.id,
            queue="deliver",
            about="zebra",
            reason="no",
            at=parley.clock.at,
        )
        parley.store.commit(new(letter))
        parley.queues.dead[letter.id] = "zebra"
        self.letter = letter.id
        parley.settle()

    def room(self, name: str) -> str:
        made = self.ann.post("/v1/rooms", {"name": name})
        assert made.status == 201, made.text
        room = str(made.json["id"])
        file = self.ann.post("/v1/attachments", {"name": "z.txt", "size": 5, "type": "text/plain"}).json["id"]
        self.parley.files.content[f"files/{self.tenant.id}/{file}"] = b"bytes"
        said = {"text": f"words in {name}", "attachments": [file]}
        assert self.ann.post(f"/v1/rooms/{room}/messages", said).status == 201
        return room

    def records(self, kind: Any) -> list[Any]:
        return [each for each in self.parley.records() if isinstance(each, kind)]

    def pass_days(self, days: float) -> None:
        """The clock's minute comes again and again in between."""
        self.parley.clock.at += int(days * DAY_MS)
        for _ in range(20):
            clocks.tick(self.parley.world)
            self.parley.settle()
            self.parley.clock.at += 10_000

    def rooms(self) -> set[str]:
        return {each.id for each in self.records(Room)}


@pytest.fixture
def scene(parley: Parley) -> Scene:
    return Scene(parley)


def kinds(got: Any) -> dict[str, tuple[int, bool, int]]:
    return {each["kind"]: (each["count"], each["at_least"], each["held"]) for each in got.json["kinds"]}


def test_nothing_ends_without_a_rule(scene: Scene) -> None:
    got = scene.api.get("/v1/retention").json
    assert {name: got[name] for name in NOTHING} == NOTHING
    assert got["acts_at"] is got["next_run_at"] is got["last_run"] is None
    scene.pass_days(400)
    assert scene.old in scene.rooms()


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("resolved_rooms_days", 29),
        ("originals_days", 6),
        ("visitors_days", 29),
        ("dead_letters_days", 14),
        ("resolved_rooms_days", 3651),
        ("originals_days", 0),
    ],
)
def test_too_few_or_too_many_days_are_refused_by_name(scene: Scene, field: str, days: int) -> None:
    for got in (
        scene.api.put("/v1/retention", {field: days}),
        scene.api.post("/v1/retention/preview", {field: days}),
    ):
        assert (got.status, got.json["field"]) == (422, field), got.text


def test_it_is_shown_before_it_acts(scene: Scene) -> None:
    scene.pass_days(31)
    before = dict(scene.parley.table.rows)
    got = scene.api.post("/v1/retention/preview", ALL)
    assert kinds(got) == {
        "resolved_rooms": (3, False, 0),
        "originals": (2, False, 0),
        "visitors": (1, False, 0),
        "dead_letters": (1, False, 0),
    }
    day = got.json["kinds"][0]["oldest_day"]
    assert day == scene.api.get(f"/v1/rooms/{scene.old}").json["created_at"][:10]
    assert dict(scene.parley.table.rows) == before, "nothing is written"
    assert kinds(scene.api.post("/v1/retention/preview", NOTHING))["visitors"] == (0, False, 0)


def test_a_shorter_time_acts_a_day_later_and_can_be_taken_back(scene: Scene) -> None:
    scene.pass_days(31)
    got = scene.api.put("/v1/retention", ALL)
    assert got.status == 200, got.text
    assert got.json["acting"] == NOTHING
    assert got.json["acts_at"] == got.json["next_run_at"]
    scene.pass_days(0.5)
    assert scene.old in scene.rooms()
    assert scene.api.put("/v1/retention", NOTHING).json["acts_at"] is None
    scene.pass_days(2)
    assert scene.old in scene.rooms()
    assert scene.api.put("/v1/retention", ALL).json["acts_at"]
    scene.pass_days(1.1)
    assert scene.old not in scene.rooms()


def test_what_has_had_its_time_goes_whole_and_the_rest_stays(scene: Scene) -> None:
    scene.pass_days(31)
    assert "zebra" in str(scene.api.get("/v1/search", q="zebra").json)
    scene.api.put("/v1/retention", ALL)
    scene.pass_days(1.1)
    got = scene.api.get("/v1/retention").json
    assert got["last_run"]["removed"] == {"resolved_rooms": 3, "originals": 1, "visitors": 1, "dead_letters": 1}
    assert scene.rooms() == {scene.open, scene.triage}
    said = scene.records(Message)
    assert {each.room for each in said} == {scene.open}
    assert all(each.originals_gone for each in said)
    assert scene.records(Visitor) == scene.records(DeadLetter) == []
    assert scene.parley.queues.dead == {}
    assert [bool(each.gone_at) for each in scene.records(Attachment)] == [True]
    assert [key for key in scene.parley.files.content if key.startswith("files/")] == []
    assert "zebra" not in str(scene.api.get("/v1/search", q="zebra").json)
    assert scene.api.get(f"/v1/rooms/{scene.old}").status == 404
    assert scene.api.get(f"/v1/rooms/{scene.triage}").json["state"] == "resolved"
    assert scene.api.get(f"/v1/rooms/{scene.triage}/messages").json["items"] == []
    (done,) = [each for each in scene.records(Audit) if each.verb == "retention.done"]
    assert done.fields == ("dead_letters=1", "originals=1", "resolved_rooms=3", "visitors=1")
    again = scene.ann.post(f"/v1/rooms/{scene.triage}/messages", {"text": "One more"})
    assert again.status == 201, again.text
    shown = scene.api.get(f"/v1/rooms/{scene.open}/messages").json["items"][0]
    assert shown["originals_gone_at"]
    link = shown["attachments"][0]["url"].removeprefix("https://parley.test")
    assert Client().get(link).status == 404


def test_the_next_run_is_a_day_later_and_says_nothing_of_nothing(scene: Scene) -> None:
    scene.pass_days(31)
    scene.api.put("/v1/retention", ALL)
    scene.pass_days(1.1)
    scene.pass_days(1.1)
    assert scene.api.get("/v1/retention").json["last_run"]["removed"] == {}
    assert len([each for each in scene.records(Audit) if each.verb == "retention.done"]) == 1
    assert scene.rooms() == {scene.open, scene.triage}


def test_a_hold_wins(scene: Scene) -> None:
    acme = scene.api.get("/v1/customers/acme").json["id"]
    eve = next(each.id for each in scene.records(Visitor))
    for held in ({"customer": acme}, {"visitor": eve}):
        assert scene.api.post("/v1/holds", held).status == 201
    scene.pass_days(31)
    got = kinds(scene.api.post("/v1/retention/preview", ALL))
    assert got == {
        "resolved_rooms": (0, False, 3),
        "originals": (0, False, 2),
        "visitors": (0, False, 1),
        "dead_letters": (1, False, 0),
    }
    rooms = scene.rooms()
    scene.api.put("/v1/retention", ALL)
    scene.pass_days(1.1)
    assert scene.rooms() == rooms
    assert len(scene.records(Visitor)) == 1
    assert scene.api.get("/v1/retention").json["last_run"]["held"]["resolved_rooms"] == 3


def test_a_room_whose_issue_is_open_is_waited_for(scene: Scene) -> None:
    assert scene.api.post(f"/v1/rooms/{scene.old}/issues", {"kind": "bug", "title": "Slow"}).status == 201
    assert scene.api.patch(f"/v1/rooms/{scene.old}", {"state": "resolved"}).status == 200
    scene.parley.settle()
    scene.pass_days(31)
    scene.api.put("/v1/retention", {"resolved_rooms_days": 30})
    scene.pass_days(1.1)
    assert scene.old in scene.rooms()


def test_who_has_spoken_since_stays(scene: Scene) -> None:
    scene.pass_days(20)
    scene.ann.post(f"/v1/rooms/{scene.old}/messages", {"text": "And another thing"})
    scene.api.patch(f"/v1/rooms/{scene.old}", {"state": "resolved"})
    scene.pass_days(11)
    scene.api.put("/v1/retention", ALL)
    scene.pass_days(1.1)
    assert scene.rooms() == {scene.old, scene.open, scene.triage}


def test_a_death_at_any_write_ends_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Failing, "CALLS", ("write", "spread"))

    def begun(parley: Parley) -> Scene:
        scene = Scene(parley)
        scene.pass_days(31)
        scene.api.put("/v1/retention", ALL)
        parley.clock.at += 2 * DAY_MS
        return scene

    def run(scene: Scene) -> dict[str, int]:
        for _ in range(30):
            clocks.due_work(scene.parley.world)
            scene.parley.work_all()
            scene.parley.clock.at += 130_000
            (there,) = scene.records(Retention)
            if there.ended_at:
                break
        scene.parley.settle()
        return dict(there.gone)

    def left(scene: Scene) -> list[str]:
        return sorted(type(each).__name__ for each in scene.parley.records() if not isinstance(each, Audit))

    with in_memory(Parley()) as parley:
        whole = begun(parley)
        with failing(parley, 0, after=False) as table:
            wanted = run(whole)
        remains, calls = left(whole), table.calls
    assert wanted == {"resolved_rooms": 3, "originals": 1, "visitors": 1, "dead_letters": 1}
    for after in (False, True):
        for at in range(1, calls + 1):
            with in_memory(Parley()) as parley:
                torn = begun(parley)
                with failing(parley, at, after=after, error=Death), contextlib.suppress(Death):
                    run(torn)
                assert run(torn) == wanted, (at, after)
                assert left(torn) == remains, (at, after)
