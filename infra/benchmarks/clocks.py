"""What clocks cost that come due together: the tick hands out the rooms, and each is woken, changed and told of; and
what it costs that they end, and that their day is added up.

Of five thousand that run a thousand are due within one minute; some are woken and counted, one like the other. Calls
grow with what is due and with nothing else, so ten thousand of fifty thousand are reckoned from these; and so are
seconds: calls at CALL_MS each, by as many workers as the template lets run at a time.
"""

from typing import TYPE_CHECKING, Any

from infra.benchmarks.figures import Figure
from infra.benchmarks.mass import without_rollback
from infra.benchmarks.meter import Count
from infra.benchmarks.units import Item

if TYPE_CHECKING:
    from infra.benchmarks.stage import Stage

SECTION = "Clocks that come due within one minute"
SHARE = 5  # of the clocks that run one is due
WOKEN = 50
MANY = 10_000
WORKERS, BATCH = 10, 10  # of pushes: MaximumConcurrency and BatchSize of infra/resources.yaml
CALL_MS = 6
MINUTE_S = 60
TARGET_MIN = 60
NAMES = ("clocks handed out", "clocks missed")
ENDED, ADDED_UP = "clocks ended", "a day's figures"
Counts = dict[str, Count]


def play(stage: "Stage", key: str, workspace: str, *, due: int) -> Counts:
    """The counts of the tick, and of the rooms that were woken."""
    woken = min(WOKEN, due)
    with without_rollback():
        stage.request("POST", "/v1/policies", key, body={"name": "All", "targets": {"first_minutes": TARGET_MIN}})
        _ask(workspace, woken)
        _fill(stage, workspace, due - woken, later=(SHARE - 1) * due)
        stage.later(TARGET_MIN * 60_000)
        _drain(stage)
        with stage.counting() as handed:
            _tick()
        records = [record for record in _drain(stage) if "room_bench-asks" in record["body"]]
        if len(records) != woken:
            raise RuntimeError(f"{len(records)} of {woken} rooms were handed out")
        with stage.counting() as waked:
            for start in range(0, woken, BATCH):
                stage.work("push", records[start : start + BATCH])
        with stage.counting() as ended:
            _answer(workspace, woken)
        with stage.counting() as added_up:
            _fold(workspace)
    counted = {f"{NAMES[0]}, {due}": handed, f"{NAMES[1]}, {woken}": waked}
    return counted | {f"{ENDED}, {woken}": ended, f"{ADDED_UP}, {woken}": added_up}


def _answer(workspace: str, rooms: int) -> None:
    """The rooms are answered: each clock ends, and a mark says that its day is to be added up."""
    from chalicelib.desk.rooms import Room
    from chalicelib.desk.turns import Mark
    from chalicelib.desk.workspaces import Workspace
    from chalicelib.flows.clocks.refresh_clocks import refresh_clocks
    from chalicelib.flows.delivery.listeners import Listeners
    from chalicelib.ports import over, ref
    from chalicelib.wiring import world

    rim = world()
    tenant, listeners = rim.store.one(ref(Workspace, workspace)), Listeners(rim.store)
    for number in range(rooms):
        room = rim.store.one(ref(Room, f"room_bench-asks-{number}"))
        if room is None or tenant is None:
            raise RuntimeError("no room")
        answer = Mark(n=room.n + 2, at=rim.clock.now(), kind="answer")
        rim.store.commit(over(room.changed(trail=(*room.trail, answer)), room))
        refresh_clocks(rim, room.id, tenant, listeners=listeners)


def _fold(workspace: str) -> None:
    from chalicelib.desk.hours import day_in
    from chalicelib.flows.clocks.fold_day import fold_day
    from chalicelib.wiring import world

    rim = world()
    if not fold_day(rim.store, workspace, day_in("UTC", rim.clock.now())):
        raise RuntimeError("nothing was added up")


def _tick() -> None:
    from chalicelib.flows.clock import due
    from chalicelib.wiring import world

    due(world())


