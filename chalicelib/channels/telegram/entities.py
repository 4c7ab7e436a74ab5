"""Telegram's formatting (https://core.telegram.org/bots/api#messageentity), both ways: a text, and entities that say of
stretches of it how they look. Offsets count UTF-16 units. So nothing is escaped, and nothing is guessed from signs.

| entity | CommonMark |
|---|---|
| bold, italic, strikethrough, code | `**`, `_`, `~~`, a code span |
| pre, with its language | a fence |
| blockquote, expandable_blockquote | a quote |
| text_link, url | a link |
| text_mention | a mention |
| underline, spoiler, custom_emoji, mentions by name, hashtags, … | their words |

What Telegram has nothing for is shown as text: a table is code in columns, a list lines with `•` or numbers, a heading
bold. Of quotes within each other the outermost is one. At most 100 entities count.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ...desk.commonmark import LINKED, Block, Code, Items, Line, Paragraph, Quote, Run, Table, merged, read
from ...desk.plain_text import columns

MAX_ENTITIES = 100
MARK = "\ue002{}\ue003"  # stands for a mention, until the person's name is known
HELD = re.compile("[\ue000-\uf8ff]")
MARKS = {"bold": "strong", "italic": "em", "strikethrough": "s", "code": "code"}
SIGNS = {"strong": "bold", "em": "italic", "s": "strikethrough", "code": "code"}
BLOCKS = ("pre", "blockquote", "expandable_blockquote")
WEB = re.compile(r"https?://", re.IGNORECASE)
LANGUAGE = re.compile(r"[\w+#.-]{1,40}\Z")


People = Mapping[str, str]  # name → id there
Shown = tuple[str, list[dict[str, Any]]]  # a text, and its entities


class Stretch(NamedTuple):
    """An entity, from character to character of a Python text."""

    start: int
    end: int
    type: str
    body: dict[str, Any]


def units(text: str) -> int:
    """How many UTF-16 units it takes."""
    return len(text) + sum(character > "\uffff" for character in text)


def blocks_of(text: str, entities: list[Any]) -> list[Block]:
    """The blocks of a text."""
    return list(_Reading(HELD.sub("\ufffd", text), entities).blocks())


def mentions_of(body: dict[str, Any]) -> dict[str, str]:
    """The people in a message who have no name to be called by: the words that stand for each, and the id."""
    found = [each for field in ("entities", "caption_entities") for each in (body.get(field) or ()) if _who(each)]
    return {MARK.format(_who(each)): _who(each) for each in found[:MAX_ENTITIES]}


def _who(entity: Any) -> str:
    """Whom a text_mention means; "" for any other."""
    user = entity.get("user") if isinstance(entity, dict) and entity.get("type") == "text_mention" else None
    id_ = user.get("id") if isinstance(user, dict) else None
    return str(id_) if isinstance(id_, int) and not isinstance(id_, bool) else ""


class _Reading:
    """A text being read, with the entities that are within it: half a character is none."""

    def __init__(self, text: str, entities: list[Any]) -> None:
        self.text = text
        self.places: dict[int, int] = {}  # UTF-16 offset → character
        offset = 0
        for place, character in enumerate(text):
            self.places[offset] = place
            offset += 2 if character > "\uffff" else 1
        self.places[offset] = len(text)
        found = [self.stretch(each) for each in entities[:MAX_ENTITIES]]
        self.stretches = [each for each in found if each]

    def stretch(self, entity: Any) -> Stretch | None:
        """An entity by the characters that it is of; None for what is none."""
        if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
            return None
        start, length = entity.get("offset"), entity.get("length")
        if not isinstance(start, int) or not isinstance(length, int) or length <= 0:
            return None
        if start not in self.places or start + length not in self.places:
            return None
        return Stretch(self.places[start], self.places[start + length], entity["type"], entity)

    def blocks(self) -> Iterator[Block]:
        """Code and quotes, and what stands around them. One within another is none of its own."""
        outer = sorted(
            (each for each in self.stretches if each.type in BLOCKS), key=lambda each: (each.start, -each.end)
        )
        place = 0
        for each in outer:
            if each.start < place:
                continue
            yield from self.paragraphs(place, each.start)
            inner = self.text[each.start : each.end].strip("\n")
            if each.type == "pre":
                language = each.body.get("language")
                yield Code(inner, language if isinstance(language, str) and LANGUAGE.match(language) else "")
            elif inner:
                yield Quote(tuple(self.paragraphs(each.start, each.end)))
            place = each.end
        yield from self.paragraphs(place, len(self.text))

    def paragraphs(self, start: int, end: int) -> Iterator[Block]:
        """What stands between two blocks: lines, and an empty one between paragraphs."""
        inside = [each for each in self.stretches if each.start < end and each.end > start and each.type not in BLOCKS]
        lines: list[Line] = []
        place = start
        for said in self.text[start:end].split("\n"):
            line = merged(self.runs(place, place + len(said), inside)) if said.strip() else ()
            if line:
                lines.append(line)
            elif lines:
                yield Paragraph(tuple(lines))
                lines = []
            place += len(said) + 1
        if lines:
            yield Paragraph(tuple(lines))

    def runs(self, start: int, end: int, stretches: list[Stretch]) -> Iterator[Run]:
        """A line, cut wherever an entity begins or ends."""
        here = [each for each in stretches if each.start < end and each.end > start]
        edges = {start, end, *(each.start for each in here), *(each.end for each in here)}
        cuts = sorted(edge for edge in edges if start <= edge <= end)
        for left, right in zip(cuts, cuts[1:], strict=False):
            over = [each for each in here if each.start <= left and each.end >= right]
            yield self.run(left, right, over)

    def run(self, start: int, end: int, over: list[Stretch]) -> Run:
        """Characters that look alike."""
        said = self.text[start:end]
        marks = frozenset(MARKS[each.type] for each in over if each.type in MARKS)
        if "code" in marks:
            return Run(said, frozenset({"code"}))
        for each in over:
            who = _who(each.body)
            if who:
                return Run(MARK.format(who) if each.start == start else "")
            url = each.body.get("url") if each.type == "text_link" else said if each.type == "url" else ""
            if isinstance(url, str) and LINKED.match(url) and url.isprintable() and " " not in url:
                return Run(said, marks, href=url)
        return Run(said, marks)


# --- going out


def to_telegram(text: str) -> Shown:
    """What Telegram shows of our Markdown."""
    return shown(read(text), {})


def shown(blocks: Iterable[Block], people: People) -> Shown:
    """The same of blocks."""
    writing = _Writing(people)
    writing.blocks(blocks, "\n\n")
    return writing.text, writing.entities


class _Writing:
    """A text being written, with how many units it has."""

    def __init__(self, people: People) -> None:
        self.pieces: list[str] = []
        self.offset = 0
        self.entities: list[dict[str, Any]] = []
        known = {name: id_ for name, id_ in people.items() if name and id_.isascii() and id_.isdigit()}
        people = dict(sorted(known.items(), key=lambda pair: -len(pair[0])))
        named = re.compile(rf"(?<!\w)@({'|'.join(map(re.escape, people))})(?!\w)")
        self.people, self.named = people, named if people else None

    @property
    def text(self) -> str:
        """As far as it is written."""
        return "".join(self.pieces)

    def write(self, text: str) -> None:
        """Write words; what is held for our own marks is none of them."""
        text = HELD.sub("", text)
        self.pieces.append(text)
        self.offset += units(text)

    def mark(self, type_: str, start: int, **more: Any) -> None:
        """What was written since `start` looks so."""
        if self.offset > start:
            self.entities.append({"type": type_, "offset": start, "length": self.offset - start, **more})

    def blocks(self, blocks: Iterable[Block], between: str, *, quoted: bool = False) -> None:
        """Blocks, one below the other."""
        for place, block in enumerate(blocks):
            self.write(between if place else "")
            self.block(block, quoted=quoted)

    def block(self, block: Block, *, quoted: bool) -> None:
        """One block."""
        start = self.offset
        if isinstance(block, Paragraph):
            self.lines(block, bold=bool(block.level))
        elif isinstance(block, Code | Table):
            self.write(columns(block) if isinstance(block, Table) else block.text)
            language = block.language if isinstance(block, Code) else ""
            self.mark("pre", start, **({"language": language} if language else {}))
        elif isinstance(block, Quote):
            self.blocks(block.blocks, "\n\n", quoted=True)
            if not quoted:
                self.mark("blockquote", start)
        elif isinstance(block, Items):
            self.items(block, quoted=quoted)
        else:
            self.write("———")

    def items(self, block: Items, *, quoted: bool, deep: str = "") -> None:
        """A list, each item with its sign; what is within an item stands further in."""
        for place, item in enumerate(block.items):
            sign = "•" if block.start is None else f"{block.start + place}."
            self.write(f"{chr(10) if place else ''}{deep}{sign} ")
            for number, inner in enumerate(item):
                if isinstance(inner, Items):
                    self.write("\n")
                    self.items(inner, quoted=quoted, deep=f"{deep}    ")
                else:
                    self.write(f"\n{deep}    " if number else "")
                    self.block(inner, quoted=quoted)

    def lines(self, block: Paragraph, *, bold: bool) -> None:
        """The lines of a paragraph; of a heading they are bold."""
        for place, line in enumerate(block.lines):
            self.write("\n" if place else "")
            for run in line:
                self.run(run, run.marks | {"strong"} if bold else run.marks)

    def run(self, run: Run, marks: frozenset[str]) -> None:
        """Words that look alike. What is code is nothing else; a link that is none of the web is told in words."""
        start = self.offset
        self.said(run.text, mentions="code" not in marks and not run.href)
        if run.href and run.href != run.text and not WEB.match(run.href):
            bare = run.href.partition(":")[2] if LINKED.match(run.href) else run.href
            self.write(f" ({bare})" if bare != run.text else "")
        elif run.href and run.href != run.text and "code" not in marks:
            self.mark("text_link", start, url=run.href)
        for mark in ("code",) if "code" in marks else [mark for mark in SIGNS if mark in marks]:
            self.mark(SIGNS[mark], start)

    def said(self, text: str, *, mentions: bool) -> None:
        """Words, in which people whom Telegram knows are mentioned."""
        place = 0
        for found in self.named.finditer(text) if self.named and mentions else ():
            self.write(text[place : found.start()])
            start = self.offset
            self.write(found[0])
            user = {"id": int(self.people[found[1]]), "is_bot": False, "first_name": found[1]}
            self.mark("text_mention", start, user=user)
            place = found.end()
        self.write(text[place:])
