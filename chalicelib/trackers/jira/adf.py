"""Atlassian Document Format to Markdown; the way back is wire/markdown_tree.py
(https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/).

| node | Markdown |
|---|---|
| paragraph, heading, bulletList, orderedList, blockquote, codeBlock, rule, hardBreak, table | the same |
| strong, em, code, strike, link | the same; other marks (colours, underline) are dropped, their text stays |
| mention, emoji, date, status, inlineCard, blockCard, embedCard | their text, time or URL |
| taskList, decisionList | a list; a done task begins with `[x]` |
| expand | its title in bold, and what is in it |
| panel, layouts, any that we do not know | what is in them |
| media | a picture: by the name of the attachment that it is, or by its URL; else `[attachment]` |
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from ...wire.markdown_tree import Node
from ...wire.reading import items, walk, words
from .pictures import shown

MAX_DEPTH = 40
MARKS = {"strong": "**", "em": "*", "strike": "~~"}
_SPECIAL = re.compile(r"([\\`*\[]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|~(?=~)|(?<=~)~|<(?=[A-Za-z/!?])|&(?=#?\w+;))")
_AT_START = re.compile(r"^(\s*)([#>+=|-]|:(?=-)|\d{1,9}(?=[.)]))")


# --- ADF to Markdown ---


def to_markdown(value: Any) -> str:
    """A document, or the plain text that some versions give in its place, as Markdown. Never raises."""
    if isinstance(value, str):
        return value
    return _blocks(items(value, "content"), 0).strip("\n")


def _blocks(nodes: Iterable[Any], depth: int) -> str:
    written = [_block(node, depth + 1) for node in nodes if isinstance(node, dict)]
    return "\n\n".join(part for part in written if part)


def _block(node: Node, depth: int) -> str:
    if depth > MAX_DEPTH:  # nobody nests so deep: the words, as they stand
        return _SPECIAL.sub(r"\\\1", " ".join(_words(node)))
    kind = words(node, "type")
    content = items(node, "content")
    write = BLOCKS.get(kind)
    if write:
        return write(node, content, depth)
    if kind in INLINES or any(words(part, "type") in INLINES for part in content):
        return _paragraph(node, content or [node], depth)
    return _blocks(content, depth)


def _words(node: Node) -> Iterable[str]:
    """All that is said in a node, however deep: nothing calls itself here."""
    waiting: list[Any] = [node]
    while waiting:
        each = waiting.pop()
        yield from filter(None, [words(each, "text") or words(each, "attrs", "text") or words(each, "attrs", "url")])
        waiting += reversed(items(each, "content"))


def _paragraph(node: Node, content: list[Any], depth: int) -> str:
    lines = _inline(content).strip().split("\n")
    return "\n".join(_AT_START.sub(_escaped_start, line) for line in lines)


def _escaped_start(match: re.Match[str]) -> str:
    lead, mark = match[1], match[2]
    return f"{lead}{mark}\\" if mark[0].isdigit() else f"{lead}\\{mark}"


def _heading(node: Node, content: list[Any], depth: int) -> str:
    level = walk(node, "attrs", "level")
    level = level if isinstance(level, int) and 1 <= level <= 6 else 1
    title = _inline(content).replace("\n", " ").strip()
    bare = title.rstrip("#")
    shown = title if bare == title else f"{bare}\\{title[len(bare) :]}"
    return f"{'#' * level} {shown}" if title else ""


def _code(node: Node, content: list[Any], depth: int) -> str:
    text = "".join(words(part, "text") for part in content)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    language = re.sub(r"[^\w+#.-]", "", words(node, "attrs", "language"))
    return f"{fence}{language}\n{text}\n{fence}"


def _quote(node: Node, content: list[Any], depth: int) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in _blocks(content, depth).split("\n"))


def _list(bullet: Callable[[int, Node], str]) -> Callable[[Node, list[Any], int], str]:
    def write(node: Node, content: list[Any], depth: int) -> str:
        entries = []
        for number, item in enumerate(part for part in content if isinstance(part, dict)):
            mark = bullet(number, node) if words(item, "type") not in TASKS else TASKS[words(item, "type")](item)
            if words(item, "type") in LISTS:  # tasks below a task stand beside it, in a list of their own
                entries.append("  " + _block(item, depth + 1).replace("\n", "\n  "))
                continue
            body = _item(item, depth)
            lines = body.split("\n")
            pad = " " * (2 if mark.startswith("- ") else len(mark))
            entries.append("\n".join([f"{mark}{lines[0]}", *(f"{pad}{line}" if line else "" for line in lines[1:])]))
        return "\n".join(entries)

    return write


def _item(item: Node, depth: int) -> str:
    """Paragraphs of an item stand apart by an empty line; a list within it follows at once, as people write it."""
    if words(item, "type") in ("taskItem", "decisionItem"):
        return _paragraph(item, items(item, "content"), depth)
    parts = [part for part in items(item, "content") if isinstance(part, dict)]
    written = ""
    for part in parts:
        block = _block(part, depth + 1)
        if not block:
            continue
        tight = words(part, "type") in LISTS
        written += ("\n" if tight else "\n\n") * bool(written) + block
    return written


def _number(number: int, node: Node) -> str:
    start = walk(node, "attrs", "order")
    return f"{number + (start if isinstance(start, int) and 0 <= start < 10**6 else 1)}. "


def _table(node: Node, content: list[Any], depth: int) -> str:
    rows = [items(row, "content") for row in content]
    rows = [[_cell(cell, depth) for cell in row] for row in rows if row]
    if not rows:
        return ""
    width = max(map(len, rows))
    lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _cell(cell: Any, depth: int) -> str:
    written = _blocks(items(cell, "content"), depth)
    return re.sub(r"\n+", " ", written).replace("|", "\\|").strip()


def _expand(node: Node, content: list[Any], depth: int) -> str:
    title = _SPECIAL.sub(r"\\\1", words(node, "attrs", "title").strip())
    return "\n\n".join(filter(None, [f"**{title}**" if title else "", _blocks(content, depth)]))


def _media(node: Node) -> str:
    """An attachment by its name, or a picture that is elsewhere; without either all that is known."""
    url, name = words(node, "attrs", "url"), words(node, "attrs", "alt")
    if words(node, "attrs", "type") == "external" and re.fullmatch(r"https?://[^\s()<>]+", url):
        return f"![{re.sub(r'[][]', ' ', name)}]({url})"
    return shown(name) if name else "\\[attachment]"


def _card(node: Node) -> str:
    """A link as a card, which has the URL or all that is known of what it leads to."""
    return words(node, "attrs", "url") or words(node, "attrs", "data", "url")


BLOCKS: dict[str, Callable[[Node, list[Any], int], str]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "codeBlock": _code,
    "blockquote": _quote,
    "bulletList": _list(lambda number, node: "- "),
    "orderedList": _list(_number),
    "taskList": _list(lambda number, node: "- "),
    "decisionList": _list(lambda number, node: "- "),
    "rule": lambda node, content, depth: "---",
    "table": _table,
    "blockCard": lambda node, content, depth: _card(node),
    "embedCard": lambda node, content, depth: _card(node),
    "expand": _expand,
    "nestedExpand": _expand,
    "media": lambda node, content, depth: _media(node),
}
LISTS = ("bulletList", "orderedList", "taskList", "decisionList")


def _box(item: Node) -> str:
    return "- [x] " if words(item, "attrs", "state") == "DONE" else "- [ ] "


TASKS: dict[str, Callable[[Node], str]] = {
    "taskItem": _box,
    "blockTaskItem": _box,
    "decisionItem": lambda item: "- ",
}


def _inline(nodes: Iterable[Any]) -> str:
    """The text of a line's nodes. Neighbours that share a mark share its signs, so that none meet."""
    runs = [(_written(node), _marks(node), _link(node)) for node in nodes if isinstance(node, dict)]
    return _linked([run for run in runs if run[0]])


