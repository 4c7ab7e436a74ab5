"""Retention (storage limitation): for how many days a workspace keeps what, from when on, and how far the clock is with
what has had its time (ADR 178). Pure."""

from msgspec.structs import asdict

from .errors import Invalid
from .record import Part, Record
from .rooms import LeavingRoom
from .times import DAY_MS

NOTICE_MS = DAY_MS  # ms from when a shorter time was saved until it acts: so long it can be taken back
EACH_MS = DAY_MS  # ms between two runs
WAKE_AFTER_MS = 120_000  # ms without progress, after which the clock sends the next piece again
END = "end"  # the stage after all kinds
KEEPS = ("resolved_rooms", "originals", "visitors", "dead_letters")  # in the order in which a run works them off
# The least and the most days: what comes again from outside does so within 30 days, and SQS itself keeps a dead letter
# for 14.
LEAST = {"resolved_rooms": 30, "originals": 7, "visitors": 30, "dead_letters": 1}
MOST = {"resolved_rooms": 3650, "originals": 3650, "visitors": 3650, "dead_letters": 13}


class Terms(Part, frozen=True):
    """For how many days what is kept; 0: as long as its workspace, dead letters as long as their queue has them."""

    resolved_rooms: int = 0
    originals: int = 0
    visitors: int = 0
    dead_letters: int = 0

    def of(self, keeps: str) -> int:
        """The days of one kind."""
        return int(getattr(self, keeps))

    @property
    def any(self) -> bool:
        """Whether anything ends."""
        return any(asdict(self).values())


def checked(terms: Terms) -> Terms:
    """The same; Invalid, by the field's name, for days that are too few or too many."""
    for keeps in KEEPS:
        days = terms.of(keeps)
        if days and not LEAST[keeps] <= days <= MOST[keeps]:
            raise Invalid(f"{LEAST[keeps]} to {MOST[keeps]} days, or null: as long as without a rule", f"{keeps}_days")
    return terms


def laxer(one: Terms, other: Terms) -> Terms:
    """Of each kind the longer time of both."""
    days = {keeps: (one.of(keeps), other.of(keeps)) for keeps in KEEPS}
    return Terms(**{keeps: max(both) if all(both) else 0 for keeps, both in days.items()})


class Retention(Record, frozen=True):
    """A workspace's `terms`, and those `before` them, which go on until `acts_at` (ms) where they are longer. A run
    works off one kind after the other (`stage`, `cursor`), in pieces; `leaving` are rooms that are gone already, with
    what lies under them still to go. `gone` and `held` count what this run, or the last one, removed, and what a hold
    kept. The clock wakes it at `next_at` (ms, 0: never)."""

    workspace: str
    terms: Terms = Terms()
    before: Terms = Terms()
    acts_at: int = 0
    stage: str = ""
    cursor: str = ""
    leaving: tuple[LeavingRoom, ...] = ()
    piece: int = 0
    began_at: int = 0
    ended_at: int = 0
    gone: dict[str, int] = {}
    held: dict[str, int] = {}
    next_at: int = 0

    def acting(self, now: int) -> Terms:
        """What holds at a moment (ms)."""
        return self.terms if now >= self.acts_at else laxer(self.before, self.terms)

    def with_terms(self, terms: Terms, now: int) -> "Retention":
        """With other terms: what is longer than before acts at once, what is shorter a day later."""
        acting = self.acting(now)
        acts_at = now + NOTICE_MS if laxer(acting, terms) != terms else 0
        due = [at for at in (self.next_at, acts_at or now + NOTICE_MS) if at]
        goes_on = self.stage or terms.any or acting.any and acts_at
        return self.changed(
            terms=terms, before=acting, acts_at=acts_at, next_at=min(due) if goes_on else 0, piece=self.piece
        )
