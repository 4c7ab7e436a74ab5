"""Who a visitor may be, and why: what an agent is offered beside their room. Nothing is done by it (ADR 157)."""

from typing import Literal

from ...desk.customers import Customer, User, Visitor
from ...desk.domains import same_mailbox
from ...desk.mails import Mailbox
from ...desk.record import Part
from ...desk.rooms import Room
from ...ports import Listing, World, ref
from ..customers.admit import claim_on

MAX_BOXES = 20


class Offer(Part, frozen=True):
    """A customer that a visitor may be of: the address that they gave is its `user`'s, or lies under its `domain`.
    `proven` says by what the address was, "" that they merely gave it; `claimed` that the domain is proven, too."""

    customer: Customer
    address: str
    proven: Literal["", "mail", "code"]
    user: User | None = None
    domain: str = ""
    claimed: bool = False


def offers(world: World, room: Room) -> list[Offer]:
    """The likeliest first: users of that address, then whose domain it lies under."""
    visitor = world.store.one(ref(Visitor, room.visitor)) if room.visitor else None
    if visitor is None or not visitor.email:
        return []
    address = same_mailbox(visitor.email)
    listing: Listing[Mailbox] = Listing("mailboxes", (room.workspace, address))
    found = []
    for box in world.store.page(listing, MAX_BOXES).items:
        customer, user = world.store.many([ref(Customer, box.customer), ref(User, box.customer, box.user)])
        if customer and user and user.state == "active" and same_mailbox(user.email) == address:
            found.append(Offer(customer=customer, address=address, proven=visitor.proven, user=user))
    claim = claim_on(world, room.workspace, address)
    owner = world.store.one(ref(Customer, claim.customer)) if claim else None
    if claim and owner and owner.id not in {each.customer.id for each in found}:
        domain, proven = claim.domain, visitor.proven
        found.append(Offer(customer=owner, address=address, proven=proven, domain=domain, claimed=claim.proven))
    return [each for each in found if each.customer.state == "active"]
