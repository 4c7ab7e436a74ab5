"""What a million inbound messages cost, each sent on over two bridges, with three viewers watching its room.

List prices of us-east-1 without free tiers, from the services' pricing pages. Counted are calls, units and log bytes
of scenes.py. Assumed: no batching at all (each message is an invocation and a receive and a delete of its own), a room
whose last activity is minutes ago, and the time that a function is billed: its calls at CALL_MS each, its own work
OWN_MS, an outside server's answer OUTSIDE_MS. Not counted: storage, data transfer, idle polling, alarms.
"""

from dataclasses import dataclass

from infra.benchmarks.figures import Figure
from infra.benchmarks.scenes import VIEWERS
from infra.benchmarks.way import counted

SECTION = "Dollars per million inbound messages, each to two bridges and three viewers"
BUDGET = 28.0
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
LAMBDA_LINES = 350  # bytes of START, END and REPORT that Lambda adds to an invocation's log


@dataclass(frozen=True, slots=True)
class Step:
    """A function's part: the scene, how often a message, its memory in MB, calls to the outside, requests of SQS."""

    scene: str
    times: int
    memory: int
    outside: int = 0
    fifo: int = 0
    standard: int = 0


# SQS: a send by whoever wakes the function, a receive and a delete by Lambda's poller.
STEPS = (
    Step("webhook, warm", 1, 512, fifo=1),
    Step("received", 1, 512, fifo=2),
    Step("reacted", 1, 256, fifo=1, standard=1),
    Step("delivered", BRIDGES, 256, outside=1, fifo=2),
    Step("pushed", 1, 256, standard=2),
)


def figures() -> list[Figure]:
    """A row a service, and the sum."""
    bill = bills()
    rows = [Figure(SECTION, name, round(cost, 2), f"$ {cost:.2f}") for name, cost in bill.items()]
    total = sum(bill.values())
    return [*rows, Figure(SECTION, "in all", round(total, 2), f"$ {total:.2f}", BUDGET, f"≤ $ {BUDGET:g}")]


def bills() -> dict[str, float]:
    """Dollars by service."""
    counts = counted()
    of = [(step, counts[step.scene]) for step in STEPS]
    invocations = sum(step.times for step in STEPS)
    seconds = sum(
        step.times * step.memory / 1024 * (count.total * CALL_MS + OWN_MS + step.outside * OUTSIDE_MS) / 1000
        for step, count in of
    )
    logged = sum(step.times * (count.log + LAMBDA_LINES) for step, count in of)
    return {
        "API Gateway: requests": REST_REQUESTS,
        "API Gateway: WebSocket messages": VIEWERS * SOCKET_MESSAGES,
        "DynamoDB: writes": sum(step.times * count.writes for step, count in of) * WRITE_UNITS,
        "DynamoDB: reads": sum(step.times * count.reads for step, count in of) * READ_UNITS,
        "SQS": sum(step.times * (step.fifo * FIFO_REQUESTS + step.standard * STANDARD_REQUESTS) for step in STEPS),
        "Lambda: requests": invocations * INVOCATIONS,
        "Lambda: duration (times assumed)": seconds * GB_SECONDS * 1e6,
        "CloudWatch: logs": logged * 1e6 / 1e9 * LOGGED_GB,
    }
