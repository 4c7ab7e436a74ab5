"""The plain reading of a text: what glimpses, search, titles, notifications and comparisons go by, without a sign of
its markup."""

import re
from collections.abc import Callable, Iterable
from functools import partial

from .commonmark import Block, Code, Items, Line, Paragraph, Quote, Rule, Run, Table, merged, read


def plain(text: str, *, links: bool = False) -> str:
    """A text as its readers see it. With `links` each is followed by where it leads."""
    return plain_blocks(read(text), links=links)


def plain_blocks(blocks: Iterable[Block], *, links: bool = False) -> str:
    """The same of blocks."""
    line = partial(plain_line, links=links)
    return "\n\n".join(filter(None, (READINGS[type(block)](block, line) for block in blocks)))


def plain_line(line: Line, *, links: bool = False) -> str:
    """The same of a line."""
    found = []
    for place, run in enumerate(line):
        found.append(run.text)
        ends = place + 1 == len(line) or line[place + 1].href != run.href
        if links and run.href and ends and run.href not in (run.text, f"mailto:{run.text}"):
            found.append(f" <{run.href}>")
    return "".join(found)


def one_line(blocks: Iterable[Block]) -> Line:
    """What blocks say, in one line that keeps the marks of its words."""
    lines = [line for block in blocks for line in _lines(block)]
    return merged(run for place, line in enumerate(lines) for run in (*((Run(" "),) if place else ()), *line))


def _lines(block: Block) -> tuple[Line, ...]:
    return block.lines if isinstance(block, Paragraph) else ((Run(" ".join(plain_blocks([block]).split())),),)


def columns(table: Table) -> str:
    """A table's words in columns, as far as characters are equally wide: for places that know no tables."""
    rows = [[plain_line(cell, links=True) for cell in row] for row in table.rows]
    count = max(map(len, rows))
    rows = [[*row, *[""] * (count - len(row))] for row in rows]
    wide = [max(3, *(len(row[place]) for row in rows)) for place in range(count)]
    lines = [f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, wide, strict=True))} |" for row in rows]
    return "\n".join([lines[0], f"| {' | '.join('-' * width for width in wide)} |", *lines[1:]])


Reading = Callable[[Line], str]


def _quote(block: Quote, line: Reading) -> str:
    inner = "\n\n".join(READINGS[type(each)](each, line) for each in block.blocks)
    return "\n".join(f"> {each}".rstrip() for each in inner.split("\n"))


def _items(block: Items, line: Reading) -> str:
    items = []
    for number, item in enumerate(block.items, block.start or 0):
        mark = "- " if block.start is None else f"{number}. "
        text = "\n".join(READINGS[type(each)](each, line) for each in item)
        items.append(mark + text.replace("\n", "\n" + " " * len(mark)))
    return "\n".join(items)


def _table(block: Table, line: Reading) -> str:
    return "\n".join(" | ".join(map(line, row)).rstrip() for row in block.rows)


def _paragraph(block: Paragraph, line: Reading) -> str:
    return "\n".join(map(line, block.lines))


def _code(block: Code, line: Reading) -> str:
    return block.text


def _rule(block: Rule, line: Reading) -> str:
    return "---"


READINGS: dict[type, Callable[..., str]] = {
    Paragraph: _paragraph,
    Code: _code,
    Quote: _quote,
    Items: _items,
    Table: _table,
    Rule: _rule,
}


def with_blanks(text: str, *, begins: bool) -> str:
    """Words as HTML is to have them so that it shows each blank: the second and later ones hold, and those with which a
    line `begins`."""
    start = len(text) - len(text.lstrip(" \t")) if begins else 0
    return "\u00a0" * start + re.sub("(?<= ) ", "\u00a0", text[start:])
