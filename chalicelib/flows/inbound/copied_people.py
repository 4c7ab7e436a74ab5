"""Whom a customer put in copy of a mail to us: who of them gets the room's answers from now on (ADR 58)."""

from ...desk.arrivals import Mailed
from ...desk.customers import Customer, User
from ...desk.domains import same_mailbox
from ...desk.ids import derived
from ...desk.mails import Mailbox
from ...desk.messages import Author
from ...desk.rooms import Room
from ...ports import Listing, World, ref
from ..customers.admit import admit_visitor, customer_of_address
from .context import Arriving


def copied_people(arriving: Arriving, arrival: Mailed, customer: Customer, *, room: Room) -> list[tuple[Author, str]]:
    """Whom a customer's people wrote to besides us is written to as well, if they are of the same company, as the room
    is: who they are, and their addresses. Nobody else is: a mail to us must not make us write to strangers."""
    world, install = arriving.world, arriving.install
    found: list[tuple[Author, str]] = []
    if room.customer != customer.id:
        return found
    for address in arrival.others:
        known = user_of_address(world, install.workspace, address, wanted=customer.id, placed=customer)
        if known and known[0].id == customer.id:
            who = Author(kind="user", id=known[1].id, name=known[1].name)
        elif (placed := customer_of_address(world, install.workspace, address)) and placed.id == customer.id:
            id_ = derived("vis", install.workspace, "mail", address, "proven")
            visitor = admit_visitor(world, install.workspace, id_, name="", email=address, customer=customer.id)
            who = Author(kind="visitor", id=visitor.id, name=visitor.name)
        else:
            continue
        found.append((who, address))
    return found


def user_of_address(
    world: World, workspace: str, address: str, *, wanted: str, placed: Customer | None
) -> tuple[Customer, User] | None:
    """The user whose address it is: of the `wanted` customer, else of the one with that domain, else the only one."""
    listing: Listing[Mailbox] = Listing("mailboxes", (workspace, address))
    boxes = world.store.page(listing, 20).items
    customer = wanted or (placed.id if placed else "")
    fitting = [box for box in boxes if box.customer == customer] or (boxes if len(boxes) == 1 else [])
    for box in fitting:
        owner, user = world.store.many([ref(Customer, box.customer), ref(User, box.customer, box.user)])
        if owner and user and same_mailbox(user.email) == address:
            return owner, user
    return None
