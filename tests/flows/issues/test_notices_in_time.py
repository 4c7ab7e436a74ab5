"""An issue turns, and somebody discards, while its rooms are being told: what is told is what holds by then."""

from typing import Any

import pytest

from chalicelib.desk.errors import Clash
from chalicelib.desk.issues import PIECE, Notice, NoticeReceipt
from chalicelib.desk.messages import Message
from chalicelib.desk.rooms import Room
from chalicelib.edge.shapes.answers import time_of
from chalicelib.flows.tickets.tasks import run_task
from chalicelib.ports import Task, new, ref
from chalicelib.store.rows import from_row
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.tracking import DONE, Desk


@pytest.fixture
def desk(parley: Parley) -> Desk:
    return Desk(parley)


def turn(desk: Desk, issue: str, state: str, tell: str = "tell", **more: Any) -> None:
    """Turn it; nobody has worked it off yet."""
    got = desk.api.patch(f"/v1/issues/{issue}", {"state": state, "tell": tell} | more)
    assert got.status == 200, got.text


def ids(notices: list[dict[str, Any]]) -> set[str]:
    return {each["id"] for each in notices}


# what became of the first notice by the time that the issue turns on → whether rooms heard of it
FIRST = [
    ("draft", "draft", 0),
    ("tell", "sending", 0),
    ("tell", "sent", 1),
    ("draft", "discarded", 0),
    ("quiet", "", 0),
]


@pytest.mark.parametrize(("tell", "became", "heard"), FIRST)
@pytest.mark.parametrize("to", ["open", "declined"])
def test_what_nobody_was_told_yet_is_discarded_when_the_issue_turns(
    desk: Desk, tell: str, became: str, heard: int, to: str
) -> None:
    issue = desk.raised("acme", ticket=False)["id"]
    turn(desk, issue, "done", tell)
    if became == "sent":
        desk.settle()
    if became == "discarded":
        (draft,) = desk.notices()
        assert desk.api.post(f"/v1/notices/{draft['id']}/discard").status == 200
    stands = [desk.api.get(f"/v1/notices/{each['id']}").json for each in desk.notices(became or "draft")]
    turn(desk, issue, to)
    for each in stands:
        after = desk.api.get(f"/v1/notices/{each['id']}").json
        gone = became in ("draft", "sending")
        assert after["state"] == ("discarded" if gone else became)
        assert after["held_because"] == ("the issue moved on" if gone else each["held_because"])
    told_of = [each for name in ("draft", "sending") for each in desk.notices(name) if each["id"] not in ids(stands)]
    assert len(told_of) == (to == "declined" or became in ("sending", "sent"))  # some room may have heard
    desk.settle()
    said = desk.said_in("acme")
    assert sum("is done" in text for text in said) == heard
    assert sum("not be done" in text for text in said) == (to == "declined")
    assert sum("again" in text for text in said) == (heard if to == "open" else 0)


def test_a_turn_that_closes_nothing_tells_nobody_and_takes_nothing_back(desk: Desk) -> None:
    issue = desk.raised("acme", ticket=False)["id"]
    turn(desk, issue, "in_progress")
    turn(desk, issue, "open")
    desk.settle()
    assert (desk.said_in("acme"), desk.notices(), desk.notices("sent")) == ([], [], [])


@pytest.mark.parametrize("resolve", [False, True])
def test_a_room_that_was_resolved_by_a_notice_is_opened_by_the_one_that_undoes_it(desk: Desk, resolve: bool) -> None:
    issue = desk.raised("acme", "beta", ticket=False)["id"]
    acme, beta = desk.room("acme"), desk.room("beta")
    desk.api.patch(f"/v1/rooms/{beta}", {"state": "resolved", "outcome": "workaround"})
    turn(desk, issue, "done", resolve=resolve)
    desk.settle()
    shown = desk.api.get(f"/v1/rooms/{acme}").json
    assert (shown["state"], shown["outcome"]) == (("resolved", "solved") if resolve else ("open", ""))
    turn(desk, issue, "open")
    desk.settle()
    assert desk.api.get(f"/v1/rooms/{acme}").json["state"] == "open"
    shown = desk.api.get(f"/v1/rooms/{beta}").json
    assert (shown["state"], shown["outcome"]) == ("resolved", "workaround")


