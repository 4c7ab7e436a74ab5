"""Holidays out of an iCalendar file (RFC 5545): events of whole days, and of each year. All else is refused by name.

Of what is not in the RFC: Outlook's whole days are times at midnight with X-MICROSOFT-CDO-ALLDAYEVENT (MS-OXCICAL
2.1.3.1.1.20.28); Apple's Chinese holidays have days on which one works, X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from ..desk.calendars import FIRST_DAY, LAST_DAY, NAMES, is_yearly
from ..desk.errors import Invalid

MAX_CHARACTERS = 1_000_000
MAX_EVENTS = 2_000
MAX_DEPTH = 8  # components within components
MAX_DAYS = 366  # of one event
MAX_TIMES = 400  # of an event that ends
SHOWN = 5  # events that a refusal names
SHOWN_NAME = 60  # characters

WANTED = frozenset(
    "DTSTART DTEND DURATION RRULE RDATE EXRULE EXDATE RECURRENCE-ID STATUS SUMMARY".split()  # noqa: SIM905
) | {"X-MICROSOFT-CDO-ALLDAYEVENT", "X-APPLE-SPECIAL-DAY"}
# property → why an event that has it is refused
REFUSED = {
    "RDATE": "it names further dates (RDATE)",
    "EXRULE": "a rule leaves days out (EXRULE)",
    "EXDATE": "it leaves days out (EXDATE)",
    "RECURRENCE-ID": "it changes one day of another event (RECURRENCE-ID)",
}
RULED = frozenset({"FREQ", "INTERVAL", "WKST", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS"})
PASSED_OVER = ("VTIMEZONE", "X-")  # components of a calendar that are no events
LINE = re.compile(r'([A-Za-z0-9-]++)(?:;(?:[^":]++|"[^"]*+")*+)?:(.*)', re.S)  # a name, parameters, a value
NAME = re.compile(r"[A-Za-z0-9-]++")
DAY, MIDNIGHT = re.compile(r"\d{8}", re.A), re.compile(r"\d{8}T000000", re.A)
MOMENT = re.compile(r"\d{8}T\d{6}Z?", re.A)
DURATION = re.compile(r"P(?:(\d{1,3})D|(\d{1,2})W)(?:T(?:0[HMS]){1,3})?", re.A)
NTH = re.compile(r"([+-]?\d)?([A-Z]{2})", re.A)
ESCAPED = re.compile(r"\\(.)", re.S)


@dataclass(frozen=True, slots=True)
class Days:
    """Dates (`2026-12-25`), and days of each year as a calendar names them (`12-25`, `11 4TH`)."""

    dates: frozenset[str]
    yearly: frozenset[str]


@dataclass(slots=True)
class Event:
    """The properties of an event that matter here: name → value."""

    properties: dict[str, str] = field(default_factory=dict)
    twice: str = ""

    def take(self, name: str, value: str) -> None:
        """Keep a property."""
        if name in self.properties and name != "SUMMARY":
            self.twice = name
        self.properties[name] = value

    @property
    def name(self) -> str:
        """What a refusal calls it."""
        summary = ESCAPED.sub(r"\1", self.properties.get("SUMMARY", "")[: 4 * SHOWN_NAME])
        shown = "".join(sign for sign in summary if sign.isprintable()).strip()
        when = self.properties.get("DTSTART", "")[:8]
        return f"“{shown[:SHOWN_NAME] or 'an event without a name'}”" + (f" ({when})" if DAY.fullmatch(when) else "")


class Odd(Exception):
    """Why an event is refused."""


def read(text: str, year: int) -> Days:
    """The days of a file, as it is read in that year: those before the year that went are left out. Invalid, naming
    the events and what is odd about each."""
    if len(text) > MAX_CHARACTERS:
        raise Invalid(f"a file of holidays has at most {MAX_CHARACTERS} characters", "ics")
    dates, yearly, odd = set[str](), set[str](), list[str]()
    events = _events(text)
    for event in events:
        try:
            found = _days(event, year)
            dates |= found.dates
            yearly |= found.yearly
        except Odd as why:
            odd.append(f"{event.name}: {why}")
    if odd:
        more = f"; and {len(odd) - SHOWN} more" if len(odd) > SHOWN else ""
        raise Invalid("; ".join(odd[:SHOWN]) + more, "ics")
    if not events:
        raise Invalid("there is no event in this file", "ics")
    return Days(frozenset(each for each in dates if each >= f"{year - 1}-01-01"), frozenset(yearly))


# --- lines and components -----------------------------------------------------------------------------------------


def _events(text: str) -> list[Event]:
    within: list[str] = []
    found: list[Event] = []
    for number, line in _lines(text):
        name, _, value = line.partition(":")
        named, value = name.upper(), value.strip().upper()
        if not within and (named, value) != ("BEGIN", "VCALENDAR"):
            raise Invalid(f"line {number}: an iCalendar file begins with BEGIN:VCALENDAR", "ics")
        if named == "BEGIN":
            within.append(value)
            _check_place(within, number)
            if within == ["VCALENDAR", "VEVENT"]:
                found.append(Event())
        elif named == "END":
            if within.pop() != value:
                raise Invalid(f"line {number}: END:{value[:40]} ends nothing that began there", "ics")
        elif within == ["VCALENDAR", "VEVENT"] and (taken := _property(line, number)):
            found[-1].take(*taken)
        if len(found) > MAX_EVENTS:
            raise Invalid(f"a file of holidays has at most {MAX_EVENTS} events", "ics")
    if within:
        raise Invalid(f"the file breaks off within a {within[-1][:40]}", "ics")
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The number of each line that begins one, and the line as it was before it was folded; no empty ones."""
    parts: list[str] = []
    began = 0
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(lines.split("\n"), 1):
        if parts and line[:1] in (" ", "\t"):
            parts.append(line[1:])
        elif line.strip():
            if parts:
                yield began, "".join(parts)
            began, parts = number, [line]
    if parts:
        yield began, "".join(parts)


