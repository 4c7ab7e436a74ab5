"""Texts with variables: `{{customer.name}}`, `{{customer.attributes.plan | free}}` with what stands there if it is
missing. Every variable is known and filled in before anything is sent (ADR 118). `\\{{` says `{{` itself."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from .commonmark import SIGNS, Block, Code, Items, Line, Paragraph, Quote, Table, read
from .customers import Customer, User
from .errors import Invalid
from .issues import Issue
from .markdown_writer import escaped, written

MAX_VARIABLES = 8
MAX_VALUE = 256  # bytes: a plan keeps the values of a hundred rooms in one item
# An escape, which has no group, or a placeholder.
PLACE = re.compile(r"\\\{\{|\{\{((?:[^{}]|\{(?!\{)|\}(?!\}))*)\}\}")
HELD = re.compile(r"held(x*+)(\d{1,9})z")
NAME = re.compile(
    r"customer\.(?:name|external_id|attributes\.[^|{}]+)|contact\.(?:name|email)|issue\.(?:title|text)|room\.name"
)
NAMES = (
    "customer.name, customer.external_id, customer.attributes.…, contact.name, contact.email, issue.title, issue.text, "
    "room.name"
)


class Missing(Exception):
    """A variable without a value and without a fallback, or with one that does not fit."""


def placeholders(text: str) -> Iterator[re.Match[str]]:
    """Each placeholder of a text, with what stands between its braces as its group."""
    return (match for match in PLACE.finditer(text) if match[1] is not None)


def variables(text: str, field: str = "text") -> dict[str, str | None]:
    """Each placeholder's name → its fallback, None for none. Invalid, naming what is wrong."""
    found: dict[str, str | None] = {}
    for match in placeholders(text):
        name, bar, fallback = (part.strip() for part in match[1].partition("|"))
        if not NAME.fullmatch(name):
            raise Invalid(f"{match[0][:60]} at {match.start()} is none of {NAMES}", field)
        found[match[1]] = fallback if bar else None
    if "{{" in PLACE.sub(" ", text):
        raise Invalid("a {{ is not closed: write \\{{ where you mean it", field)
    if len(found) > MAX_VARIABLES:
        raise Invalid(f"a text has at most {MAX_VARIABLES} variables", field)
    return found


def asks_for(wanted: dict[str, str | None], whose: str) -> bool:
    """Whether a placeholder names something of `whose` (`contact`)."""
    return any(place.strip().startswith(f"{whose}.") for place in wanted)


def values(
    wanted: dict[str, str | None], customer: Customer, room_name: str, *, contact: User | None, issue: Issue | None
) -> dict[str, str]:
    """What each placeholder stands for in a customer's room; Missing, naming it. `contact` is the user whom the vendor
    knows there; of an issue only what is public is told."""
    found: dict[str, str] = {}
    of = {"customer": customer, "contact": contact, "issue": issue}
    for place, fallback in wanted.items():
        name = place.partition("|")[0].strip()
        whose, _, what = name.partition(".")
        value = _shown(room_name if whose == "room" else _value(of[whose], what)) or fallback
        if value is None:
            raise Missing(f"{name} is missing")
        if len(value.encode()) > MAX_VALUE:
            raise Missing(f"{name} has more than {MAX_VALUE} bytes")
        found[place] = value
    return found


def filled(text: str, by_name: dict[str, str]) -> str:
    """A name or a title of one room."""
    return PLACE.sub(lambda match: "{{" if match[1] is None else by_name[match[1]], text)


def filled_text(text: str, by_name: dict[str, str]) -> str:
    """The text of one room, in CommonMark, in which values are the same characters wherever they stand. What an issue
    says, and what stands where a value is missing, is CommonMark as the text is."""
    said = [place for place, value in by_name.items() if not _is_markdown(place, value)]
    if not any(SIGNS.search(by_name[place]) for place in said):
        return filled(text, by_name)
    held = Held(text)
    shown = {place: held.hold(value) if place in said else value for place, value in by_name.items()}
    return written(held.given_back(read(filled(text, shown))))


def escaped_template(plain: str) -> str:
    """Plain text with placeholders, as CommonMark that shows the same characters: placeholders stay."""
    held = Held(plain)
    return held.words(escaped(PLACE.sub(lambda match: held.hold(match[0]), plain)))


def _is_markdown(place: str, value: str) -> bool:
    name, bar, fallback = (part.strip() for part in place.partition("|"))
    return name == "issue.text" or bool(bar) and value == fallback


class Held:
    """Words that stand for values while a text is read: letters and figures, which mean nothing in it."""

    def __init__(self, text: str) -> None:
        self.mark = "x" * (1 + max((len(found[1]) for found in HELD.finditer(text)), default=-1))
        self.values: list[str] = []

    def hold(self, value: str) -> str:
        """What stands for a value."""
        self.values.append(value)
        return f"held{self.mark}{len(self.values) - 1}z"

    def words(self, text: str) -> str:
        """A text with the values in it."""
        return HELD.sub(lambda found: self.values[int(found[2])] if found[1] == self.mark else found[0], text)

    def given_back(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Blocks with the values in them."""
        for block in blocks:
            match block:
                case Paragraph():
                    yield block._replace(lines=tuple(map(self._line, block.lines)))
                case Code():
                    yield block._replace(text=self.words(block.text))
                case Quote():
                    yield Quote(tuple(self.given_back(block.blocks)))
                case Items():
                    yield block._replace(items=tuple(tuple(self.given_back(item)) for item in block.items))
                case Table():
                    yield Table(tuple(tuple(map(self._line, row)) for row in block.rows))
                case _:
                    yield block

    def _line(self, line: Line) -> Line:
        return tuple(run._replace(text=self.words(run.text), href=self.words(run.href)) for run in line)


def _value(whose: Customer | User | Issue | None, what: str) -> Any:
    if isinstance(whose, Issue):
        return getattr(whose, f"public_{what}")
    if isinstance(whose, Customer) and what.startswith("attributes."):
        return whose.attributes.get(what.removeprefix("attributes."))
    return getattr(whose, what, "")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(filter(None, map(_shown, value)))
    return str(value).strip() if isinstance(value, str | int | float) else ""
