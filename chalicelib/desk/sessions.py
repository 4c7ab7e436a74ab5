"""How agents sign in: sessions of browsers, one-time links by mail, a workspace's own identity provider (ADR 70)."""

from typing import Literal

from .record import Record
from .workspaces import ApiKey, Role, Scope, Secret

SESSION_LIFE_MS = 7 * 24 * 60 * 60 * 1000  # ms; then one signs in again
LINK_LIFE_MS = 15 * 60 * 1000  # ms within which a mailed link is to be used
TICKET_LIFE_MS = 60 * 1000  # ms within which a socket ticket is to be used
MAX_LINKS = 5  # workspaces of one address that a mail has links for
MAILS_PER_HOUR = 5  # with links, to one address, whoever asks for them
DEMO_AGENTS = ("grace@demo.example", "alan@demo.example")  # whom a laptop's stack lets in without any proof

Way = Literal["link", "oidc", "demo"]


class Session(Record, frozen=True):
    """A browser that an agent is signed in with: found by the hash of what its cookie holds. With `socket_until` it is
    no cookie's but a ticket that opens one WebSocket, which may then last until that time (ms), as long as the
    credential `by` which somebody asked for it, and with no more than its `scopes` (none told: all of the role's).
    `sid` is the identity provider's own name for it, if it has one."""

    id: str
    hash: str
    workspace: str
    agent: str
    way: Way
    created_at: int
    expires_at: int
    ended_at: int = 0
    socket_until: int = 0
    by: str = ""
    scopes: tuple[Scope, ...] = ()
    sid: str = ""


class SignInLink(Record, frozen=True):
    """A mailed link, by the hash of its token. It works once."""

    id: str
    workspace: str
    agent: str
    created_at: int
    expires_at: int
    used_at: int = 0


class MailedLinks(Record, frozen=True):
    """How many mails with links an address has got since a time (ms), and the links (ids) of the last one."""

    address: str
    since: int
    mails: int
    links: tuple[str, ...]


class Provider(Record, frozen=True):
    """A workspace's own identity provider (OpenID Connect). `claim` is where roles are read, `roles` what its values
    mean; who has none of them gets `otherwise`, or is not let in if that is "". Addresses have to be under `domains`,
    and verified unless `trusted`."""

    workspace: str
    issuer: str
    client_id: str
    secrets: tuple[Secret, ...]
    name: str
    domains: tuple[str, ...]
    claim: str = ""
    roles: dict[str, Role] = {}
    otherwise: Literal["", "admin", "agent", "reader"] = ""
    trusted: bool = False


def ended_at(credential: ApiKey | Session) -> int:
    """When (ms) somebody put an end to a credential, 0 if nobody has."""
    return credential.revoked_at if isinstance(credential, ApiKey) else credential.ended_at
