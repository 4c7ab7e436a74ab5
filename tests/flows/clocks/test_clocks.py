"""What a room is owed by when: clocks begin, end, are warned of and missed, on the word of its trail alone."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.desk.clocks import Clock, RoomClocks
from chalicelib.desk.policies import Policies, Policy, Targets
from chalicelib.desk.times import DAY_MS, HOUR_MS, MINUTE_MS, rfc3339
from chalicelib.desk.workspaces import Workspace
from chalicelib.flows.rebuild import rebuild
from chalicelib.ports import Drop, new, over, ref
from tests.api import Client, Tenant
from tests.fakes import Parley

POLICY = Policy(
    id="pol_1", name="All", targets=Targets(first=HOUR_MS, next=4 * HOUR_MS, update=DAY_MS), words="Within an hour"
)


def with_policies(parley: Parley, tenant: Tenant, *policies: Policy, **fields: Any) -> None:
    """The workspace has them."""
    here = parley.store.one(ref(Workspace, tenant.id))
    there = parley.store.one(ref(Policies, tenant.id))
    assert here
    version = (there.version if there else 0) + 1
    made = Policies(version=version, workspace=tenant.id, policies=policies, **({"since": 1} | fields))
    parley.store.commit(over(made, there) if there else new(made), over(here.changed(policies=version), here))


class Stage:
    """A room of Acme's, its two sides, and the clocks that it has."""

    def __init__(self, parley: Parley, tenant: Tenant) -> None:
        self.parley, self.tenant, self.ann = parley, tenant, tenant.user()
        self.room = tenant.api.post("/v1/rooms", {"name": "Export", "customer": "acme"}).json["id"]
        self.path = f"/v1/rooms/{self.room}"

    def say(self, who: Client, text: str) -> str:
        made = who.post(f"{self.path}/messages", {"text": text})
        assert made.status == 201, made.text
        self.parley.settle()
        return str(made.json["id"])

    def ask(self, text: str = "It is down") -> str:
        return self.say(self.ann, text)

    def answer(self, text: str = "Try now") -> str:
        return self.say(self.tenant.api, text)

    def patch(self, **fields: Any) -> None:
        assert self.tenant.api.patch(self.path, fields).status == 200
        self.parley.settle()

    def pass_time(self, ms: int) -> None:
        """In steps of a minute, the clock's worker at each."""
        self.parley.clock.at += ms
        for _ in range(2):
            self.parley.due()
            self.parley.settle()

    @property
    def running(self) -> list[tuple[str, int]]:
        """Kind, and ms until it is due."""
        found = self.parley.store.one(ref(RoomClocks, self.room))
        return [(each.kind, each.due - each.since) for each in found.running] if found else []

    @property
    def rows(self) -> list[tuple[str, str, bool]]:
        """Kind, how it ended, whether it was missed."""
        rows = [each for each in self.parley.records() if isinstance(each, Clock) and each.room == self.room]
        return [(each.kind, each.how, bool(each.missed)) for each in sorted(rows, key=lambda each: each.since)]


@pytest.fixture
def here(parley: Parley, tenant: Tenant) -> Stage:
    tenant.customer()
    with_policies(parley, tenant, POLICY)
    return Stage(parley, tenant)


def test_the_first_answer_of_an_episode_and_each_next_one_are_owed(here: Stage) -> None:
    here.ask()
    assert here.running == [("first", HOUR_MS)]
    here.ask("Still down")
    assert here.running == [("first", HOUR_MS)]
    here.parley.clock.at += 5 * MINUTE_MS
    here.answer()
    assert here.running == []
    assert here.rows == [("first", "answered", False)]
    here.parley.clock.at += 5 * MINUTE_MS
    here.ask("And now?")
    assert here.running == [("next", 4 * HOUR_MS)]
    here.answer()
    here.parley.clock.at += 8 * DAY_MS
    here.ask("Another one")
    assert here.running == [("first", HOUR_MS)]
    assert here.rows == [("first", "answered", False), ("next", "answered", False), ("first", "", False)]


