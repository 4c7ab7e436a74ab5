"""Work off what a bridge owes, in order: one worker per bridge at a time (the queue's groups see to that)."""

from ..desk.deliveries import (
    HOLDS_OTHERS,
    MAX_BEHIND,
    Delivery,
    Gone,
    Parcel,
    Progress,
    Receipt,
    Retry,
    Sent,
    Skipped,
    wait,
)
from ..desk.errors import Clash
from ..desk.messages import Message
from ..desk.rooms import Room
from ..desk.workspaces import Install, Workspace
from ..ports import Away, Call, Listing, World, over, ref
from .once import KEYLESS, Once, again
from .secrets import Opened

PAGE = 25
STRIDE = 10  # changes by which the mark may lag: rows that are over are passed over more cheaply than the mark is moved


def deliver(world: World, bridge: str, n: int) -> list[Delivery]:
    """Send what is due on `bridge`, and the delivery `n` that it was woken for even if it lies behind. Returns the
    deliveries that were tried or skipped, as they are now."""
    progress = world.store.one(ref(Progress, bridge)) or Progress(bridge=bridge, done=0)
    late = sorted({*progress.behind, *([n] if n <= progress.done else [])})
    behind = [row for row in world.store.many([ref(Delivery, bridge, k) for k in late]) if row] if late else []
    rows, more = _rows(world, bridge, progress.done)
    run = _Run(world, progress.done)
    for row in behind:
        run.take(row)
    held = any(run.hold(row) for row in rows)
    _advance(world, progress, run, more)
    if more and not held:
        world.queues.wake([Call(bridge, run.done + 1, f"more:{run.done}")])
    return run.tried


def _rows(world: World, bridge: str, done: int) -> tuple[list[Delivery], bool]:
    """The bridge's next rows after its mark, among those of the room's other bridges; and whether there are more."""
    room, rows, cursor = f"room_{bridge.partition('.')[0]}", [], None
    while True:
        listing: Listing[Delivery] = Listing("deliveries", (room,), after=done)
        page = world.store.page(listing, PAGE, cursor)
        rows += [row for row in page.items if row.bridge == bridge]
        cursor = page.next
        if cursor is None or len(rows) >= PAGE:
            return rows, cursor is not None


class _Run:
    """One working-off of a bridge. Only changes of its own message wait for a row that is `behind`."""

    def __init__(self, world: World, done: int) -> None:
        self.world, self.done = world, done
        self.tried: list[Delivery] = []
        self.behind: list[int] = []
        self.stuck: set[int] = set()

    def take(self, row: Delivery) -> Delivery:
        """Try the row if it is due; it is behind if it is still queued afterwards."""
        waits = row.message in self.stuck or (row.attempts > 0 and row.next_at > self.world.clock.now())
        if row.state == "queued" and not waits:
            row = _try(self.world, row)
            self.tried.append(row)
        if row.state == "queued":
            self.stuck.add(row.message)
            self.behind.append(row.n)
        return row

    def hold(self, row: Delivery) -> bool:
        """Take the row; whether the later ones have to wait for it."""
        row = self.take(row)
        if row.state == "queued" and (0 < row.attempts < HOLDS_OTHERS or len(self.behind) > MAX_BEHIND):
            self.behind.remove(row.n)
            return True
        self.done = row.n
        return False


def _try(world: World, row: Delivery) -> Delivery:
    """One attempt, and its outcome written down."""
    install, room, message = world.store.many(
        [ref(Install, row.install), ref(Room, row.room), ref(Message, row.room, row.message, False)]
    )
    try:
        receipt = _reason_to_skip(row, install, room, message) or _send(world, row, install, room, message)
    except Away:
        raise
    except Exception as error:  # our own fault: the row says so and comes again, so that it holds nobody up for ever
        _write_down(world, row, Retry(reason=f"Parley failed: {type(error).__name__}"))
        raise
    if isinstance(receipt, Gone):
        _disable(world, install, receipt.reason)
    return _write_down(world, row, receipt)


