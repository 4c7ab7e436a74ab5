"""A comment that customers were told is edited or deleted in the tracker: the told messages follow, by policy. And what
follows when issues are merged, and when a project is called otherwise."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.conftest import in_memory
from tests.fakes import Parley
from tests.tracking import DONE, Desk

NEWS = "News of “Export”: "


@pytest.fixture
def desk() -> Iterator[Desk]:
    with in_memory(Parley()) as parley:
        yield Desk(parley)


def told(desk: Desk, *customers: str, text: str = "It is the index") -> str:
    """The comment that the rooms of some customers were told."""
    desk.raised(*(customers or ("acme", "beta")))
    said = desk.there.say("1", f"@customer {text}")
    desk.deliver()
    for notice in desk.notices():
        approve(desk, notice)
    return said.id


def approve(desk: Desk, notice: dict[str, Any]) -> None:
    assert desk.api.post(f"/v1/notices/{notice['id']}/approve").status == 200
    desk.settle()


def edit(desk: Desk, comment: str, text: str) -> None:
    desk.there.edit("1", comment, text)
    desk.deliver(3)


def unsay(desk: Desk, comment: str) -> None:
    desk.there.unsay("1", comment)
    desk.deliver(3)


def messages(desk: Desk, customer: str = "acme") -> list[tuple[str, bool]]:
    items = desk.api.get(f"/v1/rooms/{desk.tenant.triage(customer)}/messages").json["items"]
    return [(item["text"], bool(item["edited_at"])) for item in reversed(items) if not item["deleted"]]


def changes(desk: Desk) -> list[str]:
    items = desk.api.get(f"/v1/rooms/{desk.tenant.triage('acme')}/changes").json["items"]
    return [item["type"] for item in items]


def test_told_at_once_the_messages_follow_at_once(desk: Desk) -> None:
    desk.cross(policy="tell")
    comment = told(desk)
    assert messages(desk) == messages(desk, "beta") == [(NEWS + "It is the index", False)]
    edit(desk, comment, "@customer It was the index")
    edit(desk, comment, "@customer It was the cache")
    assert messages(desk) == messages(desk, "beta") == [(NEWS + "It was the cache", True)]
    unsay(desk, comment)
    assert messages(desk) == messages(desk, "beta") == []
    assert changes(desk) == ["posted", "edited", "edited", "deleted"]
    desk.parley.reacted.clear()
    desk.pass_(24 * 3600)
    assert changes(desk) == ["posted", "edited", "edited", "deleted"]
    rows = desk.api.get(f"/v1/issues/{desk.api.get('/v1/issues').json['items'][0]['id']}/told").json["items"]
    assert len(rows) == 2 * 4
    assert len({row["message"] for row in rows}) == 2


def test_after_review_the_messages_follow_the_draft(desk: Desk) -> None:
    comment = told(desk)
    edit(desk, comment, "@customer It was the index")
    edit(desk, comment, "@customer It was the cache")
    (draft,) = desk.notices()
    assert (draft["withdraws"], bool(draft["amends"])) == (False, True)
    assert messages(desk) == [(NEWS + "It is the index", False)]
    changed = desk.api.patch(f"/v1/notices/{draft['id']}", {"text": "{{customer.name}}: the cache"})
    assert changed.status == 200
    approve(desk, draft)
    assert messages(desk) == [("Acme: the cache", True)]
    assert messages(desk, "beta") == [("Beta: the cache", True)]
    unsay(desk, comment)
    (draft,) = desk.notices()
    assert draft["withdraws"]
    assert desk.api.patch(f"/v1/notices/{draft['id']}", {"text": "Never mind"}).status == 409
    assert messages(desk) == [("Acme: the cache", True)]
    approve(desk, draft)
    assert messages(desk) == messages(desk, "beta") == []


def test_what_says_the_same_again_waits_for_nobody(desk: Desk) -> None:
    comment = told(desk)
    edit(desk, comment, "@customer   It is the index ")
    assert desk.notices() == []
    edit(desk, comment, "@customer It was the index")
    edit(desk, comment, "@customer It is the index")
    assert desk.notices() == []
    edit(desk, comment, "@customer It was the index")
    (draft,) = desk.notices()
    assert desk.api.post(f"/v1/notices/{draft['id']}/discard").status == 200
    edit(desk, comment, "@customer It was the cache")
    (draft,) = desk.notices()
    approve(desk, draft)
    assert messages(desk) == [(NEWS + "It was the cache", True)]


def test_two_edits_of_one_moment_are_two(desk: Desk) -> None:
    desk.cross(policy="tell")
    comment, at = told(desk), desk.parley.clock.at
    for text in ("@customer It was the index", "@customer It was the cache"):
        said = desk.there.said["1"][comment]
        desk.there.said["1"][comment] = msgspec.structs.replace(said, text=text, updated_at=at)
        desk.there.sent = [{"type": "comment.changed", "ticket": "1", "comment": comment}]
        desk.deliver(2)
    assert messages(desk) == [(NEWS + "It was the cache", True)]


def test_a_draft_that_nobody_was_told_is_only_replaced(desk: Desk) -> None:
    desk.raised("acme")
    said = desk.there.say("1", "@customer Soon")
    desk.deliver()
    edit(desk, said.id, "@customer Sooner")
    (draft,) = desk.notices()
    assert (draft["amends"], draft["text"]) == (None, "News of “{{issue.title}}”: Sooner")
    unsay(desk, said.id)
    assert desk.notices() == messages(desk) == []


def test_kept_quiet_nothing_follows(desk: Desk) -> None:
    comment = told(desk)
    desk.cross(policy="quiet")
    edit(desk, comment, "@customer It was the index")
    unsay(desk, comment)
    assert desk.notices() == []
    assert messages(desk) == [(NEWS + "It is the index", False)]


def test_what_is_no_longer_for_customers_is_taken_back_and_may_come_anew(desk: Desk) -> None:
    desk.cross(policy="tell")
    comment = told(desk)
    edit(desk, comment, "It is the index: ours alone")
    assert messages(desk) == []
    edit(desk, comment, "@customer It is the index")
    assert messages(desk) == messages(desk, "beta") == [(NEWS + "It is the index", False)]


def test_an_edit_that_names_a_customer_waits_for_an_agent(desk: Desk) -> None:
    desk.cross(policy="tell")
    comment = told(desk)
    edit(desk, comment, "@customer It is what Beta does")
    (draft,) = desk.notices()
    assert (draft["names"], draft["held_because"]) == (["Beta"], "it names Beta")
    assert messages(desk) == [(NEWS + "It is the index", False)]


def test_only_rooms_that_were_told_hear_of_the_edit_and_a_deleted_message_stays_deleted(desk: Desk) -> None:
    desk.cross(policy="tell")
    comment = told(desk)
    issue = desk.api.get("/v1/issues").json["items"][0]["id"]
    desk.api.post(f"/v1/issues/{issue}/rooms", {"room": desk.room("gamma")})
    room = desk.tenant.triage("beta")
    (message,) = desk.api.get(f"/v1/rooms/{room}/messages").json["items"]
    assert desk.api.delete(f"/v1/rooms/{room}/messages/{message['id']}").status in (200, 204)
    edit(desk, comment, "@customer It was the index")
    assert messages(desk) == [(NEWS + "It was the index", True)]
    assert messages(desk, "beta") == messages(desk, "gamma") == []


def test_an_edit_waits_until_its_comment_was_told_to_the_end(desk: Desk) -> None:
    desk.cross(policy="tell")
    issue = desk.raised(*(f"c{number}" for number in range(30)))
    said = desk.there.say("1", "@customer Soon")
    queues = desk.parley.queues
    for hint in desk.there.sent:
        desk.hook(hint)
    desk.there.sent = []
    while queues.looks[0].do != "tell":
        run(desk)
    run(desk)  # the first piece of its rooms
    later, queues.looks = queues.looks, []
    desk.there.edit("1", said.id, "@customer Sooner")
    desk.deliver()
    assert {text for number in range(30) for text, _ in messages(desk, f"c{number}")} == {NEWS + "Soon"}
    queues.looks = later
    desk.settle()
    desk.pass_(300)
    assert {tuple(messages(desk, f"c{number}")) for number in range(30)} == {((NEWS + "Sooner", True),)}
    assert issue["rooms"] == 30


def run(desk: Desk) -> None:
    """The worker of trackers, one task."""
    from chalicelib.flows.tickets.tasks import run_task

    run_task(desk.parley.world, desk.parley.queues.looks.pop(0))


def test_drafts_go_with_the_issue_that_is_merged(desk: Desk) -> None:
    desk.raised("acme")
    old = desk.api.get("/v1/issues").json["items"][0]["id"]
    into = desk.api.post("/v1/issues", {"title": "All of it", "public_title": "Exports"}).json["id"]
    desk.api.post(f"/v1/issues/{into}/rooms", {"room": desk.room("beta")})
    desk.there.say("1", "@customer It is the index")
    desk.there.turn("1", DONE)
    desk.deliver()
    assert sorted(each["about"] for each in desk.notices()) == ["comment", "state"]
    assert desk.api.post(f"/v1/issues/{old}/merge", {"into": into}).status == 200
    desk.settle()
    (draft,) = desk.notices()
    assert (draft["about"], draft["issue"]) == ("comment", into)
    approve(desk, draft)
    assert [text for text, _ in messages(desk)] == ["News of “Exports”: It is the index"]
    assert messages(desk) == messages(desk, "beta")


def test_tickets_follow_a_project_that_is_called_otherwise(desk: Desk) -> None:
    issue = desk.raised("acme")["id"]
    there = desk.there.tickets_
    there["1"] = msgspec.structs.replace(there["1"], key="NEW-1", url="https://tracker.example/NEW-1")
    desk.there.sent = [{"type": "project.changed"}]
    desk.deliver(3)
    (link,) = desk.issue(issue)["tickets"]
    assert (link["key"], link["url"]) == ("NEW-1", "https://tracker.example/NEW-1")
    (ticket,) = desk.api.get(f"/v1/issues/{issue}/tickets").json["items"]
    assert (ticket["key"], ticket["url"]) == (link["key"], link["url"])
    assert desk.history(issue).count("changed") == 1
    reads = len(desk.there.reads)
    desk.settle()
    assert len(desk.there.reads) == reads
    assert [write[0] for write in desk.there.writes] == ["create"]


def test_the_config_of_an_install_follows_what_its_project_is_called(desk: Desk) -> None:
    from chalicelib.desk.tickets import Probe

    desk.there.probe = lambda: Probe(account="a", actor="bot", renamed={"url": "https://other.example/parley"})  # type: ignore[method-assign]
    desk.there.sent = [{"type": "project.changed"}]
    desk.deliver(2)
    install = desk.api.get(f"/v1/installs/{desk.install}").json
    assert install["config"]["url"] == "https://other.example/parley"
