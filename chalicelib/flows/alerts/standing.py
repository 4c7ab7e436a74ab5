"""Whether an alert is still news to its agent: what they have read, or what is done by now, nobody is told of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...desk.alerts import Alert
from ...desk.clocks import RoomClocks
from ...desk.messages import Message
from ...desk.rooms import Room, Seen, read_mark
from ...desk.workspaces import Agent
from ...ports import Ref, World, ref


@dataclass(frozen=True, slots=True)
class News:
    """An alert that is news, with its room as it is now and the message that it is of, if of one, and the agent who
    did it, or who is absent."""

    alert: Alert
    room: Room | None
    message: Message | None = None
    by: str = ""
    absent: str = ""


def still_news(world: World, agent: str, alerts: Sequence[Alert]) -> list[News]:
    """Those of an agent's alerts that are news to them now, in their order."""
    found: list[News] = []
    people: dict[str, str] = {}
    read = iter(world.store.many([place for alert in alerts for place in _places(alert, agent)]) if alerts else [])
    for alert, room, seen, message, clocks in zip(alerts, read, read, read, read, strict=True):
        if alert.kind in ANSWERS:
            found.append(News(alert, room))
            continue
        mark = read_mark(room, agent, seen) if room else None
        if room is None or (mark and mark.n >= alert.n):
            continue
        if not STANDS[alert.kind](alert, agent, Now(room, message, clocks)):
            continue
        for person in (alert.by, alert.absent):
            if person and person not in people:
                known = world.store.one(ref(Agent, room.workspace, person))
                people[person] = known.name if known else ""
        found.append(News(alert, room, message, people.get(alert.by, ""), people.get(alert.absent, "")))
    return found


def _places(alert: Alert, agent: str) -> tuple[Ref[Any], ...]:
    """What says whether it is news: its room, how far its agent has read there, its message, its clocks."""
    message = ref(Message, alert.room, alert.n, alert.internal)
    return ref(Room, alert.room), ref(Seen, agent, alert.room), message, ref(RoomClocks, alert.room)


class Now(NamedTuple):
    """What an alert is about, as it is now."""

    room: Room
    message: Message | None
    clocks: RoomClocks | None


Stands = Callable[[Alert, str, Now], bool]


def _assigned(alert: Alert, agent: str, now: Now) -> bool:
    return alert.absent in now.room.assignees if alert.absent else agent in now.room.assignees


def _said(alert: Alert, agent: str, now: Now) -> bool:
    return now.message is not None and not now.message.deleted


def _waits(alert: Alert, agent: str, now: Now) -> bool:
    return _said(alert, agent, now) and now.room.turn == "vendor"


def _runs(alert: Alert, agent: str, now: Now) -> bool:
    if alert.clock == "promise":
        return now.room.promise is not None and now.room.promise.open and now.room.promise.due == alert.due
    running = now.clocks.running if now.clocks else ()
    return any(each.kind == alert.clock and each.since == alert.since for each in running)


def _lost(alert: Alert, agent: str, now: Now) -> bool:
    return any(mark.kind == "undelivered" for mark in now.room.trail)


ANSWERS = ("refused", "several")  # what is of an answer of the agent's own, and is news until it is told
STANDS: dict[str, Stands] = {
    "assigned": _assigned,
    "mentioned": _said,
    "segment": _waits,
    "late_soon": _runs,
    "late": _runs,
    "answered": _waits,
    "undelivered": _lost,
}
