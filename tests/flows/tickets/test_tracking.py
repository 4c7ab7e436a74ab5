"""An issue and its ticket, on a tracker in memory: both ways, whatever its webhooks do."""

import pytest

from chalicelib.desk.issues import Tracking
from chalicelib.desk.tickets import TicketSeen
from chalicelib.desk.times import DAY_MS
from chalicelib.ports import ref
from tests.fakes import Parley
from tests.tracking import DOING, DONE, ODD, OPEN, REVIEW, WONTFIX, Desk, FakeTracker, busy, denied


@pytest.fixture
def desk(parley: Parley) -> Desk:
    return Desk(parley)


def ticket_of(desk: Desk, issue: str) -> dict[str, object]:
    (ticket,) = desk.api.get(f"/v1/issues/{issue}/tickets").json["items"]
    return dict(ticket)


def test_a_raised_issue_gets_its_ticket_once_with_a_link_back(desk: Desk) -> None:
    issue = desk.raised("acme", text="Steps…")
    (seen,) = desk.there.tickets_.values()
    assert (seen.title, seen.mark) == ("Export breaks", issue["id"])
    assert issue["tickets"] == [{"install": desk.install, "key": "T-1", "url": "https://tracker.example/T-1"}]
    desk.deliver(3)
    assert desk.there.writes == [("create", issue["id"])]
    assert desk.history(issue["id"]) == ["raised", "tied", "linked"]


def test_their_change_of_state_becomes_ours_and_is_written_nowhere(desk: Desk) -> None:
    issue = desk.raised("acme")
    desk.there.turn("1", DOING)
    desk.deliver(3)
    assert desk.issue(issue["id"])["state"] == "in_progress"
    desk.there.turn("1", REVIEW)  # another word that means the same
    desk.deliver()
    assert desk.issue(issue["id"])["state"] == "in_progress"
    assert desk.there.writes == [("create", issue["id"])]


def test_our_change_is_written_once_and_its_echo_changes_nothing(desk: Desk) -> None:
    issue = desk.raised("acme")
    desk.patch(issue["id"], state="done", tell="quiet")
    desk.settle()
    desk.deliver(3)
    assert desk.there.tickets_["1"].word == DONE
    assert [write[0] for write in desk.there.writes] == ["create", "move"]
    assert desk.issue(issue["id"])["state"] == "done"


def test_a_lost_webhook_is_mended_by_the_next_one_whatever_it_says(desk: Desk) -> None:
    issue = desk.raised("acme")
    desk.there.turn("1", DONE)
    desk.there.sent.clear()
    desk.there.turn("1", DOING)
    desk.there.sent[0]["type"] = "ticket.assigned"
    desk.deliver()
    assert desk.issue(issue["id"])["state"] == "in_progress"


def test_both_change_at_once_the_tracker_wins_and_history_says_so(desk: Desk) -> None:
    issue = desk.raised("acme")
    desk.there.turn("1", WONTFIX)
    desk.patch(issue["id"], state="in_progress")
    desk.deliver()
    assert desk.issue(issue["id"])["state"] == "declined"
    assert desk.there.tickets_["1"].word == WONTFIX
    assert "conflict" in desk.history(issue["id"])


def test_a_word_that_nobody_reviewed_changes_nothing_and_is_reported_once(desk: Desk) -> None:
    issue = desk.raised("acme")
    desk.there.turn("1", ODD)
    desk.deliver(3)
    assert desk.issue(issue["id"])["state"] == "open"
    assert desk.history(issue["id"]).count("unknown_word") == 1
    desk.patch(issue["id"], state="done", tell="quiet")
    desk.settle()
    assert desk.there.tickets_["1"].word == DONE


def test_reviewed_words_mean_what_the_review_says(desk: Desk) -> None:
    path = f"/v1/installs/{desk.install}/words"
    found = desk.api.get(path).json
    assert found["unknown"] == ["Parked"]
    words = [{"id": word["id"], "name": word["name"], "means": word["means"]} for word in found["words"]]
    words[-1]["means"] = "declined"
    assert desk.api.put(path, {"words": words}).json["unknown"] == []
    issue = desk.raised("acme")
    desk.there.turn("1", ODD)
    desk.deliver()
    assert desk.issue(issue["id"])["state"] == "declined"


