"""Where it throttles (capacity): messages a second of a room, a workspace, a stack, a new account; derived from calls
and units of scenes.py and from AWS's own limits, whose pages stand beside them (docs/scale.md).
"""

import json

from infra.benchmarks import dollars, scenes
from infra.benchmarks.dollars import CALL_MS, OUTSIDE_MS, OWN_MS
from infra.benchmarks.figures import Figure
from infra.benchmarks.meter import Count
from infra.venvs import ROOT

SECTION = "Messages a second, before something throttles"
# Amazon DynamoDB Developer Guide, "Best practices for designing and using partition keys": of a partition.
PARTITION_WRITES = 1_000
# AWS Lambda Developer Guide, "Lambda quotas": of a new account. Others have 1,000.
NEW_ACCOUNT, ACCOUNT = 10, 1_000
SLOW_MS = 300  # of an outside server that takes its time


def figures() -> list[Figure]:
    """A row a limit."""
    counts = scenes.conversation()
    rates = of(counts, json.loads((ROOT / "tests" / "stored" / "template.json").read_text())["Parameters"])
    return [Figure(SECTION, name, round(rate, 1), f"{rate:.0f}") for name, rate in rates.items()]


def of(counts: scenes.Counts, parameters: dict[str, dict[str, int]]) -> dict[str, float]:
    """Messages a second, by what throttles first. `parameters` are the template's."""
    receiving, sending = (int(parameters[f"{name}Concurrency"]["Default"]) for name in ("Receive", "Deliver"))
    one = _seconds(counts["received"])
    each = {ms: _seconds(counts["delivered"], ms) for ms in (OUTSIDE_MS, SLOW_MS)}
    posting = _seconds(counts["posted by an agent"])
    busy = sum(step.times * _seconds(counts[step.scene], step.outside * OUTSIDE_MS) for step in dollars.INBOUND)
    return {
        "a conversation by webhook, one after another": 1 / one,
        "a room by the API, writer after writer": 1 / posting,
        "a workspace's inbox, of one shard": PARTITION_WRITES / counts["received"].listed,
        "a stack's receive worker": receiving / one,
        "a stack's deliver worker, two bridges": sending / (dollars.BRIDGES * each[OUTSIDE_MS]),
        f"  where they take {SLOW_MS} ms": sending / (dollars.BRIDGES * each[SLOW_MS]),
        "a new account, all functions together": NEW_ACCOUNT / busy,
        "an account of 1,000 executions": ACCOUNT / busy,
    }


def _seconds(count: Count, outside: float = 0) -> float:
    """Of one invocation, as the bill has it."""
    return (count.total * CALL_MS + OWN_MS + outside) / 1000
