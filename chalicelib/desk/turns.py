"""Whose turn it is, since when somebody waits, whether a room is open: a fold over its last marks (event sourcing)
(ADR 89).

What is said and done leaves a mark under its change number, or none (desk/turn_table.py). A delete, a bounce or a late
receipt takes a mark away or puts it back, in whatever order these come, and the room is folded again.
"""

from collections.abc import Callable
from functools import reduce
from typing import Any, Literal

from msgspec.structs import replace

from .record import Part

State = Literal["open", "resolved"]
Turn = Literal["vendor", "customer", ""]
MarkKind = Literal[
    "ask",
    "answer",
    "undelivered",
    "thanks",
    "acknowledge",
    "resolve",
    "close",
    "settle",
    "remind",
    "no answer",
    "told",
    "untold",
    "reopen",
    "ask again",
    "none needed",
    "waits",
]

NEW_EPISODE = -1  # instead of a silence: the first word of a room, or since it was resolved
MAX_TRAIL = 8  # marks that a room keeps: with the base some 300 bytes
REMINDERS = 2  # that a customer gets before a policy closes what they do not answer


class Mark(Part, frozen=True, array_like=True):
    """What happened at change `n`, at a time (ms): of message `of`, where that is another number; a resolve's `word` is
    its outcome."""

    n: int
    at: int
    kind: MarkKind
    word: str = ""
    of: int = 0

    @property
    def message(self) -> int:
        """The number of the message that it is about."""
        return self.of or self.n


class Standing(Part, frozen=True, array_like=True):
    """Where a room stands after change `n`. `asked` is the last ask's message, `asked_at` its time (ms); `answered`
    says that the vendor ever answered, `spoke` which side a person spoke on last, and at `spoke_at`; `closed_at` is
    when it was resolved last, `acked_at` when somebody said that they are aware of what waits, `answered_at` when the
    vendor spoke last. The wait began with mark `ask`, after a `silence` (ms; NEW_EPISODE where no word went before).
    How it ends is owed since `opened_at` (ms), when message `opened` asked, or it was opened `again`. Of what the
    customer does not answer they were `reminded` so often, last at `reminded_at`; they have `heard` of the end."""

    n: int = 0
    turn: Turn = ""
    waiting_since: int = 0
    state: State = "open"
    outcome: str = ""
    acked_at: int = 0
    asked: int = 0
    asked_at: int = 0
    answered: bool = False
    spoke: Turn = ""
    spoke_at: int = 0
    closed_at: int = 0
    ask: int = 0
    silence: int = 0
    answered_at: int = 0
    opened: int = 0
    opened_at: int = 0
    again: bool = False
    reminded: int = 0
    reminded_at: int = 0
    heard: bool = False

    @property
    def waits(self) -> bool:
        """Whether somebody waits for the vendor."""
        return self.turn == "vendor" and self.state == "open"

    @property
    def unanswered(self) -> bool:
        """Whether the vendor spoke last to a customer who had asked, and could answer."""
        return self.turn == "customer" and self.state == "open" and self.spoke == "vendor" and self.asked > 0


ANEW: dict[str, Any] = {"reminded": 0, "reminded_at": 0, "heard": False}  # with each word of a person, each end


def _waits(standing: Standing, mark: Mark, silence: int = 0, **fields: Any) -> Standing:
    """The vendor is on the hook, since the oldest of what waits."""
    if standing.waits:
        return replace(standing, **fields)
    began: dict[str, Any] = {"waiting_since": mark.at, "ask": mark.message, "silence": silence} | ANEW
    return replace(standing, turn="vendor", state="open", outcome="", acked_at=0, **began, **fields)


def _nobody_waits(standing: Standing, turn: Turn, **fields: Any) -> Standing:
    return replace(standing, turn=turn, waiting_since=0, acked_at=0, **ANEW | fields)


def _ask(standing: Standing, mark: Mark) -> Standing:
    spoken: dict[str, Any] = {"asked": mark.message, "asked_at": mark.at, "spoke": "customer", "spoke_at": mark.at}
    new = standing.state == "resolved" or not standing.spoke_at
    return _waits(standing, mark, NEW_EPISODE if new else mark.at - standing.spoke_at, **spoken)


def _answer(standing: Standing, mark: Mark) -> Standing:
    spoken: dict[str, Any] = {"answered": True, "spoke": "vendor", "spoke_at": mark.at, "answered_at": mark.at}
    if standing.state == "resolved":
        return replace(standing, **spoken)
    return _nobody_waits(standing, "customer", **spoken)


