"""Installs as they go over the wire: requests, answers, and records as the API shows them."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ...desk.tickets import Probe
from ...desk.workspaces import Install, Reach
from ...wiring import KINDS
from .answers import Body, Name, Time, View, time_of

Credentials = Annotated[dict[str, Annotated[str, Meta(min_length=1, max_length=8_000)]], Meta(max_length=10)]


if TYPE_CHECKING:
    from ...desk.kinds import Kind

    KindName = str
else:
    KindName = Literal[tuple(KINDS)]  # which are refused, and which the document lists, follows from the wiring


class NewInstall(Body, frozen=True):
    """Connect a channel or a tracker. What `config` and `credentials` (those that the provider gave) take depends on
    the kind."""

    kind: KindName
    name: Name
    config: dict[str, Any] = {}
    credentials: Credentials = {}


Daily = Annotated[int, Meta(ge=1, le=100_000_000, description="Deliveries in a day (UTC) with which it is paused")]


class ChangeInstall(Body, frozen=True):
    """Change an install; `active` switches one on again that an endpoint's 410 disabled. A credential that is told
    anew joins the one before it: two are live."""

    name: Name | UnsetType = UNSET
    config: dict[str, Any] | UnsetType = UNSET
    credentials: Credentials | UnsetType = UNSET
    state: Literal["active", "disabled"] | UnsetType = UNSET
    daily: Daily | UnsetType = UNSET


class InstallView(View, frozen=True):
    """An install. `url` is where the provider sends to; `secret` is shown once, when it is made. Of `credentials` only
    the names are shown, and since when each is known; `credentials_end_at` is when they end, if the provider says."""

    id: str
    kind: str
    name: str
    state: str
    disabled_because: str
    url: str
    config: dict[str, Any]
    credentials: dict[str, Time]
    created_at: Time
    daily: int
    credentials_end_at: Time | None = None
    secret: str | None = None


class SettingView(View, frozen=True):
    """A setting that is asked for by itself; of some, `choices` says which values may be chosen, and what each is."""

    name: str
    label: str
    type: Literal["url", "tick", "choices"]
    example: str
    choices: dict[str, str]


class InstallKindView(View, frozen=True):
    """A kind of install. `label` names it, `short` within a sentence; `about` says who talks there, or what one install
    of a tracker is. `reach` says whom what is said in a room reaches
    over it; what has tickets is a tracker. `steps` are what is to be done on its side. `config` is an example of its
    settings; where there are `settings`, these are asked for instead. `credentials` are those that its provider gives,
    and where they are found there. `comes_in` and `goes_out` say what becomes of a message, edit, delete, reaction and
    file on the way here and there. `conversation` is an example of the id of one, found as `whereabouts` says;
    `connect` is typed in one to bind it, with a code for `{code}`. `invites`: others may be invited to install it.
    `by_hand`: who removes there, and how, what people said there themselves."""

    kind: str
    label: str
    short: str
    about: str
    reach: Reach
    steps: list[str]
    config: dict[str, Any]
    settings: list[SettingView]
    credentials: dict[str, str]
    comes_in: dict[str, str]
    goes_out: dict[str, str]
    conversation: str
    whereabouts: str
    connect: str
    invites: bool
    by_hand: str


class TriedView(View, frozen=True):
    """What came of trying an install, of every kind alike. `tried` names what its other side was asked, null if there
    is nothing to ask; `right` and `missing` say in words what is, and what is not; `ok` if nothing is missing."""

    ok: bool
    tried: str | None
    account: str | None
    actor: str | None
    right: list[str]
    missing: list[str]


def kind_view(name: str, kind: "Kind") -> InstallKindView:
    """A kind, as its folder tells."""
    return msgspec.convert({"kind": name, **msgspec.to_builtins(kind)}, InstallKindView)


def tried_view(tried: str, probe: Probe) -> TriedView:
    """What a try found."""
    return TriedView(
        ok=not probe.missing,
        tried=tried or None,
        account=probe.account or None,
        actor=probe.actor or None,
        right=list(probe.right),
        missing=list(probe.missing),
    )


def install_view(install: Install, base_url: str, secret: str | None = None) -> InstallView:
    """An install, with the address that its provider sends to."""
    return InstallView(
        id=install.id,
        kind=install.kind,
        name=install.name,
        state=install.state,
        disabled_because=install.disabled_because,
        url=f"{base_url}/in/{install.kind}/{install.id}",
        config=install.config,
        credentials={secret.name: time_of(secret.created_at) or "" for secret in reversed(install.secrets)},
        created_at=time_of(install.created_at) or "",
        daily=install.daily,
        credentials_end_at=time_of(install.ends),
        secret=secret or None,
    )
