"""Asana's rich text and Markdown (https://developers.asana.com/docs/rich-text).

Rich text is XML in a `<body>`, whose line breaks are those of the text. A tag that Asana does not know has the whole
refused, and so does one in the wrong place: in items of lists stand no quotes and no code, in quotes and code no lists.
Headings and lines are for what a task says, and not for comments.
"""

import re
from html import escape
from typing import Any

from ...desk.markdown_writer import escaped
from ...wire.html import readable, tidied, words_of
from ...wire.markdown_tree import Node, from_markdown
from ...wire.reading import items, walk, words

MARKS = {"strong": "strong", "em": "em", "strike": "s", "code": "code"}
ASSET = "https://app.asana.com/app/asana/-/get_asset?asset_id="
_LINKED = re.compile(r"(https?://|mailto:)[^\s<>\"]+")
_PRE = re.compile(r"(<pre\b[^<>]*>.*?(?:</pre>|\Z))", re.DOTALL)
_BESIDE = re.compile(r"\n{0,2}(</?(?:ul|ol|li|body|blockquote|pre|h1|h2|hr)\b[^<>]*>)\n?")


# --- Markdown to rich text ---


def from_markdown_text(text: str, *, note: bool) -> str:
    """Markdown as the rich text of a task's `note`, or else of a comment."""
    return f"<body>{_blocks(items(from_markdown(text), 'content'), note)}</body>"


def _blocks(nodes: list[Any], note: bool) -> str:
    written = ""
    for node in nodes:
        block = _block(node, note)
        beside = not written or written.endswith(BLOCK_ENDS) or block.startswith(BLOCKS)
        written += f"{'' if beside else NEW_PARAGRAPH}{block}"
    return written


def _block(node: Node, note: bool) -> str:
    kind, content = words(node, "type"), items(node, "content")
    if kind == "heading":
        tag = "strong" if not note else "h1" if walk(node, "attrs", "level") == 1 else "h2"
        return f"<{tag}>{_runs(content)}</{tag}>"
    if kind == "codeBlock":
        return f"<pre>{escape(_plain(node))}</pre>"
    if kind == "blockquote":
        return _quote(content, note)
    if kind in LISTS:
        return f"<{LISTS[kind]}>{''.join(map(_item, content))}</{LISTS[kind]}>"
    if kind == "rule":
        return "<hr/>" if note else "---"
    if kind == "table":
        return "\n".join(" | ".join(_lines(cell) for cell in items(row, "content")) for row in content)
    return _runs(content)


def _quote(content: list[Any], note: bool) -> str:
    """A quote, which code and lists stand between."""
    written, lines = "", []
    for node in [*content, None]:
        if node is not None and words(node, "type") == "paragraph":
            lines.append(_runs(items(node, "content")))
            continue
        written += f"<blockquote>{NEW_PARAGRAPH.join(lines)}</blockquote>" if lines else ""
        lines = []
        written += _block(node, note) if node is not None else ""
    return written


def _item(item: Node) -> str:
    return f"<li>{_inside(item)}</li>"


def _inside(item: Node) -> str:
    """What stands in an item: lines, and lists. Code is text there."""
    written = ""
    for node in items(item, "content"):
        listed = words(node, "type") in LISTS
        block = _block(node, note=False) if listed else _lines(node)
        written += ("\n" if written and not listed else "") + block
    return written


def _lines(node: Node) -> str:
    """A block as lines, whatever it is."""
    if words(node, "type") == "codeBlock":
        return escape(_plain(node))
    content = items(node, "content")
    if any(words(part, "type") in ("text", "hardBreak") for part in content):
        return _runs(content)
    return "\n".join(_lines(part) for part in content)


def _plain(node: Node) -> str:
    return "".join(words(part, "text") for part in items(node, "content"))


def _runs(nodes: list[Any]) -> str:
    return "".join(map(_run, nodes))


def _run(node: Node) -> str:
    if words(node, "type") == "hardBreak":
        return "\n"
    marks = {words(mark, "type"): mark for mark in items(node, "marks")}
    written = escape(words(node, "text"))
    for name, tag in MARKS.items():
        written = f"<{tag}>{written}</{tag}>" if name in marks else written
    href = words(marks.get("link"), "attrs", "href")
    return f'<a href="{escape(href)}">{written}</a>' if _LINKED.fullmatch(href) else written


LISTS = {"bulletList": "ul", "orderedList": "ol"}
NEW_PARAGRAPH = "\n\n"
BLOCKS = ("<ul>", "<ol>", "<pre>", "<blockquote>", "<h1>", "<h2>", "<hr/>")
BLOCK_ENDS = ("</ul>", "</ol>", "</pre>", "</blockquote>", "</h1>", "</h2>", "<hr/>")


# --- rich text to Markdown ---


def to_markdown(rich: str, plain: str) -> str:
    """Rich text as Markdown; what Asana gives as `plain` where there is none. Never raises."""
    if not rich:
        return escaped(plain)
    page = tidied("".join(_broken(part) for part in _PRE.split(rich)))
    if not readable(page):
        return escaped(plain or words_of(page))
    from bs4 import BeautifulSoup

    from ...wire.markup import to_markdown as written

    soup = BeautifulSoup(page, "html.parser")
    for person in soup.find_all("a", attrs={"data-asana-type": "user"}):
        person.name, person.attrs = "span", {}
    for picture in soup.find_all("img"):
        gid = str(picture.get("data-asana-gid") or "")
        picture["src"] = f"{ASSET}{gid}" if gid.isdecimal() else ""
        picture["alt"] = str(picture.get("alt") or "picture")
    lines = (line.rstrip() for line in written(soup).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _broken(part: str) -> str:
    """Line breaks that are seen, as tags: but for those of code, and those beside what makes lines anyway."""
    if part.startswith("<pre"):
        return part
    return _BESIDE.sub(r"\1", part).replace("\n", "<br>")
