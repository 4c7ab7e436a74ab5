"""What people said in a room, as an issue's text quotes it for the developers: as it was, in Markdown, with who said it
and the files that came with it."""

import re
from collections.abc import Iterable

from .messages import Message

_SIGNS = re.compile(r"([\\\[\]`*_<>])")
_OUR_MARK = re.compile(r"<!--(?=\s*/?parley)")
CUT = "> … what else was said is in the room."


def quoted(messages: Iterable[Message], room_url: str, most: int) -> str:
    """Each message as a quote, of `most` characters in all. Lines, lists and code stay what they are; `room_url` is
    where whoever may see the files finds them ("": nowhere)."""
    found: list[str] = []
    left = most
    for message in messages:
        piece = _quote(message, room_url)
        if len(piece) + 2 > left - len(CUT):
            return "\n\n".join([*found, *_begun(piece, left - len(CUT) - 4), CUT])
        found.append(piece)
        left -= len(piece) + 2
    return "\n\n".join(found)


def without_quotes(text: str, by: Iterable[str]) -> str:
    """A text in which nothing is quoted any more of those who have one of these names; that they were quoted stays."""
    heads = tuple(f"> {plain(name)}:" for name in by)
    blocks = text.split("\n\n") if heads else []
    kept = [_emptied(block) if block.startswith(heads) else block for block in blocks]
    return "\n\n".join(kept) if heads else text


def quotes_of(text: str, by: Iterable[str]) -> list[str]:
    """What a text quotes of those who have one of these names."""
    heads = tuple(f"> {plain(name)}:" for name in by)
    said = [block.partition(":")[2] for block in text.split("\n\n") if heads and block.startswith(heads)]
    return ["\n".join(line.removeprefix(">").removeprefix(" ") for line in each.split("\n")).strip() for each in said]


def _emptied(block: str) -> str:
    return f"{block.partition(':')[0]}: …"


def _quote(message: Message, room_url: str) -> str:
    name, text = plain(message.author.name), _OUR_MARK.sub("<! --", message.text.strip("\n"))
    files = ", ".join(_file(file.name, room_url) for file in message.attachments)
    if "\n" not in text and not files:
        return f"> {name}: {text}"
    parts = [f"{name}:", text, f"Files: {files}" if files else ""]
    return "\n".join(f"> {line}".rstrip() for line in "\n\n".join(filter(None, parts)).split("\n"))


def _file(name: str, room_url: str) -> str:
    return f"[{plain(name)}]({room_url})" if room_url else plain(name)


def _begun(piece: str, most: int) -> list[str]:
    """As many whole lines of a quote as there is room for."""
    kept = piece[: max(0, most)].rpartition("\n")[0]
    return [kept] if kept else []


def plain(name: str) -> str:
    """A name in one line of Markdown, with no sign in it."""
    return _SIGNS.sub(r"\\\1", " ".join(name.split()))
