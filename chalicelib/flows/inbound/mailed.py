"""Take a mail into its room: that of the mail which it answers, else of the address that it was sent to, else its own
(ADR 56).

Only a mail that passed the receiving server's checks speaks for its address. The thread and the token say where it
belongs; the address says who speaks; where the two do not fit it is somebody else's, and agents alone see it.
"""

import msgspec

from ...desk.arrivals import Bounced, Mailed, Said, Speaker
from ...desk.customers import Customer, Visitor
from ...desk.domains import same_mailbox
from ...desk.ids import derived, message_id
from ...desk.mails import Correspondent, Mailbox, ReturnAddress, Suppression, bare_subject, original_key
from ...desk.messages import Author, Draft, Mapped, Message, Reply
from ...desk.rooms import Bridge, Room
from ...desk.times import HOUR_MS
from ...desk.titles import first_line
from ...ports import Listing, Put, Write, new, over, ref
from ..customers.admit import admit_visitor, customer_of_address
from ..customers.prove_domain import prove_by_mail
from ..mail.correspondents import Known, corresponding
from ..optimistic_retry import there_or_new
from ..pace import spent
from ..rooms.amend import amend, react_step
from ..rooms.answered import mail_came_back
from ..rooms.post import post
from .context import BLOCKED, Arriving, Ignore, kept, kept_rest, new_room
from .copied_people import copied_people, user_of_address

REPLAY_MS = 24 * HOUR_MS  # ms for which a token that is good for one mail is remembered
MAX_TOKENS = 10


def take_mail(arriving: Arriving, arrival: Mailed) -> None:
    """The mail is in its room when this returns. Ignore with the reason for one that is none."""
    world, install = arriving.world, arriving.install
    found = mails_known(arriving, arrival)
    if f"{install.id}:sent {arrival.id}" in found:
        raise Ignore("own-mail")
    home = home_of_mail(arriving, arrival, found)
    customer, author = _author(arriving, arrival, home)
    before = found.get(f"{install.id} {arrival.id}")
    if before:
        said = world.store.one(ref(Message, before.room, before.n, False))
        if said and said.author.id != author.id:  # another mail that claims the same id
            own = f"{arrival.content}.{author.id}@none.invalid"
            take_mail(arriving, msgspec.structs.replace(arrival, id=own))
        return
    hold_back(arriving, arrival)
    if arrival.reaction and _react(arriving, arrival, found, customer=customer, author=author):
        return
    room, root = _room(arriving, arrival, home, customer=customer, author=author)
    keep_original(arriving, arrival, arrival.id)
    files = Said(id=arrival.id, speaker=Speaker(), text=arrival.text, at=arrival.at, files=arrival.files)
    draft = Draft(
        author=author,
        text=arrival.text,
        source=arriving.source(arrival.id, arrival.at, conversation=author.id, original=bool(arrival.original)),
        attachments=kept(arriving, files, author),
        rest=kept_rest(arriving, arrival.id, arrival.rest, author=author),
        reply_to=_reply(arrival, found, room.id, source=install.id),
    )
    proven = author.kind == "user" or author.verified
    reached = proven or arrival.vouched
    writer = [Known(author, arrival.sender, last_id=arrival.id, proven=True)] if reached else []
    copied = copied_people(arriving, arrival, customer, room=room) if proven and customer else []

    def along(_: Room, message: Message) -> list[Write]:
        """Whoever answers this message finds the way back to all whom it is from."""
        others = [Known(who, to, last_id=arrival.id, proven=True, had=message.n) for who, to in copied]
        known = corresponding(world, install, room.id, people=[*writer, *others])
        return [*_bound(arriving, message), *root, *known, *_wrote_here(arriving, arrival, customer, author=author)]

    post(world, room.id, draft, opens=room, along=along, from_afar=True)


def _wrote_here(arriving: Arriving, arrival: Mailed, customer: Customer | None, *, author: Author) -> list[Write]:
    """Over which install a user wrote last: over that they are written to where they have not written."""
    if author.kind != "user" or customer is None:
        return []
    place = ref(Mailbox, arriving.install.workspace, arrival.sender, customer.id, author.id)
    box = arriving.world.store.one(place)
    return [over(box.changed(install=arriving.install.id), box)] if box and box.install != arriving.install.id else []


