"""A table is restored to an earlier moment: what had left after it leaves no second time, until an admin lets it go."""

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.held_back import HOLDS, WHY, HeldBack
from chalicelib.desk.times import DAY_MS, HOUR_MS, MINUTE_MS, rfc3339
from chalicelib.flows.clocks.weekly_pains import plan_pains
from chalicelib.flows.rebuild import rebuild
from chalicelib.flows.restore.hold_back import hold_back
from chalicelib.ports import over
from chalicelib.store.keys import KINDS, Key
from chalicelib.store.rows import Row, from_row
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.flows.alerts.test_told_by_one_mail import Team
from tests.flows.broadcasts.test_broadcasting import do, drafted
from tests.flows.broadcasts.test_broadcasting import work as broadcast_all
from tests.flows.clocks.test_clocks import Stage, with_policies
from tests.flows.clocks.test_no_answer import FIRST, POLICY
from tests.flows.tickets.test_files_cross import raised_with_file
from tests.tracking import DONE, Desk

HOOK = {"url": "https://vendor.example/hook", "all_rooms": True}


@dataclass
class Times:
    """A Parley that is taken back in time. What stays is what is not in its table: queues, and all that has left."""

    parley: Parley
    rows: dict[Key, Row] = field(default_factory=dict)
    at: int = 0

    def keep(self) -> None:
        """This is the moment that it will be restored to."""
        self.rows, self.at = dict(self.parley.table.rows), self.parley.clock.at
        self.parley.clock.at += MINUTE_MS

    def restore(self) -> dict[str, int]:
        """As `make restore` does it: derived anew, held back, and nothing of that is in the new table's stream."""
        parley = self.parley
        parley.clock.at += MINUTE_MS
        parley.table.rows = dict(self.rows)
        rebuild(parley.store)
        found = hold_back(parley.store, self.at, parley.clock.at)
        again = hold_back(parley.store, self.at, parley.clock.at)  # who was interrupted begins anew
        assert set(again) <= {"room", "job"}, "what is known by no mark of its own is known by its record"
        parley.reacted = dict(parley.table.rows)
        parley.world = replace(parley.world, restored_at=parley.clock.at)
        parley.queues.woken.clear()  # deduplication ids are others after a restore (tests/aws/test_queues_once.py)
        parley.queues.synced.clear()
        parley.clock.at += MINUTE_MS
        return dict(found)


def settle(parley: Parley) -> None:
    """Every worker, the clock's too, in the minutes and the hour that follow."""
    for pause in (0, MINUTE_MS, HOUR_MS, MINUTE_MS):
        parley.clock.at += pause
        parley.due()
        broadcast_all(parley)
        parley.react_all()
        while parley.queues.tasks:  # the stream tells of each placement, also of one that another follows at once
            rest, parley.queues.tasks[1:] = parley.queues.tasks[1:], []
            parley.work_all()
            parley.react_all()
            parley.queues.tasks += rest
        parley.settle()
    assert not parley.queues.calls


@pytest.fixture
def times(parley: Parley) -> Times:
    return Times(parley)


@pytest.fixture
def room(tenant: Tenant) -> str:
    got = tenant.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": HOOK})
    assert got.status == 201, got.text
    return tenant.triage()


def heard(parley: Parley) -> list[str]:
    """What the other side was told, by its text or what it was."""
    events = [json.loads(body) for _, body, _ in parley.outside.posts]
    return [event["message"]["text"] for event in events if event["type"] == "message.posted"]


def said(api: Client, room: str, text: str) -> None:
    assert api.post(f"/v1/rooms/{room}/messages", {"text": text}).status == 201


def held(tenant: Tenant) -> list[dict[str, Any]]:
    return list(tenant.api.get("/v1/held-back").json["items"])


def release(tenant: Tenant, *whats: str) -> None:
    """Let go what is held back, thing by thing."""
    for each in held(tenant):
        if not whats or each["what"] in whats:
            assert tenant.api.post(f"/v1/held-back/{each['id']}/release").status == 204


