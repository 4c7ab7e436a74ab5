"""Slack's names of emoji and the emoji themselves (emoji_names.txt, made by infra/emoji_names.py), read when one is
first asked for. What has no name there, as a workspace's own, keeps its name; a skin tone goes along."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ...wire.reading import items, words

FILE = Path(__file__).with_name("emoji_names.txt")
POINT = r"(?:00[2-9a-f][0-9a-f]|[23][0-9a-f]{3}|fe0f|[1e][0-9a-f]{4})"  # those that emoji are made of
POINTS = re.compile(rf"{POINT}(?:-{POINT})*")
TONE = re.compile("[\U0001f3fb-\U0001f3ff]")
TONES = {str(number): chr(0x1F3F9 + number) for number in range(2, 7)}  # `skin-tone-2` is the lightest
SEEN_AS = "\ufe0f"  # asks for an emoji where there is a sign in black, too


@cache
def _names() -> tuple[dict[str, str], dict[str, str], frozenset[str]]:
    """The emoji by name, the first name by emoji, and the names of those that have skin tones."""
    emoji, names, toned = dict[str, str](), dict[str, str](), set[str]()
    for line in FILE.read_text(encoding="utf-8").splitlines():
        each, *called = line.split(" ")
        if called[0] == "+":
            toned |= set(called[1:])
            called = called[1:]
        names[each.replace(SEEN_AS, "")] = called[0]
        emoji |= dict.fromkeys(called, each)
    return emoji, names, frozenset(toned)


def emoji_of(name: str, own: Mapping[str, str] | None = None) -> str:
    """Ours, by Slack's name (`+1`, `+1::skin-tone-3`), also by those that a message has of its `own`."""
    emoji, _, toned = _names()
    bare, _, tone = name.partition("::skin-tone-")
    found = (own or {}).get(name) or (own or {}).get(bare) or emoji.get(bare)
    if found is None:
        return name
    if tone not in TONES or bare not in toned or TONE.search(found):
        return found
    return found[0] + TONES[tone] + found[1:].removeprefix(SEEN_AS)


def emoji_in(blocks: Any) -> dict[str, str]:
    """Those that a message's blocks tell by their code points (`1f44d-1f3fd`)."""
    found, waiting = {}, [{"elements": blocks}]  # waiting grows while it is gone through
    for each in waiting:
        waiting += [inner for inner in items(each, "elements") if isinstance(inner, dict)]
        points = words(each, "unicode")
        if words(each, "type") == "emoji" and POINTS.fullmatch(points):
            found[words(each, "name")] = "".join(chr(int(point, 16)) for point in points.split("-"))
    return found


def name_of(emoji: str) -> str:
    """Slack's."""
    _, names, _ = _names()
    bare, tone = TONE.sub("", emoji).replace(SEEN_AS, ""), TONE.search(emoji)
    name = names.get(emoji.replace(SEEN_AS, "")) or names.get(bare)
    if name is None:
        return emoji.strip(":")
    return f"{name}::skin-tone-{ord(tone[0]) - 0x1F3F9}" if tone and bare != "" and names.get(bare) == name else name