def _react(
    arriving: Arriving, arrival: Mailed, found: dict[str, Mapped], *, customer: Customer | None, author: Author
) -> bool:
    """Put a mailer's reaction on the message that it answers, if whoever reacts may speak where that is."""
    source = arriving.install.id
    names = [f"{name} {id_}" for id_ in arrival.thread[:1] for name in (f"{source}:sent", source)]
    target = next((found[name] for name in names if name in found and found[name].n), None)
    home = arriving.world.store.one(ref(Room, target.room)) if target else None
    if target is None or home is None or not _fits(arriving, home, customer, author=author, arrival=arrival):
        return False
    step = react_step(author.id, arrival.reaction, True, revision=None)
    source_ = arriving.source(arrival.id, arrival.at, conversation=author.id)
    amend(
        arriving.world,
        target.room,
        target.n,
        internal=target.internal,
        step=step,
        type_="reaction",
        by=author.id,
        source=source_,
    )
    return True


def mails_known(arriving: Arriving, arrival: Mailed) -> dict[str, Mapped]:
    """What the id map has of the mail and of those that it answers, by "source id"."""
    source = arriving.install.id
    wanted = [(name, arrival.id) for name in (source, f"{source}:sent")]
    wanted += [(name, id_) for id_ in arrival.thread for name in (source, f"{source}:sent", f"{source}:ref")]
    rows = arriving.world.store.many([ref(Mapped, *each) for each in dict.fromkeys(wanted)])
    return {f"{row.source} {row.id}": row for row in rows if row and (row.n or row.source.endswith(":ref"))}


def home_of_mail(arriving: Arriving, arrival: Mailed, found: dict[str, Mapped]) -> Room | None:
    """The room that it is for, by the thread first, by the address second."""
    source = arriving.install.id
    names = [f"{name} {id_}" for id_ in arrival.thread for name in (f"{source}:sent", source, f"{source}:ref")]
    room = next((found[name].room for name in names if name in found), "")
    if not room and arrival.tokens:
        rows = arriving.world.store.many([ref(ReturnAddress, token) for token in arrival.tokens[:MAX_TOKENS]])
        room = next((row.room for row in rows if row and row.install == source), "")
    home = arriving.world.store.one(ref(Room, room)) if room else None
    return home if home and home.workspace == arriving.install.workspace and home.kind != "internal" else None


def _author(arriving: Arriving, arrival: Mailed, home: Room | None) -> tuple[Customer | None, Author]:
    """Who speaks, and the customer that they belong to. A mail that did not pass is a visitor's, and of no customer."""
    world, workspace = arriving.world, arriving.install.workspace
    proven = arrival.verdict == "pass" and bool(arrival.sender)
    placed = customer_of_address(world, workspace, arrival.sender) if proven else None
    placed = placed if placed and placed.state == "active" else None
    if proven:
        known = user_of_address(world, workspace, arrival.sender, wanted=home.customer if home else "", placed=placed)
        if known:
            customer, user = known
            if customer.state != "active" or user.state != "active":
                arriving.refuse(BLOCKED)
            else:
                prove_by_mail(world, customer, user, sender=arrival.sender)
            return customer, Author(kind="user", id=user.id, name=user.name, external_id=user.external_id)
    standing = "proven" if proven else "told"
    id_ = derived("vis", workspace, "mail", arrival.sender or arrival.id, standing)
    visitor = admit_visitor(
        world,
        workspace,
        id_,
        name=arrival.name,
        email=arrival.sender,
        customer=placed.id if placed else "",
        proven="mail" if proven else "",
    )
    name = arrival.name or arrival.sender or "Visitor"
    return placed, Author(kind="visitor", id=visitor.id, name=name, verified=proven)


def hold_back(arriving: Arriving, arrival: Mailed) -> None:
    """So many an hour from one address; and what is good for one mail is not good for another."""
    world, install = arriving.world, arriving.install
    if arrival.once:
        token = Mapped(
            source=f"{install.id}:once",
            id=arrival.once,
            workspace=install.workspace,
            thread=arrival.content,
            expires_at=world.clock.now() + REPLAY_MS,
        )
        if there_or_new(world, ref(Mapped, token.source, token.id), token).thread != arrival.content:
            raise Ignore("replayed")
    if spent(world, f"pace:mail#{install.id}#{arrival.sender or 'nobody'}", HOUR_MS) > arrival.per_hour:
        arriving.refuse("too-many")


