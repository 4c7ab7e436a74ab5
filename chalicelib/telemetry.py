"""One structured log line a request and a record, and metrics in the embedded format. Imports nothing of ours."""

import os
import time
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

NAMESPACE = "Parley"
SERVICE = "parley"
METRICS = frozenset(
    {"accepted", "handled", "ignored", "unsupported", "delivered", "failed", "dead_lettered", "retried"}
)
_encoder = msgspec.json.Encoder(enc_hook=str)


@cache
def logger() -> "Logger":
    """The structured logger: JSON lines on standard output."""
    from aws_lambda_powertools import Logger

    return Logger(
        service=os.environ.get("POWERTOOLS_SERVICE_NAME", "parley"),
        use_rfc3339=True,
        utc=True,
        location=None,  # a message says what happened; an exception has its own trace
        json_serializer=_written,
    )


def count(metric: str, amount: int = 1, **dimensions: str) -> None:
    """One data point in CloudWatch's embedded metric format (a log line; no call), in all and by each dimension apart.
    Dimensions are few and never a workspace: each value costs."""
    if metric not in METRICS:
        raise ValueError(metric)
    sets = [["service"], *(["service", name] for name in sorted(dimensions))]
    line = {
        "_aws": {
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [
                {"Namespace": NAMESPACE, "Dimensions": sets, "Metrics": [{"Name": metric, "Unit": "Count"}]}
            ],
        },
        metric: amount,
        "service": SERVICE,
        **dimensions,
    }
    print(_written(line), flush=True)


def _written(line: dict[str, Any]) -> str:
    return _encoder.encode(line).decode()
