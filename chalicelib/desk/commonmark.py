"""The text of rooms, read: CommonMark with tables and strike-through, in blocks of lines. HTML in it is text, a line
break is one, and a bare address is a link. The parser is imported when a text has a sign for it (ADR 109)."""

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.tree import SyntaxTreeNode

# A bare address: what closes a sentence, a bracket or a mark around it is none of it.
BARE = re.compile(
    r"(?<![^\W_])(?<!\\)https?://[^\s<>\"'`\\\[\]\ue000-\uf8ff\U00012470\U00012471]{1,2000}", re.IGNORECASE
)
SCHEME = re.compile(r"https?\Z", re.IGNORECASE)
TRAILING = ".,;:!?*_~{}|&"
# A text without any of these reads as it stands: no parser is needed to say so.
SIGNS = re.compile(r"[\\`*_~\[\]<&|\r\0]|://|^(?:[#>+=-]|\d{1,9}[.)]|[^\S\n])|[^\S\n]$", re.MULTILINE)
MARKS = {"strong": "strong", "em": "em", "s": "s"}
LINKED = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)


class Run(NamedTuple):
    """Characters that look alike. `marks` are of `strong`, `em`, `s`, `code`; `href` is where they lead."""

    text: str
    marks: frozenset[str] = frozenset()
    href: str = ""


Line = tuple[Run, ...]


class Paragraph(NamedTuple):
    """Lines; of a heading `level` 1 to 6."""

    lines: tuple[Line, ...]
    level: int = 0


class Code(NamedTuple):
    """Code, without the line break at its end."""

    text: str
    language: str = ""


class Quote(NamedTuple):
    """What somebody else said."""

    blocks: tuple["Block", ...]


class Items(NamedTuple):
    """A list: with numbers from `start` on, or with bullets (None)."""

    items: tuple[tuple["Block", ...], ...]
    start: int | None = None


class Table(NamedTuple):
    """Rows of cells; the first is the head."""

    rows: tuple[tuple[Line, ...], ...]


class Rule(NamedTuple):
    """A line across."""


Block = Paragraph | Code | Quote | Items | Table | Rule


def read(text: str) -> tuple[Block, ...]:
    """The blocks of a text."""
    if not SIGNS.search(text):
        return tuple(Paragraph(tuple(_plain(piece))) for piece in re.split(r"\n{2,}", text.strip("\n")) if piece)
    from markdown_it.tree import SyntaxTreeNode

    return tuple(_blocks(SyntaxTreeNode(parser().parse(text)).children))


def _plain(paragraph: str) -> Iterable[Line]:
    return ((Run(line),) for line in paragraph.split("\n"))


@cache
def parser() -> "MarkdownIt":
    """The one reader of texts, as every way out has it."""
    return new_parser()


def new_parser() -> "MarkdownIt":
    """Such a reader, to be given rules of its own for what it makes."""
    from markdown_it import MarkdownIt

    found = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    found.inline.ruler.before("escape", "address", _address)
    return found


def address(text: str, place: int) -> str:
    """The bare address that begins at a place; "" for none."""
    found = BARE.match(text, place)
    whole, before = (found[0] if found else ""), ""
    while whole != before:
        before, whole = whole, whole.rstrip(TRAILING)
        if whole.endswith(")") and whole.count(")") > whole.count("("):
            whole = whole[:-1]
    return whole if len(whole) > len("https://") or whole.lower().startswith("http://") and len(whole) > 7 else ""


def _address(state: "StateInline", silent: bool) -> bool:
    """A rule of the parser's: a bare address is a link, whatever signs are in it. The text rule stops at its colon."""
    if state.src[state.pos] != ":" or not state.src.startswith("://", state.pos) or state.linkLevel:
        return False
    scheme = SCHEME.search(state.src[max(0, state.pos - 6) : state.pos])
    found = address(state.src, state.pos - len(scheme[0])) if scheme else ""
    if scheme is None or not found or not (silent or state.pending.endswith(scheme[0])):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        state.push("link_open", "a", 1).attrs = {"href": found}
        state.push("text", "", 0).content = found
        state.push("link_close", "a", -1)
    state.pos += len(found) - len(scheme[0])
    return True


def _blocks(nodes: "Iterable[SyntaxTreeNode]") -> Iterable[Block]:
    for node in nodes:
        made = BLOCKS.get(node.type)
        if made:
            yield made(node)


def _paragraph(node: "SyntaxTreeNode") -> Block:
    level = int(node.tag[1:]) if node.type == "heading" else 0
    return Paragraph(lines_of(node), level)


def _code(node: "SyntaxTreeNode") -> Block:
    return Code(node.content.removesuffix("\n"), next(iter(node.info.split()), ""))


def _items(node: "SyntaxTreeNode") -> Block:
    start = node.attrs.get("start", 1) if node.type == "ordered_list" else None
    return Items(tuple(tuple(_blocks(item.children)) for item in node.children), start if start is None else int(start))


def _table(node: "SyntaxTreeNode") -> Block:
    rows = [row for part in node.children for row in part.children]
    return Table(tuple(tuple(lines_of(cell)[0] for cell in row.children) for row in rows))


BLOCKS: dict[str, Any] = {
    "paragraph": _paragraph,
    "heading": _paragraph,
    "fence": _code,
    "code_block": _code,
    "blockquote": lambda node: Quote(tuple(_blocks(node.children))),
    "bullet_list": _items,
    "ordered_list": _items,
    "table": _table,
    "hr": lambda node: Rule(),
}


def lines_of(node: "SyntaxTreeNode") -> tuple[Line, ...]:
    """What stands in a block, line by line."""
    lines: list[list[Run]] = [[]]
    for inline in node.children:
        _gather(inline.children, Run(""), lines)
    return tuple(line for line in map(merged, lines) if line) or ((),)


def _gather(nodes: "Iterable[SyntaxTreeNode]", like: Run, lines: list[list[Run]]) -> None:
    """Adds the runs of nodes, which look as `like` does and as they say themselves."""
    for node in nodes:
        if node.type in ("softbreak", "hardbreak"):
            lines.append([])
        elif node.type in MARKS:
            _gather(node.children, like._replace(marks=like.marks | {MARKS[node.type]}), lines)
        elif node.type == "link":
            _gather(node.children, like._replace(href=str(node.attrs.get("href", ""))), lines)
        elif node.type == "image":
            described: list[list[Run]] = [[]]
            there = like._replace(href=like.href or str(node.attrs.get("src", "")))
            _gather(node.children, there, described)
            lines[-1] += [run for line in described for run in line] or [there._replace(text="image")]
        elif node.type == "code_inline":
            lines[-1].append(like._replace(text=node.content, marks=like.marks | {"code"}))
        elif node.content:
            lines[-1].append(like._replace(text=node.content.replace("\n", " ")))


def merged(runs: Iterable[Run]) -> Line:
    """The runs, those beside each other that look alike as one."""
    found: list[Run] = []
    for run in runs:
        if found and found[-1][1:] == run[1:]:
            found[-1] = run._replace(text=found[-1].text + run.text)
        elif run.text:
            found.append(run)
    return tuple(found)
