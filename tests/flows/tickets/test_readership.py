"""Who reads a tracker is known before anything private leaves, by every way in which it can become known."""

from typing import Any

import pytest

from chalicelib.desk.issues import Tracking
from chalicelib.desk.tickets import Readership
from chalicelib.ports import over, ref
from tests.fakes import Parley
from tests.tracking import Desk, busy

MEMBERS, STRANGERS, UNKNOWN, UNASKED = (
    Readership(tickets="members"),
    Readership(tickets="strangers"),
    Readership(),
    Readership(tickets="unasked"),
)
NIGHT = 25 * 3600


@pytest.fixture
def desk(parley: Parley) -> Desk:
    made = Desk(parley)
    made.there.hinted = ""  # type: ignore[attr-defined]
    return made


def tracking(desk: Desk) -> dict[str, Any]:
    return dict(desk.api.get(f"/v1/installs/{desk.install}/tracking").json)


def try_it(desk: Desk) -> dict[str, Any]:
    return dict(desk.api.post(f"/v1/installs/{desk.install}/try").json)


def ticket(desk: Desk, issue: str) -> dict[str, Any]:
    (found,) = desk.api.get(f"/v1/issues/{issue}/tickets").json["items"]
    return dict(found)


def exposed(desk: Desk) -> list[dict[str, Any]]:
    return list(desk.api.get(f"/v1/installs/{desk.install}/exposed").json["items"])


def titles(desk: Desk) -> list[str]:
    return [seen.title for seen in desk.there.tickets_.values()]


@pytest.mark.parametrize(
    ("found", "public", "anyway", "is_open"),
    [
        (MEMBERS, None, None, False),
        (MEMBERS, True, None, True),
        (MEMBERS, False, None, False),
        (STRANGERS, None, None, True),
        (STRANGERS, True, None, True),
        (STRANGERS, False, True, False),
        (UNKNOWN, None, None, True),
        (UNKNOWN, False, None, True),
        (UNKNOWN, False, True, False),
        (UNASKED, None, None, True),
        (UNASKED, True, None, True),
        (UNASKED, False, None, False),
    ],
)
def test_what_is_not_known_is_public(desk: Desk, found: Readership, public: Any, anyway: Any, is_open: bool) -> None:
    desk.there.read_by = found
    try_it(desk)
    said = {"public": public, "strangers_read": anyway}
    desk.cross(**{name: value for name, value in said.items() if value is not None})
    assert tracking(desk)["public"] is is_open
    issue = desk.raised("acme", text="Ours", public_title="For all")["id"]
    assert titles(desk) == ["For all" if is_open else "Export breaks"]
    assert ticket(desk, issue)["standing"] == "linked"


def test_a_word_to_the_contrary_is_said_whole_and_audited(desk: Desk) -> None:
    desk.there.read_by = STRANGERS
    try_it(desk)
    path = f"/v1/installs/{desk.install}/tracking"
    for said, field in (({"public": False}, "public"), ({"strangers_read": True}, "strangers_read")):
        refused = desk.api.patch(path, said)
        assert (refused.status, refused.json["field"]) == (422, field)
    assert desk.api.patch(path, {"public": True, "strangers_read": True}).status == 422
    desk.cross(public=False, strangers_read=True)
    assert tracking(desk)["strangers_read"] is True
    assert any("admin has said" in line for line in try_it(desk)["right"])
    entries = desk.api.get("/v1/audit").json["items"]
    assert any("strangers_read" in entry["fields"] for entry in entries)
    desk.cross(public=True)
    assert tracking(desk)["strangers_read"] is False


@pytest.mark.parametrize("found", [STRANGERS, UNKNOWN])
def test_a_ticket_waits_for_its_public_title_and_goes_then(desk: Desk, found: Readership) -> None:
    desk.there.read_by = found
    try_it(desk)
    issue = desk.raised("acme", text="Ours", public_title="", labels=["customer:acme"])["id"]
    assert titles(desk) == []
    assert ticket(desk, issue)["trouble"] == "needs a public title"
    desk.pass_(4000)
    assert desk.history(issue).count("waiting") == 1
    desk.patch(issue, public_title="For all")
    desk.settle()
    assert titles(desk) == ["For all"]
    assert ticket(desk, issue)["trouble"] is None
    assert exposed(desk) == []


def test_what_waits_goes_by_itself_once_only_members_read_it(desk: Desk) -> None:
    desk.there.read_by = STRANGERS
    try_it(desk)
    desk.raised("acme", public_title="")
    desk.there.read_by = MEMBERS
    desk.pass_(4000)
    assert titles(desk) == ["Export breaks"]


