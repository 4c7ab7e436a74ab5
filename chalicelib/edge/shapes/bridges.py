"""What goes over the wire of bridges: the requests, the answers, and how records become them."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from ...desk.rooms import Bridge
from ...desk.workspaces import Install
from .answers import Body, Time, View, time_of

Conversation = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=300,
        pattern=r"^[^\x00-\x20]+$",
        description="The provider's id of it, as the install's kind shows one; a thread's stands behind a slash",
    ),
]
Direction = Literal["both", "in", "out"]
SpeakerShown = Literal["persona", "prefix", "none"]


class NewBridge(Body, frozen=True):
    """Bind a conversation of an install to a room. `rebind` takes it from the room that has it."""

    install: str
    conversation: Conversation
    direction: Direction = "both"
    edits: bool = True
    deletes: bool = True
    reactions: bool = True
    files: bool = True
    speaker: SpeakerShown = "persona"
    account: Annotated[str, Meta(max_length=100)] = ""
    name: Annotated[str, Meta(max_length=200)] = ""
    rebind: bool = False


class ChangeBridge(Body, frozen=True):
    """Change what crosses a bridge, and how."""

    direction: Direction | UnsetType = UNSET
    edits: bool | UnsetType = UNSET
    deletes: bool | UnsetType = UNSET
    reactions: bool | UnsetType = UNSET
    files: bool | UnsetType = UNSET
    speaker: SpeakerShown | UnsetType = UNSET
    name: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET


class BridgeView(View, frozen=True):
    """A room's tie to one outside conversation. Of edits, deletes, reactions and files each crosses or does not, both
    ways. `paused` says why nothing goes, or is null."""

    id: str
    room: str
    install: str
    channel: str
    conversation: str | None
    name: str
    account: str | None
    direction: str
    edits: bool
    deletes: bool
    reactions: bool
    files: bool
    speaker: str
    bound_at: Time
    paused: str | None


class ConnectCodeView(View, frozen=True):
    """A one-time code: typed in a conversation of an install (`/parley connect CODE`), it binds that to the room."""

    code: str
    room: str
    expires_at: Time


class ReplayView(View, frozen=True):
    """How many deliveries that were missed are on their way again; if `more`, the rest follows by itself."""

    replayed: int
    more: bool


class InvitationView(View, frozen=True):
    """Where another workspace's admin installs the app."""

    url: str
    expires_at: Time


class ReachView(View, frozen=True):
    """Where an answer leaves to: a conversation by its name, or the install's."""

    install: str
    channel: str
    name: str


def bridge_view(bridge: Bridge) -> BridgeView:
    """A bridge."""
    return BridgeView(
        id=bridge.id,
        room=bridge.room,
        install=bridge.install,
        channel=bridge.channel,
        conversation=bridge.conversation or None,
        name=bridge.name,
        account=bridge.account or None,
        direction=bridge.direction,
        edits=bridge.edits,
        deletes=bridge.deletes,
        reactions=bridge.reactions,
        files=bridge.files,
        speaker=bridge.speaker,
        bound_at=time_of(bridge.bound_at) or "",
        paused=bridge.paused or None,
    )


def reach_view(bridge: Bridge, install: Install) -> ReachView:
    """A bridge that an answer goes over."""
    return ReachView(install=install.id, channel=bridge.channel, name=bridge.name or install.name)
