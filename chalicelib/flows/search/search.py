"""Search (full-text): the index tells candidates, the table the truth (ADR 75).

Each candidate is read, held to the fence and to what it says now, so an edit, a delete or a block counts at once; what
the index does not know of yet is read beside it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...desk.customers import Customer, User
from ...desk.issues import Issue, IssueCustomer
from ...desk.messages import Message
from ...desk.people import Member, whose
from ...desk.permissions import Principal, may_see
from ...desk.rooms import Room
from ...desk.search_index import (
    Found,
    Indexed,
    Kind,
    Place,
    Unindexed,
    Wanted,
    author_mark,
    channel_mark,
    customer_mark,
    entry_of,
    kind_mark,
    place_of,
    room_mark,
    score,
    text_of,
)
from ...desk.search_query import Glimpse, Question, hits, snippet
from ...desk.workspaces import Agent
from ...ports import Listing, World, ref
from ..same_person import person_of, records_of, selves_of
from .index import Held, known

WINDOW = 50  # candidates that are read at once
WINDOWS = 6  # of those that one answer looks at
RECENT = 200  # things that the index may not know of, and that are read besides
OWN = 300  # messages of a visitor's room that are looked through
END: Place = (-1.0, -1, "", 0)
USERS = frozenset("mru")  # messages, rooms and people: what a customer's tree holds


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is looked for: a question, and what the answers have to be."""

    question: Question
    kind: Kind | None = None
    customer: str = ""
    authors: tuple[str, ...] = ()
    channel: str = ""
    room: str = ""
    state: str = ""
    since: int = 0
    until: int = 0
    newest: bool = False
    any: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that answers, and where it stands among the answers."""

    known: Held
    found: Found
    pieces: list[Glimpse]

    @property
    def place(self) -> tuple[str, int]:
        """What was found."""
        return self.found.place, self.found.n


@dataclass(frozen=True, slots=True)
class Answers:
    """Hits in their order, and the place after which there may be more."""

    hits: list[Hit]
    after: Place | None


def search(world: World, who: Principal, asked: SearchRequest, *, after: Place | None, limit: int) -> Answers:
    """The next `limit` answers. Fewer, with a place to go on from, where much had to be left out."""
    wanted = _wanted(asked)
    answers: dict[tuple[str, int], Hit] = {}

    def take(hits: Iterable[Hit]) -> None:
        """Each once, and only what comes after: by what it says now, an index may have led to it twice."""
        answers.update({hit.place: hit for hit in hits if after is None or hit.found.key < after})

    take(_beside(world, who, asked, wanted=wanted))
    if who.kind == "visitor":
        return _cut(answers.values(), END, limit)
    tree = who.workspace if who.is_agent else who.customer
    seen = {(row.place, row.n) for row in recent(world, tree)}
    take(_hits(world, who, asked, wanted=wanted, places=seen))
    looked = after
    for _ in range(WINDOWS):
        found = world.index.find(tree, wanted, looked, limit=WINDOW)
        looked = found[-1].key if len(found) == WINDOW else END
        places = {(each.place, each.n) for each in found} - seen
        take(_hits(world, who, asked, wanted=wanted, places=places))
        seen |= places
        if looked == END or sum(hit.found.key > looked for hit in answers.values()) >= limit:
            break
    return _cut(answers.values(), looked or END, limit)


def _cut(answers: Iterable[Hit], looked: Place, limit: int) -> Answers:
    """The first of what has been looked at as far as a place."""
    sure = sorted((hit for hit in answers if hit.found.key >= looked), key=lambda hit: hit.found.key, reverse=True)
    if len(sure) > limit:
        return Answers(sure[:limit], sure[limit - 1].found.key)
    return Answers(sure, None if looked == END else looked)


def authors_like(world: World, who: Principal, id_: str) -> tuple[str, ...]:
    """Who is the same person as somebody: of all, for an agent; of their own colleagues, for a user. Who is none of
    theirs is nobody else to them."""
    person = person_of(world.store, who.workspace, Member(id=id_))
    members = [each.id for each in (person.members if person else ()) if who.is_agent or _may_know(who, each)]
    return tuple(dict.fromkeys([id_, *members])) if id_ in members else (id_,)


def _wanted(asked: SearchRequest) -> Wanted:
    marks = [
        kind_mark(asked.kind) if asked.kind else "",
        customer_mark(asked.customer) if asked.customer else "",
        channel_mark(asked.channel) if asked.channel else "",
        room_mark(asked.room) if asked.room else "",
    ]
    return Wanted(
        terms=asked.question.terms,
        marks=tuple(filter(None, marks)),
        either=tuple(author_mark(author) for author in asked.authors),
        since=asked.since,
        until=asked.until,
        newest=asked.newest,
        any=asked.any,
    )


def recent(world: World, tree: str) -> list[Unindexed]:
    """What has changed lately. Read before the index is, its cursor first: what has left here is there."""
    taken = world.store.one(ref(Indexed, tree))
    listing: Listing[Unindexed] = Listing("unindexed", (tree,), newest_first=True, after=taken.upto if taken else None)
    return world.store.page(listing, RECENT).items


def _hits(
    world: World, who: Principal, asked: SearchRequest, *, wanted: Wanted, places: Iterable[tuple[str, int]]
) -> list[Hit]:
    """Those of some places that answer, as they are now."""
    found = list(_answering(who, asked, wanted, things=things_at(world, who, places)))
    return _persons_once(world, who, asked, wanted=wanted, found=found)


def _persons_once(world: World, who: Principal, asked: SearchRequest, *, wanted: Wanted, found: list[Hit]) -> list[Hit]:
    """Of the users who are one person, as far as the caller sees them, the one who answers best: by what they say now,
    whichever of them were found and on whichever page."""
    users = [hit.known.thing for hit in found if isinstance(hit.known.thing, User)]
    selves = selves_of(world.store, users)
    if not selves:
        return found
    seen = [each for members in selves.values() for each in members if _may_know(who, each)]
    best: dict[str, Hit] = {}
    things = [Held(each, None) for each in records_of(world.store, seen) if isinstance(each, User)]
    for hit in _answering(who, asked, wanted, things=things):
        best[_whole(hit)] = max(best.get(_whole(hit), hit), hit, key=lambda each: each.found.key)
    return [hit for hit in found if best.get(_whole(hit), hit).place == hit.place]


def _whole(hit: Hit) -> str:
    """Whom a user who was found counts as; "" for everything else."""
    thing = hit.known.thing
    return whose(thing) if isinstance(thing, User) else ""


def _may_know(who: Principal, member: Member) -> bool:
    """Whether a member is a user whom the caller may see: a user their colleagues, and nobody over there."""
    return bool(member.customer) and (who.is_agent or member.customer == who.customer)


def things_at(world: World, who: Principal, places: Iterable[tuple[str, int]]) -> list[Held]:
    """What is there now. For a user no note is even read, whatever the index says."""
    allowed = [place for place in places if who.is_agent or place[0][:1] in USERS]
    return list(known(world.store, allowed).values())


def _answering(who: Principal, asked: SearchRequest, wanted: Wanted, *, things: Iterable[Held]) -> Iterator[Hit]:
    for each in things:
        if not sees(who, each) or asked.state and _state(each) != asked.state:
            continue
        text = text_of(each.thing, vendor=who.is_agent)
        places = hits(asked.question, text, any_=asked.any)
        worth = score(entry_of(each.thing, each.room, vendor=who.is_agent), wanted) if places is not None else None
        if places is not None and worth is not None:
            found = Found(*place_of(each.thing), each.thing.created_at, worth)
            yield Hit(each, found, snippet(text, places))


def _state(each: Held) -> str:
    """A room's, of what is said there too; an issue's."""
    return each.thing.state if isinstance(each.thing, Issue) else each.room.state if each.room else ""


def sees(who: Principal, each: Held) -> bool:
    """The fence: agents see what is their workspace's, users the rooms of their customer and what is said there, their
    colleagues and, of an issue, what is public. (That it is behind a room of theirs is known by who asks for it.)"""
    thing = each.thing
    if thing.workspace != who.workspace:
        return False
    if isinstance(thing, Message) and thing.internal and not who.is_agent:
        return False
    if isinstance(thing, Message | Room):
        return each.room is not None and may_see(who, each.room)
    if who.is_agent:
        return True
    return who.kind == "user" and (
        isinstance(thing, Issue | Agent) or isinstance(thing, User) and thing.customer == who.customer
    )


def _beside(world: World, who: Principal, asked: SearchRequest, *, wanted: Wanted) -> list[Hit]:
    """What no tree of theirs holds: a user's issues and the vendor's team, a visitor's room."""
    things: list[Held] = []
    if who.kind == "visitor":
        things = _own_room(world, who)
    elif not who.is_agent and not (asked.authors or asked.channel or asked.room):
        things = [*_issues(world, who, asked), *_team(world, who, asked)]
    return list(_answering(who, asked, wanted, things=things))


