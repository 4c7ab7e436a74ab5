"""Snippets as they go over the wire: requests, answers, and records as the API shows them."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from ...desk.snippets import MAX_SNIPPET, Snippet
from .answers import Name, Time, View, time_of
from .texts import Written

SnippetText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_SNIPPET,
        description="May hold {{customer.name}}, {{customer.attributes.…}}, {{room.name}}, {{user.name}}, "
        "{{agent.name}}; \\{{ says {{",
    ),
]


class NewSnippet(Written, frozen=True):
    """A text to keep."""

    templates = True
    most = MAX_SNIPPET

    name: Name
    text: SnippetText


class ChangeSnippet(Written, frozen=True):
    """Change a snippet."""

    templates = True
    most = MAX_SNIPPET

    name: Name | UnsetType = UNSET
    text: SnippetText | UnsetType = UNSET


class SnippetView(View, frozen=True):
    """A snippet. Its variables are filled in by whoever shows it."""

    id: str
    name: str
    text: str
    created_at: Time


def snippet_view(snippet: Snippet) -> SnippetView:
    """A snippet."""
    return SnippetView(
        id=snippet.id, name=snippet.name, text=snippet.text, created_at=time_of(snippet.created_at) or ""
    )
