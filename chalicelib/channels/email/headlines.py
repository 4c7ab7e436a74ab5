"""The lines with which Outlook and others head the mail that is answered: from whom, to whom, when, about what."""

import re

from ...desk.mails import bare_subject
from . import quote_words as words
from .lines import LABEL, RULER, bare

ORIGINAL, OTHER = "original", "other"  # rulers, by their words
DATE = re.compile(
    r"(?<!\d)\d{1,4}[./-] ?\d{1,2}[./-] ?\d{2,4}(?!\d)|(?<!\d)(?:19|20)\d\d(?!\d)"
    r"|\d{1,2}月 ?\d{1,2}日|\d월|(?<!\d)25\d\d(?!\d)"
)
TIME = re.compile(r"(?<!\d)\d{1,2}[:.hH時点] ?\d{2}(?!\d)|\d{1,2} ?(?:am|pm|Uhr|時|시)\b|\d{1,2}시", re.IGNORECASE)
_STROKES = "-–—_=~#"
_RAW = re.compile(
    r"\s*(?:received|message-id|mime-version|content-[\w-]+|x-[\w-]+|return-path|dkim-[\w-]+|delivered-to|in-reply-to|references|"
    r"user-agent|authentication-results|arc-[\w-]+|list-[\w-]+)\s*:",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(r"[^<>@]{1,80}<[^\s<>@]{1,80}@[^\s<>@]{1,80}>")
_CELLS = re.compile(r"\s*\|([^|]{1,40})\|(.*)\|\s*")
_NAMES = {
    "from": re.compile(words.FROM, re.IGNORECASE),
    "sent": re.compile(words.SENT, re.IGNORECASE),
    "to": re.compile(words.TO, re.IGNORECASE),
    "subject": re.compile(words.SUBJECT, re.IGNORECASE),
    "beside": re.compile(words.BESIDE, re.IGNORECASE),
}


def timed(line: str) -> bool:
    """Whether a line has a time of day besides its date."""
    return TIME.search(DATE.sub("", line)) is not None


def within_strokes(line: str) -> tuple[bool, str, bool]:
    """A line's words, and whether at least two strokes stand before and behind them."""
    whole = line.strip().lstrip("\\").strip("*").rstrip(":").rstrip()
    left = len(whole) - len(whole.lstrip(_STROKES)) > 1
    right = len(whole) - len(whole.rstrip(_STROKES)) > 1
    said = bare(whole.strip(_STROKES + " "))
    return left and len(said) <= 200, said, right and len(said) <= 200


def headers(lines: list[str], number: int, *, ruled: str = "", dated: bool = False) -> int:
    """The end of the block of headers that begins there, blanks before it apart; 0 if there is none. Of one under a
    ruler with words (`ruled`) any may be the first, of one under a date (`dated`) none needs to say when. Raw headers,
    which somebody pasted, have others among them."""
    start = number
    while start < len(lines) and start < number + 3 and (not lines[start].strip() or RULER.match(lines[start])):
        start += 1
    if start and (_RAW.match(lines[start - 1]) or named(bare(lines[start - 1])) in ("sent", "to", "subject")):
        return 0
    seen: list[str] = []
    unknown = shaped = 0
    at = start
    end = start
    while at < len(lines) and at < start + 16:
        line = _said(lines[at], in_table=ruled == ORIGINAL)
        if not line:
            if (
                not seen
                or at + 1 < len(lines)
                and not named(_said(lines[at + 1], in_table=ruled == ORIGINAL))
                or len(set(seen)) >= 4
            ):
                break
            at += 1
            continue
        name = named(line)
        if not name and (value := _by_value(line)) not in seen:
            name = value
            shaped += bool(value)
        if name:
            if name in ("from", "sent", "subject") and name in seen and name != "beside":
                break
            seen.append(name)
            end = at + 1
        elif not seen or not ruled and seen[0] not in ("from", "subject", "sent"):
            return 0
        elif LABEL.fullmatch(line) and not _is_folded(lines[at]):
            unknown += 1
            if _RAW.match(line):
                return 0
            if unknown > 2:
                break
        elif not _is_folded(lines[at]) and not (at == end and len(line) < 120 and len(set(seen)) < 4):
            break
        at += 1
    kinds = set(seen) - {"beside"}
    if not seen:
        return 0
    # Mailers say when it was sent; a form that somebody pasted does not.
    sent = any(
        named(_said(line, in_table=ruled == ORIGINAL)) == "sent" and re.search(r"\d", line) for line in lines[start:end]
    )
    sent = (
        sent
        or dated
        or ruled == ORIGINAL
        or any(DATE.search(line) for line in lines[max(0, start - bool(ruled)) : end])
    )
    block = lines[start:end]
    mailed = ruled == ORIGINAL or dated or any("@" in line or timed(line) for line in block)
    # What a ticket's form says has the same shapes as labels that are not known, but for the subject of an answer.
    known = shaped <= 1 or any(_by_value(bare(line)) == "subject" for line in block)
    enough = known and "from" in kinds and sent and len(kinds) >= 3 and mailed
    first = ruled or (seen[0] in ("from", "subject") or len(kinds) == 4 and seen[0] == "sent")
    return end if enough and first else 0


def _said(line: str, *, in_table: bool) -> str:
    """Without signs; a row of a table, into which some mailers put the block under a ruler, as label and words."""
    if in_table and (row := _CELLS.fullmatch(line)):
        line = f"{row[1].strip()}: {row[2]}" if row[1].strip(" :-") else ""
    return bare(line).replace("mailto:", "")


def _is_folded(line: str) -> bool:
    return line[:1] in (" ", "\t", "<") or line.strip().startswith(("<", ";", ",")) or not line.strip(" |:-")


def named(line: str) -> str:
    """Which of the lines one is by its label; "" if none."""
    found = LABEL.fullmatch(line)
    if not found:
        return ""
    label = " ".join(found[1].split())
    narrow = label.replace(" ", "") if label > "\u3000" else label
    return next((name for name, pattern in _NAMES.items() if pattern.fullmatch(narrow)), "")


def _by_value(line: str) -> str:
    """Which of the lines one with a label that is not known may be by what it says."""
    found = LABEL.fullmatch(line)
    if not found or _RAW.match(line):
        return ""
    if DATE.search(found[2]) and timed(found[2]):
        return "sent"
    if bare_subject(found[2]) != found[2].strip():
        return "subject"
    return "from" if _ADDRESSED.fullmatch(found[2].strip()) else ""
