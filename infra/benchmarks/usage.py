"""What a million events of usage cost in batches of a hundred, each event of a batch another customer's.

The scene. Three hundred customers; twelve windows of five minutes, that is an hour, in which each customer that called
is looked at once. It begins at noon (UTC), so that no run has two days. `busy`: a million events a day, so that a
window has 35 batches. `one by one`: a batch a window, so that none shares anything with another. The real code works on
a table that counts (ledger.py); the rest of AWS is pretended. List prices as in dollars.py. Assumed: each batch is an
invocation of the API and of the worker by itself, and each window reads EARLIER objects of ids of the seven days
before. Not counted: storage.

python -m infra.benchmarks.usage    (in a process of its own: a stage is opened once)
"""

import json
import subprocess
import sys
from typing import Any

from infra import venvs
from infra.benchmarks.dollars import (
    CALL_MS,
    GB_SECONDS,
    GETS,
    INVOCATIONS,
    LOGGED_GB,
    OWN_MS,
    PUTS,
    READ_UNITS,
    REST_REQUESTS,
    WRITE_UNITS,
)
from infra.benchmarks.dollars import STANDARD_REQUESTS as STANDARD
from infra.benchmarks.figures import Figure

SECTION = "Dollars per million events of usage, in batches of a hundred"
BUDGET = 2.8
CUSTOMERS, EVENTS, WINDOWS = 300, 100, 12
BATCHES = {"busy, 35 batches a window": 35, "one by one, a batch a window": 1}
EARLIER = 35  # objects of ids: some five a day
LINE = 700  # bytes of log of a batch: the request's and the worker's
API_GB, WORKER_GB = 0.5, 1.0
SINGLE = "single calls, beside what their folds cost"
Fields = dict[str, Any]


def figures() -> list[Figure]:
    """Of each scene; and what an event costs that comes alone, before it is folded."""
    found = []
    for name, of in played().items():
        cost = dollars(of)
        shown = f"$ {cost:.2f} ({of['writes']:,.0f} WCU, {of['reads']:,.0f} RCU of {of['events']:,} events)"
        found.append(Figure(SECTION, name, round(cost, 2), shown, BUDGET, f"≤ $ {BUDGET:g}"))
    alone = by_batch(EVENTS) * EVENTS
    return [*found, Figure(SECTION, SINGLE, round(alone, 2), f"$ {alone:.2f}")]


def by_batch(size: int) -> float:
    """What a million events cost in batches of a size, until they are in the log and their window is due."""
    seconds = (CALL_MS + OWN_MS) / 1000 * API_GB + (2 * CALL_MS + OWN_MS) / 1000 * WORKER_GB
    one = REST_REQUESTS + PUTS + GETS + 3 * STANDARD + 2 * INVOCATIONS + seconds * GB_SECONDS * 1e6
    return (one + LINE * LOGGED_GB / 1e3) / size


def dollars(of: Fields) -> float:
    """A million events, from what so many have taken."""
    units = of["reads"] * READ_UNITS + of["writes"] * WRITE_UNITS
    objects = of["puts"] * PUTS + (of["gets"] + EARLIER * WINDOWS) * GETS
    runs = 2 * WINDOWS * (INVOCATIONS + 3 * STANDARD)
    seconds = (of["calls"] * CALL_MS + 2 * WINDOWS * OWN_MS) / 1000 * WORKER_GB
    return float((units + objects + runs) / of["events"] + seconds * GB_SECONDS * 1e6 / of["events"]) + by_batch(EVENTS)


def played() -> Fields:
    """What each scene took, played in a process of its own."""
    command = [sys.executable, "-m", "infra.benchmarks.usage"]
    done = subprocess.run(command, cwd=venvs.ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise venvs.NotPossible(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Play the scenes, and print one line of JSON."""
    from chalicelib.desk.times import DAY_MS
    from chalicelib.wiring import world
    from infra.benchmarks.stage import Stage

    out = sys.stdout
    with Stage().open() as stage:
        stage.later((DAY_MS // 2 - world().clock.now()) % DAY_MS)
        measured = {name: _played(stage, batches) for name, batches in BATCHES.items()}
    print(json.dumps(measured), file=out)


def _played(stage: Any, batches: int) -> Fields:
    from chalicelib.desk.usage_events import object_key
    from chalicelib.flows.usage.facts import evaluate_usage
    from chalicelib.flows.usage.fold import fold
    from chalicelib.flows.usage.notified import take_objects
    from chalicelib.wiring import world
    from infra.benchmarks.ledger import Ledger

    rim: Any = world()
    rim.store.table = table = Ledger()
    workspace = f"wsp_bench{batches}"
    customers = _founded(rim, workspace)
    summed = {"reads": 0.0, "writes": 0.0, "calls": 0, "puts": 0, "gets": 0, "events": 0}
    for window in range(-1, WINDOWS):  # the first of all makes the rows of the day
        with stage.counting() as count:
            table.count = count
            for batch in range(batches):
                now = rim.clock.now()
                key = object_key(workspace, "live", now, id_=f"{window + 1:03d}x{batch:03d}")
                _put(stage, rim, key, seed=(window + 1) * batches + batch)
                take_objects(rim, [key])
            due = now // 300_000
            stage.later(360_000)
            fold(rim, workspace, [due])
            if window in (-1, WINDOWS - 1):
                evaluate_usage(rim, workspace, customers)
        if window >= 0:
            summed["reads"] += count.reads
            summed["writes"] += count.writes
            summed["calls"] += count.total
            summed["puts"] += count.calls["PutObject"]
            summed["gets"] += count.calls["GetObject"]
            summed["events"] += batches * EVENTS
    return summed


def _founded(rim: Any, workspace: str) -> list[str]:
    from chalicelib.desk.customers import Customer
    from chalicelib.desk.ids import customer_id
    from chalicelib.ports import Put

    ids = [customer_id(workspace, f"c{n}") for n in range(CUSTOMERS)]
    named = [
        Customer(version=1, id=id_, workspace=workspace, external_id=f"c{n}", name=f"C {n}", created_at=1)
        for n, id_ in enumerate(ids)
    ]
    rim.store.spread(*(Put(each, None) for each in named))
    return ids


def _put(stage: Any, rim: Any, key: str, *, seed: int) -> None:
    """A batch lies in the log; what its request costs is reckoned (`by_batch`)."""
    from chalicelib.desk.usage_events import UsageLine, encode

    now = rim.clock.now()
    lines = [
        UsageLine(
            id=f"{seed}-{n}",
            source="src_bench",
            received_at=now,
            at=now,
            kind="track",
            name="API Called",
            means="called",
            customer=f"c{(seed * EVENTS + n) % CUSTOMERS}",
            user=f"dev{n % 5}",
            token=f"tok_{n % 3}",
            calls=1,
            errors=int(n % 20 == 0),
            error="5xx" if n % 20 == 0 else "",
            sdk="py",
            sdk_version="1.2",
        )
        for n in range(EVENTS)
    ]
    counted, stage.meter.count = stage.meter.count, None
    rim.files.put(key, encode(lines), "application/gzip")
    stage.meter.count = counted


if __name__ == "__main__":
    main()
