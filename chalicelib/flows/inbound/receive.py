"""Work off an envelope: parse it, and do in our words what it says."""

from collections.abc import Callable
from typing import Any

from ...desk.arrivals import (
    AccountLost,
    Arrival,
    Bounced,
    Commanded,
    Connected,
    Deleted,
    Echoed,
    Edited,
    Ignored,
    Mailed,
    Moved,
    Outcome,
    Reacted,
    Renamed,
    Said,
    Shut,
    Unsolved,
    Unsupported,
)
from ...desk.envelopes import Envelope
from ...desk.errors import Forbidden, Invalid
from ...desk.workspaces import Install
from ...ports import World, ref
from . import bridged, direct
from .context import Arriving, Ignore
from .said_before import FORGOTTEN, drop_if_said_before
from .unheard import amend_unheard, keep_unheard, note_taken

UNSUPPORTED = "unsupported"


def receive(world: World, envelope: Envelope) -> Outcome:
    """Everything the envelope says is done when this returns; doing it again changes nothing.

    In this order: the install as it is now, not as it was when the webhook came, since what is switched off meanwhile
    takes nothing in; then the whole envelope is parsed before any of it is done, so that a parser's fault leaves
    nothing half done; then its arrivals as the provider lists them. Each that is ignored has its reason by itself: the
    next one is not held up."""
    outcome = Outcome()
    install = world.store.one(ref(Install, envelope.install))
    if install is None or install.state == "disabled":
        outcome.ignored.append("install-gone")
        return outcome
    tracker = world.tracker(install.kind)
    if tracker:
        from ..tickets.hints import follow_hint

        for number, hint in enumerate(tracker.hints(envelope, install)):
            follow_hint(world, envelope, hint, number=number, outcome=outcome)
        return outcome
    arriving = Arriving(world, install, envelope)
    for arrival in world.inbound(install.kind).parse(envelope, install):
        _work_off(arriving, arrival, outcome)
    return outcome


def _work_off(arriving: Arriving, arrival: Arrival, outcome: Outcome) -> None:
    lifted = arriving.envelope.lifted
    if isinstance(arrival, Ignored | Unsupported):
        reason = arrival.reason if isinstance(arrival, Ignored) else UNSUPPORTED
        if arrival.said is None or reason not in lifted:
            _put_aside(arriving, arrival, reason, outcome=outcome)
            return
        arrival = arrival.said
    done = _done(arriving, arrival, outcome)
    if isinstance(arrival, Edited | Deleted):
        amend_unheard(arriving, arrival, waits=not done)
    elif done and lifted and isinstance(arrival, Said | Mailed):
        note_taken(arriving, arrival.id)


def _done(arriving: Arriving, arrival: Arrival, outcome: Outcome) -> bool:
    """Whether it was done, or is knowingly without effect."""
    try:
        kind, handler = HANDLERS[type(arrival)]
        drop_if_said_before(arriving, arrival)
        handler(arriving, arrival)
        outcome.handled.append(kind)
        return True
    except Ignore as aside:
        _ignored(arriving, arrival, aside.reason, outcome=outcome)
    except Forbidden:
        _ignored(arriving, arrival, "foreign-speaker", outcome=outcome)
    except Invalid:
        if isinstance(arrival, Said | Mailed):
            raise  # somebody's words are never dropped: to the dead letters, with the reason
        outcome.ignored.append("refused")
    return False


def _put_aside(arriving: Arriving, arrival: Ignored | Unsupported, reason: str, *, outcome: Outcome) -> None:
    """What the channel itself makes nothing of."""
    (outcome.ignored if isinstance(arrival, Ignored) else outcome.unsupported).append(arrival.cause)
    outcome.ids[arrival.cause] = arrival.id
    keep_unheard(
        arriving, reason, arrival.said.id if arrival.said else arrival.id, said=arrival.said, line=arrival.cause
    )


def _ignored(arriving: Arriving, arrival: Arrival, reason: str, *, outcome: Outcome) -> None:
    outcome.ignored.append(reason)
    if reason == FORGOTTEN:
        return
    outcome.ids[reason] = str(getattr(arrival, "id", ""))
    if isinstance(arrival, Said | Mailed):
        keep_unheard(arriving, reason, arrival.id, said=arrival)


def _mailed(arriving: Arriving, arrival: Mailed) -> None:
    from .agents_mail import answered_alert, take_agents_mail

    if way := answered_alert(arriving, arrival):
        take_agents_mail(arriving, arrival, way)
    elif arrival.machine and arrival.machine not in arriving.envelope.lifted:
        from .machines_mail import take_machines_mail

        take_machines_mail(arriving, arrival)
    else:
        from .mailed import take_mail

        take_mail(arriving, arrival)


def _bounced(arriving: Arriving, arrival: Bounced) -> None:
    from .mailed import take_bounce

    take_bounce(arriving, arrival)


# kind of arrival → its name in the metrics, and what is done with it
HANDLERS: dict[type, tuple[str, Callable[[Arriving, Any], None]]] = {
    Said: ("said", direct.take_message),
    Mailed: ("mailed", _mailed),
    Bounced: ("bounced", _bounced),
    Edited: ("edited", direct.take_edit),
    Deleted: ("deleted", direct.take_delete),
    Reacted: ("reacted", direct.take_reaction),
    Echoed: ("echoed", bridged.take_echo),
    Connected: ("connected", bridged.take_connect_code),
    Commanded: ("ordered", bridged.take_command),
    Unsolved: ("unsolved", bridged.take_unsolved),
    Shut: ("shut", bridged.take_shut),
    Moved: ("moved", bridged.take_move),
    Renamed: ("renamed", bridged.take_rename),
    AccountLost: ("accountlost", bridged.take_account_loss),
}
