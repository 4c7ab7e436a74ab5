"""Hours of the day: the next moment within, or outside of them, by the clock of a place."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.errors import Invalid
from chalicelib.desk.hours import Hours, minute_of, opens, shown, zone

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("at", "opened"),
    [
        ("2026-01-15T12:00:00+01:00", "2026-01-15T12:00:00+01:00"),
        ("2026-01-15T21:59:59+01:00", "2026-01-15T21:59:59+01:00"),
        ("2026-01-15T22:00:00+01:00", "2026-01-16T07:00:00+01:00"),
        ("2026-01-16T03:00:00+01:00", "2026-01-16T07:00:00+01:00"),
        ("2026-03-29T01:30:00+01:00", "2026-03-29T07:00:00+02:00"),  # the night in which clocks are put forward
    ],
)
def test_quiet_hours_over_midnight(at: str, opened: str) -> None:
    quiet = Hours(start=22 * 60, end=7 * 60, timezone="Europe/Berlin")
    assert opens(ms(at), quiet, "Asia/Kolkata", within=False) == ms(opened)


@given(
    st.integers(1_700_000_000_000, 1_900_000_000_000),
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.sampled_from(ZONES),
    st.booleans(),
)
def test_it_is_the_first_such_minute_within_two_days(at: int, start: int, end: int, place: str, within: bool) -> None:
    hours = Hours(start=start, end=end)
    found = opens(at, hours, place, within=within)
    assert at <= found <= at + 49 * 3_600_000
    if start != end and found != at:
        here = [
            datetime.fromtimestamp(moment / 1000, ZoneInfo(place))
            for moment in (found, *range(at, found, max(1, (found - at) // 50)))
        ]
        first, *before = [hours.holds(moment.hour * 60 + moment.minute) is within for moment in here]
        assert not any(before)
        assert first or here[0].utcoffset() != here[1].utcoffset()


@pytest.mark.parametrize("text", ["24:00", "8:00", "08:60", "", "0800", "aa:bb", "٠٨:٠٠"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        minute_of(text)


def test_a_time_of_day_is_shown_as_it_was_told() -> None:
    assert [shown(minute_of(time)) for time in ("00:00", "08:30", "23:59")] == ["00:00", "08:30", "23:59"]


@pytest.mark.parametrize("name", ["Nowhere", "../../etc/passwd", "/etc/localtime", "europe", "a\x00b"])
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        zone(name)
