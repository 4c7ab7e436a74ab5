"""Who is asking: the credential's holder, what they see (tenant isolation) and may do (role-based access)."""

from collections.abc import Iterable
from typing import Literal

from msgspec.structs import replace

from .agent_keys import AgentKey, agent_of
from .customers import Customer, User
from .messages import Author, TakenAs
from .record import Part
from .rooms import Room, shut_to
from .workspaces import MAY, Agent, ApiKey, Role, Workspace


class Principal(Part, frozen=True):
    """A verified caller. `role` is an agent's; `scopes` what the key narrows it to; `customer` a user's (its id);
    `room` the one that a visitor's token opens. A `machine` acts by an agent's rights, or by those of the user whose
    coding agent it is, and speaks for itself; what it says is `taken_as` something where its key says so. `signed_by`
    is the secret (id) of a user's token; `mute` says why a coding agent may not speak."""

    workspace: str
    kind: Literal["agent", "user", "visitor"]
    id: str
    name: str
    credential: str
    role: str = ""
    scopes: frozenset[str] = frozenset()
    customer: str = ""
    customer_external_id: str = ""
    external_id: str = ""
    room: str = ""
    expires_at: int = 0
    machine: Author | None = None
    taken_as: TakenAs = ""
    signed_by: str = ""
    mute: str = ""

    @property
    def author(self) -> Author:
        """Whose words these are."""
        if self.machine:
            return self.machine
        vouched = self.kind != "visitor"
        return Author(kind=self.kind, id=self.id, name=self.name, external_id=self.external_id, verified=vouched)

    @property
    def is_agent(self) -> bool:
        """On the vendor's side."""
        return self.kind == "agent"

    @property
    def is_coding_agent(self) -> bool:
        """A machine that acts by a user's agent key."""
        return self.kind == "user" and self.machine is not None

    def may(self, need: str) -> bool:
        """Whether role and key both grant `need` (read, draft, write, admin, own). Users read and write in their own
        rooms; their coding agents write where they may speak."""
        if not self.is_agent:
            return need == "read" or (need == "write" and not self.mute)
        return need in MAY.get(self.role, frozenset()) and self.has("admin" if need == "own" else need)

    def has(self, scope: str) -> bool:
        """Whether the key has a scope: who may write may draft."""
        return scope in self.scopes or (scope == "draft" and "write" in self.scopes)


def by_key(agent: Agent, key: ApiKey) -> Principal:
    """Whoever holds a key of an agent's."""
    who = as_agent(agent, key.id, key.scopes, expires_at=key.expires_at)
    if key.kind == "person":
        return who
    taken_as: TakenAs = "ask" if key.asks else "answer" if key.answers else ""
    machine = Author(kind="machine", id=key.id, name=key.name)
    return replace(who, machine=machine, taken_as=taken_as)


def by_agent_key(key: AgentKey, customer: Customer, user: User, *, workspace: Workspace) -> Principal:
    """A user's coding agent. What it says is an ask: somebody has to answer it."""
    who = as_user(customer, user)
    machine = agent_of(key.id, user.id, user.name, external_id=user.external_id)
    mute = why_mute(customer, workspace) if "speak" in key.scopes else READS_ALONE
    return replace(who, credential=key.id, machine=machine, taken_as="ask", mute=mute)


READS_ALONE = "this agent key reads and does not speak: whoever made it can make one that does"


def why_mute(customer: Customer, workspace: Workspace) -> str:
    """Why no coding agent of the customer's may speak; "" where they may."""
    if workspace.agents_muted:
        return "coding agents read and do not speak here: the vendor has switched that off for all customers"
    if customer.agents_muted:
        whose = "the vendor has" if "vendor" in customer.agents_muted else "the customer's own people have"
        return f"this customer's coding agents read and do not speak: {whose} switched that off"
    return ""


def as_user(customer: Customer, user: User, *, expires_at: int = 0, signed_by: str = "") -> Principal:
    """A user, by their token or an agent key of theirs."""
    return Principal(
        workspace=user.workspace,
        kind="user",
        id=user.id,
        name=user.name,
        credential=user.id,
        customer=customer.id,
        customer_external_id=customer.external_id,
        external_id=user.external_id,
        expires_at=expires_at,
        signed_by=signed_by,
    )


def as_agent(agent: Agent, credential: str, scopes: Iterable[str], *, expires_at: int = 0) -> Principal:
    """An agent, by one of their credentials."""
    return Principal(
        workspace=agent.workspace,
        kind="agent",
        id=agent.id,
        name=agent.name,
        credential=credential,
        role=agent.role,
        scopes=frozenset(scopes),
        expires_at=expires_at,
    )


def may_give(who: Principal, role: str) -> bool:
    """Only an owner makes, or changes, an owner."""
    return role != "owner" or who.may("own")


def may_change_agent(who: Principal, agent: str, old: Role, *, role: Role, state: str) -> bool:
    """Nobody takes away their own role or standing."""
    return agent != who.id or (role == old and state == "active")


def may_amend(who: Principal, author: str, *, removes: bool) -> bool:
    """Whether they may change what `author` (an id) said: the author alone; an admin may remove it."""
    return author == who.author.id or (removes and who.may("admin"))


def may_see(who: Principal, room: Room) -> bool:
    """The fence: agents see their workspace's rooms, users the shared rooms of their own customer, a visitor the one
    that is theirs, until a customer's people speak in it."""
    if room.workspace != who.workspace:
        return False
    if who.kind == "visitor":
        return bool(who.room) and room.id == who.room and not shut_to(room, who.id)
    return who.is_agent or (not room.vendor_only and bool(who.customer) and room.customer == who.customer)
