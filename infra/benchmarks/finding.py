"""Search: how well a corpus of questions is answered (questions.py); then, over a hundred thousand messages of a
thousand customers on the local AWS, how long a question takes, what it asks of AWS, and what a million messages cost to
index; beside reading everything, and beside SQLite's FTS5 in memory.

The messages are made up: words are as frequent as in real texts (Zipf). What is counted are the calls of the real code,
from this process; a question of a fresh container begins with an empty memory. Each takes minutes to fill.

python -m infra.benchmarks.finding    (in a process of its own: figures() starts it)
"""

import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from infra import venvs
from infra.benchmarks import questions
from infra.benchmarks.dollars import FIFO_REQUESTS, GB_SECONDS, GETS, PUTS, READ_UNITS, WRITE_UNITS
from infra.benchmarks.figures import Figure
from infra.progress import progress, telling

SECTION = "Search, 100,000 messages of 1,000 customers on the local stack"
CUSTOMERS, EACH = 1_000, 100
ASKED = 100  # questions of a kind
VOCABULARY = 30_000
MEMORY = 1.0  # GB of the worker
WORKSPACE = "wsp_bench"
Fields = dict[str, Any]


def figures() -> list[Figure]:
    """How well it finds, and how fast. The latter is played in a process of its own: it speaks to another AWS."""
    return [*questions.figures(), *_measured()]


