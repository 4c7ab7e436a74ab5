"""Texts whose lines were broken for the way alone (format=flowed, RFC 3676), and small bodies of other formats."""

import json
import re

MAX_EMOJI = 64  # characters of a reaction
_DEPTH = re.compile(r">*")


def joined(text: str, format_: str, delsp: str = "") -> str:
    """The text with its paragraphs in one line each. A line that ends in a space goes on in the next of the same depth
    of quotes; with `delsp` that space was put there, too."""
    if format_.strip().lower() != "flowed":
        return text
    kept: list[str] = []
    open_at = -1  # the depth of the line that goes on
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(_DEPTH.match(line)[0])  # type: ignore[index]
        said = line[depth:].removeprefix(" ")
        goes_on = said.endswith(" ") and said != "-- "
        if delsp.strip().lower() == "yes" and goes_on:
            said = said[:-1]
        if depth == open_at and said != "-- ":
            kept[-1] += said
        else:
            kept.append(f"{'>' * depth} {said}" if depth else said)
        open_at = depth if goes_on else -1
    return "\n".join(kept)


def emoji(content: bytes) -> str:
    """What a mail client's reaction says (https://developers.google.com/workspace/gmail/reactions/format)."""
    try:
        read = json.loads(content)
    except ValueError:
        return ""
    found = read.get("emoji") if isinstance(read, dict) and read.get("version") == 1 else ""
    return found if isinstance(found, str) and 0 < len(found) <= MAX_EMOJI and not found.isascii() else ""
