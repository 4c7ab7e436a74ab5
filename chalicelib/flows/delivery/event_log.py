"""The log of events (event log): what installs were told, by the hour, to look at and to send again (ADR 167)."""

from collections.abc import Iterable

from ...desk.deliveries import Delivery
from ...desk.events import Event
from ...desk.ids import bridge_id, bridge_parts
from ...ports import Listing, Put, World, ref

MAX_HOURS = 24  # that are looked into at once
PAGE = 50

Sent = tuple[Event, Delivery]


def logged(rows: Iterable[Delivery], at: int) -> list[Put]:
    """What logs that rows tell what has no body of its own in the log, but is told from the record itself. The same at
    the same time is the same row, whoever is told of it."""
    found = {}
    for row in rows:
        slot = bridge_parts(row.bridge)[2]
        for type_ in row.tells[: len(row.tells) - len(row.events)]:
            fields = {"workspace": row.workspace, "subject": row.room, "slot": slot, "n": row.n, "type": type_}
            found[row.room, slot, row.n, type_] = Event(version=1, at=at, body={}, **fields)  # type: ignore[arg-type]
    return [Put(event, None) for event in found.values()]


def sent(
    world: World,
    workspace: str,
    install: str,
    *,
    since: int,
    until: int,
    types: frozenset[str],
    cursor: str = "",
    most: int = PAGE,
) -> tuple[list[Sent], str]:
    """What an install was told from `since` to `until` (ms), of some types or all, each with its delivery, a page of at
    `most` so many in the order of time; and the cursor of the rest, "" where there is none. A page may be short."""
    hour, _, within = cursor.partition(".")
    at = Event(workspace=workspace, at=since, subject="", n=0, type="", body={}).hour if not cursor else int(hour)
    last = Event(workspace=workspace, at=until - 1, subject="", n=0, type="", body={}).hour
    for each in range(at, min(last + 1, at + MAX_HOURS)):
        listing: Listing[Event] = Listing("events", (workspace, str(each)))
        page = world.store.page(listing, min(most, PAGE), within or None)
        events = [event for event in page.items if since <= event.at < until and (not types or event.type in types)]
        within = page.next or ""
        rest = f"{each}.{within}" if within else f"{each + 1}." if each < last else ""
        if found := _to(world, install, events):
            return found, rest
        if within:
            return [], rest
    return [], rest if at <= last else ""


def _to(world: World, install: str, events: list[Event]) -> list[Sent]:
    places = [ref(Delivery, bridge_id(event.subject, install, event.slot), event.n) for event in events]
    rows = world.store.many(places) if places else []
    return [(event, row) for event, row in zip(events, rows, strict=True) if row and event.type in row.tells]