def _room(
    arriving: Arriving, arrival: Mailed, home: Room | None, *, customer: Customer | None, author: Author
) -> tuple[Room, list[Write]]:
    """The room, which may be yet to be made, and what is written so that others who answer the same mail, which we have
    never seen, find it."""
    if home and _fits(arriving, home, customer, author=author, arrival=arrival):
        return home, []
    install, own = arriving.install, customer if author.kind == "user" or author.verified else None
    room = new_room(
        arriving, derived("room", install.id, "mail", arrival.id), _title(arrival), customer=own, author=author
    )
    if home or not arrival.thread:
        return room, []
    root = Mapped(source=f"{install.id}:ref", id=arrival.thread[-1], workspace=install.workspace, room=room.id)
    return room, [Put(root, None)]


def _fits(arriving: Arriving, home: Room, customer: Customer | None, *, author: Author, arrival: Mailed) -> bool:
    """Nobody speaks in another customer's room; a visitor of a known domain does in their company's, and in
    their own that became a customer's."""
    if home.adoption and author.verified and author.id == home.visitor:
        return True
    if home.customer:
        return customer is not None and customer.id == home.customer and (author.kind == "user" or author.verified)
    if author.kind != "visitor" or not home.visitor:
        return False
    owner = arriving.world.store.one(ref(Visitor, home.visitor))
    return owner is not None and (owner.id == author.id or same_mailbox(owner.email) == arrival.sender)


def _title(arrival: Mailed) -> str:
    """The subject without what mailers put before it."""
    return (bare_subject(arrival.subject) or first_line(arrival.text, "Question"))[:200]


def keep_original(arriving: Arriving, arrival: Mailed, id_: str) -> None:
    """The whole mail, as it came, under the id by which we know it."""
    if arrival.original:
        key = original_key(arriving.install.workspace, arriving.install.id, id_)
        arriving.world.files.put(key, arrival.original, "application/octet-stream")


def _reply(arrival: Mailed, found: dict[str, Mapped], room: str, *, source: str) -> Reply | None:
    """The message that it answers, if that is in the same room."""
    for id_ in arrival.thread:
        for name in (f"{source}:sent {id_}", f"{source} {id_}"):
            if name in found and found[name].room == room and found[name].n:
                return Reply(message=message_id(room, found[name].n))
    return None


def _bound(arriving: Arriving, message: Message) -> list[Write]:
    """From this message on what is said in the room leaves by mail too, to those who wrote."""
    if arriving.world.store.one(ref(Bridge, message.room, arriving.install.id, "")):
        return []
    bridge = Bridge(
        room=message.room,
        install=arriving.install.id,
        channel=arriving.install.kind,
        workspace=message.workspace,
        bound_at=arriving.envelope.received_at,
        since=message.n,
    )
    return [new(bridge)]


def take_bounce(arriving: Arriving, arrival: Bounced) -> None:
    """The addresses get no mail any more. Anybody can write a bounce: unless SES says it, it counts only for somebody
    to whom the very mail that it names was sent."""
    world, workspace = arriving.world, arriving.install.workspace
    addresses = arrival.addresses
    sent = world.store.one(ref(Mapped, f"{arriving.install.id}:sent", arrival.message))
    if not arrival.proven:
        if sent is None:
            raise Ignore("bounce")
        listing: Listing[Correspondent] = Listing("correspondents", (sent.room,))
        reached = {each.address for each in world.store.page(listing, 100).items if each.last_id == arrival.message}
        addresses = tuple(each for each in addresses if each in reached)
    for address in addresses:
        gone = Suppression(
            version=1, workspace=workspace, address=address, reason=arrival.reason, at=arriving.envelope.received_at
        )
        world.store.commit(Put(gone, None))
        if sent:
            mail_came_back(world, sent, arriving.install.id, address=address, at=arriving.envelope.received_at)
    if not addresses:
        raise Ignore("bounce")
