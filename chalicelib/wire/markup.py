"""HTML that people wrote, as the Markdown of rooms. Imported when it is needed: its parser is not small."""

import re
from collections import Counter
from typing import Any

from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

from ..desk.commonmark import address
from ..desk.markdown_writer import escaped_piece, in_cell
from .html import LINES

CELLS = frozenset({"td", "th"})
PARTS = frozenset({"tbody", "thead", "tfoot", "tr"}) | CELLS
LANGUAGE = re.compile(r"\blang(?:uage)?-([\w+#.-]{1,40})")
MAX_SPAN = 20  # columns, or rows, that one cell may take
SMALL = re.compile(r"[0-9+=()−-]{1,20}")
RAISED = str.maketrans("0123456789+=()−-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁼⁽⁾⁻⁻")
LOWERED = str.maketrans("0123456789+=()−-", "₀₁₂₃₄₅₆₇₈₉₊₌₍₎₋₋")


class Converter(MarkdownConverter):
    """Text is escaped as the desk writes it: no sign that means nothing where it stands (`snake_case`, `2 * 3`). A link
    whose words are its address is the address. What the library looks for among all siblings of each (an item's number,
    the first row of a table) is counted here as it comes."""

    def __init__(self, firsts: dict[int, int]) -> None:
        super().__init__(heading_style="ATX", bullets="-", escape_misc=False)
        self._firsts, self._items = firsts, Counter[int]()
        self._begins, self._follows = True, False

    def process_text(self, el: Any, parent_tags: Any = None) -> str:
        """A piece of text. What begins a line could begin more than a word."""
        before = el.previous_sibling
        self._follows = getattr(before, "name", None) in LINES
        self._begins = before is None or self._follows
        text = str(super().process_text(el, parent_tags))  # type: ignore[misc]
        leads = text.endswith(("!", "<")) and getattr(el.next_sibling, "name", None) == "a"
        return f"{text[:-1]}\\{text[-1]}" if leads else text

    def escape(self, text: str, parent_tags: Any) -> str:
        """The text with its Markdown signs escaped. Where a page's source breaks a line nobody sees a break."""
        text = text.replace("\n", " ")
        return escaped_piece(text.lstrip(" ") if self._follows else text, begins=self._begins)

    def convert_a(self, el: Tag, text: str, parent_tags: Any) -> str:
        """A link, whose title nobody sees."""
        href = str(el.get("href") or "")
        if href and el.get_text().strip() == href and "_noformat" not in parent_tags:
            return href if address(href, 0) == href or re.search(r"[\s<>]", href) else f"<{href}>"
        del el["title"]
        if re.search(r"[\s()]", href):
            el["href"] = f"<{re.sub('[<>]', '', href)}>"
        markdown: str = super().convert_a(el, text, parent_tags)  # type: ignore[misc]
        return markdown

    def convert_pre(self, el: Tag, text: str, parent_tags: Any) -> str:
        """Code, in a fence that nothing in it ends."""
        fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", text)), default=0))
        language = _language(el)
        return f"\n\n{fence}{language}\n{text.strip(chr(10))}\n{fence}\n\n" if text.strip() else ""

    def convert_li(self, el: Tag, text: str, parent_tags: Any) -> str:
        """An item, what is in it standing below its first word."""
        start, parent = "", el.parent
        if parent is not None and parent.name == "ol":
            start = str(parent.get("start") or "")
            self._items[id(parent)] += 1
            number = self._items[id(parent)] - 1 + (int(start) if start.isdecimal() and len(start) < 10 else 1)
        sign = f"{number}. " if parent is not None and parent.name == "ol" else "- "
        first, *others = text.strip().split("\n")
        pad = " " * len(sign)
        lines = [f"{sign}{first}", *(f"{pad}{line}" if line else "" for line in others)]
        return "\n".join(lines) + "\n" if first else "\n"

    def convert_td(self, el: Tag, text: str, parent_tags: Any) -> str:
        """A cell, in one line."""
        return f" {in_cell(text.strip().replace(chr(10), ' '))}{' |' * _span(el)}"

    convert_th = convert_td

    def convert_sup(self, el: Tag, text: str, parent_tags: Any) -> str:
        """A power or a footnote's number, which is not the end of what is before it."""
        return text.translate(RAISED) if SMALL.fullmatch(text) else text

    def convert_sub(self, el: Tag, text: str, parent_tags: Any) -> str:
        """A number below the line."""
        return text.translate(LOWERED) if SMALL.fullmatch(text) else text

    def convert_tr(self, el: Tag, text: str, parent_tags: Any) -> str:
        """A row; the first of a table is its head."""
        wide = self._firsts.get(id(el))
        return f"|{text}\n" + (f"|{' --- |' * wide}\n" if wide else "")


