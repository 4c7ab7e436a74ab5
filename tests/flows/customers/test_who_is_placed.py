"""Which customers an evaluation places, and which rooms count for one."""

from typing import Any

import pytest

from chalicelib.desk.rooms import Room
from chalicelib.desk.segments import Placement
from chalicelib.flows.customers.admit import admit_customer
from chalicelib.flows.customers.evaluate_segments import evaluate_segments, issues_asked_for
from chalicelib.ports import new, ref
from tests.arriving import WORKSPACE
from tests.fakes import Parley


def customer(parley: Parley, external_id: str = "acme", workspace: str = WORKSPACE) -> str:
    return admit_customer(parley.world, workspace, external_id)[0].id


def placed(parley: Parley, id_: str, *moved: str) -> Placement | None:
    evaluate_segments(parley.world, WORKSPACE, {id_: moved})
    return parley.store.one(ref(Placement, id_))


def room(parley: Parley, of: str, id_: str) -> str:
    sample: dict[str, Any] = {
        "workspace": WORKSPACE,
        "kind": "topic",
        "name": "R",
        "created_at": 1,
        "last_message_at": 3_600_000,
    }
    parley.store.commit(new(Room(version=1, id=id_, customer=of, turn="vendor", **sample)))
    return id_


def test_without_segments_who_was_in_none_and_has_not_moved_is_left_alone() -> None:
    parley = Parley()
    assert placed(parley, customer(parley)) is None


def test_who_was_in_a_segment_that_is_gone_leaves_it_without_a_word() -> None:
    parley = Parley()
    id_ = customer(parley)
    parley.store.commit(new(Placement(version=1, customer=id_, workspace=WORKSPACE, segments=("seg_gone",))))
    found = placed(parley, id_)
    assert found
    assert (found.version, found.segments, found.left) == (2, (), ())


def test_of_the_rooms_that_moved_ones_own_count_though_there_is_no_segment() -> None:
    parley = Parley()
    acme, beta = customer(parley), customer(parley, "beta")
    found = placed(parley, acme, room(parley, acme, "room_1"), room(parley, beta, "room_2"), "room_none")
    assert found
    assert found.totals.rooms_open == 1


@pytest.mark.parametrize("workspace", ["", "wsp_other"])
def test_who_is_gone_or_another_workspaces_is_not_placed(workspace: str) -> None:
    parley = Parley()
    id_ = customer(parley, workspace=workspace) if workspace else "cus_none"
    assert placed(parley, id_, "room_1") is None


def test_an_issue_that_is_gone_has_nobody_behind_it() -> None:
    assert issues_asked_for(Parley().world, ["iss_none"], ["cus_1"]) == {}
