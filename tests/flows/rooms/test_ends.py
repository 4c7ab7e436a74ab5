"""How a room ended is told to its customer in words: once, where they are, and only where somebody wants that."""

from typing import Any

import pytest

from chalicelib.desk.outcomes import OUTCOMES, WORDS, ending_of
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.full import FULL

MANY = 500 if FULL else 120  # rooms
SOLVED = {"state": "resolved", "outcome": "solved", "tell": True}


def ask(tenant: Tenant, room: str, text: str = "It is down") -> None:
    assert tenant.user().post(f"/v1/rooms/{room}/messages", {"text": text}).status == 201


def said(client: Client, room: str) -> list[str]:
    """What the room was told of its ends, the oldest first."""
    items = client.get(f"/v1/rooms/{room}/messages", after="0").json["items"]
    return [each["text"] for each in items if each["source"]["channel"] == "outcome"]


def shown(client: Client, room: str) -> tuple[Any, ...]:
    got = client.get(f"/v1/rooms/{room}").json
    return got["state"], got["outcome"], got["reason"], got["turn"]


@pytest.fixture
def room(tenant: Tenant) -> str:
    return tenant.triage()


def resolve(tenant: Tenant, room: str, **fields: Any) -> None:
    got = tenant.api.patch(f"/v1/rooms/{room}", SOLVED | fields)
    assert got.status == 200, got.text


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_outcome_has_its_words_and_its_reason(tenant: Tenant, room: str, outcome: Any) -> None:
    ask(tenant, room)
    resolve(tenant, room, outcome=outcome, reason="It would break others")
    assert said(tenant.user(), room) == [f"{WORDS['en'][outcome]}\n\nIt would break others"]
    assert shown(tenant.user(), room) == ("resolved", outcome, "It would break others", None)
    (end, _) = tenant.user().get(f"/v1/rooms/{room}/messages").json["items"]
    assert (end["author"]["kind"], end["author"]["name"], end["taken_as"]) == ("machine", "Acorn", None)


def test_it_is_told_in_the_customers_language_and_in_the_workspaces_words(tenant: Tenant, room: str) -> None:
    tenant.customer("acme", language="de-AT")
    ask(tenant, room)
    resolve(tenant, room)
    changed = tenant.api.patch("/v1/workspace", {"outcomes": {"workaround": "So geht es auch."}})
    assert changed.json["outcomes"] == {"workaround": "So geht es auch."}
    ask(tenant, room, "Und jetzt?")
    resolve(tenant, room, outcome="workaround")
    assert said(tenant.api, room) == [WORDS["de"]["solved"], "So geht es auch."]
    assert tenant.api.patch("/v1/workspace", {"outcomes": {"fixed": "So."}}).status == 422


def test_it_is_told_once(tenant: Tenant, room: str) -> None:
    ask(tenant, room)
    resolve(tenant, room)
    change = tenant.api.get(f"/v1/rooms/{room}").json["change"]
    resolve(tenant, room)
    assert tenant.api.get(f"/v1/rooms/{room}").json["change"] == change
    assert tenant.api.patch(f"/v1/rooms/{room}", {"state": "open"}).status == 200
    resolve(tenant, room)
    assert len(said(tenant.api, room)) == 1
    resolve(tenant, room, outcome="declined", reason="It is meant so")
    assert len(said(tenant.api, room)) == 2
    ask(tenant, room, "No")
    resolve(tenant, room, outcome="declined", reason="It is meant so")
    assert len(said(tenant.api, room)) == 3


def test_who_does_not_ask_for_it_tells_nothing(tenant: Tenant, room: str) -> None:
    ask(tenant, room)
    resolve(tenant, room, tell=False)
    assert (said(tenant.api, room), shown(tenant.api, room)) == ([], ("resolved", "solved", "", None))
    resolve(tenant, room)
    assert len(said(tenant.api, room)) == 1


