"""`make bench`: sizes, cold starts, calls, units and dollars, each beside its budget.

    python -m infra.bench [--json] [--only zip,cold,way,ack,dollars,scale,search,texts,forgetting,signals,usage]

Ratios and counts, no timed tests: what is fast enough is for a person to judge.
"""

import argparse
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from infra import venvs

if TYPE_CHECKING:
    from infra.benchmarks.figures import Figure

PARTS = ("zip", "cold", "way", "ack", "dollars", "scale", "search", "texts", "forgetting", "signals", "usage")


def main() -> None:
    """Measure, and print."""
    chosen = _arguments()
    venvs.enter("infra.bench")
    # What follows needs the environment that has just been entered.
    from infra.benchmarks.figures import as_json, as_table
    from infra.progress import progress

    figures: list[Figure] = []
    parts = [part for part in PARTS if part in chosen.only]
    with progress("bench", len(parts)) as step:
        for number, part in enumerate(parts):
            step(part, number)
            figures += _part(part)()
    print(json.dumps(as_json(figures), indent=1) if chosen.json else as_table(figures))


def _part(name: str) -> Callable[[], "list[Figure]"]:
    from infra.benchmarks import ack, cold, dollars, finding, forgetting, packed, scale, signals, texts, usage, way

    modules = {"zip": packed, "cold": cold, "way": way, "ack": ack, "dollars": dollars, "search": finding}
    modules |= {"texts": texts, "scale": scale, "forgetting": forgetting, "signals": signals, "usage": usage}
    part: Callable[[], list[Figure]] = modules[name].figures
    return part


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.bench", description="Measure Parley.")
    parser.add_argument("--json", action="store_true", help="for a machine")
    parser.add_argument("--only", type=_parts, default=PARTS, help=f"some of {', '.join(PARTS)}")
    return parser.parse_args()


def _parts(words: str) -> tuple[str, ...]:
    parts = tuple(words.split(","))
    if not set(parts) <= set(PARTS):
        raise argparse.ArgumentTypeError(f"choose from {', '.join(PARTS)}")
    return parts


if __name__ == "__main__":
    main()