def _measured() -> list[Figure]:
    command = [sys.executable, "-m", "infra.benchmarks.finding"]
    with (
        progress("messages in a table of their own") as step,
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
    measured = json.loads(answer.splitlines()[-1])
    found = []
    for who in ("user", "agent"):
        for state in ("warm", "fresh"):
            of = measured[f"{who}, {state}"]
            shown = f"p50 {of['ms']:.0f} ms, {of['requests']:.1f} requests, {of['bytes'] / 1000:.0f} KB of S3"
            found.append(Figure(SECTION, f"a question of {who}s, {state} container", round(of["ms"], 1), shown))
    for who in ("user", "agent"):
        ratio = measured[f"{who}, warm"]["ms"] / measured[f"{who}, read"]
        found.append(Figure(SECTION, f"beside reading all that the {who} may see", round(ratio, 3), f"{ratio:.3f}×"))
    if measured["sqlite"]:
        ratio = measured["agent, engine"] / measured["sqlite"]
        found.append(Figure(SECTION, "the engine beside SQLite FTS5 in memory", round(ratio, 1), f"{ratio:.1f}×"))
    cost = sum(measured["dollars"].values())
    words = ", ".join(f"{name} {dollars:.2f}" for name, dollars in measured["dollars"].items())
    found.append(Figure(SECTION, "a million messages, indexed twice", round(cost, 2), f"$ {cost:.2f}: {words}"))
    sizes = {name: measured[name] / 1e6 for name in ("kept", "texts")}
    kept = f"{measured['segments']} segments, {sizes['kept']:.1f} MB for {sizes['texts']:.1f} MB of texts"
    return [*found, Figure(SECTION, "the workspace's tree", measured["segments"], kept)]


def main() -> None:
    """Fill, ask, and print one line of JSON."""
    with _stack() as counts:
        print(json.dumps(_played(counts)))


@contextmanager
def _stack() -> Iterator["Counts"]:
    """A table and a bucket on a ministack of its own, and what is asked of them."""
    from infra.benchmarks.stage import TABLE, _table_properties
    from infra.ministack import Ministack

    with tempfile.TemporaryDirectory() as folder:
        mini = Ministack(venvs.ministack(venvs.ROOT / ".local"), Path(folder), _free_port())
        for name in [name for name in os.environ if name.startswith(("AWS_", "PARLEY_"))]:
            del os.environ[name]
        os.environ |= {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        os.environ |= {"AWS_ENDPOINT_URL": mini.url, "PARLEY_TABLE": TABLE, "PARLEY_FILES_BUCKET": "files"}
        mini.start()
        try:
            from chalicelib.aws.clients import client

            properties = _table_properties()
            names = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
            client("dynamodb").create_table(TableName=TABLE, **{name: properties[name] for name in names})
            client("s3").create_bucket(Bucket="files")
            yield Counts()
        finally:
            mini.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Counts:
    """Calls by kind, and bytes that came from S3."""

    def __init__(self) -> None:
        from botocore.client import BaseClient

        self.calls: Counter[str] = Counter()
        self.bytes = 0
        hooked: Any = BaseClient
        original = hooked._make_api_call

        def call(client: Any, operation: str, parameters: Fields) -> Any:
            answer = original(client, operation, parameters)
            self.calls[operation] += 1
            self.bytes += answer["ContentLength"] if operation == "GetObject" else 0
            return answer

        hooked._make_api_call = call

    def begin(self) -> None:
        """From nothing."""
        self.calls.clear()
        self.bytes = 0


def _played(counts: Counts) -> Fields:
    from chalicelib.flows.search.search import SearchRequest, search
    from chalicelib.wiring import world

    rim: Any = world()
    random.seed(75)
    words = _vocabulary()
    measured: Fields = {}
    texts = _fill(rim, words, measured)
    counts.begin()
    index, tail = _index(rim, measured)
    measured["puts"] = dict(counts.calls)
    measured["dollars"] = _dollars(measured, CUSTOMERS * EACH - tail)

    def timed(who: Any, questions: list[str], fresh: bool) -> Fields:
        times, began = [], sum(counts.calls.values())
        counts.bytes = 0
        for q in telling("asked", questions):
            if fresh:
                index.kept.pieces.clear()
                index.kept.size = 0
            at = time.perf_counter()
            search(rim, who(), SearchRequest(_asked(q)), after=None, limit=20)
            times.append((time.perf_counter() - at) * 1000)
        asked = len(questions)
        requests = (sum(counts.calls.values()) - began) / asked
        return {"ms": median(times), "requests": requests, "bytes": counts.bytes / asked}

    questions = [" ".join(random.choices(words[20:4_000], k=random.choice((1, 2)))) for _ in range(ASKED)]
    for name, who in {"user": _user, "agent": _agent}.items():
        measured[f"{name}, fresh"] = timed(who, questions, fresh=True)
        measured[f"{name}, warm"] = timed(who, questions, fresh=False)
    measured["agent, engine"] = _median(questions, lambda q: rim.index.find(WORKSPACE, _wanted(q), None, limit=50))
    measured["user, read"] = _median(questions[:10], lambda q: _read(rim, [_customer(random.randrange(CUSTOMERS))], q))
    measured["agent, read"] = CUSTOMERS * measured["user, read"]
    measured["sqlite"] = _sqlite(texts, questions)
    return measured


def _vocabulary() -> list[str]:
    letters = "etaoinshrdlucmfwypvbgk"
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        found["".join(random.choices(letters, k=random.randint(2, 9)))] = None
    return list(found)


def _customer(number: int) -> str:
    return f"cus_{number:026d}"


def _room(number: int) -> str:
    return f"room_{number:026d}"


def _fill(rim: Any, words: list[str], measured: Fields) -> list[str]:
    """The messages, each in its room's order, a minute apart."""
    from chalicelib.desk.messages import Author, Message, Source
    from chalicelib.desk.rooms import Room
    from chalicelib.ports import Put

    weights = [1 / (rank + 10) for rank in range(len(words))]
    texts = []
    for number in telling("filled", range(CUSTOMERS)):
        of: Fields = {"workspace": WORKSPACE, "created_at": 1, "kind": "triage", "name": "Triage"}
        rows: list[Any] = [Room(version=EACH + 1, id=_room(number), customer=_customer(number), **of)]
        for n in range(1, EACH + 1):
            text = " ".join(random.choices(words, weights, k=random.randint(5, 60)))
            texts.append(text)
            rows.append(
                Message(
                    version=1,
                    room=_room(number),
                    n=n,
                    workspace=WORKSPACE,
                    author=Author(kind="user", id=f"usr_{number}", name="Ann"),
                    text=text,
                    created_at=(n * CUSTOMERS + number) * 60_000,
                    source=Source(channel="widget"),
                )
            )
        rim.store.spread(*(Put(row, None) for row in rows))
    measured["texts"] = sum(map(len, texts))
    return texts


def _index(rim: Any, measured: Fields) -> tuple[Any, int]:
    """As the worker would have done it: 64 messages a put, in the order in which they came; the rest waits. (index, how
    many messages wait)"""
    from chalicelib.desk.search_index import Tree, Unindexed
    from chalicelib.flows.search.index import ENOUGH, known
    from chalicelib.flows.search.index import _entry as entry
    from chalicelib.ports import Put, ref

    began = time.process_time()
    order = [(f"m:{_room(number)}", n) for n in range(1, EACH + 1) for number in range(CUSTOMERS)]
    trees = {WORKSPACE: order} | {
        _customer(number): [(f"m:{_room(number)}", n) for n in range(1, EACH + 1)] for number in range(CUSTOMERS)
    }
    waiting = 0
    for tree, places in telling("indexed", trees.items()):
        whole = len(places) // ENOUGH * ENOUGH
        for at in range(0, whole, ENOUGH):
            batch = places[at : at + ENOUGH]
            there = known(rim.store, batch)
            rim.index.put(tree, [entry(tree, place, there.get(place)) for place in batch])
        rest = places[whole:]
        waiting += len(rest)
        noted = [Unindexed(version=1, tree=tree, at=at, place=p, n=n) for at, (p, n) in enumerate(rest, 1)]
        rim.store.spread(*(Put(row, None) for row in noted))
    measured["seconds"] = time.process_time() - began
    segments = rim.store.one(ref(Tree, WORKSPACE)).segments
    measured |= {"segments": len(segments), "kept": sum(each.size for each in segments)}
    return rim.index, waiting // 2


def _dollars(measured: Fields, messages: int) -> dict[str, float]:
    """A row a tree is written, and ends by itself; the message and its room are read for each; one row in sixteen
    wakes the worker. The worker's time is this process's own."""
    puts: dict[str, int] = measured["puts"]
    million = 1e6 / messages
    return {
        "writes": (2 + puts["PutItem"] / messages) * WRITE_UNITS,
        "reads": 2 * 2 * READ_UNITS,
        "S3": (puts["PutObject"] * PUTS + puts["GetObject"] * GETS) / 1e6 * million,
        "SQS": 2 / 16 * 3 * FIFO_REQUESTS,
        "Lambda": measured["seconds"] * MEMORY * GB_SECONDS * million,
    }


def _asked(q: str) -> Any:
    from chalicelib.desk.search_query import asked

    return asked(q)


def _wanted(q: str) -> Any:
    from chalicelib.desk.search_index import Wanted

    return Wanted(terms=_asked(q).terms)


def _user() -> Any:
    from chalicelib.desk.permissions import Principal

    of: Fields = {"workspace": WORKSPACE, "id": "usr_1", "name": "Ann", "credential": "c"}
    return Principal(kind="user", customer=_customer(random.randrange(CUSTOMERS)), **of)


def _agent() -> Any:
    from chalicelib.desk.permissions import Principal

    return Principal(kind="agent", workspace=WORKSPACE, id="agt_1", name="Zoe", credential="c")


def _median(questions: list[str], ask: Callable[[str], Any]) -> float:
    times = []
    for q in questions:
        at = time.perf_counter()
        ask(q)
        times.append((time.perf_counter() - at) * 1000)
    return median(times)


def _read(rim: Any, customers: list[str], q: str) -> list[Any]:
    """What a search without an index does: read every message of a customer, and look."""
    from chalicelib.desk.search_query import hits
    from chalicelib.ports import Listing

    found = []
    for customer in customers:
        posts: Any = Listing("posts", (f"room_{customer[4:]}",))
        found += [each for each in rim.store.page(posts, EACH).items if hits(_asked(q), each.text)]
    return found


def _sqlite(texts: list[str], questions: list[str]) -> float:
    """The same questions to FTS5, where Python has it; 0 where not."""
    with sqlite3.connect(":memory:") as base:
        try:
            base.execute("CREATE VIRTUAL TABLE t USING fts5(text, tokenize = 'unicode61')")
        except sqlite3.OperationalError:
            return 0
        base.executemany("INSERT INTO t VALUES (?)", [(text,) for text in texts])
        ask = "SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT 50"
        return _median(questions, lambda q: base.execute(ask, (f"{q}*",)).fetchall())


if __name__ == "__main__":
    main()
