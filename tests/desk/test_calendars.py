"""Business hours: what passes of them between two moments, and when so much has passed, by the minute."""

import time
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.desk.calendars import NAMES, Calendar, business_ms, check_calendar, due_at
from chalicelib.desk.errors import Invalid
from chalicelib.desk.hours import shown
from chalicelib.desk.times import DAY_MS, HOUR_MS, MINUTE_MS
from tests.desk.naive_business_time import closed_on, counted, due, open_minute

# Zone → the days around which its clocks are moved in a year that its rules are known for.
MOVES = {
    "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],  # by half an hour
    "America/Santiago": ["2026-04-04", "2026-09-06"],  # at midnight
    "Africa/Cairo": ["2026-04-24", "2026-10-29"],  # at midnight
    "Asia/Tokyo": ["2026-05-03"],
    "America/St_Johns": ["2026-03-08", "2026-11-01"],
    "Europe/Berlin": ["2026-03-29", "2026-10-25"],
    "Asia/Beirut": ["2026-03-29", "2026-10-24"],  # at midnight
    "Africa/Casablanca": ["2026-02-15", "2026-03-22"],  # for Ramadan
    "Pacific/Apia": ["2011-12-30"],  # a day that never was
    "Asia/Kathmandu": ["2026-01-01"],
}
WEEKDAYS = ((540, 1020),)
EVERY_MONDAY = tuple(f"{month:02} {n}MO" for month in range(1, 13) for n in range(1, 6))
OFFICE = (WEEKDAYS,) * 5 + ((), ())


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def calendar(place: str = "Europe/Berlin", week: Any = OFFICE, **fields: Any) -> Calendar:
    return Calendar(id="cal_1", name="Office", timezone=place, week=week, **fields)


