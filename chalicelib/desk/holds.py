"""Holds (legal hold): what there is of a person or a customer is kept, whoever asks to forget them (ADR 161)."""

from dataclasses import dataclass

from .erasures import Of
from .record import Record
from .rooms import Room


class Hold(Record, frozen=True):
    """Whose is kept, by our ids (of a user, `customer` is whose they are), since when (ms), and why."""

    id: str
    workspace: str
    of: Of
    target: str
    by: str
    created_at: int
    customer: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a hold or an erasure is about: people, each for themselves, the customers that they belong to, and customers
    with all of their people."""

    people: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()

    def keeps(self, room: Room) -> bool:
        """Whether what is in a room stays: it is somebody's of these, or of a customer whose one of these is."""
        owners = {room.customer, room.overheard_by} - {""}
        return room.visitor in self.people or bool(owners & (self.customers | self.within))

    def meets(self, other: "Reach") -> bool:
        """Whether somebody is in both."""
        return bool(
            self.people & other.people
            or self.customers & (other.customers | other.within)
            or other.customers & self.within
        )
