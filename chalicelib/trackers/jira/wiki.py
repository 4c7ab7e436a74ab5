"""Jira's wiki text, as Data Center speaks it, and Markdown
(https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all).

The way out goes through the nodes of wire/markdown_tree.py; the way in reads line by line what people use: headings,
lists, quotes, code, panels, tables, bold, italics, struck, links, mentions, pictures. What is not known stays as it is.
"""

import re
from collections.abc import Callable
from typing import Any

from ...wire.markdown_tree import Node, from_markdown
from ...wire.reading import items, walk, words
from .pictures import shown

MARKS = {"strong": "*", "em": "_", "strike": "-"}
_HEADING = re.compile(r"h([1-6])\.\s+(.*)")
_BULLET = re.compile(r"([*#-]+)\s+(.*)")
_BLOCK = re.compile(r"(?<!\\)\{(code|noformat|quote|panel)(?::([^{}\n]*))?\}(.*?)(?:\{\1\}|\Z)", re.DOTALL)
MAX_DEPTH = 5  # of blocks within blocks
_CODE = re.compile(r"\{\{((?:[^{}\n]|\{(?!\{)|\}(?!\}))+)\}\}")
_INLINE: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    (_CODE, r"`\1`"),
    (re.compile(r"\[~(?:accountid:)?([^\[\]]+)\]"), r"@\1"),
    (re.compile(r"\[([^\[\]|\n]+)\|([^\[\]|\s]+)(?:\|[^\[\]]*)?\]"), r"[\1](\2)"),
    (re.compile(r"\[((?:https?|mailto):[^\[\]\s]+)\]"), r"<\1>"),
    (re.compile(r"!(https?://[^!|\n\s()]+)(?:\|[^!\n]*)?!"), r"![](\1)"),
    (re.compile(r"!([^!|\n\s]+)(?:\|[^!\n]*)?!"), lambda found: shown(found[1])),
    (re.compile(r"\[\^([^\[\]|\n]+)\]"), lambda found: shown(found[1])),
    (re.compile(r"(?<![\w*\\])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])"), r"**\1**"),
    (re.compile(r"(?<![\w_\\])_(\S(?:[^_\n]*\S)?)_(?![\w_])"), r"*\1*"),
    (re.compile(r"(?<![\w\\-])-(\S(?:[^-\n]*\S)?)-(?![\w-])"), r"~~\1~~"),
    (re.compile(r"\{color(?::[^{}]*)?\}"), ""),
    (re.compile(r"\\\\(?=\s|$)"), "\n"),
]
_SPECIAL = re.compile(r"([\\*_{}\[\]|!]|(?<!\w)-(?=\S)|(?<=\S)-(?!\w))")


def to_markdown(text: str, depth: int = 0) -> str:
    """Wiki text as Markdown. A block begins and ends wherever its sign stands, also within a line."""
    written, place, text = [], 0, text.replace("\r\n", "\n")
    for block in _BLOCK.finditer(text) if depth < MAX_DEPTH else ():
        written += [
            _lines(text[place : block.start()]),
            _dressed(block[1], block[2] or "", block[3].strip("\n"), depth=depth),
        ]
        place = block.end()
    return "\n\n".join(filter(None, [*written, _lines(text[place:])]))


def _dressed(kind: str, parameters: str, text: str, *, depth: int) -> str:
    """A block; `told` is what its sign says of it."""
    said = parameters.split("|")
    if kind in ("code", "noformat"):
        fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", text)), default=0))
        language = next(
            (each.removeprefix("language=") for each in said if not re.match(r"(?!language=)\w+=", each)), ""
        )
        return f"{fence}{re.sub(r'[^a-z0-9+#-]', '', language.lower())}\n{text}\n{fence}"
    inner = to_markdown(text, depth + 1)
    if kind == "quote":
        return "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
    title = next((each.removeprefix("title=").strip() for each in said if each.startswith("title=")), "")
    return "\n\n".join(filter(None, [f"**{title}**" if title else "", inner]))


