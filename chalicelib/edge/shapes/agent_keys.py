"""Agent keys as they go over the wire: requests, answers, and records as the API shows them."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ...desk.agent_keys import AgentKey
from ...desk.customers import Customer, User
from ...desk.workspaces import Workspace
from .answers import Body, Name, Time, View, time_of


class NewAgentKey(Body, frozen=True):
    """A key of one's own for a coding agent: it reads, and with `speak` it asks and answers, as "Ann's agent"."""

    name: Name
    scopes: Annotated[list[Literal["read", "speak"]], Meta(min_length=1, max_length=2)] = msgspec.field(
        default_factory=lambda: ["read"]
    )


class KeysUserView(View, frozen=True):
    """The user whose agent key it is."""

    id: str
    external_id: str
    name: str


class AgentKeyView(View, frozen=True):
    """An agent key. `key` is shown once, when it is made; `used_at` is right to the hour."""

    id: str
    name: str
    user: KeysUserView
    scopes: list[str]
    created_at: Time
    used_at: Time | None
    key: str | None = None


class SetSpeaking(Body, frozen=True):
    """Whether the coding agents of one's own customer may speak."""

    allowed: bool


class SpeakingView(View, frozen=True):
    """Whether the coding agents of a customer may speak; if not, who has switched that off: the vendor for all of the
    `workspace`, the `vendor` for this customer, or the `customer`'s own people. Each side switches on its own."""

    allowed: bool
    switched_off_by: Literal["workspace", "vendor", "customer"] | None


def agent_key_view(key: AgentKey, user: User | None, plain: str | None = None) -> AgentKeyView:
    """An agent key; its plain text only when it is made."""
    return AgentKeyView(
        id=key.id,
        name=key.name,
        user=KeysUserView(id=key.user, external_id=user.external_id if user else "", name=user.name if user else ""),
        scopes=list(key.scopes),
        created_at=time_of(key.created_at) or "",
        used_at=time_of(key.used_at),
        key=plain,
    )


def speaking_view(customer: Customer, workspace: Workspace) -> SpeakingView:
    """Whether a customer's coding agents may speak."""
    sides: list[Literal["vendor", "customer"]] = ["vendor", "customer"]
    side = next((each for each in sides if each in customer.agents_muted), None)
    off = "workspace" if workspace.agents_muted else side
    return SpeakingView(allowed=off is None, switched_off_by=off)
