"""What no webhook told of comments is found at night: deletions, and comments where the ticket's time does not move."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.aws.outside import GuardedOutside
from chalicelib.desk.tickets import CommentSeen
from tests.fakes import Parley
from tests.peers.sides import SIDES
from tests.tracking import DONE, Desk

NIGHT = 25 * 3600


@pytest.fixture
def desk(parley: Parley) -> Desk:
    made = Desk(parley)
    made.cross(policy="tell")
    return made


def a_night(desk: Desk) -> None:
    desk.there.sent.clear()
    desk.pass_(NIGHT)


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("policy", ["tell", "draft"])
def test_a_deletion_whose_webhook_was_lost_is_taken_back(desk: Desk, closed: bool, policy: str) -> None:
    desk.cross(policy=policy)
    issue = desk.raised("acme")["id"]
    said = desk.there.say("1", "@customer: Soon")
    kept = desk.there.say("1", "@customer: Later")
    desk.deliver()
    for draft in desk.notices():
        assert desk.api.post(f"/v1/notices/{draft['id']}/approve").status == 200
    desk.settle()
    if closed:
        desk.there.turn("1", DONE)
        desk.deliver()
    time = desk.there.tickets_["1"].updated_at
    del desk.there.said["1"][said.id]
    a_night(desk)
    assert desk.there.tickets_["1"].updated_at == time
    for draft in desk.notices():
        if draft["withdraws"]:
            assert desk.api.post(f"/v1/notices/{draft['id']}/approve").status == 200
    desk.settle()
    assert "News of “Export”: Soon" not in desk.said_in("acme")
    assert "News of “Export”: Later" in desk.said_in("acme")
    states = {row["text"]: row["state"] for row in desk.api.get(f"/v1/issues/{issue}/comments").json["items"]}
    assert states == {"": "deleted", kept.text: "there"}


def test_a_comment_that_moves_no_time_is_found(desk: Desk) -> None:
    desk.raised("acme")
    before = desk.there.tickets_["1"]
    desk.there.say("1", "@customer: Soon")
    desk.there.tickets_["1"] = before
    a_night(desk)
    assert desk.said_in("acme") == ["News of “Export”: Soon"]


def reads(desk: Desk) -> int:
    """How often comments are read in a night."""
    desk.there.reads.clear()
    a_night(desk)
    return desk.there.reads.count("comments")


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("counts", [False, True])
def test_a_draft_of_an_open_ticket_is_discarded_though_nobody_told_of_the_deletion(
    desk: Desk, counts: bool, again: bool
) -> None:
    desk.there.counts = counts
    desk.cross(policy="draft")
    issue = desk.raised("acme")["id"]
    said = desk.there.say("1", "@customer: Soon")
    desk.deliver()
    a_night(desk)
    assert [each["about"] for each in desk.notices()] == ["comment"]
    time = desk.there.tickets_["1"].updated_at
    del desk.there.said["1"][said.id]
    if again:  # and as many as before are there
        desk.there.say("1", "Between us")
        desk.deliver()
    else:
        assert desk.there.tickets_["1"].updated_at == time
    a_night(desk)
    assert desk.notices() == []
    states = [row["state"] for row in desk.api.get(f"/v1/issues/{issue}/comments").json["items"]]
    assert states.count("deleted") == 1


def test_where_the_tracker_counts_none_is_read_that_has_as_many_as_before(desk: Desk) -> None:
    desk.there.counts, desk.there.NIGHTLY = True, 9  # type: ignore[attr-defined]
    desk.cross(policy="draft")
    for _ in range(6):
        desk.raised("acme")
    assert [reads(desk) for _ in range(4)][-1] == 0
    assert desk.api.get(f"/v1/installs/{desk.install}/tracking").json["unread_tickets"] == 0
    before = desk.there.tickets_["5"]
    desk.there.say("5", "@customer: Soon")
    desk.there.tickets_["5"] = before
    assert reads(desk) == 1
    assert [each["about"] for each in desk.notices()] == ["comment"]


def test_each_is_counted_in_its_turn(desk: Desk) -> None:
    desk.there.counts, desk.there.NIGHTLY = True, 2  # type: ignore[attr-defined]
    for _ in range(5):
        desk.raised("acme")
    for _ in range(8):
        a_night(desk)
    before = desk.there.tickets_["5"]
    desk.there.say("5", "@customer: Soon")
    desk.there.tickets_["5"] = before
    for _ in range(3):
        a_night(desk)
    assert desk.said_in("acme") == ["News of “Export”: Soon"]


def test_at_most_a_tenth_of_the_budget_the_oldest_first_and_the_rest_is_said(desk: Desk) -> None:
    desk.there.NIGHTLY = 9  # type: ignore[attr-defined]
    for _ in range(5):
        desk.raised("acme")

    counts = [reads(desk) for _ in range(3)]
    assert all(count <= 6 for count in counts)
    tracking = desk.api.get(f"/v1/installs/{desk.install}/tracking").json
    assert tracking["unread_tickets"] == 2
    for id_ in "12345":
        before = desk.there.tickets_[id_]
        desk.there.say(id_, f"@customer: No. {id_}")
        desk.there.tickets_[id_] = before
    for _ in range(2):
        a_night(desk)
    assert len(desk.said_in("acme")) == 5


def test_of_very_many_comments_none_is_taken_for_deleted_and_no_old_one_for_new(desk: Desk) -> None:
    seen = desk.there.new("Known for long")
    for n in range(700):
        desk.there.say(seen.id, f"@customer: No. {n}")
        desk.parley.clock.at += 1
    whole = desk.there.comments

    def part(ticket: str, since: int = 0) -> list[CommentSeen]:
        return whole(ticket, since)[:600]

    desk.there.comments = part  # type: ignore[method-assign]
    desk.there.sent.clear()
    issue = desk.raised("acme", ticket=False)["id"]
    desk.api.post(f"/v1/issues/{issue}/tickets", {"install": desk.install, "reference": seen.key})
    desk.settle()
    for _ in range(3):
        desk.hook({"type": "comment.created", "ticket": seen.id, "comment": "c9"})
        desk.settle()
    a_night(desk)
    assert desk.said_in("acme") == []
    rows: list[Any] = []
    cursor = ""
    while True:
        page = desk.api.get(f"/v1/issues/{issue}/comments", limit="100", **({"cursor": cursor} if cursor else {})).json
        rows += page["items"]
        cursor = page["next"]
        if not cursor:
            break
    assert {row["state"] for row in rows} == {"there"}


@pytest.mark.parametrize("kind", SIDES)
def test_on_each_tracker(parley: Parley, kind: str) -> None:
    side = SIDES[kind]()
    with side.peer:
        parley.world = replace(parley.world, outside=GuardedOutside(allow_loopback=True))
        desk = Desk(parley)
        side.peer.post = lambda url, headers, body: (200, {})
        body = {"kind": kind, "name": "Work", "config": side.config, "credentials": side.credentials}
        install = desk.api.post("/v1/installs", body).json["id"]
        desk.api.post(f"/v1/installs/{install}/try")
        desk.cross(install, policy="tell")
        raised = {"title": "x", "public_title": "Export", "tickets": [install]}
        issue = desk.api.post("/v1/issues", raised).json["id"]
        desk.api.post(f"/v1/issues/{issue}/rooms", {"room": desk.room("acme")})
        desk.settle()
        [(ticket, _, _)] = side.tickets()
        said = side.say(ticket, "@customer We have found it.")
        side.peer.outbox.clear()
        desk.pass_(NIGHT)
        assert desk.said_in("acme") == ["News of “Export”: We have found it."]
        side.unsay(ticket, said)
        side.peer.outbox.clear()
        desk.pass_(NIGHT)
        assert desk.said_in("acme") == [""]  # deleted
