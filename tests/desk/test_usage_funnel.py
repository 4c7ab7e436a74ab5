"""The developers' funnel: who counts, how far they came, by week and source, and where those are who stayed."""

from typing import Any

from chalicelib.desk.times import DAY_MS, MINUTE_MS
from chalicelib.desk.usage_developers import Developer
from chalicelib.desk.usage_funnel import Reach, Stages, funnel_of
from chalicelib.desk.usage_meters import day_of

NOW = 1_700_000_000_000  # a Tuesday, the 14th of November 2023


def developer(who: str, *, days_ago: int = 1, **fields: Any) -> Developer:
    """One who was given a key so many days ago."""
    said = {"customer": "cus_1", "tokens": ("t",), "source": "src_1", "key_made_at": NOW - days_ago * DAY_MS}
    return Developer(workspace="wsp_1", who=who, **(said | fields))


def came(who: str, minutes: int, *, days_ago: int = 1, last: int = 0, **fields: Any) -> Developer:
    """One who had a success so many minutes after the key, and called last so many days ago."""
    at = NOW - days_ago * DAY_MS + minutes * MINUTE_MS
    said = {"first_call_at": at, "first_success_at": at, "last_day": day_of(NOW - last * DAY_MS)}
    return developer(who, days_ago=days_ago, **(said | fields))


def test_each_stage_holds_those_of_the_one_before_who_came_further() -> None:
    failed = developer("fails", first_call_at=NOW, last_day=day_of(NOW))
    gone = came("gone", 30, days_ago=30, last=7)
    stays = came("stays", 10, days_ago=30, last=6)
    total = funnel_of([developer("waits"), failed, gone, stays], "cohort", now=NOW).total
    assert (total.keys, total.called, total.succeeded, total.active) == (4, 3, 2, 1)
    assert (total.timed, total.median_ms, total.p85_ms) == (2, 10 * MINUTE_MS, 30 * MINUTE_MS)


def test_who_has_no_token_any_more_is_left_out() -> None:
    back = came("back", 1, revoked=("t",))
    both = came("both", 1, tokens=("t", "u"), revoked=("t",))
    assert funnel_of([back, both], "cohort", now=NOW).total.keys == 1
    assert funnel_of([], "source", now=NOW).total == Stages()


def test_a_time_to_hello_world_is_of_those_of_whom_both_ends_are_known() -> None:
    unknown = came("unknown", 5, key_made_at=0)
    before = came("before", -5)  # its first call came late, of before the key was made
    total = funnel_of([unknown, before], "cohort", now=NOW).total
    assert (total.succeeded, total.timed, total.median_ms) == (2, 0, None)
    at_once = funnel_of([came("at once", 0)], "cohort", now=NOW).total
    assert (at_once.timed, at_once.median_ms) == (1, 0)


def test_they_are_parted_by_the_week_in_which_they_began_and_by_source() -> None:
    some = [came("a", 1, days_ago=0), came("b", 1, days_ago=1), came("c", 1, days_ago=2, source="src_2")]
    keyless = came("d", 1, days_ago=9, key_made_at=0)
    assert set(funnel_of([keyless], "cohort", now=NOW).parts) == {"2023-10-30"}  # that of the first call
    by_week = funnel_of(some, "cohort", now=NOW).parts
    assert {week: stages.keys for week, stages in by_week.items()} == {"2023-11-06": 1, "2023-11-13": 2}
    by_source = funnel_of(some, "source", now=NOW).parts
    assert {source: stages.keys for source, stages in by_source.items()} == {"src_1": 2, "src_2": 1}


def test_where_those_are_who_stayed() -> None:
    some = [came(who, 1, customer=f"cus_{who[0]}") for who in ("a1", "a2", "a3", "b1", "c1")]
    asleep = came("z", 1, days_ago=40, last=39, customer="cus_z")
    reach = funnel_of([*some, asleep], "cohort", now=NOW).reach
    assert reach == Reach(customers=3, median_developers=1, largest="cus_a", largest_share=0.6)
    assert funnel_of([asleep], "cohort", now=NOW).reach == Reach()
