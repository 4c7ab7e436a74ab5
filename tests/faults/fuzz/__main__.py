"""Ask what nobody should: python -m tests.faults.fuzz FIRST COUNT [--size N] [--no-shrink]

Rounds FIRST to FIRST + COUNT - 1 of 500 requests each; ranges add up. The smallest failing request of each kind is
printed. Ends with 1 if anything was found."""

import argparse
import hashlib
import os
import sys
import time
from collections import Counter

from infra.progress import clear, progress

HASHES = "0"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fuzz")
    parser.add_argument("first", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--size", type=int, default=500, help="requests of a round")
    parser.add_argument("--no-shrink", action="store_true", help="print what failed as it was")
    asked = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != HASHES:  # the order of sets is the seed's, too
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], os.environ | {"PYTHONHASHSEED": HASHES})
    os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
    from .requests import EVERY
    from .runs import play, smallest

    statuses, routes, good, kinds = Counter[int](), Counter[str](), Counter[str](), Counter[str]()
    slowest, began, digest = (0.0, ""), time.monotonic(), hashlib.sha256()
    with progress("rounds", asked.count) as step:
        for number, seed in enumerate(range(asked.first, asked.first + asked.count), 1):
            step(f"seed {seed}, {kinds.total()} failed", number - 1)
            played = play(seed, asked.size)
            statuses += played.statuses
            routes += played.routes
            digest.update(repr(played.answers).encode())
            good += played.good
            slowest = max(slowest, played.slowest)
            for fault in played.faults:
                kind = _kind(max(fault.reasons, key=len))
                kinds[kind] += 1
                if kinds[kind] == 1:
                    clear()
                    print(f"round {seed}, request {fault.number}:", *fault.reasons, sep="\n   ")
                    least = None if asked.no_shrink else smallest(fault)
                    print("   smallest:" if least else "   not alone; the last:", least or fault.asks[-1], flush=True)
    last, total = asked.first + asked.count - 1, sum(routes.values())
    said = f"rounds {asked.first}-{last}: {total} requests of {len(routes)} routes and ways in"
    print(f"{said}, {time.monotonic() - began:.0f} s, {kinds.total()} failed; {digest.hexdigest()[:16]}")
    print(", ".join(f"{status} {amount}" for status, amount in sorted(statuses.items())))
    print("never asked:", ", ".join(sorted(EVERY - routes.keys())) or "none")
    refusing = sorted(name for name in routes.keys() - {"socket", "mail"} if not good[name])
    print("never answered but with a refusal:", ", ".join(refusing) or "none")
    print(
        f"slowest: {slowest[0]:.2f} s of CPU, {slowest[1]}",
        *(f"{much} × {kind}" for kind, much in kinds.items()),
        sep="\n",
    )
    return 1 if kinds else 0


def _kind(reason: str) -> str:
    """The last line of a trace, or the reason's beginning."""
    lines = reason.strip().splitlines()
    places = [line.strip() for line in lines if "chalicelib" in line]
    return f"{lines[-1][:80]} {places[-1] if places else ''}" if len(lines) > 1 else reason[:60]


if __name__ == "__main__":
    sys.exit(main())
