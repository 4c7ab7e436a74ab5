"""A table is restored to before somebody was forgotten: they are forgotten once more, by what the table before knows,
and nobody who was not."""

from typing import Any

import pytest

from chalicelib.desk.customers import Customer, User, Visitor
from chalicelib.desk.erasures import Erasure
from chalicelib.desk.messages import Message
from chalicelib.flows import dispatch
from chalicelib.flows.erasures.start import next_piece
from chalicelib.flows.forgotten import opened_key
from chalicelib.flows.rebuild import rebuild
from chalicelib.flows.restore.forget_again import forget_again, remembered
from chalicelib.store.memory import MemoryTable
from chalicelib.store.rows import to_row
from chalicelib.store.store import TableStore
from tests.api import Client, Tenant
from tests.fakes import Parley

MINUTE_MS = 60_000


def work(parley: Parley, most: int = 300) -> None:
    """Erasures, as the clock wakes them."""
    for _ in range(most):
        left = [each for each in parley.records() if isinstance(each, Erasure) and not each.ended]
        if not left:
            return
        for each in left:
            parley.queues.tasks.clear()
            dispatch.job(parley.world, next_piece(each))
        parley.react_all()
        parley.sort_all()
        parley.clock.at += 200_000
    raise AssertionError(left)


def restored(parley: Parley, rows: dict[Any, Any], to: int) -> int:
    """The table as it was; the one before is beside it. Who was interrupted begins anew."""
    before = MemoryTable()
    before.rows, parley.table.rows = dict(parley.table.rows), dict(rows)
    again = [
        forget_again(
            parley.store,
            remembered(TableStore(before)),
            to,
            now=parley.clock.now(),
            opening=lambda key: opened_key(parley.world.sealer, key),
        )
        for _ in range(2)
    ]
    rebuild(parley.store)
    parley.reacted = dict(parley.table.rows)
    assert again[0] == again[1]
    return again[0]


@pytest.fixture
def people(parley: Parley, tenant: Tenant) -> dict[str, str]:
    """Paths by which somebody is forgotten; and others, who stay."""
    tenant.api.patch("/v1/workspace", {"visitors": True})
    room = tenant.triage()
    for user in ("zebra", "bob"):
        made = tenant.user(user=user, name=user.title(), email=f"{user}@acme.example")
        assert made.post(f"/v1/rooms/{room}/messages", {"text": f"{user} words"}).status == 201
    at_zoo = tenant.user("zebras", "one", name="Zebra One")
    assert at_zoo.post(f"/v1/rooms/{tenant.triage('zebras')}/messages", {"text": "zebra words"}).status == 201
    asked = {"workspace": tenant.id, "name": "Zebra V", "email": "v@zebra.example", "text": "zebra words"}
    visitor = Client().post("/v1/visitors", asked).json["id"]
    parley.settle()
    return {
        "user": "/v1/customers/acme/users/zebra",
        "customer": "/v1/customers/zebras",
        "visitor": f"/v1/people/{visitor}",
    }


def left(parley: Parley) -> set[str]:
    rows = [to_row(each) for each in parley.records()]
    return {row.t for row in rows if "zebra" in f"{row.pk} {row.sk} {row.d}".casefold() and row.t != "Claim"}


def test_who_was_forgotten_since_is_forgotten_once_more(parley: Parley, tenant: Tenant, people: dict[str, str]) -> None:
    rows, to = dict(parley.table.rows), parley.clock.at
    parley.clock.at += MINUTE_MS
    for path in people.values():
        assert tenant.api.delete(path).status == 202
    work(parley)
    assert left(parley) == set()
    assert restored(parley, rows, to) == len(people)
    assert left(parley) > {"User", "Customer", "Visitor", "Message"}
    work(parley)
    assert left(parley) == set()
    kinds = [type(each) for each in parley.records()]
    assert (kinds.count(User), kinds.count(Customer), kinds.count(Visitor)) == (1, 1, 0)
    assert "bob words" in [each.text for each in parley.records() if isinstance(each, Message)]
    assert len(tenant.api.get("/v1/erasures").json["items"]) == 2 * len(people)


@pytest.mark.parametrize("kind", ["user", "customer", "visitor"])
@pytest.mark.parametrize("pieces", [0, 1, 4])
def test_an_erasure_that_was_on_goes_on(
    parley: Parley, tenant: Tenant, people: dict[str, str], kind: str, pieces: int
) -> None:
    """Begun after the moment, it begins anew; before it, the restored table knows how far it was."""
    rows, to = dict(parley.table.rows), parley.clock.at
    parley.clock.at += MINUTE_MS
    assert tenant.api.delete(people[kind]).status == 202
    for _ in range(pieces):
        (erasure,) = [each for each in parley.records() if isinstance(each, Erasure)]
        dispatch.job(parley.world, next_piece(erasure))
        parley.react_all()
        parley.clock.at += 200_000
    halfway, then = dict(parley.table.rows), parley.clock.at
    assert restored(parley, rows, to) == 1
    work(parley)
    wanted = left(parley)
    parley.table.rows = halfway
    work(parley)
    assert left(parley) == wanted
    assert restored(parley, halfway, then) == 0
    work(parley)
    assert left(parley) == wanted


def test_who_was_forgotten_before_and_came_back_stays(parley: Parley, tenant: Tenant, people: dict[str, str]) -> None:
    assert tenant.api.delete(people["user"]).status == 202
    work(parley)
    parley.clock.at += MINUTE_MS
    tenant.user(user="zebra", name="Zebra", email="zebra@acme.example").get("/v1/me")
    parley.settle()
    rows, to = dict(parley.table.rows), parley.clock.at
    parley.clock.at += MINUTE_MS
    assert restored(parley, rows, to) == 0
    assert "User" in left(parley)
