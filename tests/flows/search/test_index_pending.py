"""What search knows, kept up to date: in any order, any number of times, whoever dies when; and found again."""

import random

import pytest

from chalicelib.desk.errors import Clash
from chalicelib.desk.messages import Author, Message, Source
from chalicelib.desk.rooms import Glimpse, Room
from chalicelib.desk.search_index import Term, Tree, Unindexed, Wanted
from chalicelib.flows.search.index import EACH, ENOUGH, changed_thing, index_pending, mark_changed, unindexed_of
from chalicelib.flows.search.reindex import reindex_all
from chalicelib.ports import AwsAway, Listing, ref
from tests.api import Tenant
from tests.fakes import Parley


def said(parley: Parley, tenant: Tenant, *texts: str, customer: str = "acme") -> list[str]:
    room, caller = tenant.triage(customer), tenant.user(customer)
    return [caller.post(f"/v1/rooms/{room}/messages", {"text": text}).json["id"] for text in texts]


def rows(parley: Parley, tree: str) -> list[Unindexed]:
    listing: Listing[Unindexed] = Listing("unindexed", (tree,))
    return parley.store.page(listing, 1000).items


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
    assert [(row.tree, row.place, row.n) for row in unindexed_of(message, shared, 5)] == [
        ("wsp_1", "m:room_1", 3),
        ("cus_1", "m:room_1", 3),
    ]
    assert [(row.tree, row.place) for row in unindexed_of(note_, shared, 5)] == [("wsp_1", "n:room_1")]
    assert [row.tree for row in unindexed_of(message, inside, 5)] == ["wsp_1"]
    assert [row.tree for row in unindexed_of(inside, inside, 5)] == ["wsp_1"]
    assert [row.tree for row in unindexed_of(shared, shared, 5)] == ["wsp_1", "cus_1"]


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
    assert not index_pending(parley.store, parley.world.index, tenant.id)


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
            mark_changed(parley.store, twice[at : at + 7])
            index_pending(parley.store, parley.world.index, tree, enough=1)
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
            index_pending(parley.store, parley.world.index, tree, enough=1)
    assert found(tenant, "late") == before
    assert rows(parley, tree)
    index_pending(parley.store, parley.world.index, tree, enough=1)
    assert found(tenant, "late") == before
    assert rows(parley, tree) == []


def test_of_two_workers_of_a_tree_the_slower_one_tries_again(parley: Parley, tenant: Tenant) -> None:
    tree = tenant.customer("acme")["id"]
    said(parley, tenant, *["late"] * 3)
    parley.react_all()

    class Overtaken:
        def put(self, *_: object) -> None:
            raise Clash((0,))

    with pytest.raises(AwsAway):
        index_pending(parley.store, Overtaken(), tree, enough=1)  # type: ignore[arg-type]
    assert len(rows(parley, tree)) >= 3


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
    index_pending(parley.store, parley.world.index, tree, enough=1)
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
        assert reindex_all(parley.store, parley.world.index, parley.store.everything(), now=parley.clock.now()) > 150
    assert everything() == before
    again = parley.store.one(ref(Tree, tenant.id))
    assert again
    assert sum(each.entries for each in again.segments) > ENOUGH
