"""What it takes to forget somebody, of a customer with a thousand, ten thousand and a hundred thousand messages: calls,
units, pieces and dollars, beside the least that it could be; and how much a piece of it asks at once.

The scene. The customer's rooms have 500 messages each. She said one in ten; half are the vendor's answers, each of
which left over a bridge; one in a hundred of the others names her. Both trees of search know all of it. The real code
works on a table that counts (ledger.py), the rest of AWS is pretended; no clock is read but for the words.

The least: what the rooms hold is read once, and each of her messages is read with its room and taken back, as anybody's
delete is. What follows from a delete (bridges, pages, search) is not counted: it follows from every delete.

python -m infra.benchmarks.forgetting SIZE …    (in a process of its own: a stage is opened once)
"""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from infra import venvs
from infra.benchmarks.dollars import (
    CALL_MS,
    GB_SECONDS,
    GETS,
    INVOCATIONS,
    OWN_MS,
    PUTS,
    READ_UNITS,
    WRITE_UNITS,
)
from infra.benchmarks.dollars import STANDARD_REQUESTS as STANDARD
from infra.benchmarks.figures import Figure
from infra.progress import progress, telling

SECTION = "Somebody of a customer with so many messages is forgotten"
SIZES = (1_000, 10_000, 100_000)
IN_ROOM = 500  # messages
HERS, ANSWERS, NAMED = 10, 2, 100  # one in so many
PARTITION_READS, PARTITION_WRITES = 3_000, 1_000  # units a second, of one partition (scale.py)
MOST_CALLS = 1_000  # of one call of the worker
MEMORY = 0.5  # GB of the worker
WORDS = "the export endpoint answers with an error since this morning about one call in five fails for us"
Fields = dict[str, Any]


def figures() -> list[Figure]:
    """By size, what it takes; and of the largest, beside the least, and how much a piece asks at once."""
    measured = played(*SIZES)
    found = []
    for name, of in measured.items():
        shown = f"{of['calls']:,} calls in {of['pieces']:,} pieces, {of['reads']:,.0f} RCU, {of['writes']:,.0f} WCU"
        cost = dollars(of)
        found += [
            Figure(SECTION, f"{int(name):,} messages", of["calls"], shown),
            Figure(SECTION, "  dollars", round(cost, 3), f"$ {cost:.3f}"),
            Figure(SECTION, "  minutes, its rests among them", round(minutes(of)), f"{minutes(of):.0f} min"),
        ]
    large = measured[str(SIZES[-1])]
    calls, reads = (large[name] / large["least"][name] for name in ("calls", "reads"))
    return [
        *found,
        Figure(SECTION, "calls, beside the least", round(calls, 2), f"{calls:.1f}×", 3, "≤ 3×"),
        Figure(SECTION, "units read, beside reading all once", round(reads, 2), f"{reads:.1f}×", 12, "≤ 12×"),
        *_pace(large),
    ]


def minutes(of: Fields) -> float:
    """How long it lasts: each call of its worker is followed by a rest."""
    from chalicelib.flows.erasures.run import REST_S

    return float(of["calls"] * CALL_MS / 1000 + of["runs"] * REST_S) / 60


def _pace(of: Fields) -> list[Figure]:
    """How much it asks at once: one call after another, at CALL_MS each."""
    calls, reads, writes = (of["most"][name] for name in ("calls", "reads a second", "writes a second"))
    seconds = f"{calls} calls, {calls * CALL_MS / 1000:.1f} s"
    most, half = MOST_CALLS, PARTITION_READS // 2
    return [
        Figure(SECTION, "the longest call of its worker", calls, seconds, most, f"≤ {most}"),
        Figure(
            SECTION, "units read a second, at most", round(reads), f"{reads:.0f}", half, f"≤ {half}, half a partition"
        ),
        Figure(SECTION, "units written a second, at most", round(writes), f"{writes:.0f}", PARTITION_WRITES, "≤ 1000"),
    ]


def dollars(of: Fields) -> float:
    """At list prices."""
    seconds = (of["calls"] * CALL_MS + of["runs"] * OWN_MS) / 1000
    kinds = of["kinds"]
    units = of["reads"] * READ_UNITS + of["writes"] * WRITE_UNITS
    objects = kinds.get("PutObject", 0) * PUTS + kinds.get("GetObject", 0) * GETS
    queues = 3 * of["runs"] * STANDARD + of["runs"] * INVOCATIONS
    return float((units + objects + queues) / 1e6 + seconds * MEMORY * GB_SECONDS)


