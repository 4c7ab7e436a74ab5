"""Teams' HTML and ours: what people typed becomes Markdown, and Markdown what Teams shows."""

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ...desk.commonmark import LINKED, Block, Code, Items, Line, Paragraph, Quote, Run, Table, read
from ...desk.markdown_writer import escaped, escaped_words, written
from ...desk.plain_text import columns, with_blanks

MENTION = re.compile(r"<at(?:\s[^<>]*)?>([^<]*)</at>", re.IGNORECASE)
# Until all is written, these stand for what is none of our Markdown: signs of HTML, a break, a mention, an address.
# They begin and end with a punctuation mark, as what they stand for does: by that a mark is known beside them.
HELD = re.compile("[\U00012470\U00012471]")
AND, LESS, BACKSLASH, BREAK, MENTIONED, ADDRESS = (
    f"\U00012470{name}\U00012471" for name in ("a", "l", "b", "r", "m{}", "d{}")
)
ENTITIES = {AND: "&amp;", LESS: "&lt;", BACKSLASH: "&#92;"}
BREAKS = re.compile(rf"\n[ >]*{BREAK}(?=\n)")  # a line of its own, in whatever it stands
MEANS = re.compile(r"[*_~]|&#?\w+(?:;|\Z)")  # in an address, what Markdown reads
BEFORE_HELD = re.compile(r"(?<!\\)\\+(?=[&<])")
EMPTY = re.compile(r"(?:</?(?:div|p|br)\s*/?>|&nbsp;|\s)*")  # what a file that is sent alone has for words
SAFE = re.compile(r"(https?://|mailto:|tel:)", re.IGNORECASE)


def from_html(source: str, ours: str = "") -> str:
    """Markdown of what Teams tells as HTML, without the mention of `ours` (the bot's name) that began it. Nothing in it
    can load or run: pictures become their words, links keep http(s), mailto and tel alone."""
    from ...wire.html import GONE, readable, tidied, words_of

    source = tidied(source)
    if not readable(source):
        return from_plain(words_of(source), ours)
    from bs4 import BeautifulSoup

    from ...wire.markup import emptied, to_markdown

    soup = BeautifulSoup(source + "\n", "html.parser")  # it warns of a line that is an address or a file's name
    for tag in soup.find_all(list(GONE)):
        emptied(tag)
    for tag in soup.find_all(True):
        _plainer(tag)
    return _tidy(_without(to_markdown(soup), ours))


def from_plain(source: str, ours: str = "") -> str:
    """Markdown of an activity's plain text, in which only mentions are tags."""
    if EMPTY.fullmatch(source):
        return ""
    text = MENTION.sub(lambda found: "@" + html.unescape(found[1]).strip(), source)
    return escaped(_tidy(_without(html.unescape(text), ours)))


def from_markdown(source: str, ours: str = "") -> str:
    """An activity's text that is Markdown already, as other bots write it."""
    return _tidy(_without(MENTION.sub(lambda found: "@" + html.unescape(found[1]).strip(), source), ours))


def to_teams(text: str, people: Mapping[str, str]) -> tuple[str, list[dict[str, object]]]:
    """What Teams shows of our Markdown, and the entities of those who are mentioned. `people`: name → id there."""
    return shown(read(text), people)


def shown(blocks: Iterable[Block], people: Mapping[str, str]) -> tuple[str, list[dict[str, object]]]:
    """The same of blocks. Teams reads Markdown, but no table, and a `<` begins a tag there. Of line breaks it knows
    those with two blanks before them (botframework-sdk#5575)."""
    held = _Held(sorted(people, key=len, reverse=True), [])
    made = written(piece for block in blocks for piece in _for_teams(block, held))
    for place, address in enumerate(held.addresses):
        made = made.replace(ADDRESS.format(place), f"<{address}>")
    entities: list[dict[str, object]] = []
    for place, name in enumerate(held.names):
        mark = f"<at>{html.escape(name)}</at>"
        if MENTIONED.format(place) in made:
            made = made.replace(MENTIONED.format(place), mark)
            mentioned = {"id": people[name], "name": name}
            entities.append({"type": "mention", "text": mark, "mentioned": mentioned})
    made = BREAKS.sub("  ", made)
    for mark, entity in ENTITIES.items():
        made = made.replace(mark, entity)
    return made, entities


