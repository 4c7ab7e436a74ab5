"""Let people in (upsert): customers with triage room and domains, users, visitors, each made where first named."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Literal

import msgspec
from msgspec import json

from ...desk.attributes import given_after
from ...desk.customers import Customer, Domain, Given, User, Visitor
from ...desk.domains import above, check_own, domain_name, domain_of, same_mailbox
from ...desk.errors import Conflict, Invalid
from ...desk.ids import customer_id, triage_room_id, user_id
from ...desk.mails import Mailbox
from ...desk.names import as_called, check_id, shown_name
from ...desk.record import Record
from ...desk.rooms import Room
from ...desk.workspaces import Workspace
from ...ports import Drop, Put, World, Write, new, over, ref
from ..forgotten import customer_key, id_now, visitor_place
from ..optimistic_retry import again, there_or_new

MAX_DOMAINS = 40
MAX_ABOVE = 8  # domains that one address is looked for under
Asked = Callable[[Customer | None], dict[str, Any]]
AskedOfUser = Callable[[User | None], dict[str, Any]]


def admit_customer(
    world: World, workspace: str, external_id: str, /, *, along: tuple[Put, ...] = (), **fields: Any
) -> tuple[Customer, bool]:
    """The customer after an upsert of `fields`, and whether it is new. Its triage room is made with it. `along` is
    written in the same transaction."""
    return merge_customer(world, workspace, external_id, asked=lambda _: fields, along=along)


def merge_customer(
    world: World, workspace: str, external_id: str, *, asked: Asked, by: str = "", along: tuple[Put, ...] = ()
) -> tuple[Customer, bool]:
    """As `admit_customer`, where what is `asked` for depends on the customer that is there. Attributes are `by` whom it
    says."""

    def attempt(_: int) -> tuple[Customer, bool]:
        id_ = customer_id(workspace, external_id)
        old = world.store.one(ref(Customer, id_))
        if old is None and (now_id := id_now(world, workspace, id_)) != id_:
            id_, old = now_id, world.store.one(ref(Customer, now_id))
        now, fields = world.clock.now(), as_called(asked(old))
        if old is None:
            named = {"name": check_id(external_id), **fields, **_given(None, fields, now=Given(by=by, at=now))}
            fresh = Customer(version=1, id=id_, workspace=workspace, external_id=external_id, created_at=now, **named)
            room = _triage_room(fresh, now)
            world.store.commit(new(fresh), new(room), *_claims(world, None, fresh), *along)
            return fresh, True
        changed = _differing(old, fields)
        if not changed:
            return old, False
        customer = _with_its_proofs(old.changed(**changed, **_given(old, changed, now=Given(by=by, at=now))))
        world.store.commit(over(customer, old), *_claims(world, old, customer), *along)
        return customer, False

    return again(world, attempt)


class Moves(msgspec.Struct):
    """The domains that a dry run has moved: whose each would be ("": nobody's), and which each customer would have."""

    holders: dict[str, str] = {}
    domains: dict[str, tuple[str, ...]] = {}


def would_merge(world: World, workspace: str, external_id: str, *, asked: Asked, moves: Moves) -> None:
    """Raise what `merge_customer` would raise after all that would have `moves`, and write nothing but to these."""
    id_ = customer_key(world, workspace, external_id)
    old = world.store.one(ref(Customer, id_))
    if old is None:
        name = check_id(external_id)
        old = Customer(id=id_, workspace=workspace, external_id=external_id, created_at=0, name=name)
        fields = asked(None if id_ not in moves.domains else old.changed(domains=moves.domains[id_]))
    else:
        fields = asked(old.changed(domains=moves.domains.get(id_, old.domains)))
    before = moves.domains.get(id_, old.domains)
    after = fields.get("domains", before)
    _added(world, id_, workspace, added=set(after) - set(before), moved=moves.holders)
    moves.holders.update(dict.fromkeys(before, "") | dict.fromkeys(after, id_))
    moves.domains[id_] = after


def _differing(old: Record, fields: dict[str, Any]) -> dict[str, Any]:
    """As JSON tells them apart: 1 is not true."""
    return {name: value for name, value in fields.items() if json.encode(getattr(old, name)) != json.encode(value)}


def _given(old: Customer | User | None, changed: dict[str, Any], *, now: Given) -> dict[str, Any]:
    """Whose the attributes are, where they change."""
    if "attributes" not in changed:
        return {}
    given, before = (old.given, old.attributes) if old else ({}, {})
    return {"given": given_after(given, before, changed["attributes"], now=now)}


def _triage_room(customer: Customer, now: int) -> Room:
    return Room(
        version=1,
        id=triage_room_id(customer.id),
        workspace=customer.workspace,
        kind="triage",
        name="Triage",
        created_at=now,
        customer=customer.id,
        customer_external_id=customer.external_id,
    )


def check_domains(domains: Sequence[str], held: Collection[str] = ()) -> tuple[str, ...]:
    """The domains in their one form; Invalid for what is none, or can be nobody's own. Those that the customer `held`
    were checked when they came."""
    if len(domains) > MAX_DOMAINS:
        raise Invalid(f"a customer has at most {MAX_DOMAINS} domains", "domains")
    named = [(domain_name(domain), domain, f"domains[{place}]") for place, domain in enumerate(domains)]
    return tuple(dict.fromkeys(name if name in held else check_own(domain, field) for name, domain, field in named))


def _with_its_proofs(customer: Customer) -> Customer:
    """A domain that was given up has to be proven anew."""
    proofs = {domain: proof for domain, proof in customer.proofs.items() if domain in customer.domains}
    return msgspec.structs.replace(customer, proofs=proofs)


def _claims(world: World, old: Customer | None, customer: Customer) -> list[Write]:
    """The domain claims that change with the customer; Conflict if another customer holds one."""
    before, after = set(old.domains if old else ()), set(customer.domains)
    puts: list[Write] = [
        new(Domain(workspace=customer.workspace, domain=domain, customer=customer.id))
        for domain in _added(world, customer.id, customer.workspace, added=after - before, moved={})
    ]
    return puts + [Drop(ref(Domain, customer.workspace, domain)) for domain in sorted(before - after)]


def _added(world: World, customer: str, workspace: str, *, added: Iterable[str], moved: Mapping[str, str]) -> list[str]:
    """Those of the added domains that nobody holds yet; Conflict if another customer does. `moved` ones are whose it
    says."""
    domains = sorted(added)
    held = world.store.many([ref(Domain, workspace, domain) for domain in domains]) if domains else []
    holders = {domain: claim.customer if claim else "" for domain, claim in zip(domains, held, strict=True)}
    holders |= {domain: moved[domain] for domain in domains if domain in moved}
    for domain, holder in holders.items():
        if holder not in ("", customer):
            raise Conflict(f"{domain} is another customer's domain", "domains")
    return [domain for domain, holder in holders.items() if not holder]


def admit_user(
    world: World, customer: Customer, external_id: str, /, *, along: tuple[Put, ...] = (), **fields: Any
) -> tuple[User, bool]:
    """The user after an upsert of `fields`, and whether they are new. `along` is written in the same transaction."""
    return merge_user(world, customer, external_id, asked=lambda _: fields, along=along)


def merge_user(
    world: World, customer: Customer, external_id: str, *, asked: AskedOfUser, by: str = "", along: tuple[Put, ...] = ()
) -> tuple[User, bool]:
    """As `admit_user`, where what is `asked` for depends on who is there. Attributes are `by` whom it says."""

    def attempt(_: int) -> tuple[User, bool]:
        id_ = user_id(customer.id, external_id)
        old = world.store.one(ref(User, customer.id, id_))
        if old is None and (by_now := id_now(world, customer.workspace, id_)) != id_:
            id_, old = by_now, world.store.one(ref(User, customer.id, by_now))
        now, fields = world.clock.now(), as_called(asked(old))
        if old is None:
            named = {"name": check_id(external_id), **fields, **_given(None, fields, now=Given(by=by, at=now))}
            user = User(
                version=1,
                id=id_,
                workspace=customer.workspace,
                customer=customer.id,
                external_id=external_id,
                created_at=now,
                **named,
            )
            world.store.commit(new(user), *_mailboxes(None, user), *along)
            return user, True
        changed = _differing(old, fields)
        if not changed:
            return old, False
        user = old.changed(**changed, **_given(old, changed, now=Given(by=by, at=now)))
        world.store.commit(over(user, old), *_mailboxes(old, user), *along)
        return user, False

    return again(world, attempt)


def _mailboxes(old: User | None, user: User) -> list[Write]:
    """Whose a mail from the user's address is."""
    before, after = (same_mailbox(each.email) if each else "" for each in (old, user))
    if before == after:
        return []
    gone: list[Write] = [Drop(ref(Mailbox, user.workspace, before, user.customer, user.id))] if before else []
    box = Mailbox(version=1, workspace=user.workspace, address=after, customer=user.customer, user=user.id)
    return [*gone, Put(box, None)] if after else gone


def admit_visitor(
    world: World,
    workspace: str,
    id_: str,
    *,
    name: str,
    email: str,
    customer: str = "",
    proven: Literal["", "mail"] = "",
) -> Visitor:
    """The visitor with this id, made now if need be."""
    place = visitor_place(world, workspace, id_)
    visitor = Visitor(
        version=1,
        id=str(place.ids[0]),
        workspace=workspace,
        created_at=world.clock.now(),
        name=shown_name(name),
        email=email,
        customer=customer,
        proven=proven,
    )
    return there_or_new(world, place, visitor)


def customer_of_address(world: World, workspace: str, email: str) -> Customer | None:
    """The customer whose proven domain an address lies under. It says where a question belongs, never who asks it."""
    claim = claim_on(world, workspace, email)
    return world.store.one(ref(Customer, claim.customer)) if claim and claim.proven else None


def claim_on(world: World, workspace: str, email: str) -> Domain | None:
    """The claim on an address's domain, or, where the workspace says so, on one above it: the nearest that is proven,
    else the nearest."""
    names = list(islice(above(domain_of(email)), MAX_ABOVE))
    if not names:
        return None
    tenant, *held = world.store.many([ref(Workspace, workspace), *(ref(Domain, workspace, name) for name in names)])
    claims = [claim for claim in (held if tenant and tenant.subdomains else held[:1]) if claim]
    return next((claim for claim in claims if claim.proven), next(iter(claims), None))