@st.composite
def spans(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    edges = draw(st.lists(st.integers(0, 96), max_size=6, unique=True).map(sorted))
    return tuple((a * 15, b * 15) for a, b in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def stories(draw: st.DrawFn) -> tuple[Calendar, int, int]:
    """A calendar, a moment within three days of a change of clocks there, and some minutes."""
    place = draw(st.sampled_from(sorted(MOVES)))
    day = ms(f"{draw(st.sampled_from(MOVES[place]))}T00:00:00Z")
    since = day + draw(st.integers(-3 * 24 * 60, 3 * 24 * 60)) * MINUTE_MS
    near = [datetime.fromtimestamp((day + n * DAY_MS) / 1000).date() for n in range(-4, 6)]
    dates = draw(st.lists(st.sampled_from(near), max_size=3))
    days = draw(st.lists(st.sampled_from(near), max_size=2))
    nth = draw(
        st.lists(st.tuples(st.sampled_from([d.month for d in near]), st.sampled_from([1, 2, 4, 5, -1, -2])), max_size=2)
    )
    made = calendar(
        place,
        draw(st.tuples(*[spans()] * 7).filter(any)),
        holidays=tuple(each.isoformat() for each in dates),
        yearly=(
            *(each.isoformat()[5:] for each in days),
            *(f"{month:02} {n}{draw(st.sampled_from(NAMES))}" for month, n in nth),
        ),
    )
    return made, since, draw(st.integers(0, 5 * 24 * 60))


def naively(made: Calendar) -> Any:
    hours = {n: [(shown(a), shown(b)) for a, b in each] for n, each in enumerate(made.week)}
    nth = [(int(each[:2]), int(each[3:-2]), NAMES.index(each[-2:])) for each in made.yearly if " " in each]
    closed = closed_on(made.holidays, [each for each in made.yearly if " " not in each], nth)
    return lambda at: open_minute(at, made.timezone, hours, closed)


@given(stories())
def test_what_passes_is_what_minute_by_minute_is_counted(story: tuple[Calendar, int, int]) -> None:
    made, since, minutes = story
    check_calendar(made)
    until = since + minutes * MINUTE_MS
    assert business_ms(made, since, until) == counted(since, until, naively(made))


@given(stories(), st.integers(0, 59_999))
def test_it_is_due_at_the_first_moment_at_which_so_much_has_passed(
    story: tuple[Calendar, int, int], extra: int
) -> None:
    made, since, minutes = story
    target = max(minutes // 4 * MINUTE_MS - extra, 0)
    expected = due(since, target, naively(made), 6 * 24 * 60)
    found = due_at(made, since, target)
    if expected is None:
        assert found > since + 6 * DAY_MS
    else:
        assert found == expected
    if target:
        assert business_ms(made, since, found) == target
        assert business_ms(made, since, found - 1) == target - 1


@given(stories(), st.integers(0, 3_000_000), st.integers(0, 3_000_000))
def test_it_does_not_matter_where_time_is_cut(story: tuple[Calendar, int, int], first: int, second: int) -> None:
    made, since, minutes = story
    odd, until = since + first, since + first + minutes * MINUTE_MS
    middle = min(odd + second, until)
    assert business_ms(made, odd, until) == business_ms(made, odd, middle) + business_ms(made, middle, until)


@pytest.mark.parametrize(
    ("place", "since", "target", "expected"),
    [
        ("Europe/Berlin", "2026-01-16T16:30:00+01:00", 60, "2026-01-19T09:30:00+01:00"),
        ("Europe/Berlin", "2026-01-16T16:00:00+01:00", 60, "2026-01-16T17:00:00+01:00"),  # not Monday morning
        ("Asia/Tokyo", "2026-01-16T18:00:00+09:00", 8 * 60, "2026-01-19T17:00:00+09:00"),
        ("Europe/Berlin", "2026-04-02T16:00:00+02:00", 120, "2026-04-07T10:00:00+02:00"),  # Easter, and its clocks
    ],
)
def test_known_ones(place: str, since: str, target: int, expected: str) -> None:
    made = calendar(place, holidays=("2026-04-03", "2026-04-06"))
    assert due_at(made, ms(since), target * MINUTE_MS) == ms(expected)


def test_a_skipped_hour_counts_nothing_and_a_doubled_one_twice() -> None:
    night = calendar("Europe/Berlin", (((0, 360),),) * 7)
    for day, hours in (("2026-03-29T00:00:00+01:00", 5), ("2026-10-25T00:00:00+02:00", 7)):
        assert business_ms(night, ms(day), ms(day) + 12 * HOUR_MS) == hours * HOUR_MS


def test_without_a_calendar_the_clock_goes_round() -> None:
    assert due_at(None, 1000, 500) == 1500
    assert business_ms(None, 1000, 1500) == 500
    assert business_ms(None, 1500, 1000) == business_ms(calendar(), 1500, 1000) == 0


@pytest.mark.parametrize("week", [(((0, 60),), *[()] * 6), (*[((600, 601),)] * 7,)])
def test_nothing_takes_long(week: Any) -> None:
    yearly = tuple(f"{month:02}-{day:02}" for month in range(1, 8) for day in range(1, 28))
    holidays = tuple(f"{year}-01-{day:02}" for year in range(2026, 2039) for day in range(1, 31))
    made = calendar("America/St_Johns", week, yearly=yearly, holidays=holidays)
    check_calendar(made)
    before = time.process_time()
    found = due_at(made, ms("2026-01-01T00:00:00Z"), 366 * DAY_MS)
    business_ms(made, 0, 10**15)
    assert time.process_time() - before < 0.5
    assert found == ms("2026-01-01T00:00:00Z") + 7_305 * DAY_MS


def test_the_next_days_are_found_at_once() -> None:
    made = calendar(holidays=tuple(f"2026-{month:02}-01" for month in range(1, 13)))
    before = time.process_time()
    for _ in range(200):
        due_at(made, ms("2026-01-16T16:30:00+01:00"), 8 * HOUR_MS)
    assert (time.process_time() - before) / 200 < 0.001


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": ""}, "timezone"),
        ({"week": ((),) * 7}, "week"),
        ({"week": OFFICE[:6]}, "week"),
        ({"week": (*OFFICE, ())}, "week"),
        ({"week": (((600, 600),), *OFFICE[1:])}, "week.monday"),
        ({"week": (((1320, 360),), *OFFICE[1:])}, "week.monday"),
        ({"week": (((600, 1441),), *OFFICE[1:])}, "week.monday"),
        ({"week": (((540, 720), (700, 900)), *OFFICE[1:])}, "week.monday"),
        ({"week": (tuple((n, n + 1) for n in range(0, 40, 2)), *OFFICE[1:])}, "week.monday"),
        ({"holidays": ("2026-12-25", "2026-02-29")}, "holidays[1]"),
        ({"holidays": ("20261225",)}, "holidays[0]"),
        ({"holidays": ("2026-W52-5",)}, "holidays[0]"),
        ({"holidays": ("2301-12-25",)}, "holidays[0]"),
        ({"holidays": ("٢٠٢٦-١٢-٢٥",)}, "holidays[0]"),
        ({"holidays": ("2026-12-25",) * 401}, "holidays"),
        ({"yearly": ("12-25",) * 401}, "yearly"),
        ({"week": (WEEKDAYS, *[()] * 6), "yearly": EVERY_MONDAY}, "yearly"),
        ({"yearly": ("02-29", "02-30")}, "yearly[1]"),
        ({"yearly": ("2026-12-25",)}, "yearly[0]"),
        ({"yearly": ("11 6TH",)}, "yearly[0]"),
        ({"yearly": ("11 TH",)}, "yearly[0]"),
        ({"yearly": ("11 +4TH",)}, "yearly[0]"),
        ({"yearly": ("13 4TH",)}, "yearly[0]"),
        ({"yearly": ("1 4TH",)}, "yearly[0]"),
        ({"yearly": ("11 4TX",)}, "yearly[0]"),
        ({"yearly": ("11  4TH",)}, "yearly[0]"),
    ],
)
def test_what_can_be_no_calendar_is_refused_by_name(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_calendar(msgspec.structs.replace(calendar(), **fields))
    assert refused.value.field == field


@given(st.text(max_size=12) | st.from_regex(r"[0-9]{1,2}[- ][-+]?[0-9]{0,2}(MO|TH|SU)?", fullmatch=True))
@example("11 4TH")
def test_whatever_is_written_as_a_day_of_the_year_is_taken_or_refused(text: str) -> None:
    with suppress(Invalid):
        check_calendar(calendar(yearly=(text,)))
        business_ms(calendar(yearly=(text,)), 0, 400 * DAY_MS)
