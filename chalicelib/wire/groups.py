"""In which order a tracker's webhooks are worked off: one after the other, by ticket."""

from collections.abc import Callable

from ..desk.envelopes import Envelope
from ..desk.errors import Malformed, WrongMediaType
from ..desk.ids import derived


def grouped(envelope: Envelope, ticket: Callable[[], str]) -> str:
    """The group of the ticket that `ticket` reads out of the envelope; the install's for what is about none, or what
    nobody can read."""
    try:
        about = ticket()
    except (Malformed, WrongMediaType):
        about = ""
    return derived("grp", envelope.install, about) if about else envelope.install
