"""What makes an issue and its ticket equal: what both agreed on last says which of them has changed since. At the first
look nothing was agreed on yet: then nobody's change is lost."""

from typing import Any

import pytest

from chalicelib.desk.issues import MAX_LABELS, MAX_TITLE, Issue, Ticket, Tracking
from chalicelib.desk.ticket_merge import Merge, merge, pending
from chalicelib.desk.tickets import TicketSeen
from tests.tracking import DOING, DONE, ODD, OPEN, REVIEW, WORDS

WORD_OF = {"open": OPEN, "in_progress": DOING, "done": DONE, "unknown": ODD}
CROSSING = Tracking(
    install="ins_1", workspace="wsp_1", words=tuple(WORDS.values()), title=True, labels=True, readers="members"
)


def merged(
    ours: dict[str, Any], base: dict[str, Any], theirs: dict[str, Any], tracking: Tracking = CROSSING
) -> tuple[Merge, bool]:
    """The merge, and whether ours was known to wait for it."""
    agreed = {"state": "open", "title": "T", "labels": ()}
    issue = Issue(id="iss_1", workspace="wsp_1", kind="bug", created_at=1, by="agt_1", **agreed | ours)
    ticket = Ticket(issue="iss_1", install="ins_1", workspace="wsp_1", **agreed | base)
    sample = {"id": "1", "key": "T-1", "url": "", "title": "T", "word": OPEN, "labels": (), "updated_at": 1} | theirs
    return merge(issue, ticket, TicketSeen(**sample), tracking=tracking), pending(issue, ticket, tracking)


# our state, the agreed one, theirs → what ours becomes, whether ours is written, whether ours was lost
STATES = [
    ("open", "open", "open", "", "", False),
    ("open", "open", "done", "done", "", False),
    ("done", "open", "open", "", "done", False),
    ("done", "open", "done", "", "", False),
    ("done", "open", "in_progress", "in_progress", "", True),
    ("open", "unknown", "open", "", "", False),  # a first link
    ("open", "unknown", "done", "done", "", False),
    ("done", "unknown", "in_progress", "in_progress", "", False),
    ("open", "open", "unknown", "", "", False),  # a word that nobody has reviewed
    ("done", "open", "unknown", "", "done", False),
    ("done", "unknown", "unknown", "", "", False),
]


@pytest.mark.parametrize(("ours", "base", "theirs", "becomes", "written", "lost"), STATES)
def test_states(ours: str, base: str, theirs: str, becomes: str, written: str, lost: bool) -> None:
    found, waits = merged({"state": ours}, {"state": base}, {"word": WORD_OF[theirs]})
    assert (found.issue.get("state", ""), found.move) == (becomes, written)
    assert found.lost == (("state",) if lost else ())
    agreed = theirs if theirs != "unknown" else ours if base == "unknown" else base
    assert found.ticket["state"] == agreed
    assert waits is (ours != base)
    assert found.unknown == ("Parked" if theirs == "unknown" else "")
    refused, waits = merged({"state": ours}, {"state": base, "refused": {"state": ours}}, {"word": WORD_OF[theirs]})
    assert (refused.move, refused.wordless, waits) == ("", False, False)


def test_a_state_that_no_word_of_theirs_means_is_said_and_not_written() -> None:
    tracking = CROSSING.changed(words=(OPEN, DOING, REVIEW))
    found, _ = merged({"state": "done"}, {}, {}, tracking)
    assert (found.move, found.wordless) == ("", True)
    found, _ = merged({"state": "in_progress"}, {}, {}, tracking)
    assert (found.move, found.wordless) == (DOING.id, False)


def test_a_word_that_was_unknown_before_is_reported_once() -> None:
    assert merged({}, {"word": ODD}, {"word": ODD})[0].unknown == ""
    assert merged({}, {"word": OPEN}, {"word": ODD})[0].unknown == "Parked"


