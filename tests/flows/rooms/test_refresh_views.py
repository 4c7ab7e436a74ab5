"""The inbox's views follow the rooms, whatever comes twice or late."""

import dataclasses
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.desk.inbox_views import RoomViews, ViewRow
from chalicelib.desk.promises import Promise
from chalicelib.desk.rooms import Room
from chalicelib.flows.rebuild import rebuild
from chalicelib.flows.rooms.refresh_views import refresh_views
from chalicelib.ports import Put, ref
from chalicelib.store.rows import from_row
from tests.api import Client, Tenant
from tests.fakes import Parley


@pytest.fixture
def room(tenant: Tenant) -> str:
    return tenant.triage()


def ids(caller: Client, **query: str) -> list[str]:
    got = caller.get("/v1/rooms", **query)
    assert got.status == 200, got.text
    return [each["id"] for each in got.json["items"]]


def say(parley: Parley, caller: Client, room: str, **body: Any) -> None:
    assert caller.post(f"/v1/rooms/{room}/messages", {"text": "Hello", **body}).status == 201
    parley.react_all()


def test_a_room_waits_for_whoever_did_not_speak_last(parley: Parley, tenant: Tenant, room: str) -> None:
    api = tenant.api
    assert ids(api, turn="vendor") == ids(api, turn="customer") == ids(api, assignee="none") == []
    say(parley, tenant.user(), room)
    assert (ids(api, turn="vendor"), ids(api, turn="customer"), ids(api, assignee="none")) == ([room], [], [room])
    say(parley, api, room, internal=True)
    assert ids(api, turn="vendor") == [room]
    say(parley, api, room)
    assert (ids(api, turn="vendor"), ids(api, turn="customer")) == ([], [room])
    api.patch(f"/v1/rooms/{room}", {"state": "resolved"})
    parley.react_all()
    assert ids(api, turn="customer") == ids(api, assignee="none") == []
    assert ids(api, state="resolved", turn="customer") == []
    assert ids(api, state="resolved") == [room]
    say(parley, tenant.user(), room)
    assert ids(api, turn="vendor") == [room]


def test_mine_is_mine(parley: Parley, tenant: Tenant, room: str) -> None:
    api = tenant.api
    say(parley, tenant.user(), room)
    me = api.get("/v1/session").json["agent"]["id"]
    other = api.post("/v1/agents", {"name": "Bo"}).json["id"]
    api.patch(f"/v1/rooms/{room}", {"assignees": [me, other]})
    parley.react_all()
    assert ids(api, assignee="me") == ids(api, assignee=me) == ids(api, assignee=other) == [room]
    assert ids(api, assignee="none") == []
    assert ids(api, assignee="me", turn="customer") == []
    api.patch(f"/v1/rooms/{room}", {"assignees": [other]})
    parley.react_all()
    assert (ids(api, assignee="me"), ids(api, assignee=other)) == ([], [room])


def test_what_is_told_twice_late_or_not_at_all_ends_the_same(parley: Parley, tenant: Tenant, room: str) -> None:
    say(parley, tenant.user(), room)
    tenant.api.patch(f"/v1/rooms/{room}", {"state": "resolved"})
    tenant.api.patch(f"/v1/rooms/{room}", {"state": "open"})
    for _ in range(3):
        parley.reacted.clear()
        parley.react_all()
    kept = views(parley)
    assert [place.view for place in kept[ViewRow]] == ["unassigned"]
    assert [sorted(there.views) for there in kept[RoomViews]] == [["turn:vendor", "unassigned"]]
    for key in [key for key, row in parley.table.rows.items() if row.t in ("Shelf", "Place")]:
        del parley.table.rows[key]
    rebuild(parley.store)
    assert [(p.view, p.room) for p in views(parley)[ViewRow]] == [(p.view, p.room) for p in kept[ViewRow]]
    assert not [name for name in rebuild(parley.store) if name in ("Shelf", "Place")]


def test_rebuild_lists_the_rooms_of_before_by_their_turn_and_takes_the_rows_of_then_away(
    parley: Parley, tenant: Tenant, room: str
) -> None:
    say(parley, tenant.user(), room)
    parley.react_all()
    [there] = views(parley)[RoomViews]
    key = ("R#" + room, "SHELF")
    parley.table.rows[key] = dataclasses.replace(parley.table.rows[key], g={})
    parley.store.commit(Put(ViewRow(version=1, workspace=tenant.id, view="turn:vendor", since=7, room=room), None))
    assert ids(tenant.api, turn="vendor") == []
    rebuild(parley.store)
    assert ids(tenant.api, turn="vendor") == [room]
    assert (views(parley)[RoomViews], [row.view for row in views(parley)[ViewRow]]) == ([there], ["unassigned"])


