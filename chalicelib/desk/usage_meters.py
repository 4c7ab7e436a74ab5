"""Usage meters (metering): what customers' calls come to by day and hour, who made them, and how far the fold of the
raw log is (ADR 186). Pure: lines of the log become deltas, deltas are added to rows in any order.

An event counts by the day (UTC) of its own time. Of the lines of the log those with a meaning count; those of test keys
count for nobody.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, Literal

import msgspec

from .record import Part, Record
from .times import DAY_MS, HOUR_MS, LAST_MS, from_date, rfc3339
from .usage_events import WINDOW_MS, Line
from .usage_reasons import trend
from .workspaces import Secret

SETTLE_MS = 30_000  # ms after a window's end, by which what was received in it has come to the bucket
REPEATS_DAYS = 7  # for which a repeat is known as one
HOURS_KEPT_DAYS = 14
ACTORS_KEPT_MS = 70 * DAY_MS
FOLDED_KEPT_MS = 35 * DAY_MS  # ms for which what a fold did is known: late objects and late customers find it
FACTS_DAYS = 7
FACTS_MS = HOUR_MS  # a customer is placed by usage once in so long at most
BLOCK = 256  # entries among which what waits for a customer is looked for
MOST_CLASSES = MOST_SDKS = 40  # of a day that are counted by name; the rest is one
MOST_TOKENS = 8  # of a day that its row names; each other one has a row of its own
OTHER = "other"

ActorKind = Literal["developer", "token"]


class DayDelta(Part, frozen=True):
    """What lines add to a customer's day: calls, errors by class, both by hour, calls by SDK; the first success (ms, 0:
    none), the last call, and who called with what."""

    calls: int = 0
    errors: dict[str, int] = {}
    hours: dict[int, tuple[int, int]] = {}
    sdks: dict[str, int] = {}
    first_success: int = 0
    last_call_at: int = 0
    developers: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()


class DeveloperDelta(Part, frozen=True):
    """What lines add to what is known of a developer (usage_developers.py). Times are in ms, 0 for none."""

    source: str = ""
    key_made_at: int = 0
    first_call_at: int = 0
    first_success_at: int = 0
    last_day: str = ""
    tokens: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()


class Delta(Part, frozen=True):
    """What lines add to one customer, by day; and to its developers, by what the vendor calls them (`u:` a user, `a:`
    somebody whom nobody has named). `members` are users whom a group call has named as its own, and when."""

    days: dict[str, DayDelta] = {}
    developers: dict[str, DeveloperDelta] = {}
    members: dict[str, int] = {}


class UsageDay(Record, frozen=True):
    """A customer's calls of a day (UTC, `2026-11-30`), errors by class, (calls, errors) by hour for two weeks, calls
    by SDK and version; when the first of them succeeded and the last was made (ms); the first few tokens (hashes) that
    it was called with. Entries of the fold up to `through` are in it."""

    customer: str
    workspace: str
    day: str
    calls: int = 0
    errors: dict[str, int] = {}
    hours: dict[int, tuple[int, int]] = {}
    sdks: dict[str, int] = {}
    first_success: int = 0
    last_call_at: int = 0
    tokens: tuple[str, ...] = ()
    through: int = 0


class UsageActor(Record, frozen=True):
    """That a developer (the id of the user that they are or would be) called on a day; or that a token (its hash) was
    called with for which the day's row had no room."""

    customer: str
    workspace: str
    day: str
    kind: ActorKind
    who: str
    ends: int


class Usage(Record, frozen=True):
    """A customer's facts by usage, as they were at `evaluated_at` (ms): sums and distinct ones of today and the six
    days before; the last call (ms); the ratio of the last seven whole days to the seven before (None: there were no
    calls in those). They are looked at again at `due` (ms; 0: not until it calls)."""

    customer: str
    workspace: str
    calls_7d: int = 0
    errors_7d: int = 0
    developers_7d: int = 0
    tokens_7d: int = 0
    last_call_at: int = 0
    first_success_at: int = 0
    trend: float | None = None
    evaluated_at: int = 0
    due: int = 0


