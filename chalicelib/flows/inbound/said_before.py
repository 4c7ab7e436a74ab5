"""What comes again from before somebody was forgotten, by their words or by who they were: it is dropped, and counted
(ADR 177)."""

from collections.abc import Iterator

from ...desk.arrivals import Arrival, Deleted, Edited, Mailed, Reacted, Said, Speaker, Unsupported
from ...desk.envelopes import Envelope
from ...desk.erasures import Forgotten
from ...desk.ids import customer_id, derived, user_id
from ...desk.mails import original_key
from ...desk.messages import Mapped, Message
from ...desk.workspaces import Install
from ...ports import AwsAway, Drop, World, ref
from ..forgotten import (
    Known,
    count_dropped,
    forgotten,
    known_address,
    known_id,
    known_outside,
    known_source,
    remember_dropped,
)
from ..optimistic_retry import again
from .context import Arriving, Ignore

FORGOTTEN = "forgotten"  # why it is ignored


def drop_if_said_before(arriving: Arriving, arrival: Arrival) -> None:
    """Ignore what a person said before they were forgotten. What they said itself is known by its id, whenever it
    comes; what is merely from before is known by who says it. Install and key are read already, where nobody was."""
    gone = _gone(arriving, arrival)
    if gone:
        if isinstance(arrival, Said | Mailed):
            remember_dropped(arriving.world, gone, known_source(arriving.install.id, arrival.id))
            _drop_prepared(arriving, arrival)
        count_dropped(arriving.world, gone)
        raise Ignore(FORGOTTEN)


def _drop_prepared(arriving: Arriving, arrival: Said | Mailed) -> None:
    """What is there of it already, before it was said, goes with it: an edit that was faster has their words, and a
    worker that died the whole mail."""
    store, place = arriving.world.store, ref(Mapped, arriving.install.id, arrival.id)

    def attempt(_: int) -> None:
        there = store.one(place)
        if there and there.n:
            return  # it was said: the walk comes to it
        if isinstance(arrival, Mailed):
            key = original_key(arriving.install.workspace, arriving.install.id, arrival.id)
            arriving.world.files.remove(key)
        if there:
            store.commit(Drop(place, there.version))

    again(arriving.world, attempt)


def was_forgotten(world: World, envelope: Envelope) -> bool | None:
    """Whether all that an envelope says is by somebody who was forgotten, and from before that; None where nobody can
    read what it says."""
    install = world.store.one(ref(Install, envelope.install))
    if install is None or world.tracker(install.kind):
        return False
    arriving = Arriving(world, install, envelope)
    try:
        arrivals = list(world.inbound(install.kind).parse(envelope, install))
        if all(isinstance(each, Unsupported) for each in arrivals):
            return None
        return all(_gone(arriving, each) for each in arrivals)
    except AwsAway:
        raise
    except Exception:  # noqa: BLE001  it is given up because of what is wrong with it
        return None


def _gone(arriving: Arriving, arrival: Arrival) -> Forgotten | None:
    """What is remembered of whoever says it, if they said it before they were forgotten."""
    if not arriving.install.forgets or not isinstance(arrival, Said | Mailed | Edited | Deleted | Reacted):
        return None
    install = arriving.install
    words = [known_source(install.id, arrival.id), *_said_already(arriving, arrival)]
    who = list(_who(arriving, arrival))
    remembered = forgotten(arriving.world, install.workspace, [*words, *who])
    itself, found = remembered[: len(words)], remembered[len(words) :]
    at = arriving.envelope.received_at
    if not isinstance(arrival, Mailed):  # its writer's clock says when a mail was written
        at = min(at, arrival.at or at)
    return next((each for each in itself if each), None) or _before(found, at)


def _said_already(arriving: Arriving, arrival: Arrival) -> Iterator[Known]:
    """Who said it when it came first: they may be known as forgotten, and the walk not yet there."""
    if not isinstance(arrival, Said | Mailed):
        return
    store = arriving.world.store
    there = store.one(ref(Mapped, arriving.install.id, arrival.id))
    message = store.one(ref(Message, there.room, there.n, there.internal)) if there and there.n else None
    if message:
        yield known_id(message.author.id)


def _before(found: list[Forgotten | None], at: int) -> Forgotten | None:
    return next((each for each in found if each and at < each.at), None)


def _who(arriving: Arriving, arrival: Said | Mailed | Edited | Deleted | Reacted) -> Iterator[Known]:
    install = arriving.install
    if isinstance(arrival, Mailed):
        if arrival.sender:
            yield known_address(arrival.sender)
    elif isinstance(arrival, Said | Reacted):
        yield from _speaker(arriving, arrival.speaker, arrival.id)
    elif isinstance(arrival, Edited | Deleted):
        yield known_id(derived("vis", install.id, arrival.id))


def _speaker(arriving: Arriving, speaker: Speaker, id_: str) -> Iterator[Known]:
    install = arriving.install
    if speaker.outside:
        yield known_outside(install.id, speaker.outside)
        yield known_id(derived("vis", install.id, speaker.outside))
    if speaker.email:
        yield known_address(speaker.email)
    if speaker.customer and speaker.user:
        yield known_id(user_id(customer_id(install.workspace, speaker.customer), speaker.user))
    elif not speaker.outside:
        yield known_id(derived("vis", install.id, id_))
