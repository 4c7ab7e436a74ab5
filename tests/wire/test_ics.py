"""Holidays out of iCalendar files as Google, Apple, Outlook and officeholidays.com write them; what else is refused."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.calendars import NAMES, Calendar, business_ms, check_calendar
from chalicelib.desk.errors import Invalid
from chalicelib.desk.times import DAY_MS
from chalicelib.wire.ics import Days, read

YEAR = 2026


def event(*lines: str, name: str = "A day") -> str:
    return "\r\n".join(["BEGIN:VEVENT", "UID:1@x", "DTSTAMP:20260101T000000Z", f"SUMMARY:{name}", *lines, "END:VEVENT"])


def file(*events: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", *events, "END:VCALENDAR", ""])


def days(*dates: str, yearly: tuple[str, ...] = ()) -> Days:
    return Days(frozenset(dates), frozenset(yearly))


GOOGLE = """BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:Holidays in Germany
X-WR-TIMEZONE:UTC
X-WR-CALDESC:Holidays and Observances in Germany
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261003
DTEND;VALUE=DATE:20261004
DTSTAMP:20260704T143353Z
UID:20261003_q9m7i2bqd8gj3k1oo6rrd8v5mg@google.com
CLASS:PUBLIC
CREATED:20240517T085412Z
DESCRIPTION:Public holiday
LAST-MODIFIED:20240517T085412Z
SEQUENCE:0
STATUS:CONFIRMED
SUMMARY:Day of German Unity
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20191003
DTEND;VALUE=DATE:20191004
DTSTAMP:20260704T143353Z
UID:20191003_q9m7i2bqd8gj3k1oo6rrd8v5mg@google.com
DESCRIPTION:Observance\\nTo hide observances\\, go to Google Calendar Setting
 s > Holidays in Germany
SUMMARY:Day of German Unity
END:VEVENT
END:VCALENDAR
"""
APPLE = """BEGIN:VCALENDAR
METHOD:PUBLISH
VERSION:2.0
X-WR-CALNAME:US Holidays
PRODID:-//Apple Inc.//iCal 3.0//EN
X-APPLE-CALENDAR-COLOR:#A6A6A6
X-WR-TIMEZONE:US/Pacific
CALSCALE:GREGORIAN
BEGIN:VTIMEZONE
TZID:US/Pacific
BEGIN:DAYLIGHT
TZOFFSETFROM:-0800
TZOFFSETTO:-0700
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:83D2F8CA-02B5-4E25-9F1B-2B6E8D4C5A11
DTSTART;VALUE=DATE:20071122
DTEND;VALUE=DATE:20071123
RRULE:FREQ=YEARLY;INTERVAL=1;BYMONTH=11;BYDAY=4TH
SUMMARY;LANGUAGE=en:Thanksgiving Day
TRANSP:TRANSPARENT
CATEGORIES:Holidays
BEGIN:VALARM
ACTION:DISPLAY
DTSTART:20260101T000000Z
TRIGGER:-PT15H
END:VALARM
X-APPLE-UNIVERSAL-ID:f42c6443-488d-9756-925b-bf42f63a3348
END:VEVENT
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20240704
RRULE:FREQ=YEARLY;COUNT=5
SUMMARY:Independence Day
END:VEVENT
END:VCALENDAR
"""
OFFICE_HOLIDAYS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Office Holidays Ltd.//EN
X-WR-CALNAME:Greece Holidays
X-WR-CALDESC:Public Holidays in Greece. Provided by http://www.officeholidays.com
REFRESH-INTERVAL;VALUE=DURATION:PT48H
X-PUBLISHED-TTL:PT48H
METHOD:PUBLISH
X-MS-OLK-FORCEINSPECTOROPEN:TRUE
BEGIN:VEVENT
CLASS:PUBLIC
UID:2026-01-01GR512regcountry@www.officeholidays.com
CREATED:20260312T131548Z
DESCRIPTION: New Year's Day is a public holiday\\n\\n\\n\\nInformation provided by www.officeholidays.com
URL:https://www.officeholidays.com/holidays/greece/international-new-years-day
DTSTART;VALUE=DATE:20260101
DTEND;VALUE=DATE:20260102
DTSTAMP:20080101T000000Z
LOCATION;LANGUAGE=el:Ελλάς
PRIORITY:5
SEQUENCE:0
SUMMARY;LANGUAGE=el:Πρωτοχρονιά
TRANSP:OPAQUE
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
X-MICROSOFT-CDO-ALLDAYEVENT:TRUE
X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT:TRUE
X-MS-OLK-CONFTYPE:0
END:VEVENT
END:VCALENDAR
"""
OUTLOOK = file(
    "BEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\nEND:VTIMEZONE",
    event(
        'DTSTART;TZID="W. Europe Standard Time":20261224T000000',
        'DTEND;TZID="W. Europe Standard Time":20261227T000000',
        "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
        "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
    ),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOGLE, days("2026-10-03")),
        (GOOGLE.replace("\n", "\r\n"), days("2026-10-03")),
        (GOOGLE.replace("\n", "\r"), days("2026-10-03")),
        ("\ufeff" + GOOGLE + GOOGLE, days("2026-10-03")),
        (APPLE, days("2025-07-04", "2026-07-04", "2027-07-04", "2028-07-04", yearly=("11 4TH",))),
        (OFFICE_HOLIDAYS, days("2026-01-01")),
        (OUTLOOK, days("2026-12-24", "2026-12-25", "2026-12-26")),
        (file(event("DTSTART:20260501")), days("2026-05-01")),
        (file(event("dtstart;value=date:20260501")).replace("VEVENT", "vevent"), days("2026-05-01")),
        (file(event("DTSTART;VALUE=DATE:20260501", "DTEND;VALUE=DATE:20260501")), days("2026-05-01")),
        (file(event("DTSTART;VALUE=DATE:20260501", "DURATION:P1D")), days("2026-05-01")),
        (file(event("DTSTART;VALUE=DATE:20260501", "DURATION:P2DT0H0M0S")), days("2026-05-01", "2026-05-02")),
        (file(event("DTSTART;VALUE=DATE:20260501", "DURATION:P1W")), days(*(f"2026-05-0{n}" for n in range(1, 8)))),
        (file(event("DTSTART;VA\r\n LUE=DATE:2026\r\n\t0501")), days("2026-05-01")),
    ],
)  # fmt: skip
def test_whole_days_are_taken(text: str, expected: Days) -> None:
    assert read(text, YEAR) == expected