def test_an_acknowledgement_ends_it_and_a_word_of_progress_is_owed(here: Stage) -> None:
    here.ask()
    assert here.tenant.api.post(f"{here.path}/acknowledge").status == 200
    here.parley.settle()
    assert here.running == [("update", DAY_MS)]
    assert here.rows[0] == ("first", "acknowledged", False)
    here.parley.clock.at += MINUTE_MS
    here.answer()
    assert here.running == []
    (first, update) = sorted(
        (each for each in here.parley.records() if isinstance(each, Clock)), key=lambda each: each.kind
    )
    assert (first.how, bool(first.answered), update.how) == ("acknowledged", True, "answered")


def test_agents_are_warned_and_a_miss_is_marked_once_with_a_change_that_customers_do_not_see(here: Stage) -> None:
    agent = here.tenant.api.get("/v1/me").json["id"]
    here.patch(assignees=[agent])
    here.ask()
    here.pass_time(31 * MINUTE_MS)
    here.pass_time(29 * MINUTE_MS)
    here.pass_time(HOUR_MS)
    changes = here.tenant.api.get(f"{here.path}/changes", after="0").json["items"]
    facts = [each["clock"]["fact"] for each in changes if each["clock"]]
    assert facts == ["warned", "missed"]
    assert not [each for each in here.ann.get(f"{here.path}/changes", after="0").json["items"] if each.get("clock")]
    assert here.tenant.api.get(here.path).json["mentioned"] is True
    view = here.tenant.api.get(here.path).json["clocks"]
    assert [(each["kind"], bool(each["missed_at"])) for each in view] == [("first", True)]
    here.answer()
    assert here.rows == [("first", "answered", True)]


def test_its_customer_sees_the_policys_words_and_no_clock(here: Stage) -> None:
    here.ask()
    seen = here.ann.get(here.path).json
    assert (seen["clocks"], seen["expect"]) == ([], "Within an hour")
    here.answer()
    assert here.ann.get(here.path).json["expect"] is None


def test_an_open_promise_is_when_a_word_of_progress_is_due(here: Stage) -> None:
    here.ask()
    here.answer()
    due = here.parley.clock.at + 3 * DAY_MS
    here.patch(promise={"text": "A fix", "due": rfc3339(due)})
    assert [kind for kind, _ in here.running] == ["update"]
    assert here.tenant.api.get(here.path).json["clocks"][0]["due"] == rfc3339(due)
    here.parley.clock.at += 1000
    here.patch(promise={"state": "kept"})
    assert here.running == []
    assert here.rows[-1] == ("update", "answered", False)


def test_what_is_deleted_is_owed_no_more_and_an_answer_that_is_deleted_was_none(here: Stage) -> None:
    here.ask()
    said = here.answer()
    assert here.rows == [("first", "answered", False)]
    assert here.tenant.api.delete(f"{here.path}/messages/{said}").status == 200
    here.parley.settle()
    assert here.running == [("first", HOUR_MS)]
    assert here.rows == [("first", "", False)]
    (asked,) = [each for each in here.ann.get(f"{here.path}/messages").json["items"] if not each["deleted"]]
    here.ann.delete(f"{here.path}/messages/{asked['id']}")
    here.parley.settle()
    assert here.running == []
    assert here.rows == [("first", "withdrawn", False)]


