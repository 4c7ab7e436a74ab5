"""Comments of a ticket are read again and again: what is the same as before is stored once, and a first link tells of
no conflict."""

from typing import Any

import msgspec
import pytest

from chalicelib.desk.issues import Comment, Tracking
from chalicelib.flows.tickets.comments import MAX_TEXT
from chalicelib.ports import over, ref
from tests.fakes import Parley
from tests.tracking import BOT, DOING, DONE, Desk, busy, denied


@pytest.fixture
def desk(parley: Parley) -> Desk:
    return Desk(parley)


def stored(desk: Desk, issue: str, comment: str) -> Comment:
    found = desk.parley.store.one(ref(Comment, issue, desk.install, comment))
    assert found
    return found


def heard_again(desk: Desk, comment: str = "") -> None:
    desk.there.sent = [{"type": "comment.changed", "ticket": "1", "comment": comment or "c0"}]
    desk.deliver()


def test_what_is_the_same_as_before_is_not_stored_again(desk: Desk) -> None:
    issue = desk.raised("acme")["id"]
    said = desk.there.say("1", "@customer Soon")
    long = desk.there.say("1", "x" * (MAX_TEXT + 1))
    desk.deliver()
    before, history = [stored(desk, issue, each.id) for each in (said, long)], desk.history(issue)
    for _ in range(3):
        heard_again(desk, said.id)
    assert [stored(desk, issue, each.id) for each in (said, long)] == before
    assert desk.history(issue) == history
    assert len(desk.notices()) == 1


@pytest.mark.parametrize("later", [-1, 0, 1])
def test_an_edit_is_told_by_its_time_and_by_its_words(desk: Desk, later: int) -> None:
    issue = desk.raised("acme")["id"]
    said = desk.there.say("1", "One")
    desk.deliver()
    at = said.updated_at + later
    desk.there.said["1"][said.id] = msgspec.structs.replace(said, text="Two", updated_at=at)
    heard_again(desk, said.id)
    assert (stored(desk, issue, said.id).text, stored(desk, issue, said.id).version) == ("Two", 2)
    desk.there.said["1"][said.id] = msgspec.structs.replace(said, text="Two", updated_at=at + later)
    heard_again(desk, said.id)
    assert stored(desk, issue, said.id).version == (3 if later > 0 else 2)


def test_what_an_agent_wrote_here_is_not_heard_as_theirs_though_its_text_comes_back_otherwise(desk: Desk) -> None:
    issue = desk.raised("acme")["id"]
    assert desk.api.post(f"/v1/issues/{issue}/comments", {"text": "Ours"}).status == 202
    desk.settle()
    (said,) = desk.there.said["1"].values()
    before = stored(desk, issue, said.id)
    desk.there.edit("1", said.id, "Ours, as *they* show it")
    desk.deliver()
    assert stored(desk, issue, said.id) == before


def test_a_mark_of_somebody_elses_is_nothing_of_ours(desk: Desk) -> None:
    issue = desk.raised("acme")["id"]
    said = desk.there._say("1", "By another tool", BOT, "other_1")
    ours = desk.there._say("1", "Ours, on its way", BOT, "cmt_lost")
    desk.deliver()
    assert stored(desk, issue, said.id).text == "By another tool"
    assert desk.parley.store.one(ref(Comment, issue, desk.install, ours.id)) is None


def test_a_deleted_one_stays_so(desk: Desk) -> None:
    desk.cross(policy="tell", comments="all")
    issue = desk.raised("acme")["id"]
    said = desk.there.say("1", "One")
    desk.deliver()
    desk.there.unsay("1", said.id)
    desk.deliver()
    gone, history = stored(desk, issue, said.id), desk.history(issue)
    assert gone.deleted
    desk.there.said["1"][said.id] = msgspec.structs.replace(said, text="Back", updated_at=said.updated_at + 9_999_999)
    heard_again(desk, said.id)
    desk.there.sent = [{"type": "comment.deleted", "ticket": "1", "comment": said.id}]
    desk.deliver()
    assert (stored(desk, issue, said.id), desk.history(issue)) == (gone, history)


