"""The inbox: what lies in it, in which order, in how many parts, and at what price."""

from collections import Counter
from typing import Any

import pytest

from chalicelib.desk.errors import Malformed
from chalicelib.desk.rooms import Room
from chalicelib.desk.times import DAY_MS, HOUR_MS, rfc3339
from chalicelib.flows.rebuild import rebuild, spread_inboxes
from chalicelib.ports import Listing
from chalicelib.store.keys import inbox_shard, span
from chalicelib.store.page_cursors import cursor_of, starts_of
from tests.api import Tenant
from tests.fakes import Parley


def ids(tenant: Tenant, **query: str) -> list[str]:
    got = tenant.api.get("/v1/rooms", **query)
    assert got.status == 200, got.text
    return [room["id"] for room in got.json["items"]]


def walked(tenant: Tenant, **query: str) -> list[str]:
    found, cursor = [], {}
    while True:
        page = tenant.api.get("/v1/rooms", **query, **cursor).json
        found += [room["id"] for room in page["items"]]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def spoken(parley: Parley, tenant: Tenant, count: int, *, apart: int = 3600) -> list[str]:
    """Rooms with words in them, the newest first."""
    found = []
    for number in range(count):
        parley.clock.sleep(apart)
        room = tenant.api.post("/v1/rooms", {"name": f"R{number}", "customer": "acme"}).json["id"]
        assert tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "x"}).status == 201
        found.append(room)
    parley.settle()
    return found[::-1]


def test_rooms_in_which_nothing_was_said_are_in_no_inbox(parley: Parley, tenant: Tenant) -> None:
    quiet = {tenant.triage(f"c{number}") for number in range(120)} | {tenant.triage()}
    said = spoken(parley, tenant, 2)
    assert ids(tenant) == said
    assert set(walked(tenant, said="false")) == quiet
    one = next(iter(quiet - {tenant.triage()}))
    tenant.api.post(f"/v1/rooms/{one}/messages", {"text": "x"})
    assert set(ids(tenant)) == {one, *said}
    assert one not in walked(tenant, said="false")
    assert tenant.user().get("/v1/rooms", said="false").status == 403
    assert tenant.api.get("/v1/rooms", said="perhaps").status == 422


