"""What we wrote at a tracker of somebody who is forgotten: our comments are deleted there, the ticket that we made is
written anew, by the looks that trackers get anyway. What others wrote there is told, and does not come back."""

from typing import Any

import pytest

from chalicelib.desk.issues import Comment, Ticket
from chalicelib.store.rows import to_row
from tests.fakes import Parley
from tests.tracking import Desk, busy, denied


@pytest.fixture
def desk(parley: Parley) -> Desk:
    made = Desk(parley)
    made.cross(comments="all", title=True, policy="tell")
    return made


class Story:
    """Zoe of Acme asked; her words stand in a ticket, an agent and somebody of the tracker spoke of her there."""

    def __init__(self, desk: Desk, title: str = "Zoe Zebra cannot export") -> None:
        self.desk = desk
        room = desk.room("acme")
        zoe = desk.tenant.user("acme", "zoe", name="Zoe Zebra", email="zoe@zebra.example")
        asked = zoe.post(f"/v1/rooms/{room}/messages", {"text": "zebra crossing breaks"}).json["id"]
        body = {"from": asked, "to": asked, "tickets": [desk.install]} | ({"title": title} if title else {})
        made = desk.api.post(f"/v1/rooms/{room}/issues", body)
        assert made.status == 201, made.text
        self.issue = made.json["id"]
        desk.settle()
        [self.ticket] = desk.there.tickets_
        assert "zebra" in str(desk.there.tickets_[self.ticket]).casefold()
        assert desk.api.post(f"/v1/issues/{self.issue}/comments", {"text": "Zoe Zebra asks again"}).status in (201, 202)
        assert desk.api.post(f"/v1/issues/{self.issue}/comments", {"text": "we look"}).status in (201, 202)
        desk.settle()
        self.id = str(desk.api.delete("/v1/customers/acme/users/zoe").json["id"])

    def finish(self) -> dict[str, Any]:
        for _ in range(60):
            self.step()
            report = self.report()
            if report["state"] == "done":
                return report
        raise AssertionError(self.report())

    def step(self) -> None:
        self.desk.pass_(130)
        self.desk.parley.work_all()
        self.desk.settle()

    def report(self) -> dict[str, Any]:
        return dict(self.desk.api.get(f"/v1/erasures/{self.id}").json)

    def at_the_tracker(self) -> set[tuple[str, str | None, int]]:
        found = [each for each in self.report()["elsewhere"] if each["install"] == self.desk.install]
        return {(each["state"], each["reason"], each["count"]) for each in found}

    def there(self) -> str:
        there = self.desk.there
        return f"{there.tickets_[self.ticket]} {there.said.get(self.ticket)}"

    def here(self) -> list[str]:
        rows = [to_row(each) for each in self.desk.parley.records()]
        return [f"{row.t} {row.d}" for row in rows if "zebra" in row.d.casefold()]


@pytest.mark.parametrize("title", ["Zoe Zebra cannot export", ""])
def test_our_comments_are_deleted_and_the_ticket_is_written_anew(desk: Desk, title: str) -> None:
    """Also one that is called by her words, since nobody gave it a title."""
    story = Story(desk, title)
    story.finish()
    assert "zebra" not in story.there().casefold()
    assert "we look" in story.there()
    assert story.here() == []
    assert story.at_the_tracker() == {("done", None, 2)}


def test_what_others_wrote_there_is_told_and_does_not_come_back(desk: Desk) -> None:
    story = Story(desk)
    desk.there.say(story.ticket, "we told Zoe Zebra so")
    desk.deliver()
    story.finish()
    assert story.here() == []
    assert ("by-hand", "somebody else wrote it there", 1) in story.at_the_tracker()
    desk.api.post(f"/v1/installs/{desk.install}/repair", {})
    desk.pass_(90_000)
    desk.there.say(story.ticket, "and now?")
    desk.deliver()
    assert story.here() == []
    assert "we told Zoe Zebra so" in story.there()


def test_what_is_refused_says_why(desk: Desk) -> None:
    story = Story(desk)

    def withdraw(ticket: str, comment: str) -> None:
        raise denied("403: not yours")

    desk.there.withdraw = withdraw  # type: ignore[method-assign]
    story.finish()
    assert story.at_the_tracker() == {("failed", "403: not yours", 1), ("done", None, 1)}


def test_a_tracker_that_is_busy_is_waited_for(desk: Desk) -> None:
    story = Story(desk)
    real, tries = desk.there.withdraw, list[str]()

    def withdraw(ticket: str, comment: str) -> None:
        tries.append(comment)
        if len(tries) < 4:
            raise busy()
        real(ticket, comment)

    desk.there.withdraw = withdraw  # type: ignore[method-assign]
    story.finish()
    assert len(tries) == 4
    assert "zebra" not in story.there().casefold()
    assert story.at_the_tracker() == {("done", None, 2)}


def test_who_deleted_it_there_before_is_in_nobodys_way(desk: Desk) -> None:
    story = Story(desk)
    desk.there.said[story.ticket].clear()
    story.finish()
    assert story.at_the_tracker() == {("done", None, 2)}
    assert all(not each.takes_back for each in desk.parley.records() if isinstance(each, Ticket))
    assert {each.deleted for each in desk.parley.records() if isinstance(each, Comment) and each.taken_back} == {True}
