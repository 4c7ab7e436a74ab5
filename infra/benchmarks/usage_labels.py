"""Labels of public series, on which surges and drops are judged: anomaly detection's ground truth, from calendars.

They were written down before there was a detector, and before anybody looked at a curve: by what is publicly known of
the dates, never by what a series does on them. So a surge of which nobody here knew counts as a false one, and an event
that nobody looked up counts as missed: what is measured is below what is true.

- `PEYTON`: page views a day (UTC) of an encyclopedia's article on an American football player. A game of a Sunday's
  evening is read about on Monday by UTC: a label is the day of the event and the one after. Of games, only those that
  were no season's ordinary ones: playoffs, the first month of a season (eight weeks before it there are none), records,
  and meetings that the press wrote of beforehand; besides, awards, operations, contracts.
- `TRAFFIC`: how full the freeways of San Francisco's bay are, by the hour of its own clock: a drop on each public
  holiday of the USA on the day on which offices are shut for it, on the day after Thanksgiving, and on Christmas Eve.
- `COMMITS`: what one developer in US Central time commits a day: a drop on the same holidays. Their few commits a day
  are under any floor worth the name: what is to be seen there is that nobody is woken.

What lies in a series' first eight weeks has nothing to be compared with, and is left out.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Sort = Literal["surge", "drop"]


@dataclass(frozen=True, slots=True)
class Label:
    """What happened from the first day to the last (both included)."""

    kind: Sort
    first: date
    last: date
    what: str


def _event(day: str, what: str, days: int = 2) -> Label:
    first = date.fromisoformat(day)
    return Label("surge", first, first + timedelta(days=days - 1), what)


PEYTON = [
    _event("2008-02-03", "Super Bowl XLII: his brother wins"),
    _event("2008-07-14", "knee operation becomes known"),
    _event("2008-09-04", "season of 2008 opens", 28),
    _event("2008-11-02", "against the Patriots"),
    _event("2009-01-02", "MVP of 2008; wild card game on the day after", 3),
    _event("2009-02-01", "Super Bowl XLIII"),
    _event("2009-09-10", "season of 2009 opens", 28),
    _event("2009-11-15", "against the Patriots: fourth and two"),
    _event("2009-12-27", "the perfect season is given up"),
    _event("2010-01-09", "MVP of 2009"),
    _event("2010-01-16", "divisional playoff against the Ravens"),
    _event("2010-01-24", "AFC championship against the Jets"),
    _event("2010-02-07", "Super Bowl XLIV"),
    _event("2010-09-09", "season of 2010 opens", 28),
    _event("2010-11-21", "against the Patriots"),
    _event("2011-01-08", "wild card game against the Jets"),
    _event("2011-02-06", "Super Bowl XLV"),
    _event("2011-05-23", "neck operation becomes known"),
    _event("2011-07-30", "contract over 90 million"),
    _event("2011-09-05", "out of the opener; another neck operation; season of 2011 opens", 28),
    _event("2012-01-22", "his brother wins the NFC championship"),
    _event("2012-02-05", "Super Bowl XLVI, in his own stadium: his brother wins"),
    _event("2012-03-06", "released by the Colts; teams court him; signs with the Broncos", 17),
    _event("2012-09-05", "season of 2012 opens, his first with the Broncos", 28),
    _event("2012-10-15", "24 points behind at the Chargers, and won"),
    _event("2013-01-12", "divisional playoff against the Ravens"),
    _event("2013-02-02", "comeback player of the year; Super Bowl XLVII on the day after", 3),
    _event("2013-09-05", "season of 2013 opens: seven touchdowns", 28),
    _event("2013-10-20", "back in Indianapolis"),
    _event("2013-11-24", "at the Patriots"),
    _event("2013-12-15", "sportsman of the year"),
    _event("2013-12-22", "touchdown record of a season"),
    _event("2013-12-29", "passing record of a season"),
    _event("2014-01-12", "divisional playoff against the Chargers"),
    _event("2014-01-19", "AFC championship against the Patriots"),
    _event("2014-02-01", "MVP of 2013; Super Bowl XLVIII on the day after", 3),
    _event("2014-09-04", "season of 2014 opens", 28),
    _event("2014-10-19", "touchdown record of a career"),
    _event("2014-11-02", "at the Patriots"),
    _event("2015-01-11", "divisional playoff against the Colts"),
    _event("2015-02-01", "Super Bowl XLIX"),
    _event("2015-09-10", "season of 2015 opens", 28),
    _event("2015-11-01", "against the Packers"),
    _event("2015-11-15", "passing record of a career, and benched"),
    _event("2015-12-27", "a broadcaster's report on doping"),
    _event("2016-01-03", "comes on from the bench"),
    _event("2016-01-17", "divisional playoff against the Steelers"),
]


def _nth(year: int, month: int, weekday: int, *, n: int) -> date:
    """The nth such weekday (Monday: 0) of a month; counted from its end where n is negative."""
    days = [date(year, month, 1) + timedelta(days=i) for i in range(31)]
    return [day for day in days if day.month == month and day.weekday() == weekday][n - 1 if n > 0 else n]


def _kept(day: date) -> date:
    """The day on which offices are shut for a holiday: Friday for a Saturday, Monday for a Sunday."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def holidays(years: range) -> list[Label]:
    """A drop on each public holiday of the USA, the day after Thanksgiving, and Christmas Eve."""
    found: dict[date, str] = {}
    for year in years:
        thanksgiving = _nth(year, 11, 3, n=4)
        found |= {
            _kept(date(year, 1, 1)): "New Year's Day",
            _nth(year, 1, 0, n=3): "Martin Luther King's Day",
            _nth(year, 2, 0, n=3): "Presidents' Day",
            _nth(year, 5, 0, n=-1): "Memorial Day",
            _kept(date(year, 7, 4)): "Independence Day",
            _nth(year, 9, 0, n=1): "Labor Day",
            _nth(year, 10, 0, n=2): "Columbus Day",
            _kept(date(year, 11, 11)): "Veterans Day",
            thanksgiving: "Thanksgiving",
            thanksgiving + timedelta(days=1): "the day after Thanksgiving",
            date(year, 12, 24): "Christmas Eve",
            _kept(date(year, 12, 25)): "Christmas",
        }
    return [Label("drop", day, day, what) for day, what in sorted(found.items())]


TRAFFIC = holidays(range(2015, 2017))
COMMITS = holidays(range(2013, 2018))
