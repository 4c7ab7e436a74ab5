"""What search knows: a tree of entries for each workspace, which its agents look through, and one for each customer,
which holds what that customer's people may see and nothing else. A note is in no customer's tree.

An entry says which words a thing had when it was indexed. It is a hint: whoever finds it reads the thing itself.
"""

import math
from collections import Counter
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from .customers import Customer, User
from .issues import Issue
from .messages import Message
from .outcomes import ending_of
from .plain_text import plain
from .record import Part, Record
from .rooms import Room
from .text_normalization import folded, words_of
from .text_pieces import Reading, forms, reading
from .workspaces import Agent

Kind = Literal["message", "room", "issue", "customer", "person"]
DAYS_WAITED, DAYS_KEPT = 30, 90  # days for which a row waits for others in its tree, and after which it ends
Thing = Message | Room | Issue | Customer | User | Agent
AVERAGE = 40  # words of a message
HIGHEST = 255  # weight of a word
SECOND = "\x1f"  # ends what a thing is known by besides its words: stems, spellings, parts and wholes


class Segment(Part, frozen=True):
    """An immutable piece of a tree: its object's key, how many entries it has, its bytes, and where its head begins."""

    key: str
    entries: int
    size: int
    head: int


class Tree(Record, frozen=True):
    """The segments of a tree, the oldest first: what a later one knows of a thing outdates what earlier ones do.
    `gone` are the keys of merged ones, and since when (ms): who still reads them may end."""

    id: str
    segments: tuple[Segment, ...] = ()
    gone: dict[str, int] = {}


class Unindexed(Record, frozen=True):
    """A thing that has changed, and that its tree may not know of yet: queries read it itself. It `ends` (ms) by
    itself, long after its tree has taken it; one from before rows had an end is dropped then."""

    tree: str
    at: int
    place: str
    n: int = 0
    ends: int = 0


class Indexed(Record, frozen=True):
    """How far a tree has taken its unindexed rows (cursor, ADR 160): all that were noted up to `upto` (ms). Of those
    after it up to `latest` it has taken what was there by then; a row may come a little later than it says. At `due`
    (ms) it is looked at whether some have waited for too long."""

    tree: str
    upto: int = 0
    latest: int = 0
    due: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing and its words, each with its weight (1 to 255); `at` (ms) is when it was said or made, 0 if it is gone.
    Words that begin with `=` are what it can be filtered by; those that end with SECOND are second forms of others."""

    place: str
    n: int
    at: int
    words: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Term:
    """A word that is looked for: `known_as` the first of these or, worth half, as one of the others, or as a word that
    `begins` so. What is nearest to the first counts."""

    known_as: tuple[str, ...]
    begins: tuple[str, ...] = ()

    def ranges(self) -> list[tuple[str, str]]:
        """Where to look, in the order of words: from, up to."""
        return [(word, word) for word in self.known_as] + [(word, word + "\U0010ffff") for word in self.begins]

    def rank(self, word: str) -> int:
        """How near a thing's word comes; 0 for one that is something else."""
        if word in self.known_as:
            at = self.known_as.index(word)
            return len(self.known_as) + 1 - at if at else len(self.known_as) + 2
        if not word.startswith(self.begins):
            return 0
        return 1 if word.endswith(SECOND) else len(self.known_as) + 1

    def worth(self, word: str, weight: int) -> int:
        """The weight of a thing's word for this."""
        return weight if word == self.known_as[0] else (weight + 1) // 2


@dataclass(frozen=True)
class Wanted:
    """What is looked for: entries with all of the terms, or with `any` of them (then rare ones weigh more). They have
    all of the `marks` and, if there are any, one of `either`. `since` and `until` (ms) bound when it was said, the
    latter exclusively. Without terms all that is so marked is wanted, the `newest` or the `oldest` first."""

    terms: tuple[Term, ...] = ()
    marks: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    since: int = 0
    until: int = 0
    newest: bool = False
    any: bool = False
    oldest: bool = False

    @cached_property
    def last(self) -> int:
        """`until`, or the end of time."""
        return self.until or 1 << 62