class UsageFold(Record, frozen=True):
    """How far the fold of a workspace's log is: `n` entries were made, of which the last may be `pending` (its key in
    the bucket): it is not yet in all rows, to which a worker adds it since `taken_at` (ms). `secret` keys the hashes of
    people."""

    workspace: str
    secret: Secret
    n: int = 0
    pending: str = ""
    taken_at: int = 0


class FoldEntry(Record, frozen=True):
    """Where in the bucket an entry lies: what one fold took from the log."""

    workspace: str
    n: int
    object: str
    ends: int


class DueFold(Record, frozen=True):
    """A window of a workspace's log: in which entries it is, and when it is to be folded (ms; 0: no more)."""

    workspace: str
    window: int
    due: int = 0
    entries: tuple[int, ...] = ()


class Sorted(Part, frozen=True):
    """Sorted numbers: how many they are, and the key of their object; where they are `few`, they themselves."""

    count: int
    key: str = ""
    few: tuple[int, ...] = ()


class FoldedDay(Record, frozen=True):
    """What was received on a day, to find it again: hashes of the ids of its events, and of people with the windows
    that tell of them."""

    workspace: str
    day: str
    ids: tuple[Sorted, ...] = ()
    people: tuple[Sorted, ...] = ()


class UsageWaiting(Record, frozen=True):
    """That entries of a block, from number `since` on, hold what counts for a customer or user (keyed hash) whom
    nobody knows yet."""

    workspace: str
    hash: str
    block: int
    since: int
    ends: int


class UsageOwner(Record, frozen=True):
    """Whose a user is (keyed hash) of whom nobody knows anything else: a group call has said so, at that time (ms)."""

    workspace: str
    hash: str
    customer: str
    at: int


class Folded(Part, frozen=True):
    """An entry, as it lies in the bucket: what it adds to which customer (id), what waits for a customer (`c:`) or a
    user (`u:`, as the vendor calls them) whom nobody knew, and which objects of the log it has taken."""

    workspace: str
    n: int
    objects: tuple[str, ...] = ()
    customers: dict[str, Delta] = {}
    waiting: dict[str, Delta] = {}


def without_people(entry: Folded, gone: Callable[[str, str], bool]) -> Folded:
    """The entry without those people of what waits who are `gone`: by whom it waits for, and what they are called."""
    waiting = {who: _without(delta, partial(gone, who)) for who, delta in entry.waiting.items() if not gone(who, who)}
    return msgspec.structs.replace(entry, waiting=waiting)


def _without(delta: Delta, gone: Callable[[str], bool]) -> Delta:
    days = {
        day: msgspec.structs.replace(added, developers=tuple(who for who in added.developers if not gone(who)))
        for day, added in delta.days.items()
    }
    return Delta(
        days=days,
        developers={who: known for who, known in delta.developers.items() if not gone(who)},
        members={user: at for user, at in delta.members.items() if not gone(f"u:{user}")},
    )


def day_of(at: int) -> str:
    """The day (UTC) of a moment (ms)."""
    return rfc3339(at)[:10]


def window_due(window: int) -> int:
    """When (ms) a window can be folded."""
    return (window + 1) * WINDOW_MS + SETTLE_MS


