"""Who knows about something: the people who said the most useful things about it, on either side, and why.

All of it comes out of what the asker may see: their own search, their own rooms' issues.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from ...desk.customers import Customer, User
from ...desk.issues import Issue, IssueTie
from ...desk.messages import Author, Message
from ...desk.people import whose
from ...desk.permissions import Principal
from ...desk.plain_text import plain
from ...desk.rooms import Room
from ...desk.search_index import Wanted, entry_of, kind_mark, score
from ...desk.search_query import Phrase, Question, hits, snippet
from ...desk.text_normalization import words_of
from ...desk.workspaces import Agent
from ...ports import Listing, Ref, World, ref
from ..fence import fenced
from .index import Held
from .search import recent, sees, things_at

Why = Literal["answered", "resolved", "asked", "said", "raised", "tied"]
# What each is worth, beside how well it fits (0 to 1): an answer that settled something tells most.
WORTH: dict[Why, float] = {"resolved": 4, "answered": 2, "raised": 3, "tied": 1.5, "asked": 1, "said": 0.5}
LOOKED_AT = 150  # messages that speak of it
ROOMS = 8  # of which the issues are asked
REASONS = 3
MOST = 20
SAID = 40  # messages of a room that say what it is about
TOPIC = 8  # words of it
SHORT = 3  # characters of a word that says nothing
# Longer ones that say as little, in the languages that the pages speak.
COMMON = frozenset(
    words_of(
        """about after again also because been before could does done dont every from getting have here into just know
        like look make maybe more much need never only other over please same should since some still such thank thanks
        that their them then there these they thing think this those very want well were what when where which while
        will with work would your aber alle auch bitte dann dass danke dein denn dies diese doch durch eine einem einen
        einer euch euer haben hatte hier ihnen ihre immer jetzt kann kein konnen mehr mein mich muss nach nicht nichts
        noch oder schon sehr sein seine sich sind uber unser unsere vielen weil wenn werden wird wurde"""
    )
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that somebody did about it. `text` is a glimpse of what they said, or the issue's title."""

    why: Why
    at: int
    worth: float
    room: Room | None = None
    message: str = ""
    issue: str = ""
    text: str = ""


@dataclass(slots=True)
class Expert:
    """Somebody, with their reasons, the best first."""

    person: Agent | User  # of those who are one person, who did the most telling
    worth: float = 0
    reasons: list[Reason] = field(default_factory=list)


Whose = dict[tuple[str, str], list[Reason]]  # (customer or "", person) → reasons


def experts(world: World, who: Principal, question: Question) -> list[Expert]:
    """The people who know, those who know most first."""
    wanted = Wanted(terms=question.terms, marks=(kind_mark("message"),), any=True)
    spoken = _spoken(world, who, question, wanted=wanted)
    reasons: Whose = {}
    rooms: Counter[str] = Counter()
    for each, worth in spoken:
        message, room = each.thing, each.room
        if isinstance(message, Message) and room:
            rooms[room.id] += 1
            _add(reasons, message.author, room, reason=_reason(question, message, room, fits=worth))
    for room_id, _ in rooms.most_common(ROOMS):
        _of_issues(world, who, next(e.room for e, _ in spoken if e.room and e.room.id == room_id), reasons=reasons)
    return _people(world, who, reasons)


def topic(world: World, room: Room) -> Question | None:
    """What a room is about: the words of its name, and those that are said most in its beginning."""
    posts: Listing[Message] = Listing("posts", (room.id,))
    said: Counter[str] = Counter()
    for message in world.store.page(posts, SAID).items:
        if not message.deleted and message.author.kind != "system":
            said.update({word for word in words_of(plain(message.text)) if _telling_word(word)})
    named = [word for word in words_of(room.name) if _telling_word(word)] if room.kind != "triage" else []
    often = [word for word, times in said.most_common(TOPIC * 2) if times > 1 or len(said) <= TOPIC * 4]
    words = list(dict.fromkeys([*named, *often]))[:TOPIC]
    return Question(tuple(Phrase(word) for word in words)) if words else None


@dataclass(frozen=True, slots=True)
class Topic:
    """A word that somebody speaks of, in so many messages, and the last of them."""

    word: str
    times: int
    message: Message
    room: Room


def topics(spoken: Iterable[tuple[Message, Room]]) -> list[Topic]:
    """What somebody knows about, by what they said (the first said first): the words of it that tell most, as answers
    tell more than questions."""
    worth: dict[str, float] = {}
    last: dict[str, Topic] = {}
    for message, room in spoken:
        for word in {word for word in words_of(plain(message.text)) if _telling_word(word)}:
            worth[word] = worth.get(word, 0) + WORTH[_why(message, room)]
            last[word] = Topic(word, last[word].times + 1 if word in last else 1, message, room)
    words = sorted(worth, key=lambda word: (-worth[word], word))
    return [last[word] for word in ([word for word in words if last[word].times > 1] or words)[:TOPIC]]


def _why(message: Message, room: Room) -> Why:
    answer = message.author.kind == "agent" or message.reply_to is not None
    return "resolved" if answer and room.state == "resolved" else "answered" if answer else "asked"