def test_a_page_is_one_query(parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant.customer()
    spoken(parley, tenant, 3)
    counted: Counter[str] = Counter()
    query = parley.table.query

    def counting(where: Any, *rest: Any, **named: Any) -> Any:
        counted[where.pk] += 1
        return query(where, *rest, **named)

    monkeypatch.setattr(parley.table, "query", counting)
    for named in ({}, {"turn": "customer"}, {"priority": "urgent"}, {"snoozed": "true"}):
        counted.clear()
        ids(tenant, **named)
        assert sum(counted.values()) == 1, named


def test_priority_is_given_shown_and_asked_for(parley: Parley, tenant: Tenant) -> None:
    tenant.customer()
    second, first = spoken(parley, tenant, 2)
    path = f"/v1/rooms/{first}"
    assert tenant.api.get(path).json["priority"] == "normal"
    assert tenant.api.patch(path, {"priority": "urgent", "labels": ["export"]}).json["priority"] == "urgent"
    parley.settle()
    assert (ids(tenant, priority="urgent"), ids(tenant, priority="high")) == ([first], [])
    assert ids(tenant, priority="normal") == [second]
    shown = tenant.api.get("/v1/rooms", priority="urgent").json["items"][0]
    assert (shown["labels"], shown["priority"]) == (["export"], "urgent")
    assert ids(tenant, turn="customer", priority="urgent") == [first]
    mine = tenant.user().get(path).json
    assert (mine["priority"], mine["snoozed_until"]) == (None, None)
    for fields in ({"priority": "urgent"}, {"snoozed_until": None}, {"turn": None}):
        assert tenant.user().patch(path, fields).status == 403
    assert tenant.api.patch(path, {"priority": "asap"}).json["field"] == "priority"
    assert tenant.api.get("/v1/rooms", priority="asap").status == 422


def test_a_snoozed_room_is_hidden_until_then_or_until_its_customer_speaks(parley: Parley, tenant: Tenant) -> None:
    tenant.customer()
    (room,) = spoken(parley, tenant, 1)
    path, until = f"/v1/rooms/{room}", rfc3339(parley.clock.at + HOUR_MS)
    for wrong in ("yesterday", rfc3339(parley.clock.at - 1000), rfc3339(parley.clock.at + 400 * DAY_MS)):
        refused = tenant.api.patch(path, {"snoozed_until": wrong})
        assert (refused.status, refused.json["field"]) == (422, "snoozed_until")
    assert tenant.api.patch(path, {"snoozed_until": until}).json["snoozed_until"] == until
    parley.settle()
    assert (ids(tenant), ids(tenant, turn="customer"), ids(tenant, assignee="none")) == ([], [], [])
    assert ids(tenant, snoozed="true") == [room]
    tenant.user().post(f"{path}/messages", {"text": "Is anybody there?"})
    parley.settle()
    assert (ids(tenant), ids(tenant, turn="vendor"), ids(tenant, snoozed="true")) == ([room], [room], [])
    tenant.api.patch(path, {"snoozed_until": until})
    parley.clock.sleep(2 * 3600)
    parley.due()
    parley.settle()
    assert (ids(tenant), ids(tenant, turn="vendor")) == ([room], [room])
    assert tenant.api.get(f"{path}/changes").json["items"][-1]["fields"] == ["snoozed_until"]
    tenant.api.patch(path, {"snoozed_until": rfc3339(parley.clock.at + HOUR_MS)})
    assert tenant.api.patch(path, {"state": "resolved"}).json["snoozed_until"] is None


def spread(parley: Parley, tenant: Tenant, shards: int) -> None:
    assert spread_inboxes(parley.store, shards) == 1
    assert spread_inboxes(parley.store, shards) == 0


def test_an_inbox_in_four_parts_reads_as_one(parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a query a part."""
    tenant.customer()
    rooms = spoken(parley, tenant, 24)
    spread(parley, tenant, 4)
    assert walked(tenant, limit="5") == rooms  # none of them has moved yet
    assert rebuild(parley.store)["Room"] >= len(rooms)
    parts = {inbox_shard(room) for room in parley.records() if isinstance(room, Room)}
    assert parts == {0, 1, 2, 3}
    for limit in ("1", "5", "7", "24", "100"):
        assert walked(tenant, limit=limit) == rooms
    counted = 0
    query = parley.table.query

    def counting(*args: Any, **named: Any) -> Any:
        nonlocal counted
        counted += 1
        return query(*args, **named)

    monkeypatch.setattr(parley.table, "query", counting)
    ids(tenant, limit="5")
    assert counted == 4
    assert not rebuild(parley.store)["Room"]


def test_a_cursor_of_several_parts_is_of_that_list_alone(parley: Parley, tenant: Tenant) -> None:
    tenant.customer()
    spoken(parley, tenant, 9)
    spread(parley, tenant, 4)
    rebuild(parley.store)
    cursor = tenant.api.get("/v1/rooms", limit="2").json["next"]
    assert tenant.api.get("/v1/rooms", cursor=cursor, state="resolved").status == 400
    other = Tenant.found("Other", parley.clock.at // 1000)
    spread(parley, other, 4)
    assert other.api.get("/v1/rooms", cursor=cursor).status == 400
    lists: list[Listing[Room]] = [Listing("rooms", (tenant.id, "open", part)) for part in ("", "#1")]
    for tampered in (cursor, "%%%", "W10"):
        with pytest.raises(Malformed):
            parley.store.merged(lists, 2, tampered)


def test_a_cursor_without_a_key_is_of_that_list_too() -> None:
    """A page may end where each part is at its end or not begun."""
    asked = [span("rooms", ("wsp_1", "open", part), None, before=None) for part in ("", "#1")]
    cursor = cursor_of([None, {}], asked)
    assert starts_of(cursor, asked) == [None, {}]
    for others in (
        [span("rooms", ("wsp_1", "resolved", part), None, before=None) for part in ("", "#1")],
        [span("rooms", ("wsp_2", "open", part), None, before=None) for part in ("", "#1")],
    ):
        with pytest.raises(Malformed):
            starts_of(cursor, others)
