"""Slack's mrkdwn, read (https://docs.slack.dev/messaging/formatting-message-text). What means nothing there means
nothing here: the signs of Markdown that somebody types into Slack are characters.

| mrkdwn | Markdown |
|---|---|
| `*bold*`, `_italic_`, `~struck~` | `**bold**`, `_italic_`, `~~struck~~` |
| `<https://…|label>`, `<https://…>` | `[label](https://…)`, `https://…` |
| `<@U1>`, `<#C1|name>`, `<!here>` | a mention, `#name`, `@here` |
| `:tada:` | 🎉 |
| `• item`, `> said`, `>>> all said` | `- item`, `> said` |
| `&amp; &lt; &gt;` | `& < >` |

What stands in code is left as it is, but for the three escapes, and for the addresses that Slack makes links of there
too. Slack's fences begin and end anywhere in a line, Markdown's have lines of their own.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from ...desk.commonmark import Block, Code, Items, Line, Paragraph, Quote, Run, merged
from ...desk.markdown_writer import written
from .emoji import emoji_of
from .mrkdwn import HELD, NARROW, SOFT

FENCE = re.compile(r"```(?!`)(.*?)```", re.DOTALL)
LANGUAGE = re.compile(r"([\w+#.-]{1,40})\n(?=.*\n\Z)", re.DOTALL)  # as Markdown has it
ATOM = re.compile(rf"`(?!{SOFT})([^`\n]+)`|<([^<>\n]+)>|(?<![\w:])((?::[\w+'-]{{1,100}}:)+)")
CODE_LINK = re.compile(r"<((?:https?|mailto|tel):[^<>|\s]+)(?:\|([^<>\n]*))?>")
ONE = re.compile(r":([\w+'-]+)(?::(:skin-tone-\d))?:")
EDGE = r"(?<![\w{m}]){m}(?=[^\s{soft}])(?P<{name}>[^{m}\n]+)(?<=[^\s]){m}(?![\w{m}])"
MARKED = re.compile(
    "|".join(EDGE.format(m=m, name=name, soft=SOFT) for m, name in ((r"\*", "strong"), ("_", "em"), ("~", "s")))
)
UNSEEN = re.compile(rf"(?<=[*_~`:])[{SOFT}{NARROW}]|{NARROW}(?=[*_~`])|\A{SOFT}(?=>)|\A{NARROW}|{NARROW}\Z")
BULLET = re.compile(r"([ \t]*)[•◦▪] ?(.*)", re.DOTALL)
NUMBER = re.compile(r"([1-9]\d{0,3})\. (\S.*)", re.DOTALL)
QUOTED = re.compile(r"(?:&gt;|>) ?(.*)", re.DOTALL)
ALL_QUOTED = re.compile(r"(?:&gt;|>){3} ?")
MARK = "\ue002{}\ue003"  # stands for a mention, until the person's name is known
MAX_DEEP = 6  # marks and quotes within each other
EmojiByName = Mapping[str, str]


def to_markdown(text: str, emoji: EmojiByName = MappingProxyType({})) -> tuple[str, dict[str, str]]:
    """Our text, and the people in it: the words that stand for each (`<@U1>`) and the id. `emoji` are those that the
    message itself tells by name."""
    blocks, mentions = blocks_of(text, emoji)
    return written(blocks), mentions


def blocks_of(text: str, emoji: EmojiByName = MappingProxyType({})) -> tuple[list[Block], dict[str, str]]:
    """The same, in blocks."""
    reading = _Reading(emoji, {})
    blocks: list[Block] = []
    for place, part in enumerate(FENCE.split(HELD.sub("", text))):
        blocks += [_fenced(part)] if place % 2 else reading.blocks(_around(part, place).split("\n"))
    return blocks, reading.mentions


def _around(part: str, place: int) -> str:
    """What stands around fences, without the blanks between it and them."""
    return (part.lstrip(" \t") if place else part).rstrip(" \t")


def _fenced(code: str) -> Code:
    """Code with its addresses as they were typed."""
    code = CODE_LINK.sub(lambda match: match[2] or re.sub("^(mailto|tel):", "", match[1]), code)
    language = LANGUAGE.match(code)
    text = unescaped(code[language.end() :] if language else code).replace(f"``{NARROW}`", "```")
    return Code(text.strip("\n"), language[1] if language else "")


class _Reading(NamedTuple):
    """A text being read: the emoji that it tells, and the people found so far."""

    emoji: EmojiByName
    mentions: dict[str, str]

    def blocks(self, lines: list[str], deep: int = 0) -> list[Block]:
        """The blocks of lines in which there is no fence."""
        for place, line in enumerate(lines):
            if deep < MAX_DEEP and ALL_QUOTED.match(line):
                rest = [ALL_QUOTED.sub("", line, count=1), *lines[place + 1 :]]
                return [*self._grouped(lines[:place], deep), Quote(tuple(self.blocks(rest, MAX_DEEP)))]
        return list(self._grouped(lines, deep))

    def _grouped(self, lines: list[str], deep: int) -> Iterable[Block]:
        for kind, same in groupby(lines, lambda line: _kind(line, deep)):
            group = list(same)
            if kind == "quote":
                inner = [found[1] for line in group if (found := QUOTED.fullmatch(line))]
                yield Quote(tuple(self.blocks(inner, deep + 1)))
            elif kind == "bullet":
                yield self._list([found for line in group if (found := BULLET.fullmatch(line))])
            elif kind == "number":
                yield self._numbered([found for line in group if (found := NUMBER.fullmatch(line))])
            elif kind == "text":
                yield Paragraph(tuple(self.line(line) for line in group))

    def _numbered(self, lines: list[re.Match[str]]) -> Block:
        """A list, if its numbers are those that a list has."""
        if [int(line[1]) for line in lines] != list(range(1, len(lines) + 1)):
            return Paragraph(tuple(self.line(line[0]) for line in lines))
        return Items(tuple((Paragraph((self.line(line[2]),)),) for line in lines), 1)

    def _list(self, bullets: list[re.Match[str]]) -> Items:
        """A list of lines; those that are indented further belong to the one above them."""
        items: list[tuple[Block, ...]] = []
        place = 0
        while place < len(bullets):
            own, end = _depth(bullets[place]), place + 1
            while end < len(bullets) and _depth(bullets[end]) > own:
                end += 1
            below = bullets[place + 1 : end]
            items.append((Paragraph((self.line(bullets[place][2]),)), *([self._list(below)] if below else [])))
            place = end
        return Items(tuple(items))

    def line(self, text: str) -> Line:
        """The runs of a line."""
        atoms: list[Run] = []

        def hold(found: re.Match[str]) -> str:
            atoms.append(self._atom(found))
            return f"\ue000{len(atoms) - 1}\ue001"

        return merged(_expanded(_runs(ATOM.sub(hold, text), frozenset(), 0), atoms))

    def _atom(self, found: re.Match[str]) -> Run:
        code, angled, emoji = found[1], found[2], found[3]
        if code is not None:
            inner = CODE_LINK.sub(lambda match: match[2] or re.sub("^(mailto|tel):", "", match[1]), code)
            return Run(unescaped(inner), frozenset({"code"}))
        if emoji:
            return Run(ONE.sub(self._named, emoji))
        return self._angled(angled)

    def _named(self, one: re.Match[str]) -> str:
        """An emoji; of one that is a workspace's own, the name as it was typed."""
        name = one[1] + (f":{one[2]}" if one[2] else "")
        found = emoji_of(name, self.emoji)
        return one[0] if found == name else found

    def _angled(self, angled: str) -> Run:
        inside, _, label = (unescaped(part) for part in angled.partition("|"))
        if inside.startswith("@"):
            mark = MARK.format(inside[1:])
            self.mentions[mark] = inside[1:]
            return Run(mark)
        if inside.startswith("#"):
            return Run(f"#{label or inside[1:]}")
        if inside.startswith("!"):
            return Run(label or f"@{inside[1:].partition('^')[0]}")
        address = inside.removeprefix("mailto:").removeprefix("tel:")
        if not label or label in (inside, address):
            return Run(address, href=inside if inside == address else "")
        return Run(label, href=inside)