TITLES = [
    ("T", "T", "T", "", "", False),
    ("T", "T", "Theirs", "Theirs", "", False),
    ("Ours", "T", "T", "", "Ours", False),
    ("Ours", "T", "Ours", "", "", False),
    ("Ours", "T", "Theirs", "Theirs", "", True),
    ("Ours", "", "Theirs", "Theirs", "", False),  # a first link
    ("Ours", "", "Ours", "", "", False),
    ("T", "T", "  T ", "", "", False),
    ("T", "T", "", "", "", False),  # one that is empty is none
]


@pytest.mark.parametrize(("ours", "base", "theirs", "becomes", "written", "lost"), TITLES)
def test_titles(ours: str, base: str, theirs: str, becomes: str, written: str, lost: bool) -> None:
    found, waits = merged({"title": ours}, {"title": base}, {"title": theirs})
    assert (found.issue.get("title", ""), found.retitle) == (becomes, written)
    assert found.lost == (("title",) if lost else ())
    assert found.ticket["title"] == (" ".join(theirs.split()) or ours)
    assert waits is (ours != base)
    refused, waits = merged({"title": ours}, {"title": base, "refused": {"title": ours}}, {"title": theirs})
    assert (refused.retitle, waits) == ("", False)


def test_of_a_long_title_what_fits_is_the_title() -> None:
    assert merged({"title": "x" * MAX_TITLE}, {"title": "x" * MAX_TITLE}, {"title": "x" * 500})[0].issue == {}


LABELS = [
    ("", "", "", "", "", ""),
    ("", "", "a", "a", "", ""),
    ("a", "", "", "a", "a", ""),
    ("a", "a", "", "", "", ""),
    ("", "a", "a", "", "", "a"),
    ("ab", "a", "ac", "acb", "b", ""),
    ("b", "ab", "ac", "c", "", "a"),
    ("ab", "", "bc", "bca", "a", ""),  # a first link
]


@pytest.mark.parametrize(("ours", "base", "theirs", "both", "add", "remove"), LABELS)
def test_labels(ours: str, base: str, theirs: str, both: str, add: str, remove: str) -> None:
    found, waits = merged({"labels": tuple(ours)}, {"labels": tuple(base)}, {"labels": tuple(theirs)})
    assert set(found.issue.get("labels", ours)) == set(both)
    assert ("labels" in found.issue) is (set(ours) != set(both))
    assert (found.add, found.remove, found.ticket["labels"]) == (tuple(add), tuple(remove), tuple(theirs))
    assert waits is (set(ours) != set(base))
    key = "\n".join(sorted(both))
    refused, _ = merged(
        {"labels": tuple(ours)}, {"labels": tuple(base), "refused": {"labels": key}}, {"labels": tuple(theirs)}
    )
    assert (refused.add, refused.remove) == ((), ())


def test_labels_that_we_could_not_have_are_passed_over() -> None:
    found, _ = merged({}, {}, {"labels": ("a\n", "", "x" * 101, "y" * 100, "b")})
    assert found.issue["labels"] == ("y" * 100, "b")
    many = tuple(f"l{number}" for number in range(MAX_LABELS + 5))
    assert merged({}, {}, {"labels": many})[0].issue["labels"] == many[:MAX_LABELS]


def test_what_we_are_not_let_to_write_is_not_waited_for_until_it_is_another() -> None:
    assert merged({"labels": ("a",)}, {"refused": {"labels": "a"}}, {})[1] is False
    assert merged({"labels": ("a", "b")}, {"refused": {"labels": "a"}}, {})[1] is True


@pytest.mark.parametrize("closed", ["state", "title", "labels", "public"])
def test_what_does_not_cross_is_left_alone(closed: str) -> None:
    tracking = CROSSING.changed(**{closed: closed == "public"})
    left = {"title", "labels"} if closed == "public" else {closed}
    ours, theirs = (
        {"state": "done", "title": "Ours", "labels": ("a",)},
        {"word": DOING, "title": "Theirs", "labels": ("b",)},
    )
    found, _ = merged(ours, {}, theirs, tracking)
    assert left.isdisjoint(found.issue)
    assert set(found.ticket) == {"state", "title", "labels"} - left
    for name in left:
        assert merged({name: ours[name]}, {}, {}, tracking)[1] is False
