"""Where in an answer the mail that it answers begins (quoted-reply detection): known by shape first, by words second
(ADR 94).

Only the last block goes: one that is introduced as mailers do, with nothing behind it but quoted lines, blanks,
mailers' advertisements or a signature. Whatever may be a person's words keeps all that stands above it. Lines are
looked at one by one and only so far as `MAX_LINE`, so that no text takes longer than its length.
"""

import re

from . import quote_words as words
from .headlines import named
from .introductions import ends_as_one, introductions
from .lines import MARKS, MAX_LINE, RULER, bare, quoted
from .signatures import QUESTION, THANKS, advertises, before_signature, says_nothing
from .transcripts import go_on

ROUNDS = 10  # blocks that are taken off one after the other: a mail in a mail

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
_FACE = re.compile(r"[?!;:()]")
_GREETING = re.compile(r"\W{0,3}(?:" + words.GREETINGS + r")(?:\W.{0,40})?", re.IGNORECASE)


def split(text: str, name: str = "") -> tuple[str, str]:
    """The answer, and what is behind it: the mail that it answers, and a signature. Together they are the text. ""
    where nothing is found, or where nothing would be left. `name` is who wrote it: Outlook puts "[Ann Lee]" before
    what is answered within."""
    lines = text.split("\n")
    end = len(lines)
    looked = [line[:MAX_LINE] for line in lines]
    for _ in range(ROUNDS):
        before = _before_quote(looked[:end], name)
        if before == end:
            break
        end = before
    signed = before_signature(looked[:end])
    end = signed if _says_something(looked[:signed]) else end
    if not _says_something(looked[:end]):
        return text, ""
    answer = "\n".join(lines[:end]).rstrip()
    return answer, "\n".join(lines[end:]).strip("\n").rstrip()


def _says_something(lines: list[str]) -> bool:
    return any(any(sign.isalnum() for sign in line) or _wordless(line) for line in lines if not quoted(line))


def _wordless(line: str) -> bool:
    """An answer without a letter, such as a thumb, "?" or ":-)"."""
    said = line.strip()
    return (
        bool(said) and said not in MARKS and not RULER.match(line) and (not said.isascii() or bool(_FACE.search(said)))
    )


def _before_quote(lines: list[str], name: str) -> int:
    """The number of lines before the last block that is introduced as a quote; all, if there is none."""
    end = _ended(lines)
    last = _last_unquoted(lines, end)
    last_quoted = max((number for number, line in enumerate(lines[:end]) if quoted(line)), default=-1)
    answered = _last_answer(lines, name)
    above = _Above(lines)
    found = list(introductions(lines))
    starts = {start for start, _, _ in found}
    transcribed = go_on([" ".join(lines[start:after]) for start, after, sort in found if sort == "line"])
    for start, after, sort in found:
        above.read(start)
        if not above.introduces(sort):
            continue
        if last < after <= last_quoted and (sort != "whole" or above.answers()):
            return _trimmed(lines, start)
        first = next((each for each in range(after, len(lines)) if not _rules(lines[each])), len(lines))
        following = lines[first] if first < len(lines) and first not in starts else ""
        copied = transcribed and sort == "line"
        if answered < after and above.answers() and not copied and _unmarked(following, sort, above):
            return _trimmed(lines, start)
    return len(lines)


def _rules(line: str) -> bool:
    return not line.strip() or RULER.match(line) is not None


def _unmarked(following: str, sort: str, above: "_Above") -> bool:
    """Whether what follows, of which that is the first line, is quoted without marks. Where that is nothing, or is
    headed as mails are when they are sent, somebody may have pasted it who speaks of a mail."""
    if sort in ("rest", "line"):
        return bool(following) and not quoted(following)
    strong = following and sort == "block"
    return sort in ("block", "raw") and not quoted(following) and bool(strong or not above.speaks_of_mail())


def _last_answer(lines: list[str], name: str) -> int:
    """The last line that says who answers there; -1 if there is none."""
    marked = [number for number, line in enumerate(lines) if line.lstrip("*\\ ").startswith(f"[{name}")]
    return marked[-1] if marked and len(name) > 2 else -1


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
            said = bare(line)
            if not said or quoted(line) or said in MARKS or RULER.match(line):
                continue
            self.last = said
            if not advertises(line):
                self.said += 1
                self.first = self.first or said
                self.inside = self.inside or words.INSIDE.search(said) is not None
        self.number = max(self.number, until)

    def introduces(self, sort: str) -> bool:
        """Whether something was said, and does not itself announce what follows."""
        return bool(self.said) and (sort in ("rest", "whole", "container") or not ends_as_one(self.last))

    def speaks_of_mail(self) -> bool:
        """Whether the last words are of a mail: then what follows may be one that somebody pasted."""
        return words.MAILS.search(self.last) is not None

    def answers(self) -> bool:
        """Whether the answer stands above a quote without marks: more than a greeting, no word of answers inside."""
        greeting = self.said == 1 and _greets(self.first) and not THANKS.fullmatch(self.first)
        return bool(self.said) and not greeting and not self.inside


def _greets(line: str) -> bool:
    named = line.endswith(("!", "！", ":")) or 1 < len(line.split()) <= 4
    return line.endswith((",", "，")) and len(line) <= 40 or named and _GREETING.fullmatch(line) is not None


def _trimmed(lines: list[str], start: int) -> int:
    """Without the blanks and the ruler above an introduction, and the header lines that Yandex puts between them."""
    start = above = _blanks_before(lines, start)
    while above and named(bare(lines[above - 1])) in ("to", "subject"):
        above -= 2 if above > 1 and not lines[above - 2].strip() else 1
    ruled = start > above > 0 and RULER.match(lines[above - 1])
    return _blanks_before(lines, above) if ruled else start


def _blanks_before(lines: list[str], start: int) -> int:
    while start and (
        not lines[start - 1].strip() or RULER.match(lines[start - 1]) or lines[start - 1].strip() in MARKS
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
        listed = RULER.match(lines[number]) and any(map(_LISTED.search, footer))
        if listed and not any(map(QUESTION.search, footer)):
            end = number
            break
    return before_signature(lines[: _before_disclaimers(lines, end)], below=True)


def _before_disclaimers(lines: list[str], end: int) -> int:
    """Without the paragraphs at the end that a gateway put under the mail."""
    while end:
        while end and not lines[end - 1].strip():
            end -= 1
        start = end
        while start and lines[start - 1].strip() and end - start < 40:
            start -= 1
        said = " ".join(lines[start:end])[:4000]
        if any(map(quoted, lines[start:end])) or not _DISCLAIMER.search(said) or QUESTION.search(said):
            return end
        end = start
    return end


def _broken(lines: list[str]) -> bool:
    """Whether a line is the end of a link in the quoted line above it, which a mailer broke without a mark."""
    if len(lines) < 3 or not quoted(lines[0]) or not quoted(lines[2]):
        return False
    opened = any(lines[0].count(begin) > lines[0].count(end) and end in lines[1] for begin, end in ("()", "<>", "[]"))
    return opened and "://" in lines[0] and len(lines[1].split()) == 1


def _last_unquoted(lines: list[str], end: int) -> int:
    """The last line that is neither quoted nor blank nor an advertisement; -1 if there is none."""
    for number in range(end - 1, -1, -1):
        line = lines[number]
        if not quoted(line) and not says_nothing(line) and not _broken(lines[number - 1 : number + 2]):
            return number
    return -1