def _own_room(world: World, who: Principal) -> list[Held]:
    room = world.store.one(ref(Room, who.room))
    if room is None:
        return []
    posts: Listing[Message] = Listing("posts", (room.id,), newest_first=True)
    return [Held(room, room), *(Held(message, room) for message in world.store.page(posts, OWN).items)]


def _issues(world: World, who: Principal, asked: SearchRequest) -> list[Held]:
    """The issues that the user's customer is behind."""
    if asked.kind not in (None, "issue"):
        return []
    behind: Listing[IssueCustomer] = Listing("customer-issues", (who.customer,))
    rows = world.store.page(behind, 100).items
    found = world.store.many([ref(Issue, row.issue) for row in rows]) if rows else []
    return [Held(issue, None) for issue in found if issue]


def _team(world: World, who: Principal, asked: SearchRequest) -> list[Held]:
    if asked.kind not in (None, "person"):
        return []
    agents: Listing[Agent] = Listing("agents", (who.workspace,))
    return [Held(agent, None) for agent in world.store.page(agents, 100).items]


def customers_of(world: World, answers: Iterable[Held]) -> dict[str, Customer]:
    """The customers that some things are of, by id."""
    owners = {each.room.customer for each in answers if each.room and each.room.customer}
    owners |= {each.thing.customer for each in answers if isinstance(each.thing, User)}
    found = world.store.many([ref(Customer, owner) for owner in sorted(owners)]) if owners else []
    return {customer.id: customer for customer in found if customer}