def test_how_it_ended(here: Stage) -> None:
    for how, act in {
        "answered": {"state": "resolved", "outcome": "solved", "tell": True},
        "closed unanswered": {"state": "resolved", "outcome": "solved"},
        "none needed": {"turn": None},
    }.items():
        room = Stage(here.parley, here.tenant)
        room.ask()
        room.patch(**act)
        assert [each[1] for each in room.rows if each[0] == "first"] == [how]
        ends = [each[1] for each in room.rows if each[0] == "outcome"]  # one with a word was reached, whoever heard it
        assert ends == (["answered"] if "outcome" in act else [])
        assert room.running == []
    room = Stage(here.parley, here.tenant)
    room.ask()
    assert room.ann.patch(room.path, {"state": "resolved"}).status == 200
    here.parley.settle()
    assert {each[1] for each in room.rows} == {"withdrawn"}


def test_events_tell_of_each_once(here: Stage) -> None:
    events = ["clock.started", "clock.warned", "clock.missed", "clock.met"]
    config = {"url": "https://vendor.example/hook", "all_rooms": False, "events": events}
    assert here.tenant.api.post("/v1/installs", {"kind": "webhook", "name": "H", "config": config}).status == 201
    here.ask()
    here.pass_time(31 * MINUTE_MS)
    here.answer()
    here.ask("Again")
    here.pass_time(5 * HOUR_MS)
    here.answer()
    here.parley.reacted.clear()
    here.parley.settle()
    heard = [json.loads(body) for _, body, _ in here.parley.outside.posts]
    assert [(each["type"], each["clock"]["kind"]) for each in heard] == [
        ("clock.started", "first"),
        ("clock.warned", "first"),
        ("clock.met", "first"),
        ("clock.started", "next"),
        ("clock.missed", "next"),
    ]
    assert len({each["id"] for each in heard}) == 5
    assert heard[0]["room"]["customer"] == {"external_id": "acme"}


def test_priority_moves_what_is_due_from_the_same_beginning_and_what_was_missed_stays_so(here: Stage) -> None:
    with_policies(
        here.parley,
        here.tenant,
        Policy(
            id="pol_1", name="All", targets=Targets(first=HOUR_MS), priorities={"urgent": Targets(first=10 * MINUTE_MS)}
        ),
    )
    here.ask()
    here.parley.clock.at += 20 * MINUTE_MS
    here.patch(priority="urgent")
    assert here.running == [("first", 10 * MINUTE_MS)]
    here.pass_time(MINUTE_MS)
    here.patch(priority="normal")
    assert here.running == [("first", HOUR_MS)]
    here.answer()
    assert here.rows == [("first", "answered", True)]


def test_what_was_missed_is_not_missed_again_where_its_end_was_none(here: Stage) -> None:
    def missed() -> list[str]:
        changes = here.tenant.api.get(f"{here.path}/changes", after="0", limit="100").json["items"]
        return [each["clock"]["kind"] for each in changes if each["clock"] and each["clock"]["fact"] == "missed"]

    here.ask()
    here.pass_time(2 * HOUR_MS)
    gone = here.answer()
    assert missed() == ["first"]
    assert here.tenant.api("DELETE", f"{here.path}/messages/{gone}").status == 200
    here.parley.settle()
    assert here.running == [("first", HOUR_MS)]
    here.pass_time(MINUTE_MS)
    assert missed() == ["first"]

    issue = here.tenant.api.post(f"{here.path}/issues", {"title": "The export"}).json["id"]
    here.answer()
    here.pass_time(2 * DAY_MS)
    assert missed() == ["first", "update"]
    for state in ("done", "in_progress"):
        assert here.tenant.api.patch(f"/v1/issues/{issue}", {"state": state}).status == 200
        here.parley.settle()
        here.pass_time(MINUTE_MS)
    assert here.running == [("update", DAY_MS)]
    assert missed() == ["first", "update"]


