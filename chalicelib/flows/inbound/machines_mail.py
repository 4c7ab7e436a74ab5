"""Take a mail that no person wrote: it is said by a machine in its customer's room, and opens none (ADR 99).

It is heard of whom we know alone: it passed the receiving server's checks, and its address is a user's or of a
customer's domain. As long as that is not proven, agents alone see it, in one room for each address. What answers a mail
of ours is not heard, and no mail is sent for it: two machines never write to each other.
"""

from ...desk.arrivals import Mailed, Said, Speaker
from ...desk.customers import Customer
from ...desk.ids import derived, triage_room_id
from ...desk.mails import ReturnAddress
from ...desk.markdown_writer import escaped
from ...desk.messages import Draft, Mapped, Message, fitting
from ...desk.rooms import Room
from ...ports import ref
from ..customers.admit import claim_on, customer_of_address
from ..rooms.post import post
from .context import BLOCKED, BOTS, Arriving, Ignore, kept, kept_rest, new_room
from .copied_people import user_of_address
from .identify import machine_of
from .mailed import MAX_TOKENS, hold_back, home_of_mail, keep_original, mails_known


def take_machines_mail(arriving: Arriving, arrival: Mailed) -> None:
    """The mail is in its room when this returns. Ignore with the reason for one that is not heard."""
    install = arriving.install
    found = mails_known(arriving, arrival)
    bots = install.config.get("bots", "heard")
    if bots == "ignored" or _answers(arriving, arrival, found):
        raise Ignore(arrival.machine)
    home = home_of_mail(arriving, arrival, found)
    room, opens = _place(arriving, arrival, home)
    author = machine_of(install, arrival.sender, arrival.name or arrival.sender)
    id_ = arrival.id
    before = found.get(f"{install.id} {id_}")
    said = arriving.world.store.one(ref(Message, before.room, before.n, False)) if before else None
    if said and said.author.id == author.id:
        return
    if said:  # another mail that claims the same id
        id_ = f"{arrival.content}.{author.id}@none.invalid"
    hold_back(arriving, arrival)
    keep_original(arriving, arrival, id_)
    text, _ = fitting(_words(arrival))  # the whole mail is kept
    files = Said(id=id_, speaker=Speaker(), text=text, at=arrival.at, files=arrival.files)
    draft = Draft(
        author=author,
        text=text,
        source=arriving.source(id_, arrival.at, conversation=author.id, original=bool(arrival.original)),
        attachments=kept(arriving, files, author),
        rest=kept_rest(arriving, id_, arrival.rest, author=author),
        taken_as=BOTS.get(bots, ""),
    )
    post(arriving.world, room, draft, opens=opens)


def _answers(arriving: Arriving, arrival: Mailed, found: dict[str, Mapped]) -> bool:
    """Whether it answers a mail of ours, or one that nobody knows, as what answers by itself does."""
    source, mails = arriving.install.id, [found[name] for name in found if not name.endswith(f" {arrival.id}")]
    if any(each.source != source and each.n for each in mails):
        return True
    rows = arriving.world.store.many([ref(ReturnAddress, token) for token in arrival.tokens[:MAX_TOKENS]])
    if any(row and row.person for row in rows):
        return True
    return arrival.machine == "automatic" and bool(arrival.thread) and not any(each.source == source for each in mails)


def _place(arriving: Arriving, arrival: Mailed, home: Room | None) -> tuple[str, Room | None]:
    """The room, and one that is made if it is not there: for agents, where nobody has proven the domain. Ignore with
    the reason for who is not heard."""
    customer, install = _customer(arriving, arrival, home), arriving.install
    if customer and (home is None or home.customer == customer.id):
        return home.id if home else triage_room_id(customer.id), None
    proven = arrival.verdict == "pass" and bool(arrival.sender)
    if customer or not proven or claim_on(arriving.world, install.workspace, arrival.sender) is None:
        raise Ignore(arrival.machine)
    own = new_room(arriving, derived("room", install.id, "machine", arrival.sender), arrival.sender, customer=None)
    return own.id, own


def _customer(arriving: Arriving, arrival: Mailed, home: Room | None) -> Customer | None:
    """Whose machine it is, if that is proven. Of who is blocked nothing is heard."""
    world, workspace = arriving.world, arriving.install.workspace
    if arrival.verdict != "pass" or not arrival.sender:
        return None
    placed = customer_of_address(world, workspace, arrival.sender)
    known = user_of_address(world, workspace, arrival.sender, wanted=home.customer if home else "", placed=placed)
    customer = known[0] if known else placed
    if customer and (customer.state != "active" or known and known[1].state != "active"):
        arriving.refuse(BLOCKED)
    return customer


def _words(arrival: Mailed) -> str:
    """Its subject, which names no room here, and what it says."""
    subject = escaped(arrival.subject)
    return arrival.text if arrival.text.startswith(subject) else f"{subject}\n\n{arrival.text}"
