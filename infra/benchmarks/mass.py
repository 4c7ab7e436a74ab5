"""What a broadcast costs a room, at a hundred, a thousand and ten thousand rooms: its plan, and what its pieces send;
and what a person's message costs that is posted while one is being sent.

Seconds are those of our own code and of a pretended AWS in one process, without the counting: on AWS a piece waits for
its calls, and two pieces run at a time.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from infra.benchmarks.figures import Figure
from infra.benchmarks.meter import Count
from infra.progress import telling

if TYPE_CHECKING:
    from infra.benchmarks.stage import Stage

SECTION = "A broadcast, per room"
SIZES = (100, 1_000, 10_000)
AT_ONCE = 50  # customers of one transaction
BESIDE = 1_000  # rooms of the broadcast beside which a person posts
POSTS = 10  # a person's messages before it, and at most as many during it
TEXT = "Hello {{customer.name}}, the export endpoint moves on {{customer.attributes.day | Monday}}. " * 3
POSTED = ("posted alone", "posted during")
Counts = dict[str, Count]


def play(stage: "Stage", key: str, workspace: str, *, sizes: tuple[int, ...]) -> Counts:
    """The counts of the plan and of the sending, by size, and of messages before and during."""
    with without_rollback():
        return _played(stage, key, workspace, sizes=sizes)


@contextmanager
def without_rollback() -> Iterator[None]:
    """moto copies the whole table before each transaction, in case it has to go back: that grows with the table, and
    nothing goes back here."""
    from moto.dynamodb import models

    with patch.object(models, "copy", SimpleNamespace(deepcopy=lambda thing: thing)):
        yield


def _played(stage: "Stage", key: str, workspace: str, *, sizes: tuple[int, ...]) -> Counts:
    counts: Counts = {}
    for size in telling("to so many rooms", sizes):
        names = [f"mass-{size}-{number}" for number in range(size)]
        _admit(workspace, names)
        id_ = _directed(stage, key, names)
        with _timed(stage) as counts[f"broadcast planned, {size}"]:
            stage.work("broadcast", stage.taken("broadcast"))
        with _timed(stage) as counts[f"broadcast sent, {size}"]:
            for piece in _pieces(stage):
                stage.work("broadcast", [piece])
        _check(stage, key, id_, size=size)
        if size <= BESIDE:
            counts |= _posts(stage, key, names)
    return counts


def _directed(stage: "Stage", key: str, names: list[str]) -> str:
    """A broadcast on its way to customers, however many they are: as to a segment, a page of members a piece."""
    from chalicelib.desk.ids import customer_id
    from chalicelib.desk.segments import Member, Segment
    from chalicelib.ports import new
    from chalicelib.wiring import world

    rim = world()
    _, workspace = stage.request("GET", "/v1/workspace", key)
    segment = rim.fresh_id("seg")
    made = {"workspace": workspace["id"], "created_at": 1, "name": "Mass", "built": 1}
    rim.store.commit(new(Segment(id=segment, **made)))
    for start in range(0, len(names), 2 * AT_ONCE):
        of = {"segment": segment, "workspace": workspace["id"], "since": 1}
        chunk = names[start : start + 2 * AT_ONCE]
        rim.store.commit(*[new(Member(customer=customer_id(workspace["id"], name), **of)) for name in chunk])
    body = {"text": TEXT, "segment": segment, "override": "a measurement"}
    _, draft = stage.request("POST", "/v1/broadcasts", key, body=body)
    stage.request("POST", f"/v1/broadcasts/{draft['id']}/send", key, body={})
    return str(draft["id"])


def _check(stage: "Stage", key: str, id_: str, *, size: int) -> None:
    _, shown = stage.request("GET", f"/v1/broadcasts/{id_}", key)
    if shown["sums"]["stored"] != size:
        raise RuntimeError(f"a broadcast to {size} rooms reached {shown['sums']['stored']}")


def _pieces(stage: "Stage") -> Iterator[dict[str, Any]]:
    """The pieces off the queue; Lambda's poller takes them, so that is not counted."""
    while True:
        count, stage.meter.count = stage.meter.count, None
        taken = stage.taken("broadcast", 10)
        stage.meter.count = count
        yield from taken
        if not taken:
            return


