"""What Parley costs: a million inbound messages, and a month in which nothing is said, or three channels are in use.

The scene. A customer's people and the vendor's talk by turns, minutes apart, in one room. Each inbound message comes by
a webhook, leaves over two bridges, and is shown to three viewers; the turn is the vendor's then, so that the room moves
between views of the inbox, the agent who spoke last is told by an alert, and search takes it into two trees, 64
messages at a time. What the vendor answers in between is printed beside it, not added: each has its own way; and so is
what is added where a segment's filter asks since when customers wait, for then each message places its customer anew.

List prices of us-east-1 without free tiers, from the services' pricing pages. Counted are calls, units and log bytes of
scenes.py. Assumed: no batching at all but search's (each message is an invocation and a receive and a delete of its
own), and the time that a function is billed: its calls at CALL_MS each, its own work OWN_MS, an outside server's answer
OUTSIDE_MS; and the bytes in ACCESS_LINE and OUT. Not counted: storage, and mails that SES sends.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from infra import build, runtime
from infra.benchmarks import scenes
from infra.benchmarks.figures import Figure
from infra.benchmarks.scenes import TOGETHER, VIEWERS
from infra.lint import transformed

SECTION = "Dollars per million inbound messages, each to two bridges and three viewers, answered by turns"
ROWS = "Write units of an inbound message, by the kind of row (docs/table.md)"
MONTH = "Dollars a month, whatever is said"
BUDGET, AT_REST, IN_USE = 34.0, 9.0, 12.0
BRIDGES = 2
# Dollars a million, or a GB, or a GB-second. The page's name stands before each.
REST_REQUESTS = 3.50  # Amazon API Gateway pricing: REST APIs, first 333 million
SOCKET_MESSAGES = 1.00  # Amazon API Gateway pricing: WebSocket APIs, first billion
WRITE_UNITS = 0.625  # Amazon DynamoDB pricing: on-demand, write request units
READ_UNITS = 0.125  # Amazon DynamoDB pricing: on-demand, read request units
FIFO_REQUESTS = 0.50  # Amazon SQS pricing: FIFO queues
STANDARD_REQUESTS = 0.40  # Amazon SQS pricing: standard queues
INVOCATIONS = 0.20  # AWS Lambda pricing: requests
GB_SECONDS = 0.0000133334  # AWS Lambda pricing: duration, Arm, first tier
LOGGED_GB = 0.50  # Amazon CloudWatch pricing: logs, standard, collected
CALL_MS, OWN_MS, OUTSIDE_MS = 6, 5, 150
PUTS, GETS = 5.00, 0.40  # Amazon S3 pricing: a million PUT, and GET, requests
OUT_GB = 0.09  # Amazon EC2 pricing: data transfer out to the internet, first 10 TB
OUT = 6_000  # bytes that leave with a message: its answer, two requests, three frames, heads and all
ACCESS_LINE = 260  # bytes of API Gateway's line
STORED = 26  # bytes that CloudWatch Logs counts for each event besides its text
WAKES = 16  # messages of a tree that wake search's worker once (flows/search/index.py)
KEY, ALARM, COMPOSITE, METRIC, POLLS = 1.00, 0.10, 0.50, 0.30, 0.30  # a month; POLLS: an idle FIFO or standard queue
# Metric → how many of it there are with three channels in use: one a stage; what is ignored, one a reason.
METRICS_IN_USE = {"accepted": 1, "handled": 1, "ignored": 4, "delivered": 1, "retried": 1, "failed": 1}


@dataclass(frozen=True, slots=True)
class Step:
    """A function's part: the scene, how often a message, its memory in MB, calls to the outside, requests of SQS."""

    scene: str
    times: float
    memory: int
    outside: int = 0
    fifo: int = 0
    standard: int = 0


# SQS: a send by whoever wakes the function, a receive and a delete by Lambda's poller.
TOLD = (Step("delivered", BRIDGES, 256, outside=1, fifo=2), Step("pushed", 1, 256, standard=2))
PLACED = Step("placed", 1, 512, standard=3)  # one of them the send
INBOUND = (
    Step("webhook, warm", 1, 512, fifo=1),
    Step("received", 1, 512, fifo=2),
    Step("reacted", 1, 256, fifo=1, standard=1),
    *TOLD,
)
ANSWER = (
    Step("posted by an agent", 1, 512),
    Step("answer reacted", 1, 256, fifo=1, standard=1),
    *(replace(step, scene=f"answer {step.scene}") for step in TOLD),
)


def figures() -> list[Figure]:
    """A row a service, the sum, and the answer's own; then the month."""
    counts = scenes.conversation()
    bill = bills(counts, INBOUND)
    rows = [Figure(SECTION, name, round(cost, 2), f"$ {cost:.2f}") for name, cost in bill.items()]
    total, answer = sum(bill.values()), sum(bills(counts, ANSWER).values())
    rows.append(Figure(SECTION, "in all", round(total, 2), f"$ {total:.2f}", BUDGET, f"≤ $ {BUDGET:g}"))
    rows.append(Figure(SECTION, "beside it: as many answers", round(answer, 2), f"$ {answer:.2f}"))
    events = told(counts)
    rows.append(Figure(SECTION, "a million events to one install", round(events, 2), f"$ {events:.2f}"))
    placing = placed(counts)
    rows.append(Figure(SECTION, "more, where a filter asks who waits", round(placing, 2), f"$ {placing:.2f}"))
    written = by_row(counts, INBOUND)
    rows += [Figure(ROWS, kind, round(units, 1), f"{units:.1f}") for kind, units in written.items()]
    return rows + _month()