def test_a_room_that_came_later_is_not_told_that_it_was_told_too_early(desk: Desk) -> None:
    issue = desk.raised("acme", ticket=False)["id"]
    desk.tenant.customer("gone", state="blocked")
    assert desk.api.post(f"/v1/issues/{issue}/rooms", {"room": desk.tenant.triage("gone")}).status == 201
    turn(desk, issue, "done")
    desk.settle()
    assert desk.api.post(f"/v1/issues/{issue}/rooms", {"room": desk.room("beta")}).status == 201
    desk.tenant.customer("gone", state="active")
    turn(desk, issue, "open")
    desk.settle()
    assert (len(desk.said_in("acme")), desk.said_in("beta"), desk.said_in("gone")) == (2, [], [])


def sending(desk: Desk, rooms: int) -> tuple[str, str]:
    """An issue with so many rooms, and a notice to all of them that is to be sent."""
    issue = desk.raised(*(f"c{number}" for number in range(rooms)), ticket=False)["id"]
    draft = desk.api.post(f"/v1/issues/{issue}/notices", {"text": "News"}).json["id"]
    assert desk.api.post(f"/v1/notices/{draft}/approve").status == 200
    return issue, draft


def told_in(desk: Desk, rooms: int) -> int:
    return sum(len(desk.said_in(f"c{number}")) for number in range(rooms))


def stop_after(desk: Desk, monkeypatch: pytest.MonkeyPatch, writes: int, act: Any) -> None:
    """Somebody acts once so many messages of the piece are said."""
    commit, left = desk.parley.store.commit, [writes]

    def committed(*shown: Any) -> None:
        commit(*shown)
        left[0] -= 1
        if left[0] == 0:
            act()

    monkeypatch.setattr(desk.parley.store, "commit", committed)


@pytest.mark.parametrize("already", [0, 1, 3, 5])
def test_of_a_notice_that_is_discarded_no_further_room_of_its_piece_hears(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, already: int
) -> None:
    _, notice = sending(desk, 5)

    def discard() -> None:
        assert desk.api.post(f"/v1/notices/{notice}/discard").status == 200

    if already:
        stop_after(desk, monkeypatch, already, discard)
    else:
        discard()
    run_task(desk.parley.world, Task("tell", notice))
    desk.settle()
    assert told_in(desk, 5) == already
    assert desk.api.get(f"/v1/notices/{notice}").json["state"] == "discarded"


def test_no_room_of_the_next_piece_hears_either(desk: Desk) -> None:
    _, notice = sending(desk, PIECE + 2)
    run_task(desk.parley.world, Task("tell", notice))
    assert told_in(desk, PIECE + 2) == PIECE
    assert desk.api.post(f"/v1/notices/{notice}/discard").status == 200
    desk.settle()
    run_task(desk.parley.world, Task("tell", notice))
    assert told_in(desk, PIECE + 2) == PIECE


def test_two_workers_at_one_piece_count_it_once_and_a_late_one_moves_nothing_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue, notice = sending(desk, PIECE + 2)
    stop_after(desk, monkeypatch, 3, lambda: run_task(desk.parley.world, Task("tell", notice)))
    run_task(desk.parley.world, Task("tell", notice))
    current = desk.parley.store.one(ref(Notice, notice))
    assert current
    assert (current.state, bool(current.cursor), current.told) == ("sending", True, PIECE)
    desk.settle()
    assert told_in(desk, PIECE + 2) == PIECE + 2
    assert desk.history(issue).count("told") == 1
    at = desk.api.get(f"/v1/notices/{notice}").json
    run_task(desk.parley.world, Task("tell", notice))
    assert desk.api.get(f"/v1/notices/{notice}").json == at


