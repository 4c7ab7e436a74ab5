"""The page of whose turn it is, made from the table that the code asks: `python -m infra.turns`."""

from pathlib import Path

from chalicelib.desk.turn_table import ROWS

HEAD = """# Whose turn it is

Each room says whose turn it is, and since when its customer waits. One table says what every author and every act
does to that; the code asks it. What is said or done leaves a mark in its room, in the order of the room's changes;
a delete, a bounce or a late receipt takes a mark away or puts it back, and the room is folded from them again: so
any order of these gives the same room.

An answer counts once it is delivered by the way that the customer asked. Thanks put nobody on the hook (`taken_as`
`thanks`; one click says otherwise, the workspace's `thanks` turns it off). A notice of an issue answers no open
question. What machines say (an API key's `kind`, other bots, automatic mails) is theirs, and nobody's turn, unless
their key `asks` or `answers`. `POST /v1/rooms/{room}/acknowledge`, or 👀 on what waits, tells your customer that
somebody is aware of it; `PATCH /v1/rooms/{room}` takes `turn`, `priority` and `snoozed_until`. By when an answer is
owed, [policies](clocks.md) say.

## The table

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
    (Path(__file__).parents[1] / "docs" / "turns.md").write_text(page())