def test_a_delivery_that_had_left_stands_still_and_goes_once_it_is_let_go(
    times: Times, parley: Parley, tenant: Tenant, room: str
) -> None:
    said(tenant.api, room, "before")
    settle(parley)
    said(tenant.api, room, "queued")
    parley.react_all()
    times.keep()
    settle(parley)
    said(tenant.api, room, "lost")
    settle(parley)
    assert heard(parley) == ["before", "queued", "lost"]

    assert times.restore() == {"delivery": 1}
    settle(parley)
    said(tenant.api, room, "after")
    settle(parley)
    assert heard(parley) == ["before", "queued", "lost", "after"]
    (one,) = held(tenant)
    assert (one["what"], one["room"], one["about"]) == ("delivery", room, "post over webhook")
    (row,) = [row for row in tenant.api.get(f"/v1/rooms/{room}/deliveries").json["items"] if row["state"] == "skipped"]
    assert row["reason"] == WHY
    assert tenant.api.post(f"/v1/deliveries/{row['id']}/replay").status == 409

    release(tenant)
    settle(parley)
    assert heard(parley)[3:] == ["after", "queued"]
    assert held(tenant) == []
    settle(parley)
    assert len(heard(parley)) == 5


def test_what_is_given_up_never_leaves(times: Times, parley: Parley, tenant: Tenant, room: str) -> None:
    said(tenant.api, room, "queued")
    parley.react_all()
    times.keep()
    settle(parley)
    times.restore()
    (one,) = held(tenant)
    assert tenant.api.delete(f"/v1/held-back/{one['id']}").status == 204
    assert tenant.api.delete(f"/v1/held-back/{one['id']}").status == 404
    settle(parley)
    assert (heard(parley), held(tenant)) == (["queued"], [])


def test_what_the_stream_had_not_told_yet_is_held_back_when_something_tells_it_after_all(
    times: Times, parley: Parley, tenant: Tenant, room: str
) -> None:
    said(tenant.api, room, "not derived yet")
    times.keep()
    settle(parley)
    assert heard(parley) == ["not derived yet"]
    times.restore()
    message = next(row for row in parley.table.rows.values() if row.t == "Message")
    parley.store.touch(message.pk, message.sk)  # as a dead letter of `react` does that is replayed
    settle(parley)
    assert heard(parley) == ["not derived yet"]
    assert [each["what"] for each in held(tenant)] == ["delivery"]
    release(tenant)
    settle(parley)
    assert heard(parley) == ["not derived yet"] * 2


def test_what_a_paused_install_missed_is_not_caught_up_by_resuming_it(
    times: Times, parley: Parley, tenant: Tenant, room: str
) -> None:
    install = next(each["id"] for each in tenant.api.get("/v1/installs").json["items"])
    said(tenant.api, room, "missed")
    parley.react_all()
    row = next(each for each in parley.records() if isinstance(each, Delivery))
    parley.store.commit(over(row.changed(state="skipped", missed=True, reason="paused"), row))
    times.keep()
    assert times.restore() == {"delivery": 1}
    assert tenant.api.post(f"/v1/installs/{install}/replay").status == 202
    settle(parley)
    assert heard(parley) == []
    release(tenant)
    settle(parley)
    assert heard(parley) == ["missed"]


@pytest.mark.parametrize("verb", ["send", "scheduled", "paused", "draft"])
def test_a_broadcast_that_was_sent_meanwhile(
    times: Times, parley: Parley, tenant: Tenant, room: str, verb: str
) -> None:
    id_ = drafted(tenant, customers=["acme"])
    if verb == "send":
        do(tenant, id_, "send", {})
    elif verb == "scheduled":
        moment = "2100-01-01T00:00:00Z"
        do(tenant, id_, "send", {"at": moment})
    elif verb == "paused":
        do(tenant, id_, "send", {})
        broadcast_all(parley, 1)
        do(tenant, id_, "pause")
    times.keep()
    if verb == "paused":
        do(tenant, id_, "resume")
    elif verb == "draft":
        do(tenant, id_, "send", {})
    settle(parley)
    before = heard(parley)
    assert before == ([] if verb == "scheduled" else ["News"])

    assert times.restore() == {"broadcast": 1}
    settle(parley)
    assert heard(parley) == before
    assert tenant.api.get(f"/v1/broadcasts/{id_}").json["reason"] == WHY
    refused = do(tenant, id_, "resume" if verb in ("send", "paused") else "send", None if verb == "send" else {}, 409)
    assert refused["status"] == 409
    release(tenant)
    again = tenant.api.get(f"/v1/broadcasts/{id_}").json
    assert again["state"] == {"send": "planning", "draft": "draft"}.get(verb, verb)
    settle(parley)
    assert heard(parley) == [*before, *(["News"] if verb == "send" else [])]