def test_one_that_became_internal_is_forgotten_once_and_one_that_always_was_is_never_heard(desk: Desk) -> None:
    desk.cross(policy="tell", comments="all")
    issue = desk.raised("acme")["id"]
    said, hidden = desk.there.say("1", "One"), desk.there.say("1", "Hidden", internal=True)
    desk.deliver()
    assert desk.parley.store.one(ref(Comment, issue, desk.install, hidden.id)) is None
    desk.there.said["1"][said.id] = msgspec.structs.replace(said, internal=True)
    for _ in range(3):
        heard_again(desk, said.id)
    assert stored(desk, issue, said.id).deleted
    assert desk.history(issue).count("comment_deleted") == 1


@pytest.mark.parametrize("state", ["open", "in_progress", "done"])
def test_a_first_link_is_no_conflict(desk: Desk, state: str) -> None:
    desk.cross(title=True)
    seen = desk.there.new("Known for long")
    desk.there.turn(seen.id, DOING)
    issue = desk.raised("acme", ticket=False, title="Ours")["id"]
    if state != "open":
        desk.patch(issue, state=state, tell="quiet")
    body = {"install": desk.install, "reference": seen.key}
    assert desk.api.post(f"/v1/issues/{issue}/tickets", body).status == 201
    desk.settle()
    shown = desk.issue(issue)
    assert (shown["state"], shown["title"]) == ("in_progress", "Known for long")
    assert "conflict" not in desk.history(issue)
    desk.there.turn(seen.id, DONE)
    desk.patch(issue, state="declined", tell="quiet")
    desk.deliver()
    assert desk.history(issue).count("conflict") == 1


def test_what_was_said_before_the_link_is_told_nobody_and_what_is_said_after_it_is(desk: Desk) -> None:
    desk.cross(policy="tell", comments="all")
    seen = desk.there.new("Known for long")
    old = desk.there.say(seen.id, "An old word")
    issue = desk.raised("acme", ticket=False)["id"]
    body = {"install": desk.install, "reference": seen.key}
    assert desk.api.post(f"/v1/issues/{issue}/tickets", body).status == 201
    desk.settle()
    assert (desk.said_in("acme"), "comment" in desk.history(issue)) == ([], False)
    desk.there.edit(seen.id, old.id, "An old word, said anew")
    desk.there.say(seen.id, "A new word")
    desk.deliver()
    assert sorted(desk.said_in("acme")) == ["News of “Export”: A new word", "News of “Export”: An old word, said anew"]


def losing(desk: Desk, issue: str, text: str) -> None:
    """An agent comments; the comment arrives, and our call never hears of it."""
    said = desk.there.comment

    def lost(*shown: Any, **kept: Any) -> None:
        said(*shown, **kept)
        raise busy()

    desk.there.comment = lost  # type: ignore[assignment, method-assign]
    assert desk.api.post(f"/v1/issues/{issue}/comments", {"text": text}).status == 202
    desk.settle()
    desk.there.comment = said  # type: ignore[method-assign]
    desk.pass_(70)


@pytest.mark.parametrize("marks", [True, False])
def test_a_comment_whose_answer_was_lost_is_found_and_a_refused_one_is_not_tried_again(desk: Desk, marks: bool) -> None:
    desk.there.marks = marks
    issue = desk.raised("acme")["id"]
    desk.there.say("1", "Once")  # somebody else says the same
    other = desk.there._say("1", "Other", BOT, "")
    losing(desk, issue, "Once")
    said = list(desk.there.said["1"].values())
    assert [(each.author_id, each.text) for each in said] == [
        ("person", "Once"),
        (BOT, "Other"),
        (BOT, "Once\n\n— Owner"),
    ]
    assert stored(desk, issue, said[2].id).by
    desk.deliver()
    assert not stored(desk, issue, other.id).by
    desk.there.moods = [None, denied("not here")]  # type: ignore[list-item]
    assert desk.api.post(f"/v1/issues/{issue}/comments", {"text": "Never"}).status == 202
    desk.settle()
    desk.pass_(4000)
    assert not any("Never" in each.text for each in desk.there.said["1"].values())
    assert desk.history(issue).count("failed") == 1


