"""Run histories: python -m tests.faults.simulation FIRST COUNT [--steps N] [--calm] [--trace] [--without NAME]

Seeds FIRST to FIRST + COUNT - 1; ranges add up. The smallest failing history of each kind of finding is printed with
its steps. Ends with 1 if anything was found."""

import argparse
import hashlib
import os
import sys
import time

from infra.progress import clear, progress
from tests.mutants.mutate import put_in

from ..mechanisms import MECHANISMS

HASHES = "0"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.simulation")
    parser.add_argument("first", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--away", type=float, default=0.02, help="how often a call of AWS fails")
    parser.add_argument("--dies", type=float, default=0.004, help="how often a process ends at a call")
    parser.add_argument("--calm", action="store_true", help="nothing fails")
    parser.add_argument("--forgetting", action="store_true", help="somebody is forgotten while others talk")
    parser.add_argument("--trace", action="store_true", help="print what happened, line by line")
    parser.add_argument("--shrink", action="store_true", help="look for the smallest part of each failing history")
    parser.add_argument("--without", default="", help="switch a mechanism of safety off, by its name in mechanisms.py")
    parser.add_argument("--until", default="", help="stop at the first finding of that kind")
    asked = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != HASHES:  # the order of sets is the seed's, too
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], os.environ | {"PYTHONHASHSEED": HASHES})
    os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
    from .runs import Chances, run, shrunk

    if asked.without:
        put_in(MECHANISMS[asked.without].mutant)
    chances = Chances(0, 0, 0) if asked.calm else Chances(asked.away, asked.dies, 0.05)
    failed, digest, began, counts = 0, hashlib.sha256(), time.monotonic(), dict[str, int]()
    with progress("histories", asked.count) as step:
        for number, seed in enumerate(range(asked.first, asked.first + asked.count), 1):
            step(f"seed {seed}, {failed} failed", number - 1)
            result = run(seed, asked.steps, chances, forgetting=asked.forgetting)
            digest.update("\n".join(result.trace).encode())
            for name, amount in result.counts.items():
                counts[name] = counts.get(name, 0) + amount
            if asked.trace or result.findings:
                clear()
            if asked.trace:
                print("\n".join(result.trace))
            if result.findings:
                failed += 1
                print(f"seed {seed}: {len(result.findings)} findings")
                for finding in result.findings[:8]:
                    print("  ", *finding, sep=" | ")
                found = any(finding[0] == asked.until for finding in result.findings)
                if asked.shrink and (found or not asked.until):
                    print("  smallest:", *[step.act.replace(" ", "-") for step in shrunk(result, chances)])
                if found:
                    break
    last = asked.first + asked.count - 1
    took = time.monotonic() - began
    print(f"seeds {asked.first}-{last}, {asked.steps} steps, {took:.0f} s: {failed} failed; {digest.hexdigest()[:16]}")
    print(", ".join(f"{name} {amount}" for name, amount in sorted(counts.items())))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
