"""Who is asking: the credential's holder, what they see (tenant isolation) and may do (role-based access)."""

from collections.abc import Iterable
from typing import Literal

from msgspec.structs import replace

from .messages import Author, TakenAs
from .record import Part
from .rooms import Room, shut_to
from .workspaces import MAY, Agent, ApiKey, Role


class Principal(Part, frozen=True):
    """A verified caller. `role` is an agent's; `scopes` what the key narrows it to; `customer` a user's (its id);
    `room` the one that a visitor's token opens. A `machine` acts by an agent's rights and speaks for itself; what it
    says is `taken_as` something where its key says so."""

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

    def may(self, need: str) -> bool:
        """Whether role and key both grant `need` (read, draft, write, admin, own). Users read and write in their own
        rooms."""
        if not self.is_agent:
            return need in ("read", "write")
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
