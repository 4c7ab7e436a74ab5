"""The tenant and what it owns on the vendor's side: agents, API keys, installs, the audit log."""

from typing import Any, Literal

from .record import Part, Record

Role = Literal["owner", "admin", "agent", "reader"]
Scope = Literal["read", "draft", "write", "admin"]
Standing = Literal["active", "blocked", "gone"]
# Whom what is said in a room reaches over a kind of channel: nobody, whoever listens to all rooms, conversations that
# rooms are bound to, people one by one. Tickets are what a tracker has.
Reach = Literal["nobody", "feed", "conversations", "people", "tickets"]
# What becomes of bots that are not our own: they are heard as machines, they ask, or answer; or nobody hears them.
Bots = Literal["heard", "ask", "answer", "ignored"]

MAY: dict[str, frozenset[str]] = {
    "owner": frozenset({"read", "draft", "write", "admin", "own"}),
    "admin": frozenset({"read", "draft", "write", "admin"}),
    "agent": frozenset({"read", "draft", "write"}),
    "reader": frozenset({"read"}),
}
SCOPES: frozenset[Scope] = frozenset({"read", "write", "admin"})
MAX_LIVE_SECRETS = 2


class Secret(Part, frozen=True):
    """A secret at rest: `sealed` is what the sealer made of it (base64), bound to the workspace and its owner. `name`
    is what it is for: `signing`, or what a provider calls the credential that it gave."""

    id: str
    sealed: str
    created_at: int
    name: str = "signing"


class Listening(Part, frozen=True):
    """An install that asks for `events`, by their types, and its kind."""

    kind: str
    events: tuple[str, ...]


class Drafting(Part, frozen=True):
    """Whether machines draft answers: not at all, in shadow (for admins to look at), or for agents to send. Of
    customers in these `segments` alone (none: of everybody). With `shown`, customers see what was drafted by whom."""

    mode: Literal["off", "shadow", "on"] = "off"
    segments: tuple[str, ...] = ()
    shown: bool = False


class Workspace(Record, frozen=True):
    """One environment or product of the vendor. `feeds` are the installs that are told of every room but internal
    ones, and since when (ms): kept here, so that they are read with the workspace, consistently. `feed_channels`
    are their kinds. `listening` are those that ask for events, by their ids (None: nobody has looked since Parley keeps
    it here). `origins` are the sites whose pages may call as a user (none: all);
    `visitors` may ask without a token. Until `watched_until` (ms) somebody may be looking at the inbox: after that
    nobody looks for them. With `thanks`, a customer's thanks put nobody on the hook; `acknowledgement` is what a room
    that waits is told when somebody is aware of it (empty: our own words), `outcomes` what one is told of its end. Its
    inbox lies in `inbox_shards`: of one alone until `rebuild` has spread its rooms over them. `policies` is the version
    of its policies, 0 without any. With `subdomains` a customer's proven domain holds for those below it, too.
    `customers_by_id` says that all its customers are in the index by id: since its founding, or since a `rebuild`.
    `followed` are the segments that some agent follows. With `waits_counted` it is counted of each customer since when
    it waits: not before a filter asks for that. With `agents_muted` no customer's coding agents speak.
    The raw log of usage is kept for `raw_days`. With `share_usage` a customer's own people see theirs."""

    id: str
    name: str
    created_at: int
    token_secrets: tuple[Secret, ...] = ()
    feeds: dict[str, int] = {}
    feed_channels: dict[str, str] = {}
    listening: dict[str, Listening] | None = None
    origins: tuple[str, ...] = ()
    visitors: bool = False
    watched_until: int = 0
    thanks: bool = True
    acknowledgement: str = ""
    inbox_shards: int = 1
    policies: int = 0
    subdomains: bool = False
    customers_by_id: bool = False
    outcomes: dict[str, str] = {}
    followed: tuple[str, ...] = ()
    waits_counted: bool = True
    drafting: Drafting = Drafting()
    agents_muted: bool = False
    raw_days: int = 90
    share_usage: bool = False


