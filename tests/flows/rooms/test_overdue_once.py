"""A promise that comes due is marked once, by whoever looks, and no moment before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.messages import Change
from chalicelib.desk.promises import Promise
from chalicelib.desk.rooms import Room
from chalicelib.flows.rooms.promise_due import mark_overdue
from chalicelib.ports import new, ref
from chalicelib.store.rows import from_row
from tests.fakes import Parley


def scene(promise: Promise | None, **fields: object) -> Parley:
    parley = Parley()
    sample = {"id": "room_1", "workspace": "wsp_1", "kind": "topic", "name": "R", "created_at": 1} | fields
    parley.store.commit(new(Room(**sample, promise=promise)))  # type: ignore[arg-type]
    return parley


def room(parley: Parley) -> Room:
    found = parley.store.one(ref(Room, "room_1"))
    assert found
    return found


def changes(parley: Parley) -> list[Change]:
    return [record for record in map(from_row, parley.table.rows.values()) if isinstance(record, Change)]


def owed(parley_at: int, **fields: object) -> Promise:
    return Promise(**({"text": "Soon", "due": parley_at, "by": "agt_1", "made_at": 1} | fields))  # type: ignore[arg-type]


AT = Parley().clock.at


@given(st.integers(-3, 3), st.integers(1, 4), st.sampled_from(["open", "kept", "broken"]), st.booleans())
def test_it_is_marked_once_however_often_somebody_looks(left: int, looks: int, state: str, already: bool) -> None:
    parley = scene(owed(AT + 1 + left, state=state, overdue=already))  # the first look at the clock is at AT + 1
    before = room(parley)
    parley.clock.at = AT
    for _ in range(looks):
        parley.clock.at = AT
        mark_overdue(parley.world, "room_1")
    late = state == "open" and left <= 0 and not already
    after = room(parley)
    assert after.version == before.version + late
    assert len(changes(parley)) == late
    assert after.promise
    assert after.promise.overdue is (late or already)
    assert after.mentioned == ({"agt_1": after.n} if late else {})


@pytest.mark.parametrize(("assignees", "named"), [((), {"agt_1"}), (("agt_2", "agt_3"), {"agt_2", "agt_3"})])
def test_who_is_on_it_finds_themselves_named(assignees: tuple[str, ...], named: set[str]) -> None:
    parley = scene(owed(AT), assignees=assignees)
    mark_overdue(parley.world, "room_1")
    assert set(room(parley).mentioned) == named


def test_where_nothing_is_owed_nothing_is_marked() -> None:
    parley = scene(None)
    mark_overdue(parley.world, "room_1")
    mark_overdue(parley.world, "room_none")
    assert (changes(parley), room(parley).version) == ([], 1)
