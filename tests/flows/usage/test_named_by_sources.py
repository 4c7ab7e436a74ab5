"""A source that says so makes the customers and users that it names; every other one makes nobody."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from chalicelib.desk.customers import Customer, User
from chalicelib.desk.erasures import Erasure
from chalicelib.desk.ids import customer_id
from chalicelib.desk.rooms import Room
from chalicelib.desk.usage_events import UsageLine
from chalicelib.desk.usage_sources import Source
from chalicelib.flows.forgotten import known_id, remember
from chalicelib.ports import new
from chalicelib.ports.memory import Memories
from tests.flows.usage.logged import DAY, WORKSPACE, Log


def source(log: Log, id_: str = "src_1", **fields: Any) -> None:
    made = {"kind": "server", "name": "S", "created_at": 1, "creates": True} | fields
    log.parley.store.commit(new(Source(version=1, id=id_, workspace=WORKSPACE, **made)))


def saying(log: Log, id_: str, kind: str, traits: Any, **fields: Any) -> UsageLine:
    event = msgspec.Raw(msgspec.json.encode({"type": kind, "traits": traits}))
    return log.line(id_, kind=kind, means="", calls=0, event=event, **fields)


def people(log: Log) -> dict[tuple[str, str], tuple[str, str]]:
    found = log.parley.records()
    called = {each.id: each.external_id for each in found if isinstance(each, Customer)}
    companies = {(each.external_id, ""): (each.name, "") for each in found if isinstance(each, Customer)}
    return companies | {
        (called[each.customer], each.external_id): (each.name, each.email) for each in found if isinstance(each, User)
    }


def test_customers_and_users_are_made_once_and_called_by_their_traits() -> None:
    log = Log()
    source(log)
    log.put(
        log.line("1", user="ann"),
        saying(log, "2", "group", {"name": "Acme Inc.", "plan": "pro"}, user="ann"),
        saying(log, "3", "identify", {"name": "Ann Lee", "email": "ann@acme.example"}, user="ann"),
        log.line("4", customer="zebra", user="bob"),
        log.line("5", customer="", user="nobody's"),
    )
    log.folded()
    assert people(log) == {
        ("acme", ""): ("Acme Inc.", ""),
        ("acme", "ann"): ("Ann Lee", "ann@acme.example"),
        ("zebra", ""): ("zebra", ""),
        ("zebra", "bob"): ("bob", ""),
    }
    rooms = [each for each in log.parley.records() if isinstance(each, Room)]
    assert [each.kind for each in rooms] == ["triage"] * 2
    assert [log.day(customer_id(WORKSPACE, name)).calls for name in ("acme", "zebra")] == [1, 1]  # type: ignore[union-attr]
    before = people(log)
    log.parley.world = replace(log.parley.world, memory=Memories())  # another container
    log.put(saying(log, "6", "group", {"name": "Else"}, user="ann"), log.line("7", user="ann"))
    log.folded()
    assert people(log) == before, "who is there is the vendor's to change"


@pytest.mark.parametrize("fields", [{"creates": False}, {"kind": "browser"}])
def test_no_other_source_makes_anybody(fields: dict[str, Any]) -> None:
    log = Log()
    source(log, **fields)
    source(log, "src_2")
    log.put(log.line("1", user="ann"), log.line("2", source="src_2", customer="zebra", test=True))
    log.put(log.line("3", source="src_2", customer="zebra"), mode="test")
    log.folded()
    assert people(log) == {}


@pytest.mark.parametrize(
    ("traits", "name"),
    [(None, "acme"), ([1], "acme"), ({"name": None}, "acme"), ({"name": ""}, "acme"), ({"name": " A\n B "}, "A B")],
)
def test_traits_may_be_anything(traits: Any, name: str) -> None:
    log = Log()
    source(log)
    log.put(saying(log, "1", "group", traits))
    log.put(saying(log, "2", "identify", traits, user="ann"), log.line("3", customer="e\u0301"))
    log.folded()
    assert people(log)["acme", ""][0] == name
    assert people(log)["acme", "ann"] == ("ann" if name == "acme" else name, "")
    assert len(people(log)) == 2, "an id that is none makes nobody"


@pytest.mark.parametrize(("ago", "made"), [(2, False), (0, True)])
def test_who_was_forgotten_is_made_of_what_was_said_since_alone(ago: int, *, made: bool) -> None:
    log = Log()
    source(log)
    at = log.now - DAY
    erasure = Erasure(id="ers_1", workspace=WORKSPACE, of="customer", by="agt_1", created_at=at, stand_in="gone_1")
    remember(log.parley.world, erasure, [known_id(customer_id(WORKSPACE, "acme"))])
    log.put(saying(log, "0", "group", {"name": "As they were called"}, at=log.now - 2 * DAY))
    log.put(log.line("1", user="ann", at=log.now - ago * DAY))
    log.folded()
    assert people(log).get(("acme", "")) == (("acme", "") if made else None)
    assert customer_id(WORKSPACE, "acme") not in {
        each.id for each in log.parley.records() if isinstance(each, Customer)
    }
