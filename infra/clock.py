"""`make clock`: moves the local stack's clock on, and wakes what is due then (ADR 114).

    python -m infra.clock [+90m | +2h | +3d | 2026-12-04T17:30:00+09:00] [--home .local]

Promises, targets, snoozes and hours can be seen to pass that way. It goes on only: what is stored is of its past.
"""

import argparse
import json
import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path

from infra import choose_stack, venvs
from infra.stack import Stack, local
from infra.venvs import ROOT, NotPossible

NAME = "clock-ahead"  # of the file in the stack's folder: milliseconds
OWN_TIME = Path(__file__).with_name("own_time")
STEP = re.compile(r"\+(\d+)([mhd])")
MS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}


def environment(home: Path) -> dict[str, str]:
    """What makes a Python live in the time of the stack in `home` from its start."""
    return {"PYTHONPATH": str(OWN_TIME), "PARLEY_LOCAL_AHEAD": str(home / NAME)}


def live_by(home: Path) -> None:
    """Let this process live in the time of the stack in `home` from now on."""
    os.environ |= {"PARLEY_LOCAL_AHEAD": str(home / NAME)}
    import infra.own_time.sitecustomize  # noqa: F401  it moves `time` as it is imported


def ahead_ms(home: Path) -> int:
    """How far the stack's clock is before the machine's."""
    try:
        return int((home / NAME).read_text())
    except (OSError, ValueError):
        return 0


def move(home: Path, wanted: str, machine_ms: int) -> int:
    """Set the stack's clock to `wanted`, a step or a moment; returns what it shows (ms). Raises NotPossible with a
    sentence for what is neither, or lies in its past."""
    ahead = ahead_ms(home)
    step = _step_ms(wanted, machine_ms + ahead)
    if step < 0:
        raise NotPossible("The clock goes on only: what is stored is of its past. `make run ARGS=--fresh` starts anew.")
    partial = home / f"{NAME}.partial"
    partial.write_text(str(ahead + step))
    partial.replace(home / NAME)
    return machine_ms + ahead + step


def tick(stack: Stack, outputs: dict[str, str]) -> None:
    """The clock's worker, sooner than its minute: as EventBridge's schedule calls it. Raises if it fails."""
    event = dict.fromkeys(("id", "account", "region", "source", "time"), "") | {"version": "0", "resources": []}
    payload = json.dumps(event | {"detail-type": "Scheduled Event", "detail": {}}).encode()
    answer = stack.client("lambda").invoke(FunctionName=outputs["TickFunction"], Payload=payload)
    if "errorMessage" in (said := answer["Payload"].read().decode()):
        raise RuntimeError(said)


def _step_ms(wanted: str, now_ms: int) -> int:
    if not wanted:
        return 0
    if found := STEP.fullmatch(wanted):
        return int(found[1]) * MS[found[2]]
    try:
        moment = datetime.fromisoformat(wanted)
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        raise NotPossible(f"{wanted!r} is neither +90m, +2h or +3d, nor a moment such as 2026-12-04T17:30:00+09:00.")
    return int(moment.timestamp() * 1000) - now_ms


def main() -> None:
    """Move it, say what it shows, wake what is due."""
    parser = argparse.ArgumentParser(prog="python -m infra.clock", description="Move the local stack's clock on.")
    parser.add_argument("wanted", nargs="?", default="", help="+90m, +2h, +3d or a moment; without it, what it shows")
    parser.add_argument("--home", type=Path, default=ROOT / ".local", help="the local stack's folder")
    chosen = parser.parse_args()
    venvs.enter("infra.clock")
    found = choose_stack.running(chosen.home)
    shows = move(chosen.home, chosen.wanted, time.time_ns() // 1_000_000)
    if chosen.wanted:
        tick(local(str(found["gateway_url"])), found["stack"]["outputs"])
    print(f"The local stack's clock shows {datetime.fromtimestamp(shows / 1000, UTC).isoformat(timespec='seconds')}.")


if __name__ == "__main__":
    main()