def test_where_the_customer_never_spoke_nothing_is_told(tenant: Tenant, room: str) -> None:
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "We have moved"})
    resolve(tenant, room)
    assert (said(tenant.api, room), shown(tenant.api, room)[0]) == ([], "resolved")
    inside = tenant.api.post("/v1/rooms", {"name": "Ours", "kind": "internal"}).json["id"]
    tenant.api.post(f"/v1/rooms/{inside}/messages", {"text": "Among us"})
    resolve(tenant, inside)
    assert said(tenant.api, inside) == []


def test_what_is_not_the_customers_any_more_is_told_to_nobody(tenant: Tenant, room: str) -> None:
    ask(tenant, room)
    tenant.customer("acme", state="blocked")
    resolve(tenant, room)
    assert said(tenant.api, room) == []


@pytest.mark.parametrize("resolves", [False, True])
def test_what_a_notice_has_told_is_not_told_again(parley: Parley, tenant: Tenant, room: str, resolves: bool) -> None:
    ask(tenant, room)
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "We look"})
    issue = tenant.api.post(f"/v1/rooms/{room}/issues", {"title": "The export"}).json["id"]
    tenant.api.patch(f"/v1/issues/{issue}", {"state": "done", "tell": "tell", "resolve": resolves})
    parley.sync_all()
    assert tenant.api.get(f"/v1/rooms/{room}").json["last_message"]["text"].endswith("is done.")
    resolve(tenant, room)
    assert (said(tenant.api, room), shown(tenant.api, room)[:2]) == ([], ("resolved", "solved"))
    ask(tenant, room, "It is not")
    resolve(tenant, room)
    assert len(said(tenant.api, room)) == 1


def test_a_visitors_room_ends_in_words_too(parley: Parley, tenant: Tenant) -> None:
    tenant.api.patch("/v1/workspace", {"visitors": True})
    asked = {"workspace": tenant.id, "name": "Vic", "email": "vic@new.example", "text": "Do you have an API?"}
    made = Client().post("/v1/visitors", asked).json
    room, visitor = made["room"]["id"], Client(made["token"])
    resolve(tenant, room)
    assert said(visitor, room) == [WORDS["en"]["solved"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"state": "resolved", "outcome": "fixed", "tell": True}, "outcome"),
        ({"state": "resolved", "outcome": "fixed", "reason": "So"}, "outcome"),
        ({"state": "resolved", "tell": True}, "outcome"),
        ({"state": "resolved", "outcome": "declined"}, "reason"),
        ({"state": "resolved", "reason": "Because"}, "outcome"),
        ({"state": "open", "tell": True}, "tell"),
        ({"name": "Other", "tell": True}, "tell"),
    ],
    ids=["free", "free-for-a-reason", "no-outcome", "no-reason", "reason-alone", "open", "not-ended"],
)
def test_what_does_not_say_how_it_ended_is_refused(tenant: Tenant, room: str, body: Any, field: str) -> None:
    ask(tenant, room)
    got = tenant.api.patch(f"/v1/rooms/{room}", body)
    assert (got.status, got.json["field"]) == (422, field)
    assert shown(tenant.api, room)[0] == "open"


def test_what_is_written_freely_is_kept_as_the_reason(tenant: Tenant, room: str) -> None:
    got = tenant.api.patch(f"/v1/rooms/{room}", {"state": "resolved", "outcome": "We rotated the key"}).json
    assert (got["outcome"], got["reason"]) == ("", "We rotated the key")


def test_visitors_say_that_it_is_not_solved(tenant: Tenant) -> None:
    tenant.api.patch("/v1/workspace", {"visitors": True})
    asked = {"workspace": tenant.id, "name": "Vic", "email": "vic@new.example", "text": "Do you have an API?"}
    made = Client().post("/v1/visitors", asked).json
    room, visitor = made["room"]["id"], Client(made["token"])
    resolve(tenant, room)
    assert visitor.patch(f"/v1/rooms/{room}", {"name": "Mine"}).status == 403
    assert visitor.patch(f"/v1/rooms/{room}", {"state": "open"}).json["turn"] == "vendor"
    assert visitor.patch(f"/v1/rooms/{room}", {"state": "resolved"}).json["outcome"] == "solved"


