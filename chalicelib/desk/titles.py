"""Names made of what somebody wrote."""

from .plain_text import plain

READ = 4_000  # characters in which a name is looked for


def first_line(text: str, otherwise: str = "") -> str:
    """The first line of a text that says something, as it is read; or `otherwise`."""
    return next((line.strip() for line in plain(text[:READ]).splitlines() if line.strip()), otherwise)


def shortened(line: str, most: int) -> str:
    """A line of at most `most` characters."""
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
