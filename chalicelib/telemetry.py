"""One structured log line a request and a record, and metrics in the embedded format. Imports nothing of ours
(ADR 14)."""

import os
import time
from datetime import UTC, datetime
from functools import cache
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

NAMESPACE = "Parley"
SERVICE = "parley"
SAYING = frozenset({"DEBUG", "INFO"})
METRICS = frozenset(
    {"accepted", "handled", "ignored", "unsupported", "delivered", "failed", "dead_lettered", "retried"}
)
# Metric → what it is counted by, besides the stage. A dimension is never a workspace.
BY = {"ignored": ["service", "reason"]}
_encoder = msgspec.json.Encoder(enc_hook=str)


@cache
def logger() -> "Logger":
    """The structured logger: JSON lines on standard output. For warnings and worse; `say` has the rest."""
    from aws_lambda_powertools import Logger

    return Logger(
        service=_service(),
        use_rfc3339=True,
        utc=True,
        location=None,  # a message says what happened; an exception has its own trace
        json_serializer=_written,
    )


def say(message: str, **fields: Any) -> None:
    """The one line of a request or a record, as `logger().info` would write it; with the fields of `metric` it counts,
    too, whatever the level. Powertools is imported by the first warning alone: it is a tenth of a cold start, and its
    formatting was a fifth of a webhook's answer."""
    if "_aws" not in fields and os.environ.get("POWERTOOLS_LOG_LEVEL", "INFO").upper() not in SAYING:
        return
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = {"level": "INFO", "message": message, "timestamp": at, "service": _service(), **fields}
    trace = os.environ.get("_X_AMZN_TRACE_ID")
    if trace:
        line["xray_trace_id"] = trace.partition(";")[0].removeprefix("Root=")
    print(_written(line), flush=True)


def fail(message: str, error: BaseException, **fields: Any) -> None:
    """The line of what nobody foresaw: which errors led to it, and where. Not what they say: that may be a piece of a
    body."""
    chain: list[BaseException] = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) and cause not in chain:
        chain.append(cause)
    places = [
        f"{frame.filename.rpartition('chalicelib/')[2]}:{frame.lineno} {frame.name}"
        for frame in extract_tb(error.__traceback__)
    ]
    names = [type(each).__name__ for each in chain]
    logger().error(message, extra={"errors": names, "places": places, **fields})


def _service() -> str:
    return os.environ.get("POWERTOOLS_SERVICE_NAME", SERVICE)


def count(name: str, **fields: str) -> None:
    """A line that counts one, and says nothing else."""
    print(_written({"service": _service(), **metric(name, **fields)}), flush=True)


def metric(name: str, **fields: str) -> dict[str, Any]:
    """What makes a line count one (CloudWatch's embedded metric format: no call). Each value of a dimension is a metric
    that is paid for, so that only those of `BY` are; the other fields stand in the line, for who asks the logs."""
    if name not in METRICS:
        raise ValueError(name)
    directive = {"Namespace": NAMESPACE, "Dimensions": [BY.get(name, ["service"])], "Metrics": [{"Name": name}]}
    stamp = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    return {"_aws": stamp, name: 1, **fields}


def _written(line: dict[str, Any]) -> str:
    return _encoder.encode(line).decode()