@pytest.mark.parametrize("state", ["draft", "sending", "sent", "discarded"])
def test_who_may_do_what_with_a_notice(desk: Desk, state: str) -> None:
    issue = desk.raised("acme", ticket=False)["id"]
    notice = desk.api.post(f"/v1/issues/{issue}/notices", {"text": "News"}).json["id"]
    path = f"/v1/notices/{notice}"
    if state in ("sending", "sent"):
        assert desk.api.post(f"{path}/approve").status == 200
    if state == "sent":
        desk.settle()
    if state == "discarded":
        assert desk.api.post(f"{path}/discard").status == 200
    assert desk.api.get(path).json["state"] == state
    assert desk.api.patch(path, {"text": "Others"}).status == (200 if state == "draft" else 409)
    assert desk.api.post(f"{path}/discard").status == (200 if state in ("draft", "sending") else 409)
    assert desk.api.post(f"{path}/approve").status == 409


def test_a_notice_of_another_workspace_is_not_there(desk: Desk) -> None:
    issue = desk.raised("acme", ticket=False)["id"]
    notice = desk.api.post(f"/v1/issues/{issue}/notices", {"text": "News"}).json["id"]
    other = Tenant.found("Other", desk.tenant.now)
    for caller, id_ in ((other.api, notice), (desk.api, "ntc_none")):
        assert caller.get(f"/v1/notices/{id_}").status == 404
        assert [caller.post(f"/v1/notices/{id_}/{act}").status for act in ("approve", "discard")] == [404, 404]


def test_a_room_that_is_gone_is_written_down(desk: Desk) -> None:
    issue, notice = sending(desk, 1)
    rows = desk.parley.table.rows
    desk.parley.table.rows = {key: row for key, row in rows.items() if row.t != "Room"}
    run_task(desk.parley.world, Task("tell", notice))
    (shown,) = desk.api.get(f"/v1/issues/{issue}/told").json["items"]
    assert shown["reason"] == "no such room"


def test_what_was_told_is_taken_back_by_a_draft_where_the_turn_itself_is_quiet(desk: Desk) -> None:
    issue = desk.raised("acme", ticket=False)["id"]
    turn(desk, issue, "done")
    desk.settle()
    turn(desk, issue, "open", "quiet")
    (draft,) = desk.notices()
    assert "again" in draft["text"]
    turn(desk, issue, "done", "quiet")
    assert desk.notices() == []


def test_an_issue_that_is_opened_again_resolves_no_room(desk: Desk) -> None:
    issue = desk.raised("acme", ticket=False)["id"]
    turn(desk, issue, "done")
    desk.settle()
    turn(desk, issue, "open", resolve=True)
    desk.settle()
    assert desk.api.get(f"/v1/rooms/{desk.room('acme')}").json["state"] == "open"


@pytest.mark.parametrize(("tell", "lost"), [("tell", True), ("tell", False), ("draft", True), ("draft", False)])
def test_what_is_to_be_told_is_told_though_its_wake_up_is_lost_and_a_draft_is_not(
    desk: Desk, tell: str, lost: bool
) -> None:
    issue = desk.raised("acme", ticket=False)["id"]
    turn(desk, issue, "done", tell)
    if tell == "draft":
        (draft,) = desk.notices()
        desk.pass_(600)
        assert desk.said_in("acme") == []
        assert desk.api.post(f"/v1/notices/{draft['id']}/approve").status == 200
    if lost:
        desk.parley.queues.looks.clear()
    else:
        desk.settle()
    desk.pass_(60)
    assert len(desk.said_in("acme")) == (not lost)
    desk.pass_(120)
    assert len(desk.said_in("acme")) == 1
    (sent,) = desk.notices("sent")
    notice = desk.parley.store.one(ref(Notice, sent["id"]))
    assert notice
    me = desk.api.get("/v1/session").json["agent"]["id"]
    assert (notice.approved_by, notice.author.id, notice.due) == (me, me, 0)


# --- each room ----------------------------------------------------------------------------------------------------


def receipts(desk: Desk, issue: str) -> dict[str, NoticeReceipt]:
    rows = map(from_row, desk.parley.table.rows.values())
    return {row.room: row for row in rows if isinstance(row, NoticeReceipt) and row.issue == issue}