def next_midnight(at: int) -> int:
    """When (ms) the day (UTC) of a moment ends."""
    return (at // DAY_MS + 1) * DAY_MS


def counts(line: Line) -> bool:
    """Whether a line is of those that a fold takes: it means something, or says whose a user is."""
    return not line.test and bool(line.means or line.kind == "group" and line.user)


def owner_ref(line: Line) -> str:
    """Who says whose a line is: the customer (`c:`), else the user (`u:`), as the vendor calls them; "" for nobody."""
    return f"c:{line.customer}" if line.customer else f"u:{line.user}" if line.user else ""


def developer_of(line: Line) -> str:
    """Who did what a line tells, as a fold calls them; "" for nobody."""
    return f"u:{line.user}" if line.user else f"a:{line.anonymous}" if line.anonymous else ""


def delta_of(line: Line) -> Delta:
    """What one line adds to its customer."""
    if not line.means:
        return Delta(members={line.user: line.at})
    day, who, called = day_of(line.at), developer_of(line), line.means == "called"
    succeeded = line.at if called and line.calls > line.errors else 0
    developer = DeveloperDelta(
        source=line.source,
        key_made_at=line.at if line.means == "key_created" else 0,
        first_call_at=line.at if called else 0,
        first_success_at=succeeded,
        last_day=day if called else "",
        tokens=(line.token,) if line.token and line.means != "key_revoked" else (),
        revoked=(line.token,) if line.token and line.means == "key_revoked" else (),
    )
    developers = {who: developer} if who else {}
    if not called:
        return Delta(developers=developers)
    sdk = f"{line.sdk} {line.sdk_version}".strip()
    added = DayDelta(
        calls=line.calls,
        errors={line.error or OTHER: line.errors} if line.errors else {},
        hours={line.at % DAY_MS // HOUR_MS: (line.calls, line.errors)},
        sdks={sdk: line.calls} if sdk else {},
        first_success=succeeded,
        last_call_at=line.at,
        developers=(who,) if who else (),
        tokens=(line.token,) if line.token else (),
    )
    return Delta(days={day: added}, developers=developers)


def added_up(deltas: Iterable[Delta]) -> Delta:
    """The delta of all of them. In any order the same comes of it."""
    days: dict[str, list[DayDelta]] = {}
    developers: dict[str, list[DeveloperDelta]] = {}
    members: dict[str, int] = {}
    for each in deltas:
        for day, added in each.days.items():
            days.setdefault(day, []).append(added)
        for who, known in each.developers.items():
            developers.setdefault(who, []).append(known)
        for user, at in each.members.items():
            members[user] = max(members.get(user, 0), at)
    return Delta(
        days={day: _day(parts) for day, parts in sorted(days.items())},
        developers={who: developer_with(parts) for who, parts in sorted(developers.items())},
        members=dict(sorted(members.items())),
    )


def _day(parts: list[DayDelta]) -> DayDelta:
    if len(parts) == 1:
        return parts[0]
    return DayDelta(
        calls=sum(each.calls for each in parts),
        errors=_sums(each.errors for each in parts),
        hours=_hours(each.hours for each in parts),
        sdks=_sums(each.sdks for each in parts),
        first_success=earliest(each.first_success for each in parts),
        last_call_at=max(each.last_call_at for each in parts),
        developers=_all(each.developers for each in parts),
        tokens=_all(each.tokens for each in parts),
    )


def developer_with(parts: list[DeveloperDelta]) -> DeveloperDelta:
    """What several lines tell of a developer. Their source is that of the key's making, else of the first call."""
    if len(parts) == 1:
        return parts[0]
    first = min(parts, key=_began)
    return DeveloperDelta(
        source=first.source,
        key_made_at=earliest(each.key_made_at for each in parts),
        first_call_at=earliest(each.first_call_at for each in parts),
        first_success_at=earliest(each.first_success_at for each in parts),
        last_day=max(each.last_day for each in parts),
        tokens=_all(each.tokens for each in parts),
        revoked=_all(each.revoked for each in parts),
    )


def _began(known: DeveloperDelta) -> tuple[bool, int, str]:
    """By which of several the first is found: by the key that was made, else the first call, else by nothing."""
    return not known.key_made_at, known.key_made_at or known.first_call_at or LAST_MS, known.source


def day_with(row: UsageDay, added: DayDelta, n: int) -> UsageDay:
    """The row with what entry `n` adds to it, once."""
    if row.through >= n:
        return row
    return row.changed(
        calls=row.calls + added.calls,
        errors=bounded(_sums((row.errors, added.errors)), row.errors, MOST_CLASSES),
        hours=_hours((row.hours, added.hours)),
        sdks=bounded(_sums((row.sdks, added.sdks)), row.sdks, MOST_SDKS),
        first_success=earliest((row.first_success, added.first_success)),
        last_call_at=max(row.last_call_at, added.last_call_at),
        tokens=tokens_with(row, added),
        through=n,
    )


def tokens_with(row: UsageDay, added: DayDelta) -> tuple[str, ...]:
    """The tokens that a day names, with what is added to it: as far as there is room."""
    fresh = [each for each in added.tokens if each not in row.tokens]
    return tuple(sorted((*row.tokens, *fresh[: max(0, MOST_TOKENS - len(row.tokens))])))


def facts_of(
    days: Iterable[UsageDay], actors: Iterable[tuple[str, str]], *, now: int, left_out: Collection[str] = ()
) -> dict[str, Any]:
    """The facts of a customer at `now` (ms) by its days of late, and by who (kind, who) called in the last seven. Days
    that are `left_out` count in no trend."""
    rows = {row.day: row for row in days}
    this_week = [rows[day] for day in _week(now) if day in rows]
    distinct = set(actors)
    return {
        "calls_7d": sum(row.calls for row in this_week),
        "errors_7d": sum(sum(row.errors.values()) for row in this_week),
        "developers_7d": sum(kind == "developer" for kind, _ in distinct),
        "tokens_7d": sum(kind == "token" for kind, _ in distinct),
        "last_call_at": max((row.last_call_at for row in rows.values()), default=0),
        "trend": trend({day: row.calls for day, row in rows.items()}, day_of(now), left_out),
    }


def _week(until: int) -> list[str]:
    """The seven days of which the last one is that of a moment (ms)."""
    return [day_of(until - back * DAY_MS) for back in range(FACTS_DAYS)]


def nothing_left(usage: Usage) -> bool:
    """Whether no passing day can move a customer's facts."""
    moving = (usage.calls_7d, usage.errors_7d, usage.developers_7d, usage.tokens_7d, usage.trend is not None)
    return not any(moving)


def hours_of(day: UsageDay, now: int) -> list[tuple[int, int, int]]:
    """The hours of a day, as far as they are kept at `now`: when (ms) each begins, its calls and errors."""
    start = from_date(day.day) or 0
    if day.day < day_of(now - HOURS_KEPT_DAYS * DAY_MS):
        return []
    return [(start + hour * HOUR_MS, calls, errors) for hour, (calls, errors) in day.hours.items()]


def bounded(sums: dict[str, int], known: Mapping[str, int], most: int) -> dict[str, int]:
    """The sums by at most so many names: those that were there before keep theirs, the others share one."""
    if len(sums) <= most:
        return sums
    names = [*(name for name in sums if name in known), *(name for name in sums if name not in known)]
    kept = [name for name in names if name != OTHER][: most - 1]
    return {name: sums[name] for name in kept} | {OTHER: sum(n for name, n in sums.items() if name not in kept)}


def earliest(moments: Iterable[int]) -> int:
    """The first of some moments (ms), of which 0 is none."""
    return min(filter(None, moments), default=0)


def _sums(of: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in of:
        for name, amount in each.items():
            found[name] = found.get(name, 0) + amount
    return dict(sorted(found.items()))


def _hours(of: Iterable[Mapping[int, tuple[int, int]]]) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    for each in of:
        for hour, (calls, errors) in each.items():
            before = found.get(hour, (0, 0))
            found[hour] = (before[0] + calls, before[1] + errors)
    return dict(sorted(found.items()))


def _all(of: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({each for names in of for each in names}))
