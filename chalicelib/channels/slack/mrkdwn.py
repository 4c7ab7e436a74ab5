"""The text of rooms as Slack shows it: mrkdwn (https://docs.slack.dev/messaging/formatting-message-text).

| a text has | Slack is told |
|---|---|
| strong, emphasis, struck, code | `*…*`, `_…_`, `~…~`, a span of code; in a word with a blank of no width beside it |
| a link, an address | `<https://…|words>`, `<https://…>` |
| a heading | a strong line |
| a list | `• ` or its numbers, deeper ones indented |
| a table | its rows in a fence, in columns |
| code | a fence; Slack knows no languages |

Slack has no escape for its marks. A sign that is none of ours and would begin a mark has a soft hyphen behind it: it is
not seen, and Slack reads no mark there; so has a `>` at the beginning of a line before it, and a name of an emoji that
is only characters behind its first colon.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby, takewhile

from ...desk.commonmark import LINKED, Block, Code, Items, Line, Paragraph, Quote, Run, Table, read
from ...desk.plain_text import columns
from .emoji import emoji_of

SIGNS = {"s": "~", "strong": "*", "em": "_"}
LITERAL: dict[str, str] = {
    "~": "\ue010",
    "*": "\ue011",
    "_": "\ue012",
    "`": "\ue013",
}  # stand for signs that are none of ours
SIGN_OF = {place: sign for sign, place in LITERAL.items()}
HOLD = {ord(sign): place for sign, place in LITERAL.items()}
HELD = re.compile("[\ue000-\uf8ff\x00]")  # no text has them but to mislead
OPENS, CLOSES = "\ue020", "\ue021"  # before a sign of ours, until what is beside it is known
SOFT, NARROW = "\u00ad", "\u200b"  # a soft hyphen; a blank of no width
NAMED = re.compile(r":([\w+'-]{1,100}):")
DEEPER = "    "
People = Mapping[str, str]


def to_mrkdwn(text: str, people: People | None = None) -> str:
    """A text as Slack shows it. `people` are ids by the name that follows an @ in it."""
    return mrkdwn(read(text), people)


def mrkdwn(blocks: Iterable[Block], people: People | None = None) -> str:
    """The same of blocks."""
    return _joined(((block, _block(block, people or {})) for block in blocks), "\n\n")


def _joined(pieces: Iterable[tuple[Block, str]], between: str) -> str:
    """Blocks with a line between them, but around what has a frame of its own."""
    text, framed = "", False
    for block, piece in pieces:
        now = isinstance(block, Code | Table)
        text += ("" if not text else "\n" if now or framed else between) + piece
        framed = now
    return text


def _block(block: Block, people: People) -> str:
    if isinstance(block, Paragraph):
        return "\n".join(_line(line, people, heading=bool(block.level)) for line in block.lines)
    if isinstance(block, Code):
        return _fence(block.text)
    if isinstance(block, Quote):
        return _joined(((each, _quoted(each, people)) for each in block.blocks), "\n&gt;\n")
    if isinstance(block, Items):
        return "\n".join(_items(block, people, ""))
    return _fence(columns(block)) if isinstance(block, Table) else "---"


def _quoted(block: Block, people: People) -> str:
    """Slack quotes lines; a fence stands between them."""
    text = _block(block, people)
    return text if isinstance(block, Code | Table) else "\n".join(f"&gt; {line}" for line in text.split("\n"))


def _fence(code: str) -> str:
    return f"```\n{escaped(HELD.sub('', code)).replace('```', f'``{NARROW}`')}\n```"


def _items(block: Items, people: People, indent: str) -> Iterable[str]:
    for number, item in enumerate(block.items, block.start or 0):
        mark = "• " if block.start is None else f"{number}. "
        before = indent + mark
        for each in item or (Paragraph(((),)),):
            if isinstance(each, Items):
                yield from _items(each, people, indent + DEEPER)
            elif isinstance(each, Code | Table):
                yield _block(each, people)
            else:
                for line in _block(each, people).split("\n"):
                    yield before + line
                    before = indent + " " * len(mark)


def _line(line: Line, people: People, *, heading: bool) -> str:
    marks = frozenset({"strong"}) if heading else frozenset()
    runs = [_marked(run, marks) for run in line]
    found: list[str] = []
    open_: list[str] = []
    gap = ""
    for (like, href), same in groupby(runs, lambda run: (run.marks, run.href)):
        lead, body, trail = _parted("".join(run.text for run in same))
        if not body:
            found += _turned(open_, list(takewhile(like.__contains__, open_)))
            gap += lead
            continue
        order = [*open_, *(mark for mark in SIGNS if mark not in open_)]
        wanted = [mark for mark in order if mark in like and SIGNS[mark] not in body]
        found += [*_turned(open_, list(takewhile(wanted.__contains__, open_))), gap + lead]
        found += [*_turned(open_, wanted), _words(Run(body, like, href), people)]
        gap = trail
    text = _literal(_beside("".join([*found, *_turned(open_, []), gap])))
    return SOFT + text if text.startswith("&gt;") else text


def _marked(run: Run, marks: frozenset[str]) -> Run:
    """A run with marks besides its own, without the characters that stand for something here."""
    return run._replace(text=HELD.sub("", run.text), marks=run.marks | marks)


def _parted(words: str) -> tuple[str, str, str]:
    """The blanks before words, the words, the blanks behind them: a mark stands beside a word."""
    body = words.strip()
    start = words.find(body)
    return (words[:start], body, words[start + len(body) :]) if body else (words, "", "")


def _turned(open_: list[str], wanted: list[str]) -> list[str]:
    """The signs that end marks which are not wanted any more and begin those that are; `open_` is changed."""
    keep = next((n for n, mark in enumerate(open_) if mark not in wanted), len(open_))
    signs = [f"{CLOSES}{SIGNS[mark]}" for mark in reversed(open_[keep:])]
    begun = [mark for mark in wanted if mark not in open_[:keep]]
    open_[keep:] = begun
    return signs + [f"{OPENS}{SIGNS[mark]}" for mark in begun]


def _beside(text: str) -> str:
    """A line, with a blank of no width where a mark of ours would stand in a word or at a sign that is none."""
    text = re.sub(rf"(?<=[\w\ue010-\ue013])({OPENS}[~*_])", rf"{NARROW}\1", text)
    text = re.sub(rf"({CLOSES}[~*_])(?=[\w\ue010-\ue013])", rf"\1{NARROW}", text)
    return re.sub(f"[{OPENS}{CLOSES}]", "", text)


def _words(run: Run, people: People) -> str:
    if run.href:
        return _link(run)
    if "code" in run.marks and run.text and "`" not in run.text:
        return f"`{escaped(run.text)}`"
    text = escaped(run.text)
    for name in sorted(people, key=len, reverse=True):
        text = re.sub(rf"(?<!\w)@{re.escape(escaped(name))}(?!\w)", f"<@{people[name]}>", text)
    return "".join(_held(piece) for piece in re.split(r"(<@\w+>)", text))


def _held(text: str) -> str:
    """Characters that are none of Slack's marks, nor its names of emoji."""
    return text if text.startswith("<@") else NAMED.sub(_unnamed, text).translate(HOLD)