def played(*sizes: int) -> Fields:
    """What each size took, played in a process of its own."""
    command = [sys.executable, "-m", "infra.benchmarks.forgetting", *map(str, sizes)]
    with (
        progress("somebody is forgotten") as step,
        subprocess.Popen(command, cwd=venvs.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
    ):
        assert process.stdout
        assert process.stderr
        said = []
        for line in process.stderr:
            said.append(line)
            step(line.strip(), 0)
        answer = process.stdout.read()
    if process.returncode:
        raise venvs.NotPossible("".join(said))
    return dict(json.loads(answer.splitlines()[-1]))


def main() -> None:
    """Play the sizes, and print one line of JSON."""
    from infra.benchmarks.stage import Stage

    sizes, out = [int(each) for each in sys.argv[1:]], sys.stdout
    with Stage().open() as stage:
        measured = {str(size): _forgotten(stage, size) for size in telling("so many messages", sizes)}
    print(json.dumps(measured), file=out)


def _forgotten(stage: Any, size: int) -> Fields:
    from chalicelib.desk.erasures import Erasure
    from chalicelib.flows.dispatch import job
    from chalicelib.flows.erasures.start import next_piece
    from chalicelib.ports import ref
    from chalicelib.wiring import world
    from infra.benchmarks.ledger import Ledger

    rim: Any = world()
    rim.store.table = table = Ledger()
    workspace, who, key = _founded(stage)
    least = _fill(rim, workspace, who, size=size)
    id_ = stage.request("DELETE", "/v1/customers/acme/users/ann", key)[1]["id"]
    place = ref(Erasure, workspace, id_)
    calls, runs, most = Counter[str](), 0, {"calls": 0, "reads a second": 0.0, "writes a second": 0.0}
    reads = writes = 0.0
    began, longest = time.process_time(), 0.0
    while not (erasure := rim.store.one(place)).ended:
        stage.later(10_000)
        started = time.process_time()
        with stage.counting() as count:
            table.count = count
            job(rim, next_piece(erasure))
        longest = max(longest, time.process_time() - started)
        seconds = count.total * CALL_MS / 1000
        calls += count.calls
        runs, reads, writes = runs + 1, reads + count.reads, writes + count.writes
        most["calls"] = max(most["calls"], count.total)
        walking = erasure.stage in ("walk", "ids")  # search reads and writes many partitions
        for name, units in (("reads", count.reads), ("writes", count.writes)) if walking else ():
            most[f"{name} a second"] = max(most[f"{name} a second"], units / seconds)
    took = {"seconds": time.process_time() - began, "longest": longest}
    summed = {"calls": sum(calls.values()), "kinds": dict(calls), "reads": reads, "writes": writes, "runs": runs}
    return summed | took | {"pieces": erasure.piece, "walks": erasure.walks, "most": most, "least": least}


def _founded(stage: Any) -> tuple[str, Fields, str]:
    """(the workspace, what is said of the customer and of her, the workspace's key)"""
    from infra.benchmarks.scenes import OWNER
    from infra.benchmarks.stage import BOOTSTRAP

    _, found = stage.request("POST", "/v1/workspaces", BOOTSTRAP, body={"name": "Acorn", "owner": OWNER})
    workspace, key = str(found["id"]), str(found["api_key"])
    body: Fields = {"kind": "webhook", "name": "One", "config": {"url": "https://one.example/hook"}}
    _, install = stage.request("POST", "/v1/installs", key, body=body)
    _, customer = stage.request("PUT", "/v1/customers/acme", key, body={"name": "Acme"})
    ann = {"name": "Ann Lee", "email": "ann@acme.example"}
    _, user = stage.request("PUT", "/v1/customers/acme/users/ann", key, body=ann)
    return workspace, {"customer": customer["id"], "user": user["id"], "install": install["id"]}, key


def _fill(rim: Any, workspace: str, who: Fields, *, size: int) -> Fields:
    """The rooms, what was said in them and sent; and the least that it takes to read it and take hers back."""
    from chalicelib.flows.search.index import put_places
    from chalicelib.ports import Put
    from infra.benchmarks.meter import Count

    table = rim.store.table
    places: list[tuple[str, int]] = []
    for number in range(-(-size // IN_ROOM)):
        records = list(_room(workspace, who, number, size=min(IN_ROOM, size - number * IN_ROOM)))
        rim.store.spread(*(Put(each, None) for each in records))
        places += [(f"m:{each.room}", each.n) for each in records if type(each).__name__ == "Message"]
    for tree in (workspace, who["customer"]):
        for start in range(0, len(places), 2_000):
            put_places(rim.store, rim.index, tree, places=places[start : start + 2_000])
    table.count = Count()
    hers = 0
    for number in range(-(-size // IN_ROOM)):
        hers += -(-min(IN_ROOM, size - number * IN_ROOM) // HERS)
        _read_once(rim, f"room_bench-{number}")
    return {"calls": table.count.total + 2 * hers, "reads": table.count.reads}


def _read_once(rim: Any, room: str) -> None:
    from chalicelib.flows.erasures.walk import LOOKED
    from chalicelib.flows.paging import every
    from chalicelib.ports import Listing

    for name in ("posts", "deliveries"):
        for _ in every(rim.store, Listing(name, (room,)), LOOKED):
            pass


def _room(workspace: str, who: Fields, number: int, *, size: int) -> Iterator[Any]:
    from chalicelib.desk.deliveries import Delivery
    from chalicelib.desk.ids import bridge_id
    from chalicelib.desk.messages import Author, Message, Source
    from chalicelib.desk.rooms import Room

    room = f"room_bench-{number}"
    of: Fields = {"workspace": workspace, "created_at": 1}
    yield Room(version=size + 1, posts=size, id=room, customer=who["customer"], kind="topic", name="Topic", **of)
    her, bob = (Author(kind="user", id=id_, name=name) for id_, name in ((who["user"], "Ann Lee"), ("usr_b", "Bob")))
    spoken = WORDS.split()
    agent = Author(kind="agent", id="agt_bench", name="Agent Smith")
    for n in range(1, size + 1):
        words = " ".join(spoken[(n + shift) % len(spoken)] for shift in range(7 + n % 30))
        text = f"{words}, says Ann Lee" if n % NAMED == 2 else words
        author = her if n % HERS == 1 else agent if n % ANSWERS else bob
        source = Source(channel="widget" if author is not agent else "console")
        yield Message(version=1, room=room, n=n, author=author, text=text, source=source, **of)
        if author is agent:
            yield Delivery(
                bridge=bridge_id(room, who["install"]),
                n=n,
                room=room,
                install=who["install"],
                channel="webhook",
                message=n,
                what="post",
                state="sent",
                attempts=1,
                last_at=1,
                version=2,
                **of,
            )


if __name__ == "__main__":
    main()
