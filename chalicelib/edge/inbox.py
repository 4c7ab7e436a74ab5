"""What the inbox needs besides rooms and messages, as it goes over the wire."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from ..desk.rooms import Bridge
from ..desk.snippets import MAX_SNIPPET, Snippet
from ..desk.workspaces import Install
from .shapes import Body, Name, Time, View, time_of

SnippetText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_SNIPPET,
        description="May hold {{customer.name}}, {{customer.attributes.…}}, {{room.name}}, {{user.name}}, "
        "{{agent.name}}",
    ),
]


class NewSnippet(Body, frozen=True):
    """A text to keep."""

    name: Name
    text: SnippetText


class ChangeSnippet(Body, frozen=True):
    """Change a snippet."""

    name: Name | UnsetType = UNSET
    text: SnippetText | UnsetType = UNSET


class SnippetView(View, frozen=True):
    """A snippet. Its variables are filled in by whoever shows it."""

    id: str
    name: str
    text: str
    created_at: Time


class ReachView(View, frozen=True):
    """Where an answer leaves to: a conversation by its name, or the install's."""

    install: str
    channel: str
    name: str


class InstallKindView(View, frozen=True):
    """A kind of install. `credentials` are those that its provider gives, and where they are found there."""

    kind: str
    credentials: dict[str, str]


class OutcomeView(View, frozen=True):
    """What came of a try."""

    ok: bool
    detail: str


def reach_view(bridge: Bridge, install: Install) -> ReachView:
    """A bridge that an answer goes over."""
    return ReachView(install=install.id, channel=bridge.channel, name=bridge.name or install.name)


def snippet_view(snippet: Snippet) -> SnippetView:
    """A snippet."""
    return SnippetView(
        id=snippet.id, name=snippet.name, text=snippet.text, created_at=time_of(snippet.created_at) or ""
    )
