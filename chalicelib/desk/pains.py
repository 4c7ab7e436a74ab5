"""Pains: each week's top three of the open issues, ranked by how much they hurt customers (Borda count, ADR 149). Pure.

Each is compared with all others by its rooms, ARR, age and missed clocks: no weights, that anybody had to believe in.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from datetime import time as wall_time

from msgspec.structs import replace

from .hours import zone
from .markdown_writer import escaped_words, linked
from .record import Part, Record
from .tickets import IssueState
from .times import DAY_MS

TOP = 3
AT = wall_time(8)  # on Monday, by the workspace's clock
MAX_MAILS, MAX_CHATS = 20, 5


class Pain(Part, frozen=True):
    """An open issue with what speaks for it: how many `rooms` and `customers` stand behind it, what these pay (`arr`),
    since when it is known (ms), how many clocks of its rooms were `missed` within the week. `only` is the name of its
    one customer, if there is but one; `agent` answers for it."""

    issue: str
    title: str
    rooms: int
    customers: int
    arr: float
    since: int
    missed: int = 0
    only: str = ""
    agent: str = ""


class Became(Part, frozen=True):
    """What became of one of the last week's: how it stands, with so many rooms now, and whether it is `still` one of
    the three."""

    issue: str
    title: str
    state: IssueState
    rooms: int
    rooms_before: int
    still: bool = False


class Pains(Record, frozen=True):
    """The three of a `week` (its Monday, `2026-11-30`), the worst first, and what became of the last ones. `reached`
    are the addresses and conversations that have been told."""

    workspace: str
    week: str
    at: int
    top: tuple[Pain, ...] = ()
    before: tuple[Became, ...] = ()
    reached: tuple[str, ...] = ()


class Chat(Part, frozen=True):
    """A conversation (its id over there) of an install's own workspace."""

    install: str
    conversation: str

    @property
    def id(self) -> str:
        """One name for both."""
        return f"{self.install}:{self.conversation}"


class PainsPlan(Record, frozen=True):
    """Who is told of them each week: `mails` (addresses) and `chats`. `due` is when that is done next (ms, 0:
    never)."""

    workspace: str
    mails: tuple[str, ...] = ()
    chats: tuple[Chat, ...] = ()
    due: int = 0


def ranked(found: Iterable[Pain]) -> tuple[Pain, ...]:
    """The three that hurt most. Each gains a point for every other that it exceeds in rooms, in ARR, in age, in missed
    clocks; among equal sums the older comes first."""
    pains = [pain for pain in found if pain.rooms]

    def points(pain: Pain) -> int:
        mine = _measures(pain)
        return sum(one > other for each in pains for one, other in zip(mine, _measures(each), strict=True))

    return tuple(sorted(pains, key=lambda pain: (-points(pain), pain.since, pain.issue))[:TOP])


def _measures(pain: Pain) -> tuple[float, ...]:
    return pain.rooms, pain.arr, -pain.since, pain.missed


def week_of(timezone: str, at: int) -> str:
    """The Monday (`2026-11-30`) of the week in which a moment (ms) lies, by a clock of the time zone."""
    day = _local(timezone, at).date()
    return (day - timedelta(days=day.weekday())).isoformat()


def next_due(timezone: str, at: int) -> int:
    """The next Monday morning (ms) after a moment (ms)."""
    here = _local(timezone, at)
    monday = here.date() - timedelta(days=here.weekday())
    due = datetime.combine(monday, AT, here.tzinfo)
    if due <= here:
        due = datetime.combine(monday + timedelta(days=7), AT, here.tzinfo)
    return int(due.timestamp() * 1000)


def _local(timezone: str, at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, zone(timezone))


def words_of(pains: Pains, names: dict[str, str], link: str) -> str:
    """What product reads (Markdown); `names` of agents by their ids, `link` before an issue's id."""
    week = date.fromisoformat(pains.week)
    lines = [f"**What hurts customers most, in the week of {week.day} {week:%B %Y}**", ""]
    lines += _top(pains, names, link) or ["No open issue has a room behind it."]
    if pains.before:
        lines += ["", "**What became of last week's**", ""]
        lines += [f"- {linked(each.title, link + each.issue)}: {_fate(each)}" for each in pains.before]
    return "\n".join(lines)


def _top(pains: Pains, names: dict[str, str], link: str) -> list[str]:
    return [
        f"{place}. {linked(pain.title, link + pain.issue)}: {_weight(pain, pains.at)}. {_whose(pain, names)}"
        for place, pain in enumerate(pains.top, 1)
    ]


def _weight(pain: Pain, at: int) -> str:
    customers = f"only {escaped_words(pain.only)}’s" if pain.only else f"{pain.customers} customers"
    days = (at - pain.since) // DAY_MS
    parts = [_many(pain.rooms, "room"), customers, f"ARR {pain.arr:,.0f}" if pain.arr else "", _many(days, "day")]
    parts.append(f"{_many(pain.missed, 'missed clock')} this week" if pain.missed else "")
    return ", ".join(filter(None, parts))


def _whose(pain: Pain, names: dict[str, str]) -> str:
    name = names.get(pain.agent)
    return f"{escaped_words(name)} answers for it." if name else "Nobody answers for it yet."


def _fate(became: Became) -> str:
    state = {"open": "open", "in_progress": "in progress", "done": "done", "declined": "declined"}[became.state]
    was = "" if became.rooms == became.rooms_before else f" (was {became.rooms_before})"
    return f"{state}, {_many(became.rooms, 'room')}{was}{', still one of the three' if became.still else ''}"


def _many(n: int, word: str) -> str:
    return f"{n} {word}{'' if n == 1 else 's'}"


def with_agent(pains: Pains, issue: str, agent: str) -> Pains:
    """Another person answers for one of the three."""
    top = tuple(replace(each, agent=agent) if each.issue == issue else each for each in pains.top)
    return pains.changed(top=top)