def _check_place(within: list[str], number: int) -> None:
    if len(within) > MAX_DEPTH:
        raise Invalid(f"line {number}: components within components within components", "ics")
    if len(within) == 2 and within[1] != "VEVENT" and not within[1].startswith(PASSED_OVER):
        raise Invalid(f"line {number}: a {within[1][:40]} is no holiday", "ics")


def _property(line: str, number: int) -> tuple[str, str] | None:
    """(name, value) of a property that matters."""
    begins = NAME.match(line)
    name = begins[0].upper() if begins else ""
    if name not in WANTED:
        return None
    found = LINE.fullmatch(line)
    if found is None:
        raise Invalid(f"line {number}: a {name} without a value", "ics")
    return name, found[2].strip()


# --- events -------------------------------------------------------------------------------------------------------


def _days(event: Event, year: int) -> Days:
    has = event.properties
    if event.twice:
        raise Odd(f"it has two of {event.twice}")
    for name, why in REFUSED.items():
        if name in has:
            raise Odd(why)
    if has.get("STATUS", "").upper() == "CANCELLED":
        raise Odd("it is cancelled")
    if has.get("X-APPLE-SPECIAL-DAY", "").upper() == "ALTERNATE-WORKDAY":
        raise Odd("it is a day on which one works")
    start, length = _span(has)
    if "RRULE" in has:
        return _repeated(_rule(has["RRULE"]), start, length, year=year)
    return Days(frozenset(_run(start, length)), frozenset())


def _span(has: dict[str, str]) -> tuple[date, int]:
    """The first day, and how many there are."""
    if "DTSTART" not in has:
        raise Odd("it has no beginning")
    whole = has.get("X-MICROSOFT-CDO-ALLDAYEVENT", "").upper() == "TRUE"
    start, length = _date(has["DTSTART"], midnight=whole), 1
    if "DTEND" in has:
        length = (_date(has["DTEND"], midnight=whole) - start).days or 1
    elif "DURATION" in has:
        lasts = DURATION.fullmatch(has["DURATION"].upper())
        if lasts is None:
            raise Odd("it lasts no whole days")
        length = int(lasts[1]) if lasts[1] else 7 * int(lasts[2])
    if length < 1:
        raise Odd("it ends before it begins")
    if length > MAX_DAYS:
        raise Odd(f"it lasts longer than {MAX_DAYS} days")
    return start, length


def _date(text: str, *, midnight: bool) -> date:
    """The day that a value names; with `midnight` also the one that begins at a time of the place's own clock."""
    if not (DAY.fullmatch(text) or midnight and MIDNIGHT.fullmatch(text)):
        raise Odd("it has a time of day" if MOMENT.fullmatch(text) else "it has a date that is none")
    try:
        found = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise Odd("it has a date that is none") from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise Odd(f"it is not between {FIRST_DAY.year} and {LAST_DAY.year}")
    return found


def _run(start: date, length: int) -> Iterator[str]:
    return ((start + timedelta(days=n)).isoformat() for n in range(length))


# --- rules of each year -------------------------------------------------------------------------------------------


