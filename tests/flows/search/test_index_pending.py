"""What search knows, kept up to date: in any order, any number of times, whoever dies when; and found again."""

import random

import pytest

from chalicelib.desk.errors import Clash
from chalicelib.desk.messages import Author, Message, Source
from chalicelib.desk.rooms import Glimpse, Room
from chalicelib.desk.search_index import Entry, Indexed, Term, Tree, Unindexed, Wanted
from chalicelib.desk.times import DAY_MS
from chalicelib.flows.clock import tick
from chalicelib.flows.search import index as indexing
from chalicelib.flows.search.index import (
    EACH,
    ENOUGH,
    MANY,
    PROMPT_MS,
    SETTLES_MS,
    changed_thing,
    index_pending,
    mark_changed,
    unindexed_of,
)
from chalicelib.flows.search.reindex import reindex_all
from chalicelib.flows.search.search import recent
from chalicelib.ports import AwsAway, Listing, Put, Write, new, ref
from chalicelib.store.rows import to_row
from tests.api import Tenant
from tests.fakes import Parley


def said(parley: Parley, tenant: Tenant, *texts: str, customer: str = "acme") -> list[str]:
    room, caller = tenant.triage(customer), tenant.user(customer)
    return [caller.post(f"/v1/rooms/{room}/messages", {"text": text}).json["id"] for text in texts]


def rows(parley: Parley, tree: str) -> list[Unindexed]:
    """What queries read beside the index."""
    return recent(parley.world, tree)


def put(parley: Parley, tree: str, *, enough: int = 1) -> bool:
    return index_pending(parley.store, parley.world.index, tree, now=parley.clock.now(), enough=enough)


def noted(parley: Parley, tree: str, n: int, **fields: int) -> Unindexed:
    row = Unindexed(version=1, tree=tree, place=f"m:{tree}", n=n, **fields)
    parley.store.commit(new(row))
    return row


def known(parley: Parley, tree: str) -> list[int]:
    """What the index alone knows."""
    return [
        found.n for found in parley.world.index.find(tree, Wanted((Term(("late",)),), newest=True), None, limit=1000)
    ]


def found(tenant: Tenant, q: str) -> list[str]:
    items = tenant.user().get("/v1/search", q=q, limit="100", order="newest").json["items"]
    return [hit["id"] for hit in items]


def test_a_row_for_the_workspace_and_one_for_the_customer_a_note_and_an_inner_room_for_the_workspace_alone() -> None:
    message = Message(
        room="room_1",
        n=3,
        workspace="wsp_1",
        author=Author(kind="agent", id="agt_1"),
        text="x",
        created_at=1,
        source=Source(channel="api"),
    )
    inside = Room(id="room_1", workspace="wsp_1", kind="internal", name="R", created_at=1, customer="cus_1")
    shared = Room(id="room_1", workspace="wsp_1", kind="topic", name="R", created_at=1, customer="cus_1")
    note_ = Message(**{name: getattr(message, name) for name in message.__struct_fields__} | {"internal": True})
    assert [(row.tree, row.place, row.n) for row in unindexed_of(message, shared)] == [
        ("wsp_1", "m:room_1", 3),
        ("cus_1", "m:room_1", 3),
    ]
    assert [(row.tree, row.place) for row in unindexed_of(note_, shared)] == [("wsp_1", "n:room_1")]
    assert [row.tree for row in unindexed_of(message, inside)] == ["wsp_1"]
    assert [row.tree for row in unindexed_of(inside, inside)] == ["wsp_1"]
    assert [row.tree for row in unindexed_of(shared, shared)] == ["wsp_1", "cus_1"]


def test_only_what_says_something_else_than_before_is_noted() -> None:
    room = Room(id="room_1", workspace="wsp_1", kind="topic", name="R", created_at=1)
    glimpse = Glimpse(author="a", author_kind="user", author_name="A", text="x", n=1)
    assert changed_thing(room, None) is room
    assert changed_thing(room.changed(last_message=glimpse, posts=4), room) is None
    assert changed_thing(room.changed(name="S"), room) is not None
    assert changed_thing(None, room) is None
    silent = room.changed(name="").changed()
    assert changed_thing(silent, None) is silent  # not new: what it was is not known any more


def test_few_rows_wait_in_the_table_and_are_found(parley: Parley, tenant: Tenant) -> None:
    said(parley, tenant, *["late"] * 5)
    parley.settle()
    assert len(found(tenant, "late")) == 5
    assert not parley.files.content
    assert not index_pending(parley.store, parley.world.index, tenant.id, now=parley.clock.now())