def test_users_tell_nobody(tenant: Tenant, room: str) -> None:
    ask(tenant, room)
    assert tenant.user().patch(f"/v1/rooms/{room}", SOLVED).status == 403
    assert tenant.user().patch(f"/v1/rooms/{room}", {"state": "resolved"}).status == 200
    assert (said(tenant.api, room), shown(tenant.api, room)[:2]) == ([], ("resolved", "solved"))


def test_what_was_written_freely_before_is_read_as_the_reason() -> None:
    assert ending_of("We rotated the key") == ("", "We rotated the key")
    assert ending_of("solved") == ("solved", "")
    assert ending_of("declined: too: much") == ("declined", "too: much")
    assert ending_of("") == ("", "")


# --- many at once --------------------------------------------------------------------------------------------------


def bulk(tenant: Tenant, rooms: list[str], **fields: Any) -> dict[str, Any]:
    got = tenant.api.post("/v1/rooms/resolve", {"rooms": rooms, "outcome": "duplicate"} | fields)
    assert got.status == 200, got.text
    return {each["room"]: each for each in got.json["rooms"]}


def test_hundreds_of_rooms_at_once_tell_nobody_unless_asked_to(parley: Parley, tenant: Tenant) -> None:
    tenant.customer()
    rooms = [tenant.api.post("/v1/rooms", {"name": f"R{n}", "customer": "acme"}).json["id"] for n in range(MANY)]
    for room in rooms:
        ask(tenant, room)
    parley.settle()
    for start in range(0, MANY, 100):
        piece = rooms[start : start + 100]
        assert {each["told"] for each in bulk(tenant, piece).values()} == {False}
    parley.settle()
    assert [text for room in rooms for text in said(tenant.api, room)] == []
    assert {shown(tenant.api, room)[:2] for room in rooms} == {("resolved", "duplicate")}
    assert {each["told"] for each in bulk(tenant, rooms[:3], tell=True).values()} == {True}
    assert [len(said(tenant.api, room)) for room in rooms[:4]] == [1, 1, 1, 0]
    assert tenant.api.post("/v1/rooms/resolve", {"rooms": rooms[:101], "outcome": "solved"}).status == 422


def test_how_many_people_would_be_told_is_shown_first(parley: Parley, tenant: Tenant, room: str) -> None:
    tenant.customer("beta")
    silent, other = (tenant.api.post("/v1/rooms", {"name": n, "customer": "acme"}).json["id"] for n in ("S", "O"))
    ask(tenant, room)
    for user in ("ann", "bob"):
        tenant.user(user=user).post(f"/v1/rooms/{other}/messages", {"text": "Down"})
    tenant.api.post(f"/v1/rooms/{silent}/messages", {"text": "We have moved"})
    before = dict(parley.table.rows)
    body = {"rooms": [room, silent, other, "room_1"], "outcome": "solved"}
    assert tenant.api.post("/v1/rooms/resolve/preview", body).json == {"rooms": 2, "people": 2}
    assert {key for key in parley.table.rows if key not in before and not key[0].startswith("N#")} == set()
    found = bulk(tenant, body["rooms"], outcome="solved", tell=True)  # type: ignore[arg-type]
    assert [found[each]["told"] for each in (room, silent, other)] == [True, False, True]
    assert found["room_1"] == {"room": "room_1", "told": False, "refused": "no such room"}


def test_rooms_of_another_workspace_are_not_there(parley: Parley, tenant: Tenant, room: str) -> None:
    ask(tenant, room)
    other = Tenant.found("Other", tenant.now)
    assert bulk(other, [room], tell=True)[room]["refused"] == "no such room"
    body = {"rooms": [room], "outcome": "solved"}
    assert other.api.post("/v1/rooms/resolve/preview", body).json == {"rooms": 0, "people": 0}
    assert shown(tenant.api, room)[0] == "open"
    assert tenant.user().post("/v1/rooms/resolve", body).status == 403
