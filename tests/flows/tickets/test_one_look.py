"""One look at a ticket: whether it is needed, what it reads, what it believes, and what it leaves for the next one."""

from typing import Any

import msgspec
import pytest

from chalicelib.desk.issues import Comment, Ticket, TicketOwner, Tracking
from chalicelib.desk.tickets import Hint, TicketDraft, TicketSeen
from chalicelib.flows.tickets.reconcile import SKEW_MS, STALE_TRIES, reconcile
from chalicelib.ports import Task, over, ref
from tests.fakes import Parley
from tests.tracking import DOING, DONE, ODD, OPEN, Desk, busy, denied


@pytest.fixture
def desk(parley: Parley) -> Desk:
    return Desk(parley)


def ticket_of(desk: Desk, issue: str) -> Ticket:
    found = desk.parley.store.one(ref(Ticket, issue, desk.install))
    assert found
    return found


def keep(desk: Desk, issue: str, **fields: Any) -> None:
    ticket = ticket_of(desk, issue)
    desk.parley.store.commit(over(ticket.changed(**fields), ticket))


def look(desk: Desk, issue: str, **fields: Any) -> str:
    return reconcile(desk.parley.world, Task("look", issue, desk.install, **({"why": "repair:1"} | fields)))


def show(desk: Desk, **fields: Any) -> None:
    """The tracker shows ticket 1 so, and tells nobody."""
    desk.there.tickets_["1"] = msgspec.structs.replace(desk.there.tickets_["1"], **fields)


def hint(desk: Desk, type_: str = "ticket.changed", **fields: str) -> None:
    desk.there.sent = [{"type": type_, "ticket": "1"} | fields]
    desk.deliver()


def known(desk: Desk, issue: str, comment: str) -> Comment | None:
    return desk.parley.store.one(ref(Comment, issue, desk.install, comment))


# --- whether it is needed -----------------------------------------------------------------------------------------


def test_what_is_tied_to_nothing_is_not_looked_at(desk: Desk) -> None:
    issue, bare = desk.raised()["id"], desk.raised(ticket=False)["id"]
    desk.there.reads.clear()
    for task in (
        Task("look", issue, "ins_none"),
        Task("look", "", "ins_none", "1"),
        Task("look", "", desk.install, "99"),
        Task("look", bare, desk.install),
        Task("look", "iss_none", desk.install),
    ):
        assert reconcile(desk.parley.world, task) == "not-tied"
    assert desk.there.reads == []


def test_a_hint_of_a_ticket_that_nobody_tied_is_work_for_nobody(desk: Desk) -> None:
    desk.raised()
    for ticket, looks in (("", 0), ("99", 0), ("1", 1)):
        desk.hook({"type": "ticket.changed", "ticket": ticket})
        assert len(desk.parley.queues.looks) == looks


def test_a_ticket_is_made_though_no_state_crosses(desk: Desk) -> None:
    desk.cross(state=False)
    assert desk.raised()["tickets"][0]["key"] == "T-1"


@pytest.mark.parametrize(("early", "came"), [(0, "done"), (1, "nothing-new")])
@pytest.mark.parametrize("comment", ["", "c1"])
def test_a_hint_is_as_new_as_clocks_may_differ(desk: Desk, early: int, came: str, comment: str) -> None:
    issue = desk.raised()["id"]
    keep(desk, issue, looked_at=90_000 if comment else 50_000, heard_at=50_000 if comment else 90_000)
    changed = Hint(ticket="1", what="changed", comment=comment)
    assert look(desk, issue, why="", hint=changed, at=50_000 - SKEW_MS - early) == came


@pytest.mark.parametrize("what", ["comment_deleted", "transferred"])
def test_what_no_look_sees_is_looked_for_however_late_its_hint_comes(desk: Desk, what: Any) -> None:
    issue = desk.raised()["id"]
    assert look(desk, issue, why="", hint=Hint(ticket="1", what=what), at=1) == "done"


def test_a_tracker_has_rested_when_its_time_has_come(desk: Desk) -> None:
    issue, until = desk.raised()["id"], desk.parley.clock.now() + 9_000
    tracking = desk.parley.store.one(ref(Tracking, desk.install))
    assert tracking
    desk.parley.store.commit(over(tracking.changed(resting=until), tracking))
    for now, came in ((until - 1, "resting"), (until, "done")):
        desk.parley.clock.now = lambda now=now: now  # type: ignore[method-assign, misc]
        assert look(desk, issue) == came