def _thanks(standing: Standing, mark: Mark) -> Standing:
    return replace(standing, spoke="customer", spoke_at=mark.at)


def _acknowledge(standing: Standing, mark: Mark) -> Standing:
    waits = standing.turn == "vendor" and standing.state == "open" and not standing.acked_at
    return replace(standing, acked_at=mark.at) if waits else standing


def _resolve(standing: Standing, mark: Mark) -> Standing:
    return _nobody_waits(standing, "", state="resolved", outcome=mark.word, closed_at=mark.at, heard=bool(mark.word))


def _close(standing: Standing, mark: Mark) -> Standing:
    """As resolved; the customer hears nothing, unless they have heard of it already."""
    return replace(_resolve(standing, mark), heard=standing.state == "resolved" and standing.heard)


def _remind(standing: Standing, mark: Mark) -> Standing:
    """Of what is the customer's to answer, and they have not."""
    if not standing.unanswered:
        return standing
    return replace(standing, reminded=standing.reminded + 1, reminded_at=mark.at)


def _no_answer(standing: Standing, mark: Mark) -> Standing:
    """After all reminders, and no earlier: where an answer turns out never to have come, nothing was closed."""
    return _resolve(standing, mark) if standing.unanswered and standing.reminded >= REMINDERS else standing


def _told(standing: Standing, mark: Mark) -> Standing:
    """A notice closes what waits for nobody, and takes nothing off the hook."""
    if standing.state == "resolved" or standing.turn == "vendor":
        return standing
    return _resolve(standing, mark)


def _untold(standing: Standing, mark: Mark) -> Standing:
    """What a notice closed is open again; the customer, who is told so, owes nothing and is owed nothing."""
    return _nobody_waits(standing, "customer", state="open", outcome="") if standing.state == "resolved" else standing


def _reopen(standing: Standing, mark: Mark) -> Standing:
    if standing.state == "open":
        return standing
    if standing.spoke == "customer":
        return _waits(standing, mark)
    return _nobody_waits(standing, "customer", state="open", outcome="")


def _ask_again(standing: Standing, mark: Mark) -> Standing:
    return _waits(standing, mark) if standing.state == "resolved" else standing


def _none_needed(standing: Standing, mark: Mark) -> Standing:
    if standing.state == "resolved":
        return standing
    return _nobody_waits(standing, "customer" if standing.answered else "")


STEPS: dict[MarkKind, Callable[[Standing, Mark], Standing]] = {
    "ask": _ask,
    "answer": _answer,
    "undelivered": lambda standing, mark: standing,
    "thanks": _thanks,
    "acknowledge": _acknowledge,
    "resolve": _resolve,
    "close": _close,
    "settle": _resolve,
    "remind": _remind,
    "no answer": _no_answer,
    "told": _told,
    "untold": _untold,
    "reopen": _reopen,
    "ask again": _ask_again,
    "none needed": _none_needed,
    "waits": _waits,
}


def step(standing: Standing, mark: Mark) -> Standing:
    """Where a room stands after one more mark."""
    return _opened(replace(STEPS[mark.kind](standing, mark), n=mark.n), mark)


def _opened(standing: Standing, mark: Mark) -> Standing:
    """Whoever has asked in an open room is owed its end."""
    if standing.state == "resolved":
        return replace(standing, opened=0, opened_at=0, again=True) if standing.opened else standing
    if standing.opened or not standing.asked:
        return standing
    return replace(standing, opened=mark.message, opened_at=mark.at)


def fold(base: Standing, trail: tuple[Mark, ...]) -> Standing:
    """Where a room stands by its marks, in the order of their changes."""
    return reduce(step, trail, base)


def with_mark(base: Standing, trail: tuple[Mark, ...], mark: Mark) -> tuple[Standing, tuple[Mark, ...]]:
    """Base and trail with one more mark in its place, once. What is older than the trail has had its effect for good,
    and the oldest ones come to be so."""
    if mark.n <= base.n:
        return base, trail
    rest = [each for each in trail if each.n != mark.n]
    marks = tuple(sorted((*rest, mark), key=lambda each: each.n))
    over = len(marks) - MAX_TRAIL
    return (fold(base, marks[:over]), marks[over:]) if over > 0 else (base, marks)


def without_message(trail: tuple[Mark, ...], message: int) -> tuple[Mark, ...]:
    """The trail without what a message, or another change of that number, left in it."""
    return tuple(mark for mark in trail if mark.message != message)
