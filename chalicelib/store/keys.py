"""Every key and index of the table (single-table design; ADR 5).

pk and sk are the table's, g1 to g3 the overloaded indexes' (pk, sk) pairs. g1: things of a workspace, and of a person's
connections. g2: things of a customer, a room, an issue or an install; agents by address. g3: the time index (sparse,
sharded), and issues by what they are worth.
"""

import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..desk.agent_keys import KEPT_MS as KEPT_KEYS_MS
from ..desk.agent_keys import AgentKey
from ..desk.alerts import KEPT_MS as KEPT_ALERTED_MS
from ..desk.alerts import AgentAlerts, AlertChoices, Alerted, AlertToken, Browser, PushKey
from ..desk.attributes import AttributeType
from ..desk.broadcasts import Audience, Broadcast, Heard, Piece, Result, Rules, Tally
from ..desk.clocks import Clock, RoomClocks
from ..desk.connections import Connection, Subscription
from ..desk.customer_totals import Counted, OpenRoom
from ..desk.customers import Customer, Domain, User, Visitor
from ..desk.dead_letters import KEPT_MS, DeadLetter, Tries
from ..desk.deliveries import OWING_KEPT_MS, Circuit, Delivery, Lane, Owing, Progress
from ..desk.domains import same_mailbox
from ..desk.erasures import Erasure, ForgettingKey, Forgotten
from ..desk.events import KEPT_MS as KEPT_EVENTS_MS
from ..desk.events import Event, EventCount
from ..desk.exports import Export
from ..desk.figures import DayFigures, DueFigures
from ..desk.files import Attachment
from ..desk.held_back import HeldBack
from ..desk.holds import Hold
from ..desk.idempotency import Claim
from ..desk.ids import DIGITS, TIME_SHARDS, bridge_parts
from ..desk.inbox_views import RoomViews, ViewRow, is_of_turn
from ..desk.issues import (
    Comment,
    History,
    Issue,
    IssueCustomer,
    IssueTie,
    Notice,
    NoticeReceipt,
    PendingComment,
    Ticket,
    TicketOwner,
    Tracking,
)
from ..desk.jobs import Flaw, Job
from ..desk.mails import Correspondent, MailAddress, Mailbox, ReturnAddress, RoomAddress, Suppression
from ..desk.messages import Change, Mapped, Message
from ..desk.outside_people import ConnectCode, OutsideName, OutsidePerson
from ..desk.pains import Pains, PainsPlan
from ..desk.people import Person, PersonOf, Untied
from ..desk.policies import Policies
from ..desk.proposals import Proposal, ProposalFigures
from ..desk.ratings import Rating, RatingAsked
from ..desk.record import Record
from ..desk.retention import Retention
from ..desk.rooms import ROUND_MS, Binding, Bridge, Fork, Room, Seen
from ..desk.search_index import Indexed, Tree, Unindexed
from ..desk.segments import FOREVER_MS, Member, Placement, Segment
from ..desk.sessions import LINK_LIFE_MS, MailedLinks, Provider, Session, SignInLink
from ..desk.snippets import Snippet
from ..desk.times import HOUR_MS, from_date
from ..desk.unheard import KEPT_MS as KEPT_IGNORED_MS
from ..desk.unheard import Unheard
from ..desk.usage_developers import Developer
from ..desk.usage_meters import (
    FOLDED_KEPT_MS,
    DueFold,
    FoldedDay,
    FoldEntry,
    Usage,
    UsageActor,
    UsageDay,
    UsageFold,
    UsageOwner,
    UsageWaiting,
    window_due,
)
from ..desk.usage_reasons import Question, Reason
from ..desk.usage_signals import Signal
from ..desk.usage_sources import SetAside, Source, SourceUse, UsageLog
from ..desk.workspaces import Agent, ApiKey, Audit, Install, Workspace

Key = tuple[str, str]
MAX_PK, MAX_SK = 2048, 1024  # bytes of UTF-8, DynamoDB's limits
MAX_WRITES = 100  # in one transaction


def number(n: int) -> str:
    """A number that sorts as text."""
    return f"{n:0{DIGITS}d}"


def moment(ms: int) -> str:
    """A time (ms) that sorts as text."""
    return f"{ms:014d}"


def short(outside: str) -> str:
    """An outside id as part of a key: a partition key takes 2048 bytes, and nobody promised us shorter ids."""
    return outside if len(outside.encode()) <= 256 else hashlib.sha256(outside.encode()).hexdigest()


def possible(key: Key) -> bool:
    """Whether the table can hold such a key at all. An id that somebody made up may be of any length."""
    try:
        pk, sk = (len(part.encode()) for part in key)
    except UnicodeEncodeError:
        return False
    return 0 < pk <= MAX_PK and 0 < sk <= MAX_SK


def message_key(room: str, n: int, internal: bool | int = False) -> Key:
    """Notes lie under their own prefix: what reads `M#` cannot meet one."""
    return f"R#{room}", f"{'N' if internal else 'M'}#{number(n)}"


def time_shard(name: str) -> str:
    """The partition of the time index that holds what is due for `name`."""
    return f"T#{zlib.crc32(name.encode()) % TIME_SHARDS}"


@dataclass(frozen=True, slots=True)
class Kind:
    """How a type of record lies in the table: the name that its rows bear for good, whatever its class is called; its
    key from ids, the ids in a record, its index keys, its end."""

    name: str
    type: type[Record]
    key: Callable[..., Key]
    ids: Callable[[Any], tuple[Any, ...]]
    indexes: Callable[[Any], dict[str, Key]] = lambda record: {}
    expires: Callable[[Any], int] = lambda record: 0