def _unnamed(found: re.Match[str]) -> str:
    return f":{SOFT}{found[1]}:" if emoji_of(found[1]) != found[1] else found[0]


def _link(run: Run) -> str:
    """A link; of what Slack makes none of, the words and where they lead."""
    if not LINKED.match(run.href):
        return f"{escaped(run.text)} ({escaped(run.href)})".translate(HOLD)
    url = re.sub(r"[<>|\s]", lambda found: f"%{ord(found[0]):02X}", run.href).replace("&", "&amp;")
    words = escaped(run.text)
    return f"<{url}>" if words == url else f"<{url}|{words}>"


def _literal(text: str) -> str:
    """The signs that are none of ours as they are, with a soft hyphen behind each that would begin a mark."""
    last = {sign: max(text.rfind(sign), text.rfind(place)) for sign, place in LITERAL.items()}

    def shown(found: re.Match[str]) -> str:
        sign, at = SIGN_OF[found[0]], found.start()
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if sign == "`":
            opens = at < last[sign]
        else:
            word = before.isalnum() or before in (LITERAL["_"], sign, found[0])  # a `_` that is none of ours
            opens = at < last[sign] and not word and after.strip() not in ("", sign, found[0])
        return f"{sign}{SOFT}" if opens else sign

    return re.sub("[\ue010-\ue013]", shown, text)


def escaped(text: str) -> str:
    """Slack's three escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
