"""Teams' HTML and ours: what people typed becomes Markdown, and Markdown what Teams shows."""

import html
import re
from typing import Any

MENTION = re.compile(r"<at(?:\s[^<>]*)?>([^<]*)</at>", re.IGNORECASE)
FENCE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
EMPTY = re.compile(r"(?:</?(?:div|p|br)\s*/?>|&nbsp;|\s)*")  # what a file that is sent alone has for words
SAFE = re.compile(r"(https?://|mailto:|tel:)", re.IGNORECASE)


def from_html(source: str, ours: str = "") -> str:
    """Markdown of what Teams tells as HTML, without the mention of `ours` (the bot's name) that began it. Nothing in it
    can load or run: pictures become their words, links keep http(s), mailto and tel alone."""
    from ...wire.html import GONE, readable, tidied, words_of

    source = tidied(source)
    if not readable(source):
        return _tidy(_without(words_of(source), ours))
    from bs4 import BeautifulSoup

    from ...wire.markup import emptied, to_markdown

    soup = BeautifulSoup(source + "\n", "html.parser")  # it warns of a line that is an address or a file's name
    for tag in soup.find_all(list(GONE)):
        emptied(tag)
    for tag in soup.find_all(True):
        _plainer(tag)
    return _tidy(_without(to_markdown(soup), ours))


def from_plain(source: str, ours: str = "") -> str:
    """Markdown of an activity's text, in which only mentions are tags."""
    if EMPTY.fullmatch(source):
        return ""
    text = MENTION.sub(lambda found: "@" + html.unescape(found[1]).strip(), source)
    return _tidy(_without(html.unescape(text), ours))


def to_teams(text: str, people: dict[str, str]) -> tuple[str, list[dict[str, object]]]:
    """What Teams shows of our Markdown, and the entities of those who are mentioned. `people`: name → id there."""
    entities: list[dict[str, object]] = []

    def outside_code(part: str) -> str:
        part = part.replace("&", "&amp;").replace("<", "&lt;")
        for name in sorted(people, key=len, reverse=True):
            shown = html.escape(name)
            mark = f"<at>{shown}</at>"
            spoken = f"@{html.escape(name, quote=False)}"
            parts = re.split(rf"{re.escape(spoken)}(?!\w)", part)
            part = mark.join(parts)
            if len(parts) > 1 and not any(each["text"] == mark for each in entities):
                mentioned = {"id": people[name], "name": name}
                entities.append({"type": "mention", "text": mark, "mentioned": mentioned})
        return re.sub(r"(?<!\n)\n(?!\n)", "\n\n", part)  # one line break is none in Teams

    parts = FENCE.split(text)
    return "".join(part if i % 2 else outside_code(part) for i, part in enumerate(parts)), entities


def _without(text: str, ours: str) -> str:
    return re.sub(rf"^\s*@{re.escape(ours)}(?!\w)[\s:,\u00a0]*", "", text, count=1) if ours else text


def _tidy(text: str) -> str:
    text = text.replace("\u00a0", " ").replace("\r\n", "\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip(" \t") for line in text.split("\n"))).strip()


def _plainer(tag: Any) -> None:
    """What Teams has of its own, in tags that everybody knows."""
    from ...wire.markup import emptied

    kind = str(tag.get("itemtype", ""))
    if tag.name == "at" or kind.endswith("/Mention"):
        emptied(tag, f"@{tag.get_text().strip()}")
    elif tag.name in ("img", "emoji"):
        emptied(tag, str(tag.get("alt", "")) if tag.name == "emoji" or kind.endswith(("/Emoji", "/Giphy")) else "")
    elif tag.name == "codeblock":
        tag.name = "pre"
    elif tag.name == "a" and not SAFE.match(str(tag.get("href", "")).strip()):
        tag.name = "span"
