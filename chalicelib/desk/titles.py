"""Names made of what somebody wrote."""


def first_line(text: str, otherwise: str = "") -> str:
    """The first line that says something, or `otherwise`."""
    return next((line.strip() for line in text.splitlines() if line.strip()), otherwise)


def shortened(line: str, most: int) -> str:
    """A line of at most `most` characters."""
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
