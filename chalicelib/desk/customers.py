"""Customers (companies), their users, and visitors that belong to none yet."""

from typing import Any, Literal

from .record import Part, Record
from .workspaces import Standing


class Proof(Part, frozen=True):
    """When (ms) a domain was proven, and by what."""

    at: int
    by: Literal["dns", "mail"]


class Given(Part, frozen=True):
    """Who gave a value last (an agent's, a key's or a job's id), and when (ms)."""

    by: str
    at: int


class Customer(Record, frozen=True):
    """A company. Its id follows from (workspace, external id). `opted_out` are kinds of broadcasts that it does not
    want, `*` all of them. `contact` is the user (external id) whom the vendor knows there; `language` (BCP 47) and
    `timezone` (IANA) are how and when it wants to be told things. What it is owed is due by the hours of its
    `calendar`; without one, by its policy's. `given` tells of each attribute whose value it is. Of its `domains` those
    with `proofs` are its own beyond doubt. `agents_muted` tells of the
    sides (vendor, customer) that have switched the speaking of its coding agents off who there did (an id)."""

    id: str
    workspace: str
    external_id: str
    name: str
    created_at: int
    attributes: dict[str, Any] = {}
    given: dict[str, Given] = {}
    domains: tuple[str, ...] = ()
    proofs: dict[str, Proof] = {}
    opted_out: tuple[str, ...] = ()
    contact: str = ""
    language: str = ""
    timezone: str = ""
    calendar: str = ""
    state: Standing = "active"
    valid_after: int = 0
    agents_muted: dict[str, str] = {}

    @property
    def agents_speak(self) -> bool:
        """Whether its coding agents may, unless the workspace's may not at all."""
        return not self.agents_muted


def muted(customer: Customer | None, side: Literal["vendor", "customer"], *, by: str) -> dict[str, str]:
    """Who has switched the speaking of a customer's coding agents off, once one side has said: `by` nobody for on."""
    others = {each: who for each, who in (customer.agents_muted if customer else {}).items() if each != side}
    return others | ({side: by} if by else {})


class User(Record, frozen=True):
    """A person at a customer. Tokens issued before `valid_after` (ms) are dead. `vouched` is the mail address that
    a token named last: nobody else vouches for one. `given` tells of each attribute whose value it is, `person` (an id)
    whom ties make them a part of; "" for nobody else."""

    id: str
    workspace: str
    customer: str
    external_id: str
    name: str
    created_at: int
    attributes: dict[str, Any] = {}
    given: dict[str, Given] = {}
    email: str = ""
    vouched: str = ""
    state: Standing = "active"
    valid_after: int = 0
    person: str = ""


class MailedCode(Part, frozen=True):
    """A code that was mailed to an address, as a hash: until when (ms) it proves that, how often it was wrong."""

    hash: str
    expires_at: int
    wrong: int = 0


class Visitor(Record, frozen=True):
    """Somebody whom nobody vouches for: what they say of themselves, unverified, but for an address that is `proven`:
    by a mail that passed the receiving server's checks, or a code that was mailed there. `adopted` are their rooms that
    became a customer's; `person` is as a user's. `heard_at` (ms) is when they spoke last, as far as the clock has
    looked (0: not yet)."""

    id: str
    workspace: str
    created_at: int
    name: str = ""
    email: str = ""
    customer: str = ""
    proven: Literal["", "mail", "code"] = ""
    code: MailedCode | None = None
    adopted: tuple[str, ...] = ()
    person: str = ""
    heard_at: int = 0


class Domain(Record, frozen=True):
    """A claim: mail addresses under `domain` belong to `customer`. One per workspace and domain. Until it is `proven`
    nobody who is unknown is taken for the customer's."""

    workspace: str
    domain: str
    customer: str
    proven: bool = False
