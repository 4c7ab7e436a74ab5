"""The page of whose turn it is, made from the table that the code asks: `python -m infra.turns`."""

from pathlib import Path

from chalicelib.desk.turn_table import ROWS

HEAD = """# Whose turn it is

What each author and each act does to a room. Made from `chalicelib/desk/turn_table.py` by `python -m infra.turns`;
each row is a test, and each row, turned round, a red one.

In rooms: V, it is the vendor's turn; C, the customer's; -, nobody's; R, resolved (r: the customer spoke last). What an
act leaves in the room's trail is what the room is folded from again when something is taken away: a delete, a bounce,
a late receipt. `=` is as it was; *ask* is the time of that ask. Turn and state follow from the order of changes alone.

| # | act | in rooms | leaves | turn | waiting since | state |
|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The page, in Markdown."""
    lines = [
        (row.number, row.words, " ".join(row.given), row.effect or "nothing", row.turn, row.since, row.state)
        for row in ROWS
    ]
    return HEAD + "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    (Path(__file__).parent / "turns.md").write_text(page())