def test_titles_and_labels_cross_only_where_that_is_set(desk: Desk) -> None:
    issue = desk.raised("acme")
    desk.there.rename("1", "Theirs")
    desk.there.relabel("1", "backend")
    desk.deliver()
    assert (desk.issue(issue["id"])["title"], desk.issue(issue["id"])["labels"]) == ("Export breaks", [])
    desk.cross(title=True, labels=True)
    desk.there.rename("1", "Theirs again")
    desk.deliver()
    assert (desk.issue(issue["id"])["title"], desk.issue(issue["id"])["labels"]) == ("Theirs again", ["backend"])
    desk.patch(issue["id"], title="Ours", labels=["urgent", "backend"])
    desk.there.relabel("1", "q3")
    desk.deliver()
    assert desk.there.tickets_["1"].title == "Ours"
    assert set(desk.there.tickets_["1"].labels) == set(desk.issue(issue["id"])["labels"]) == {"urgent", "q3"}


def test_linking_imports_state_and_comments_and_tells_nobody(desk: Desk) -> None:
    desk.cross(policy="tell", comments="all")
    seen = desk.there.new("Known for long")
    desk.there.turn(seen.id, DOING)
    desk.there.say(seen.id, "An old word")
    issue = desk.raised("acme", ticket=False)
    linked = desk.api.post(
        f"/v1/issues/{issue['id']}/tickets", {"install": desk.install, "reference": "https://tracker.example/T-1"}
    )
    assert linked.status == 201
    desk.settle()
    assert desk.issue(issue["id"])["state"] == "in_progress"
    (comment,) = desk.api.get(f"/v1/issues/{issue['id']}/comments").json["items"]
    assert (comment["text"], comment["ours"]) == ("An old word", False)
    assert desk.said_in("acme") == []
    assert desk.there.writes == []


def test_a_ticket_belongs_to_one_issue_and_an_issue_has_one_a_tracker(desk: Desk) -> None:
    desk.there.new("Theirs")
    one, two = desk.raised("acme", ticket=False), desk.raised("beta", ticket=False)
    body = {"install": desk.install, "reference": "T-1"}
    assert desk.api.post(f"/v1/issues/{one['id']}/tickets", body).status == 201
    assert desk.api.post(f"/v1/issues/{one['id']}/tickets", body).status == 201
    assert desk.api.post(f"/v1/issues/{two['id']}/tickets", body).status == 409
    assert desk.api.post(f"/v1/issues/{one['id']}/tickets", {"install": desk.install}).status == 409
    assert desk.api.post(f"/v1/issues/{two['id']}/tickets", body | {"reference": "T-9"}).status == 422
    assert desk.api.delete(f"/v1/issues/{one['id']}/tickets/{desk.install}").status == 204
    assert desk.api.post(f"/v1/issues/{two['id']}/tickets", body).status == 201


def test_a_comment_of_ours_arrives_once_and_is_never_heard_as_theirs(desk: Desk) -> None:
    desk.cross(policy="tell", comments="all")
    issue = desk.raised("acme")
    said = desk.api.post(f"/v1/issues/{issue['id']}/comments", {"text": "We looked into it"})
    assert (said.status, said.json["state"]) == (202, "waiting")
    desk.settle()
    desk.deliver(3)
    assert [write for write in desk.there.writes if write[0] == "comment"] == [
        ("comment", "We looked into it\n\n— Owner")
    ]
    (comment,) = desk.api.get(f"/v1/issues/{issue['id']}/comments").json["items"]
    assert (comment["ours"], comment["state"]) == (True, "there")
    assert desk.said_in("acme") == []