def _telling_word(word: str) -> bool:
    return len(word) > SHORT and word not in COMMON


def _spoken(world: World, who: Principal, question: Question, *, wanted: Wanted) -> list[tuple[Held, float]]:
    """What was said about it, with how well it fits (0 to 1), the best first."""
    tree = who.workspace if who.is_agent else who.customer
    lately = [(row.place, row.n) for row in recent(world, tree)]
    found = [(each.place, each.n) for each in world.index.find(tree, wanted, None, limit=LOOKED_AT)]
    spoken = []
    for each in things_at(world, who, [*lately, *found]):
        if not isinstance(each.thing, Message) or not sees(who, each) or each.thing.forked_from:
            continue
        text = plain(each.thing.text)
        if hits(question, text, any_=True) is None:
            continue
        if worth := score(entry_of(each.thing, each.room, vendor=who.is_agent), wanted):
            share = _share(question, text)
            spoken.append((each, share * share * min(1.0, 0.4 + worth / 600)))
    return sorted(spoken, key=lambda pair: (pair[1], pair[0].thing.created_at), reverse=True)[:LOOKED_AT]


def _share(question: Question, text: str) -> float:
    """How much of the question a text speaks of."""
    found = sum(hits(Question((phrase,)), text) is not None for phrase in question.phrases)
    return found / len(question.phrases)


def _reason(question: Question, message: Message, room: Room, *, fits: float) -> Reason:
    why = _why(message, room)
    liked = sum(mark.on for marks in message.reactions.values() for mark in marks.values())
    text = plain(message.text)
    glimpse = snippet(text, hits(question, text, any_=True) or [])
    return Reason(
        why=why if not message.internal else "said",
        at=message.created_at,
        worth=fits * (WORTH[why] + min(3, liked) * 0.3),
        room=room,
        message=message.id,
        text="".join(piece.text for piece in glimpse),
    )


def _add(reasons: Whose, author: Author, room: Room, *, reason: Reason) -> None:
    if author.verified and author.kind in ("agent", "user"):
        owner = room.customer if author.kind == "user" else ""
        reasons.setdefault((owner, author.id), []).append(reason)


def _of_issues(world: World, who: Principal, room: Room, *, reasons: Whose) -> None:
    """Who raised, and who tied, the issues that a room of the asker's is behind. A customer reads what is public."""
    ties: Listing[IssueTie] = Listing("room-issues", (room.id,), newest_first=True)
    rows = world.store.page(ties, 10).items
    for tie, issue in zip(rows, world.store.many([ref(Issue, row.issue) for row in rows]) if rows else [], strict=True):
        if fenced(issue, who.workspace) is None or issue.merged_into:
            continue
        title = issue.title if who.is_agent else issue.public_title
        if not title:
            continue
        fields: dict[str, Any] = {"room": room, "issue": issue.id, "text": title}
        known = {each.issue for each in reasons.get(("", issue.by), []) if each.why == "raised"}
        if issue.by.startswith("agt_") and issue.id not in known:
            raised = Reason(why="raised", at=issue.created_at, worth=WORTH["raised"], **fields)
            reasons.setdefault(("", issue.by), []).append(raised)
        if tie.by.id != issue.by:
            _add(reasons, tie.by, room, reason=Reason(why="tied", at=tie.at, worth=WORTH["tied"], **fields))
        if tie.asked_by:
            _add(reasons, tie.asked_by, room, reason=Reason(why="asked", at=tie.at, worth=WORTH["asked"], **fields))


def _people(world: World, who: Principal, reasons: Whose) -> list[Expert]:
    """Those who are there still; the sum of what they did, of which the tenth time tells less than the first."""
    refs: list[Ref[Any]] = [
        ref(User, owner, person) if owner else ref(Agent, who.workspace, person) for owner, person in reasons
    ]
    persons: dict[str, list[tuple[Reason, Agent | User]]] = {}
    for person, theirs in zip(world.store.many(refs) if refs else [], reasons.values(), strict=True):
        if person and person.state == "active":
            whole = whose(person) if isinstance(person, User) else person.id
            persons.setdefault(whole, []).extend((reason, person) for reason in theirs)
    found = []
    for did in persons.values():
        did.sort(key=lambda pair: (pair[0].worth, pair[0].at), reverse=True)
        best = [reason for reason, _ in did]
        worth = 100 * sum(each.worth / (place + 1) for place, each in enumerate(best))
        found.append(Expert(did[0][1], worth, _telling(best)))
    return sorted(found, key=lambda each: each.worth, reverse=True)[:MOST]


def _telling(best: Iterable[Reason]) -> list[Reason]:
    """The best, one a room and kind."""
    telling = {(each.why, each.room.id if each.room else "", each.issue): each for each in reversed(list(best))}
    return sorted(telling.values(), key=lambda each: (each.worth, each.at), reverse=True)[:REASONS]


def employers(world: World, found: Iterable[Expert]) -> dict[str, Customer]:
    """The customers of the people, by id."""
    owners = sorted({each.person.customer for each in found if isinstance(each.person, User)})
    there = world.store.many([ref(Customer, owner) for owner in owners]) if owners else []
    return {customer.id: customer for customer in there if customer}
