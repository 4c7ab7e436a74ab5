"""Rich text, which Slack's own composer writes, as blocks: what it says of itself is not guessed from `text`.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple

from ...desk.commonmark import Block, Code, Items, Paragraph, Quote, Run
from ...wire.reading import count, items, part, walk, words
from .emoji import emoji_in, emoji_of
from .text import MARK

LABELS = re.compile(r"<(?:#|!subteam\^)([A-Z0-9]+)\|([^<>\n]+)>")  # `<#C1|general>`: rich text has the ids alone
LINKED = re.compile(r"(?:https?://|mailto:|tel:)\S+\Z", re.IGNORECASE)
HELD = re.compile("[\ue000-\uf8ff\x00]")  # characters that hold places here: no text has them but to mislead
MARKS = {"bold": "strong", "italic": "em", "strike": "s", "code": "code"}
NAMED = ("text", "title", "name", "label", "fallback", "value", "url")
LAST_S = 253_402_300_800  # s: the year 10000


class Part(NamedTuple):
    """A list, as Slack tells it: those that stand deeper follow it as lists of their own. `start` as in Items."""

    indent: int
    start: int | None
    items: tuple[tuple[Block, ...], ...]


class Reader:
    """Reads the rich text of one message; `mentions` are the people that it has met, by the marks that stand for
    them."""

    def __init__(self, message: Mapping[str, Any]) -> None:
        self.emoji = emoji_in(message.get("blocks"))
        self.labels = dict(LABELS.findall(words(message, "text")))
        self.mentions: dict[str, str] = {}

    def blocks(self, block: Any) -> list[Block]:
        """A whole rich text block."""
        found: list[Block] = []
        for listed, group in groupby(items(block, "elements"), lambda each: words(each, "type") == "rich_text_list"):
            if listed:
                found += self._lists(list(group))
            else:
                found += joined(map(self._element, group))
        return found

    def _element(self, element: Any) -> list[Block]:
        kind, inside = words(element, "type"), items(element, "elements")
        if kind == "rich_text_preformatted":
            code = "".join(run.text for run in self.runs(inside)).strip("\n")
            found: list[Block] = [Code(code, words(element, "language"))] if code.strip() else []
        else:
            found = paragraphs(self.runs(inside))
        quoted = kind == "rich_text_quote" or count(element, "border")
        return [Quote(tuple(found))] if quoted and found else found

    def _lists(self, lists: list[Any]) -> list[Block]:
        """Lists beside each other, each in the item that it stands below; those in a quote have a border."""
        found: list[Block] = []
        for border, group in groupby(lists, lambda each: bool(count(each, "border"))):
            nested = _nested([self._list(each) for each in group])
            found += [Quote(tuple(nested))] if border else nested
        return found

    def _list(self, element: Any) -> Part:
        start = (count(element, "offset") or 0) + 1 if words(element, "style") == "ordered" else None
        inside = tuple(tuple(self._element(item)) for item in items(element, "elements"))
        return Part(count(element, "indent") or 0, start, inside)

    def runs(self, elements: Iterable[Any]) -> list[Run]:
        """Words in a line, or in several."""
        return [run for element in elements if (run := self._run(element)).text]

    def _run(self, element: Any) -> Run:
        style, kind = part(element, "style"), words(element, "type")
        marks = frozenset(MARKS[name] for name in MARKS if style.get(name) is True)
        if kind == "link":
            return link(words(element, "url"), words(element, "text"))._replace(marks=marks)
        said = SIGNS[kind](self, element) if kind in SIGNS else HELD.sub("", _named(element))
        return Run(said, marks)

    def _emoji(self, element: Any) -> str:
        name = words(element, "name")
        found = emoji_of(name, self.emoji)
        return f":{name}:" if found == name != "" else found

    def _user(self, element: Any) -> str:
        mark = MARK.format(words(element, "user_id"))
        self.mentions[mark] = words(element, "user_id")
        return mark

    def _channel(self, element: Any) -> str:
        id_ = words(element, "channel_id")
        return f"#{self.labels.get(id_, id_)}"

    def _usergroup(self, element: Any) -> str:
        id_ = words(element, "usergroup_id")
        return f"@{self.labels.get(id_, id_).removeprefix('@')}"

    def _team(self, element: Any) -> str:
        return f"@{words(element, 'team_id')}"

    def _broadcast(self, element: Any) -> str:
        return f"@{words(element, 'range')}"

    def _date(self, element: Any) -> str:
        at, said = walk(element, "timestamp"), words(element, "fallback")
        known = isinstance(at, int) and 0 <= at < LAST_S
        return said or (f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC" if known else "")


SIGNS = {
    "emoji": Reader._emoji,
    "user": Reader._user,
    "channel": Reader._channel,
    "usergroup": Reader._usergroup,
    "team": Reader._team,
    "broadcast": Reader._broadcast,
    "date": Reader._date,
}


def link(url: str, label: str) -> Run:
    """A link; one whose words are its address is the address."""
    url, label = HELD.sub("", url), HELD.sub("", " ".join(label.split()))
    address = re.sub(r"^(?:mailto|tel):", "", url)
    if not LINKED.match(url):
        return Run(f"{label} ({url})" if url and label else url or label)
    if not label or label in (url, address):
        return Run(address, href=url if url == address else "")
    return Run(label, href=url)


def joined(parts: Iterable[list[Block]]) -> list[Block]:
    """The blocks of parts; words with which one ends and the next begins are lines of one paragraph."""
    found: list[Block] = []
    for blocks in parts:
        above, below = found[-1:], blocks[:1]
        if above and below and isinstance(above[0], Paragraph) and isinstance(below[0], Paragraph):
            found[-1:] = [Paragraph((*above[0].lines, *below[0].lines))]
            blocks = blocks[1:]
        found += blocks
    return found


def paragraphs(runs: Iterable[Run]) -> list[Block]:
    """The lines of runs; an empty one begins another paragraph."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        for place, piece in enumerate(run.text.split("\n")):
            if place:
                lines.append([])
            lines[-1].append(run._replace(text=piece))
    shown = (tuple(_edged(line)) for line in lines)
    groups = groupby(shown, lambda line: any(run.text.strip() for run in line))
    return [Paragraph(tuple(group)) for said, group in groups if said]