def test_a_comment_whose_answer_was_lost_is_found_by_its_mark(desk: Desk) -> None:
    issue = desk.raised("acme")
    kept = desk.there.comment

    def lost(ticket: str, text: str, mark: str, *, internal: bool) -> None:
        kept(ticket, text, mark, internal=internal)
        raise busy()

    desk.there.comment = lost  # type: ignore[assignment, method-assign]
    desk.api.post(f"/v1/issues/{issue['id']}/comments", {"text": "Once"})
    desk.settle()
    desk.there.comment = kept  # type: ignore[method-assign]
    desk.pass_(70)
    assert [each.text for each in desk.there.said["1"].values()] == ["Once\n\n— Owner"]


def test_a_busy_tracker_is_left_alone_until_it_asked_and_nobody_elses_waits(desk: Desk) -> None:
    one, two = desk.raised("acme"), desk.raised("beta")
    desk.there.moods = [busy(300)]
    desk.patch(one["id"], state="done", tell="quiet")
    desk.settle()
    assert str(ticket_of(desk, one["id"])["trouble"]) == "slow down"
    reads = len(desk.there.reads)
    desk.patch(two["id"], state="done", tell="quiet")
    desk.settle()
    assert len(desk.there.reads) == reads  # the whole account rests
    desk.pass_(200)
    assert len(desk.there.reads) == reads
    desk.pass_(200)
    assert [desk.there.tickets_[id_].word for id_ in "12"] == [DONE, DONE]


def test_what_is_told_of_a_tracker_that_rests_is_looked_at_afterwards(desk: Desk) -> None:
    one, two = desk.raised("acme"), desk.raised("beta")
    desk.there.moods = [busy(300)]
    desk.patch(one["id"], state="done", tell="quiet")
    desk.settle()
    desk.there.turn("2", DOING)
    desk.deliver()
    assert desk.issue(two["id"])["state"] == "open"
    desk.pass_(400)
    assert desk.issue(two["id"])["state"] == "in_progress"


def test_what_the_tracker_refuses_is_said_and_not_asked_again_and_again(desk: Desk) -> None:
    issue = desk.raised("acme")
    desk.there.moods = [None, denied()]  # type: ignore[list-item]
    desk.patch(issue["id"], state="done", tell="quiet")
    desk.settle()
    desk.there.say("1", "Hm")
    desk.deliver(3)
    assert [write[0] for write in desk.there.writes] == ["create"]
    assert ticket_of(desk, issue["id"])["trouble"] is not None or "failed" in desk.history(issue["id"])
    desk.patch(issue["id"], state="in_progress")
    desk.settle()
    assert desk.there.tickets_["1"].word == DOING


def test_a_lost_account_pauses_the_install_with_the_reason(desk: Desk) -> None:
    issue = desk.raised("acme")
    desk.there.moods = [denied("the token was revoked", lost=True)]
    desk.patch(issue["id"], state="done", tell="quiet")
    desk.settle()
    install = desk.api.get(f"/v1/installs/{desk.install}").json
    assert (install["state"], install["disabled_because"]) == ("paused", "the token was revoked")
    desk.api.patch(f"/v1/installs/{desk.install}", {"state": "active"})
    desk.pass_(3700)
    assert desk.there.tickets_["1"].word == DONE


def test_a_deleted_ticket_is_lost_and_the_issue_stays(desk: Desk) -> None:
    issue = desk.raised("acme")
    desk.there.delete("1")
    desk.deliver(2)
    assert ticket_of(desk, issue["id"])["standing"] == "lost"
    assert desk.issue(issue["id"])["state"] == "open"


def test_a_transferred_ticket_is_followed(desk: Desk) -> None:
    issue = desk.raised("acme")
    desk.there.transfer("1", "77")
    desk.deliver(2)
    assert ticket_of(desk, issue["id"])["key"] == "NEW-77"
    desk.there.turn("77", DONE)
    desk.deliver()
    assert desk.issue(issue["id"])["state"] == "done"


