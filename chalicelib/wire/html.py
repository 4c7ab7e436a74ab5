"""HTML of strangers, before any parser has it: tags that are ones, no comments, no deeper and no more than is read."""

import html as entities
import re
from collections import Counter
from collections.abc import Iterator

from .budget import READ, Budget, fits

# A comment or declaration, a tag (what it says of itself may be in quotes), or a sign that begins none. A tag has an
# end in sight: outside quotes at the next `<`, within them after some hundreds of characters.
PIECE = re.compile(
    r"""<!\[CDATA\[(?P<data>.*?)(?:\]\]>|\Z)
    | (?P<hidden><!--.*?(?:-->|\Z)|<[!?][^<>]*>?)
    | <(?P<end>/?)(?P<tag>[a-zA-Z][^\s/<>"']{0,40}+)(?:(?:[^<>"']++|"[^"]{0,2000}+"|'[^']{0,2000}+'){0,60}+|[^<>]*+)>
    | <""",
    re.DOTALL | re.VERBOSE,
)
BLANKS = re.compile(r"[\t \r\n]{2,}|[\t\r]")
# Tags whose content nobody sees as text, or which would load something. What stands in forms, on buttons, and where no
# script runs is text.
GONE = frozenset(
    "script style head title meta link template iframe frame object embed applet svg annotation annotation-xml input "  # noqa: SIM905
    "select datalist audio video canvas base".split()
)
VOID = frozenset({"br", "img", "hr", "meta", "link", "input", "col", "wbr", "area", "source", "base", "embed", "frame"})
# Tags whose end need not be written (HTML, 13.1.2.4), by those that end them; none is ended across what holds it.
CELL, ROW, PART = frozenset({"td", "th"}), frozenset({"tr"}), frozenset({"tbody", "thead", "tfoot"})
ENDS = {
    "li": frozenset({"li"}),
    **dict.fromkeys(("dt", "dd"), frozenset({"dt", "dd"})),
    **dict.fromkeys(CELL, CELL),
    **dict.fromkeys(ROW, CELL | ROW),
    **dict.fromkeys(PART, CELL | ROW | PART),
}
HOLDERS = frozenset({"ul", "ol", "menu", "dl", "table", "blockquote"})
IN_HEAD = frozenset({"head", "title", "style", "script", "meta", "link", "base", "noscript", "template", "object"})
LINES = frozenset("p div br tr table ul ol li blockquote pre h1 h2 h3 h4 h5 h6 hr section article".split())  # noqa: SIM905


def tidied(html: str) -> str:
    """The same with nothing but whole tags: what is no tag is text, comments and declarations are gone, and so are the
    blanks that nobody sees. Ends that are not written are."""
    kept, place, within, ended = [], 0, 0, _Ends()
    for found in PIECE.finditer(html):
        kept.append(_text(html[place : found.start()], within))
        place, tag = found.end(), (found["tag"] or "").lower()
        if tag == "pre":
            within += -1 if found["end"] and within else 0 if found["end"] else 1
        stray = "" if found["hidden"] else "&lt;" if found["data"] is None else entities.escape(found["data"])
        if tag:
            kept += ended.by(tag, end=bool(found["end"]), whole=found[0].endswith("/>"))
        kept.append(found[0] if tag else stray)
    return "".join([*kept, _text(html[place:], within)])


class _Ends:
    """Which tags are open of those that others end. Between two that hold them there are but a few: none is looked for
    long."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.count = Counter[str]()
        self.head = False

    def by(self, tag: str, *, end: bool, whole: bool) -> Iterator[str]:
        """The ends that a tag, or its `end`, brings with it."""
        if tag == "head":
            self.head = not end
        elif self.head and tag not in IN_HEAD:
            self.head = False
            yield "</head>"
        if end and self.count[tag]:
            while self._pop() != tag:
                pass
        elif not end:
            while (last := self._nearest(ENDS.get(tag, frozenset()))) is not None:
                while self._pop() != last:
                    pass
                yield f"</{last}>"
            if not whole and (tag in ENDS or tag in HOLDERS):
                self.open.append(tag)
                self.count[tag] += 1

    def _nearest(self, ended: frozenset[str]) -> str | None:
        near = next((tag for tag in reversed(self.open) if tag in ended or tag in HOLDERS), "") if ended else ""
        return near if near in ended else None

    def _pop(self) -> str:
        tag = self.open.pop()
        self.count[tag] -= 1
        return tag


def _text(text: str, kept: int) -> str:
    """A text without the blanks beside a blank, unless they are `kept`."""
    return text if kept else BLANKS.sub(lambda found: "\n" if "\n" in found[0] or "\r" in found[0] else " ", text)


def readable(html: str, budget: Budget = READ) -> bool:
    """Whether something tidied is within what is read."""
    return fits(html, "<", budget) and _depth(html) <= budget.depth


def words_of(html: str) -> str:
    """What something tidied says, without its tags, as plain text: no word is left out."""
    shown = "".join(_shown(html))
    lines = (" ".join(line.split()) for line in entities.unescape(shown).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _shown(html: str) -> Iterator[str]:
    """The texts between tags, a line break for each tag that makes one; nothing of what is hidden in a tag."""
    place, hidden = 0, ""
    for found in PIECE.finditer(html):
        if not hidden:
            yield html[place : found.start()].replace("\n", " ")
        tag = (found["tag"] or "").lower()
        if not hidden and tag in ("script", "style", "head", "title", "template") and not found["end"]:
            hidden = tag
        elif hidden == tag and found["end"]:
            hidden = ""
        elif tag in LINES:
            yield "\n"
        place = found.end()
    yield html[place:].replace("\n", " ")


def _depth(html: str) -> int:
    """How deep tags nest: the converter calls itself for each."""
    deep = most = 0
    for found in PIECE.finditer(html):
        if found["tag"] and found["tag"].lower() not in VOID:
            deep = max(0, deep + (-1 if found["end"] else 1))
            most = max(most, deep)
    return most
