"""Introductions that go on in time, as in the transcript of a chat or a tracker: a mail's quotes go back."""

import re
from itertools import pairwise

from .headlines import DATE, TIME

_DAY = re.compile(
    r"(?<!\d)(?:(\d{1,4})[./年-] ?(\d{1,2})[./月-] ?(\d{1,4})|"
    r"(\d{1,2})\.? (?:de |of )?([^\W\d_]{3,12})\.?,? (?:de )?(\d{4})|([^\W\d_]{3,12})\.? (\d{1,2}),? (\d{4}))(?!\d)"
)


def go_on(introductions: list[str]) -> bool:
    """Whether one of these lines is later than the one before it. Where that cannot be known it is not."""
    return any(_later(one, other) for one, other in pairwise(introductions))


def _later(one: str, other: str) -> bool:
    """By year, else by what alone differs: the day, the month, the time of day. A month may be a word."""
    days = [_DAY.search(line) for line in (one, other)]
    first, second = ([part for part in found.groups() if part] if found else [] for found in days)
    moved = [(before, after) for before, after in zip(first, second, strict=False) if before != after]
    years = [(before, after) for before, after in moved if len(before) == 4]
    if not first or not second:
        return False
    if years or moved:
        before, after = (years or moved)[0]
        known = bool(years) or len(moved) == 1
        return known and before.isdigit() and after.isdigit() and int(before) < int(after)
    times = [TIME.search(DATE.sub("", line)) for line in (one, other)]
    hours = [[int(each) for each in re.findall(r"\d+", found[0])] for found in times if found]
    return len(hours) == 2 and hours[0] < hours[1]