@pytest.mark.parametrize(
    ("start", "rule", "expected"),
    [
        ("20201225", "FREQ=YEARLY", "12-25"),
        ("20201225", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25", "12-25"),
        ("20200509", "freq=yearly;bymonth=5;bymonthday=1;wkst=MO;", "05-01"),
        ("20240229", "FREQ=YEARLY", "02-29"),
        ("20200525", "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", "05 -1MO"),
        ("20200525", "FREQ=YEARLY;BYMONTH=5;BYDAY=MO;BYMONTHDAY=25,26,27,28,29,30,31", "05 -1MO"),
        ("20201126", "FREQ=YEARLY;BYDAY=TH;BYMONTHDAY=22,23,24,25,26,27,28;BYMONTH=11", "11 4TH"),
        ("20201126", "FREQ=YEARLY;BYDAY=TH;BYSETPOS=4;BYMONTH=11", "11 4TH"),
        ("20200907", "FREQ=YEARLY;BYDAY=+1MO;BYMONTH=9", "09 1MO"),
    ],
)
def test_a_day_of_each_year_is_taken(start: str, rule: str, expected: str) -> None:
    text = file(event(f"DTSTART;VALUE=DATE:{start}", f"RRULE:{rule}"))
    assert read(text, YEAR) == days(yearly=(expected,))


def test_several_days_of_each_year_are_taken() -> None:
    text = file(event("DTSTART;VALUE=DATE:20201224", "DTEND;VALUE=DATE:20210102", "RRULE:FREQ=YEARLY"))
    assert read(text, YEAR).yearly == {*(f"12-{n}" for n in range(24, 32)), "01-01"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=YEARLY;UNTIL=20270601", ["2026-06-01", "2026-06-02", "2027-06-01", "2027-06-02"]),
        ("FREQ=YEARLY;UNTIL=20270531T220000Z", ["2026-06-01", "2026-06-02"]),
        ("FREQ=YEARLY;COUNT=1", ["2026-06-01", "2026-06-02"]),
        ("FREQ=YEARLY;BYMONTH=6;BYDAY=-1SU;COUNT=1", ["2026-06-28", "2026-06-29"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=1", ["2028-02-29", "2028-03-01"]),
    ],
)
def test_a_repetition_that_ends_is_its_dates(rule: str, expected: list[str]) -> None:
    text = file(event("DTSTART;VALUE=DATE:20260601", "DURATION:P2D", f"RRULE:{rule}"))
    assert read(text, YEAR) == days(*expected)


DAY = "DTSTART;VALUE=DATE:20260914"
FOURTH = "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["DTSTART:20260914T090000Z"], "it has a time of day"),
        (["DTSTART;TZID=Europe/Berlin:20260914T000000"], "it has a time of day"),
        (["DTSTART:20260914T000000Z", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"], "it has a time of day"),
        ([DAY, "DTEND:20260914T120000"], "it has a time of day"),
        (["DTSTART;VALUE=DATE:20260231"], "it has a date that is none"),
        (["DTSTART;VALUE=DATE:٢٠٢٦٠١٠١"], "it has a date that is none"),
        (["DTSTART;VALUE=DATE:19000101"], "it is not between 1970 and 2200"),
        (["DTEND;VALUE=DATE:20260101"], "it has no beginning"),
        ([DAY, "DTEND;VALUE=DATE:20260913"], "it ends before it begins"),
        ([DAY, "DTEND;VALUE=DATE:20280913"], "it lasts longer than 366 days"),
        ([DAY, "DURATION:PT8H"], "it lasts no whole days"),
        ([DAY, "DTSTART;VALUE=DATE:20260915"], "it has two of DTSTART"),
        (["DTSTART;VALUE=DATE:20270914", "RRULE:FREQ=YEARLY"], "it is repeated only from 2027 on"),
        (["DTSTART;VALUE=DATE:20200227", "DURATION:P4D", "RRULE:FREQ=YEARLY"], "it goes on over the end of February"),
        (["DTSTART;VALUE=DATE:20200229", "DURATION:P2D", "RRULE:FREQ=YEARLY"], "it goes on over the end of February"),
        (["DTSTART;VALUE=DATE:20201126", "DURATION:P2D", FOURTH], "it goes on after the weekday that its rule names"),
        ([DAY, "RDATE;VALUE=DATE:20260915"], "it names further dates (RDATE)"),
        ([DAY, "EXRULE:FREQ=YEARLY"], "a rule leaves days out (EXRULE)"),
        (["DTSTART;VALUE=DATE:20200914", "RRULE:FREQ=YEARLY", "EXDATE:20260914"], "it leaves days out (EXDATE)"),
        ([DAY, "RECURRENCE-ID;VALUE=DATE:20260913"], "it changes one day of another event (RECURRENCE-ID)"),
        ([DAY, "STATUS:CANCELLED"], "it is cancelled"),
        ([DAY, "X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY"], "it is a day on which one works"),
    ],
)  # fmt: skip
def test_all_else_is_refused_by_name(lines: list[str], why: str) -> None:
    text = file(event("DTSTART;VALUE=DATE:20260501"), event(*lines, name="Stand-up\\, daily"))
    with pytest.raises(Invalid) as refused:
        read(text, YEAR)
    assert refused.value.field == "ics"
    name, _, reason = refused.value.detail.partition(": ")
    assert name.startswith("“Stand-up, daily”")
    assert reason == why


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("FREQ=WEEKLY", "it is repeated, but not each year (FREQ=WEEKLY)"),
        ("FREQ=MONTHLY;COUNT=2", "it is repeated, but not each year (FREQ=MONTHLY)"),
        ("COUNT=2", "it is repeated, but not each year (FREQ=)"),
        ("", "its rule (RRULE) is none"),
        ("FREQ=YEARLY;FREQ=YEARLY", "its rule (RRULE) is none"),
        ("FREQ=YEARLY;INTERVAL=2", "it is not repeated each year (INTERVAL)"),
        ("FREQ=YEARLY;BYEASTER=1", "its rule has BYEASTER"),
        ("FREQ=YEARLY;BYWEEKNO=20", "its rule has BYWEEKNO"),
        ("FREQ=YEARLY;BYDAY=20MO", "its rule names a day, but no month"),
        ("FREQ=YEARLY;BYMONTHDAY=3", "its rule names a day, but no month"),
        ("FREQ=YEARLY;BYMONTH=1,2", "its rule names no single day of the year"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", "its rule names no single day of the year"),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=TH", "its rule does not say which of the month's weekdays"),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;BYSETPOS=1", "its rule does not say which of the month's weekdays"),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=TH;BYMONTHDAY=3,4", "its rule names no single day of the year"),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH,4FR", "its rule names several weekdays, or none"),
        ("FREQ=YEARLY;BYSETPOS=1", "its rule has BYSETPOS without a weekday"),
        ("FREQ=YEARLY;COUNT=401", "its rule has a COUNT that is none"),
        ("FREQ=YEARLY;COUNT=٣", "its rule has a COUNT that is none"),
        ("FREQ=YEARLY;UNTIL=never", "it has a date that is none"),
    ],
)
def test_rules_of_no_single_day_of_each_year_are_refused(rule: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(file(event(DAY, f"RRULE:{rule}")), YEAR)
    assert refused.value.detail == f"“A day” (20260914): {why}"


def test_a_refusal_names_some_and_says_how_many_more() -> None:
    odd = [event("DTSTART:20260914T090000Z", name="\u202ea\x00 " + "long " * 40) for _ in range(9)]
    with pytest.raises(Invalid) as refused:
        read(file(*odd), YEAR)
    assert refused.value.detail.endswith("; and 4 more")
    assert refused.value.detail.startswith("“a long long")
    assert len(refused.value.detail) < 800
    assert refused.value.detail.isprintable()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "there is no event in this file"),
        (file(), "there is no event in this file"),
        ("date,name\n2026-12-25,Christmas", "line 1: an iCalendar file begins with BEGIN:VCALENDAR"),
        ("<!doctype html>", "line 1: an iCalendar file begins with BEGIN:VCALENDAR"),
        ("BEGIN:VEVENT\nEND:VEVENT", "line 1: an iCalendar file begins with BEGIN:VCALENDAR"),
        (GOOGLE[:400], "the file breaks off within a VEVENT"),
        (GOOGLE + "more", "line 33: an iCalendar file begins with BEGIN:VCALENDAR"),
        ("BEGIN:VCALENDAR\nEND:VEVENT", "line 2: END:VEVENT ends nothing that began there"),
        (file("BEGIN:VTODO\nEND:VTODO"), "line 4: a VTODO is no holiday"),
        ("BEGIN:VCALENDAR\nBEGIN:X-A\n" + "BEGIN:X-B\n" * 50, "line 9: components within components within components"),
        (file(event("DTSTART")), "line 8: a DTSTART without a value"),
        (file(event('DTSTART;TZID="a:20260101')), "line 8: a DTSTART without a value"),
        (file("BEGIN:VEVENT\nEND:VEVENT\n" * 2001), "a file of holidays has at most 2000 events"),
        ("a" * 1_000_001, "a file of holidays has at most 1000000 characters"),
    ],
)
def test_what_is_no_such_file_is_refused(text: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(text, YEAR)
    assert (refused.value.detail, refused.value.field) == (why, "ics")


RULES = st.sampled_from(
    ["FREQ=YEARLY", "BYDAY=4TH", "BYDAY=TH", "BYMONTH=11", "BYMONTHDAY=3", "COUNT=3", "UNTIL=2027", ""]
)
LINES = st.one_of(
    st.sampled_from(
        ["BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR", "BEGIN:VCALENDAR", "BEGIN:VTIMEZONE", " ", "STATUS:"]
    ),
    st.builds("DTSTART:{:08}".format, st.integers(20250000, 20271300)),
    st.builds("DTEND;VALUE=DATE:{:08}".format, st.integers(20250000, 20271300)),
    st.builds("RRULE:{};{};{}".format, RULES, RULES, RULES),
    st.text(max_size=20),
)


@given(st.lists(LINES, max_size=8), st.booleans())
def test_whatever_is_in_a_file_it_is_refused_or_makes_a_calendar(lines: list[str], wrapped: bool) -> None:
    try:
        found = read(file("BEGIN:VEVENT", *lines, "END:VEVENT") if wrapped else "\n".join(lines), YEAR)
    except Invalid:
        return
    week = (((540, 1020),),) * 7
    made = Calendar(
        id="cal_1", name="A", timezone="UTC", week=week, holidays=tuple(found.dates), yearly=tuple(found.yearly)
    )
    check_calendar(made)


@given(
    st.integers(2020, 2080), st.sampled_from([1, 2, 3, 4, 5, -1, -2, -5]), st.sampled_from(NAMES), st.integers(1, 12)
)
def test_a_weekday_of_a_month_is_the_same_day_as_a_date_and_as_a_rule(
    year: int, n: int, weekday: str, month: int
) -> None:
    """What the file's reader expands, and what the calendar leaves out."""
    rule = f"FREQ=YEARLY;BYMONTH={month};BYDAY={n}{weekday};UNTIL={year}1231"
    dates = read(file(event(f"DTSTART;VALUE=DATE:{year}0101", f"RRULE:{rule}")), year).dates
    week = (((0, 1440),),) * 7
    made = Calendar(id="cal_1", name="A", timezone="UTC", week=week, yearly=(f"{month:02} {n}{weekday}",))
    since = (date(year, 1, 1) - date(1970, 1, 1)).days * DAY_MS
    midnights = [since + day * DAY_MS for day in range(365)]
    shut = {at for at in midnights if not business_ms(made, at, at + DAY_MS)}
    assert shut == {(date.fromisoformat(each) - date(1970, 1, 1)).days * DAY_MS for each in dates} & set(midnights)


def test_a_large_file_is_read_quickly() -> None:
    text = file(
        *[event(f"DTSTART;VALUE=DATE:2026{n % 12 + 1:02}01", "RRULE:FREQ=YEARLY;UNTIL=22000101") for n in range(1999)]
    )
    before = time.process_time()
    assert read(text, YEAR).dates
    assert time.process_time() - before < 3
