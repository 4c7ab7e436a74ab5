"""A long text in parts, for places that take no more at once: cut between blocks, else between lines, else between
words, and within a word where nothing else is left. Code that is cut is closed and opened again (ADR 110)."""

import re
from collections.abc import Callable, Iterator

from .commonmark import Block, Code, Items, Line, Paragraph, Quote, Run, Table, merged

Blocks = tuple[Block, ...]
Fits = Callable[[Blocks], bool]
Halves = tuple[Block, Block] | None
# One character as people see it, as far as this has to know: with what is put on it, and what it is joined with.
CHARACTER = re.compile(".(?:[\u0300-\u036f\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]|\u200d.)*", re.DOTALL)


def parts(blocks: Blocks, fits: Fits) -> list[Blocks]:
    """The blocks in as many parts as it takes, at least one, each of which fits: but for a character that does not."""
    done: list[Blocks] = []
    current: Blocks = ()
    for block in blocks:
        for place, piece in enumerate(_pieces(block, fits)):
            if current and (place or not fits((*current, piece))):
                done, current = [*done, current], ()
            current = (*current, piece)
    return [*done, current]


def _pieces(block: Block, fits: Fits) -> Iterator[Block]:
    """The block, if it fits; else its halves, and theirs."""
    halves = None if fits((block,)) else HALVES[type(block)](block) if type(block) in HALVES else None
    if halves is None:
        yield block
        return
    for half in halves:
        yield from _pieces(half, fits)


def _middle(ends: list[int], size: int) -> int | None:
    """That of the places which is nearest to the middle."""
    return min((end for end in ends if 0 < end < size), key=lambda end: abs(2 * end - size), default=None)


def _paragraph(block: Paragraph) -> Halves:
    """Between two lines; else between two words; else between two characters."""
    if len(block.lines) > 1:
        sizes = [sum(len(run.text) for run in line) + 1 for line in block.lines]
        ends = [sum(sizes[:place]) for place in range(len(sizes))] if len(sizes) < 100 else []
        middle = _middle(ends, sum(sizes))
        place = ends.index(middle) if middle in ends else len(sizes) // 2
        return block._replace(lines=block.lines[:place]), block._replace(lines=block.lines[place:])
    text = "".join(run.text for run in block.lines[0])
    middle = _middle([gap.end() for gap in re.finditer(r"\S\s+(?=\S)", text)], len(text))
    middle = middle or _middle([each.end() for each in CHARACTER.finditer(text)], len(text))
    if middle is None:
        return None
    before, after = _parted(block.lines[0], middle)
    return block._replace(lines=(before,)), block._replace(lines=(after,))


def _parted(line: Line, at: int) -> tuple[Line, Line]:
    """A line's first `at` characters, and the others. An address that is cut leads where it did."""
    before: list[Run] = []
    after: list[Run] = []
    for run in line:
        before.append(run._replace(text=run.text[: max(0, at)]))
        after.append(run._replace(text=run.text[max(0, at) :]))
        at -= len(run.text)
    return merged(before), merged(after)


def _code(block: Code) -> Halves:
    ends = [found.start() for found in re.finditer("\n", block.text)]
    middle = _middle(ends, len(block.text))
    if middle is not None:
        return block._replace(text=block.text[:middle]), block._replace(text=block.text[middle + 1 :])
    middle = _middle([each.end() for each in CHARACTER.finditer(block.text)], len(block.text))
    return middle and (block._replace(text=block.text[:middle]), block._replace(text=block.text[middle:])) or None


def _quote(block: Quote) -> Halves:
    half = len(block.blocks) // 2
    if half:
        return Quote(block.blocks[:half]), Quote(block.blocks[half:])
    inner = _halved(block.blocks[0]) if block.blocks else None
    return inner and (Quote(inner[:1]), Quote(inner[1:]))


def _items(block: Items) -> Halves:
    """Between two items, whose numbers go on; else within the one."""
    half = len(block.items) // 2
    if half:
        start = None if block.start is None else block.start + half
        return block._replace(items=block.items[:half]), Items(block.items[half:], start)
    item = block.items[0]
    if len(item) > 1:
        return block._replace(items=(item[:1],)), block._replace(items=(item[1:],))
    inner = _halved(item[0]) if item else None
    return inner and (block._replace(items=(inner[:1],)), inner[1])


def _table(block: Table) -> Halves:
    """Between two rows, under the same head; a row that is too long by itself is lines."""
    head, *rows = block.rows
    half = len(rows) // 2
    if half:
        return Table((head, *rows[:half])), Table((head, *rows[half:]))
    return Paragraph(head), Paragraph(rows[0] if rows else ((Run(""),),))


def _halved(block: Block) -> Halves:
    return HALVES[type(block)](block) if type(block) in HALVES else None


HALVES: dict[type, Callable[..., Halves]] = {
    Paragraph: _paragraph,
    Code: _code,
    Quote: _quote,
    Items: _items,
    Table: _table,
}
