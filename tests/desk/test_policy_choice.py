"""Policies: the first that matches holds; a priority changes what it names; whose hours count."""

import msgspec
import pytest

from chalicelib.desk.calendars import Calendar
from chalicelib.desk.policies import NO_TARGET, Policies, Policy, Targets, calendar_of, policy_of, targets_of
from chalicelib.store.rows import from_row, to_row

HOUR = 3_600_000
OFFICE = Calendar(
    id="cal_1", name="Office", timezone="Asia/Tokyo", week=(((540, 1080),),) * 7, holidays=("2026-01-01",)
)
OURS = Policies(
    version=1,
    workspace="wsp_1",
    policies=(
        Policy(id="pol_gone", name="Gone", state="gone"),
        Policy(id="pol_gold", name="Gold", segment="seg_gold", targets=Targets(first=HOUR, next=2 * HOUR)),
        Policy(id="pol_all", name="All", calendar="cal_1", priorities={"urgent": Targets(first=HOUR)}),
        Policy(id="pol_late", name="Never reached", segment="seg_late"),
    ),
    calendars=(OFFICE, msgspec.structs.replace(OFFICE, id="cal_2")),
)


@pytest.mark.parametrize(
    ("segments", "id_"), [(["seg_gold", "seg_late"], "pol_gold"), (["seg_late"], "pol_all"), ([], "pol_all")]
)
def test_the_first_that_matches_holds(segments: list[str], id_: str) -> None:
    found = policy_of(OURS, segments)
    assert found is not None
    assert found.id == id_
    assert policy_of(Policies(workspace="wsp_1"), segments) is None


def test_a_priority_changes_what_it_names() -> None:
    own = Targets(first=4 * HOUR, next=8 * HOUR)
    differing = {"urgent": Targets(first=HOUR), "low": Targets(first=NO_TARGET, update=HOUR)}
    policy = Policy(id="pol_1", name="All", targets=own, priorities=differing)  # type: ignore[arg-type]
    assert targets_of(policy, "normal") == own
    assert targets_of(policy, "urgent") == Targets(first=HOUR, next=8 * HOUR)
    assert targets_of(policy, "low") == Targets(next=8 * HOUR, update=HOUR)


@pytest.mark.parametrize(
    ("policy", "own", "id_"),
    [(1, "", None), (2, "", "cal_1"), (1, "cal_2", "cal_2"), (2, "cal_2", "cal_2"), (2, "cal_gone", "cal_1")],
)
def test_a_customers_own_hours_win(policy: int, own: str, id_: str | None) -> None:
    found = calendar_of(OURS, OURS.policies[policy], own)
    assert (found.id if found else None) == id_


def test_they_come_back_from_the_table_as_they_were() -> None:
    assert from_row(to_row(OURS)) == OURS