def test_many_are_put_into_the_index_and_dropped(parley: Parley, tenant: Tenant) -> None:
    tree = tenant.customer("acme")["id"]
    said(parley, tenant, *["late"] * (ENOUGH + 5))
    parley.react_all()
    assert 0 < len(parley.queues.sortings) < (ENOUGH + 5) * 2 * 3 / EACH  # few rows wake the worker
    before = found(tenant, "late")
    parley.sort_all()
    assert len(known(parley, tree)) + len([row for row in rows(parley, tree) if row.place[0] == "m"]) >= ENOUGH + 5
    assert len(known(parley, tree)) >= ENOUGH
    assert found(tenant, "late") == before
    assert len(before) == ENOUGH + 5


def test_any_order_any_number_of_times(parley: Parley, tenant: Tenant) -> None:
    """The stream's records of a batch, shuffled and doubled, with edits and deletes among them."""
    ids = said(parley, tenant, *[f"late {n}" for n in range(12)])
    room, ann = tenant.triage(), tenant.user()
    ann.patch(f"/v1/rooms/{room}/messages/{ids[3]}", {"text": "never"})
    ann.delete(f"/v1/rooms/{room}/messages/{ids[4]}")
    right = [id_ for id_ in reversed(ids) if id_ not in ids[3:5]]
    tree = tenant.customer("acme")["id"]
    for seed in range(5):
        parley.reacted.clear()
        parley.react_all()
        twice = rows(parley, tree) * 2
        random.Random(seed).shuffle(twice)
        for at in range(0, len(twice), 7):
            mark_changed(parley.world, twice[at : at + 7])
            index_pending(parley.store, parley.world.index, tree, now=parley.clock.now(), enough=1)
        assert found(tenant, "late") == right
        assert len(known(parley, tree)) == 10


