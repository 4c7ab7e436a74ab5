"""Reasons of usage: what they explain, for how long, and which days are no measure."""

import pytest

from chalicelib.desk.usage_reasons import Reason, covers, explaining, one_off_days, trend
from chalicelib.desk.usage_signals import shifted


def reason(first="2026-11-20", last="2026-12-26", cause="season", **fields):
    known = {"id": "rsn_1", "workspace": "wsp_1", "customer": "cus_1", "kind": "surge", "by": "agt_1", "at": 1}
    return Reason(from_day=first, until_day=last, cause=cause, text="Black Friday", **(known | fields))


@pytest.mark.parametrize(
    ("day", "cause", "held"),
    [
        ("2026-11-20", "launch", True),
        ("2026-12-26", "launch", True),
        ("2026-12-27", "launch", False),
        ("2026-11-19", "season", False),
        ("2027-12-01", "launch", False),
        ("2027-12-01", "season", True),
        ("2031-11-20", "season", True),
        ("2027-10-01", "season", False),
        ("2025-12-01", "season", False),
    ],
)
def test_a_reason_holds_for_its_days_and_that_of_a_season_each_year(day, cause, held):
    assert covers(reason(cause=cause), "surge", day) is held
    assert not covers(reason(cause=cause), "drop", day)


def test_a_season_may_span_the_new_year_and_begin_on_a_leap_day():
    winter = reason("2026-12-20", "2027-01-06")
    assert all(covers(winter, "surge", day) for day in ("2028-01-06", "2027-12-31"))
    assert not covers(winter, "surge", "2028-01-07")
    assert covers(reason("2028-02-29", "2028-03-02"), "surge", "2029-03-01")


def test_of_several_the_latest_explains():
    reasons = [reason(id="rsn_1", at=1), reason(id="rsn_3", at=3), reason(id="rsn_2", at=2)]
    assert explaining(reasons, "surge", "2026-12-01").id == "rsn_3"
    assert explaining(reasons, "drop", "2026-12-01") is None


def test_one_offs_alone_are_left_out():
    assert one_off_days([reason("2026-12-01", "2026-12-02", "one_off"), reason()]) == {"2026-12-01", "2026-12-02"}


def test_a_trend_is_a_week_to_the_one_before_without_what_is_left_out():
    today = "2026-11-30"
    calls = {shifted(today, -n): 100 for n in range(1, 15)}
    assert trend(calls, today) == 1.0
    calls[shifted(today, -3)] = 10_000
    assert trend(calls | {today: 99_999}, today) == pytest.approx(10_600 / 700, abs=0.001)
    assert trend(calls, today, [shifted(today, -3)]) == 1.0
    assert trend({shifted(today, -1): 5}, today) is None
    assert trend(calls, today, [shifted(today, -n) for n in range(1, 8)]) is None
