"""What the vendor owes a room: its rules."""

import pytest

from chalicelib.desk.errors import Conflict, Invalid
from chalicelib.desk.promises import MAX_AHEAD_MS, Promise, fact, pledged, reopened, settled

NOW = 1_800_000_000_000
OPEN = Promise(text="An update", due=NOW + 1000, by="agt_1", made_at=NOW - 1000)
KEPT = settled(OPEN, "kept", "agt_2", now=NOW)


def test_a_new_promise_has_a_text_and_is_due():
    made = pledged(None, {"text": "An update", "due": NOW + 5}, "agt_1", now=NOW)
    assert (made.text, made.due, made.by, made.made_at, made.open) == ("An update", NOW + 5, "agt_1", NOW, True)
    for fields, field in (
        ({"text": "x"}, "promise.due"),
        ({"due": NOW + 5}, "promise.text"),
        ({"text": "x", "due": NOW}, "promise.due"),
        ({"text": "x", "due": NOW + MAX_AHEAD_MS + 1}, "promise.due"),
    ):
        with pytest.raises(Invalid) as raised:
            pledged(None, fields, "agt_1", now=NOW)
        assert raised.value.field == field


def test_saying_the_same_again_changes_nothing():
    assert pledged(OPEN, {"text": OPEN.text, "due": OPEN.due}, "agt_2", now=NOW + 5000) == OPEN
    assert pledged(KEPT, {"state": "kept"}, "agt_9", now=NOW + 5000) is KEPT


def test_another_word_is_another_agents_and_is_not_late():
    late = pledged(OPEN, {"due": NOW + 9000}, "agt_2", now=NOW)
    assert (late.by, late.due, late.made_at) == ("agt_2", NOW + 9000, OPEN.made_at)
    overdue = Promise(text="x", due=NOW - 1, by="agt_1", made_at=1, overdue=True)
    assert not pledged(overdue, {"due": NOW + 1}, "agt_1", now=NOW).overdue
    assert pledged(overdue, {"text": "y"}, "agt_1", now=NOW).overdue


def test_it_ends_once_and_may_be_owed_again():
    assert (KEPT.state, KEPT.settled_by, KEPT.settled_at) == ("kept", "agt_2", NOW)
    for none in (None, KEPT):
        with pytest.raises(Conflict):
            pledged(none, {"state": "broken"}, "agt_1", now=NOW)
    assert pledged(KEPT, {"state": "open"}, "agt_1", now=NOW) == reopened(KEPT) == OPEN
    with pytest.raises(Invalid):
        pledged(None, {"state": "open"}, "agt_1", now=NOW)
    again = pledged(KEPT, {"text": "Another", "due": NOW + 7}, "agt_3", now=NOW)
    assert (again.text, again.made_at, again.settled_by, again.open) == ("Another", NOW, "", True)


def test_what_became_of_it_is_told_by_what_it_is():
    overdue = Promise(text="x", due=1, by="agt_1", made_at=1, overdue=True)
    facts = [None, OPEN, overdue, KEPT, settled(overdue, "broken", "agt_1", now=2)]
    assert [fact(each) for each in facts] == ["withdrawn", "made", "overdue", "kept", "broken"]
