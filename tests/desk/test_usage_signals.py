"""Signals of usage: a day against the same weekdays before it, a floor, and what its numbers say."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.usage_signals import (
    FINDERS,
    SIGNAL_KINDS,
    Curve,
    SignalRule,
    days_to_look_at,
    explained,
    found_on,
    period_of,
    raised_in,
    shifted,
    signal_id,
)

MONDAY = "2026-11-30"
WEEK = (300, 310, 290, 320, 280, 5, 7)  # Monday to Sunday


def curve(changed=None, *, weeks=10, errors=None, **fields):
    since = shifted(MONDAY, -7 * weeks)
    days = {shifted(since, n): WEEK[n % 7] for n in range(7 * weeks + 1)}
    return Curve(since=since, calls=days | (changed or {}), errors=errors or {}, **fields)


def rule(kind, **fields):
    return SignalRule(kind=kind, owner="agt_1", sentence="Ask them.", **fields)


@pytest.mark.parametrize(
    ("kind", "day", "calls", "raised"),
    [
        ("surge", MONDAY, 450, True),
        ("surge", MONDAY, 449, False),
        ("surge", shifted(MONDAY, -1), 60, False),  # many times a Sunday, and under the floor
        ("surge", shifted(MONDAY, -1), 100, True),
        ("drop", MONDAY, 200, True),
        ("drop", MONDAY, 201, False),
        ("drop", MONDAY, 0, True),
        ("drop", shifted(MONDAY, -1), 0, False),  # a Sunday's five are under the floor
    ],
)
def test_a_day_is_held_against_the_same_weekday(kind, day, calls, raised):
    found = found_on(curve({day: calls}), rule(kind), day)
    assert (found is not None) is raised


def test_a_weekend_is_no_drop_where_each_weekend_is_one():
    days = [shifted(MONDAY, -n) for n in range(14)]
    assert not raised_in(curve(), rule("drop"), sorted(days))


def test_a_finding_says_its_numbers():
    days = {shifted(MONDAY, -7): 260, shifted(MONDAY, -14): 380}
    found = found_on(curve({MONDAY: 1204} | days), rule("surge"), MONDAY)
    assert explained(found) == (
        "1,204 calls on Monday, 30 November 2026; the 8 Mondays before had a median of 300 (260 to 380)."
    )


def test_one_spike_among_eight_weeks_moves_no_median():
    assert found_on(curve({MONDAY: 450, shifted(MONDAY, -7): 90_000}), rule("surge"), MONDAY)


def test_nothing_is_said_before_four_weeks_are_known():
    assert not found_on(curve({MONDAY: 9000}, weeks=3), rule("surge"), MONDAY)
    assert found_on(curve({MONDAY: 9000}, weeks=4), rule("surge"), MONDAY)


@pytest.mark.parametrize("kind", ["drop", "silence"])
def test_nobody_falls_silent_of_whom_too_little_is_known(kind):
    silent = {shifted(MONDAY, -n): 0 for n in range(3)}
    assert not found_on(curve(silent, weeks=3), rule(kind), MONDAY)
    assert not found_on(Curve(since=MONDAY, calls={}), rule(kind), MONDAY)
    assert found_on(curve(silent, weeks=5), rule(kind), MONDAY)


def test_what_is_left_out_is_no_measure():
    launch = {shifted(MONDAY, -7 * n): 5000 for n in range(1, 6)}
    assert not found_on(curve({MONDAY: 900} | launch), rule("surge"), MONDAY)
    assert not found_on(curve({MONDAY: 900} | launch, left_out=launch), rule("surge"), MONDAY)  # three are too few
    assert found_on(curve({MONDAY: 900} | launch, weeks=10, left_out=list(launch)[:4]), rule("surge"), MONDAY)


def test_three_silent_days_that_are_not_usually_so_are_silence():
    silent = {shifted(MONDAY, -n): 0 for n in range(3)}
    found = found_on(curve(silent), rule("silence"), MONDAY)
    assert (found.count, found.usual) == (0, 312)
    assert explained(found).startswith("No call in the 3 days up to Monday, 30 November 2026; in 8 weeks before")
    assert not found_on(curve(silent | {shifted(MONDAY, -2): 1}), rule("silence"), MONDAY)
    assert found_on(curve(silent), rule("silence", floor=312), MONDAY)
    assert not found_on(curve(silent), rule("silence", floor=313), MONDAY)
    sunday = shifted(MONDAY, -1)
    assert not found_on(curve({shifted(sunday, -n): 0 for n in range(2)}), rule("silence"), sunday)


def test_a_storm_is_a_share_of_errors():
    assert not found_on(curve({MONDAY: 9000}, errors={MONDAY: 99}), rule("error_storm"), MONDAY)
    assert not found_on(curve({MONDAY: 9000}, errors={MONDAY: 400}), rule("error_storm"), MONDAY)  # under a twentieth
    found = found_on(curve({MONDAY: 1000}, errors={MONDAY: 200}), rule("error_storm"), MONDAY)
    assert explained(found) == (
        "200 of 1,000 calls failed on Monday, 30 November 2026; by the 8 such weekdays before it would have been 0."
    )
    always = {shifted(MONDAY, -7 * n): 60 for n in range(1, 9)}  # a fifth fails every Monday
    assert not found_on(curve({MONDAY: 1000}, errors=always | {MONDAY: 200}), rule("error_storm"), MONDAY)


@pytest.mark.parametrize(
    ("calls", "errors", "usual", "raised"),
    [
        (1000, 100, 0, True),
        (1000, 99, 0, False),  # half of all, and under the floor
        (2000, 100, 0, True),
        (2001, 100, 0, False),  # under a twentieth
        (1000, 375, 75, True),
        (1000, 374, 75, False),  # a quarter is usual
        (0, 100, 0, False),  # the errors of no call
    ],
)
def test_a_storm_has_the_floor_a_twentieth_and_a_multiple_of_what_is_usual(calls, errors, usual, raised):
    before = {shifted(MONDAY, -7 * n): usual for n in range(1, 9)}
    found = found_on(curve({MONDAY: calls}, errors=before | {MONDAY: errors}), rule("error_storm"), MONDAY)
    assert (found is not None) is raised


def test_a_storm_says_between_what_and_what_errors_lay_where_that_is_known():
    before = {shifted(MONDAY, -7): 4, shifted(MONDAY, -14): 9}
    found = found_on(curve({MONDAY: 1000}, errors=before | {MONDAY: 200}), rule("error_storm"), MONDAY)
    assert (found.low, found.high, found.weeks) == (0, 9, 8)
    found = found_on(curve({MONDAY: 1000}, weeks=0, errors={MONDAY: 200}), rule("error_storm"), MONDAY)
    assert (found.low, found.high, found.weeks) == (0, 0, 0)


def test_who_never_came_to_a_call_is_told_of_once_and_up_to_the_first_one():
    days = [shifted(MONDAY, -n) for n in range(40, -1, -1)]
    waits = rule("never_started", period_days=3)
    assert len(raised_in(curve(weeks=9), waits, days)) == 1
    began = curve(weeks=9, first_success=MONDAY, made=shifted(MONDAY, -8))
    assert found_on(began, waits, shifted(MONDAY, -1)).count == 7
    assert not found_on(began, waits, MONDAY)


def test_what_happens_once_has_one_period():
    began = curve(first_success=MONDAY)
    assert [found.day for found in raised_in(began, rule("first_success"), [shifted(MONDAY, -1), MONDAY])] == [MONDAY]
    days = [shifted(MONDAY, -n) for n in range(20, -1, -1)]
    waiting = raised_in(curve(weeks=2), rule("never_started", period_days=10), days)
    assert [found.day for found in waiting] == [shifted(MONDAY, -4)]
    assert not raised_in(curve(weeks=2, first_success=shifted(MONDAY, -5)), rule("never_started", period_days=10), days)
    assert {period_of(rule("never_started"), day) for day in days} == {0}


def test_one_is_raised_a_period():
    surge = {shifted(MONDAY, -n): 3000 for n in range(10)}
    days = sorted(surge)
    assert [found.day for found in raised_in(curve(surge), rule("surge"), days)] == [days[0], days[7]]
    assert len(raised_in(curve(surge), rule("surge", period_days=30), days)) == 1


def test_a_day_that_is_not_over_may_be_a_surge_and_is_no_drop():
    assert days_to_look_at("surge", MONDAY) == ("2026-11-29", MONDAY)
    assert days_to_look_at("drop", MONDAY) == days_to_look_at("silence", MONDAY) == ("2026-11-29",)


def test_each_kind_has_its_finder_and_ids_tell_them_apart():
    assert tuple(FINDERS) == SIGNAL_KINDS
    assert signal_id("cus_1", "surge", 105_000) == "sig_1.surge.105000"


@given(
    st.lists(st.integers(0, 10**6), min_size=64, max_size=64),
    st.sampled_from(["surge", "drop"]),
    st.integers(1, 500),
    st.floats(1.1, 10),
)
def test_a_surge_is_never_a_drop_and_each_is_above_the_floor(counts, kind, floor, factor):
    first = date(2026, 9, 28)
    calls = {(first + timedelta(days=n)).isoformat(): count for n, count in enumerate(counts)}
    last = max(calls)
    there = Curve(since=min(calls), calls=calls)
    found = found_on(there, rule(kind, floor=floor, factor=factor), last)
    other = found_on(there, rule("drop" if kind == "surge" else "surge", floor=floor, factor=factor), last)
    assert not (found and other)
    if found:
        assert (found.count if kind == "surge" else found.usual) >= floor
        assert found.low <= found.usual <= found.high
