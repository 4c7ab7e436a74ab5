"""The local stack's own time (virtual clock): the machine's, ahead by the milliseconds in the file that
PARLEY_LOCAL_AHEAD names.

Python imports a `sitecustomize` by itself: the local functions' PYTHONPATH leads here. `time.time` and `time.time_ns`
alone are moved: what is signed for AWS goes by `datetime`, and stays with the machine, as queues and timeouts do.
"""

import os
import time

machine, machine_ns = time.time, time.time_ns


def ahead_ms() -> int:
    """0 where nobody has moved it."""
    try:
        with open(os.environ["PARLEY_LOCAL_AHEAD"]) as file:  # noqa: PTH123  pathlib would be half of a cold start
            return int(file.read())
    except (KeyError, OSError, ValueError):
        return 0


def now() -> float:
    """For `time.time`."""
    return machine() + ahead_ms() / 1000


def now_ns() -> int:
    """For `time.time_ns`."""
    return machine_ns() + ahead_ms() * 1_000_000


time.time, time.time_ns = now, now_ns
