"""All that follows from a change of the table: no line of the list can be taken away unnoticed, and one bad row stops
nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.desk.customers import Customer, User, Visitor
from chalicelib.desk.messages import Change
from chalicelib.desk.record import Record
from chalicelib.edge import frames
from chalicelib.flows import derive as flow
from chalicelib.flows.derive import FOLLOWS, Written, derive
from chalicelib.ports import AwsAway
from tests.api import Tenant
from tests.fakes import Parley
from tests.stored.standing import after_stream


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    """What follows from the changes of the fixture, which are of every sort."""
    return after_stream()


# What is stored is of before there were policies (tests/flows/clocks), adoptions and ties (below), and machines that
# draft (tests/flows/rooms/test_proposals.py), and usage (tests/flows/usage).
LATER = ("_clocks", "_adoptions", "_people", "_proposals", "_usage")


@pytest.mark.parametrize(
    "line", [each for each in FOLLOWS if each.__name__ not in LATER], ids=lambda line: line.__name__
)
def test_something_is_missing_without_each_line(
    line: Callable[..., None], whole: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "FOLLOWS", tuple(each for each in FOLLOWS if each is not line))
    assert after_stream() != whole


def test_whose_a_room_has_become_and_a_vouched_address_are_followed_up(parley: Parley, tenant: Tenant) -> None:
    tenant.user().get("/v1/me")
    [user] = [each for each in parley.records() if isinstance(each, User)]
    parley.queues.tasks.clear()
    moved = Change(version=1, room="room_1", n=1, type="room", at=1, by="agt_1", customers=("", "cus_1"))
    taken = replace(moved, n=2, by=user.id, customers=("", user.customer))
    proven = Visitor(version=1, id="vis_1", workspace=tenant.id, created_at=1, email="ann@acme.example", proven="mail")
    vouched = replace(user, vouched="ann@acme.example")
    derive(parley.world, [written(each) for each in (moved, taken, vouched, proven)], frames.changed)
    assert {"follow": "room_1", "customers": ["", "cus_1"], "after": 0} in parley.queues.tasks
    assert {"same_address": user.id, "customer": user.customer} in parley.queues.tasks
    assert {"same_address": "vis_1", "customer": ""} in parley.queues.tasks
    assert {"taken": "room_1", "customer": user.customer, "by": user.id} in parley.queues.tasks


@pytest.mark.parametrize("call", ["wake", "jobs", "sync", "index", "push"])
def test_something_is_missing_where_a_queue_is_not_told(
    call: str, whole: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"chalicelib.aws.queues.SqsQueues.{call}", lambda *_: None)
    assert after_stream() != whole


def written(record: Record | None, before: Callable[[], Record | None] = lambda: None) -> Written:
    return Written("C#x", "A", "Customer", lambda: record, before)


def customer(tenant: Tenant, parley: Parley, name: str) -> Customer:
    id_ = tenant.customer(name)["id"]
    return next(each for each in parley.records() if isinstance(each, Customer) and each.id == id_)


def unreadable() -> Record:
    raise ValueError("broken")


def test_a_row_that_cannot_be_read_is_set_aside_and_those_behind_it_are_worked_off(
    parley: Parley, tenant: Tenant
) -> None:
    acme, globex = customer(tenant, parley, "acme"), customer(tenant, parley, "globex")
    parley.queues.tasks.clear()
    broken = Written("C#y", "A", "Customer", unreadable, lambda: None)
    _, aside = derive(parley.world, [written(acme), broken, written(globex)], frames.changed)
    assert [str(each.error) for each in aside] == ["broken"]
    assert parley.queues.aside == [("C#y", "A", "ValueError: broken")]
    assert parley.queues.tasks == [{"workspace": tenant.id, "customers": {acme.id: [], globex.id: []}}]


def test_what_was_there_before_is_read_within_the_attempt_and_the_workspace_has_a_note(
    parley: Parley, tenant: Tenant
) -> None:
    acme = customer(tenant, parley, "acme")
    _, [aside] = derive(parley.world, [written(acme, unreadable)], frames.changed)
    assert aside.note is not None
    assert (aside.note.workspace, aside.note.about) == (tenant.id, "Customer C#x A")


def test_aws_being_away_runs_the_whole_batch_again(parley: Parley, tenant: Tenant) -> None:
    def away() -> Record:
        raise AwsAway("dynamodb")

    acme = customer(tenant, parley, "acme")
    parley.queues.tasks.clear()
    with pytest.raises(AwsAway):
        derive(parley.world, [written(acme), Written("C#y", "A", "Customer", away, lambda: None)], frames.changed)
    assert parley.queues.tasks == []
    assert parley.queues.aside == []
