"""Keep what a person may have said that did not get in, so that agents see it; and let it in when one asks for it.

The row has its first line, who sent it and why; the envelope itself lies in the bucket, where large ones lie anyway,
and ends with the row. What is taken in goes the way of every envelope, with the rule lifted that held it up; the id map
says what has been said already.
"""

import re

import msgspec

from ...desk.arrivals import Deleted, Edited, Mailed, Said
from ...desk.ids import derived
from ...desk.messages import Mapped, fitting
from ...desk.outside_people import OutsidePerson
from ...desk.times import DAY_MS
from ...desk.titles import first_line, shortened
from ...desk.unheard import MAX_LINE, MAX_SENDER, MOST_A_DAY, REASONS, Unheard
from ...ports import Drop, Put, Ref, over, ref
from ..optimistic_retry import again
from ..pace import spent
from .amended import amend_by_delete, amend_by_edit
from .bridged import named
from .context import Arriving

MENTION = re.compile("\ue002([^\ue002\ue003]{1,64}+)\ue003")


def place_of(arriving: Arriving, id_: str) -> Ref[Unheard]:
    """Where what has the provider's `id_` is kept."""
    install = arriving.install.id
    return ref(Unheard, install, derived("ign", install, id_ or arriving.envelope.id))


def keep_unheard(arriving: Arriving, reason: str, id_: str, *, said: Said | Mailed | None, line: str = "") -> None:
    """Keep it, if this is a reason for which a person may miss it. One that was kept already, and is held up by another
    rule now, says so. So many a day and no more, so that nobody fills the table."""
    if reason not in REASONS or (said is None and reason != "unsupported"):
        return
    place = place_of(arriving, id_)

    def attempt(_: int) -> None:
        old = arriving.world.store.one(place)
        if old:
            now = old.changed(reason=reason, lifted=arriving.envelope.lifted, asked_at=0)
            arriving.world.store.commit(over(now, old))
        elif _counted(arriving):
            arriving.world.store.commit(Put(_row(arriving, place, reason, said=said, line=line), 0))

    again(arriving.world, attempt)


def _counted(arriving: Arriving) -> bool:
    """Whether the day has room for another one."""
    return spent(arriving.world, f"ignored#{arriving.install.id}", DAY_MS) <= MOST_A_DAY


def _row(arriving: Arriving, place: Ref[Unheard], reason: str, *, said: Said | Mailed | None, line: str) -> Unheard:
    return Unheard(
        version=1,
        install=arriving.install.id,
        id=str(place.ids[1]),
        workspace=arriving.install.workspace,
        at=arriving.envelope.received_at,
        reason=reason,
        kept=arriving.world.queues.keep(arriving.envelope),
        sender=shortened(_sender(arriving, said), MAX_SENDER) if said else "",
        line=_line(said.subject or said.text if isinstance(said, Mailed) else said.text if said else line),
        lifted=arriving.envelope.lifted,
    )


def _line(text: str) -> str:
    return shortened(MENTION.sub(r"@\1", first_line(text)), MAX_LINE)


def _sender(arriving: Arriving, said: Said | Mailed) -> str:
    """Who it is from, as far as it says so, or as we know them already."""
    if isinstance(said, Mailed):
        return f"{said.name} <{said.sender}>" if said.name and said.sender else said.sender or said.name
    speaker, known = said.speaker, None
    if speaker.outside and not speaker.name:
        known = arriving.world.store.one(ref(OutsidePerson, arriving.install.id, speaker.outside))
    return speaker.name or (known.name if known else "") or speaker.email or speaker.outside or speaker.user


def note_taken(arriving: Arriving, id_: str) -> None:
    """What an agent asked for is in."""
    place = place_of(arriving, id_)

    def attempt(_: int) -> None:
        row, said = arriving.world.store.many([place, ref(Mapped, arriving.install.id, id_)])
        if row and not row.taken_at:
            room = said.room if said and said.n else ""
            arriving.world.store.commit(over(row.changed(taken_at=arriving.world.clock.now(), room=room), row))

    again(arriving.world, attempt)


def amend_unheard(arriving: Arriving, arrival: Edited | Deleted, *, waits: bool) -> None:
    """Who changes or takes back what did not get in, does so for good: it comes in as it is now, if it does. What is
    done by nobody else `waits` with its id."""
    place = place_of(arriving, arrival.id)
    row = arriving.world.store.one(place)
    if row is None:
        return
    if isinstance(arrival, Deleted):
        if waits:
            amend_by_delete(arriving, arrival)
        arriving.world.store.commit(Drop(place))
        arriving.world.queues.forget(row.kept)
        return
    text, _ = named(arriving, arrival.text, arrival.mentions, home=None)
    if waits:
        amend_by_edit(arriving, msgspec.structs.replace(arrival, text=fitting(text)[0]))
    line = _line(text)

    def attempt(_: int) -> None:
        old = arriving.world.store.one(place)
        if old and old.line != line:
            arriving.world.store.commit(over(old.changed(line=line), old))

    again(arriving.world, attempt)
