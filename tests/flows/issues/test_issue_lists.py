"""Lists of issues hold under paging: each filter and each order finds all of it, once; and what they are ordered by can
be counted anew."""

import random
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from chalicelib.desk.issues import Issue, IssueCustomer
from chalicelib.flows.rebuild import rebuild
from chalicelib.ports import Drop, Put, ref
from chalicelib.store.rows import from_row
from tests.conftest import in_memory
from tests.fakes import Parley
from tests.tracking import Desk

KINDS, LABELS, WORDS = ("bug", "feature", "question"), ("api", "ui", "docs"), ("export", "import", "login")


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """Sixty issues of all kinds, with few and many rooms and customers behind them."""
    with in_memory(Parley()) as parley:
        made, chance = Desk(parley), random.Random(5)
        rooms = []
        for number in range(12):
            made.tenant.customer(f"c{number}", name=f"C{number}", attributes={"arr": chance.choice([0, 12.5, 9000])})
            rooms.append(made.tenant.triage(f"c{number}"))
        for number in range(60):
            body = {
                "title": f"{chance.choice(WORDS)} {number}",
                "public_title": chance.choice(WORDS).title(),
                "text": "",
                "kind": chance.choice(KINDS),
                "labels": chance.sample(LABELS, chance.randrange(3)),
            }
            id_ = made.api.post("/v1/issues", body).json["id"]
            for room in chance.sample(rooms, chance.randrange(4)):
                assert made.api.post(f"/v1/issues/{id_}/rooms", {"room": room}).status == 201
        made.settle()
        yield made


def walk(desk: Desk, limit: int, **query: str) -> list[dict[str, Any]]:
    """Every page of a list."""
    items, cursor = [], None
    for _ in range(100):
        got = desk.api.get("/v1/issues", limit=str(limit), **query, **({"cursor": cursor} if cursor else {}))
        assert got.status == 200, got.text
        assert len(got.json["items"]) <= limit
        items += got.json["items"]
        cursor = got.json["next"]
        if cursor is None:
            return items
    raise AssertionError("a list without an end")


def says(each: dict[str, Any], *words: str) -> bool:
    return all(word in f"{each['title']} {each['public_title']}".casefold() for word in words)


FILTERS: list[tuple[dict[str, str], Any]] = [
    ({}, lambda each: True),
    ({"kind": "feature"}, lambda each: each["kind"] == "feature"),
    ({"label": "ui"}, lambda each: "ui" in each["labels"]),
    ({"text": "EXPORT 7"}, lambda each: says(each, "export", "7")),
    (
        {"kind": "bug", "label": "api", "text": "login"},
        lambda each: each["kind"] == "bug" and "api" in each["labels"] and says(each, "login"),
    ),
    ({"label": "nobody's"}, lambda each: False),
]


@pytest.mark.parametrize("limit", [1, 7, 100])
@pytest.mark.parametrize("sort", ["age", "rooms", "arr"])
@pytest.mark.parametrize(("query", "wanted"), FILTERS, ids=["-".join(query) or "all" for query, _ in FILTERS])
def test_a_filter_finds_all_in_order_over_all_pages(desk: Desk, limit: int, sort: str, query: Any, wanted: Any) -> None:
    every = walk(desk, 100)
    assert len(every) == 60
    found = walk(desk, limit, sort=sort, **query)
    assert len(found) == len({each["id"] for each in found})
    assert {each["id"] for each in found} == {each["id"] for each in every if wanted(each)}
    order = [each["created_at" if sort == "age" else sort] for each in found]
    assert order == sorted(order, reverse=True)


def test_rebuild_counts_who_is_behind_an_issue() -> None:
    with in_memory(Parley()) as parley:
        desk = Desk(parley)
        desk.tenant.customer("acme", name="Acme", attributes={"arr": 10})
        issue = desk.raised("beta", ticket=False)["id"]
        desk.api.post(f"/v1/issues/{issue}/rooms", {"room": desk.tenant.triage("acme")})
        topic = desk.api.post("/v1/rooms", {"name": "More", "customer": "acme"}).json["id"]
        desk.api.post(f"/v1/issues/{issue}/rooms", {"room": topic})
        other = desk.raised("acme", ticket=False)["id"]
        desk.api.post(f"/v1/issues/{other}/merge", {"into": issue})
        desk.settle()
        right = desk.issue(issue)
        assert (right["rooms"], right["customers"], right["arr"]) == (3, 2, 10)
        assert not rebuild(parley.store)
        stored = desk.stored(issue)
        wrong = msgspec.structs.replace(stored, rooms=9, customers=0, arr=-4.5)
        rows = [row for row in map(from_row, parley.table.rows.values()) if isinstance(row, IssueCustomer)]
        stray = msgspec.structs.replace(rows[0], customer="cus_stray")
        changed = msgspec.structs.replace(rows[1], rooms=7, arr=99.0, name="?")
        parley.store.commit(Put(wrong, None), Drop(ref(IssueCustomer, issue, rows[0].customer)))
        parley.store.commit(Put(stray, None), Put(changed, None))
        assert {"Issue", "IssueCustomer"} <= set(rebuild(parley.store))
        assert desk.stored(issue) == stored
        again = [row for row in map(from_row, parley.table.rows.values()) if isinstance(row, IssueCustomer)]
        assert {(row.customer, row.rooms, row.arr, row.name) for row in again} == {
            (row.customer, row.rooms, row.arr, row.name) for row in rows
        }
        assert not rebuild(parley.store)
        assert isinstance(parley.store.one(ref(Issue, other)), Issue)