def known(desk: Desk) -> str:
    found = desk.parley.store.one(ref(Tracking, desk.install))
    assert found
    return found.readers


def by_try(desk: Desk) -> None:
    try_it(desk)


def by_night(desk: Desk) -> None:
    desk.pass_(NIGHT)


def by_leaving(desk: Desk) -> None:
    desk.parley.clock.at += 11 * 60_000
    desk.raised("acme", public_title="")


@pytest.mark.parametrize("way", [by_try, by_night, by_leaving])
@pytest.mark.parametrize("found", [STRANGERS, UNKNOWN])
def test_it_becomes_known(desk: Desk, way: Any, found: Readership) -> None:
    before = desk.raised("acme")["id"]
    desk.there.read_by = found
    way(desk)
    desk.settle()
    assert known(desk) == found.tickets
    assert [row["issue"] for row in exposed(desk)] == [before]
    assert exposed(desk)[0]["holds"] == ["text", "title"]
    assert desk.history(before).count("exposed") == 1
    assert any("/exposed" in line for line in try_it(desk)["missing"])
    desk.pass_(NIGHT)
    assert desk.history(before).count("exposed") == 1
    assert len(titles(desk)) == 1
    desk.there.read_by = MEMBERS
    try_it(desk)
    assert exposed(desk) == []


def test_by_connecting_it_is_known_before_the_first_try(parley: Parley) -> None:
    desk = Desk(parley)
    desk.there.read_by = STRANGERS
    made = desk.api.post("/v1/installs", {"kind": "tracker", "name": "Other"}).json["id"]
    found = parley.store.one(ref(Tracking, made))
    assert found
    assert (found.readers, found.open) == ("strangers", True)


def test_a_look_of_ten_minutes_is_enough_and_an_older_one_is_not(desk: Desk) -> None:
    desk.raised("acme")
    desk.there.reads.clear()
    desk.raised("acme")
    assert "readers" not in desk.there.reads
    desk.parley.clock.at += 10 * 60_000 + 1
    desk.raised("acme")
    assert desk.there.reads.count("readers") == 1


def test_while_it_is_not_answered_nothing_private_leaves(desk: Desk) -> None:
    desk.parley.clock.at += 11 * 60_000
    desk.there.moods = [busy()]
    issue = desk.raised("acme")["id"]
    assert titles(desk) == []
    assert ticket(desk, issue)["standing"] == "making"
    desk.pass_(70)
    assert titles(desk) == ["Export breaks"]


def test_an_install_of_before_is_looked_at_on_its_first_night(desk: Desk) -> None:
    issue = desk.raised("acme")["id"]
    old = desk.parley.store.one(ref(Tracking, desk.install))
    assert old
    plain = {"readers": "", "readers_at": 0, "opened_at": 0}
    desk.parley.store.commit(over(old.changed(**plain), old))
    assert old.changed(**plain).open
    desk.there.read_by = STRANGERS
    desk.pass_(NIGHT)
    assert known(desk) == "strangers"
    assert desk.history(issue).count("exposed") == 1


def test_an_admins_word_that_it_is_public_lists_its_tickets(desk: Desk) -> None:
    issue = desk.raised("acme", labels=["customer:acme"])["id"]
    desk.cross(public=True)
    desk.settle()
    assert [row["issue"] for row in exposed(desk)] == [issue]
    assert desk.history(issue).count("exposed") == 1
    desk.cross(policy="tell")
    desk.settle()
    assert desk.history(issue).count("exposed") == 1


@pytest.mark.parametrize(("before", "said", "asks"), [(MEMBERS, "strangers", 1), (MEMBERS, "members", 0)])
def test_a_webhook_that_says_otherwise_has_it_asked_once(
    desk: Desk, before: Readership, said: str, asks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.desk.tickets import Hint

    desk.raised("acme")
    desk.there.reads.clear()
    hints = [Hint(ticket="9", what="changed", readers=said)]  # type: ignore[arg-type]
    monkeypatch.setattr(desk.there, "hints", lambda envelope, install: hints, raising=False)
    for _ in range(3):
        desk.hook({"type": "ticket.changed", "ticket": "9"})
        desk.settle()
    assert desk.there.reads.count("readers") == asks


def test_between_the_webhook_and_the_look_nothing_private_leaves(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.desk.tickets import Hint

    desk.there.read_by = STRANGERS
    hints = [Hint(ticket="9", what="changed", readers="strangers")]
    monkeypatch.setattr(desk.there, "hints", lambda envelope, install: hints, raising=False)
    desk.hook({"type": "ticket.changed", "ticket": "9"})
    desk.parley.queues.looks.clear()  # the task is lost
    desk.raised("acme", public_title="")
    assert titles(desk) == []