def emptied(tag: Tag, words: str = "") -> None:
    """Makes words of a tag, or nothing: it stays, since to take it out looks through all that stand beside it."""
    tag.clear()
    tag.name, tag.attrs = "span", {}
    if words:
        tag.append(words)


def to_markdown(soup: BeautifulSoup) -> str:
    """The Markdown of what is left of a page that has been made harmless, and is not too deep (`html.readable`)."""
    markdown: str = Converter(_data(soup)).convert_soup(soup)
    return markdown


def _language(pre: Tag) -> str:
    """What code is written in, as pages say it: by a class of its own, or of the code in it."""
    inner = pre.find("code", recursive=False)
    classes = " ".join(str(tag.get("class") or "") for tag in (pre, inner) if isinstance(tag, Tag))
    found = LANGUAGE.search(classes)
    return found[1].lower() if found else ""


def _span(cell: Tag, over: str = "colspan") -> int:
    said = str(cell.get(over) or "")
    return max(1, min(MAX_SPAN, int(said))) if said.isdecimal() and len(said) < 5 else 1


def _filled(rows: list[list[Tag]]) -> None:
    """An empty cell in each row that a cell of a row above reaches into, so that the others stay in their columns."""
    reaching: dict[int, int] = {}  # rows that are left, by columns
    for row in rows:
        column = 0
        for cell in row:
            while reaching.get(column):
                reaching[column] -= 1
                cell.insert_before(Tag(name="td"))
                column += 1
            for _ in range(_span(cell)):
                reaching[column] = _span(cell, "rowspan") - 1
                column += 1
        reaching = {each: left - (each >= column) for each, left in reaching.items() if left}


def _data(soup: BeautifulSoup) -> dict[int, int]:
    """How wide the first rows of tables are, by the rows. A table that only says where things stand, as mailers' do (it
    holds others, has one column, or says so), becomes plain blocks. Each tag is looked at once, after what it is in."""
    table_of: dict[int, Tag] = {}
    row_of: dict[int, Tag] = {}
    own: dict[int, list[Tag]] = {}  # the parts of each table
    cells: dict[int, list[Tag]] = {}  # of each row
    holding: set[int] = set()
    tables = []
    for tag in soup.find_all(True):
        parent = tag.parent or soup
        table = parent if parent.name == "table" else table_of.get(id(parent))
        row = parent if parent.name == "tr" else row_of.get(id(parent)) if parent.name != "table" else None
        if tag.name == "table":
            tables.append(tag)
        if table is not None:
            table_of[id(tag)] = table
            if tag.name == "table":
                holding.add(id(table))
            elif tag.name in PARTS:
                own.setdefault(id(table), []).append(tag)
        if row is not None:
            row_of[id(tag)] = row
            if tag.name in CELLS:
                cells.setdefault(id(row), []).append(tag)
    firsts = {}
    for table in tables:
        parts = own.get(id(table), [])
        rows = [cells.get(id(part), []) for part in parts if part.name == "tr"]
        if table.get("role") == "presentation" or id(table) in holding or max(map(len, rows), default=0) < 2:
            for tag in [table, *parts]:
                tag.name = "div"
        else:
            firsts[id(next(part for part in parts if part.name == "tr"))] = sum(map(_span, rows[0]))
            _filled(rows)
    return firsts
