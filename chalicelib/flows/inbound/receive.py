"""Work off an envelope: parse it, and do in our words what it says."""

from collections.abc import Callable
from typing import Any

from ...desk.arrivals import (
    AccountLost,
    Arrival,
    Bounced,
    Connected,
    Deleted,
    Echoed,
    Edited,
    Ignored,
    Mailed,
    Ordered,
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
from ..tickets.hints import follow_hint
from .bridged import (
    account_lost,
    connected,
    echoed_back,
    ordered,
    renamed,
    shut,
)
from .context import Aside, Barred, Place
from .direct import deleted, edited, reacted, said


def receive(world: World, envelope: Envelope) -> Outcome:
    """Everything the envelope says is done when this returns; doing it again changes nothing."""
    outcome = Outcome()
    install = world.store.one(ref(Install, envelope.install))
    if install is None or install.state == "disabled":
        outcome.ignored.append("install-gone")
        return outcome
    tracker = world.tracker(install.kind)
    if tracker:
        for number, hint in enumerate(tracker.hints(envelope, install)):
            follow_hint(world, envelope, hint, number, outcome)
        return outcome
    place = Place(world, install, envelope)
    for arrival in world.inbound(install.kind).parse(envelope, install):
        _work_off(place, arrival, outcome)
    return outcome


def _work_off(place: Place, arrival: Arrival, outcome: Outcome) -> None:
    if isinstance(arrival, Ignored):
        outcome.ignored.append(arrival.reason)
    elif isinstance(arrival, Unsupported):
        outcome.unsupported.append(arrival.what)
    else:
        try:
            kind, handler = HANDLERS[type(arrival)]
            handler(place, arrival)
            outcome.handled.append(kind)
        except Barred:
            outcome.ignored.append("blocked-speaker")
        except Aside as aside:
            outcome.ignored.append(aside.reason)
        except Forbidden:
            outcome.ignored.append("foreign-speaker")
        except Invalid:
            if isinstance(
                arrival, Said | Mailed
            ):  # somebody's words are never dropped: to the dead letters, with the reason
                raise
            outcome.ignored.append("refused")


def _mailed(place: Place, arrival: Mailed) -> None:
    from .mailed import mailed

    mailed(place, arrival)


def _bounced(place: Place, arrival: Bounced) -> None:
    from .mailed import bounced

    bounced(place, arrival)


# kind of arrival → its name in the metrics, and what is done with it
HANDLERS: dict[type, tuple[str, Callable[[Place, Any], None]]] = {
    Said: ("said", said),
    Mailed: ("mailed", _mailed),
    Bounced: ("bounced", _bounced),
    Edited: ("edited", edited),
    Deleted: ("deleted", deleted),
    Reacted: ("reacted", reacted),
    Echoed: ("echoed", echoed_back),
    Connected: ("connected", connected),
    Ordered: ("ordered", ordered),
    Shut: ("shut", shut),
    Renamed: ("renamed", renamed),
    AccountLost: ("accountlost", account_lost),
}
