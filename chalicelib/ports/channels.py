"""What a channel does."""

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from ..desk.arrivals import Arrival, File
from ..desk.deliveries import Notice, Parcel, Receipt, What
from ..desk.envelopes import Envelope
from ..desk.outside_people import Granted, Shown
from ..desk.tickets import Probe
from ..desk.workspaces import Install
from .outside import Outside
from .providers import Secrets, WayIn


class Inbound(WayIn, Protocol):
    """What every channel does with what comes in."""

    def parse(self, envelope: Envelope, install: Install) -> list[Arrival]:
        """What it says. Never raises for content: what is not known is Unsupported, what is broken Ignored."""


class Outbound(Protocol):
    """What a channel that can be written to does. `CROSSES` tells what becomes there of a message, edit, delete,
    reaction and file (the README's table). `CARDS` tells whether it heads a room's thread by a card that shows the
    room's own state. `lane` names what takes one message at a time over there, and the milliseconds between two; None
    where there is no such thing."""

    CROSSES: Mapping[str, str]
    CARDS: bool
    MARKS: frozenset[What]

    def lane(self, parcel: Parcel, install: Install) -> tuple[str, int] | None:
        """Asked before `deliver`: a delivery whose lane is taken waits in the time index."""

    def deliver(self, parcel: Parcel, install: Install, secrets: Secrets, outside: Outside, now: int) -> Receipt:
        """Send one change over. Never raises for what the other side did."""


@runtime_checkable
class Announcing(Protocol):
    """What a channel does that is told of more than rooms."""

    def announce(self, notice: Notice, install: Install, secrets: Secrets, outside: Outside, now: int) -> Receipt:
        """As Outbound.deliver, of a fact."""


class Asking(Protocol):
    """What a channel is asked about what came in, where its webhooks tell too little. Raises ProviderBusy and
    ProviderRefused."""

    def person(self, outside: str, account: str) -> Shown:
        """A person, by the provider's id."""

    def file(self, file: File, account: str, most: int) -> bytes:
        """A file's bytes; ProviderRefused if it is larger than `most`."""

    def probe(self) -> Probe:
        """Try the connection: who we are there, and what is missing."""

    def answer(self, where: str, text: str, account: str) -> None:
        """Tell whoever gave an order how it went, and nobody else."""


class Granting(Protocol):
    """How a provider's other workspaces install the app of an install. Raises ProviderBusy and ProviderRefused."""

    def authorize(self, install: Install, redirect: str, state: str) -> str:
        """The provider's page that asks for it."""

    def exchange(self, install: Install, secrets: Secrets, outside: Outside, code: str, redirect: str) -> Granted:
        """What is given for the code that came back."""

    def credential(self, account: str) -> str:
        """The name under which an account's token lies among the install's secrets; "" is the install's own account."""


AskingOf = Callable[[Install, Secrets, Outside], Asking]
