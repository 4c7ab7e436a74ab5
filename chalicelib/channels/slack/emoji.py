"""Slack's names of emoji and the emoji themselves. What is not in the table, nor told by Slack, keeps its name."""

import re
from typing import Any

from ...wire.reading import items, words

NAMES = {
    "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "eyes": "👀", "heart": "❤️", "tada": "🎉",
    "white_check_mark": "✅", "heavy_check_mark": "✔️", "x": "❌", "pray": "🙏", "raised_hands": "🙌", "clap": "👏",
    "fire": "🔥", "rocket": "🚀", "smile": "😄", "joy": "😂", "laughing": "😆", "slightly_smiling_face": "🙂",
    "grinning": "😀", "wink": "😉", "blush": "😊", "thinking_face": "🤔", "cry": "😢", "sob": "😭", "angry": "😠",
    "open_mouth": "😮", "scream": "😱", "sweat_smile": "😅", "sunglasses": "😎", "wave": "👋", "ok_hand": "👌",
    "muscle": "💪", "100": "💯", "bug": "🐛", "warning": "⚠️", "question": "❓", "exclamation": "❗",
    "heavy_plus_sign": "➕", "hourglass": "⌛", "bulb": "💡", "memo": "📝", "lock": "🔒", "key": "🔑", "star": "⭐",
    "sparkles": "✨", "rotating_light": "🚨", "construction": "🚧", "hammer": "🔨", "wrench": "🔧", "point_up": "☝️",
    "handshake": "🤝", "heart_eyes": "😍", "party_parrot": "🦜", "face_palm": "🤦", "shrug": "🤷", "coffee": "☕",
}  # fmt: skip
POINT = r"(?:00[2-9a-f][0-9a-f]|[23][0-9a-f]{3}|fe0f|[1e][0-9a-f]{4})"  # those that emoji are made of
POINTS = re.compile(rf"{POINT}(?:-{POINT})*")
EMOJI = {emoji: name for name, emoji in reversed(NAMES.items())}
PLAIN = {emoji.replace("\ufe0f", ""): name for emoji, name in EMOJI.items()}


def emoji_of(name: str) -> str:
    """Ours; a skin tone (`+1::skin-tone-3`) is left out."""
    name = name.partition("::")[0]
    return NAMES.get(name, name)


def emoji_in(blocks: Any) -> dict[str, str]:
    """Those of the table, and those that a message's blocks tell by their code points (`1f44d-1f3fd`)."""
    found, waiting = dict(NAMES), [{"elements": blocks}]  # waiting grows while it is gone through
    for each in waiting:
        waiting += [inner for inner in items(each, "elements") if isinstance(inner, dict)]
        points = words(each, "unicode")
        if words(each, "type") == "emoji" and POINTS.fullmatch(points):
            found[words(each, "name")] = "".join(chr(int(point, 16)) for point in points.split("-"))
    return found


def name_of(emoji: str) -> str:
    """Slack's."""
    return PLAIN.get(emoji.replace("\ufe0f", ""), emoji.strip(":"))
