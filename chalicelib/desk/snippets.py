"""Texts that a workspace says again and again."""

import re

from .errors import Invalid
from .record import Record

MAX_SNIPPET = 8_000
KNOWN = re.compile(
    r"(customer\.(name|external_id|attributes\.[^|{}]+)|room\.name|agent\.name|user\.name)(\s*\|[^{}]*)?"
)


class Snippet(Record, frozen=True):
    """A text with variables, filled in where somebody writes: what it says of a room is seen before it is sent."""

    id: str
    workspace: str
    name: str
    text: str
    created_at: int


def check_snippet(text: str) -> str:
    """The text; Invalid for a variable that nobody could fill in."""
    from .templates import placeholders

    for match in placeholders(text):
        if not KNOWN.fullmatch(match[1].strip()):
            raise Invalid(
                f"{match[0][:60]} is none of customer.name, customer.external_id, customer.attributes.…, room.name, "
                "user.name, agent.name",
                "text",
            )
    return text
