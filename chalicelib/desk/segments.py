"""Segments: saved filters over customers, or lists of them; the filter language, and who is in (ADR 37).

    {"attribute": "plan", "equals": "pro"}      one test: `attribute` and one operator
    {"has_asked_for": "iss_…"}                  it has a room behind that issue
    {"all": […]}  {"any": […]}  {"not": …}      tests together

A customer without a value (or with one of another type) fails every test but `{"exists": false}`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from msgspec import field

from .attributes import ASKED_FOR, BUILT_IN, Type, fits, instant
from .customer_totals import Totals
from .errors import Invalid
from .record import Record
from .times import DAY_MS
from .usage_signals import SignalRule

MAX_SEGMENTS = 90  # a workspace: a customer enters and leaves them all in one transaction
MAX_FILTER_BYTES = 8000  # so that all of a workspace's are one query
MAX_DEPTH = 10
MAX_TESTS = 100
MAX_CHOICES = 100
MAX_ISSUES = 10  # in a filter
MAX_DAYS = 3650
FOREVER_MS = 10**14  # ms: the year 5138, with which the time index ends


class Segment(Record, frozen=True):
    """A filter (with the types that it was checked against), or with kind `list` what is put into it by hand.
    `revision` counts the filter's changes; members are as of revision `built`. With a `signal` its members are watched
    (ADR 188); they are walked at `watched_at` (ms, 0: never)."""

    id: str
    workspace: str
    name: str
    created_at: int
    kind: Literal["filter", "list"] = "filter"
    filter: dict[str, Any] = {}
    types: dict[str, Type] = {}
    revision: int = 1
    built: int = 0
    state: Literal["active", "gone"] = "active"
    job: str = ""
    signal: SignalRule | None = None
    watched_at: int = 0

    @property
    def watches_newcomers(self) -> bool:
        """Whether its members are walked each day: who has never called is found by nothing else."""
        return bool(self.signal and self.signal.on and self.signal.kind == "never_started" and self.state == "active")


class Member(Record, frozen=True):
    """A customer in a segment, and since when (ms)."""

    segment: str
    customer: str
    workspace: str
    since: int


class Placement(Record, frozen=True):
    """Which segments with a filter a customer is in, its totals, and the next moment (ms) at which passing
    time may change the former (0: none). Written by every evaluation, so that of two at once the later reader wins.
    `entered` and `left` are the segments that this very evaluation put it into and took it out of."""

    customer: str
    workspace: str
    segments: tuple[str, ...] = ()
    next_at: int = 0
    totals: Totals = field(default=Totals(), name="footing")
    entered: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Test:
    """One operator on one attribute. Operands of times are in ms."""

    attribute: str
    type: str
    operator: str
    operand: Any


@dataclass(frozen=True, slots=True)
class Together:
    """Tests under `all`, `any`, or (one of them) `not`."""

    word: str
    parts: tuple["Test | Together", ...]


Filter = Test | Together

OPERATORS: dict[str, tuple[str, ...]] = {
    "equals": ("string", "number", "boolean", "time"),
    "in": ("string", "number"),
    "contains": ("string", "list"),
    "less": ("number", "time"),
    "greater": ("number", "time"),
    "within_days": ("time",),
    "next_days": ("time",),
    "exists": ("string", "number", "boolean", "time", "list"),
}


def attributes_in(filter_: Any) -> Iterator[str]:
    """The names of attributes in a filter that nobody has checked yet."""
    if isinstance(filter_, dict):
        if isinstance(filter_.get("attribute"), str):
            yield filter_["attribute"]
        filter_ = [filter_[word] for word in ("all", "any", "not") if word in filter_]
    if isinstance(filter_, list):
        for each in filter_:
            yield from attributes_in(each)


def parse(filter_: Any, types: dict[str, Type], place: str = "filter") -> Filter:
    """The filter that JSON means. Invalid names the place: `filter.all[1].equals`."""
    found = _parse(filter_, types | BUILT_IN, place, depth=1)
    if sum(1 for _ in tests(found)) > MAX_TESTS:
        raise Invalid(f"a filter has at most {MAX_TESTS} tests", place)
    if len(issues_in(found)) > MAX_ISSUES:
        raise Invalid(f"a filter names at most {MAX_ISSUES} issues", place)
    return found


def issues_in(node: Filter) -> set[str]:
    """The issues that a filter asks about."""
    return {test.operand for test in tests(node) if test.attribute == ASKED_FOR}


def tests(node: Filter) -> Iterator[Test]:
    """Every test in a filter."""
    if isinstance(node, Test):
        yield node
        return
    for part in node.parts:
        yield from tests(part)


def _parse(filter_: Any, types: dict[str, Type], place: str, *, depth: int) -> Filter:
    if not isinstance(filter_, dict):
        raise Invalid("a filter is an object", place)
    if depth > MAX_DEPTH:
        raise Invalid(f"a filter goes at most {MAX_DEPTH} deep", place)
    if "attribute" in filter_:
        return _test(filter_, types, place)
    if "has_asked_for" in filter_:
        where = f"{place}.has_asked_for"
        if len(filter_) != 1 or not isinstance(filter_["has_asked_for"], str):
            raise Invalid("the id of an issue, and nothing else", where)
        return Test(ASKED_FOR, "list", "contains", filter_["has_asked_for"])
    word = next(iter(filter_), "")
    if len(filter_) != 1 or word not in ("all", "any", "not"):
        raise Invalid("a filter has one of: attribute (with an operator), has_asked_for, all, any, not", place)
    if word == "not":
        return Together("not", (_parse(filter_["not"], types, f"{place}.not", depth=depth + 1),))
    parts = filter_[word]
    if not isinstance(parts, list) or not parts:
        raise Invalid("a list of at least one filter", f"{place}.{word}")
    return Together(
        word, tuple(_parse(part, types, f"{place}.{word}[{i}]", depth=depth + 1) for i, part in enumerate(parts[:101]))
    )


def _test(test: dict[str, Any], types: dict[str, Type], place: str) -> Test:
    name = test["attribute"]
    if not isinstance(name, str) or name not in types:
        raise Invalid("no such attribute; declare it with PUT /v1/attributes/{name}", f"{place}.attribute")
    words = [word for word in test if word != "attribute"]
    if len(words) != 1 or words[0] not in OPERATORS:
        raise Invalid(f"an attribute takes one of: {', '.join(OPERATORS)}", place)
    word, type_ = words[0], types[name]
    where = f"{place}.{word}"
    if type_ not in OPERATORS[word]:
        raise Invalid(f"{name} is a {type_}, which does not take {word}", where)
    return Test(name, type_, word, _operand(test[word], word, type_, place=where))


def _operand(operand: Any, word: str, type_: Type, *, place: str) -> Any:
    if word == "exists":
        return _fitting(operand, "boolean", place)
    if word in WINDOWS:
        if not fits(operand, "number") or not isinstance(operand, int) or not 1 <= operand <= MAX_DAYS:
            raise Invalid(f"a whole number of days from 1 to {MAX_DAYS}", place)
        return operand * DAY_MS
    if word == "in":
        if not isinstance(operand, list) or not 0 < len(operand) <= MAX_CHOICES:
            raise Invalid(f"a list of 1 to {MAX_CHOICES} values", place)
        return tuple(_fitting(each, type_, f"{place}[{i}]") for i, each in enumerate(operand))
    return _fitting(operand, "string" if word == "contains" else type_, place)


def _fitting(value: Any, type_: str, place: str) -> Any:
    if not fits(value, type_):
        raise Invalid(f"a {type_} is needed here", place)
    return instant(value) if type_ == "time" else value


def holds(node: Filter, values: dict[str, Any], now: int) -> bool:
    """Whether a customer with these values passes at `now` (ms)."""
    if isinstance(node, Test):
        return _passes(node, values, now)
    if node.word == "not":
        return not holds(node.parts[0], values, now)
    return (all if node.word == "all" else any)(holds(part, values, now) for part in node.parts)


# From when on a test that time alone moves is passed, and until when (both ms, the latter not included): `within_days`
# begins with the time itself, and `next_days` ends with it.
WINDOWS: dict[str, Callable[[int, int], tuple[int, int]]] = {
    "within_days": lambda at, span: (at, at + span),
    "next_days": lambda at, span: (at - span, at),
}
PASSES: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda value, operand: bool(value == operand),
    "in": lambda value, operand: value in operand,
    "contains": lambda value, operand: operand in value,
    "less": lambda value, operand: bool(value < operand),
    "greater": lambda value, operand: bool(value > operand),
}


def _passes(test: Test, values: dict[str, Any], now: int) -> bool:
    value = _value(test, values)
    if test.operator == "exists":
        return (value is not None) is test.operand
    if value is None:
        return False
    if test.operator in WINDOWS:
        begins, ends = WINDOWS[test.operator](value, test.operand)
        return begins <= now < ends
    return PASSES[test.operator](value, test.operand)


def _value(test: Test, values: dict[str, Any]) -> Any:
    """The value as its type has it, times in ms; None for none, or for one of another type."""
    value = values.get(test.attribute)
    if test.type == "time":
        return value if isinstance(value, int) and test.attribute in BUILT_IN else instant(value)
    return value if value is not None and fits(value, test.type) else None


def turns(node: Filter, values: dict[str, Any], now: int) -> int:
    """The next moment (ms) after `now` at which passing time alone may change what `holds` says; 0 for never."""
    moments: list[int] = []
    for test in tests(node):
        at = _value(test, values) if test.operator in WINDOWS else None
        if at is not None:
            moments += WINDOWS[test.operator](at, test.operand)
    return min((moment for moment in moments if now < moment < FOREVER_MS), default=0)