def _written(node: Node) -> str:
    kind = words(node, "type")
    if kind == "text":
        text = words(node, "text")
        if any(words(mark, "type") == "code" for mark in items(node, "marks")):
            return _code_span(text)
        text = _SPECIAL.sub(r"\\\1", text)
        return text.replace("]", "\\]") if _link(node) else text
    write = INLINES.get(kind)
    return write(node) if write else _SPECIAL.sub(r"\\\1", words(node, "attrs", "text"))


def _code_span(text: str) -> str:
    if not text.strip():
        return text
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("\n", " ")


def _date(node: Node) -> str:
    stamp = walk(node, "attrs", "timestamp")
    try:
        return datetime.fromtimestamp(int(stamp) / 1000, UTC).date().isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return ""


INLINES: dict[str, Callable[[Node], str]] = {
    "text": lambda node: "",
    "hardBreak": lambda node: "\n",
    "mention": lambda node: _SPECIAL.sub(r"\\\1", words(node, "attrs", "text")) or "@somebody",
    "emoji": lambda node: words(node, "attrs", "text") or words(node, "attrs", "shortName"),
    "status": lambda node: _SPECIAL.sub(r"\\\1", words(node, "attrs", "text")),
    "date": _date,
    "inlineCard": _card,
    "mediaInline": lambda node: _media(node),
}


def _marks(node: Node) -> tuple[str, ...]:
    names = {words(mark, "type") for mark in items(node, "marks")}
    return tuple(sign for name, sign in MARKS.items() if name in names)


def _link(node: Node) -> str:
    for mark in items(node, "marks"):
        href = words(mark, "attrs", "href")
        if words(mark, "type") == "link" and href.isprintable() and not re.search(r"[\s<>]", href):
            return href
    return ""


Run = tuple[str, tuple[str, ...], str]


def _linked(runs: list[Run]) -> str:
    written, place = "", 0
    while place < len(runs):
        link = runs[place][2]
        end = next((n for n in range(place, len(runs)) if runs[n][2] != link), len(runs))
        inner = _marked(runs[place:end], tuple(MARKS.values()))
        if link and inner.strip():
            written += f"[{inner}]({link if not re.search(r'[()]', link) else f'<{link}>'})"
        else:
            written += inner
        place = end
    return written


def _marked(runs: list[Run], signs: tuple[str, ...]) -> str:
    """Runs, the longest stretches of each mark outermost; a sign never stands beside a space inside it."""
    if not signs:
        return "".join(text for text, _, _ in runs)
    sign, rest = signs[0], signs[1:]
    written, place = "", 0
    while place < len(runs):
        on = sign in runs[place][1]
        end = next((n for n in range(place, len(runs)) if (sign in runs[n][1]) is not on), len(runs))
        inner = _marked(runs[place:end], rest)
        if on and inner.strip():
            lead = inner[: len(inner) - len(inner.lstrip())]
            tail = inner[len(inner.rstrip()) :]
            written += f"{lead}{sign}{inner.strip()}{sign}{tail}"
        else:
            written += inner
        place = end
    return written