def by_row(counts: scenes.Counts, steps: Sequence[Step]) -> dict[str, float]:
    """Write units by the kind of row, the most first."""
    found: Counter[str] = Counter()
    for step in steps:
        for kind, units in counts[step.scene].rows.items():
            found[kind] += step.times * units  # type: ignore[assignment]
    return dict(found.most_common())


def told(counts: scenes.Counts) -> float:
    """Dollars more for a million changes of rooms, where one install asks for their events."""
    untold = (Step("change reacted", 1, 256, standard=1),)
    telling = (Step("event reacted", 1, 256, fifo=1, standard=1), Step("event delivered", 1, 256, outside=1, fifo=2))
    return sum(bills(counts, telling).values()) - sum(bills(counts, untold).values())


def placed(counts: scenes.Counts) -> float:
    """Dollars more, where each message places its customer in segments anew."""
    return sum(bills(counts, (*INBOUND, PLACED)).values()) - sum(bills(counts, INBOUND).values())


def bills(counts: scenes.Counts, steps: Sequence[Step]) -> dict[str, float]:
    """Dollars by service."""
    of = [(step, counts[step.scene]) for step in steps]
    seconds = sum(
        step.times * step.memory / 1024 * (count.total * CALL_MS + OWN_MS + step.outside * OUTSIDE_MS) / 1000
        for step, count in of
    )
    logged = ACCESS_LINE + sum(step.times * (count.log + STORED) for step, count in of)
    return {
        "API Gateway: requests": REST_REQUESTS,
        "API Gateway: WebSocket messages": VIEWERS * SOCKET_MESSAGES,
        "DynamoDB: writes": sum(step.times * count.writes for step, count in of) * WRITE_UNITS,
        "DynamoDB: reads": sum(step.times * count.reads for step, count in of) * READ_UNITS,
        "SQS": sum(step.times * (step.fifo * FIFO_REQUESTS + step.standard * STANDARD_REQUESTS) for step in steps),
        "Lambda: requests": sum(step.times for step in steps) * INVOCATIONS,
        "Lambda: duration (times assumed)": seconds * GB_SECONDS * 1e6,
        "search": _search(counts),
        "CloudWatch: logs": logged * 1e6 / 1e9 * LOGGED_GB,
        "data out": OUT * 1e6 / 1e9 * OUT_GB,
    }


def _search(counts: scenes.Counts) -> float:
    """What becomes of a message in two trees: its rows by `react`, and a worker that takes in TOGETHER of them."""
    count, each = counts["indexed"], 1 / TOGETHER
    writes = counts["reacted"].spread + (count.spread + count.writes) * each
    wakes = 2 / WAKES
    requests = 3 * wakes * FIFO_REQUESTS + wakes * INVOCATIONS
    objects = (count.calls["PutObject"] * PUTS + count.calls["GetObject"] * GETS) * each
    return writes * WRITE_UNITS + count.reads * each * READ_UNITS + requests + objects


def month(resources: Sequence[dict[str, Any]]) -> tuple[dict[str, float], float]:
    """What a template's resources cost by the month, by what they are; and all, once three channels are in use."""
    kinds = Counter(each["Type"] for each in resources)
    alarms, composites = kinds["AWS::CloudWatch::Alarm"], kinds["AWS::CloudWatch::CompositeAlarm"]
    polled = kinds["AWS::Lambda::EventSourceMapping"] - 1  # the stream's polls are free
    rest = {
        "the KMS key": KEY * kinds["AWS::KMS::Key"],
        f"{alarms} alarms": ALARM * alarms,
        f"{composites} alarms that sum them up": COMPOSITE * composites,
        f"{polled} queues that Lambda polls": POLLS * polled,
    }
    return rest, sum(rest.values()) + METRIC * sum(METRICS_IN_USE.values())


def _month() -> list[Figure]:
    rest, used = month(_resources())
    rows = [Figure(MONTH, name, round(cost, 2), f"$ {cost:.2f}") for name, cost in rest.items()]
    total = sum(rest.values())
    rows.append(Figure(MONTH, "at rest", round(total, 2), f"$ {total:.2f}", AT_REST, f"≤ $ {AT_REST:g}"))
    return [
        *rows,
        Figure(MONTH, "with three channels in use", round(used, 2), f"$ {used:.2f}", IN_USE, f"≤ $ {IN_USE:g}"),
    ]


def _resources() -> list[dict[str, Any]]:
    """What CloudFormation makes."""
    template = json.loads(build.build(runtime.host(), build.BUILD / "bench" / "native").template.read_text())
    return list(transformed(template)["Resources"].values())
