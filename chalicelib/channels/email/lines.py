"""What one line of a mail is: its words without signs, whether it is quoted, what rules it off."""

import re

from . import quote_words as words

MAX_LINE = 400  # characters of a line that are looked at

# What htmlmarks.py puts where a mailer's own HTML says what a text can only suggest. Each stands alone on its line.
BEFORE_QUOTED = "\ue000"  # an introduction begins
AFTER_INTRODUCTION = "\ue001"  # it has ended, and quoted lines follow
BEFORE_WHOLE = "\ue002"  # quoted lines follow, which had no marks of their own
BEFORE_REST = "\ue003"  # all that follows is quoted, without marks
BEFORE_SIGNATURE = "\ue004"
MARKS = (BEFORE_QUOTED, AFTER_INTRODUCTION, BEFORE_WHOLE, BEFORE_REST, BEFORE_SIGNATURE)

QUOTED = re.compile(r"\s{0,3}\\?(?:>|＞|&gt;)")
_SIGNS = re.compile(r"[*_`\\]+|\[|\]\([^()\s]{0,300}\)|\]")
RULER = re.compile(r"\s*(?:\\?[-–—_=*~#]\s?){2,}\s*\Z|\s*[—―─]+\s*\Z")
LABEL = re.compile(r"\W{0,4}([^\W\d_][^:：\n]{0,28}?)\s{0,3}\**\s?[:：]\**\s?(.*)")
_FORWARDED = re.compile(r"\W{0,40}(?:" + words.FORWARDED + r")\W{0,40}", re.IGNORECASE)


def bare(line: str) -> str:
    """A line without the signs of Markdown, and what stands around a quote."""
    return (
        _SIGNS.sub("", line)
        .replace("\u200e", "")
        .replace("\u200f", "")
        .replace("\u202a", "")
        .replace("\u202c", "")
        .strip()
    )


def quoted(line: str) -> bool:
    """Whether it has the mark of a quote."""
    return QUOTED.match(line) is not None


def names_forward(text: str) -> bool:
    """Whether a text begins by saying that somebody else's mail follows."""
    return any(forwards(line[:MAX_LINE]) for line in text.strip().split("\n", 5)[:5])


def forwards(line: str) -> bool:
    """Whether a line says that somebody else's mail follows, passed on."""
    return _FORWARDED.fullmatch(bare(line)) is not None