Place = tuple[float, int, str, int]


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that may be what was looked for. They are ordered by `key`, the highest first."""

    place: str
    n: int
    at: int
    score: float = 0

    @property
    def key(self) -> Place:
        """Score, time, and what makes an order of those that are alike."""
        return self.score, self.at, self.place, self.n


def weight(times: int, length: int) -> int:
    """What a word that occurs so often among so many words is worth: more for a short text, ever less for each time."""
    return max(1, round(HIGHEST * times / (times + 0.3 + 0.9 * length / AVERAGE)))


def rarity(having: int, entries: int) -> float:
    """What a word weighs where not all have to be there: the rarer, the more."""
    return math.log(1 + entries / max(1, having))


def score(entry: Entry, wanted: Wanted) -> int | None:
    """How well an entry fits; None if it does not. Where all terms are wanted: the sum of their weights."""
    if not entry.at or not wanted.since <= entry.at < wanted.last or not _marked(entry.words, wanted):
        return None
    weights = [_weight(entry.words, term) for term in wanted.terms]
    if not (any(weights) if wanted.any else all(weights)):
        return None
    return 0 if wanted.newest or wanted.oldest else sum(weights)


def _marked(words: Container[str], wanted: Wanted) -> bool:
    one = not wanted.either or any(mark in words for mark in wanted.either)
    return one and all(mark in words for mark in wanted.marks)


def _weight(words: Mapping[str, int], term: Term) -> int:
    looked_at = words if term.begins else [each for each in term.known_as if each in words]
    ranked = ((term.rank(each), term.worth(each, words[each])) for each in looked_at)
    return max((worth for worth in ranked if worth[0]), default=(0, 0))[1]


# --- which things there are, and what they say --------------------------------------------------------------------


def place_of(thing: Thing) -> tuple[str, int]:
    """What names a thing in a tree: its place, and its number there."""
    if isinstance(thing, Message):
        return f"{'n' if thing.internal else 'm'}:{thing.room}", thing.n
    return WHERE[type(thing)](thing), 0


WHERE: dict[type, Callable[..., str]] = {
    Room: lambda r: f"r:{r.id}",
    Issue: lambda i: f"i:{i.id}",
    Customer: lambda c: f"c:{c.id}",
    User: lambda u: f"u:{u.customer}:{u.id}",
    Agent: lambda a: f"a:{a.workspace}:{a.id}",
}


def trees_of(thing: Thing, room: Room | None) -> list[str]:
    """The trees that a thing belongs into; `room` is a message's, or the thing itself."""
    shared: list[str] = []
    if room and room.customer and not room.vendor_only and not (isinstance(thing, Message) and thing.internal):
        shared = [room.customer]
    elif isinstance(thing, User):
        shared = [thing.customer]
    return [thing.workspace, *shared]


def kind_of(thing: Thing) -> Kind:
    """What a thing is called where it is found."""
    if isinstance(thing, User | Agent):
        return "person"
    kinds: dict[type, Kind] = {Message: "message", Room: "room", Issue: "issue", Customer: "customer"}
    return kinds[type(thing)]


def text_of(thing: Thing, *, vendor: bool) -> str:
    """What a thing says to one side, a line each; "" for what is not there (any more). Labels of rooms, addresses of
    people and all of an issue that is not public are the vendor's."""
    lines = LINES[type(thing)](thing, vendor)
    return "\n".join(line for line in lines if line)


def _lines_of_message(message: Message, vendor: bool) -> list[str]:
    if message.deleted or message.author.kind == "system":
        return []
    return [plain(message.text, links=True), *(file.name for file in message.attachments)]


def _lines_of_room(room: Room, vendor: bool) -> list[str]:
    return [room.name, ending_of(room.outcome).reason, *(room.labels if vendor else ())]


def _lines_of_issue(issue: Issue, vendor: bool) -> list[str]:
    if issue.merged_into:
        return []
    public = [issue.public_title, plain(issue.public_text, links=True)]
    if not vendor:
        return public
    keys = (link.key for link in issue.tickets)
    return [issue.title, *issue.labels, *keys, plain(issue.text, links=True), *public]


def _lines_of_customer(customer: Customer, vendor: bool) -> list[str]:
    return [customer.name, customer.external_id, *customer.domains] if vendor and customer.state != "gone" else []


def _lines_of_person(person: User | Agent, vendor: bool) -> list[str]:
    if person.state != "active":
        return []
    theirs = [person.external_id] if isinstance(person, User) else []
    return [person.name, *theirs, *([person.email] if vendor else [])]


LINES: dict[type, Callable[[Any, bool], list[str]]] = {
    Message: _lines_of_message,
    Room: _lines_of_room,
    Issue: _lines_of_issue,
    Customer: _lines_of_customer,
    User: _lines_of_person,
    Agent: _lines_of_person,
}


def entry_of(thing: Thing, room: Room | None, *, vendor: bool) -> Entry:
    """A thing as one side's tree knows it."""
    place, n = place_of(thing)
    text = text_of(thing, vendor=vendor)
    words = words_of(text)
    if not words:
        return Entry(place, n, 0)
    length = len(words)
    plain = {word: weight(times, length) for word, times in Counter(words).items()}
    second = {word: weight(times, length) for word, times in second_forms(reading(text), plain).items()}
    return Entry(place, n, thing.created_at, plain | second | dict.fromkeys(_marks(thing, room), 1))


def second_forms(read: Reading, plain: Container[str]) -> Counter[str]:
    """What a text is known by besides its plain words, and how often."""
    languages = read.languages
    return Counter(
        form + SECOND for piece in read.everything() for form in forms(piece, languages) if folded(form) not in plain
    )


def _marks(thing: Thing, room: Room | None) -> list[str]:
    found = [kind_mark(kind_of(thing))]
    if room and room.customer:
        found.append(customer_mark(room.customer))
    elif isinstance(thing, User):
        found.append(customer_mark(thing.customer))
    elif isinstance(thing, Customer):
        found.append(customer_mark(thing.id))
    if room:
        found.append(room_mark(room.id))
    if isinstance(thing, Message):
        found += [author_mark(thing.author.id), channel_mark(thing.source.channel)]
    return found


def kind_mark(kind: str) -> str:
    """The word that things of a kind have."""
    return f"=k:{kind}"


def customer_mark(customer: str) -> str:
    """The word that a customer's things have."""
    return f"=c:{customer}"


def room_mark(room: str) -> str:
    """The word that what is in a room has."""
    return f"=r:{room}"


def author_mark(author: str) -> str:
    """The word that what somebody said has."""
    return f"=a:{author}"


def channel_mark(channel: str) -> str:
    """The word that what came over a channel has."""
    return f"=h:{channel}"
