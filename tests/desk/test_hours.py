"""Hours of the day: the next moment within, or outside of them, by the clock of a place."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.broadcasts import Broadcast, Rules, begins
from chalicelib.desk.errors import Invalid
from chalicelib.desk.hours import Hours, minute_of, opens, shown, zone
from chalicelib.desk.messages import Author
from tests.desk.naive_business_time import open_minute


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


# Zone → a day on whose morning or midnight its clocks are moved.
MOVES = {
    "Europe/Berlin": ["2026-03-29", "2026-10-25"],
    "America/New_York": ["2026-03-08", "2026-11-01"],
    "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],  # by half an hour
    "America/Santiago": ["2026-04-05", "2026-09-06"],  # at midnight
    "Africa/Cairo": ["2026-04-24", "2026-10-30"],  # at midnight
    "Pacific/Apia": ["2011-12-30"],  # a day that never was
    "Africa/Casablanca": ["2026-02-15", "2026-03-22"],
    "Antarctica/Troll": ["2026-03-29", "2026-10-25"],  # by two hours
    "Asia/Kolkata": ["2026-01-01"],
    "UTC": ["2026-01-01"],
}


@st.composite
def nights(draw: st.DrawFn) -> tuple[str, int]:
    """A place, and a moment around a change of its clocks, mostly within the hours in which that happens."""
    place = draw(st.sampled_from(sorted(MOVES)))
    midnight = datetime.fromisoformat(draw(st.sampled_from(MOVES[place]))).replace(tzinfo=ZoneInfo(place))
    near = st.integers(-30, 300) | st.integers(-2 * 1440, 2 * 1440)
    return place, (int(midnight.timestamp()) // 60 + draw(near)) * 60_000 + draw(st.sampled_from([0, 1, 59_999]))


minutes = st.integers(0, 300) | st.integers(0, 1439)  # mostly of the small hours


def naively(at: int, allowed: Callable[[int], bool]) -> int | None:
    """The first moment that is allowed, each minute of three days looked at."""
    moments = (at, *range(at // 60_000 * 60_000 + 60_000, at + 3 * 86_400_000, 60_000))
    return next((moment for moment in moments if allowed(moment // 60_000 * 60_000)), None)


def minute_allowed(hours: Hours, place: str, *, within: bool) -> Callable[[int], bool]:
    parts = [(hours.start, hours.end)] if hours.start <= hours.end else [(0, hours.end), (hours.start, 1440)]
    spans = {day: [(shown(first), shown(last)) for first, last in parts] for day in range(7)}
    return lambda at: open_minute(at, place, spans, lambda there: False) is within


@settings(max_examples=400)
@given(nights(), minutes, minutes, st.booleans())
def test_it_is_the_first_such_minute_of_all(night: tuple[str, int], start: int, end: int, within: bool) -> None:
    (place, at), hours = night, Hours(start=start, end=end)
    found = opens(at, hours, place, within=within)
    if start == end:
        assert found == at
    else:
        assert found == naively(at, minute_allowed(hours, place, within=within))


@settings(max_examples=200)
@given(nights(), minutes, minutes, minutes, minutes, st.sampled_from(sorted(MOVES)))
def test_a_broadcast_begins_with_the_first_minute_that_its_hours_and_the_quiet_ones_allow(
    night: tuple[str, int], start: int, end: int, quiet: int, loud: int, customer: str
) -> None:
    place, at = night
    rules = Rules(workspace="wsp_1", quiet=Hours(start=quiet, end=loud, timezone=place))
    broadcast = Broadcast(
        id="brd_1",
        workspace="wsp_1",
        text="News",
        author=Author(kind="agent", id="agt_1", name="Bo"),
        created_at=1,
        hours=Hours(start=start, end=end),
    )
    own = minute_allowed(broadcast.hours, customer, within=True) if start != end else lambda at: True
    allowed = minute_allowed(rules.quiet, place, within=False) if quiet != loud else lambda at: True
    expected = naively(at, lambda moment: own(moment) and allowed(moment))
    if expected is not None:
        assert begins(broadcast, rules, customer, now=at) == (0 if expected == at else expected)


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
