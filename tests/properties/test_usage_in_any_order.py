"""Usage in any order: whatever lines are taken together in whichever order, the meters are a naive recount's."""

from collections import Counter

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.usage_developers import Developer, developer_after
from chalicelib.desk.usage_events import Line
from chalicelib.desk.usage_meters import Delta, UsageDay, added_up, counts, day_of, day_with, delta_of

DAYS = 1_800_000_000_000
lines = st.builds(
    Line,
    id=st.uuids().map(str),
    source=st.sampled_from(["src_1", "src_2"]),
    at=st.integers(DAYS, DAYS + 3 * 86_400_000),
    means=st.sampled_from(["called", "called", "called", "key_created", "key_revoked", ""]),
    user=st.sampled_from(["", "ann", "bob"]),
    anonymous=st.sampled_from(["", "x"]),
    token=st.sampled_from(["", "t1", "t2"]),
    calls=st.integers(1, 5),
    errors=st.integers(0, 2),
    error=st.sampled_from(["", "4xx", "5xx"]),
    sdk=st.sampled_from(["", "py"]),
    sdk_version=st.sampled_from(["1", "2"]),
    test=st.booleans(),
)


def rows_of(parts: list[list[Line]]) -> tuple[dict[str, UsageDay], dict[str, Developer]]:
    """The rows after some folds."""
    days: dict[str, UsageDay] = {}
    developers: dict[str, Developer] = {}
    for n, part in enumerate(parts, 1):
        delta = added_up([delta_of(line) for line in part if counts(line)])
        for _ in range(2):  # a fold that was torn applies its segment again
            for day, added in delta.days.items():
                old = days.get(day) or UsageDay(customer="cus_1", workspace="wsp_1", day=day)
                days[day] = day_with(old, added, n)
            for who, known in delta.developers.items():
                there = developers.get(who) or Developer(customer="cus_1", workspace="wsp_1", who=who)
                developers[who] = developer_after(there, known)
    return days, developers


@settings(max_examples=150)
@given(st.lists(st.lists(lines, max_size=6), max_size=5), st.randoms(use_true_random=False))
def test_every_order_and_every_torn_fold_gives_a_naive_recounts_meters(parts: list[list[Line]], random: object) -> None:
    days, developers = rows_of(parts)
    said = [line for part in parts for line in part if line.means == "called" and not line.test]
    assert {day: row.calls for day, row in days.items()} == Counter(
        {day: sum(line.calls for line in said if day_of(line.at) == day) for day in {day_of(line.at) for line in said}}
    )
    for day, row in days.items():
        mine = [line for line in said if day_of(line.at) == day]
        assert sum(row.errors.values()) == sum(line.errors for line in mine)
        assert row.first_success == min((line.at for line in mine if line.calls > line.errors), default=0)
        assert sum(calls for calls, _ in row.hours.values()) == row.calls
    shuffled = [line for part in parts for line in part]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    others = rows_of([shuffled[start : start + 3] for start in range(0, len(shuffled), 3)])

    def plain(rows: tuple[dict[str, UsageDay], dict[str, Developer]]) -> list[object]:
        left, right = rows
        return [
            {day: msgspec.structs.replace(each, version=0, through=0) for day, each in left.items()},
            {who: msgspec.structs.replace(each, version=0) for who, each in right.items()},
        ]

    assert plain(others) == plain((days, developers))
    assert added_up([]) == Delta()