@contextmanager
def _timed(stage: "Stage") -> Iterator[Count]:
    began = time.perf_counter()
    with stage.counting() as count:
        yield count
    count.seconds = time.perf_counter() - began - count.aside


def _posts(stage: "Stage", key: str, names: list[str]) -> Counts:
    """A person's messages with nothing beside them, and one after each piece of a broadcast to the very rooms."""
    _, customer = stage.request("GET", f"/v1/customers/{names[-1]}", key)
    path = f"/v1/rooms/{customer['triage_room']}/messages"

    def post(into: list[float]) -> Count:
        with stage.counting() as count:
            stage.request("POST", path, key, body={"text": "A word"})
        began = time.perf_counter()
        stage.request("POST", path, key, body={"text": "A word"})
        into.append(time.perf_counter() - began)
        return count

    alone: list[float] = []
    during: list[float] = []
    counts = {"posted alone": [post(alone) for _ in range(POSTS)][-1]}
    _directed(stage, key, names)
    stage.work("broadcast", stage.taken("broadcast"))
    for number, piece in enumerate(_pieces(stage)):
        stage.work("broadcast", [piece])
        if number < POSTS:
            counts["posted during"] = post(during)
    counts["posted alone"].seconds, counts["posted during"].seconds = median(alone), median(during)
    return counts


def _admit(workspace: str, names: list[str]) -> None:
    from chalicelib.desk.customers import Customer
    from chalicelib.desk.ids import customer_id, triage_room_id
    from chalicelib.desk.rooms import Room
    from chalicelib.ports import new
    from chalicelib.wiring import world

    for start in range(0, len(names), AT_ONCE):
        puts = []
        for name in names[start : start + AT_ONCE]:
            id_ = customer_id(workspace, name)
            fields: dict[str, Any] = {"workspace": workspace, "created_at": 1, "name": name}
            puts.append(new(Customer(id=id_, external_id=name, **fields)))
            puts.append(new(Room(id=triage_room_id(id_), kind="triage", customer=id_, **fields)))
        world().store.commit(*puts)


def figures(counts: Counts) -> list[Figure]:
    """Calls, units and seconds a room; the budget is n/33 transactions and n/100 batch reads, and a tenth more."""
    found = []
    for size in SIZES:
        sent, planned = counts[f"broadcast sent, {size}"], counts[f"broadcast planned, {size}"]
        table = sent.calls["TransactWriteItems"] + sent.calls["BatchGetItem"]
        most = 1.1 * (size / 33 + size / 100)
        budget = (most, f"≤ {most:.0f} of the table") if size > SIZES[0] else ()  # a hundred are two pieces
        found += [
            Figure(SECTION, f"sent to {size:,}", table, _words(sent, size), *budget),
            Figure(SECTION, f"planned for {size:,}", planned.total, _words(planned, size)),
        ]
    few, many = (counts[f"broadcast sent, {size}"].writes / size for size in (SIZES[0], SIZES[-1]))
    grown = Figure(SECTION, "sent, as it grows a hundredfold", round(many / few, 3), f"{many / few:.2f}× WCU", 1.1)
    alone, during = counts["posted alone"], counts["posted during"]
    quick = during.seconds / alone.seconds
    compared = f"{quick:.2f}× the time; {during.total} calls for {alone.total}"
    return [
        *found,
        grown,
        Figure(SECTION, "a person's message, posted during it", round(quick, 2), compared, 1.5, "≤ 1.5×"),
    ]


def _words(count: Count, size: int) -> str:
    units = f"{count.reads / size:.2f} RCU, {count.writes / size:.2f} WCU, {1000 * count.seconds / size:.2f} ms a room"
    return f"{count.total} calls: {count.words()}; {units}"