# --- what it reads ------------------------------------------------------------------------------------------------


def test_comments_are_read_where_there_may_be_new_ones_alone(desk: Desk) -> None:
    issue = desk.raised()["id"]
    desk.there.reads.clear()
    hint(desk)
    assert desk.there.reads == ["fetch"]
    desk.patch(issue, state="done", tell="quiet")
    desk.settle()
    assert desk.there.reads == ["fetch", "fetch"]
    hint(desk, "comment.created", comment="c1")
    assert desk.there.reads[2:] == ["fetch", "comments"]


def test_a_comment_is_found_by_the_hint_of_something_else(desk: Desk) -> None:
    issue = desk.raised()["id"]
    said = desk.there.say("1", "One")
    hint(desk)
    assert known(desk, issue, said.id)


def test_a_comment_is_found_though_the_tracker_was_busy_when_they_were_read(desk: Desk) -> None:
    issue = desk.raised()["id"]
    said = desk.there.say("1", "One")
    desk.there.moods = [None, busy()]  # type: ignore[list-item]
    hint(desk)
    assert known(desk, issue, said.id) is None
    desk.pass_(70)
    assert known(desk, issue, said.id)


def test_a_repair_finds_a_comment_that_left_the_ticket_as_it_was(desk: Desk) -> None:
    issue = desk.raised()["id"]
    at = desk.there.tickets_["1"].updated_at
    said = desk.there.say("1", "One")
    show(desk, updated_at=at)
    assert look(desk, issue) == "done"
    assert known(desk, issue, said.id)


def timeless(desk: Desk, at_once: str = "") -> None:
    """The tracker tells no times of tickets; somebody there comments a new one at once."""
    create = desk.there.create

    def made(draft: TicketDraft) -> TicketSeen:
        seen = create(draft)
        if at_once:
            desk.there.say(seen.id, at_once)
        show(desk, updated_at=0)
        return msgspec.structs.replace(seen, updated_at=0)

    desk.there.create = made  # type: ignore[method-assign]


def test_where_a_tracker_tells_no_times_comments_are_read_each_time_and_the_first_is_news(desk: Desk) -> None:
    timeless(desk)
    issue = desk.raised("acme")["id"]
    said = desk.there.say("1", "@customer Soon")
    show(desk, updated_at=0)
    hint(desk)
    assert known(desk, issue, said.id)
    assert len(desk.notices()) == 1


def test_what_is_said_as_soon_as_a_ticket_is_made_is_news(desk: Desk) -> None:
    timeless(desk, "@customer Soon")
    desk.raised("acme")
    assert len(desk.notices()) == 1


def test_a_tracker_whose_clock_is_behind_is_heard_from_the_first_comment_on(desk: Desk) -> None:
    desk.there.clock = lambda: desk.parley.clock.now() - 3_600_000
    desk.raised("acme")
    desk.there.say("1", "@customer Soon")
    desk.deliver()
    assert len(desk.notices()) == 1


# --- what it believes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tries", "came", "state"), [(STALE_TRIES - 1, "busy", "open"), (STALE_TRIES, "done", "in_progress")]
)
def test_an_older_state_is_believed_after_some_tries(desk: Desk, tries: int, came: str, state: str) -> None:
    issue = desk.raised()["id"]
    keep(desk, issue, attempts=tries)
    show(desk, word=DOING, updated_at=ticket_of(desk, issue).seen_at - 1)
    assert look(desk, issue) == came
    assert desk.issue(issue)["state"] == state


def test_a_state_without_a_time_is_none_of_the_older_ones(desk: Desk) -> None:
    issue = desk.raised()["id"]
    show(desk, word=DOING, updated_at=0)
    hint(desk)
    assert desk.issue(issue)["state"] == "in_progress"


def test_a_ticket_that_is_shown_as_gone_is_lost(desk: Desk) -> None:
    issue = desk.raised()["id"]
    show(desk, gone=True)
    hint(desk)
    assert ticket_of(desk, issue).standing == "lost"