def test_another_turn_is_one_write(parley: Parley, tenant: Tenant, room: str) -> None:
    say(parley, tenant.user(), room)
    parley.react_all()
    [before] = views(parley)[RoomViews]
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "It is mended"})
    written: list[int] = []

    def counted(puts: Any, drops: Any) -> None:
        written.append(len(puts) + len(drops))
        write(puts, drops)

    write = parley.table.write
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parley.table, "write", counted)
        there = parley.store.one(ref(Room, room))
        assert there
        now = refresh_views(parley.store, there, before, now=9)
    assert now
    assert (sorted(now.views), written) == (["turn:customer", "unassigned"], [1])


def views(parley: Parley) -> dict[type, list[Any]]:
    records = [from_row(row) for _, row in sorted(parley.table.rows.items())]
    return {kind: [record for record in records if isinstance(record, kind)] for kind in (ViewRow, RoomViews)}


def test_a_view_is_two_reads_a_page_however_many_rooms_there_are(parley: Parley, tenant: Tenant) -> None:
    for i in range(30):
        say(parley, tenant.user(f"c{i}"), tenant.triage(f"c{i}"))
    calls: list[str] = []
    for name in ("query", "read", "scan"):
        real = getattr(parley.table, name)
        setattr(parley.table, name, lambda *a, real=real, name=name, **k: (calls.append(name), real(*a, **k))[1])
    page = tenant.api.get("/v1/rooms", turn="vendor", limit="10").json
    assert (len(page["items"]), sorted(calls)) == (10, ["query", "read", "read", "read"])  # who asks, rooms, the rest
    rest = tenant.api.get("/v1/rooms", turn="vendor", limit="100", cursor=page["next"]).json["items"]
    assert len({room["id"] for room in [*page["items"], *rest]}) == 30


def test_a_segment_narrows_the_inbox(parley: Parley, tenant: Tenant) -> None:
    api = tenant.api
    for name in ("acme", "beta"):
        say(parley, tenant.user(name), tenant.triage(name))
    segment = api.post("/v1/segments", {"name": "Friends", "customers": ["beta"]}).json["id"]
    parley.settle()
    assert ids(api, segment=segment) == ids(api, segment=segment, turn="vendor") == [tenant.triage("beta")]
    other = Tenant.found("Other", parley.clock.at // 1000)
    for caller in (other.api, tenant.user("beta")):
        assert caller.get("/v1/rooms", segment=segment).status == 404


def test_rooms_tell_their_customers_name_of_now(tenant: Tenant, room: str) -> None:
    tenant.customer("acme", name="Acme Inc.")
    assert tenant.api.get("/v1/rooms", said="false").json["items"][0]["customer_name"] == "Acme Inc."
    assert tenant.user().get(f"/v1/rooms/{room}").json["customer_name"] == "Acme Inc."
    tenant.customer("acme", name="Apex")
    assert tenant.api.get(f"/v1/rooms/{room}").json["customer_name"] == "Apex"


@pytest.mark.parametrize(("query", "field"), [({"turn": "mine"}, "turn"), ({"state": "all"}, "state")])
def test_what_no_filter_is(tenant: Tenant, query: dict[str, str], field: str) -> None:
    assert tenant.api.get("/v1/rooms", **query).json["field"] == field


def test_snippets_are_kept_for_all_and_name_what_can_be_filled_in(parley: Parley, tenant: Tenant) -> None:
    api = tenant.api
    made = api.post("/v1/snippets", {"name": "Hello", "text": "Hi {{user.name | there}}, {{customer.attributes.plan}}"})
    assert made.status == 201
    wrong = api.post("/v1/snippets", {"name": "No", "text": "{{ customer.secret }}"})
    assert (wrong.status, wrong.json["field"]) == (422, "text")
    path = f"/v1/snippets/{made.json['id']}"
    assert api.patch(path, {"name": "Hello again"}).json["name"] == "Hello again"
    assert api.patch(path, {"text": "{{x}}"}).status == 422
    assert [each["name"] for each in api.get("/v1/snippets").json["items"]] == ["Hello again"]
    assert api.delete(path).status == 204
    assert api.get("/v1/snippets").json["items"] == []


def test_a_room_is_ordered_by_when_it_came_and_a_promise_by_when_it_is_due() -> None:
    store = Parley().store
    promise = Promise(text="Soon", due=900, by="agt_1", made_at=1)
    room = Room(version=1, id="room_1", workspace="w", kind="topic", name="R", created_at=1, turn="vendor")
    came = refresh_views(store, room, None, now=50)
    stayed = refresh_views(store, room.changed(promise=promise), came, now=60)
    assert came
    assert stayed
    assert (came.views, stayed.views) == ({"turn:vendor": 50}, {"turn:vendor": 50, "promised": 900})
    moved = refresh_views(store, room.changed(promise=replace(promise, due=700)), stayed, now=70)
    assert moved
    assert moved.views == {"turn:vendor": 50, "promised": 700}