def test_lists_of_rooms_by_clock_and_by_date(here: Stage) -> None:
    here.ask()
    late = Stage(here.parley, here.tenant)
    late.ask()
    late.answer()
    here.parley.clock.at += HOUR_MS
    late.ask("Again")
    api = here.tenant.api

    def listed(**query: str) -> list[str]:
        got = api.get("/v1/rooms", **query)
        assert got.status == 200, got.text
        return [each["id"] for each in got.json["items"]]

    assert listed(clock="any") == [here.room, late.room]
    assert listed(clock="next") == [late.room]
    assert listed(due_before=rfc3339(here.parley.clock.at + HOUR_MS)) == [here.room]
    assert listed(clock="missed") == []
    here.pass_time(MINUTE_MS)
    assert listed(clock="missed") == [here.room]
    assert listed(active_after=rfc3339(here.parley.clock.at - 30 * MINUTE_MS)) == [late.room]
    assert listed(active_before=rfc3339(here.parley.clock.at - 30 * MINUTE_MS)) == [here.room]
    for wrong in ({"clock": "third"}, {"clock": ""}, {"due_before": ""}, {"active_after": "soon"}):
        assert api.get("/v1/rooms", **wrong).status == 422
    assert here.ann.get("/v1/rooms", clock="any").status == 403
    ended = api.get("/v1/clocks").json["items"]
    assert [(each["room"], each["how"]) for each in ended] == [(late.room, "answered")]
    assert [each["kind"] for each in api.get(f"{late.path}/clocks").json["items"]] == ["first", "next"]


def test_without_policies_nothing_is_kept(parley: Parley, tenant: Tenant) -> None:
    tenant.customer()
    here = Stage(parley, tenant)
    here.ask()
    here.answer()
    assert not [each for each in parley.records() if isinstance(each, Clock | RoomClocks)]


def test_a_policy_that_comes_later_finds_what_waits_and_leaves_the_past(parley: Parley, tenant: Tenant) -> None:
    tenant.customer()
    here = Stage(parley, tenant)
    here.ask()
    here.answer()
    here.ask("And now?")
    parley.clock.at += MINUTE_MS
    with_policies(parley, tenant, POLICY, since=parley.clock.at)
    parley.settle()
    here.patch(labels=["export"])
    assert here.running == [("next", 4 * HOUR_MS)]
    assert here.rows == [("next", "", False)]


def test_a_policy_that_changes_reaches_open_clocks_by_a_job_and_leaves_what_is_over(here: Stage) -> None:
    here.ask()
    over_already = Stage(here.parley, here.tenant)
    over_already.ask()
    over_already.answer()
    with_policies(here.parley, here.tenant, replace(POLICY, revision=2, targets=Targets(first=2 * HOUR_MS)))
    assert here.running == [("first", HOUR_MS)]
    here.parley.settle()
    assert here.running == [("first", 2 * HOUR_MS)]
    (row,) = [each for each in here.parley.records() if isinstance(each, Clock) and each.room == over_already.room]
    assert (row.revision, row.due - row.since) == (1, HOUR_MS)


def test_a_fork_takes_the_clock_along(here: Stage) -> None:
    asked = here.ask()
    forked = here.tenant.api.post(f"{here.path}/fork", {"from": asked, "name": "Its own"})
    assert forked.status == 201, forked.text
    here.parley.settle()
    assert here.rows == [("first", "moved", False)]
    there = here.parley.store.one(ref(RoomClocks, forked.json["id"]))
    was = here.parley.store.one(ref(Clock, here.room, "first", 1))
    assert there
    assert was
    assert [each.since for each in there.running] == [was.since]


def test_an_issue_behind_a_room_owes_progress_until_it_is_closed(here: Stage) -> None:
    here.ask()
    here.answer()
    here.parley.clock.at += HOUR_MS
    issue = here.tenant.api.post(f"{here.path}/issues", {"title": "The export"}).json["id"]
    here.parley.settle()
    assert [kind for kind, _ in here.running] == ["update"]
    here.parley.clock.at += 5 * HOUR_MS
    made = here.tenant.api.post(f"/v1/issues/{issue}/notices", {"text": "We found it"})
    assert here.tenant.api.post(f"/v1/notices/{made.json['id']}/approve").status == 200
    here.parley.settle()
    here.parley.settle()
    assert here.rows[-2:] == [("update", "answered", False), ("update", "", False)]
    closed = here.tenant.api.patch(f"/v1/issues/{issue}", {"state": "done", "tell": "tell"})
    assert closed.status == 200, closed.text
    here.parley.settle()
    here.parley.settle()
    assert here.running == []


