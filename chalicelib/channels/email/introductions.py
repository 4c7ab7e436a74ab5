"""The lines with which mailers introduce what a mail answers: a ruler with words, header lines, date and name
(ADR 115)."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from . import quote_words as words
from .headlines import DATE, ORIGINAL, OTHER, TIME, headers, named, timed, within_strokes
from .lines import AFTER_INTRODUCTION, BEFORE_QUOTED, BEFORE_REST, BEFORE_WHOLE, QUOTED, RULER, bare, forwards, quoted

MAX_JOINED = 4  # lines over which mailers break an introduction
MAX_INTRODUCTION = 400  # characters that it has at most
SHORT = 40  # mailers break no line that has fewer characters

_ADDRESS = re.compile(r"[<(\[“\"']?\s*(?:mailto:)?[^\s<>()\[\]@,;:\"]{1,100}@[^\s<>()\[\]@,;:\"]{1,100}")
_DAY = re.compile(r"[\s,]\d{1,2}\.\Z")
_ADDRESS_LAST = re.compile(r"\s[^\s<>()@]{1,100}@[^\s<>()@]{1,100}:\Z")
_BRACKETED = re.compile(r"(?:<|\(|\[|&lt;)\s*(?:mailto:)?[^\s<>()\[\]@]{1,100}@[^\s<>()\[\]@]{1,100}")
_ADDRESS_ENDS = re.compile(r"@[^\s<>()\[\]@]{1,100}\s?(?:>|\)|\]|&gt;)[\s,:：]{1,3}\Z")
_WROTE = re.compile(
    r"(?<![^\W\d_])(?:" + words.WROTE + r")(?![^\W\d_])|(?:写道|寫道|写到|のメール|書きました|작성|쓴 글|เขียน|님이)",
    re.IGNORECASE,
)
_DATED_NAME = re.compile(
    r"(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4})\b.{0,120}<[^<>\s]{1,100}@[^<>\s]{1,100}>\Z"
)
# In the mailer's words, without date and address: a name of several words.
_NAME_WROTE = re.compile(r"((?:[^\W\d_][\w.'’-]{0,30}\s){2,6})(?:" + words.WROTE + r")\s?:", re.IGNORECASE)
_ON = frozenset({"on", "am", "le", "el", "il", "op", "em", "den", "på", "dne", "dnia"})
_SMALL = frozenset({"von", "van", "de", "der", "da", "la", "le", "di", "af", "bin", "del", "dos"})
_WROTE_LAST = re.compile(r"(?<![^\W\d_])(?:" + words.WROTE + r")\s?[.։]?\Z", re.IGNORECASE)
_NAME_LAST = re.compile(
    r"(?i:schrieb|skrev|schreef|kirjutas|pisze|sumulat si) (?:[A-ZÀ-Þ][\w.'’-]{0,30}(?: |\Z)){1,4}\Z"
)
_END = re.compile(r"[:：៖]\s*(?:[-–—]{2,}\s*)?\Z")
_ARROWS = re.compile(r"\s*+\\?>{2,}+\s*+[^\s>].*>{2,}\s*")  # GroupWise's
_ORIGINAL = re.compile(r"(?:" + words.ORIGINAL + r")\W{0,3}", re.IGNORECASE)


def introductions(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Where each begins and ends, and its sort: `container`, `whole` and `rest` (the mailer's HTML says so), `block` (a
    ruler with words, header lines), `raw` (header lines that begin with the date, as they are sent), `line` (date,
    name, colon), `named` (it introduces quoted lines alone). What is passed on ends them."""
    skip = 0
    whole = False
    closing = {fence: [at for at, line in enumerate(lines) if line.strip() == fence] for fence in ("```", "~~~")}
    for number, line in enumerate(lines):
        if number < skip or not line.strip():
            continue
        marked, whole = whole, line.strip() == BEFORE_WHOLE
        if line.lstrip().startswith(("```", "~~~")):
            ends = closing[line.lstrip()[:3]]
            place = bisect_right(ends, number)
            skip = ends[place] + 1 if place < len(ends) else number + 1
        elif line.strip() == BEFORE_QUOTED:
            ends = [at for at in range(number, min(number + 20, len(lines))) if lines[at].strip() == AFTER_INTRODUCTION]
            skip = ends[0] + 1 if ends else number + 1
            yield number, skip, "container"
        elif line.strip() in (BEFORE_REST, BEFORE_WHOLE):
            yield number, number + 1, "rest" if line.strip() == BEFORE_REST else "whole"
        elif not quoted(line) and forwards(line):
            return
        elif quoted(line) and not _ARROWS.fullmatch(line):
            if not marked and (not number or not quoted(lines[number - 1])):
                inner = [QUOTED.sub("", each, count=1).strip(" \t>") for each in lines[number : number + 16]]
                while inner and not inner[0]:
                    inner.pop(0)
                if found := line.lstrip().startswith(">>> ") and _line(lines, number):
                    yield number, *found  # GroupWise's, over two lines
                    skip = found[0]
                elif inner and (_block(inner, 0) or _line(inner, 0) or headers(inner, 0)):
                    yield number, number, "named"
        else:
            found = _block(lines, number) or _line(lines, number)
            if found:
                yield number, *found
                skip = found[0]