def _write_down(world: World, row: Delivery, receipt: Receipt) -> Delivery:
    told = _outcome(row, receipt, world.clock.now(), world.clock.chance())
    try:
        world.store.commit(over(told, row))
    except Clash:  # a replay reset the row meanwhile: it is queued again, and will be sent again
        return world.store.one(ref(Delivery, row.bridge, row.n)) or told
    return told


def _reason_to_skip(
    row: Delivery, install: Install | None, room: Room | None, message: Message | None
) -> Receipt | None:
    if install is None or install.state != "active":
        return Skipped(reason="the install is disabled" if install else "the install is gone")
    if room is None or message is None:
        return Skipped(reason="the message is gone")
    if message.deleted and row.what != "delete":
        return Skipped(reason="the message was deleted before it was sent")
    return None


def _send(world: World, row: Delivery, install: Install, room: Room, message: Message) -> Receipt:
    channel = world.outbound(row.channel)
    if channel is None:
        return Skipped(reason=f"nothing can be sent to a {row.channel}")
    parcel = Parcel(
        delivery=row,
        message=message,
        room_name=room.name,
        room_state=room.state,
        customer_external_id=room.customer_external_id,
        links={file.id: world.link(file.id, file.secret) for file in message.attachments} if world.public_url else {},
    )
    return channel.deliver(parcel, install, Opened(world, install), world.outside, world.clock.now())


def _outcome(row: Delivery, receipt: Receipt, now: int, chance: float) -> Delivery:
    attempts = row.attempts + 1
    if isinstance(receipt, Sent):
        return row.changed(
            state="sent", attempts=attempts, last_at=now, next_at=0, provider_id=receipt.provider_id, reason=""
        )
    if isinstance(receipt, Skipped):
        return row.changed(state="skipped", last_at=now, next_at=0, reason=receipt.reason)
    if isinstance(receipt, Retry):
        seconds = wait(attempts, receipt.after, chance)
        if seconds is not None:
            return row.changed(attempts=attempts, last_at=now, next_at=now + seconds * 1000, reason=receipt.reason)
    return row.changed(state="failed", attempts=attempts, last_at=now, next_at=0, reason=receipt.reason)


def _disable(world: World, install: Install, reason: str) -> None:
    """An endpoint that says 410 wants nothing more: the install is disabled, and says why."""

    def attempt(_: int) -> None:
        current, workspace = world.store.many([ref(Install, install.id), ref(Workspace, install.workspace)])
        if current is None or current.state == "disabled":
            return
        feeds = {id_: since for id_, since in workspace.feeds.items() if id_ != current.id}
        disabled = current.changed(state="disabled", disabled_because=reason)
        world.store.commit(over(disabled, current), over(workspace.changed(feeds=feeds), workspace))

    again(world, attempt)


def _advance(world: World, progress: Progress, run: _Run, more: bool) -> None:
    behind = tuple(sorted(run.behind))
    if behind == progress.behind and run.done - progress.done < (1 if more else STRIDE):
        return
    try:
        world.store.commit(over(progress.changed(done=run.done, behind=behind), progress))
    except Clash:
        return  # another run of this bridge is further; rows that are over are passed over cheaply


def replay(world: World, row: Delivery, once: Once = KEYLESS) -> Delivery:
    """Queue a delivery again, from its first attempt, and wake its bridge."""

    def attempt(_: int) -> Delivery:
        current = world.store.one(ref(Delivery, row.bridge, row.n)) or row
        now = world.clock.now()
        queued = current.changed(state="queued", attempts=0, next_at=0, reason="", provider_id="")
        world.store.commit(over(queued, current), *once.writes(queued, now))
        return queued

    queued = again(world, attempt, once)
    world.queues.wake([Call(queued.bridge, queued.n, f"replay:{queued.version}")])
    return queued