def test_where_nobody_knows_who_we_are_there_nothing_without_a_mark_is_taken_for_ours(desk: Desk) -> None:
    desk.there.marks = False
    tracking = desk.parley.store.one(ref(Tracking, desk.install))
    assert tracking
    desk.parley.store.commit(over(tracking.changed(actor=""), tracking))
    issue = desk.raised("acme")["id"]
    nobodys = desk.there._say("1", "Once", "", "")
    losing(desk, issue, "Once")
    desk.deliver()
    assert not stored(desk, issue, nobodys.id).by
    assert len(desk.there.said["1"]) == 3  # said twice rather than somebody else's taken for ours


def link(desk: Desk, issue: str, key: str) -> None:
    body = {"install": desk.install, "reference": key}
    assert desk.api.post(f"/v1/issues/{issue}/tickets", body).status == 201
    desk.settle()


def test_the_first_comment_after_a_link_is_told_though_none_was_there_before(desk: Desk) -> None:
    desk.cross(policy="tell", comments="all")
    seen = desk.there.new("Known for long")
    issue = desk.raised("acme", ticket=False)["id"]
    link(desk, issue, seen.key)
    desk.there.say(seen.id, "A new word")
    desk.deliver()
    assert desk.said_in("acme") == ["News of “Export”: A new word"]


def test_a_look_that_finds_no_comment_passes_over_none_that_shows_later(desk: Desk) -> None:
    desk.raised("acme")
    desk.there.say("1", "First")
    desk.deliver()
    desk.parley.clock.at += 3_600_000
    late = desk.there.say("1", "@customer Late to show")
    hidden = desk.there.said["1"].pop(late.id)
    desk.parley.clock.at += 3_600_000
    desk.there.said["1"] = {}
    desk.deliver()
    desk.there.said["1"] = {late.id: hidden}
    heard_again(desk, late.id)
    assert len(desk.notices()) == 1


def test_what_was_edited_while_the_ticket_was_not_linked_is_amended_when_it_is_again(desk: Desk) -> None:
    desk.cross(policy="tell", comments="all")
    seen = desk.there.new("Known for long")
    issue = desk.raised("acme", ticket=False)["id"]
    link(desk, issue, seen.key)
    said = desk.there.say(seen.id, "One")
    desk.deliver()
    assert desk.api.delete(f"/v1/issues/{issue}/tickets/{desk.install}").status == 204
    desk.there.edit(seen.id, said.id, "Two")
    desk.deliver()
    assert desk.said_in("acme") == ["News of “Export”: One"]
    link(desk, issue, seen.key)
    assert desk.said_in("acme") == ["News of “Export”: Two"]


def test_a_draft_that_was_discarded_comes_again_when_its_comment_changes(desk: Desk) -> None:
    desk.raised("acme")
    said = desk.there.say("1", "@customer Soon")
    desk.deliver()
    (draft,) = desk.notices()
    desk.there.edit("1", said.id, "@customer  Soon")
    desk.deliver()
    assert [each["id"] for each in desk.notices()] == [draft["id"]]
    assert desk.api.post(f"/v1/notices/{draft['id']}/discard").status == 200
    desk.there.edit("1", said.id, "@customer Soon")
    desk.deliver()
    (anew,) = desk.notices()
    assert (anew["text"], anew["id"] != draft["id"]) == (draft["text"], True)


def test_what_was_told_of_a_comment_stays_told_when_it_is_deleted_and_one_never_heard_of_is_nothing(desk: Desk) -> None:
    issue = desk.raised("acme")["id"]
    said = desk.there.say("1", "@customer Soon")
    desk.deliver()
    (draft,) = desk.notices()
    assert desk.api.post(f"/v1/notices/{draft['id']}/approve").status == 200
    desk.settle()
    desk.there.unsay("1", said.id)
    desk.there.sent.append({"type": "comment.deleted", "ticket": "1", "comment": "c99"})
    desk.deliver()
    assert [each["id"] for each in desk.notices("sent")] == [draft["id"]]
    assert [each["withdraws"] for each in desk.notices()] == [True]
    assert desk.history(issue).count("comment_deleted") == 1