class _Held(NamedTuple):
    """What characters that say nothing stand for, until all is written: who may be mentioned, and addresses."""

    names: list[str]
    addresses: list[str]


def _for_teams(block: Block, held: _Held) -> Iterable[Block]:
    """A block in what Teams has for it: a table is code in columns."""
    if isinstance(block, Table):
        yield Code(columns(block))
    elif isinstance(block, Quote):
        yield Quote(tuple(piece for each in block.blocks for piece in _for_teams(each, held)))
    elif isinstance(block, Items):
        items = (tuple(piece for each in item for piece in _for_teams(each, held)) for item in block.items)
        yield block._replace(items=tuple(items))
    elif isinstance(block, Paragraph):
        lines = [_for_html(line, held) for line in block.lines]
        yield block._replace(lines=tuple(each for line in lines for each in ((Run(BREAK),), line))[1:])
    else:
        yield block


def _for_html(line: Line, held: _Held) -> Line:
    """A line in which what HTML would read is held, as are those who are mentioned; blanks that HTML would not show
    stay."""
    return tuple(
        run if "code" in run.marks else _as_held(run, held, begins=not place) for place, run in enumerate(line)
    )


def _as_held(run: Run, held: _Held, *, begins: bool) -> Run:
    text = HELD.sub("", run.text)
    if run.href == text:
        if not MEANS.search(text):
            return run
        held.addresses.append(text)
        return run._replace(text=ADDRESS.format(len(held.addresses) - 1), href="")
    for place, name in enumerate(held.names if not run.href else ()):
        text = re.sub(rf"(?<!\w)@{re.escape(name)}(?!\w)", MENTIONED.format(place), text)
    if run.href and not LINKED.match(run.href):
        text, run = f"{text} ({run.href})", run._replace(href="")
    text = with_blanks(text, begins=begins)
    text = BEFORE_HELD.sub(lambda found: BACKSLASH * len(found[0]), text)  # it would take the sign from the entity
    return run._replace(text=text.replace("&", AND).replace("<", LESS))


def _without(text: str, ours: str) -> str:
    return (
        re.sub(rf"^\s*@(?:{re.escape(ours)}|{re.escape(escaped_words(ours))})(?!\w)[\s:,\u00a0]*", "", text, count=1)
        if ours
        else text
    )


def _classes(tag: Any) -> str:
    """What Teams says that code is written in: `Python`, as a class."""
    found = tag.get("class") or ""
    return found if isinstance(found, str) else "-".join(found)


def _tidy(text: str) -> str:
    text = text.replace("\u00a0", " ").replace("\r\n", "\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip(" \t") for line in text.split("\n"))).strip()


def _plainer(tag: Any) -> None:
    """What Teams has of its own, in tags that everybody knows."""
    from ...wire.markup import emptied

    kind = str(tag.get("itemtype", ""))
    if tag.name == "at" or kind.endswith("/Mention"):
        emptied(tag, f"@{tag.get_text().strip()}")
    elif tag.name in ("img", "emoji", "customemoji"):
        emptied(tag, str(tag.get("alt", "")) if tag.name != "img" or kind.endswith(("/Emoji", "/Giphy")) else "")
    elif tag.name == "codeblock":
        tag.name, tag["class"] = "pre", f"language-{_classes(tag)}"
    elif tag.name == "a" and kind.endswith("AutoEmbedLink") and not tag.get_text().strip():
        tag.append(str(tag.get("href", "")))  # a Loop component, which its client shows instead of words
    elif tag.name == "a" and not SAFE.match(str(tag.get("href", "")).strip()):
        tag.name = "span"