@pytest.mark.parametrize("dies", ["files.put", "store.commit", "store.spread"])
def test_a_worker_that_dies_half_way_loses_nothing(
    parley: Parley, tenant: Tenant, dies: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = tenant.customer("acme")["id"]
    said(parley, tenant, *["late"] * 10)
    parley.react_all()
    before = found(tenant, "late")

    def dead(*_: object, **__: object) -> None:
        raise AwsAway("killed")

    with monkeypatch.context() as patch:
        patch.setattr(
            {"files": parley.files, "store": parley.store}[dies.partition(".")[0]], dies.partition(".")[2], dead
        )
        with pytest.raises(AwsAway):
            index_pending(parley.store, parley.world.index, tree, now=parley.clock.now(), enough=1)
    assert found(tenant, "late") == before
    assert rows(parley, tree)
    index_pending(parley.store, parley.world.index, tree, now=parley.clock.now(), enough=1)
    assert found(tenant, "late") == before
    parley.clock.at += SETTLES_MS + 1
    said(parley, tenant, "late")
    parley.react_all()
    put(parley, tree)
    assert [row.n for row in rows(parley, tree)] == [11], "what has settled nobody reads beside the index any more"


def test_of_two_workers_of_a_tree_the_slower_one_tries_again(parley: Parley, tenant: Tenant) -> None:
    tree = tenant.customer("acme")["id"]
    said(parley, tenant, *["late"] * 3)
    parley.react_all()

    class Overtaken:
        def put(self, *_: object) -> None:
            raise Clash((0,))

    with pytest.raises(AwsAway):
        index_pending(parley.store, Overtaken(), tree, now=parley.clock.now(), enough=1)  # type: ignore[arg-type]
    assert len(rows(parley, tree)) >= 3


def test_rows_are_passed_by_and_end_by_themselves(parley: Parley, tenant: Tenant) -> None:
    """A tree's cursor passes by what has settled; what came since may come a little later than it says."""
    tree = tenant.customer("acme")["id"]
    said(parley, tenant, "late")
    parley.react_all()
    parley.clock.at += 2 * SETTLES_MS
    put(parley, tree)
    (first, *_) = parley.store.page(Listing("unindexed", (tree,)), 10).items
    assert (rows(parley, tree), to_row(first).expires) == ([], -(-(first.at + 90 * DAY_MS) // 1000))
    before = parley.clock.now()
    said(parley, tenant, "late")
    parley.react_all()
    put(parley, tree)
    slow = noted(parley, tree, 7, at=before - SETTLES_MS + 1_000, ends=before + DAY_MS)
    assert slow in rows(parley, tree)
    parley.clock.at += 2 * SETTLES_MS
    passed = parley.clock.at
    said(parley, tenant, "late")
    parley.react_all()
    put(parley, tree)
    assert all(row.at > passed for row in rows(parley, tree))
    assert known(parley, tree) == [3, 2, 1]


def test_many_rows_of_one_moment_are_taken_once(parley: Parley, tenant: Tenant) -> None:
    tree, at = tenant.customer("acme")["id"], parley.clock.now()
    for n in range(MANY + 1):
        noted(parley, tree, n, at=at, ends=at + DAY_MS)
    taken: list[int] = []

    class Counting:
        def put(self, _: str, entries: list[Entry]) -> None:
            taken.extend(each.n for each in entries)

    for _ in range(3):
        assert not index_pending(parley.store, Counting(), tree, now=at, enough=1)  # type: ignore[arg-type]
    assert sorted(taken) == list(range(MANY + 1))


def test_what_took_long_to_note_is_noted_as_later(
    parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tree's cursor may have passed it by."""
    really, took = parley.store.spread, [PROMPT_MS + 1, 0]

    def slow(*writes: Write) -> None:
        really(*writes)
        if any(isinstance(write, Put) and isinstance(write.record, Unindexed) for write in writes):
            parley.clock.at += took.pop(0)

    monkeypatch.setattr(parley.store, "spread", slow)
    mark_changed(parley.world, [Unindexed(version=1, tree="cus_1", at=0, place="r:1")])
    at = [row.at for row in parley.store.page(Listing("unindexed", ("cus_1",)), 10).items]
    assert PROMPT_MS < at[1] - at[0] < SETTLES_MS


def test_a_quiet_tree_takes_what_has_waited_for_too_long(
    parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_wakes", lambda row: False)  # else one of sixteen rows wakes the worker by itself
    tree = tenant.customer("acme")["id"]
    said(parley, tenant, "late")
    parley.settle()
    assert known(parley, tree) == []
    for days, there in ((29, []), (32, [1]), (63, [1])):
        parley.clock.at += days * DAY_MS - (parley.clock.now() - tenant.now * 1000)
        tick(parley.world)
        parley.settle()
        assert known(parley, tree) == there
        assert found(tenant, "late")
    assert parley.store.one(ref(Indexed, tree)).due > parley.clock.now()  # type: ignore[union-attr]


def test_rows_from_before_they_ended_by_themselves_are_dropped(parley: Parley, tenant: Tenant) -> None:
    tree = tenant.customer("acme")["id"]
    said(parley, tenant, "late")
    parley.react_all()
    old = noted(parley, tree, 1, at=5)
    put(parley, tree)
    assert old not in parley.store.page(Listing("unindexed", (tree,)), 10).items
    assert known(parley, tree) == [1]


def test_what_is_edited_while_the_worker_is_at_it_is_put_once_more(parley: Parley, tenant: Tenant) -> None:
    (id_,) = said(parley, tenant, "late")
    tree, room = tenant.customer("acme")["id"], tenant.triage()
    parley.react_all()
    really = parley.world.index.put

    def meanwhile(*args: object) -> None:
        really(*args)  # type: ignore[arg-type]
        tenant.user().patch(f"/v1/rooms/{room}/messages/{id_}", {"text": "early"})
        parley.react_all()

    parley.world.index.put = meanwhile  # type: ignore[method-assign]
    index_pending(parley.store, parley.world.index, tree, now=parley.clock.now(), enough=1)
    assert found(tenant, "early") == [id_]
    assert found(tenant, "late") == []


@pytest.mark.parametrize("how", ["worker", "scan"])
def test_what_is_found_again_equals_what_was_known(parley: Parley, tenant: Tenant, how: str) -> None:
    ids = said(parley, tenant, *[f"late {'web' if n % 3 else 'mail'}" for n in range(80)])
    said(parley, tenant, *["late"] * 70, customer="bolt")
    room = tenant.triage()
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "late note", "internal": True})
    tenant.user().delete(f"/v1/rooms/{room}/messages/{ids[0]}")
    parley.settle()
    asked = ("late", "late web", "mail", "acme", "triage", "owner")
    callers = (tenant.api, tenant.user(), tenant.user("bolt", "bob"))

    def everything() -> list[str]:
        return [
            caller.get("/v1/search", q=q, limit="100", order=order).text
            for caller in callers
            for q in asked
            for order in ("best", "newest")
        ]

    before = everything()
    for key in [key for key in parley.table.rows if key[0].startswith("Q#")]:
        del parley.table.rows[key]
    parley.files.content.clear()
    if how == "worker":
        assert tenant.api.post("/v1/search/rebuild").status == 202
        parley.sort_all()
    else:
        assert reindex_all(parley.store, parley.world.index, parley.store.everything()) > 150
    assert everything() == before
    again = parley.store.one(ref(Tree, tenant.id))
    assert again
    assert sum(each.entries for each in again.segments) > ENOUGH
