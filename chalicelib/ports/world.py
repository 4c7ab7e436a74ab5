"""All of it, as a flow is handed it."""

from collections.abc import Callable
from dataclasses import dataclass

from ..desk.ids import fresh
from ..desk.mails import Letter
from .channels import AskingOf, Granting, Inbound, Outbound
from .cloud import Clock, Files, Mailer, Sealer
from .index import Index
from .outside import Outside
from .providers import WayIn
from .queues import Queues
from .table import Store
from .trackers import Tracker


@dataclass(frozen=True, slots=True)
class World:
    """All that a flow is handed. Channels are looked up by kind; outbound is None where nothing can be written to,
    tracker for a kind that is a channel, asking where nothing need be asked."""

    store: Store
    queues: Queues
    files: Files
    sealer: Sealer
    outside: Outside
    clock: Clock
    inbound: Callable[[str], Inbound]
    outbound: Callable[[str], Outbound | None]
    tracker: Callable[[str], Tracker | None]
    mailer: Mailer
    index: Index
    compose: Callable[[Letter], bytes]
    public_url: str = ""
    asking: Callable[[str], AskingOf | None] = lambda kind: None
    granting: Callable[[str], Granting | None] = lambda kind: None

    def way_in(self, kind: str) -> WayIn:
        """What takes the webhooks of an install of that kind. KeyError for a kind that is none."""
        return self.tracker(kind) or self.inbound(kind)

    def link(self, attachment: str, secret: str) -> str:
        """An outside link to a file, which lasts: it redirects to a fresh download."""
        return f"{self.public_url}/files/{attachment}/{secret}"

    def fresh_id(self, prefix: str) -> str:
        """A new sortable id."""
        return fresh(prefix, self.clock.now(), self.clock.entropy(10))
