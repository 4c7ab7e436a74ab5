"""People (identity resolution): users and visitors who are one person, tied by proof or by an agent's word (ADR 158).

A tie joins two members. A person is what ties connect, and their id follows from the earliest of these: so whoever
unties what was tied has the persons of before, ids and all.
"""

from collections.abc import Iterable
from typing import Literal

from .customers import User, Visitor
from .ids import derived
from .record import Part, Record

Reason = Literal["agent", "address", "code", "token", "api"]
MAX_MEMBERS = 20  # of one person: a tie writes all of them


class Member(Part, frozen=True):
    """A user of a customer (ids), or a visitor, who has none."""

    id: str
    customer: str = ""


class Tie(Part, frozen=True):
    """That two members are one person: why, `by` whom (an agent, a key's agent, or whoever proved it), when (ms)."""

    one: Member
    other: Member
    reason: Reason
    by: str
    at: int

    @property
    def id(self) -> str:
        """Follows from the two, whichever is named first."""
        return tie_id(self.one, self.other)


class Person(Record, frozen=True):
    """Some members who are one, and the ties that make them so."""

    id: str
    workspace: str
    ties: tuple[Tie, ...]

    @property
    def members(self) -> tuple[Member, ...]:
        """Everybody whom its ties join, by id."""
        return members_of(self.ties)


class PersonOf(Record, frozen=True):
    """The way from a member to the person that they are a part of."""

    member: str
    workspace: str
    person: str


class Untied(Record, frozen=True):
    """That an agent has undone a tie: no proof ties the two again."""

    workspace: str
    tie: str
    by: str
    at: int


def whose(member: User | Visitor) -> str:
    """Whom a member counts as: their person, or themselves."""
    return member.person or member.id


def stands_for(users: Iterable[User], *, first: str = "") -> User | None:
    """Of a customer's users who are one person, the one by whom they are shown and counted: `first` (an id) if it is
    among them, else whom the vendor's own id names, with an address that a token vouches for, who came last. None where
    none is active."""
    return min((each for each in users if each.state == "active"), key=lambda each: _rank(each, first), default=None)


def _rank(user: User, first: str) -> tuple[bool, bool, bool, int, str]:
    return user.id != first, ":" in user.external_id, not user.vouched, -user.created_at, user.id


def tie_id(one: Member, other: Member) -> str:
    """The id of the tie of two members."""
    return derived("tie", *sorted((one.id, other.id)))


def members_of(ties: Iterable[Tie]) -> tuple[Member, ...]:
    """Everybody whom ties join, by id."""
    found = {member.id: member for tie in ties for member in (tie.one, tie.other)}
    return tuple(found[id_] for id_ in sorted(found))


def persons_of(workspace: str, ties: Iterable[Tie]) -> list[Person]:
    """The persons that ties make: what is connected is one. Their versions are 0."""
    groups: list[list[Tie]] = []
    for tie in sorted(set_of(ties), key=_order):
        ends = {tie.one.id, tie.other.id}
        joined = [group for group in groups if ends & {member.id for member in members_of(group)}]
        groups = [group for group in groups if group not in joined]
        groups.append(sorted([*(each for group in joined for each in group), tie], key=_order))
    return [Person(id=derived("per", group[0].id), workspace=workspace, ties=tuple(group)) for group in groups]


def set_of(ties: Iterable[Tie]) -> list[Tie]:
    """The ties, each once: the earlier of two that join the same."""
    return list({tie.id: tie for tie in sorted(ties, key=_order, reverse=True)}.values())


def _order(tie: Tie) -> tuple[int, str]:
    return tie.at, tie.id