def _room_indexes(room: Room) -> dict[str, Key]:
    activity = moment((room.last_message_at or room.created_at) // ROUND_MS * ROUND_MS)
    found = {"g1": (_inbox(room), f"{activity}#{room.id}")}
    if room.snoozed_until and room.state == "open":
        found["g1"] = (f"W#{room.workspace}#SNOOZED", f"{moment(room.snoozed_until)}#{room.id}")
    if room.customer:
        side = "INTERNAL" if room.vendor_only else "ROOMS"
        found["g2"] = (f"C#{room.customer}#{side}#{room.state}", f"{activity}#{room.id}")
    elif room.visitor:
        found["g2"] = (f"V#{room.visitor}#ROOMS", f"{activity}#{room.id}")
    if room.wake_at:
        found["g3"] = (time_shard(room.id), f"{moment(room.wake_at)}#{room.id}")
    return found


def inbox_shard(room: Room) -> int:
    """The part of its workspace's inbox that a room is in."""
    return zlib.crc32(room.id.encode()) % room.shards


def _message_indexes(message: Message) -> dict[str, Key]:
    """What lies in the bucket as it came is found by its age."""
    if not message.has_originals:
        return {}
    return {"g1": (f"W#{message.workspace}#ORIGINALS", f"{moment(message.created_at)}#{message.id}")}


def _attachment_indexes(file: Attachment) -> dict[str, Key]:
    """By who put it up."""
    return {"g1": (f"FILES#{file.by}", f"{moment(file.created_at)}#{file.id}")} if file.by else {}


def _visitor_indexes(visitor: Visitor) -> dict[str, Key]:
    """By address, and by when they spoke last."""
    by_mail = f"VISITORS#{visitor.workspace}#{short(same_mailbox(visitor.email))}"
    found = {"g1": (by_mail, visitor.id)} if visitor.email else {}
    heard = moment(visitor.heard_at or visitor.created_at)
    return found | {"g2": (f"W#{visitor.workspace}#VISITORS", f"{heard}#{visitor.id}")}


def _retention_indexes(retention: Retention) -> dict[str, Key]:
    if not retention.next_at:
        return {}
    due = f"{moment(retention.next_at)}#{retention.workspace}#retention"
    return {"g3": (f"WORK#{time_shard(retention.workspace)}", due)}


def _inbox(room: Room) -> str:
    """The list of a workspace's rooms that one is in; those in which nothing was ever said have one of their own."""
    shard = inbox_shard(room)
    part = f"#{shard}" if shard else ""
    return f"W#{room.workspace}#{'ROOMS' if room.last_message_at else 'UNSAID'}#{room.state}{part}"


def _views_indexes(views: RoomViews) -> dict[str, Key]:
    """A room's place in the view of its turn."""
    view = next(filter(is_of_turn, views.views), "")
    return {"g1": (f"V#{views.workspace}#{view}", f"{moment(views.views[view])}#{views.room}")} if view else {}


def _clocks_indexes(clocks: RoomClocks) -> dict[str, Key]:
    """Those that run are listed by when they are due, those without a time last; the next moment is in the time
    index."""
    found: dict[str, Key] = {}
    if clocks.running:
        found["g1"] = (f"W#{clocks.workspace}#CLOCKS", f"{moment(clocks.due or FOREVER_MS)}#{clocks.room}")
    if clocks.wake_at:
        found["g3"] = (time_shard(clocks.room), f"{moment(clocks.wake_at)}#{clocks.room}#clocks")
    return found


def _clock_indexes(clock: Clock) -> dict[str, Key]:
    """Those that have ended, by when they did."""
    if not clock.ended:
        return {}
    return {"g1": (f"W#{clock.workspace}#ENDED", f"{moment(clock.ended)}#{clock.room}#{clock.id}")}


def _day_figures_indexes(day: DayFigures) -> dict[str, Key]:
    """Those of the whole, or of a customer, by day."""
    return {"g1": (f"W#{day.workspace}#FIGURES#{day.customer}", moment(from_date(day.day) or 0))}


def _due_figures_indexes(due: DueFigures) -> dict[str, Key]:
    return {"g3": (f"WORK#{time_shard(due.workspace)}", f"{moment(due.due)}#{due.workspace}#{due.day}")}


def _indexed_indexes(tree: Indexed) -> dict[str, Key]:
    return {"g3": (f"WORK#{time_shard(tree.tree)}", f"{moment(tree.due)}#{tree.tree}#index")}


def _pains_plan_indexes(plan: PainsPlan) -> dict[str, Key]:
    if not plan.due:
        return {}
    return {"g3": (f"WORK#{time_shard(plan.workspace)}", f"{moment(plan.due)}#{plan.workspace}#pains")}


def delivery_key(bridge: str, n: int) -> Key:
    """All deliveries of a room lie together, in the order of its changes."""
    room, _, install = bridge.partition(".")
    return f"D#{room}", f"{number(n)}#{install}"


def progress_key(bridge: str) -> Key:
    """Beside the deliveries, after them."""
    room, _, install = bridge.partition(".")
    return f"D#{room}", f"P#{install}"


def _delivery_indexes(row: Delivery) -> dict[str, Key]:
    """What waits for its next attempt is in the time index, what failed for good in its workspace's list; what a paused
    install missed is found by it and by the bridge."""
    if row.state == "failed":
        return {"g1": (f"W#{row.workspace}#FAILED", f"{moment(row.last_at)}#{row.bridge}#{number(row.n)}")}
    if row.missed:
        _, _, slot = bridge_parts(row.bridge)
        return {"g2": (f"MISSED#{row.install}", f"{row.room}#{slot}#{number(row.n)}")}
    if row.state != "queued" or not row.next_at:
        return {}
    return {"g3": (time_shard(row.bridge), f"{moment(row.next_at)}#{row.bridge}#{number(row.n)}")}


def _broadcast_indexes(b: Broadcast) -> dict[str, Key]:
    found = {"g1": (f"W#{b.workspace}#BROADCASTS", f"{moment(b.created_at)}#{b.id}")}
    if b.due:
        found["g3"] = (time_shard(b.id), f"{moment(b.due)}#{b.id}")
    return found


def _tally_indexes(tally: Tally) -> dict[str, Key]:
    """A piece whose rooms wait for their hours."""
    if not tally.due or tally.finished or tally.undone:
        return {}
    return {"g3": (time_shard(tally.broadcast), f"{moment(tally.due)}#{tally.broadcast}#{number(tally.number)}")}


def _job_indexes(job: Job) -> dict[str, Key]:
    found = {"g1": (f"W#{job.workspace}#JOBS", f"{moment(job.created_at)}#{job.id}")}
    if not job.ended:
        found["g3"] = (f"WORK#{time_shard(job.id)}", f"{moment(job.next_at)}#{job.id}")
    return found


def _segment_indexes(segment: Segment) -> dict[str, Key]:
    found = {"g1": (f"W#{segment.workspace}#SEGMENTS#{segment.state}", f"{moment(segment.created_at)}#{segment.id}")}
    if segment.watched_at and segment.state == "active":
        found["g3"] = (f"WORK#{time_shard(segment.id)}", f"{moment(segment.watched_at)}#{segment.id}")
    return found


def _placement_indexes(placement: Placement) -> dict[str, Key]:
    if not placement.next_at:
        return {}
    return {"g3": (f"WORK#{time_shard(placement.customer)}", f"{moment(placement.next_at)}#{placement.customer}")}


def _issue_indexes(issue: Issue) -> dict[str, Key]:
    """Open to be listed by age, by rooms and by ARR. A merged one is in no list, and in the time index until its
    rooms have moved."""
    if issue.merged_into:
        return _sync_due(issue.id, issue.due)
    listed, last = f"W#{issue.workspace}#ISSUES#{issue.state}", f"#{issue.id}"
    cents = min(max(round(issue.arr * 100), 0), 10**DIGITS - 1)
    return {
        "g1": (listed, moment(issue.created_at) + last),
        "g2": (listed, number(issue.rooms) + last),
        "g3": (listed, number(cents) + last),
    }


def _sync_due(name: str, due: int) -> dict[str, Key]:
    return {"g3": (f"SYNC#{time_shard(name)}", f"{moment(due)}#{name}")} if due else {}


def _notice_indexes(notice: Notice) -> dict[str, Key]:
    order = f"{moment(notice.at)}#{notice.id}"
    listed = {"g1": (f"W#{notice.workspace}#NOTICES#{notice.state}", order), "g2": (f"I#{notice.issue}#NOTICES", order)}
    return listed | _sync_due(notice.id, notice.due)


def _export_indexes(export: Export) -> dict[str, Key]:
    if not export.next_at:
        return {}
    return {"g3": (f"WORK#{time_shard(export.id)}", f"{moment(export.next_at)}#{export.id}")}


def _erasure_indexes(erasure: Erasure) -> dict[str, Key]:
    if erasure.ended:
        return {}
    return {"g3": (f"WORK#{time_shard(erasure.id)}", f"{moment(erasure.next_at)}#{erasure.id}")}


def _usage_indexes(usage: Usage) -> dict[str, Key]:
    if not usage.due:
        return {}
    return {"g3": (f"WORK#{time_shard(usage.customer)}", f"{moment(usage.due)}#{usage.customer}#usage")}


def _developer_indexes(developer: Developer) -> dict[str, Key]:
    """By when they began."""
    if not developer.began:
        return {}
    sort = f"{moment(developer.began)}#{developer.customer}#{developer.who}"
    return {"g1": (f"W#{developer.workspace}#DEVELOPERS", sort)}


def _due_fold_indexes(fold: DueFold) -> dict[str, Key]:
    if not fold.due:
        return {}
    return {"g3": (f"WORK#{time_shard(fold.workspace)}", f"{moment(fold.due)}#{fold.workspace}#{number(fold.window)}")}


def _of_day(customer: str, part: str, day: str) -> Key:
    """Of a customer's usage, by day."""
    return f"USAGE#{customer}", f"{part}#{moment(from_date(day) or 0)}"


def _actor_key(customer: str, day: str, *who: str) -> Key:
    """Of a kind of actor, and who it is."""
    pk, sk = _of_day(customer, "ACTOR", day)
    return pk, "#".join((sk, *who))


def _connection_indexes(c: Connection) -> dict[str, Key]:
    """By whose it is: who is blocked has every line ended."""
    found = {"g1": (f"CONNS#{c.person}", c.id)} if c.person else {}
    return found | ({"g2": (f"CONNS#{c.customer}", c.id)} if c.customer else {})


def _of(*names: str) -> Callable[[Any], tuple[Any, ...]]:
    return lambda record: tuple(getattr(record, name) for name in names)


KINDS: tuple[Kind, ...] = (
    Kind("Workspace", Workspace, lambda w: (f"W#{w}", "A"), _of("id")),
    Kind(
        "Agent",
        Agent,
        lambda w, a: (f"W#{w}", f"AGENT#{a}"),
        _of("workspace", "id"),
        lambda a: {"g2": (f"MAIL#{short(a.email.casefold())}", a.id)} if a.email else {},
    ),
    Kind(
        "Session",
        Session,
        lambda s: (f"SESSION#{s}", "A"),
        _of("id"),
        lambda s: {"g1": (f"W#{s.workspace}#PROVIDED", f"{s.agent}#{s.id}")} if s.way == "oidc" else {},
        expires=lambda s: s.expires_at,
    ),
    Kind("SignInLink", SignInLink, lambda i: (f"LINK#{i}", "A"), _of("id"), expires=lambda i: i.expires_at),
    Kind(
        "MailedLinks",
        MailedLinks,
        lambda a: (f"LINKS#{a}", "A"),
        _of("address"),
        expires=lambda a: a.since + HOUR_MS + LINK_LIFE_MS,
    ),
    Kind("Provider", Provider, lambda w: (f"W#{w}", "PROVIDER"), _of("workspace")),
    Kind(
        "DeadLetter",
        DeadLetter,
        lambda w, i: (f"W#{w}", f"LETTER#{i}"),
        _of("workspace", "id"),
        expires=lambda a: a.at + KEPT_MS,
    ),
    Kind("HeldBack", HeldBack, lambda w, i: (f"W#{w}", f"HELD#{i}"), _of("workspace", "id")),
    Kind(
        "Ignored",
        Unheard,
        lambda i, u: (f"IGNORED#{i}", u),
        _of("install", "id"),
        lambda u: {"g1": (f"IGNORED#{u.install}", f"{moment(u.at)}#{u.id}")},
        lambda u: u.at + KEPT_IGNORED_MS,
    ),
    Kind("Tries", Tries, lambda m: (f"TRIES#{m}", "A"), _of("id"), expires=lambda t: t.at + KEPT_MS),
    Kind("Audit", Audit, lambda w, at, i: (f"W#{w}", f"AUDIT#{moment(at)}#{i}"), _of("workspace", "at", "id")),
    Kind(
        "ApiKey",
        ApiKey,
        lambda k: (f"KEY#{k}", "A"),
        _of("id"),
        lambda k: {"g1": (f"W#{k.workspace}#KEYS", f"{moment(k.created_at)}#{k.id}")},
    ),
    Kind(
        "AgentKey",
        AgentKey,
        lambda k: (f"AKEY#{k}", "A"),
        _of("id"),
        lambda k: (
            {} if k.revoked_at else {"g2": (f"C#{k.customer}#AGENTKEYS", f"{k.user}#{moment(k.created_at)}#{k.id}")}
        ),
        lambda k: k.revoked_at + KEPT_KEYS_MS if k.revoked_at else 0,
    ),
    Kind(
        "Install",
        Install,
        lambda i: (f"INSTALL#{i}", "A"),
        _of("id"),
        lambda i: {"g1": (f"W#{i.workspace}#INSTALLS", f"{moment(i.created_at)}#{i.id}")},
    ),
    Kind(
        "Customer",
        Customer,
        lambda c: (f"C#{c}", "A"),
        _of("id"),
        lambda c: {
            "g1": (f"W#{c.workspace}#CUSTOMERS", f"{c.name.casefold()[:80]}#{c.id}"),
            "g2": (f"W#{c.workspace}#CUSTOMERS", c.id),
        },
    ),
    Kind(
        "User",
        User,
        lambda c, u: (f"C#{c}", f"USER#{u}"),
        _of("customer", "id"),
        lambda u: {"g1": (f"USERS#{u.workspace}#{short(u.external_id)}", u.id)},
    ),
    Kind("Visitor", Visitor, lambda v: (f"V#{v}", "A"), _of("id"), _visitor_indexes),
    Kind("Person", Person, lambda w, p: (f"W#{w}", f"PERSON#{p}"), _of("workspace", "id")),
    Kind("PersonOf", PersonOf, lambda m: (f"P#{m}", "PERSON"), _of("member")),
    Kind("Untied", Untied, lambda w, t: (f"W#{w}", f"UNTIED#{t}"), _of("workspace", "tie")),
    Kind("Domain", Domain, lambda w, d: (f"X#domain#{w}#{d}", "A"), _of("workspace", "domain")),
    Kind("Room", Room, lambda r: (f"R#{r}", "A"), _of("id"), _room_indexes),
    Kind("Message", Message, message_key, _of("room", "n", "internal"), _message_indexes),
    Kind(
        "Change",
        Change,
        lambda r, n, internal: (f"R#{r}", f"{'K' if internal else 'L'}#{number(n)}"),
        _of("room", "n", "internal"),
    ),
    Kind(
        "Bridge",
        Bridge,
        lambda r, i, slot="": (f"R#{r}", f"BRIDGE#{i}{'#' if slot else ''}{slot}"),
        _of("room", "install", "slot"),
    ),
    Kind("Fork", Fork, lambda r, into: (f"R#{r}", f"FORK#{into}"), _of("room", "into")),
    Kind("Tie", Binding, lambda i, c: (f"X#{i}:thread#{short(c)}", "A"), _of("install", "conversation")),
    Kind("Face", OutsidePerson, lambda i, o: (f"X#{i}:face#{short(o)}", "A"), _of("install", "outside")),
    Kind("Alias", OutsideName, lambda i, p: (f"P#{p}", f"ALIAS#{i}"), _of("install", "person")),
    Kind("ConnectCode", ConnectCode, lambda h: (f"X#code#{h}", "A"), _of("hash"), expires=lambda c: c.expires_at),
    Kind("Circuit", Circuit, lambda i: (f"CIRCUIT#{i}", "A"), _of("install"), expires=lambda c: c.until + KEPT_MS),
    Kind("Lane", Lane, lambda i, n: (f"LANE#{i}#{short(n)}", "A"), _of("install", "name")),
    Kind("RoomClocks", RoomClocks, lambda r: (f"R#{r}", "CLOCKS"), _of("room"), _clocks_indexes),
    Kind(
        "Clock",
        Clock,
        lambda r, kind, ask: (f"R#{r}", f"CLOCK#{kind}#{moment(ask)}"),
        _of("room", "kind", "ask"),
        _clock_indexes,
    ),
    Kind(
        "DayFigures",
        DayFigures,
        lambda w, day, customer: (f"FIGURES#{w}#{day}", customer or "ALL"),
        _of("workspace", "day", "customer"),
        _day_figures_indexes,
    ),
    Kind(
        "DueFigures",
        DueFigures,
        lambda w, day, due: (f"FIGURES#{w}", f"DUE#{day}#{moment(due)}"),
        _of("workspace", "day", "due"),
        _due_figures_indexes,
    ),
    Kind("Pains", Pains, lambda w, week: (f"W#{w}", f"PAINS#{week}"), _of("workspace", "week")),
    Kind("PainsPlan", PainsPlan, lambda w: (f"W#{w}", "PAINS-PLAN"), _of("workspace"), _pains_plan_indexes),
    Kind(
        "Rating",
        Rating,
        lambda r, n: (f"R#{r}", f"RATING#{number(n)}"),
        _of("room", "n"),
        lambda r: {"g1": (f"W#{r.workspace}#RATINGS", f"{moment(r.asked_at)}#{r.id}")},
    ),
    Kind("Proposal", Proposal, lambda r, p: (f"R#{r}", f"N-DRAFT#{p}"), _of("room", "id")),
    Kind(
        "ProposalFigures",
        ProposalFigures,
        lambda w, day, key: (f"FIGURES#{w}#DRAFTS", f"{moment(from_date(day) or 0)}#{key}"),
        _of("workspace", "day", "key"),
    ),
    Kind("RatingAsked", RatingAsked, lambda p: (f"P#{p}", "RATED"), _of("person")),
    Kind("Shelf", RoomViews, lambda r: (f"R#{r}", "SHELF"), _of("room"), _views_indexes),
    Kind(
        "Place",
        ViewRow,
        lambda w, view, since, r: (f"V#{w}#{view}", f"{moment(since)}#{r}"),
        _of("workspace", "view", "since", "room"),
    ),
    Kind("Snippet", Snippet, lambda w, i: (f"W#{w}", f"SNIPPET#{i}"), _of("workspace", "id")),
    Kind(
        "AgentAlerts",
        AgentAlerts,
        lambda a: (f"P#{a}", "ALERTS"),
        _of("agent"),
        lambda a: {"g3": (time_shard(a.agent), f"{moment(a.due)}#{a.agent}")} if a.due else {},
    ),
    Kind(
        "Alerted",
        Alerted,
        lambda a, key: (f"P#{a}", f"ALERTED#{key}"),
        _of("agent", "key"),
        expires=lambda a: a.at + KEPT_ALERTED_MS,
    ),
    Kind("AlertChoices", AlertChoices, lambda w, a: (f"W#{w}", f"ALERTS#{a}"), _of("workspace", "agent")),
    Kind("AlertToken", AlertToken, lambda t: (f"X#alerts#{t}", "A"), _of("token")),
    Kind("PushKey", PushKey, lambda w: (f"W#{w}", "PUSH"), _of("workspace")),
    Kind("Browser", Browser, lambda a, b: (f"P#{a}", f"BROWSER#{b}"), _of("agent", "id")),
    Kind("Seen", Seen, lambda p, r: (f"P#{p}", f"SEEN#{r}"), _of("person", "room")),
    Kind("Known", Mapped, lambda s, i: (f"X#{s}#{short(i)}", "A"), _of("source", "id"), expires=lambda k: k.expires_at),
    Kind("Correspondent", Correspondent, lambda r, i, p: (f"R#{r}", f"MAIL#{i}#{p}"), _of("room", "install", "person")),
    Kind("RoomAddress", RoomAddress, lambda r, i: (f"R#{r}", f"ADDRESS#{i}"), _of("room", "install")),
    Kind("MailAddress", MailAddress, lambda a: (f"X#mail-address#{a}", "A"), _of("address")),
    Kind("ReturnAddress", ReturnAddress, lambda t: (f"X#return#{t}", "A"), _of("token")),
    Kind(
        "Mailbox",
        Mailbox,
        lambda w, a, c, u: (f"X#mailbox#{w}#{short(a)}", f"USER#{c}#{u}"),
        _of("workspace", "address", "customer", "user"),
    ),
    Kind(
        "Suppression",
        Suppression,
        lambda w, a: (f"X#suppressed#{w}#{short(a)}", "A"),
        _of("workspace", "address"),
        lambda s: {"g1": (f"W#{s.workspace}#SUPPRESSED", s.address)},
    ),
    Kind(
        "Claim", Claim, lambda c, k: (f"X#claim#{c}#{k}", "A"), _of("credential", "key"), expires=lambda c: c.expires_at
    ),
    Kind("Delivery", Delivery, delivery_key, _of("bridge", "n"), _delivery_indexes),
    Kind("Progress", Progress, progress_key, _of("bridge")),
    Kind("EventCount", EventCount, lambda s: (f"X#events#{s}", "A"), _of("subject")),
    Kind(
        "Event",
        Event,
        lambda w, hour, at, subject, slot, n, type_: (
            f"EVENTS#{w}#{hour}",
            f"{moment(at)}#{subject}#{slot}#{number(n)}#{type_}",
        ),
        _of("workspace", "hour", "at", "subject", "slot", "n", "type"),
        expires=lambda e: e.at + KEPT_EVENTS_MS,
    ),
    Kind(
        "Owing",
        Owing,
        lambda at, room, n: (f"OWING#{time_shard(room)}", f"{moment(at)}#{room}#{number(n)}"),
        _of("at", "room", "n"),
        expires=lambda o: o.at + OWING_KEPT_MS,
    ),
    Kind(
        "Connection", Connection, lambda c: (f"CONN#{c}", "A"), _of("id"), _connection_indexes, lambda c: c.expires_at
    ),
    Kind(
        "Subscription",
        Subscription,
        lambda place, topic, connection: (f"SUB#{place}", f"{topic}#{connection}"),
        _of("place", "topic", "connection"),
        lambda s: {"g1": (f"SUBS#{s.connection}", f"{s.place}#{s.topic}")},
        lambda s: s.expires_at,
    ),
    Kind("Attachment", Attachment, lambda f: (f"F#{f}", "A"), _of("id"), _attachment_indexes),
    Kind("Policies", Policies, lambda w: (f"W#{w}", "POLICIES"), _of("workspace")),
    Kind("Rules", Rules, lambda w: (f"W#{w}", "BROADCASTS"), _of("workspace")),
    Kind("Broadcast", Broadcast, lambda b: (f"B#{b}", "A"), _of("id"), _broadcast_indexes),
    Kind("Audience", Audience, lambda b: (f"B#{b}", "AUDIENCE"), _of("broadcast")),
    Kind("Piece", Piece, lambda b, p: (f"B#{b}", f"P#{number(p)}"), _of("broadcast", "number")),
    Kind("Tally", Tally, lambda b, p: (f"B#{b}", f"T#{number(p)}"), _of("broadcast", "number"), _tally_indexes),
    Kind("Heard", Heard, lambda c: (f"C#{c}", "HEARD"), _of("customer")),
    Kind("Result", Result, lambda b, p, r: (f"B#{b}#{number(p)}", f"R#{r}"), _of("broadcast", "piece", "room")),
    Kind("AttributeType", AttributeType, lambda w, n: (f"W#{w}", f"ATTRIBUTE#{n}"), _of("workspace", "name")),
    Kind("Job", Job, lambda j: (f"J#{j}", "A"), _of("id"), _job_indexes),
    Kind("Flaw", Flaw, lambda j, n: (f"J#{j}", f"LINE#{number(n)}"), _of("job", "line")),
    Kind(
        "Segment",
        Segment,
        lambda s: (f"S#{s}", "A"),
        _of("id"),
        _segment_indexes,
    ),
    Kind("Member", Member, lambda s, c: (f"S#{s}", c), _of("segment", "customer")),
    Kind("Issue", Issue, lambda i: (f"I#{i}", "A"), _of("id"), _issue_indexes),
    Kind(
        "Asked",
        IssueTie,
        lambda i, r: (f"I#{i}", f"ROOM#{r}"),
        _of("issue", "room"),
        lambda t: {"g2": (f"R#{t.room}#ISSUES", f"{moment(t.at)}#{t.issue}")},
    ),
    Kind(
        "Behind",
        IssueCustomer,
        lambda i, c: (f"I#{i}", f"CUSTOMER#{c}"),
        _of("issue", "customer"),
        lambda b: {"g2": (f"C#{b.customer}#ISSUES", b.issue)},
    ),
    Kind(
        "Ticket",
        Ticket,
        lambda i, ins: (f"I#{i}", f"TICKET#{ins}"),
        _of("issue", "install"),
        lambda t: _sync_due(f"{t.issue}#{t.install}", t.due),
    ),
    Kind(
        "Holder",
        TicketOwner,
        lambda ins, t: (f"X#ticket#{ins}#{short(t)}", "A"),
        _of("install", "ticket"),
        lambda h: {"g2": (f"TICKETS#{h.install}", short(h.ticket))},
    ),
    Kind(
        "Comment",
        Comment,
        lambda i, ins, c: (f"I#{i}", f"COMMENT#{ins}#{short(c)}"),
        _of("issue", "install", "id"),
        lambda c: {"g2": (f"COMMENT#{c.install}#{short(c.id)}", c.issue)},
    ),
    Kind("Owed", PendingComment, lambda i, ins, o: (f"I#{i}", f"OWED#{ins}#{o}"), _of("issue", "install", "id")),
    Kind("History", History, lambda i, at, h: (f"I#{i}", f"H#{moment(at)}#{h}"), _of("issue", "at", "id")),
    Kind("Notice", Notice, lambda n: (f"NOTICE#{n}", "A"), _of("id"), _notice_indexes),
    Kind("Told", NoticeReceipt, lambda i, r, n: (f"I#{i}#TOLD", f"{r}#{n}"), _of("issue", "room", "notice")),
    Kind(
        "Tracking",
        Tracking,
        lambda i: (f"INSTALL#{i}", "TRACKING"),
        _of("install"),
        lambda t: _sync_due(t.install, t.due),
    ),
    Kind(
        "Signal",
        Signal,
        lambda s: (f"SIGNAL#{s}", "A"),
        _of("id"),
        lambda s: {
            "g1": (f"W#{s.workspace}#SIGNALS", f"{moment(s.at)}#{s.id}"),
            "g2": (f"C#{s.customer}#SIGNALS", f"{moment(s.at)}#{s.id}"),
        },
    ),
    Kind("Reason", Reason, lambda c, r: (f"C#{c}", f"REASON#{r}"), _of("customer", "id")),
    Kind(
        "Question",
        Question,
        lambda c, at, m: (f"C#{c}", f"QUESTION#{moment(at)}#{m}"),
        _of("customer", "at", "message"),
    ),
    Kind("Placement", Placement, lambda c: (f"C#{c}", "PLACEMENT"), _of("customer"), _placement_indexes),
    Kind("Tree", Tree, lambda t: (f"Q#{t}", "A"), _of("id")),
    Kind(
        "Unindexed",
        Unindexed,
        lambda t, at, place, n: (f"Q#{t}", f"U#{moment(at)}#{place}#{n}"),
        _of("tree", "at", "place", "n"),
        expires=lambda u: u.ends,
    ),
    Kind("Indexed", Indexed, lambda t: (f"Q#{t}", "INDEXED"), _of("tree"), _indexed_indexes),
    Kind("Erasure", Erasure, lambda w, e: (f"W#{w}", f"ERASURE#{e}"), _of("workspace", "id"), _erasure_indexes),
    Kind("Export", Export, lambda w, e: (f"W#{w}", f"EXPORT#{e}"), _of("workspace", "id"), _export_indexes),
    Kind("Hold", Hold, lambda w, i: (f"W#{w}", f"HOLD#{i}"), _of("workspace", "id")),
    Kind("Retention", Retention, lambda w: (f"W#{w}", "RETENTION"), _of("workspace"), _retention_indexes),
    Kind("ForgettingKey", ForgettingKey, lambda w: (f"W#{w}", "FORGETTING"), _of("workspace")),
    Kind("Forgotten", Forgotten, lambda w, h: (f"X#forgotten#{w}#{h}", "A"), _of("workspace", "hash")),
    Kind("Usage", Usage, lambda c: (f"USAGE#{c}", "A"), _of("customer"), _usage_indexes),
    Kind("UsageDay", UsageDay, lambda c, day: _of_day(c, "DAY", day), _of("customer", "day")),
    Kind("UsageActor", UsageActor, _actor_key, _of("customer", "day", "kind", "who"), expires=lambda a: a.ends),
    Kind(
        "Developer",
        Developer,
        lambda c, who: (f"USAGE#{c}", f"DEVELOPER#{who}"),
        _of("customer", "who"),
        _developer_indexes,
    ),
    Kind("UsageFold", UsageFold, lambda w: (f"FOLD#{w}", "A"), _of("workspace")),
    Kind(
        "FoldEntry",
        FoldEntry,
        lambda w, n: (f"FOLD#{w}", f"ENTRY#{number(n)}"),
        _of("workspace", "n"),
        expires=lambda s: s.ends,
    ),
    Kind(
        "DueFold",
        DueFold,
        lambda w, window: (f"FOLD#{w}", f"WINDOW#{number(window)}"),
        _of("workspace", "window"),
        _due_fold_indexes,
        lambda f: window_due(f.window) + FOLDED_KEPT_MS,
    ),
    Kind("UsageOwner", UsageOwner, lambda w, h: (f"FOLD#{w}#{h}", "OWNER"), _of("workspace", "hash")),
    Kind("FoldedDay", FoldedDay, lambda w, day: (f"FOLD#{w}", f"DAY#{day}"), _of("workspace", "day")),
    Kind(
        "UsageWaiting",
        UsageWaiting,
        lambda w, h, block: (f"FOLD#{w}#{h}", f"BLOCK#{number(block)}"),
        _of("workspace", "hash", "block"),
        expires=lambda u: u.ends,
    ),
    Kind("Source", Source, lambda w, i: (f"W#{w}", f"SOURCE#{i}"), _of("workspace", "id")),
    Kind("SourceUse", SourceUse, lambda w, s: (f"SOURCE#{w}#{s}", "USE"), _of("workspace", "source")),
    Kind(
        "UsageLog",
        UsageLog,
        lambda w: (f"W#{w}", "USAGELOG"),
        _of("workspace"),
        lambda log: {"g3": (f"WORK#{time_shard(log.workspace)}", f"{moment(log.due)}#{log.workspace}#log")},
    ),
    Kind(
        "SetAside",
        SetAside,
        lambda w, s, i: (f"ASIDE#{w}#{s}", i),
        _of("workspace", "source", "id"),
        expires=lambda a: a.ends,
    ),
    Kind("OpenRoom", OpenRoom, lambda c, r: (f"C#{c}", f"OPEN#{r}"), _of("customer", "room")),
    Kind("Counted", Counted, lambda c, u: (f"C#{c}", f"COUNTED#{u}"), _of("customer", "user")),
)
BY_TYPE = {kind.type: kind for kind in KINDS}
BY_NAME = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Range:
    """One query: a partition of the table (`index` "") or of an index, and what its sort keys lie between."""

    index: str
    pk: str
    low: str
    high: str


LOWEST = " "  # sorts before every sort key; DynamoDB takes no empty one
HIGHEST = "\U0010ffff"  # sorts after every sort key that shares the prefix before it


def _numbered(prefix: str) -> Callable[[str, int | None, int | None], tuple[str, str]]:
    def bounds(_: str, after: int | None, before: int | None) -> tuple[str, str]:
        low = prefix + (number(after + 1) if after is not None else "")
        return low, prefix + (number(before - 1) if before is not None else HIGHEST)

    return bounds


def _beginning(prefix: str) -> tuple[str, str]:
    return prefix or LOWEST, prefix + HIGHEST


# name → (index, partition of the listing's arguments, prefix of the sort key of the rest, numbered?)
LISTINGS: dict[str, tuple[str, Callable[..., str], Callable[..., str], bool]] = {
    "agents": ("", lambda w: f"W#{w}", lambda w: "AGENT#", False),
    "agents-by-mail": ("g2", lambda email: f"MAIL#{short(email)}", lambda email: "", False),
    "audit": ("", lambda w: f"W#{w}", lambda w: "AUDIT#", False),
    "dead-letters": ("", lambda w: f"W#{w}", lambda w: "LETTER#", False),
    "held-back": ("", lambda w: f"W#{w}", lambda w: "HELD#", False),
    "ignored": ("g1", lambda i: f"IGNORED#{i}", lambda i: "", False),
    "erasures": ("", lambda w: f"W#{w}", lambda w: "ERASURE#", False),
    "exports": ("", lambda w: f"W#{w}", lambda w: "EXPORT#", False),
    "holds": ("", lambda w: f"W#{w}", lambda w: "HOLD#", False),
    "keys": ("g1", lambda w: f"W#{w}#KEYS", lambda w: "", False),
    "agent-keys": ("g2", lambda c, u="": f"C#{c}#AGENTKEYS", lambda c, u="": f"{u}#" if u else "", False),
    "provider-sessions": ("g1", lambda w, a: f"W#{w}#PROVIDED", lambda w, a: f"{a}#" if a else "", False),
    "installs": ("g1", lambda w: f"W#{w}#INSTALLS", lambda w: "", False),
    "customers": ("g2", lambda w: f"W#{w}#CUSTOMERS", lambda w: "", False),
    "customers-by-name": ("g1", lambda w: f"W#{w}#CUSTOMERS", lambda w: "", False),
    "customers-named": ("g1", lambda w, n: f"W#{w}#CUSTOMERS", lambda w, n: f"{n[:80]}#", False),
    "users": ("", lambda c: f"C#{c}", lambda c: "USER#", False),
    "users-named": ("g1", lambda w, u: f"USERS#{w}#{short(u)}", lambda w, u: "", False),
    "rooms": ("g1", lambda w, s, part="": f"W#{w}#ROOMS#{s}{part}", lambda w, s, part="": "", False),
    "unsaid-rooms": ("g1", lambda w, s, part="": f"W#{w}#UNSAID#{s}{part}", lambda w, s, part="": "", False),
    "snoozed-rooms": ("g1", lambda w: f"W#{w}#SNOOZED", lambda w: "", False),
    "customer-rooms": ("g2", lambda c, s: f"C#{c}#ROOMS#{s}", lambda c, s: "", False),
    "visitor-rooms": ("g2", lambda v: f"V#{v}#ROOMS", lambda v: "", False),
    "visitors": ("g2", lambda w: f"W#{w}#VISITORS", lambda w: "", False),
    "visitors-by-mail": ("g1", lambda w, a: f"VISITORS#{w}#{short(a)}", lambda w, a: "", False),
    "clocks": ("g1", lambda w: f"W#{w}#CLOCKS", lambda w: "", False),
    "ended-clocks": ("g1", lambda w: f"W#{w}#ENDED", lambda w: "", False),
    "ratings": ("g1", lambda w: f"W#{w}#RATINGS", lambda w: "", False),
    "room-clocks": ("", lambda r: f"R#{r}", lambda r: "CLOCK#", False),
    "day-figures": ("", lambda w, day: f"FIGURES#{w}#{day}", lambda w, day: "", False),
    "figures": ("g1", lambda w, c: f"W#{w}#FIGURES#{c}", lambda w, c: "", False),
    "view": ("", lambda w, view: f"V#{w}#{view}", lambda w, view: "", False),
    "turn": ("g1", lambda w, view: f"V#{w}#{view}", lambda w, view: "", False),
    "unindexed": ("", lambda t: f"Q#{t}", lambda t: "U#", False),
    "sources": ("", lambda w: f"W#{w}", lambda w: "SOURCE#", False),
    "set-aside": ("", lambda w, s: f"ASIDE#{w}#{s}", lambda w, s: "", False),
    "snippets": ("", lambda w: f"W#{w}", lambda w: "SNIPPET#", False),
    "under-customer": ("", lambda c: f"C#{c}", lambda c: "", False),
    "under-usage": ("", lambda c: f"USAGE#{c}", lambda c: "", False),
    "under-room": ("", lambda r: f"R#{r}", lambda r: "", False),
    "sent-of-room": ("", lambda r: f"D#{r.partition('_')[2]}", lambda r: "", False),
    "originals": ("g1", lambda w: f"W#{w}#ORIGINALS", lambda w: "", False),
    "posts": ("", lambda r: f"R#{r}", lambda r: "M#", True),
    "notes": ("", lambda r: f"R#{r}", lambda r: "N#", True),
    "changes": ("", lambda r: f"R#{r}", lambda r: "L#", True),
    "note-changes": ("", lambda r: f"R#{r}", lambda r: "K#", True),
    "proposals": ("", lambda r: f"R#{r}", lambda r: "N-DRAFT#", False),
    "proposal-figures": ("", lambda w: f"FIGURES#{w}#DRAFTS", lambda w: "", False),
    "bridges": ("", lambda r: f"R#{r}", lambda r: "BRIDGE#", False),
    "forks": ("", lambda r: f"R#{r}", lambda r: "FORK#", False),
    "correspondents": ("", lambda r: f"R#{r}", lambda r: "MAIL#", False),
    "mailboxes": ("", lambda w, a: f"X#mailbox#{w}#{short(a)}", lambda w, a: "USER#", False),
    "files": ("g1", lambda by: f"FILES#{by}", lambda by: "", False),
    "suppressions": ("g1", lambda w: f"W#{w}#SUPPRESSED", lambda w: "", False),
    "subscribers": ("", lambda p: f"SUB#{p}", lambda p: "", False),
    "subscriptions": ("g1", lambda c: f"SUBS#{c}", lambda c: "", False),
    "connections": ("g1", lambda p: f"CONNS#{p}", lambda p: "", False),
    "customer-connections": ("g2", lambda c: f"CONNS#{c}", lambda c: "", False),
    "alert-choices": ("", lambda w: f"W#{w}", lambda w: "ALERTS#", False),
    "browsers": ("", lambda a: f"P#{a}", lambda a: "BROWSER#", False),
    "seen": ("", lambda p: f"P#{p}", lambda p: "SEEN#", False),
    "broadcasts": ("g1", lambda w: f"W#{w}#BROADCASTS", lambda w: "", False),
    "tallies": ("", lambda b: f"B#{b}", lambda b: "T#", True),
    "pieces": ("", lambda b: f"B#{b}", lambda b: "P#", True),
    "results": ("", lambda b, p: f"B#{b}#{number(int(p))}", lambda b, p: "R#", False),
    "attributes": ("", lambda w: f"W#{w}", lambda w: "ATTRIBUTE#", False),
    "pains": ("", lambda w: f"W#{w}", lambda w: "PAINS#", False),
    "signals": ("g1", lambda w: f"W#{w}#SIGNALS", lambda w: "", False),
    "customer-signals": ("g2", lambda c: f"C#{c}#SIGNALS", lambda c: "", False),
    "reasons": ("", lambda c: f"C#{c}", lambda c: "REASON#", False),
    "questions": ("", lambda c: f"C#{c}", lambda c: "QUESTION#", False),
    "jobs": ("g1", lambda w: f"W#{w}#JOBS", lambda w: "", False),
    "flaws": ("", lambda j: f"J#{j}", lambda j: "LINE#", True),
    "segments": ("g1", lambda w: f"W#{w}#SEGMENTS#active", lambda w: "", False),
    "segment-members": ("", lambda s: f"S#{s}", lambda s: "cus_", False),
    "usage-days": ("", lambda c: f"USAGE#{c}", lambda c: "DAY#", False),
    "usage-actors": ("", lambda c: f"USAGE#{c}", lambda c: "ACTOR#", False),
    "developers": ("", lambda c: f"USAGE#{c}", lambda c: "DEVELOPER#", False),
    "developers-begun": ("g1", lambda w: f"W#{w}#DEVELOPERS", lambda w: "", False),
    "usage-waiting": ("", lambda w, h: f"FOLD#{w}#{h}", lambda w, h: "BLOCK#", False),
    "folded-days": ("", lambda w: f"FOLD#{w}", lambda w: "DAY#", False),
    "open-rooms": ("", lambda c: f"C#{c}", lambda c: "OPEN#", False),
    "due-work": ("g3", lambda shard: f"WORK#T#{shard}", lambda shard: "", True),
    "failed-deliveries": ("g1", lambda w: f"W#{w}#FAILED", lambda w: "", False),
    "issues-age": ("g1", lambda w, s: f"W#{w}#ISSUES#{s}", lambda w, s: "", False),
    "issues-rooms": ("g2", lambda w, s: f"W#{w}#ISSUES#{s}", lambda w, s: "", False),
    "issues-arr": ("g3", lambda w, s: f"W#{w}#ISSUES#{s}", lambda w, s: "", False),
    "ties": ("", lambda i: f"I#{i}", lambda i: "ROOM#", False),
    "behind": ("", lambda i: f"I#{i}", lambda i: "CUSTOMER#", False),
    "tickets": ("", lambda i: f"I#{i}", lambda i: "TICKET#", False),
    "install-tickets": ("g2", lambda i: f"TICKETS#{i}", lambda i: "", False),
    "comments": ("", lambda i: f"I#{i}", lambda i: "COMMENT#", False),
    "comment": ("g2", lambda install, c: f"COMMENT#{install}#{short(c)}", lambda install, c: "", False),
    "owed": ("", lambda i: f"I#{i}", lambda i: "OWED#", False),
    "history": ("", lambda i: f"I#{i}", lambda i: "H#", False),
    "room-issues": ("g2", lambda r: f"R#{r}#ISSUES", lambda r: "", False),
    "customer-issues": ("g2", lambda c: f"C#{c}#ISSUES", lambda c: "", False),
    "notices": ("g1", lambda w, s: f"W#{w}#NOTICES#{s}", lambda w, s: "", False),
    "issue-notices": ("g2", lambda i: f"I#{i}#NOTICES", lambda i: "", False),
    "told": ("", lambda i: f"I#{i}#TOLD", lambda i: "", False),
    "due-sync": ("g3", lambda shard: f"SYNC#T#{shard}", lambda shard: "", True),
    "owing": ("", lambda shard: f"OWING#T#{shard}", lambda shard: "", True),
    "deliveries": ("", lambda r: f"D#{r.partition('_')[2]}", lambda r: "", True),
    "missed": ("g2", lambda i: f"MISSED#{i}", lambda i: "", False),
    "missed-of-bridge": ("g2", lambda i, r, s: f"MISSED#{i}", lambda i, r, s: f"{r}#{s}#", False),
    "events": ("", lambda w, hour: f"EVENTS#{w}#{hour}", lambda w, hour: "", False),
    "due": ("g3", lambda shard: f"T#{shard}", lambda shard: "", True),
}


BY_MOMENT = frozenset(
    {"unindexed", "ignored", "rooms", "unsaid-rooms", "customer-rooms", "clocks", "ended-clocks", "figures", "ratings"}
    | {"proposal-figures", "usage-days", "usage-actors", "visitors", "originals", "developers-begun"}
)


def span(name: str, args: tuple[str, ...], after: int | None, *, before: int | None) -> Range:
    """The range of keys that a listing means. `due…`, `owing` and those by moment count in ms; `deliveries` end before
    the progress items."""
    index, partition, prefix_of, numbered = LISTINGS[name]
    prefix = prefix_of(*args)
    if name in ("due", "due-work", "due-sync"):
        return Range(index, partition(*args), "0", moment(before or 0))
    if name in BY_MOMENT:
        low = prefix + moment(after + 1) if after is not None else prefix or LOWEST
        return Range(index, partition(*args), low, prefix + (moment(before) if before is not None else HIGHEST))
    if name == "owing":
        return Range(index, partition(*args), moment(after or 0), moment(before or 0))
    if name == "deliveries":
        most = number(before - 1) if before is not None else "9" * DIGITS
        return Range(index, partition(*args), number(0 if after is None else after + 1), most + HIGHEST)
    low, high = _numbered(prefix)("", after, before) if numbered else _beginning(prefix)
    return Range(index, partition(*args), low, high)


def whose(key: Key) -> Key | None:
    """Of a row whose going moves somebody, whom: of a customer behind an issue the customer. None for all others."""
    pk, (kind, _, id_) = key[0], key[1].partition("#")
    return BY_TYPE[Customer].key(id_) if pk.startswith("I#") and kind == "CUSTOMER" else None
