"""HTML that people wrote, as the Markdown of rooms. Imported when it is needed: its parser is not small."""

import re
from typing import Any

from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

NEEDLESS = re.compile(r"(?<=[^\W_])\\(_)(?=[^\W_])|(?<= )\\(\*)(?= )")
PARTS = ["tbody", "thead", "tfoot", "tr", "td", "th"]


class Converter(MarkdownConverter):
    """No sign is escaped that means nothing where it stands (`snake_case`, `2 * 3`): text is read by people, and
    repeated where there is no Markdown. A link whose words are its address is the address."""

    def escape(self, text: str, parent_tags: Any) -> str:
        """The text with its Markdown signs escaped."""
        return NEEDLESS.sub(r"\1\2", super().escape(text, parent_tags))  # type: ignore[misc]

    def convert_a(self, el: Tag, text: str, parent_tags: Any) -> str:
        """A link, whose title nobody sees."""
        href = str(el.get("href") or "")
        if href and el.get_text().strip() == href and "_noformat" not in parent_tags:
            return href
        del el["title"]
        markdown: str = super().convert_a(el, text, parent_tags)  # type: ignore[misc]
        return markdown


def to_markdown(soup: BeautifulSoup) -> str:
    """The Markdown of what is left of a page that has been made harmless. It may be too deep: RecursionError."""
    for table in reversed(soup.find_all("table")):
        if _places(table):
            own = [tag for tag in table.find_all(PARTS) if tag.find_parent("table") is table]
            for tag in [table, *own]:
                tag.name = "div"
    markdown: str = Converter(
        heading_style="ATX", bullets="-", escape_misc=False, table_infer_header=True
    ).convert_soup(soup)
    return markdown


def _places(table: Tag) -> bool:
    """Whether it only says where things stand, as mailers' tables do: it holds others, or has one column."""
    rows = table.find_all("tr")
    return (
        table.get("role") == "presentation"
        or table.find("table") is not None
        or all(len(row.find_all(["td", "th"])) < 2 for row in rows)
    )