def _rule(text: str) -> dict[str, str]:
    """The parts of a rule of each year."""
    parts: dict[str, str] = {}
    for part in text.upper().rstrip(";").split(";", len(RULED) + 1):
        name, _, value = part.partition("=")
        if name in parts or not value:
            raise Odd("its rule (RRULE) is none")
        parts[name] = value
    if parts.get("FREQ") != "YEARLY":
        raise Odd(f"it is repeated, but not each year (FREQ={parts.get('FREQ', '')[:20]})")
    strange = sorted(parts.keys() - RULED)
    if strange:
        raise Odd(f"its rule has {strange[0][:20]}")
    if parts.get("INTERVAL", "1") != "1":
        raise Odd("it is not repeated each year (INTERVAL)")
    return parts


def _repeated(rule: dict[str, str], start: date, length: int, *, year: int) -> Days:
    day = _day_of_year(rule, start)
    if "COUNT" in rule or "UNTIL" in rule:
        firsts = _occurrences(rule, day, start)
        return Days(frozenset(each for first in firsts for each in _run(first, length)), frozenset())
    if start.year > year:
        raise Odd(f"it is repeated only from {start.year} on")
    return Days(frozenset(), frozenset(_each_year(day, length)))


def _day_of_year(rule: dict[str, str], start: date) -> str:
    """The day of each year that a rule means, as a calendar names it."""
    month = rule.get("BYMONTH", "")
    if not month and ("BYDAY" in rule or "BYMONTHDAY" in rule):
        raise Odd("its rule names a day, but no month")
    month = f"{month or start.month:0>2}"
    if "BYDAY" in rule:
        day = f"{month} {_nth(rule)}"
    elif "BYSETPOS" in rule:
        raise Odd("its rule has BYSETPOS without a weekday")
    else:
        day = f"{month}-{rule.get('BYMONTHDAY', str(start.day)):0>2}"
    if not is_yearly(day):
        raise Odd("its rule names no single day of the year")
    return day


def _nth(rule: dict[str, str]) -> str:
    """`4TH` of `4TH`, of `TH` at the fourth position, and of `TH` from the 22nd to the 28th."""
    found = NTH.fullmatch(rule["BYDAY"])
    if found is None or found[2] not in NAMES:
        raise Odd("its rule names several weekdays, or none")
    numbers = [found[1].removeprefix("+")] if found[1] else []
    numbers += [rule["BYSETPOS"]] if "BYSETPOS" in rule else []
    numbers += [_week_of(rule["BYMONTHDAY"])] if "BYMONTHDAY" in rule else []
    if len(numbers) != 1:
        raise Odd("its rule does not say which of the month's weekdays")
    return numbers[0] + found[2]


def _week_of(days: str) -> str:
    """`4` of `22,23,24,25,26,27,28`."""
    weeks = {",".join(str(day) for day in range(7 * n - 6, 7 * n + 1)): str(n) for n in range(1, 5)}
    return weeks.get(days) or ("-1" if days == "25,26,27,28,29,30,31" else "")


def _each_year(day: str, length: int) -> list[str]:
    """All days of each year of an event that begins at `day`."""
    if length == 1:
        return [day]
    if " " in day:
        raise Odd("it goes on after the weekday that its rule names")
    runs = [[each[5:] for each in _run(first, length)] for year in (2000, 2001) if (first := _in_year(day, year))]
    if len(runs) < 2 or runs[0] != runs[1]:
        raise Odd("it goes on over the end of February")
    return runs[0]


def _in_year(day: str, year: int) -> date | None:
    """The date of a day of each year in that one, if there is one."""
    month, number, weekday = int(day[:2]), day[3:-2], day[-2:]
    if " " not in day:
        try:
            return date(year, month, int(weekday))
        except ValueError:
            return None
    first = date(year, month, 1)
    days = [first + timedelta(days=n) for n in range(31)]
    found = [each for each in days if each.month == month and NAMES[each.weekday()] == weekday]
    place = int(number) - (1 if int(number) > 0 else 0)
    return found[place] if -len(found) <= place < len(found) else None


def _occurrences(rule: dict[str, str], day: str, start: date) -> list[date]:
    """The first days of an event whose repetition ends."""
    count, until = rule.get("COUNT", str(MAX_TIMES)), LAST_DAY
    if not (count.isascii() and count.isdigit() and len(count) <= 3 and 1 <= int(count) <= MAX_TIMES):
        raise Odd("its rule has a COUNT that is none")
    if "UNTIL" in rule:
        until = _date(rule["UNTIL"][:8], midnight=False)
    every = (_in_year(day, year) for year in range(start.year, LAST_DAY.year + 1))
    return [each for each in every if each and start <= each <= until][: int(count)]
