"""Prove that a domain is a customer's: by a TXT record of its DNS, or by a mail from it of a user for whom the vendor's
own token vouched. Nothing else does, least of all an import (ADR 107)."""

import json
from urllib.parse import urlencode

from msgspec.structs import replace

from ...desk.customers import Customer, Domain, Proof, User
from ...desk.domains import challenge, check_own, domain_of
from ...desk.errors import Busy, Conflict, Invalid, NotFound
from ...desk.permissions import Principal
from ...ports import AddressRefused, Put, Request, Unreachable, World, Write, over, ref
from ..audit import audit
from ..once import KEYLESS, Once
from ..optimistic_retry import again

TXT, NO_SUCH_NAME = 16, 3  # DNS's numbers (RFC 1035): a type of record, a status
TIMEOUT_S = 5.0
MOST = 100_000  # bytes of an answer: a name may have many records


def prove_by_record(world: World, who: Principal, customer: Customer, *, domain: str, once: Once = KEYLESS) -> Customer:
    """The customer, whose domain is proven once its challenge stands in DNS. NotFound for a domain that it does not
    claim, Conflict while the record is not there, Busy while nobody can be asked."""
    if domain not in customer.domains:
        raise NotFound("the customer claims no such domain")
    check_own(domain, "domain")
    name, value = challenge(customer.id, domain)
    if domain not in customer.proofs and value not in texts_at(world, name):
        raise Conflict(f"no TXT record of {name} says {value}", "domain")

    def attempt(_: int) -> Customer:
        old = world.store.one(ref(Customer, customer.id)) or customer
        proven, writes = _proven(world, old, domain, proof=Proof(at=world.clock.now(), by="dns"))
        entry = audit(world, who, "customer.domain-proven", subject=customer.id, fields=[domain]) if writes else []
        world.store.commit(*writes, *entry, *once.writes(proven, world.clock.now()))
        return proven

    return again(world, attempt, once)


def prove_by_mail(world: World, customer: Customer, user: User, *, sender: str) -> None:
    """The domain of a mail that passed its checks is proven, if the customer claims it and a token has named the
    user's address."""
    domain = domain_of(sender)
    if user.vouched != sender or domain not in customer.domains or domain in customer.proofs:
        return
    try:
        check_own(domain, "domain")
    except Invalid:
        return

    def attempt(_: int) -> None:
        old = world.store.one(ref(Customer, customer.id)) or customer
        world.store.commit(*_proven(world, old, domain, proof=Proof(at=world.clock.now(), by="mail"))[1])

    again(world, attempt)


def _proven(world: World, old: Customer, domain: str, *, proof: Proof) -> tuple[Customer, list[Write]]:
    """The customer with the proof, and what is written of it: nothing where it is there, or the claim was given up."""
    claim = world.store.one(ref(Domain, old.workspace, domain))
    if claim is None or claim.customer != old.id or domain in old.proofs:
        return old, []
    changed = old.changed(proofs={**old.proofs, domain: proof})
    return changed, [over(changed, old), Put(replace(claim, proven=True), claim.version)]


def texts_at(world: World, name: str) -> list[str]:
    """The texts of a name's TXT records, as a resolver tells them over HTTPS. Busy where it does not."""
    url = f"{world.resolver}?{urlencode({'name': name, 'type': 'TXT'})}"
    asked = Request("GET", url, b"", {"accept": "application/dns-json"}, TIMEOUT_S, MOST)
    try:
        answer = world.outside.send(asked)
        said = json.loads(answer.body) if answer.status == 200 else {}
    except (AddressRefused, Unreachable, ValueError, RecursionError):
        said = {}
    if not isinstance(said, dict) or said.get("Status") not in (0, NO_SUCH_NAME):
        raise Busy("the DNS resolver does not answer; try again")
    records = said.get("Answer")
    found = [each for each in records if isinstance(each, dict)] if isinstance(records, list) else []
    return [_text(str(each.get("data", ""))) for each in found if each.get("type") == TXT]


def _text(shown: str) -> str:
    """A record's text: some tell it in quotes, in pieces of 255 bytes."""
    return "".join(shown[1:-1].split('" "')) if shown.startswith('"') else shown