def _ask(workspace: str, rooms: int) -> None:
    """Rooms in which somebody asks now."""
    from chalicelib.desk.customers import Customer
    from chalicelib.desk.ids import customer_id
    from chalicelib.desk.rooms import Room
    from chalicelib.desk.turns import Mark
    from chalicelib.desk.workspaces import Workspace
    from chalicelib.flows.clocks.refresh_clocks import refresh_clocks
    from chalicelib.flows.delivery.listeners import Listeners
    from chalicelib.ports import new, ref
    from chalicelib.wiring import world

    rim, id_ = world(), customer_id(workspace, "bench-asks")
    fields: dict[str, Any] = {"workspace": workspace, "created_at": 1, "name": "Asks"}
    now = rim.clock.now()
    stands: dict[str, Any] = {"trail": (Mark(n=1, at=now, kind="ask"),), "turn": "vendor", "waiting_since": now}
    rim.store.commit(new(Customer(id=id_, external_id="bench-asks", **fields)))
    tenant, listeners = rim.store.one(ref(Workspace, workspace)), Listeners(rim.store)
    if tenant is None:
        raise RuntimeError("no workspace")
    for number in range(rooms):
        room = Room(id=f"room_bench-asks-{number}", version=2, kind="topic", customer=id_, **fields, **stands)
        rim.store.commit(new(room))
        refresh_clocks(rim, room.id, tenant, listeners=listeners)


def _fill(stage: "Stage", workspace: str, due: int, *, later: int) -> None:
    """Clocks of other rooms: they are read by the tick, or lie beside what is."""
    from chalicelib.desk.clocks import RoomClocks, Running
    from chalicelib.ports import new
    from chalicelib.wiring import world

    rim, name = world(), "room_bench-others-clock"
    now = rim.clock.now()
    clock = Running(kind="first", ask=1, since=now, due=now + TARGET_MIN * 60_000)
    rim.store.commit(new(RoomClocks(version=1, room=name, workspace=workspace, running=(clock,))))
    (model,) = stage.items(f"R#{name}", "CLOCKS")
    far = f"{now + 10_000 * 60_000:014d}"
    stage.fill(
        [
            _another(model, name, f"room_other-{number}", at=far if number >= due else "")
            for number in range(due + later)
        ]
    )


def _another(model: Item, name: str, room: str, *, at: str) -> Item:
    """The row of another room, whose clock is due then, or as the model's."""
    item = {key: {kind: value.replace(name, room)} for key, each in model.items() for kind, value in each.items()}
    moment = {"g3sk": {"S": f"{at}#{room}#clocks"}, "g1sk": {"S": f"{at}#{room}"}} if at else {}
    return item | moment


def _drain(stage: "Stage") -> list[dict[str, Any]]:
    """What lies in the queue of pushes."""
    found: list[dict[str, Any]] = []
    while taken := stage.taken("push", 10):
        found += taken
    return found


def figures(counts: Counts) -> list[Figure]:
    """Calls, units and dollars; the budget is ten rooms to a message of the queue, and four calls a room."""
    from infra.benchmarks.dollars import READ_UNITS, WRITE_UNITS

    handed_name, missed_name = (next(name for name in counts if name.startswith(words)) for words in NAMES)
    handed, missed = counts[handed_name], counts[missed_name]
    due, rooms = (int(name.partition(", ")[2]) for name in (handed_name, missed_name))
    most, calls = 1.15 * (due / 10 + due / 100) + 8, missed.total / rooms
    over, day = (next(counts[name] for name in counts if name.startswith(words)) for words in (ENDED, ADDED_UP))
    ended = f"{over.total / rooms:.1f} calls, {over.writes / rooms:.1f} WCU each, the answer's own 2 with it"
    added_up = f"{day.total} calls, {day.reads:.0f} RCU an hour; one row, and one a customer"
    cost = (missed.reads * READ_UNITS + missed.writes * WRITE_UNITS) / rooms * MANY / 1_000_000
    units = f"{missed.reads / rooms:.1f} RCU, {missed.writes / rooms:.1f} WCU a room; $ {cost:.2f} for {MANY:,}"
    last = round((handed.total * MANY / due + calls * MANY / WORKERS) * CALL_MS / 1000)
    shown = f"{handed.total} calls: {handed.words()}; {handed.reads:.0f} RCU"
    return [
        Figure(SECTION, f"handed out, {due:,} of {SHARE * due:,}", handed.total, shown, most, f"≤ {most:.0f}"),
        Figure(SECTION, "marked as missed", round(calls, 2), f"{calls:.1f} calls, {units}", 5, "≤ 5 calls"),
        Figure(SECTION, "ended", round(over.total / rooms, 2), ended, 7, "≤ 7 calls"),
        Figure(SECTION, f"a day of {rooms} of one customer added up", day.total, added_up, 6, "≤ 6 calls"),
        Figure(SECTION, f"the last change of {MANY:,}", last, f"{last} s after the tick", MINUTE_S, "≤ 60 s"),
    ]