@pytest.mark.parametrize("there", [None, {"gone": True}, {"moved_to": "88"}])
def test_a_ticket_that_went_where_nobody_sees_it_is_lost(desk: Desk, there: dict[str, Any] | None) -> None:
    issue = desk.raised()["id"]
    seen = desk.there.tickets_.pop("1")
    if there is not None:
        desk.there.tickets_["77"] = msgspec.structs.replace(seen, id="77", **there)
    hint(desk, "ticket.transferred", moved_to="77")
    assert (ticket_of(desk, issue).standing, ticket_of(desk, issue).ticket) == ("lost", "1")


def test_the_former_id_of_a_ticket_that_was_followed_belongs_to_nobody(desk: Desk) -> None:
    issue = desk.raised()["id"]
    desk.there.transfer("1", "77")
    desk.deliver()
    owners = [desk.parley.store.one(ref(TicketOwner, desk.install, id_)) for id_ in ("1", "77")]
    assert [owner and owner.issue for owner in owners] == [None, issue]


# --- what is made and written -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("public", "title"), [(True, ""), (True, "For all"), (False, ""), (False, "For all")])
def test_to_a_public_tracker_goes_what_is_public_alone(desk: Desk, public: bool, title: str) -> None:
    desk.cross(public=public)
    issue = desk.raised(public_title=title, text="Ours", public_text="Theirs")["id"]
    made = [(seen.title, seen.text) for seen in desk.there.tickets_.values()]
    if public and not title:
        assert made == []
        assert ticket_of(desk, issue).reason == "needs a public title"
    else:
        assert made == [("For all", "Theirs") if public else ("Export breaks", "Ours")]


@pytest.mark.parametrize(("begins", "moved"), [(OPEN, []), (DOING, [("move", "open")]), (ODD, [])])
def test_a_ticket_that_begins_in_another_state_is_moved_to_the_issues(
    desk: Desk, begins: Any, moved: list[Any]
) -> None:
    create = desk.there.create

    def made(draft: TicketDraft) -> TicketSeen:
        create(draft)
        show(desk, word=begins)
        return desk.there.tickets_["1"]

    desk.there.create = made  # type: ignore[method-assign]
    issue = desk.raised()["id"]
    assert desk.issue(issue)["state"] == "open"
    assert desk.there.writes[1:] == moved
    assert ticket_of(desk, issue).state == "open"


def test_a_label_that_is_taken_away_here_is_taken_away_there(desk: Desk) -> None:
    desk.cross(labels=True)
    issue = desk.raised(labels=["a", "b"])["id"]
    desk.patch(issue, labels=["b"])
    desk.settle()
    assert desk.there.tickets_["1"].labels == ("b",)


def test_what_was_refused_stays_so_when_something_else_is_written(desk: Desk) -> None:
    desk.cross(title=True)
    issue = desk.raised()["id"]
    desk.there.moods = [None, denied("no such title")]  # type: ignore[list-item]
    desk.patch(issue, title="Refused")
    desk.settle()
    for state in ("in_progress", "done"):
        desk.patch(issue, state=state, tell="quiet")
        desk.settle()
    assert [write[0] for write in desk.there.writes] == ["create", "move", "move"]
    assert ticket_of(desk, issue).refused == {"title": "Refused"}


# --- who waits ----------------------------------------------------------------------------------------------------


def test_who_is_busy_without_a_time_has_no_other_ticket_wait(desk: Desk) -> None:
    one, two = desk.raised()["id"], desk.raised()["id"]
    desk.there.moods = [busy()]
    for issue in (one, two):
        desk.patch(issue, state="done", tell="quiet")
        desk.settle()
    assert [desk.there.tickets_[id_].word for id_ in "12"] == [OPEN, DONE]


def test_nor_does_a_replica_that_is_behind(desk: Desk) -> None:
    one, two = desk.raised()["id"], desk.raised()["id"]
    show(desk, updated_at=ticket_of(desk, one).seen_at - 1)
    hint(desk)
    desk.there.turn("2", DOING)
    desk.deliver()
    assert (ticket_of(desk, one).attempts, desk.issue(two)["state"]) == (1, "in_progress")
