"""Write to the people of a room who are away what was said since they last heard of it, as one mail each (digest)
(ADR 57).

A delivery waits until its install's `collect` seconds are over; then everything that was said meanwhile leaves with it,
and the deliveries of the others find that it has. Who spoke, has read it, has muted it or cannot be reached gets none.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from ...desk.customers import Customer
from ...desk.deliveries import Delivery, Receipt, Refused, Retry, Sent, Skipped
from ...desk.mails import Correspondent, Letter, Line, thread_id, tokened
from ...desk.messages import Mapped, Message
from ...desk.outcomes import CHANNEL, NOT_SOLVED, in_language
from ...desk.rooms import Room
from ...desk.workspaces import Install
from ...ports import Corresponding, ProviderBusy, ProviderRefused, Put, World, over, ref
from ..optimistic_retry import again
from .recipients import (
    Addressee,
    by_machines_mail,
    people_to_write_to,
    people_written_to,
    read_until,
    said_since,
    unheard,
    why_not,
)
from .told_elsewhere import told_elsewhere


@dataclass
class Round:
    """What one delivery's mails came to."""

    sent: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def receipt(self) -> Receipt:
        """One word for all of them."""
        if self.sent:
            return Sent(provider_id=self.sent[-1])
        if self.refused:
            return Refused(reason="; ".join(dict.fromkeys(self.refused))[:400])
        reasons = "; ".join(dict.fromkeys(self.skipped)) or "nobody of this room is written to by mail"
        return Skipped(reason=reasons[:400])


def write_to_people(
    world: World, channel: Corresponding, row: Delivery, *, install: Install, room: Room, message: Message
) -> Receipt:
    """Tell the delivery's people what they have not heard. Raises nothing for what the provider says."""
    if untold := channel.untold(row.what, install):
        return Skipped(reason=untold)
    if row.what != "post":
        return _correct(world, channel, row, install=install, room=room, message=message)
    if by_machines_mail(world, message):
        return Skipped(reason="for a machine's mail no mail is sent")
    lately = said_since(world, room, row.n)
    outcome = Round()
    people, outcome.skipped = people_to_write_to(world, install, room, lately=[message, *lately])
    for addressee in people:
        person = addressee.to
        reason = why_not(world, person, room, message=message)
        missed = [] if reason else unheard(world, room, addressee, lately=[message, *lately])
        if reason or not missed:
            outcome.skipped.append(reason or "they have read it")
        elif not (missed := [each for each in missed if not told_elsewhere(world, addressee.person, each)]):
            outcome.skipped.append("a mail in another room tells them the same")
        elif person.sent_n >= row.n:
            outcome.sent.append(person.last_id)  # it left with an earlier one
        else:
            try:
                outcome.sent.append(_send(world, channel, install, room=room, person=person, unheard=missed))
            except ProviderBusy as busy:
                return Retry(reason=busy.reason, after=busy.after)
            except ProviderRefused as denied:
                outcome.refused.append(denied.reason)
    return outcome.receipt


def _correct(
    world: World, channel: Corresponding, row: Delivery, *, install: Install, room: Room, message: Message
) -> Receipt:
    """Tell those whom a mail told of the message what became of it: once for all edits until then."""
    outcome = Round()
    for addressee in people_written_to(world, install, room):
        person = addressee.to
        reason = why_not(world, person, room, message=message)
        reason = reason or _why_no_correction(world, row, addressee, room=room, message=message)
        if reason:
            outcome.skipped.append(reason)
            continue
        try:
            outcome.sent.append(
                _send(world, channel, install, room=room, person=person, unheard=[message], line=_correction)
            )
        except ProviderBusy as busy:
            return Retry(reason=busy.reason, after=busy.after)
        except ProviderRefused as denied:
            outcome.refused.append(denied.reason)
    return outcome.receipt


def _why_no_correction(world: World, row: Delivery, addressee: Addressee, *, room: Room, message: Message) -> str:
    """Why a change is no news to somebody; "" if it is."""
    person = addressee.to
    if message.author.id in addressee.selves or person.sent_n < row.message:
        return "no mail told them of it"
    if person.sent_at >= (message.edited_at if row.what == "edit" else row.created_at):
        return "their mail said the newest words"
    return "they have read it" if read_until(world, room, addressee) >= row.n else ""


def _send(
    world: World,
    channel: Corresponding,
    install: Install,
    *,
    room: Room,
    person: Correspondent,
    unheard: list[Message],
    line: Callable[[World, Message], Line] | None = None,
) -> str:
    """One mail; its Message-ID, which the id map knows from then on. `line` says how it tells of a message."""
    fresh = [each for each in unheard if each.n > person.sent_n] or unheard
    letter = _letter(world, install, room, person=person, fresh=fresh, line=line or _line)
    id_ = channel.write(letter, world.mailer)
    last = max(each.n for each in fresh)

    def attempt(_: int) -> None:
        current = world.store.one(ref(Correspondent, person.room, person.install, person.person)) or person
        reached = [
            Mapped(source=f"{install.id}:{name}", id=each, workspace=install.workspace, room=room.id, n=last)
            for name, each in (("sent", id_), ("ref", letter.thread))
        ]
        changed = current.changed(sent_n=max(last, current.sent_n), sent_at=letter.at, last_id=id_)
        world.store.commit(over(changed, current), *(Put(each, None) for each in reached))

    again(world, attempt)
    return id_


def _letter(
    world: World,
    install: Install,
    room: Room,
    *,
    person: Correspondent,
    fresh: list[Message],
    line: Callable[[World, Message], Line],
) -> Letter:
    base = str(install.config["address"])
    authors = list(dict.fromkeys(each.author.label for each in fresh if each.author.name))
    company = str(install.config.get("name") or install.name)
    return Letter(
        install=install.id,
        sender=world.mailer.sender,
        sender_name=f"{authors[0]} ({company})" if len(authors) == 1 else company,
        to=person.address,
        to_name=person.name,
        reply_to=tokened(base, person.token),
        subject=f"Re: {room.name}" if person.last_id else room.name,
        lines=tuple(_with_way_back(world, room, person, message=each, line=line(world, each)) for each in fresh),
        thread=thread_id(install.id, room.id, base),
        answers=person.last_id,
        at=world.clock.now(),
        mute_url=f"{world.public_url}/mails/{person.token}" if world.public_url else "",
    )


def _with_way_back(world: World, room: Room, person: Correspondent, *, message: Message, line: Line) -> Line:
    """With what tells how the room ended there is a link to say that it is not solved. Opening it changes nothing."""
    if message.source.channel != CHANNEL or message.deleted or not world.public_url:
        return line
    customer = world.store.one(ref(Customer, room.customer)) if room.customer else None
    words = in_language(NOT_SOLVED, customer.language if customer else "")
    return msgspec.structs.replace(line, links=((words, f"{world.public_url}/mails/{person.token}/end"), *line.links))


def _line(world: World, message: Message) -> Line:
    links = [(file.name, world.link(file.id, file.secret)) for file in message.attachments] if world.public_url else []
    return Line(
        author=message.author.label if message.author.name else "Somebody", text=message.text, links=tuple(links)
    )


def _correction(world: World, message: Message) -> Line:
    """What became of something that a mail has said."""
    line = _line(world, message)
    text = f"(deleted) {line.author} took back what they had said." if message.deleted else f"(edited) {line.text}"
    return msgspec.structs.replace(line, text=text)