def test_a_reminder_that_came_due_meanwhile(times: Times, parley: Parley, tenant: Tenant) -> None:
    tenant.customer()
    with_policies(parley, tenant, POLICY)
    here = Stage(parley, tenant)
    here.ask()
    here.answer()
    times.keep()
    parley.clock.at += HOUR_MS
    settle(parley)
    assert FIRST in _machine(here)

    assert times.restore() == {"room": 1}
    settle(parley)
    assert _machine(here) == []
    (one,) = held(tenant)
    assert tenant.api.delete(f"/v1/held-back/{one['id']}").status == 409, "time goes on in a room"
    release(tenant)
    parley.push_all()
    parley.settle()
    assert _machine(here) == [FIRST]


def test_a_promise_that_came_due_meanwhile(times: Times, parley: Parley, tenant: Tenant) -> None:
    tenant.customer()
    config = {**HOOK, "all_rooms": False, "events": ["promise.overdue"]}
    assert tenant.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config}).status == 201
    here = Stage(parley, tenant)
    here.patch(promise={"text": "A fix", "due": rfc3339(parley.clock.at + HOUR_MS)})
    times.keep()
    parley.clock.at += HOUR_MS
    settle(parley)
    assert len(parley.outside.posts) == 1

    assert times.restore() == {"room": 1}
    settle(parley)
    assert len(parley.outside.posts) == 1
    release(tenant)
    parley.push_all()
    settle(parley)
    assert len(parley.outside.posts) == 2


