"""Where in an answer the mail that it answers begins (quoted-reply detection): known by shape first, by words second.

Only the last block goes: one that is introduced as mailers do, with nothing behind it but quoted lines, blanks,
mailers' advertisements or a signature. Whatever may be a person's words keeps all that stands above it. Lines are
looked at one by one and only so far as `MAX_LINE`, so that no text takes longer than its length.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from . import quote_words as words

MAX_LINE = 400  # characters of a line that are looked at
MAX_JOINED = 4  # lines over which mailers break an introduction
MAX_INTRODUCTION = 400  # characters that it has at most
SIGNATURE = 8  # lines that one has at most, if a closing begins it
DASHED_SIGNATURE = 15  # lines that one has at most behind the two dashes that mailers put before it
SHORT = 72  # characters of a signature's line
ROUNDS = 10  # blocks that are taken off one after the other: a mail in a mail

# What htmlmarks.py puts where a mailer's own HTML says what a text can only suggest. Each stands alone on its line.
BEFORE_QUOTED = "\ue000"  # an introduction begins
AFTER_INTRODUCTION = "\ue001"  # it has ended, and quoted lines follow
BEFORE_WHOLE = "\ue002"  # quoted lines follow, which had no marks of their own
BEFORE_REST = "\ue003"  # all that follows is quoted, without marks
BEFORE_SIGNATURE = "\ue004"
MARKS = (BEFORE_QUOTED, AFTER_INTRODUCTION, BEFORE_WHOLE, BEFORE_REST, BEFORE_SIGNATURE)

_QUOTED = re.compile(r"\s{0,3}(?:>|＞|&gt;)")
_SIGNS = re.compile(r"[*_`\\]+|\[|\]\([^()\s]{0,300}\)|\]")
_ADDRESS = re.compile(r"[<(\[“\"']?\s*(?:mailto:)?[^\s<>()\[\]@,;:\"]{1,100}@[^\s<>()\[\]@,;:\"]{1,100}")
_DAY = re.compile(r"[\s,]\d{1,2}\.\Z")
_ADDRESS_LAST = re.compile(r"\s[^\s<>()@]{1,100}@[^\s<>()@]{1,100}:\Z")
_BRACKETED = re.compile(r"(?:<|\(|\[|&lt;)\s*(?:mailto:)?[^\s<>()\[\]@]{1,100}@[^\s<>()\[\]@]{1,100}")
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,4}[./-] ?\d{1,2}[./-] ?\d{2,4}(?!\d)"
    r"|\d{1,2}月 ?\d{1,2}日|\d월|(?<!\d)25\d\d(?!\d)"
)
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.hH時点] ?\d{2}(?!\d)|\d{1,2} ?(?:am|pm|Uhr|時|시)\b|\d{1,2}시", re.IGNORECASE)
_WROTE = re.compile(
    r"(?<![^\W\d_])(?:" + words.WROTE + r")(?![^\W\d_])|(?:写道|寫道|写到|のメール|書きました|작성|เขียน|님이)",
    re.IGNORECASE,
)
_DATED_NAME = re.compile(
    r"(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4})\b.{0,120}<[^<>\s]{1,100}@[^<>\s]{1,100}>\Z"
)
_END = re.compile(r"[:：]\s*(?:[-–—]{2,}\s*)?\Z")
_STROKES = "-–—_=~"
_ARROWS = re.compile(r"\s*+>{2,}+\s*+[^\s>].*>{2,}\s*")  # GroupWise's
_ORIGINAL = re.compile(r"(?:" + words.ORIGINAL + r")\W{0,3}", re.IGNORECASE)
_FORWARDED = re.compile(r"\W{0,40}(?:" + words.FORWARDED + r")\W{0,40}", re.IGNORECASE)
_RULER = re.compile(r"\s*(?:[-–—_=*~#]\s?){2,}\s*\Z|\s*[—―─]+\s*\Z")
_DASHES = re.compile(r"\s{0,3}(?:--|__|—|––|\\--)\s*\Z")
_LABEL = re.compile(r"\W{0,4}([^\W\d_][^:：\n]{0,28}?)\s{0,3}\**\s?[:：]\**\s?(.*)")
_RAW = re.compile(
    r"\s*(?:received|message-id|mime-version|content-[\w-]+|x-[\w-]+|return-path|dkim-[\w-]+|delivered-to|in-reply-to|references|"
    r"user-agent|authentication-results|arc-[\w-]+|list-[\w-]+)\s*:",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"\W*(?:dat|fecha|дата|tarih|päiv|dátum|ημερ)", re.IGNORECASE
)  # headers as they are sent begin so, none of ours
_CLOSING = re.compile(r"\W{0,3}(?:" + words.CLOSINGS + r")\s*[,.!:;，。、-]*\s*\Z", re.IGNORECASE)
_SIGNED = re.compile(r"\W{0,3}(?i:" + words.CLOSINGS + r")\s*,\s*(?:[^\W\d_a-zà-þ][\w.'’-]{0,30}(?:\s+|\Z)){1,4}\Z")
_THANKS = re.compile(r"\W{0,3}(?:" + words.THANKS + r")\s*[,.!:;，。、-]*\s*\Z", re.IGNORECASE)
_QUESTION = re.compile(r"[?？؟](?:\s|\Z|[)\"'”»*_])")
_CODE = re.compile(
    r"```|~~~|^(?: {4}|\t)\s*\S.*[(){};=]|[;{}]\s*\Z|\{|\}|=>|==|\(\)|</|->|::|^\s*[$#%>]\s"
    r"|\b(?:def|SELECT|INSERT|UPDATE|Traceback|Exception|[Ee]rror|ERROR|WARN|INFO|curl|null|true|false|import)\b|\b[45]\d\d\b.{0,3}\Z"
)
_AFTERTHOUGHT = re.compile(
    r"\W{0,3}(?:p\.? ?p?\.? ?s|n\.? ?b|post ?scriptum|edit|update|nachtrag|by the way|btw)\b", re.IGNORECASE
)
_DISCLAIMER = re.compile(
    r"\b(?:confidential\w*|privileged|vertraulich\w*|confidenti[ae]l\w*|confidencial\w*|riservat\w*|vertrouwelijk\w*|"
    r"konfidentiell?\w*|fortrolig\w*|poufn\w*|důvěrn\w*|конфиденциальн\w*)\b.*\b(?:intended|recipients?|addressees?|"
    r"empfänger\w*|adressat\w*|destinatair\w*|destinatari\w*|destinatári\w*|geadresseerde\w*|mottagar\w*|modtager\w*|"
    r"adresat\w*|příjemc\w*|получател\w*)\b",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"mailing list|unsubscribe|list ?info|you received this (?:message|email|mail)"
    r"|abmelden|désabonn|mailman|groups\.google",
    re.IGNORECASE,
)
_GREETING = re.compile(r"\W{0,3}(?:" + words.GREETINGS + r")(?:\W.{0,40})?", re.IGNORECASE)


def names_forward(text: str) -> bool:
    """Whether a text begins by saying that somebody else's mail follows."""
    return any(_FORWARDED.fullmatch(_bare(line[:MAX_LINE])) for line in text.strip().split("\n", 5)[:5])