def test_a_room_in_which_nothing_can_be_said_now_is_passed_over_with_the_reason(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue, notice = sending(desk, 3)
    commit, busy = desk.parley.store.commit, desk.tenant.triage("c1")

    def committed(*writes: Any) -> None:
        if any(isinstance(getattr(each, "record", None), Message) and each.record.room == busy for each in writes):
            raise Clash
        commit(*writes)

    monkeypatch.setattr(desk.parley.store, "commit", committed)
    run_task(desk.parley.world, Task("tell", notice))
    assert [len(desk.said_in(f"c{number}")) for number in range(3)] == [1, 0, 1]
    found = receipts(desk, issue)
    assert [bool(found[desk.tenant.triage(f"c{number}")].skipped) for number in range(3)] == [False, True, False]
    assert desk.api.get(f"/v1/notices/{notice}").json["state"] == "sent"


@pytest.mark.parametrize("by_tracker", [True, False])
def test_who_told_a_room_is_who_approved_it_or_else_who_tied_it(desk: Desk, by_tracker: bool) -> None:
    bo = desk.api.post("/v1/agents", {"name": "Bo"}).json["id"]
    key = Client(desk.api.post("/v1/api-keys", {"name": "Bo's", "agent": bo}).json["key"])
    desk.cross(policy="tell" if by_tracker else "draft")
    issue = desk.raised("acme")["id"]
    desk.there.turn("1", DONE)
    desk.deliver()
    if not by_tracker:
        (draft,) = desk.notices()
        assert key.post(f"/v1/notices/{draft['id']}/approve").status == 200
        desk.settle()
    me = desk.api.get("/v1/session").json["agent"]["id"]
    assert [each.by for each in receipts(desk, issue).values()] == [me if by_tracker else bo]


def test_a_visitors_room_is_told_too(desk: Desk) -> None:
    issue = desk.raised(ticket=False)["id"]
    room = Room(version=1, id="room_v", workspace=desk.tenant.id, kind="visitor", name="Help", created_at=1)
    desk.parley.store.commit(new(room))
    assert desk.api.post(f"/v1/issues/{issue}/rooms", {"room": room.id}).status == 201
    draft = desk.api.post(f"/v1/issues/{issue}/notices", {"text": "News of {{room.name}}"}).json["id"]
    assert desk.api.post(f"/v1/notices/{draft}/approve").status == 200
    desk.settle()
    assert [each["text"] for each in desk.api.get(f"/v1/rooms/{room.id}/messages").json["items"]] == ["News of Help"]


def test_a_room_that_is_open_already_is_not_opened_again(desk: Desk) -> None:
    issue = desk.raised("acme", ticket=False)["id"]
    room = desk.room("acme")
    turn(desk, issue, "done", resolve=True)
    desk.settle()
    desk.say("acme", "But no")
    before = desk.api.get(f"/v1/rooms/{room}/changes").json["items"]
    turn(desk, issue, "open")
    desk.settle()
    after = desk.api.get(f"/v1/rooms/{room}/changes").json["items"]
    assert [each["type"] for each in after[len(before) :]] == ["posted"]


@pytest.mark.parametrize("resolved", [False, True])
def test_a_promise_that_the_notice_kept_is_owed_again_only_in_an_open_room(desk: Desk, resolved: bool) -> None:
    issue = desk.raised("acme", ticket=False)["id"]
    path = f"/v1/rooms/{desk.room('acme')}"
    due = time_of(desk.parley.clock.at + 3_600_000)
    assert desk.api.patch(path, {"promise": {"text": "Soon", "due": due}}).status == 200
    turn(desk, issue, "done")
    desk.settle()
    assert desk.api.get(path).json["promise"]["state"] == "kept"
    if resolved:
        desk.api.patch(path, {"state": "resolved"})
    turn(desk, issue, "open")
    desk.settle()
    assert desk.api.get(path).json["promise"]["state"] == ("kept" if resolved else "open")