def test_a_tick_that_missed_an_hour_catches_up(here: Stage) -> None:
    here.ask()
    here.pass_time(3 * HOUR_MS)
    found = here.parley.store.one(ref(Clock, here.room, "first", 1))
    assert found
    assert 2 * HOUR_MS <= found.missed - found.due < 2 * HOUR_MS + MINUTE_MS
    assert not found.warned


def test_a_rebuild_changes_nothing_and_makes_anew_what_is_gone(here: Stage) -> None:
    here.ask()
    here.answer()
    here.parley.clock.at += HOUR_MS
    here.ask("Again")
    assert not {"RoomClocks", "Clock"} & set(rebuild(here.parley.store))
    rows = {each.id: each for each in here.parley.records() if isinstance(each, Clock)}
    there = here.parley.store.one(ref(RoomClocks, here.room))
    here.parley.store.commit(
        Drop(ref(RoomClocks, here.room)), *(Drop(ref(Clock, here.room, each.kind, each.ask)) for each in rows.values())
    )
    assert rebuild(here.parley.store)["Clock"] == 2
    made = here.parley.store.one(ref(RoomClocks, here.room))
    assert made
    assert there
    assert (made.running, made.ended) == (there.running, there.ended)
    again = {each.id: each for each in here.parley.records() if isinstance(each, Clock)}
    assert {id_: replace(each, version=0) for id_, each in again.items()} == {
        id_: replace(each, version=0) for id_, each in rows.items()
    }
    assert not {"RoomClocks", "Clock"} & set(rebuild(here.parley.store))


def test_a_dry_run_tells_what_a_policy_would_have_made_of_last_months_clocks(here: Stage) -> None:
    for minutes in (5, 30, 90):
        room = Stage(here.parley, here.tenant)
        room.ask()
        here.parley.clock.at += minutes * MINUTE_MS
        room.answer()
    here.parley.clock.at += DAY_MS
    body = {"name": "Sooner", "targets": {"first_minutes": 10}}
    tried = here.tenant.api.post("/v1/policies/dry-run", body)
    assert tried.status == 200, tried.text
    assert tried.json["items"] == [{"kind": "first", "clocks": 3, "missed": 2, "were_missed": 1}]
    nobody = here.tenant.api.post("/v1/segments", {"name": "Nobody", "customers": []}).json["id"]
    assert here.tenant.api.post("/v1/policies/dry-run", body | {"segment": nobody}).json["items"] == []
    assert here.tenant.api.post("/v1/policies/dry-run", body | {"calendar": "cal_none"}).status == 422
    here.parley.clock.at += 31 * DAY_MS
    assert here.tenant.api.post("/v1/policies/dry-run", body).json["items"] == []


def test_whoever_has_no_policy_any_more_keeps_their_past(here: Stage) -> None:
    here.ask()
    here.answer()
    here.ask("And now?")
    with_policies(here.parley, here.tenant, replace(POLICY, state="gone"))
    here.patch(labels=["export"])
    assert here.running == []
    assert [each[:2] for each in here.rows] == [("first", "answered"), ("next", "none needed")]


def test_another_length_of_an_episode_changes_no_clock_that_is_there(here: Stage) -> None:
    here.ask()
    here.answer()
    here.parley.clock.at += 2 * DAY_MS
    here.ask("And now?")
    here.answer()
    with_policies(here.parley, here.tenant, replace(POLICY, episode=DAY_MS))
    here.patch(labels=["export"])
    assert here.rows == [("first", "answered", False), ("next", "answered", False)]
