"""Teams' reactions by name, and ours."""

import re

NAMES = {
    "like": "👍",
    "heart": "❤️",
    "laugh": "😆",
    "surprised": "😮",
    "sad": "🙁",
    "angry": "😠",
    "plusOne": "👍",
}


def emoji(type_: str) -> str:
    """The emoji of a reaction's type: one of those that have names, or `1f44b_wavinghand-tone2`, which begins with
    its code points. What is neither (a custom one of the tenant's) stays its name."""
    if type_ in NAMES:
        return NAMES[type_]
    points = re.match(r"((?:[0-9a-f]{4,6})(?:-[0-9a-f]{4,6})*)_", type_)
    try:
        return "".join(chr(int(point, 16)) for point in points[1].split("-")) if points else type_
    except (ValueError, OverflowError):
        return type_