def _block(lines: list[str], number: int) -> tuple[int, str] | None:
    """The end of a ruler with words, or of a block of headers, that begins there."""
    line = lines[number]
    if RULER.match(line):
        return None
    left, said, right = within_strokes(line)
    ruled = any(map(RULER.match, filter(str.strip, lines[max(0, number - 2) : number])))
    if (ruled or left and right) and len(said) <= 80 and words.ABOVE.search(said) and words.REPLY.search(said):
        return number + 1, "raw"
    original = _ORIGINAL.fullmatch(said)
    if (left or right) and (after := headers(lines, number + 1, ruled=ORIGINAL if original else OTHER)):
        return after, "block"
    dated = DATE.search(said) and TIME.search(said) and len(said) <= 60
    if dated and not headers(lines, number + 1) and (after := headers(lines, number + 1, dated=True)):
        return after, "block"
    if left and right:
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if original:
            if words.HEADED.match(bare(below)):
                ends = (at for at in range(number + 1, len(lines)) if not lines[at].strip() or quoted(lines[at]))
                return next(ends, len(lines)), "block"
            plain = not below.strip() or quoted(below)
            return _line(lines, number + 1) or ((number + 1, "block") if plain else None)
        if _WROTE.search(said) and not words.MYSELF.search(said):
            return number + 1, "line" if DATE.search(said) or TIME.search(said) else "named"
        return None
    if _ARROWS.fullmatch(line) and (DATE.search(line) or TIME.search(line)):
        return number + 1, "line"
    said = bare(line)
    if _ORIGINAL.fullmatch(said) and (after := headers(lines, number + 1)):
        return after, "block"
    after = headers(lines, number)
    first = next((line for line in lines[number:after] if line.strip() and not RULER.match(line)), "")
    return (after, "raw" if named(bare(first)) == "sent" and not ruled else "block") if after else None


# "On Mon, 12 Jan 2026 at 09:30, Max <max@acorn.example> wrote:"


def _line(lines: list[str], number: int) -> tuple[int, str] | None:
    """The end of the line that introduces a quote, which mailers break over several, and its sort."""
    joined = ""
    for at in range(number, min(number + MAX_JOINED, len(lines))):
        piece = bare(lines[at])
        within = joined.count("<") > joined.count(">")  # an address, which mailers break before its end
        if not piece and joined and at + 1 < len(lines) and bare(lines[at + 1]).startswith("<"):
            continue  # Yahoo's on phones has a block of its own for the address
        if not piece or quoted(lines[at]) and at > number and not within:
            return None
        if at > number and _starts(piece):
            return None  # what stands above it is somebody's
        joined = f"{joined} {piece}".strip()
        if len(joined) > MAX_INTRODUCTION:
            return None
        sort = _sort(joined)
        ends = _END.search(joined) or at + 1 == len(lines) or not lines[at + 1].strip() or quoted(lines[at + 1])
        alone = number == 0 or not lines[number - 1].strip()
        if sort and ends and not _opens(joined):
            sort = "named" if alone and _has_all(joined) else ""
        if sort and ends:
            return None if at > number and _stands_above(lines, number, at) else (at + 1, sort)
        ended = joined[-1:] in ".!?" and not _DAY.search(joined) or _END.search(joined)
        if not joined.endswith(("<", ",", "(")) and ended:
            return None
    return None


def _stands_above(lines: list[str], number: int, last: int) -> bool:
    """Whether a line is somebody's, and the introduction that ends in the `last` begins under it."""
    above, below = bare(lines[number]), bare(lines[number + 1])
    if above.lower() in _ON or _starts(above) and above.endswith(","):
        return False
    broken = len(above) > SHORT or above.endswith(("<", "(", ",")) or below.startswith(("<", "(")) or _dates(above)
    return not broken or _line(lines, number + 1) == (last + 1, "line")


def _dates(line: str) -> bool:
    """Whether a line is the date alone, under which some put the name."""
    word = re.match(r"[^\W\d_]*", line)
    opens = word is not None and (not word[0] or word[0].lower() in words.OPENERS)
    return opens and bool(DATE.search(line)) and timed(line)


