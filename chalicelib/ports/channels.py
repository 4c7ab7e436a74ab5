"""What a channel does."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from ..desk.alerts import Recipient
from ..desk.arrivals import Arrival, File
from ..desk.deliveries import Delivery, Notice, Parcel, Receipt, What
from ..desk.envelopes import Envelope
from ..desk.mails import Letter
from ..desk.outside_people import Granted, Shown
from ..desk.tickets import Probe
from ..desk.workspaces import Install
from .cloud import Mailer
from .outside import Outside
from .providers import Secrets, WayIn


class Inbound(WayIn, Protocol):
    """What every channel does with what comes in."""

    def parse(self, envelope: Envelope, install: Install) -> list[Arrival]:
        """What it says. Never raises for content: what is not known is Unsupported, what is broken Ignored."""


@runtime_checkable
class Outbound(Protocol):
    """What a channel does that has conversations to write into. `CARDS`: it heads a room's thread by a card that shows
    the room's own state. `MARKS` are what it finds again by a mark where nobody knows whether it was sent, `UNMARKED`
    what has none, and may stand there twice then. `lane` names what takes one message at a time over there, and the
    milliseconds between two; None where there is no such thing."""

    CARDS: bool
    MARKS: frozenset[What]
    UNMARKED: frozenset[What]

    def lane(self, parcel: Parcel, install: Install) -> tuple[str, int] | None:
        """Asked before `deliver`: a delivery whose lane is taken waits in the time index."""

    def deliver(self, parcel: Parcel, install: Install, secrets: Secrets, *, outside: Outside, now: int) -> Receipt:
        """Send one change over. Never raises for what the other side did."""


@runtime_checkable
class Corresponding(Protocol):
    """What a channel does that writes to people one by one, and into no conversation. Who gets what and when is not its
    matter; `CARDS`, `MARKS` and `UNMARKED` are as an Outbound's."""

    CARDS: bool
    MARKS: frozenset[What]
    UNMARKED: frozenset[What]

    def leaves_at(self, row: Delivery, install: Install) -> int:
        """When what a delivery tells leaves (ms): it may wait for what is said soon after it."""

    def untold(self, what: What, install: Install) -> str:
        """Why people are not written to of such a change; "" if they are."""

    def write(self, letter: Letter, mailer: Mailer) -> str:
        """Compose a letter and send it; its id from then on. Raises ProviderBusy and ProviderRefused."""


@runtime_checkable
class Announcing(Protocol):
    """What a channel does that is told of more than rooms."""

    def announce(self, notice: Notice, install: Install, secrets: Secrets, *, outside: Outside, now: int) -> Receipt:
        """As Outbound.deliver, of a fact."""


class Asking(Protocol):
    """What a channel is asked about what came in, where its webhooks tell too little. Raises ProviderBusy and
    ProviderRefused."""

    def person(self, outside: str, account: str) -> Shown:
        """A person, by the provider's id."""

    def file(self, file: File, account: str, most: int) -> bytes:
        """A file's bytes; ProviderRefused if it is larger than `most`."""

    def probe(self, url: str) -> Probe:
        """Try the connection: who we are there, and what is missing. `url` is where it is to send to, "" if nobody
        knows: a provider that is told so by its API is told."""

    def answer(self, where: str, text: str, account: str) -> None:
        """Tell whoever gave an order how it went, and nobody else."""


class Granting(Protocol):
    """How a provider's other workspaces install the app of an install. Raises ProviderBusy and ProviderRefused."""

    def authorize(self, install: Install, redirect: str, state: str) -> str:
        """The provider's page that asks for it."""

    def exchange(self, install: Install, secrets: Secrets, outside: Outside, *, code: str, redirect: str) -> Granted:
        """What is given for the code that came back."""

    def credential(self, account: str) -> str:
        """The name under which an account's token lies among the install's secrets; "" is the install's own account."""


class Direct(Protocol):
    """What a channel does that can write to one agent in private, or into a conversation of the vendor's own. Raises
    ProviderBusy and ProviderRefused."""

    def write_to(
        self, install: Install, secrets: Secrets, outside: Outside, *, to: Recipient, text: str, now: int
    ) -> None:
        """Tell them a text (CommonMark) at `now` (ms)."""


class Hosting(Protocol):
    """The page of a channel that is shown here, where people write who have no other."""

    def page(self, install: Install, problem: str = "") -> str:
        """The page. `problem` is a sentence about what was wrong with what somebody sent."""

    def headers(self, install: Install | None = None) -> dict[str, str]:
        """What goes with it."""


AskingOf = Callable[[Install, Secrets, Outside], Asking]