def split(text: str) -> tuple[str, str]:
    """The answer, and what is behind it: the mail that it answers, and a signature. Together they are the text. ""
    where nothing is found, or where nothing would be left."""
    lines = text.split("\n")
    end = len(lines)
    looked = [line[:MAX_LINE] for line in lines]
    for _ in range(ROUNDS):
        before = _before_quote(looked[:end])
        if before == end:
            break
        end = before
    signed = _before_signature(looked[:end])
    end = signed if _says_something(looked[:signed]) else end
    if not _says_something(looked[:end]):
        return text, ""
    answer = "\n".join(lines[:end]).rstrip()
    return answer, "\n".join(lines[end:]).strip("\n").rstrip()


def _bare(line: str) -> str:
    """Without the signs of Markdown, and what stands around a quote."""
    return (
        _SIGNS.sub("", line)
        .replace("\u200e", "")
        .replace("\u200f", "")
        .replace("\u202a", "")
        .replace("\u202c", "")
        .strip()
    )


def _quoted(line: str) -> bool:
    return _QUOTED.match(line) is not None


def _says_something(lines: list[str]) -> bool:
    return any(any(sign.isalnum() for sign in line) or _wordless(line) for line in lines if not _quoted(line))


def _wordless(line: str) -> bool:
    """An answer without a letter, such as a thumb."""
    return bool(line.strip()) and line.strip() not in MARKS and not _RULER.match(line) and not line.isascii()