def _sort(joined: str) -> str:
    """What kind of introduction it may be: `line` has date and time, and says who wrote."""
    if _DATED_NAME.fullmatch(joined):
        return "named"
    if words.MYSELF.search(joined):
        return ""
    if not (_END.search(joined) or _WROTE_LAST.search(joined)):
        return "named" if DATE.search(joined) and TIME.search(joined) and _NAME_LAST.search(joined) else ""
    if named := _NAME_WROTE.fullmatch(joined):
        return "named" if _is_name(named[1].split()) else ""
    date, time = DATE.search(joined), TIME.search(joined)
    address, wrote = _BRACKETED.search(joined), _WROTE.search(joined)
    if not _END.search(joined):
        return "line" if date and time and address else ""
    if (date or time) and address and wrote or date and time and _ADDRESS_ENDS.search(joined):
        return "line"
    if date and time and wrote:
        return "line" if _says_who(joined) else "named"
    if (date or time) and (address or wrote) or wrote and _ADDRESS.search(joined):
        return "named"
    if date and time and _ADDRESS_LAST.search(joined) or (address or date) and words.QUOTING.match(joined):
        return "named"
    return ""


def _says_who(joined: str) -> bool:
    """Whether whoever wrote has a name, or an address, and is not somebody's server or system."""
    joined = joined[:MAX_INTRODUCTION]
    dates = [*DATE.finditer(joined), *TIME.finditer(joined)]
    who = min((found.start() for found in (_ADDRESS.search(joined), _WROTE.search(joined)) if found), default=0)
    first, last = min(found.start() for found in dates), max(found.end() for found in dates)
    said = joined[last:] if first < who else joined[:first]
    if "@" in said:
        return True
    parts = [part.strip(".,:：()\"'“”„") for part in said.split()]
    names = [number for number, part in enumerate(parts) if part and not part[0].islower() and not _is_zone(part)]
    return any(number == 0 or parts[number - 1].lower() not in words.THINGS for number in names)


def _is_zone(part: str) -> bool:
    """Whether it is a zone of time, or another sign behind one."""
    return not part[0].isalpha() or part == "Uhr" or part.isascii() and part.isupper() and len(part) <= 4


def _has_all(joined: str) -> bool:
    """Whether the line has all that introductions have, in a language that is not known."""
    opener = re.match(r"\D*", joined)
    few = opener is not None and len(opener[0].split()) < 4 and _name_like(opener[0]) and not _breaks(opener[0])
    return few and all(each.search(joined) for each in (DATE, TIME, _BRACKETED, _END))


def _opens(joined: str) -> bool:
    """Whether the line begins as introductions do: with the date, or with somebody's name."""
    said = joined.lstrip("-–—_>»*• \t\"'“„")
    date = min((found.start() for found in (DATE.search(said), TIME.search(said)) if found), default=len(said))
    who = min(
        (found.start() for found in (_ADDRESS.search(said), _WROTE.search(said), words.QUOTING.match(said)) if found),
        default=len(said),
    )
    head = said[: min(date, who)].strip()
    first = re.match(r"[^\W\d_]*", said)
    word = first[0].lower() if first else ""
    if date < who:
        known = not word or word in words.OPENERS or not any("a" <= sign <= "ž" for sign in word)
        parts = head.rstrip(",").split()
        known = known or head[-1:] > "\u3040" or len(parts) > 1 and _is_name(parts)
        return len(head) <= 45 and not _breaks(head) and known
    return len(head) <= 80 and not _breaks(head) and _name_like(head)


def _starts(piece: str) -> bool:
    """Whether a line of its own begins with a date, as introductions do."""
    word, _, behind = piece.partition(" ")
    return word.strip(",.").lower() in _ON and bool(DATE.search(behind) or TIME.search(behind))


def _is_name(parts: list[str]) -> bool:
    return "via" in parts or all(part[0].isupper() or part in _SMALL for part in parts)


def _breaks(head: str) -> bool:
    """Whether a sentence ends in it: then somebody's words are on the line."""
    return bool(re.search(r"[!?:;]\s|(?<![^\W\d_])[^\W\d_]{4,}\.\s+[^\W\d_]{4,}", head))


def _name_like(head: str) -> bool:
    """At most some names; "answer On Mon, …" has a mailer's word in its midst."""
    found = re.findall(r"[^\W\d_]+", head.lower())
    return len(found) <= 7 and not any(word in ("on", "am", "le", "el", "op", "den", "em") for word in found[1:])


def ends_as_one(line: str) -> bool:
    """Whether a line ends in the colon that announces what follows."""
    return _END.search(line) is not None
