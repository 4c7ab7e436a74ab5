"""The signature at the end of a mail, and what mailers advertise under it."""

import re

from . import quote_words as words
from .lines import BEFORE_SIGNATURE, LABEL, MARKS, bare, quoted

SIGNATURE = 8  # lines that one has at most, if a closing begins it
DASHED_SIGNATURE = 15  # lines that one has at most behind the two dashes that mailers put before it
SHORT = 72  # characters of a signature's line

_DASHES = re.compile(r"\s{0,3}(?:--|__|—|––|\\--)\s*\Z")
# Many put a picture behind it: what is neither word nor blank, nor asks.
_CLOSING = re.compile(r"\W{0,3}(?:" + words.CLOSINGS + r")\s*[^\w\s?？؟]{0,8}\s*\Z", re.IGNORECASE)
_SIGNED = re.compile(r"\W{0,3}(?i:" + words.CLOSINGS + r")\s*,\s*(?:[^\W\d_a-zà-þ][\w.'’-]{0,30}(?:\s+|\Z)){1,4}\Z")
THANKS = re.compile(r"\W{0,3}(?:" + words.THANKS + r")\s*[^\w\s?？؟]{0,8}\s*\Z", re.IGNORECASE)
QUESTION = re.compile(r"[?？؟](?:\s|\Z|[)\"'”»*_])")
_CODE = re.compile(
    r"```|~~~|^(?: {4}|\t)\s*\S.*[(){};=]|[;{}]\s*\Z|\{|\}|=>|==|\(\)|</|->|::|^\s*[$#%>]\s"
    r"|\b(?:def|SELECT|INSERT|UPDATE|Traceback|Exception|[Ee]rror|ERROR|WARN|INFO|curl|null|true|false|import)\b|(?<![\d)][\s./-])\b[45]\d\d\b.{0,3}\Z"
)
_FOR_ANOTHER = re.compile(r"(?:i\. ?[AV]\.|ppa\.|p\. ?p\.)\s")  # "i. A. Ann Lee"
_PICTURE = re.compile(r"\s*\\?\[cid:[^\[\]]{1,200}\]\s*")
_AFTERTHOUGHT = re.compile(
    r"\W{0,3}(?:p\.? ?p?\.? ?s|n\.? ?b|post ?scriptum|edit|update|nachtrag|by the way|btw)\b", re.IGNORECASE
)


def before_signature(lines: list[str], *, below: bool = False) -> int:
    """The number of lines before the signature and the mailer's advertisements at the end; all, if there are none.
    `below` a quote thanks are an answer, and dashes that stand alone begin a signature. A mailer may have put its own
    under the one that was written."""
    return _before_one(lines[: _before_one(lines, below=below)], below=below)


def _before_one(lines: list[str], *, below: bool) -> int:
    end = _without_advertisements(lines, len(lines))
    for size in range(1, DASHED_SIGNATURE + 12):
        start = end - size
        if start < 0:
            break
        line = lines[start]
        behind = [each for each in lines[start + 1 : end] if each.strip()]
        if quoted(line):
            break
        if line.rstrip("\n") == "-- " and _signs(behind, DASHED_SIGNATURE, sure=True):
            return _without_advertisements(lines, start)
        dashed = _DASHES.match(line) and behind and (lines[start + 1].strip() or below)
        if (dashed or line.strip() == BEFORE_SIGNATURE and behind) and _signs(behind, SIGNATURE):
            return _without_advertisements(lines, start)
        said = bare(line)
        if (_CLOSING.fullmatch(said) or _SIGNED.fullmatch(said)) and _signs(behind, SIGNATURE):
            return _without_advertisements(lines, start)
        if not below and THANKS.fullmatch(said) and _signs(behind, SIGNATURE) and _tells_where(behind):
            return start + 1
        if _marked_off(line):
            break
    return end


def _without_advertisements(lines: list[str], end: int) -> int:
    at = end
    while at and says_nothing(lines[at - 1]):
        at -= 1
    return at


def says_nothing(line: str) -> bool:
    """Whether a line is blank, ours, dashes or an advertisement."""
    return not line.strip() or line.strip() in MARKS or _DASHES.match(line) is not None or advertises(line)


def advertises(line: str) -> bool:
    """Whether a line is one that a mailer or a scanner put there."""
    said = bare(line)
    return bool(said) and len(said) <= 120 and words.ADVERTISEMENT.fullmatch(said.rstrip(".>")) is not None


def _marked_off(line: str) -> bool:
    starred = line.lstrip().startswith("* ") and line.count("*") == 1
    return starred or line.lstrip().startswith(("```", "~~~", "|", "- ", "1. "))


def _signs(lines: list[str], limit: int, *, sure: bool = False) -> bool:
    """Whether these lines may be a signature: short, few, no question, no code, and unless `sure` no sentence."""
    behind = [line for line in lines if not _PICTURE.fullmatch(line)]
    if len(behind) > limit or lines and not behind:
        return False
    for line in behind:
        said = bare(line)
        if quoted(line) or QUESTION.search(said) or _AFTERTHOUGHT.match(said) or _CODE.search(line):
            return False
        if not sure and (len(said) > SHORT or _is_sentence(said) or not _begins_large(line) or _is_data(said)):
            return False
    return True


def _is_data(line: str) -> bool:
    """What somebody tells besides: a value under a name that no signature has, a setting, an item of a list."""
    label = LABEL.fullmatch(line)
    if label and not words.CONTACT.fullmatch(label[1].strip()) and "//" not in label[2][:3]:
        return True
    return bool(re.match(r"(?:[-*•]|\d{1,2}[.)])\s", line)) or "=" in re.sub(r"(?<!\S)\S*(?:://|www\.)\S*", "", line)


def _begins_large(line: str) -> bool:
    label = LABEL.fullmatch(bare(line))
    return (
        not bare(line)[:1].islower()
        or label is not None
        and words.CONTACT.fullmatch(label[1].strip()) is not None
        or _FOR_ANOTHER.match(bare(line)) is not None
        or "@" in line
        or "www." in line
        or "http" in line
    )


def _tells_where(behind: list[str]) -> bool:
    """More than a name, which may stay."""
    return len(behind) > 2 or any(re.search(r"\d{3}|@|www\.|https?:", line) for line in behind)


def _is_sentence(line: str) -> bool:
    """Somebody's words rather than a name, a title or an address: they end as sentences do, or run in small letters."""
    said = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", re.sub(r"(?<!\S)[^\s@]+@\S+|https?://\S+|www\.\S+", "", line))
    if (
        len(said) >= 3
        and line.rstrip().endswith((".", "!", ":", "…", "。"))
        and not re.search(r"(?i)\b(?:inc|ltd|co|corp|llc|s\.?a|b\.?v|e\.?v|gmbh)\.\Z", line.rstrip())
    ):
        return True
    small = [
        word
        for word in said
        if word[0].islower() and word not in ("und", "and", "of", "der", "de", "the", "van", "von", "für", "for")
    ]
    return len(said) >= 4 and len(small) * 2 > len(said) or bool(re.search(r"[。！、].", line)) and len(line) > 12
