"""`make decisions`: the index of docs/decisions, made from what each decision says of itself (ADR 120).

A decision's third line is `date · state · area`. The state is `accepted`, `amended by N` or `superseded by N`. Whoever
adds one takes template.md and the next free number, names it in the module that it governs (`(ADR 120)`),
and runs this.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "decisions"

# In the order in which somebody new would read them.
AREAS = (
    "Table and API",
    "Rooms and turns",
    "Bridges and deliveries",
    "Channels",
    "E-mail",
    "Trackers and issues",
    "Customers and segments",
    "Broadcasts",
    "Live, widget, console",
    "Search",
    "Signing in",
    "Building and running",
)

HEAD = """# Decisions

What was chosen, what else was possible, and why: half a page each. Code names the decision that governs it, as
`(ADR 50)`. This page is made from the decisions' own third lines by `make decisions`; a new one begins as
[template.md](template.md).
"""

_TITLE = re.compile(r"# (\d+)\. (.+)")
_STATUS = re.compile(r"(\d{4}-\d\d-\d\d) · (accepted|(?:amended|superseded) by (\d+)) · (.+)")


@dataclass(frozen=True)
class Decision:
    """One decision, as its first lines tell it. `by` is the number of the one that amends or supersedes it, or 0."""

    number: int
    title: str
    date: str
    state: str
    by: int
    area: str
    file: str


def decisions(folder: Path = FOLDER) -> list[Decision]:
    """All of them, by number. ValueError says which one is not as it should be, and how it should."""
    found: dict[int, Decision] = {}
    for path in sorted(folder.glob("[0-9]*.md")):
        decision = _read(path)
        if decision.number in found:
            raise ValueError(f"{path.name} has the number of {found[decision.number].file}: take the next free one")
        found[decision.number] = decision
    return [found[number] for number in sorted(found)]


def _read(path: Path) -> Decision:
    lines = [*path.read_text().splitlines(), "", "", ""]
    title, status = _TITLE.fullmatch(lines[0]), _STATUS.fullmatch(lines[2])
    if not title or int(title[1]) != int(path.name[:4]):
        raise ValueError(f"{path.name} must begin with `# {int(path.name[:4])}. A sentence`")
    if lines[1] or lines[3] or not status or status[4] not in AREAS:
        raise ValueError(
            f"{path.name}: its third line, between empty ones, must be `2026-12-31 · accepted · AREA` "
            f"(or `amended by N`, `superseded by N`), AREA one of: {'; '.join(AREAS)}"
        )
    return Decision(int(title[1]), title[2], status[1], status[2], int(status[3] or 0), status[4], path.name)


def index(every: list[Decision]) -> str:
    """The page that lists them, by area."""
    parts = [HEAD]
    for area in AREAS:
        rows = [
            f"| [{one.number}]({one.file}) | {one.title} | {one.date} | {_state(one, every)} |\n"
            for one in every
            if one.area == area
        ]
        if rows:
            parts.append(f"\n## {area}\n\n| | | date | state |\n|---|---|---|---|\n{''.join(rows)}")
    return "".join(parts)


def _state(one: Decision, every: list[Decision]) -> str:
    if not one.by:
        return one.state
    other = next((other for other in every if other.number == one.by), None)
    if other is None:
        raise ValueError(f"{one.file} is {one.state}, and there is no {one.by}")
    return f"{one.state.removesuffix(f' {one.by}')} [{one.by}]({other.file})"


def main() -> None:
    """Write the index."""
    try:
        (FOLDER / "README.md").write_text(index(decisions()))
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
