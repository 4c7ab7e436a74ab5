"""Customers and their users as they go over the wire: requests, answers, and records as the API shows them."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from ...desk.customers import Customer, Given, User
from ...desk.domains import challenge
from ...desk.ids import triage_room_id
from ...desk.times import rfc3339
from .answers import (
    Body,
    Contact,
    CustomerRef,
    Email,
    Language,
    OptOut,
    OwnCalendar,
    PersonName,
    Time,
    TimeZone,
    View,
    time_of,
)


class PutCustomer(Body, frozen=True):
    """Create or change a customer: what is not named stays. `blocked` and `gone` end its users' tokens at once. With
    `agents_muted` the coding agents of its people read and do not speak."""

    name: PersonName | UnsetType = UNSET
    attributes: dict[str, Any] | UnsetType = UNSET
    domains: list[str] | UnsetType = UNSET
    opted_out: Annotated[list[OptOut], Meta(max_length=40)] | UnsetType = UNSET
    contact: Contact | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    timezone: TimeZone | UnsetType = UNSET
    calendar: OwnCalendar | UnsetType = UNSET
    state: Literal["active", "blocked", "gone"] | UnsetType = UNSET
    agents_muted: bool | UnsetType = UNSET


class PatchCustomer(PutCustomer, frozen=True):
    """Change a customer: what is not named stays, and so does each attribute that is not. One that is null is gone."""


class AttributeSourceView(View, frozen=True):
    """Whose an attribute's value is: an agent's in the console, a key's, or a job's (an import). Those of before this
    was kept have none."""

    kind: Literal["agent", "key", "job"]
    id: str
    at: Time


class RecordView(View, frozen=True):
    """A TXT record of DNS."""

    name: str
    value: str


class DomainView(View, frozen=True):
    """A domain that a customer claims. Once it is proven, unknown people who write from it are placed with the
    customer. `record` is what proves it, by DNS."""

    domain: str
    proven_by: Literal["dns", "mail"] | None
    proven_at: Time | None
    record: RecordView


class CustomerView(View, frozen=True):
    """A customer (a company). `attribute_sources` say of its attributes whose each value is;
    `claims` say of its domains which are proven, and how the others can be. With `agents_muted` the
    vendor has switched the speaking of its people's coding agents off; `agents_speak` is false if they themselves have.
    """

    id: str
    external_id: str
    name: str
    attributes: dict[str, Any]
    attribute_sources: dict[str, AttributeSourceView]
    domains: list[str]
    claims: list[DomainView]
    opted_out: list[str]
    contact: str
    language: str
    timezone: str
    calendar: str
    state: str
    agents_muted: bool
    agents_speak: bool
    triage_room: str
    created_at: Time


class PutUser(Body, frozen=True):
    """Create or change a user: what is not named stays. `blocked` and `gone` end their tokens at once."""

    name: PersonName | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    attributes: dict[str, Any] | UnsetType = UNSET
    state: Literal["active", "blocked", "gone"] | UnsetType = UNSET


class PatchUser(PutUser, frozen=True):
    """Change a user: what is not named stays, and so does each attribute that is not. One that is null is gone."""


class UserView(View, frozen=True):
    """A user (a person at a customer). `attribute_sources` say of their attributes whose each value is; `person` is the
    one that ties make them a part of."""

    id: str
    external_id: str
    customer: "CustomerRef"
    name: str
    email: str
    attributes: dict[str, Any]
    attribute_sources: dict[str, AttributeSourceView]
    state: str
    person: str | None
    created_at: Time


def customer_view(customer: Customer) -> CustomerView:
    """A customer."""
    return CustomerView(
        id=customer.id,
        external_id=customer.external_id,
        name=customer.name,
        attributes=customer.attributes,
        attribute_sources=_sources(customer.given),
        domains=list(customer.domains),
        claims=domain_views(customer),
        opted_out=list(customer.opted_out),
        contact=customer.contact,
        language=customer.language,
        timezone=customer.timezone,
        calendar=customer.calendar,
        state=customer.state,
        agents_muted="vendor" in customer.agents_muted,
        agents_speak=customer.agents_speak,
        triage_room=triage_room_id(customer.id),
        created_at=time_of(customer.created_at) or "",
    )


def _sources(given: dict[str, Given]) -> dict[str, AttributeSourceView]:
    return {
        name: AttributeSourceView(kind=_source_kind(each.by), id=each.by, at=rfc3339(each.at))
        for name, each in given.items()
    }


def _source_kind(by: str) -> Literal["agent", "key", "job"]:
    return "job" if by.startswith("job_") else "key" if by.startswith("key_") else "agent"


def domain_views(customer: Customer) -> list[DomainView]:
    """All domains of a customer."""
    return [domain_view(customer, domain) for domain in customer.domains]


def domain_view(customer: Customer, domain: str) -> DomainView:
    """A domain of a customer."""
    proof, (name, value) = customer.proofs.get(domain), challenge(customer.id, domain)
    return DomainView(
        domain=domain,
        proven_by=proof.by if proof else None,
        proven_at=time_of(proof.at) if proof else None,
        record=RecordView(name=name, value=value),
    )


def customer_ref(customer: Customer) -> CustomerRef:
    """Which customer."""
    return CustomerRef(id=customer.id, external_id=customer.external_id)


def user_view(user: User, customer: Customer) -> UserView:
    """A user."""
    return UserView(
        id=user.id,
        external_id=user.external_id,
        customer=customer_ref(customer),
        name=user.name,
        email=user.email,
        attributes=user.attributes,
        attribute_sources=_sources(user.given),
        state=user.state,
        person=user.person or None,
        created_at=time_of(user.created_at) or "",
    )