def _kind(line: str, deep: int) -> str:
    if deep < MAX_DEEP and QUOTED.match(line):
        return "quote"
    if BULLET.fullmatch(line):
        return "bullet"
    return "number" if NUMBER.fullmatch(line) else "text" if line.strip() else ""


def _depth(bullet: re.Match[str]) -> int:
    return len(bullet[1].expandtabs(4))


def _runs(text: str, marks: frozenset[str], deep: int) -> Iterable[Run]:
    """What stands in marks, and around them."""
    place = 0
    for found in MARKED.finditer(text) if deep < MAX_DEEP else ():
        name = found.lastgroup or ""
        yield Run(text[place : found.start()], marks)
        yield from _runs(found[name], marks | {name}, deep + 1)
        place = found.end()
    yield Run(text[place:], marks)


def _expanded(runs: Iterable[Run], atoms: list[Run]) -> Iterable[Run]:
    """The runs with what was held; a blank that nobody sees beside a sign is gone."""
    for run in runs:
        for place, piece in enumerate(re.split("\ue000(\\d+)\ue001", run.text)):
            if place % 2:
                atom = atoms[int(piece)]
                yield atom._replace(marks=atom.marks | run.marks)
            elif piece:
                yield run._replace(text=UNSEEN.sub("", unescaped(piece)))


def unescaped(text: str) -> str:
    """Without Slack's three escapes."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
