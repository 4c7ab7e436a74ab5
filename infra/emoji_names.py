"""Slack's names of emoji, out of the data set that its clients are built with (npm: emoji-datasource, MIT):

    npm pack emoji-datasource && tar xzf emoji-datasource-*.tgz package/emoji.json
    python -m infra.emoji_names package/emoji.json

One emoji a line: itself, `+` if it has skin tones, its names.
"""

import json
import sys
from pathlib import Path
from typing import Any

FILE = Path("chalicelib/channels/slack/emoji_names.txt")


def line(known: dict[str, Any]) -> str:
    """What the file has of an emoji of the data set."""
    emoji = "".join(chr(int(point, 16)) for point in known["unified"].split("-"))
    return " ".join([emoji, *("+" if "skin_variations" in known else ""), *known["short_names"]])


def main(source: str) -> None:
    """Write the file anew."""
    emoji = json.loads(Path(source).read_text(encoding="utf-8"))
    FILE.write_text("".join(f"{line(each)}\n" for each in sorted(emoji, key=lambda each: each["sort_order"])))


if __name__ == "__main__":
    main(sys.argv[1])