def _edged(line: list[Run]) -> Iterable[Run]:
    """The runs of a line, with the blanks at the edges of what looks alike outside: no mark holds beside one."""
    for marks, same in groupby((run for run in line if run.text), lambda run: run.marks):
        runs = list(same)
        if not marks or "code" in marks:
            yield from runs
            continue
        first, last = runs[0].text, runs[-1].text
        lead, trail = first[: len(first) - len(first.lstrip())], last[len(last.rstrip()) :]
        runs[0] = runs[0]._replace(text=runs[0].text.lstrip())
        runs[-1] = runs[-1]._replace(text=runs[-1].text.rstrip())
        yield from (run for run in (Run(lead), *runs, Run(trail)) if run.text)


def _nested(lists: list[Part]) -> list[Block]:
    """Each list with those that stand deeper in its last item; one that goes on with another's numbers is its end."""
    found: list[Items] = []
    place = 0
    while place < len(lists):
        indent, start, own = lists[place]
        end = next((n for n in range(place + 1, len(lists)) if lists[n].indent <= indent), len(lists))
        below = _nested(lists[place + 1 : end])
        inside = (*own[:-1], (*(own[-1] if own else ()), *below)) if below else own
        if found and _goes_on(found[-1], start):
            found[-1] = Items((*found[-1].items, *inside), found[-1].start)
        elif inside:
            found.append(Items(inside, start))
        place = end
    return list(found)


def _goes_on(above: Items, start: int | None) -> bool:
    return start == (None if above.start is None else above.start + len(above.items))


def _named(element: Any) -> str:
    """Whatever else there may be, by the first that it has of the names that Slack gives to words."""
    return next((found for name in NAMED if (found := words(element, name))), "")
