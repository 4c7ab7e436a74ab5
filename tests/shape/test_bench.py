"""What a message costs in calls, units and bytes: counted by `make bench`'s own scenes, never timed."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from infra.benchmarks import dollars, forgetting, scale
from infra.benchmarks.figures import Figure, as_table
from infra.benchmarks.meter import Count
from infra.benchmarks.units import Item, Written, items_read, query_read, size, written
from infra.build import Package
from infra.template import Template
from infra.venvs import ROOT

# Scene → the most calls, RCU and WCU that it may take. Pages are the same at both sizes.
COSTS = {
    "webhook, cold": (3, 1, 0),
    "webhook, warm": (1, 0, 0),
    "received": (5, 5, 8),
    "reacted": (13, 8, 8),  # with the room's views, an alert, and wake-ups of three workers
    "delivered": (5, 7, 4),  # one of them asks whether its install hangs
    "pushed": (4, 1, 0),
    "placed": (6, 6, 2),
    "posted by an agent": (2, 3, 6),
    "answer reacted": (9, 4, 5),
    "answer delivered": (5, 7, 4),
    "answer pushed": (4, 1, 0),
    "posted by a user": (2, 3, 8),
    "posted under an Idempotency-Key": (2, 4, 8),
    "indexed": (16, 166, 6),
    "user's room page": (2, 12, 0),
    "agent's room page": (3, 13, 0),
    "inbox page": (3, 62, 0),
    "changes page": (5, 15, 0),
}
PAGES = [name for name in COSTS if "page" in name]
# What forgetting somebody who said a tenth takes more for each message of their customer.
FORGETTING = {"calls": 0.65, "reads": 1.8, "writes": 1.25, "pieces": 0.04, "runs": 0.03}
SMALL, LARGE = 200, 2_000
ROOMS = 100  # of a broadcast
BYTES_SHIPPED = 12_300_000
BYTES_LOGGED = 3_000  # of a message on its whole way, over two bridges

# In a process of its own: it moves the clock and keeps what wiring made.
PLAY = """
import json, sys
from infra.benchmarks.scenes import play
small, large, *masses = map(int, sys.argv[1:])
counts = play(small, large, tuple(masses))
print(json.dumps({name: vars(count) for name, count in counts.items()}))
"""


@pytest.fixture(scope="module")
def played() -> dict[str, Count]:
    """The scenes, played once."""
    command = [sys.executable, "-c", PLAY, str(SMALL), str(LARGE), str(ROOMS)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return {name: Count(**fields | {"calls": Counter(fields["calls"])}) for name, fields in found.items()}


@pytest.fixture(scope="module")
def forgotten() -> dict[int, Any]:
    """What it took to forget somebody of two customers, by how much was said there."""
    return {int(size): of for size, of in forgetting.played(1_000, 3_000).items()}


def test_who_is_forgotten_costs_no_more_than_it_did(forgotten: dict[int, Any]) -> None:
    few, many = forgotten[1_000], forgotten[3_000]
    assert few["calls"] <= 3_150, "of these 720 queries a walk: the log of events, by the hour"
    more = {name: (many[name] - few[name]) / 2_000 for name in FORGETTING}
    assert {name: each for name, each in more.items() if each > FORGETTING[name]} == {}


def test_a_piece_of_forgetting_asks_little_at_once(forgotten: dict[int, Any]) -> None:
    for of in forgotten.values():
        assert of["most"]["calls"] <= forgetting.MOST_CALLS
        assert of["most"]["reads a second"] <= forgetting.PARTITION_READS / 2
        assert of["most"]["writes a second"] <= forgetting.PARTITION_WRITES


def test_the_docs_tell_what_forgetting_takes(forgotten: dict[int, Any]) -> None:
    page = " ".join((ROOT / "docs" / "scale.md").read_text().split())
    few, many = (forgetting.dollars(forgotten[size]) for size in (1_000, 3_000))
    assert f"It costs {100 * (few + (many - few) / 2_000 * 99_000):.0f} cents" in page


@pytest.fixture(scope="module")
def counts(played: dict[str, Count]) -> dict[str, Any]:
    """name → [calls, RCU, WCU, bytes logged, calls by kind]."""
    return {name: [c.total, c.reads, c.writes, c.log, dict(c.calls)] for name, c in played.items()}


@pytest.mark.parametrize("scene", COSTS)
def test_a_scene_takes_no_more_calls_and_units_than_it_did(counts: dict[str, Any], scene: str) -> None:
    calls, reads, writes, *_ = counts[f"{scene}, {LARGE}" if scene in PAGES else scene]
    assert calls <= COSTS[scene][0]
    assert reads <= COSTS[scene][1]
    assert writes <= COSTS[scene][2]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_costs_the_same_however_much_there_is(counts: dict[str, Any], page: str) -> None:
    assert counts[f"{page}, {SMALL}"][:3] == counts[f"{page}, {LARGE}"][:3]


def test_a_webhook_is_one_call_and_a_post_one_read_and_one_transaction(counts: dict[str, Any]) -> None:
    assert counts["webhook, warm"][4] == {"SendMessage": 1}
    for who in ("an agent", "a user"):
        assert counts[f"posted by {who}"][4] == {"BatchGetItem": 1, "TransactWriteItems": 1}


@pytest.mark.parametrize("way", ["INBOUND", "ANSWER"])
def test_write_units_are_listed_by_row_and_the_list_is_whole(played: dict[str, Count], way: str) -> None:
    steps = getattr(dollars, way)
    rows, counted = dollars.by_row(played, steps), [(step.times, played[step.scene]) for step in steps]
    assert sum(rows.values()) == sum(times * (count.writes + count.spread) for times, count in counted)
    assert {"Room", "Message", "Delivery", "Shelf", "Unindexed"} <= set(rows)
    assert "none" not in rows


@pytest.mark.parametrize("way", ["INBOUND", "ANSWER"])
def test_the_bill_counts_each_send_to_a_queue(played: dict[str, Count], way: str) -> None:
    for step in getattr(dollars, way):
        polled = 0 if "react" in step.scene or step.scene.startswith(("webhook", "posted")) else 2
        sent = played[step.scene].calls["SendMessage"] + played[step.scene].calls["SendMessageBatch"]
        assert step.fifo + step.standard == sent + polled, step.scene


def test_a_broadcast_costs_what_it_did_and_a_message_beside_it_costs_the_same(counts: dict[str, Any]) -> None:
    _, _, writes, _, kinds = counts[f"broadcast sent, {ROOMS}"]
    # Of 97 rooms in three reads: they, their customers, and these as members. The last call: live progress.
    assert kinds == {"BatchGetItem": 4, "TransactWriteItems": 4, "SendMessageBatch": 2}
    assert writes <= 8.2 * ROOMS
    assert counts["posted during"][:2] == counts["posted alone"][:2]


def test_a_message_logs_little(counts: dict[str, Any]) -> None:
    steps = ("webhook, warm", "received", "reacted", "delivered", "delivered", "pushed")
    assert 0 < sum(counts[step][3] for step in steps) <= BYTES_LOGGED


def shown(page: str, row: str) -> list[float]:
    """The numbers of a row of a table."""
    found = re.search(rf"^\| \**{re.escape(row)}\** ((?:\| \**[\d,.]+\** )+)\|", page, re.MULTILINE)
    assert found, row
    return [float(number.strip(" *").replace(",", "")) for number in found[1].split("|")[1:]]


def test_the_docs_tell_what_a_million_messages_cost(played: dict[str, Count]) -> None:
    """All of the way, and as many answers: nearly, so that a byte more of a log moves no page."""
    page = (ROOT / "docs" / "operations.md").read_text()
    both = [dollars.bills(played, way) for way in (dollars.INBOUND, dollars.ANSWER)]
    for name in both[0]:
        assert shown(page, name) == pytest.approx([bill[name] for bill in both], rel=0.05, abs=0.1)
    whole, answers = shown(page, "in all")
    assert [whole, answers] == pytest.approx([sum(bill.values()) for bill in both], rel=0.03)
    assert sum(both[0].values()) <= dollars.BUDGET
    assert f"and ${dollars.placed(played):.1f}, once a segment's filter asks" in page
    readme = " ".join((ROOT / "README.md").read_text().split())
    assert f"about ${whole:.0f} at list prices, all told; the answers, to ${answers:.0f}" in readme


def test_the_docs_tell_where_it_throttles(played: dict[str, Count], packaged: Package) -> None:
    page = (ROOT / "docs" / "scale.md").read_text()
    for name, rate in scale.of(played, json.loads(packaged.template.read_text())["Parameters"]).items():
        assert shown(page, name.strip()) == [pytest.approx(rate, rel=0.1)]


def test_the_docs_tell_how_many_executions_the_workers_may_take(plain: Template) -> None:
    most = []
    for resource in plain["Resources"].values():
        if found := resource.get("Properties", {}).get("ScalingConfig", {}).get("MaximumConcurrency"):
            most.append(plain["Parameters"][found["Ref"]]["Default"] if isinstance(found, dict) else found)
    assert f"nine workers may take {sum(most)} together" in (ROOT / "docs" / "deploying.md").read_text()
    assert f"({sum(most)}, when nothing is set)" in (ROOT / "docs" / "scale.md").read_text()
    assert len(most) == 9


def test_the_docs_tell_what_a_month_costs(plain: Template) -> None:
    rest, used = dollars.month(list(plain["Resources"].values()))
    assert sum(rest.values()) <= dollars.AT_REST
    assert used <= dollars.IN_USE
    operations = (ROOT / "docs" / "operations.md").read_text()
    for name, cost in rest.items():
        assert f"| {name} | {cost:.2f} |" in operations
    assert f"| **at rest** | **{sum(rest.values()):.2f}** |" in operations
    assert f"| **with three channels in use** | **{used:.2f}** |" in operations


def test_the_zip_is_no_larger_than_it_may_be(packaged: Package) -> None:
    assert packaged.archive.stat().st_size <= BYTES_SHIPPED


def item(letters: int, **keys: str) -> Item:
    return {"pk": {"S": "p"}, "d": {"S": "x" * letters}, **{name: {"S": value} for name, value in keys.items()}}


def test_sizes_are_names_and_values() -> None:
    assert size({"pk": {"S": "é"}, "v": {"N": "1234"}, "n": {"N": "-10"}}) == 2 + 2 + 1 + 3 + 1 + 3
    assert size(None) == 0


@pytest.mark.parametrize(("letters", "units"), [(10, 1), (4_000, 1), (4_096, 2), (9_000, 3)])
def test_reads_go_by_four_kilobytes(letters: int, units: int) -> None:
    assert items_read([item(letters)], 1, consistent=True) == units
    assert items_read([item(letters)], 1, consistent=False) == units / 2
    assert items_read([item(letters)], 3, consistent=True) == units + 2, "what is not there costs one"
    assert query_read([item(letters)], consistent=True) == units


def test_a_query_rounds_once() -> None:
    assert query_read([item(100)] * 30, consistent=True) == 1
    assert query_read([], consistent=False) == 0.5


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        (None, item(10), 1),
        (None, item(1_024), 2),
        (item(3_000), item(10), 3),
        (item(10), None, 1),
        (None, item(10, g1pk="a", g1sk="b"), 2),
        (item(10, g1pk="a", g1sk="b"), item(20, g1pk="a", g1sk="b"), 2),
        (item(10, g1pk="a", g1sk="b"), item(10, g1pk="a", g1sk="c"), 3),
        (item(10, g1pk="a", g1sk="b"), item(10), 2),
        (None, item(10, g1pk="a", g1sk="b", g2pk="a", g2sk="b", g3pk="a", g3sk="b"), 4),
    ],
)
def test_a_write_is_counted_with_each_index_that_it_moves(before: Item | None, after: Item | None, units: int) -> None:
    assert written(Written(before, after), transaction=False) == units
    itself = max(-(-size(before) // 1024), -(-size(after) // 1024))
    assert written(Written(before, after), transaction=True) == units + itself


def test_the_table_says_what_misses() -> None:
    table = as_table([Figure("S", "a", 1, "1", 2, "≤ 2"), Figure("S", "b", 3, "3", 2, "≤ 2"), Figure("T", "c", 1, "1")])
    assert [line.split()[-1] for line in table.splitlines() if line[:1] in "abc" and line[1:2] == " "] == [
        "ok",
        "MISSES",
        "1",
    ]
