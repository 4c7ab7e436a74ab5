"""What stands still since the table was restored to an earlier moment (quarantine, ADR 131): it may have left already.

Whatever waited then, to be sent or for its time, has gone its way between that moment and the restore: of that nothing
is known any more. Each of these things is held back by a record of its own until an admin lets it go, and says so
itself where it is shown.
"""

from collections.abc import Callable
from typing import Any, Literal

from msgspec.structs import replace

from .alerts import AgentAlerts, Alert
from .broadcasts import Broadcast, State
from .clocks import RoomClocks
from .deliveries import Delivery
from .ids import derived
from .issues import Notice, PendingComment, Ticket
from .jobs import Job
from .pains import PainsPlan
from .record import Record
from .rooms import Room
from .times import WEEK_MS

What = Literal["delivery", "notice", "broadcast", "room", "job", "ticket", "comment", "alerts", "pains"]

WHY = "the table was restored: it may have left already, and stands still until an admin lets it go"
# Of a broadcast: what it is while it stands still.
STILL: dict[State, State] = {
    "draft": "draft",
    "scheduled": "draft",
    "planning": "draft",
    "sending": "paused",
    "paused": "paused",
    "undoing": "paused",
}


class HeldBack(Record, frozen=True):
    """One thing that stands still. `place` are the ids of its record, `at` (ms) since when it waited or was due, `room`
    the room that it is of, if of any, `about` says what it is without its content. `was` is its state
    before, `reason` why it was in that; `alerts` are what an agent was to be told."""

    workspace: str
    id: str
    what: What
    place: tuple[str, ...]
    at: int
    about: str = ""
    room: str = ""
    was: str = ""
    reason: str = ""
    alerts: tuple[Alert, ...] = ()


def held_id(what: What, *place: str) -> str:
    """The id of what is held back follows from what it is."""
    return derived("hld", what, *place)


def held_back(what: What, workspace: str, *place: str, at: int, **fields: Any) -> HeldBack:
    """The record of one thing that stands still."""
    return HeldBack(version=1, workspace=workspace, id=held_id(what, *place), what=what, place=place, at=at, **fields)


Held = tuple[Record | None, HeldBack]  # the thing as it stands still (None: as it was), and the record of that


def held(record: Record, restored_to: int, now: int) -> Held | None:
    """What becomes of a record of a table that was restored to a moment (ms): None for all that sends nothing by
    itself. In that table everything is older than now."""
    hold = HOLDS.get(type(record))
    return hold(record, restored_to, now) if hold else None


def held_delivery(row: Delivery) -> tuple[Delivery, HeldBack]:
    """A delivery that is not sent. When it is let go it is looked for over there first, where there is a mark to know
    it by."""
    stands = {"reason": WHY, "next_at": 0, "turn_at": 0, "missed": False, "begun": max(1, row.begun)}
    still = row.changed(state="skipped", **stands)
    about = f"{row.what} over {row.channel}"
    return still, held_back(
        "delivery",
        row.workspace,
        row.bridge,
        str(row.n),
        at=row.created_at,
        about=about,
        room=row.room,
        was="missed" if row.missed else "queued",
        reason=row.reason,
    )


def held_notice(notice: Notice) -> tuple[Notice, HeldBack]:
    """A notice that nobody is told."""
    still = notice.changed(state="draft", held_because=WHY, due=0)
    return still, held_back(
        "notice",
        notice.workspace,
        notice.id,
        at=notice.at,
        about=f"{notice.about} of {notice.issue}",
        was=notice.state,
        reason=notice.held_because,
    )


def _delivery(row: Delivery, _: int, __: int) -> Held | None:
    return held_delivery(row) if row.state == "queued" or row.missed else None


def _notice(notice: Notice, _: int, __: int) -> Held | None:
    waits = notice.state in ("draft", "sending") and notice.held_because != WHY
    return held_notice(notice) if waits else None


def _broadcast(broadcast: Broadcast, _: int, __: int) -> Held | None:
    if broadcast.state not in STILL or broadcast.reason == WHY:
        return None
    still = broadcast.changed(state=STILL[broadcast.state], reason=WHY, due=0)
    waits = {"at": broadcast.at or broadcast.created_at, "about": broadcast.kind}
    place = ("broadcast", broadcast.workspace, broadcast.id)
    return still, held_back(*place, **waits, was=broadcast.state, reason=broadcast.reason)  # type: ignore[arg-type]


def _room(room: Room, _: int, now: int) -> Held | None:
    if not 0 < room.wake_at <= now:
        return None
    return None, held_back("room", room.workspace, room.id, at=room.wake_at, about=ROOM, room=room.id)


def _clocks(clocks: RoomClocks, _: int, now: int) -> Held | None:
    if not 0 < clocks.wake_at <= now:
        return None
    return None, held_back("room", clocks.workspace, clocks.room, at=clocks.wake_at, about=ROOM, room=clocks.room)


def held_alerts(workspace: str, agent: str, alerts: tuple[Alert, ...]) -> HeldBack:
    """What an agent was to be told, kept until it is let go."""
    stands = held_back("alerts", workspace, agent, at=min(each.at for each in alerts), about=ALERTS)
    return replace(stands, alerts=alerts)


def _alerts(row: AgentAlerts, _: int, __: int) -> Held | None:
    if not row.gathered:
        return None
    return row.changed(gathered=(), more=0, due=0), held_alerts(row.workspace, row.agent, row.gathered)


def _pains(plan: PainsPlan, _: int, now: int) -> Held | None:
    """The mail of a week that has begun. Those of the weeks after it go on."""
    if not 0 < plan.due <= now:
        return None
    later = plan.due + ((now - plan.due) // WEEK_MS + 1) * WEEK_MS
    about = "the week's mail of what hurts customers most"
    return plan.changed(due=later), held_back("pains", plan.workspace, plan.workspace, at=plan.due, about=about)


def _job(job: Job, _: int, __: int) -> Held | None:
    if job.ended:
        return None
    return None, held_back("job", job.workspace, job.id, at=job.created_at, about=job.kind, was=job.state)


def _ticket(ticket: Ticket, restored_to: int, now: int) -> Held | None:
    """A ticket that is to be made: once it is let go it is looked for before it is."""
    if ticket.standing != "making" or ticket.reason == WHY:
        return None
    still = ticket.changed(due=0, reason=WHY, asked_at=ticket.asked_at or restored_to)
    place = ("ticket", ticket.workspace, ticket.issue, ticket.install)
    return still, held_back(*place, at=ticket.due or now, about="a ticket to be made", reason=ticket.reason)  # type: ignore[arg-type]


def _comment(comment: PendingComment, _: int, __: int) -> Held | None:
    """What an agent said on a ticket: once it is let go it is looked for before it is posted."""
    if comment.failed:
        return None
    still = comment.changed(failed=WHY, tried=True)
    place = (comment.issue, comment.install, comment.id)
    return still, held_back("comment", comment.workspace, *place, at=comment.at, about=f"a comment on {comment.issue}")


ROOM = "what time does in it: promises, snoozes, clocks, reminders"
ALERTS = "what an agent is to be told of rooms while they are elsewhere"
HOLDS: dict[type[Record], Callable[[Any, int, int], Held | None]] = {
    Delivery: _delivery,
    Notice: _notice,
    Broadcast: _broadcast,
    Room: _room,
    RoomClocks: _clocks,
    Job: _job,
    Ticket: _ticket,
    PendingComment: _comment,
    AgentAlerts: _alerts,
    PainsPlan: _pains,
}
