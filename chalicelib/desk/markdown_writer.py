"""The text of rooms, written: blocks as CommonMark, and plain text as CommonMark that shows the same characters. No
sign is escaped that means nothing where it stands: that is what the reader is asked (ADR 109)."""

import re
from collections.abc import Callable, Iterable

from .commonmark import BARE, SIGNS, Block, Code, Items, Line, Paragraph, Quote, Rule, Run, Table, address, merged, read

# What may mean something within a line; what does where characters of another kind follow; brackets, where they lead
# somewhere; what does so only at its beginning, as a row that makes a table of what is above.
INSIDE = re.compile(
    r"""(?<![^\W_])_ | _(?![^\W_]) | (?<!\s)\* | \*(?!\s) | ~(?=~) | (?<=~)~ | ` | <(?=[^\s<>:@]*+[:@][^\s<>]*+>)
      | \\(?=[!-/:-@\[-`{-~\n]|\Z) | &(?=\#?\w+;) | !(?=\[)""",
    re.VERBOSE,
)
SIGNS_INSIDE = re.compile(rf"{INSIDE.pattern} | [\[\]]", re.VERBOSE)
LAST = re.compile(r"(?<!\\)[!<~]\Z|(?<!\\)\A~(?!~)")
BRACKET = re.compile(r"[\[\]]")
LEADING = re.compile(r"\][(\[:]")
FIRST = re.compile(
    r"\A(?:(#{1,6}(?=\s|\Z)|>|[-+*](?=\s|\Z)|=(?==*\s*\Z)|[-|:](?=[\s|:-]*\Z)|~(?=~~))|(\d{1,9})([.)])(?=\s|\Z))"
)
ODD_BLANK = re.compile(r"[\x0b\x0c\x1c-\x1f\x85]")  # Python takes them for blanks, CommonMark for no characters
BLANK = "&#32;"
BAR = re.compile(
    r"(?<!\\)(\\*+)\|"
)  # behind backslashes, however many, a table takes it for one of its words and one away
LANGUAGE = re.compile(r"[\w+#.-]{1,40}")
SIGN = {"s": "~~", "strong": "**", "em": "_"}