def test_an_older_state_of_a_replica_is_not_believed(desk: Desk) -> None:
    issue = desk.raised("acme")
    old = desk.there.tickets_["1"]
    desk.there.turn("1", DONE)
    desk.deliver()
    new, desk.there.tickets_["1"] = desk.there.tickets_["1"], old
    desk.there.sent = [{"type": "ticket.changed", "ticket": "1"}]
    desk.deliver()
    assert desk.issue(issue["id"])["state"] == "done"
    desk.there.tickets_["1"] = new
    desk.pass_(10)
    assert desk.issue(issue["id"])["state"] == "done"
    assert ticket_of(desk, issue["id"])["trouble"] is None


def test_two_trackers_behind_one_issue_end_equal(desk: Desk, parley: Parley) -> None:
    issue, other = desk.raised("acme"), FakeTracker(parley.clock.now)
    second = desk.connect()
    first = desk.there
    first.tickets = lambda install, *_, **__: other if install.id == second else first  # type: ignore[method-assign]
    assert desk.api.post(f"/v1/issues/{issue['id']}/tickets", {"install": second}).status == 201
    desk.settle()
    first.turn("1", DOING)
    desk.deliver()
    assert other.tickets_["1"].word == DOING
    other.turn("1", DONE)
    first.turn("1", REVIEW)
    desk.hook(other.sent[-1], second)
    desk.deliver(2)
    assert desk.issue(issue["id"])["state"] == "done"
    assert (first.tickets_["1"].word, other.tickets_["1"].word) == (DONE, DONE)


def test_the_nightly_pass_mends_what_webhooks_missed_and_reads_nothing_else(desk: Desk) -> None:
    desk.there.counts = True
    issues = [desk.raised("acme") for _ in range(7)]
    desk.there.turn("2", DONE)
    desk.there.say("6", "@customer: Soon")
    desk.there.sent.clear()
    desk.there.reads.clear()
    desk.pass_(25 * 3600)
    assert desk.issue(issues[1]["id"])["state"] == "done"
    assert [notice["text"] for notice in desk.notices() if notice["about"] == "comment"]
    assert desk.there.reads.count("fetch") <= 8
    desk.there.reads.clear()
    desk.pass_(25 * 3600)
    assert desk.there.reads.count("comments") == 0
    assert desk.there.reads.count("fetch") == 6  # of those that are open the comments are counted
    assert desk.there.reads.count("changed") >= 1


def test_a_pass_whose_pages_lead_to_themselves_or_that_is_put_off_for_years_goes_on_the_next_day(desk: Desk) -> None:
    desk.there.new("Theirs")
    desk.there.changed = lambda since, cursor="": (list(desk.there.tickets_.values()), "again")  # type: ignore[method-assign]
    desk.pass_(25 * 3600)
    tracking = desk.parley.store.one(ref(Tracking, desk.install))
    assert tracking.cursor == ""
    assert 0 < tracking.due - desk.parley.clock.at <= DAY_MS

    def years(since: int, cursor: str = "") -> tuple[list[TicketSeen], str]:
        raise busy(999_999_999)

    desk.there.changed = years  # type: ignore[method-assign]
    desk.pass_(25 * 3600)
    tracking = desk.parley.store.one(ref(Tracking, desk.install))
    assert 0 < tracking.due - desk.parley.clock.at <= DAY_MS


def test_a_hint_that_came_before_the_last_look_costs_nothing(desk: Desk, parley: Parley) -> None:
    desk.raised("acme")
    desk.there.sent = [{"type": "ticket.changed", "ticket": "1"}] * 20
    sent, desk.there.sent = desk.there.sent, []
    for hook in sent:
        desk.hook(hook)
    parley.clock.at += 5_000
    desk.there.reads.clear()
    desk.settle()
    assert desk.there.reads.count("fetch") == 1


def test_hints_of_tickets_that_nobody_tied_end_at_once(desk: Desk, parley: Parley) -> None:
    desk.there.new("Not ours")
    desk.deliver()
    assert parley.queues.looks == []
    assert desk.there.reads.count("fetch") == 0


def test_open_is_open(desk: Desk) -> None:
    issue = desk.raised("acme")
    desk.there.turn("1", DONE)
    desk.deliver()
    desk.there.turn("1", OPEN)
    desk.deliver()
    assert desk.issue(issue["id"])["state"] == "open"
