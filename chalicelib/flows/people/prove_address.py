"""Prove a visitor's address: a code that is mailed there, and said where they ask (ADR 157).

The worker makes the code and mails it, so that no queue holds it. A new one makes the last one void; so many are mailed
to an address in an hour, and each may be wrong so often.
"""

import hmac
from email.message import EmailMessage
from email.utils import formatdate

from msgspec.structs import replace

from ...desk.customers import Customer, MailedCode, User, Visitor
from ...desk.domains import same_mailbox, sendable
from ...desk.errors import Conflict, Forbidden, NotFound
from ...desk.ids import derived
from ...desk.mails import Mailbox, Suppression
from ...desk.permissions import Principal
from ...desk.rooms import Room
from ...desk.times import HOUR_MS, MINUTE_MS
from ...desk.workspaces import Workspace
from ...ports import Listing, World, over, ref
from ..customers.admit import customer_of_address
from ..optimistic_retry import again
from ..pace import hold_to
from .adopt import adopt

CODE_MS = 20 * MINUTE_MS
MAILS_PER_HOUR = 5  # to one address of a workspace
MAX_WRONG = 5
TEXT = """Your code is {code}.

Enter it where you asked {vendor}, within {minutes} minutes: then it is proven that this address is yours. If you did
not ask for it, leave it alone: nothing has happened.
"""


def ask_for_code(world: World, who: Principal) -> None:
    """Have a code mailed to the address that a visitor gave. Limited for too many an hour."""
    visitor = _visitor(world, who)
    if not sendable(visitor.email):
        raise Conflict("you gave no address that a mail can be sent to")
    words = f"at most {MAILS_PER_HOUR} codes an hour are mailed to one address"
    name = f"pace:codes#{visitor.workspace}#{same_mailbox(visitor.email)}"
    hold_to(world, name, HOUR_MS, most=MAILS_PER_HOUR, words=words)
    world.queues.jobs([{"prove": visitor.id}])


def mail_code(world: World, visitor_id: str) -> None:
    """Make a code, keep its hash, mail it."""
    visitor = world.store.one(ref(Visitor, visitor_id))
    to = sendable(visitor.email) if visitor else ""
    if visitor is None or not to:
        return
    tenant, gone = world.store.many(
        [ref(Workspace, visitor.workspace), ref(Suppression, visitor.workspace, same_mailbox(to))]
    )
    if tenant is None or gone:
        return
    code = f"{int.from_bytes(world.clock.entropy(8), 'big') % 10**8:08d}"
    kept = MailedCode(hash=_hash(visitor_id, code), expires_at=world.clock.now() + CODE_MS)
    again(world, lambda _: _keep(world, visitor_id, kept))
    mail = EmailMessage()
    mail["Subject"] = f"Your code for {tenant.name}: {code}"
    mail["From"], mail["To"] = world.mailer.sender, to
    mail["Date"] = formatdate(world.clock.now() / 1000)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(TEXT.format(code=code, vendor=tenant.name, minutes=CODE_MS // MINUTE_MS))
    world.mailer.send(mail.as_bytes(), [to])


def _keep(world: World, visitor_id: str, code: MailedCode) -> None:
    visitor = world.store.one(ref(Visitor, visitor_id))
    if visitor:
        world.store.commit(over(visitor.changed(code=code), visitor))


def prove_address(world: World, who: Principal, code: str) -> Room:
    """The visitor's room, once the code was right: it is their customer's, if the address is a user's of one alone, or
    lies under a proven domain. Forbidden for a code that is not right."""
    again(world, lambda _: _proven(world, who, code))
    room = world.store.one(ref(Room, who.room))
    if room is None:
        raise NotFound("no such room")
    visitor = _visitor(world, who)
    customer = _customer(world, visitor)
    if customer is None or room.kind != "visitor":
        return room
    return adopt(world, who, room.id, customer=customer, because="code")


def _proven(world: World, who: Principal, code: str) -> None:
    visitor, now = _visitor(world, who), world.clock.now()
    kept = visitor.code
    if visitor.proven == "code" and kept is None:
        return
    if kept is None or kept.expires_at <= now or kept.wrong >= MAX_WRONG:
        raise Forbidden("there is no such code any more: ask for another", "code")
    if not hmac.compare_digest(kept.hash, _hash(visitor.id, code)):
        wrong = visitor.changed(code=replace(kept, wrong=kept.wrong + 1))
        world.store.commit(over(wrong, visitor))
        raise Forbidden("the code is not right", "code")
    world.store.commit(over(visitor.changed(proven="code", code=None), visitor))


def _visitor(world: World, who: Principal) -> Visitor:
    visitor = world.store.one(ref(Visitor, who.id)) if who.kind == "visitor" else None
    if visitor is None:
        raise Forbidden("this is for visitors: a user's address is proven by their token")
    return visitor


def _customer(world: World, visitor: Visitor) -> Customer | None:
    """Whose the proven address is: the only customer's with users of that address, else of whose proven domain."""
    address = same_mailbox(visitor.email)
    listing: Listing[Mailbox] = Listing("mailboxes", (visitor.workspace, address))
    boxes = world.store.page(listing, 20).items
    found = [user for box in boxes if (user := world.store.one(ref(User, box.customer, box.user)))]
    users = [user for user in found if user.state == "active" and user.vouched == address]
    owners = {user.customer for user in users}
    if len(owners) > 1:
        return None
    named = world.store.one(ref(Customer, owners.pop())) if owners else None
    customer = named or customer_of_address(world, visitor.workspace, address)
    return customer if customer and customer.state == "active" else None


def _hash(visitor: str, code: str) -> str:
    return derived("code", visitor, code)