# The quote


def _before_quote(lines: list[str]) -> int:
    """The number of lines before the last block that is introduced as a quote; all, if there is none."""
    end = _ended(lines)
    last = _last_unquoted(lines, end)
    last_quoted = max((number for number, line in enumerate(lines[:end]) if _quoted(line)), default=-1)
    above = _Above(lines)
    for start, after, sort in _introductions(lines):
        above.read(start)
        if not above.introduces(sort):
            continue
        if last < after <= last_quoted and (sort != "whole" or above.answers()):
            return _trimmed(lines, start)
        following = (
            next((line for line in lines[after:] if line.strip()), "") if sort in ("rest", "block", "line") else ""
        )
        if following and not _quoted(following) and above.answers():
            return _trimmed(lines, start)
    return len(lines)


class _Above:
    """What is said above a line, other than in what is quoted; read once, however often it is asked."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.number = 0
        self.said = 0
        self.first = self.last = ""
        self.inside = False

    def read(self, until: int) -> None:
        """Go on until that line."""
        for line in self.lines[self.number : until]:
            bare = _bare(line)
            if not bare or _quoted(line) or bare in MARKS or _RULER.match(line):
                continue
            self.last = bare
            if not _advertises(line):
                self.said += 1
                self.first = self.first or bare
                self.inside = self.inside or words.INSIDE.search(bare) is not None
        self.number = max(self.number, until)

    def introduces(self, sort: str) -> bool:
        """Whether something was said, and does not itself announce what follows."""
        return bool(self.said) and (sort in ("rest", "whole", "container") or not _END.search(self.last))

    def answers(self) -> bool:
        """Whether the answer stands above a quote without marks: more than a greeting, no word of answers inside."""
        greeting = self.said == 1 and _greets(self.first) and not _THANKS.fullmatch(self.first)
        return bool(self.said) and not greeting and not self.inside


def _greets(line: str) -> bool:
    named = line.endswith(("!", "！", ":")) or 1 < len(line.split()) <= 4
    return line.endswith((",", "，")) and len(line) <= 40 or named and _GREETING.fullmatch(line) is not None


def _trimmed(lines: list[str], start: int) -> int:
    """Without the blanks and the ruler above an introduction."""
    while start and (
        not lines[start - 1].strip() or _RULER.match(lines[start - 1]) or lines[start - 1].strip() in MARKS
    ):
        start -= 1
    return start


def _ended(lines: list[str]) -> int:
    """Where what may stand under a quote begins: a list's footer, advertisements, a signature."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    for number in range(max(0, end - 12), end):
        footer = lines[number:end]
        listed = _RULER.match(lines[number]) and any(map(_LISTED.search, footer))
        if listed and not any(map(_QUESTION.search, footer)):
            end = number
            break
    return _before_signature(lines[: _before_disclaimers(lines, end)], thanks=False)


def _before_disclaimers(lines: list[str], end: int) -> int:
    """Without the paragraphs at the end that a gateway put under the mail."""
    while end:
        while end and not lines[end - 1].strip():
            end -= 1
        start = end
        while start and lines[start - 1].strip() and end - start < 40:
            start -= 1
        said = " ".join(lines[start:end])[:4000]
        if any(map(_quoted, lines[start:end])) or not _DISCLAIMER.search(said) or _QUESTION.search(said):
            return end
        end = start
    return end


