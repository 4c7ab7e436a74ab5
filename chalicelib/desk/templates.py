"""Texts with variables: `{{customer.name}}`, `{{customer.attributes.plan | free}}` with what stands there if it is
missing. Every variable is known and filled in before anything is sent. `\\{{` says `{{` itself."""

import re
from collections.abc import Iterator
from typing import Any

from .customers import Customer, User
from .errors import Invalid
from .issues import Issue

MAX_VARIABLES = 8
MAX_VALUE = 256  # bytes: a plan keeps the values of a hundred rooms in one item
# An escape, which has no group, or a placeholder.
PLACE = re.compile(r"\\\{\{|\{\{((?:[^{}]|\{(?!\{)|\}(?!\}))*)\}\}")
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
    wanted: dict[str, str | None], customer: Customer, room_name: str, contact: User | None, issue: Issue | None
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
    """The text of one room."""
    return PLACE.sub(lambda match: "{{" if match[1] is None else by_name[match[1]], text)


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