class Agent(Record, frozen=True):
    """A person on the vendor's side. Credentials issued before `valid_after` (ms) are dead. `subject` is who they are
    at the workspace's identity provider, once they have come from there."""

    id: str
    workspace: str
    name: str
    role: Role
    created_at: int
    email: str = ""
    state: Standing = "active"
    valid_after: int = 0
    subject: str = ""


class ApiKey(Record, frozen=True):
    """A key of the vendor's servers or of an agent: found by the hash of what was shown once. What is said by a
    `machine` is its own word, not its agent's, and nobody's turn follows from it unless it `asks`, or `answers`."""

    id: str
    hash: str
    workspace: str
    name: str
    agent: str
    scopes: tuple[Scope, ...]
    created_at: int
    expires_at: int = 0
    revoked_at: int = 0
    kind: Literal["person", "machine"] = "person"
    asks: bool = False
    answers: bool = False


DAILY = 100_000  # deliveries that an install may have in a day, unless its admins say so


class Install(Record, frozen=True):
    """One connected account of a channel. `config` has the shape of its kind (channels/<kind>/config.py). Of `secrets`
    two a name are live, newest first: `signing`, and the credentials that the provider gave. A paused one lost its
    account: it still takes what comes in, and what would go out is missed until it is active again. `lost` names
    credentials of other accounts that were dropped when these were lost. More than `daily` deliveries in a day pause
    it. Until `renewing` (ms) one worker asks the provider for new credentials; `ends` (ms) is when these end, as the
    provider says, 0 if it does not. Where it `forgets`, somebody of its workspace was forgotten: what comes in is
    looked at for that."""

    id: str
    workspace: str
    kind: str
    name: str
    created_at: int
    config: dict[str, Any] = {}
    secrets: tuple[Secret, ...] = ()
    state: Literal["active", "paused", "disabled"] = "active"
    disabled_because: str = ""
    fed_since: int = 0
    lost: tuple[str, ...] = ()
    daily: int = DAILY
    renewing: int = 0
    ends: int = 0
    forgets: bool = False


def fed(install: Install) -> bool:
    """Whether an install is told of every room of its workspace."""
    wanted = install.config.get("url") and install.config.get("all_rooms")
    wanted = wanted or install.config.get("agent_channel") or install.config.get("agent_channels")
    wanted = wanted or install.config.get("away")
    return install.state != "disabled" and bool(wanted)


def feeds_of(workspace: Workspace) -> list[tuple[str, str, int]]:
    """Each feed's install, its kind and since when it is one. A workspace of before names no kind of webhooks."""
    return [(id_, workspace.feed_channels.get(id_, "webhook"), since) for id_, since in workspace.feeds.items()]


def feeding(workspace: Workspace, install: Install, *, removed: bool = False) -> Workspace:
    """The workspace, whose feeds name the install if it is there and to be told of every room."""
    feeds = {id_: since for id_, since in workspace.feeds.items() if id_ != install.id}
    kinds = {id_: kind for id_, kind in workspace.feed_channels.items() if id_ != install.id}
    if fed(install) and not removed:
        feeds |= {install.id: install.fed_since}
        kinds |= {install.id: install.kind}
    return workspace.changed(
        feeds=feeds, feed_channels=kinds, listening=_listening(workspace, install, removed=removed)
    )


def _listening(workspace: Workspace, install: Install, *, removed: bool) -> dict[str, Listening] | None:
    if workspace.listening is None:
        return None
    others = {id_: each for id_, each in workspace.listening.items() if id_ != install.id}
    return others if removed else others | listening_of(install)


def listening_of(install: Install) -> dict[str, Listening]:
    """The install, if it asks for events. A paused one still does: what it misses can be replayed."""
    events = tuple(install.config.get("events") or ())
    return {install.id: Listening(kind=install.kind, events=events)} if events and install.state != "disabled" else {}


class Audit(Record, frozen=True):
    """What an agent or a key changed: who, what, to which thing, when. No bodies, no secrets."""

    id: str
    workspace: str
    at: int
    actor: str
    credential: str
    verb: str
    subject: str
    fields: tuple[str, ...] = ()


def outlived(fields: dict[str, Any], now: int) -> dict[str, int]:
    """What a change of somebody's standing brings with it: credentials from before this moment are dead, for good."""
    return {"valid_after": now} if fields.get("state", "active") != "active" else {}