def escaped(plain: str) -> str:
    """Plain text as CommonMark that shows the same characters: only blanks that nobody sees are gone."""
    lines = ODD_BLANK.sub(" ", plain.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    text = "\n".join(line.rstrip() for line in lines)
    if not SIGNS.search(text):
        return re.sub(r"\n{3,}", "\n\n", text.strip("\n"))
    pieces = (piece for piece in re.split(r"\n{2,}", text.strip("\n")) if piece)
    return "\n\n".join(_paragraph(tuple((Run(line),) for line in piece.split("\n"))) for piece in pieces)


def escaped_words(plain: str) -> str:
    """Plain words, to stand in a line of CommonMark among others."""
    return BRACKET.sub(r"\\\g<0>", INSIDE.sub(r"\\\g<0>", " ".join(plain.split())))


def escaped_piece(plain: str, *, begins: bool) -> str:
    """A piece of a line of plain words, as CommonMark. A no-break space that begins the line is seen."""
    lead = plain[: len(plain) - len(plain.lstrip(" "))]
    words = INSIDE.sub(r"\\\g<0>", plain[len(lead) :].replace("\u00a0", " "))
    words = BRACKET.sub(r"\\\g<0>", words) if LEADING.search(words) else words
    return lead + (_begun(words) if begins and words.strip() else words)


def linked(plain: str, href: str) -> str:
    """A link with plain words, to stand in a line of CommonMark among others."""
    return _run(Run(plain, href=href), escaped_words(plain))


def written(blocks: Iterable[Block]) -> str:
    """Blocks as CommonMark."""
    return _joined(_apart(blocks))


def _joined(pieces: Iterable[tuple[Block, str]]) -> str:
    """Blocks with a line between them, but around a fence."""
    text, fence = "", True
    for block, piece in pieces:
        now = isinstance(block, Code)
        text += ("" if not text else "\n" if now or fence else "\n\n") + piece
        fence = now
    return text


def _apart(blocks: Iterable[Block]) -> Iterable[tuple[Block, str]]:
    """Each block's Markdown. Of two lists beside each other the second has other signs: else they would be one."""
    other, before = False, None
    for block in blocks:
        alike = isinstance(block, Items) and isinstance(before, Items) and (block[1] is None) == (before[1] is None)
        other, before = alike and not other, block
        text = _list(block, other=other) if isinstance(block, Items) else WRITERS[type(block)](block)
        if text:
            yield block, text


def _heading(block: Paragraph) -> str:
    if not block.level:
        return _paragraph(block.lines)
    line = merged(run for line in block.lines for run in (*line, Run(" ")))
    text = _paragraph((_trimmed(line),))
    return f"{'#' * block.level} {text}{' #' if text.endswith('#') else ''}"


def _trimmed(line: Line) -> Line:
    return merged((*line[:-1], line[-1]._replace(text=line[-1].text.rstrip()))) if line else line


def _code(block: Code) -> str:
    ticks = max((len(run) for run in re.findall("`+", block.text)), default=0)
    fence = "`" * max(3, ticks + 1)
    language = block.language if LANGUAGE.fullmatch(block.language) else ""
    return f"{fence}{language}\n{block.text}\n{fence}" if block.text else f"{fence}{language}\n{fence}"


def _quote(block: Quote) -> str:
    return "\n".join(f"> {line}".rstrip() for line in written(block.blocks).split("\n"))


def _list(block: Items, *, other: bool = False) -> str:
    """A list, whose items stand close together unless one of them has several paragraphs."""
    close = all(sum(isinstance(each, Paragraph) for each in item) < 2 and _is_simple(item) for item in block.items)
    sign = ("*" if other else "-") if block.start is None else (")" if other else ".")
    items = []
    for number, item in enumerate(block.items, block.start or 0):
        mark = sign if block.start is None else f"{number}{sign}"
        text = ("\n".join(piece for _, piece in _apart(item)) if close else written(item)) or BLANK
        items.append(f"{mark} {_indented(text, len(mark) + 1)}".rstrip())
    return ("\n" if close else "\n\n").join(items)


def _is_simple(item: tuple[Block, ...]) -> bool:
    return all(isinstance(each, Paragraph | Items) for each in item)


def _indented(text: str, by: int) -> str:
    first, *others = text.split("\n")
    return "\n".join([first, *(" " * by + line if line else "" for line in others)])


def _table(block: Table) -> str:
    wide = max(map(len, block.rows))
    rows = [[_cell(cell) for cell in row] + [""] * (wide - len(row)) for row in block.rows]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|{' --- |' * wide}", *lines[1:]])


def _cell(cell: Line) -> str:
    return in_cell(_paragraph((cell,)))


def in_cell(markdown: str) -> str:
    """A line of CommonMark, to stand in a cell of a table: its bars part no cells."""
    return BAR.sub(lambda bar: f"{bar[1]}&#124;" if bar[1] else "\\|", markdown)


def _paragraph(lines: tuple[Line, ...]) -> str:
    """Lines as they are if they read so, else with what could mean something escaped; if even so the marks do not hold
    where they stand, without them. No word is lost."""
    wanted = tuple(merged(line) for line in lines)
    means = any(line and (FIRST.match(line[0].text) or any("](" in run.text for run in line)) for line in wanted)
    for escape, em in WAYS[means:]:
        text = "\n".join(_line(line, escape=escape, em=em) for line in wanted)
        found = read(text)
        if not text or (len(found) == 1 and isinstance(found[0], Paragraph) and _same(found[0], wanted)):
            return text
    bare = (merged(run._replace(marks=run.marks & {"code"}) for run in line) for line in wanted)
    return "\n".join(_line(line, escape=True, em="*") for line in bare)


def _same(found: Paragraph, wanted: tuple[Line, ...]) -> bool:
    return not found.level and [_bare(line) for line in found.lines] == [_bare(line) for line in wanted]


def _bare(line: Line) -> Line:
    """A line, in which an address that is bare is no other than one that leads to itself."""
    return merged(run._replace(href="") if run.href == run.text else run for run in line)


def _escaped(text: str, *, label: bool = False) -> str:
    """Characters with what could mean something escaped. Bare addresses stay whole; a link's label has none."""
    bare = () if label else BARE.finditer(text)
    whole = [range(found.start(), found.start() + len(address(text, found.start()))) for found in bare]

    def sign(found: re.Match[str]) -> str:
        while whole and whole[0].stop <= found.start():
            whole.pop(0)
        return found[0] if whole and found.start() in whole[0] else f"\\{found[0]}"

    return LAST.sub(r"\\\g<0>", SIGNS_INSIDE.sub(sign, text))


def _begun(text: str) -> str:
    """A line whose beginning means nothing. A blank there would not be seen."""
    if text[:1].isspace():
        return f"&#{ord(text[0])};{text[1:]}"
    return FIRST.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", text, count=1)


def _line(line: Line, *, escape: bool, em: str) -> str:
    """The Markdown of a line."""
    found: list[str] = []
    open_: list[str] = []
    signs = SIGN | {"em": em}
    for place, run in enumerate(line):
        found += _turned(open_, [mark for mark in signs if mark in run.marks], signs)
        beside = (found[-1][-1:] if found else "", line[place + 1].text[:1] if place + 1 < len(line) else "")
        found.append(_run(run, _escaped(run.text, label=bool(run.href)) if escape else run.text, beside))
    text = "".join([*found, *_turned(open_, [], signs)])
    return _begun(text) if escape else text


def _turned(open_: list[str], wanted: list[str], signs: dict[str, str]) -> list[str]:
    """The signs that end marks which are not wanted any more and begin those that are; `open_` is changed."""
    keep = next((n for n, mark in enumerate(open_) if mark not in wanted), len(open_))
    ends = [signs[mark] for mark in reversed(open_[keep:])]
    begun = [mark for mark in wanted if mark not in open_[:keep]]
    open_[keep:] = begun
    return ends + [signs[mark] for mark in begun]


def _run(run: Run, words: str, beside: tuple[str, str] = ("", "")) -> str:
    """A run, and what stands `beside` it: a bare address is none within a word, and takes what follows it."""
    words = _code_span(run.text) if "code" in run.marks else words
    if not run.href:
        return words
    if run.href == run.text and "code" not in run.marks:
        before, after = beside
        alone = not before.isalnum() and address(run.text + after, 0) == run.text
        return run.text if alone else f"<{run.text}>"
    href = re.sub(r"[<>\\]", lambda found: f"%{ord(found[0]):02X}", run.href)
    return f"[{words}](<{href}>)" if re.search(r"[\s()]", href) else f"[{words}]({href})"


def _code_span(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    ticks = "`" * (longest + 1 if longest else 1)
    pad = " " if text[:1] == "`" or text[-1:] == "`" or (text[:1] == text[-1:] == " " and text.strip()) else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


WAYS = ((False, "_"), (True, "_"), (True, "*"))  # whether signs are escaped, and what emphasis is written with
WRITERS: dict[type, Callable[..., str]] = {
    Paragraph: _heading,
    Code: _code,
    Quote: _quote,
    Table: _table,
    Rule: lambda block: "___",
}