def test_a_customer_whom_time_moved_meanwhile_is_moved_and_nobody_hears_of_it_twice(
    times: Times, parley: Parley, tenant: Tenant
) -> None:
    tenant.api.put("/v1/attributes/renews", {"type": "time"})
    config = {**HOOK, "all_rooms": False, "events": ["segment.entered", "segment.left"]}
    assert tenant.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config}).status == 201
    late = {"attribute": "renews", "next_days": 1}
    made = tenant.api.post("/v1/segments", {"name": "Renews soon", "filter": late})
    assert made.status == 201, made.text
    day = rfc3339(parley.clock.at + 3 * DAY_MS + DAY_MS // 2)
    tenant.customer("acme", name="Acme", attributes={"renews": day})
    settle(parley)
    assert parley.outside.posts == []
    times.keep()
    parley.clock.at += 3 * DAY_MS
    settle(parley)
    entered = len(parley.outside.posts)
    assert entered == 1

    times.restore()
    settle(parley)
    assert len(parley.outside.posts) == entered
    members = tenant.api.get(f"/v1/segments/{made.json['id']}/members").json["items"]
    assert len(members) == 1
    assert [each["what"] for each in held(tenant)] == ["delivery"]
    release(tenant)
    settle(parley)
    assert len(parley.outside.posts) == entered + 1


def test_what_an_agent_was_told_by_mail_meanwhile(times: Times, parley: Parley, tenant: Tenant) -> None:
    team = Team(parley, tenant)
    other = tenant.api.post("/v1/rooms", {"name": "Other", "customer": "acme"}).json["id"]
    team.settle()
    team.assign(team.bea)
    parley.react_all()
    team.assign(team.cyd, room=other)
    times.keep()
    settle(parley)
    assert _mailed(parley) == ["bea@acorn.example", "cyd@acorn.example"]

    assert times.restore() == {"alerts": 1}
    for row in [row for row in parley.table.rows.values() if row.t == "Change"]:
        parley.store.touch(row.pk, row.sk)  # what the stream had not told yet: a dead letter of it is replayed
    settle(parley)
    assert _mailed(parley) == ["bea@acorn.example", "cyd@acorn.example"]
    assert [each["what"] for each in held(tenant)] == ["alerts", "alerts"]
    release(tenant)
    settle(parley)
    assert _mailed(parley) == ["bea@acorn.example"] * 2 + ["cyd@acorn.example"] * 2


def _mailed(parley: Parley) -> list[str]:
    return sorted(address for _, [address] in parley.mailer.sent if address.endswith("@acorn.example"))


def test_the_weeks_mail_that_left_meanwhile(times: Times, parley: Parley, tenant: Tenant) -> None:
    plan_pains(parley.world, tenant.id, ("product@acorn.example",), chats=())
    times.keep()
    parley.clock.at += 7 * DAY_MS
    settle(parley)
    assert _mailed(parley) == ["product@acorn.example"]
    assert times.restore() == {"pains": 1}
    settle(parley)
    assert _mailed(parley) == ["product@acorn.example"]
    parley.clock.at += 7 * DAY_MS
    settle(parley)
    assert len(_mailed(parley)) == 2, "the next week's is news"
    release(tenant)
    settle(parley)
    assert len(_mailed(parley)) == 3


def test_a_job_that_was_done_meanwhile_is_done_again_once_it_is_let_go(
    times: Times, parley: Parley, tenant: Tenant
) -> None:
    rows = [{"external_id": f"c{number}"} for number in range(3)]
    job = tenant.api.post("/v1/customers/bulk", {"customers": rows}).json["id"]
    times.keep()
    settle(parley)
    assert tenant.api.get(f"/v1/jobs/{job}").json["state"] == "done"
    assert times.restore() == {"job": 1}
    settle(parley)
    assert tenant.api.get(f"/v1/jobs/{job}").json["state"] == "queued"
    release(tenant)
    settle(parley)
    assert tenant.api.get(f"/v1/jobs/{job}").json["state"] == "done"
    assert tenant.api.get("/v1/customers/c2").status == 200


def _machine(here: Stage) -> list[str]:
    items = here.ann.get(f"{here.path}/messages", after="0").json["items"]
    return [each["text"] for each in items if each["author"]["kind"] == "machine"]


def test_time_goes_on_in_rooms_in_which_nothing_was_due_yet(times: Times, parley: Parley, tenant: Tenant) -> None:
    tenant.customer()
    with_policies(parley, tenant, POLICY)
    here = Stage(parley, tenant)
    here.ask()
    here.answer()
    times.keep()
    assert times.restore() == {}
    here.pass_time(HOUR_MS + MINUTE_MS)
    assert FIRST in _machine(here)


class Board:
    """What a tracker's people and its customers have seen."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def notices(self) -> list[dict[str, Any]]:
        return [
            message
            for room in [self.desk.tenant.triage("acme")]
            for message in self.desk.api.get(f"/v1/rooms/{room}/messages", after="0").json["items"]
            if message["source"]["channel"] == "issue"
        ]


@pytest.fixture
def desk(parley: Parley) -> Desk:
    made = Desk(parley)
    made.room("acme")
    got = made.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": HOOK})
    assert got.status == 201, got.text
    return made


def test_a_notice_that_was_told_meanwhile(times: Times, parley: Parley, desk: Desk) -> None:
    issue = desk.raised("acme", ticket=False)["id"]
    got = desk.api.patch(f"/v1/issues/{issue}", {"state": "done", "tell": "tell"})
    assert got.status == 200, got.text
    times.keep()
    settle(parley)
    assert len(heard(parley)) == 1
    assert times.restore() == {"notice": 1}
    settle(parley)
    assert len(heard(parley)) == 1
    (notice,) = desk.notices()
    assert (notice["state"], notice["held_because"]) == ("draft", WHY)
    assert desk.api.post(f"/v1/notices/{notice['id']}/approve").status == 409
    release(desk.tenant)
    settle(parley)
    assert len(heard(parley)) == 2
    assert held(desk.tenant) == []


def test_a_ticket_that_was_closed_meanwhile_is_taken_over_and_its_customers_are_not_told_again(
    times: Times, parley: Parley, desk: Desk
) -> None:
    desk.cross(policy="tell")
    issue = desk.raised("acme")["id"]
    settle(parley)
    times.keep()
    desk.there.turn("1", DONE)
    desk.deliver()
    settle(parley)
    assert len(heard(parley)) == 1

    times.restore()
    settle(parley)
    assert desk.api.get(f"/v1/issues/{issue}").json["state"] == "done", "the nightly pass has come at once"
    assert len(heard(parley)) == 1
    assert [each["what"] for each in held(desk.tenant)] == ["notice"]
    release(desk.tenant)
    settle(parley)
    assert len(heard(parley)) == 2


def test_a_comment_for_customers_that_was_told_meanwhile(times: Times, parley: Parley, desk: Desk) -> None:
    desk.cross(policy="tell", comments="marked")
    desk.raised("acme")
    settle(parley)
    times.keep()
    desk.there.say("1", "@customer Soon")
    desk.deliver()
    settle(parley)
    count = len(heard(parley))
    assert count == 1
    times.restore()
    settle(parley)
    assert len(heard(parley)) == 1
    assert [each["what"] for each in held(desk.tenant)] == ["notice"]


@pytest.mark.parametrize("making", [True, False])
def test_a_ticket_and_a_comment_of_ours_are_made_once(times: Times, parley: Parley, desk: Desk, making: bool) -> None:
    issue = desk.raised("acme", ticket=not making)["id"]
    if making:
        got = desk.api.post(f"/v1/issues/{issue}/tickets", {"install": desk.install})
        assert got.status in (200, 201), got.text
    assert desk.api.post(f"/v1/issues/{issue}/comments", {"text": "Ours"}).status in (200, 201, 202)
    times.keep()
    settle(parley)
    before = list(desk.there.writes)
    assert [each[0] for each in before if each[0] in ("create", "comment")] == ["create", "comment"]
    assert times.restore() == {"comment": 1} | ({"ticket": 1} if making else {})
    settle(parley)
    assert desk.there.writes == before
    release(desk.tenant)
    settle(parley)
    assert desk.there.writes == before, "they were found by their marks"
    (row,) = desk.api.get(f"/v1/issues/{issue}/tickets").json["items"]
    assert row["standing"] == "linked"
    comments = desk.api.get(f"/v1/issues/{issue}/comments").json["items"]
    assert [each["text"] for each in comments] == ["Ours"]


def test_a_file_that_went_into_a_ticket_meanwhile_is_named_and_not_put_up_again(
    times: Times, parley: Parley, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(desk, "settle", parley.react_all)  # its ticket waits to be made
        issue = raised_with_file(desk)
    times.keep()
    settle(parley)
    assert len(desk.there.put_up) == 1
    assert times.restore()["ticket"] == 1
    settle(parley)
    release(desk.tenant)
    settle(parley)
    assert (len(desk.there.tickets_), len(desk.there.put_up)) == (1, 1)
    history = desk.api.get(f"/v1/issues/{issue}/history").json["items"]
    assert "may be at the ticket already" in str([each["detail"] for each in history if each["what"] == "failed"])
    late = raised_with_file(desk)
    settle(parley)
    assert len(desk.there.put_up) == 2, late


def test_nothing_is_asked_of_the_table_where_it_was_never_restored(parley: Parley, tenant: Tenant, room: str) -> None:
    read: list[Key] = []
    many = parley.table.read
    parley.table.read = lambda keys: read.extend(keys) or many(keys)
    said(tenant.api, room, "x")
    settle(parley)
    assert not [key for key in read if key[1].startswith("HELD#")]


# Kinds that are due some day, of which nothing leaves: what comes of them is held back itself, or stays here.
STAYS = {
    "Placement": "what is told of what a customer enters and leaves by time is held back as deliveries",
    "DueFigures": "a day's figures are added up anew",
    "Tally": "a piece says nothing unless its broadcast is sending",
    "Issue": "a merge moves rooms from one issue to another",
    "Indexed": "what search has not taken is taken",
    "Erasure": "who was being forgotten is forgotten, whenever that was",
    "Export": "what there is of somebody is collected, and told to nobody",
    "Retention": "what has had its time goes, whenever that was",
    "Segment": "a signal is looked at again; what it may raise once more is a room of the vendor's alone",
    "Usage": "a customer's facts are looked at again",
    "DueFold": "a window of usage is added to its meters",
    "UsageLog": "days of the log that are no longer kept go",
    "Tracking": "what the nightly pass finds is held by when it happened there",
}


def test_every_kind_that_is_due_some_day_is_held_back_or_sends_nothing() -> None:
    due = {
        kind.name for kind in KINDS if any(word in inspect.getsource(kind.indexes) for word in ('"g3"', "_sync_due"))
    }
    named: dict[str, Callable[..., Any]] = {kind.name: kind.type for kind in KINDS}
    assert {name for name in due if named[name] not in HOLDS} == set(STAYS)


def test_the_record_is_the_workspaces_and_says_nothing_of_what_was_said(
    times: Times, parley: Parley, tenant: Tenant, room: str
) -> None:
    said(tenant.api, room, "a secret")
    parley.react_all()
    times.keep()
    times.restore()
    (row,) = [row for row in parley.table.rows.values() if row.t == "HeldBack"]
    assert "a secret" not in row.d
    record = from_row(row)
    assert isinstance(record, HeldBack)
    other = Tenant.found("Other", parley.clock.at // 1000)
    assert held(other) == []
    assert other.api.post(f"/v1/held-back/{record.id}/release").status == 404