def _lines(text: str) -> str:
    """What stands between blocks; rows in a line make a table, of which the first is the head."""
    rows: list[str] = []
    wide = 0
    for line in text.strip("\n").split("\n"):
        row = re.split(r"\|\|?", _inline(line.strip()))[1:-1] if line.startswith("|") else []
        cells = [cell.strip(" ") for cell in row]
        rows.append(f"| {' | '.join(cells)} |" if cells else _line(line))
        if cells and not wide:
            rows.append("|" + " --- |" * len(cells))
        wide = len(cells)
    return "\n".join(rows).strip("\n")


def _line(line: str) -> str:
    heading = _HEADING.match(line)
    if heading:
        return f"{'#' * int(heading[1])} {_inline(heading[2])}"
    if line.startswith("bq. "):
        return f"> {_inline(line[4:])}"
    if re.fullmatch(r"-{4,}\s*", line):
        return "---"
    bullet = _BULLET.match(line)
    if bullet and not re.fullmatch(r"-{2,3}", bullet[1]):
        sign = "1. " if bullet[1][-1] == "#" else "- "
        return "   " * (len(bullet[1]) - 1) + sign + _inline(bullet[2])
    return _inline(line)


def _inline(text: str) -> str:
    """Inside `{{ }}` nothing else is a sign."""
    written, place = "", 0
    for code in _CODE.finditer(text):
        written += _signs(text[place : code.start()], _INLINE[1:]) + _signs(code[0], _INLINE[:1])
        place = code.end()
    return written + _signs(text[place:], _INLINE[1:])


def _signs(text: str, rules: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]]) -> str:
    for pattern, sign in rules:
        text = pattern.sub(sign, text)
    return re.sub(r"\\([{}\[\]|!-])", r"\1", text)


def from_markdown_text(text: str) -> str:
    """Markdown as wiki text."""
    return _blocks(items(from_markdown(text), "content")).strip("\n")


def _blocks(nodes: list[Any], lead: str = "") -> str:
    return "\n\n".join(filter(None, (_block(node, lead) for node in nodes)))


def _block(node: Node, lead: str = "") -> str:
    kind, content = words(node, "type"), items(node, "content")
    if kind == "heading":
        return f"h{walk(node, 'attrs', 'level')}. {_runs(content)}"
    if kind == "codeBlock":
        language = words(node, "attrs", "language")
        text = "".join(words(part, "text") for part in content).replace("{code}", "{ code}")
        return f"{{code{':' + language if language else ''}}}\n{text}\n{{code}}"
    if kind == "blockquote":
        return f"{{quote}}\n{_blocks(content)}\n{{quote}}"
    if kind in ("bulletList", "orderedList"):
        sign = lead + ("*" if kind == "bulletList" else "#")
        return "\n".join(_item(item, sign) for item in content)
    if kind == "rule":
        return "----"
    if kind == "table":
        return "\n".join(_row(row) for row in content)
    return _runs(content)


def _item(item: Node, sign: str) -> str:
    written = ""
    for part in items(item, "content"):
        nested = words(part, "type") in ("bulletList", "orderedList")
        block = _block(part, sign if nested else "")
        written += f"\n{block}" if written else block if nested else f"{sign} {block}"
    return written


def _row(row: Node) -> str:
    cells = items(row, "content")
    bar = "||" if cells and words(cells[0], "type") == "tableHeader" else "|"
    return bar + bar.join(_blocks(items(cell, "content")).replace("\n", " ") or " " for cell in cells) + bar


def _runs(nodes: list[Any]) -> str:
    return "".join(map(_run, nodes))


def _run(node: Node) -> str:
    if words(node, "type") == "hardBreak":
        return "\n"
    text, marks = words(node, "text"), {words(mark, "type"): mark for mark in items(node, "marks")}
    code = "{{" + text.replace("}}", "} }") + "}}"
    written = code if "code" in marks else _SPECIAL.sub(r"\\\1", text)
    core = written.strip()
    if core:
        signs = [sign for name, sign in MARKS.items() if name in marks]
        dressed = "".join(signs) + core + "".join(reversed(signs))
        written = written.replace(core, dressed, 1)
    href = words(marks.get("link"), "attrs", "href")
    return f"[{written.replace('|', ' ')}|{href.replace('|', '%7C').replace(']', '%5D')}]" if href else written
