"""A ticket that is not there for us for a while is not lost for good, and says what to do."""

from collections.abc import Callable

import pytest

from chalicelib.desk.issues import Ticket
from chalicelib.ports import over, ref
from tests.fakes import Parley
from tests.tracking import DOING, DONE, Desk

NIGHT = 25 * 3600


@pytest.fixture
def desk(parley: Parley) -> Desk:
    return Desk(parley)


def hidden(desk: Desk) -> str:
    """An issue whose ticket is not there for an hour; meanwhile it was begun."""
    issue = str(desk.raised("acme")["id"])
    kept = desk.there.tickets_.pop("1")
    desk.hook({"type": "ticket.changed", "ticket": "1"})
    desk.settle()
    assert standing(desk, issue) == "lost"
    desk.there.tickets_["1"] = kept
    desk.there.turn("1", DOING)
    desk.there.sent.clear()
    return issue


def standing(desk: Desk, issue: str) -> str:
    (row,) = desk.api.get(f"/v1/issues/{issue}/tickets").json["items"]
    return str(row["standing"])


def a_night(desk: Desk, issue: str) -> None:
    desk.pass_(NIGHT)


def a_try(desk: Desk, issue: str) -> None:
    desk.api.post(f"/v1/installs/{desk.install}/try")


def an_agents_change(desk: Desk, issue: str) -> None:
    desk.patch(issue, priority="high")


def linking_again(desk: Desk, issue: str) -> None:
    body = {"install": desk.install, "reference": "T-1"}
    assert desk.api.post(f"/v1/issues/{issue}/tickets", body).status == 201


def a_webhook(desk: Desk, issue: str) -> None:
    desk.hook({"type": "ticket.changed", "ticket": "1"})


WAYS = (a_night, a_try, an_agents_change, linking_again, a_webhook)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("before", [False, True])
def test_each_way_revives_it(desk: Desk, way: Callable[[Desk, str], None], before: bool) -> None:
    issue = hidden(desk)
    if before:  # as it was stored before: without a next look
        old = desk.parley.store.one(ref(Ticket, issue, desk.install))
        assert old
        desk.parley.store.commit(over(old.changed(due=0, lost_at=0), old))
        if way is a_night:
            return
    way(desk, issue)
    desk.settle()
    assert standing(desk, issue) == "linked"
    assert desk.issue(issue)["state"] == "in_progress"
    assert desk.history(issue).count("lost") == desk.history(issue).count("found") == 1


def test_it_says_what_to_do_and_costs_one_look_a_night(desk: Desk) -> None:
    issue = str(desk.raised("acme")["id"])
    desk.there.delete("1")
    desk.deliver()
    (row,) = desk.api.get(f"/v1/issues/{issue}/tickets").json["items"]
    assert "unlink" in row["trouble"]
    assert row["next_look_at"]
    desk.there.reads.clear()
    for _ in range(3):
        desk.pass_(NIGHT)
    assert desk.there.reads.count("fetch") == 3
    desk.pass_(40 * 24 * 3600)
    desk.there.reads.clear()
    for _ in range(6):
        desk.pass_(NIGHT)
    assert desk.there.reads.count("fetch") <= 1
    assert desk.history(issue).count("lost") == 1


def test_one_that_says_it_is_deleted_may_come_back_out_of_the_trash(desk: Desk) -> None:
    issue = str(desk.raised("acme")["id"])
    kept = desk.there.tickets_["1"]
    desk.there.turn("1", DONE)
    desk.there.sent.clear()
    desk.there.tickets_["1"] = type(kept)(**{**{n: getattr(kept, n) for n in kept.__struct_fields__}, "gone": True})
    desk.hook({"type": "ticket.deleted", "ticket": "1"})
    desk.settle()
    (row,) = desk.api.get(f"/v1/issues/{issue}/tickets").json["items"]
    assert row["trouble"].startswith("the ticket was deleted there")
    desk.there.tickets_["1"] = kept
    desk.pass_(NIGHT)
    assert standing(desk, issue) == "linked"