def _last_unquoted(lines: list[str], end: int) -> int:
    """The last line that is neither quoted nor blank nor an advertisement; -1 if there is none."""
    for number in range(end - 1, -1, -1):
        line = lines[number]
        if not _quoted(line) and not _says_nothing(line):
            return number
    return -1


def _introductions(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Where each begins and ends, and its sort: `container`, `whole` and `rest` (the mailer's HTML says so), `block` (a
    ruler with words, header lines), `line` (date, name, colon), `named` (it introduces quoted lines alone). What is
    passed on ends them."""
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
        elif not _quoted(line) and _FORWARDED.fullmatch(_bare(line)):
            return
        elif _quoted(line) and not _ARROWS.fullmatch(line):
            if not marked and (not number or not _quoted(lines[number - 1])):
                inner = [_QUOTED.sub("", each, count=1).strip() for each in lines[number : number + 8]]
                while inner and not inner[0]:
                    inner.pop(0)
                if inner and (_line(inner, 0) or _headers(inner, 0) or _DATE.search(inner[0]) and _headers(inner, 1)):
                    yield number, number, "named"
        else:
            found = _block(lines, number) or _line(lines, number)
            if found:
                yield number, *found
                skip = found[0]


# Rulers with words, and the lines with which Outlook and others head what they quote

_NAMES = {
    "from": re.compile(words.FROM, re.IGNORECASE),
    "sent": re.compile(words.SENT, re.IGNORECASE),
    "to": re.compile(words.TO, re.IGNORECASE),
    "subject": re.compile(words.SUBJECT, re.IGNORECASE),
    "beside": re.compile(words.BESIDE, re.IGNORECASE),
}


def _block(lines: list[str], number: int) -> tuple[int, str] | None:
    """The end of a ruler with words, or of a block of headers, that begins there."""
    line = lines[number]
    if _RULER.match(line):
        return None
    left, said, right = _within_strokes(line)
    dated = _DATE.search(said) and _TIME.search(said) and len(said) <= 60
    if (left or right or dated) and (after := _headers(lines, number + 1, any_first=left or right)):
        return after, "block"
    if left and right:
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if _ORIGINAL.fullmatch(said) and (not below.strip() or _quoted(below) or _line(lines, number + 1)):
            return number + 1, "block"
        if _WROTE.search(said) and not words.MYSELF.search(said):
            return number + 1, "line" if _DATE.search(said) or _TIME.search(said) else "named"
        return None
    if _ARROWS.fullmatch(line) and (_DATE.search(line) or _TIME.search(line)):
        return number + 1, "line"
    bare = _bare(line)
    if _ORIGINAL.fullmatch(bare) and (after := _headers(lines, number + 1)):
        return after, "block"
    after = _headers(lines, number)
    return (after, "block") if after else None


def _within_strokes(line: str) -> tuple[bool, str, bool]:
    """A line's words, and whether at least two strokes stand before and behind them."""
    whole = line.strip().rstrip(":").rstrip()
    left = len(whole) - len(whole.lstrip(_STROKES)) > 1
    right = len(whole) - len(whole.rstrip(_STROKES)) > 1
    said = _bare(whole.strip(_STROKES + " "))
    return left and len(said) <= 200, said, right and len(said) <= 200


def _headers(lines: list[str], number: int, *, any_first: bool = False) -> int:
    """The end of the block of headers that begins there, blanks before it apart; 0 if there is none. Raw headers,
    which somebody pasted, have others among them."""
    start = number
    while start < len(lines) and start < number + 3 and (not lines[start].strip() or _RULER.match(lines[start])):
        start += 1
    if start and (_RAW.match(lines[start - 1]) or _named(_bare(lines[start - 1])) in ("sent", "to", "subject")):
        return 0
    seen: list[str] = []
    unknown = 0
    at = start
    end = start
    while at < len(lines) and at < start + 16:
        line = _bare(lines[at]).replace("mailto:", "")
        if not line:
            if not seen or at + 1 < len(lines) and not _named(_bare(lines[at + 1])) or len(set(seen)) >= 4:
                break
            at += 1
            continue
        name = _named(line)
        if name:
            if name in ("from", "sent", "subject") and name in seen and name != "beside":
                break
            seen.append(name)
            end = at + 1
        elif not seen or not any_first and seen[0] not in ("from", "subject", "sent"):
            return 0
        elif _LABEL.fullmatch(line) and not _is_folded(lines[at]):
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
    sent = any(_named(_bare(line)) == "sent" and re.search(r"\d", line) for line in lines[start:end])
    sent = sent or any(_DATE.search(line) for line in lines[max(0, start - 1) : end])
    enough = "from" in kinds and sent and len(kinds) >= 3
    first = any_first or (
        seen[0] in ("from", "subject")
        or len(kinds) == 4
        and seen[0] == "sent"
        and not _DATED.match(_bare(lines[start]))
    )
    return end if enough and first else 0


def _is_folded(line: str) -> bool:
    return line[:1] in (" ", "\t", "<") or line.strip().startswith(("<", ";", ",")) or not line.strip(" |:-")


def _named(line: str) -> str:
    found = _LABEL.fullmatch(line)
    if not found:
        return ""
    label = " ".join(found[1].split())
    return next((name for name, pattern in _NAMES.items() if pattern.fullmatch(label)), "")


# "On Mon, 12 Jan 2026 at 09:30, Max <max@acorn.example> wrote:"


def _line(lines: list[str], number: int) -> tuple[int, str] | None:
    """The end of the line that introduces a quote, which mailers break over several, and its sort."""
    joined = ""
    for at in range(number, min(number + MAX_JOINED, len(lines))):
        piece = _bare(lines[at])
        if not piece or _quoted(lines[at]) and at > number:
            return None
        if at > number and _starts(piece):
            return None  # what stands above it is somebody's
        joined = f"{joined} {piece}".strip()
        if len(joined) > MAX_INTRODUCTION:
            return None
        sort = _sort(joined)
        if sort and _opens(joined, alone=number == 0 or not lines[number - 1].strip()):
            return at + 1, sort
        ended = joined[-1:] in ".!?" and not _DAY.search(joined) or _END.search(joined)
        if not joined.endswith(("<", ",", "(")) and ended:
            return None
    return None


def _sort(joined: str) -> str:
    """What kind of introduction it may be: `line` has date and time, and says who wrote."""
    if _DATED_NAME.fullmatch(joined):
        return "named"
    if not _END.search(joined) or words.MYSELF.search(joined):
        return ""
    date, time = _DATE.search(joined), _TIME.search(joined)
    address, wrote = _BRACKETED.search(joined), _WROTE.search(joined)
    if date and time and (address or wrote):
        return "line"
    if (date or time) and (address or wrote) or wrote and _ADDRESS.search(joined):
        return "named"
    if date and time and _ADDRESS_LAST.search(joined) or address and words.QUOTING.match(joined):
        return "named"
    return ""


def _opens(joined: str, *, alone: bool) -> bool:
    """Whether the line begins as introductions do: with the date, or with somebody's name. In a language that is not
    known one does that stands `alone`, and has all that introductions have."""
    bare = joined.lstrip("-–—_>»*• \t\"'“„")
    date = min((found.start() for found in (_DATE.search(bare), _TIME.search(bare)) if found), default=len(bare))
    who = min(
        (found.start() for found in (_ADDRESS.search(bare), _WROTE.search(bare), words.QUOTING.match(bare)) if found),
        default=len(bare),
    )
    head = bare[: min(date, who)].strip()
    first = re.match(r"[^\W\d_]*", bare)
    word = first[0].lower() if first else ""
    if date < who:
        known = not word or word in words.OPENERS or not any("a" <= sign <= "ž" for sign in word)
        opener = re.match(r"\D*", bare)
        whole = alone and all(each.search(bare) for each in (_DATE, _TIME, _BRACKETED, _WROTE))
        whole = whole and opener is not None and len(opener[0].split()) < 4 and _name_like(opener[0])
        return len(head) <= 45 and not _breaks(head) and (known or whole)
    return len(head) <= 80 and not _breaks(head) and _name_like(head)


def _starts(piece: str) -> bool:
    """Whether a line of its own begins with a date, as introductions do."""
    word, _, behind = piece.partition(" ")
    return word.strip(",.").lower() in ("on", "am", "le", "el", "il", "op", "em", "den", "på", "dne", "dnia") and bool(
        _DATE.search(behind) or _TIME.search(behind)
    )


def _breaks(head: str) -> bool:
    """Whether a sentence ends in it: then somebody's words are on the line."""
    return bool(re.search(r"[!?:;]\s|(?<![^\W\d_])[^\W\d_]{4,}\.\s+[^\W\d_]{4,}", head))


def _name_like(head: str) -> bool:
    """At most some names; "answer On Mon, …" has a mailer's word in its midst."""
    found = re.findall(r"[^\W\d_]+", head.lower())
    return len(found) <= 7 and not any(word in ("on", "am", "le", "el", "op", "den", "em") for word in found[1:])


# The signature


def _before_signature(lines: list[str], *, thanks: bool = True) -> int:
    """The number of lines before the signature and the mailer's advertisements at the end; all, if there are none."""
    end = _without_advertisements(lines, len(lines))
    for size in range(1, DASHED_SIGNATURE + 12):
        start = end - size
        if start < 0:
            break
        line = lines[start]
        behind = [each for each in lines[start + 1 : end] if each.strip()]
        if _quoted(line):
            break
        if line.rstrip("\n") == "-- " and _signs(behind, DASHED_SIGNATURE, sure=True):
            return _without_advertisements(lines, start)
        dashed = _DASHES.match(line) and behind and lines[start + 1].strip()
        if (dashed or line.strip() == BEFORE_SIGNATURE and behind) and _signs(behind, SIGNATURE):
            return _without_advertisements(lines, start)
        bare = _bare(line)
        if (_CLOSING.fullmatch(bare) or _SIGNED.fullmatch(bare)) and _signs(behind, SIGNATURE):
            return _without_advertisements(lines, start)
        if thanks and _THANKS.fullmatch(bare) and _signs(behind, SIGNATURE) and _tells_where(behind):
            return start + 1
        if _marked_off(line):
            break
    return end


def _without_advertisements(lines: list[str], end: int) -> int:
    at = end
    while at and _says_nothing(lines[at - 1]):
        at -= 1
    return at


def _says_nothing(line: str) -> bool:
    return not line.strip() or line.strip() in MARKS or _DASHES.match(line) is not None or _advertises(line)


def _advertises(line: str) -> bool:
    bare = _bare(line)
    return bool(bare) and len(bare) <= 120 and words.ADVERTISEMENT.fullmatch(bare.rstrip(".>")) is not None


def _marked_off(line: str) -> bool:
    return line.lstrip().startswith(("```", "~~~", "|", "- ", "* ", "1. "))


def _signs(behind: list[str], limit: int, *, sure: bool = False) -> bool:
    """Whether these lines may be a signature: short, few, no question, no code, and unless `sure` no sentence."""
    if len(behind) > limit:
        return False
    for line in behind:
        bare = _bare(line)
        if _quoted(line) or _QUESTION.search(bare) or _AFTERTHOUGHT.match(bare) or _CODE.search(line):
            return False
        if not sure and (len(bare) > SHORT or _is_sentence(bare) or not _begins_large(line) or _is_data(bare)):
            return False
    return True


def _is_data(line: str) -> bool:
    """What somebody tells besides: a value under a name that no signature has, a setting, an item of a list."""
    label = _LABEL.fullmatch(line)
    if label and not words.CONTACT.fullmatch(label[1].strip()) and "//" not in label[2][:3]:
        return True
    return bool(re.match(r"(?:[-*•]|\d{1,2}[.)])\s", line)) or "=" in re.sub(r"(?<!\S)\S*(?:://|www\.)\S*", "", line)


def _begins_large(line: str) -> bool:
    return not _bare(line)[:1].islower() or "@" in line or "www." in line or "http" in line


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
