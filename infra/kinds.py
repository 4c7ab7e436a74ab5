"""`make kinds`: the tables of docs/channels and docs/trackers, made from what each kind tells of itself (ADR 121), and
that of docs/events.md, from the catalogue."""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from chalicelib import wiring
from chalicelib.desk.event_types import CATALOGUE
from chalicelib.desk.kinds import PASSES, Kind

DOCS = Path(__file__).resolve().parents[1] / "docs"
# What people talk in that is no install.
BESIDE = (
    ("the support button", "your customers' developers, within your dashboard", "[widget](../widget.md)"),
    ("the console", "your agents", "[console](../console.md)"),
)
_REGION = re.compile(r"(<!-- kinds: (\w+) -->\n).*?(<!-- /kinds -->)", re.DOTALL)


def tables() -> dict[str, str]:
    """The tables by name."""
    known = {name: kind for name in wiring.KINDS if (kind := wiring.kind(name))}
    channels = {name: kind for name, kind in known.items() if kind.reach != "tickets"}
    trackers = {name: kind for name, kind in known.items() if kind.reach == "tickets"}
    bridged = {name: kind for name, kind in sorted(channels.items()) if kind.goes_out}
    return {
        "channels": _table(("", "who talks there", "page"), [*BESIDE, *map(_listed, channels.items())]),
        "trackers": _table(("kind", "one install is", "page"), map(_listed, trackers.items())),
        "in": _table(("in from", *PASSES), [(name, *kind.comes_in.values()) for name, kind in bridged.items()]),
        "events": _table(
            ("type", "told when", "in order within its", "tells"),
            [(f"`{e.name}`", e.about, e.order, f"`{'`, `'.join(e.tells)}`") for e in CATALOGUE],
        ),
        "out": _table(("out to", *PASSES), [(name, *kind.goes_out.values()) for name, kind in bridged.items()]),
    }


def _listed(pair: tuple[str, Kind]) -> tuple[str, str, str]:
    name, kind = pair
    return f"`{name}`", kind.about, f"[{name}]({name}.md)"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, *rows]
    written = [f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in lines]
    return "\n".join([written[0], "|---" * len(head) + "|", *written[1:]]) + "\n"


def made(page: str) -> str:
    """A page with its tables as they are now."""
    found = tables()
    return _REGION.sub(lambda region: f"{region[1]}{found[region[2]]}{region[3]}", page)


def pages() -> list[Path]:
    """Those that have such tables."""
    return [path for path in sorted(DOCS.rglob("*.md")) if _REGION.search(path.read_text())]


def main() -> int:
    """Make them anew."""
    for path in pages():
        path.write_text(made(path.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
