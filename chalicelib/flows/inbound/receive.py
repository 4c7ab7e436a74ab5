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
    Outcome,
    Reacted,
    Renamed,
    Said,
    Shut,
    Unsupported,
)
from ...desk.envelopes import Envelope
from ...desk.errors import Forbidden, Invalid
from ...desk.workspaces import Install
from ...ports import World, ref
from . import bridged, direct
from .context import Arriving, Blocked, Ignore


def receive(world: World, envelope: Envelope) -> Outcome:
    """Everything the envelope says is done when this returns; doing it again changes nothing."""
    outcome = Outcome()
    install = world.store.one(ref(Install, envelope.install))
    if install is None or install.state == "disabled":
        outcome.ignored.append("install-gone")
        return outcome
    tracker = world.tracker(install.kind)
    if tracker:
        from ..tickets.hints import follow_hint

        for number, hint in enumerate(tracker.hints(envelope, install)):
            follow_hint(world, envelope, hint, number, outcome)
        return outcome
    arriving = Arriving(world, install, envelope)
    for arrival in world.inbound(install.kind).parse(envelope, install):
        _work_off(arriving, arrival, outcome)
    return outcome


def _work_off(arriving: Arriving, arrival: Arrival, outcome: Outcome) -> None:
    if isinstance(arrival, Ignored):
        outcome.ignored.append(arrival.reason)
    elif isinstance(arrival, Unsupported):
        outcome.unsupported.append(arrival.what)
    else:
        try:
            kind, handler = HANDLERS[type(arrival)]
            handler(arriving, arrival)
            outcome.handled.append(kind)
        except Blocked:
            outcome.ignored.append("blocked-speaker")
        except Ignore as aside:
            outcome.ignored.append(aside.reason)
        except Forbidden:
            outcome.ignored.append("foreign-speaker")
        except Invalid:
            if isinstance(arrival, Said | Mailed):
                raise  # somebody's words are never dropped: to the dead letters, with the reason
            outcome.ignored.append("refused")


def _mailed(arriving: Arriving, arrival: Mailed) -> None:
    if arrival.machine:
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
    Shut: ("shut", bridged.take_shut),
    Renamed: ("renamed", bridged.take_rename),
    AccountLost: ("accountlost", bridged.take_account_loss),
}
