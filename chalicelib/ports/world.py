"""All of it, as a flow is handed it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..desk.ids import fresh
from ..desk.workspaces import Reach
from .channels import AskingOf, Corresponding, Direct, Granting, Hosting, Inbound, Outbound
from .cloud import Clock, Files, Mailer, Sealer
from .index import Index
from .memory import Memories
from .outside import Outside
from .providers import WayIn
from .push import WebPush
from .queues import Queues
from .table import Store
from .trackers import Tracker

if TYPE_CHECKING:
    from ..desk.kinds import Kind


@dataclass(frozen=True, slots=True)
class World:
    """All that a flow is handed. Channels are looked up by kind; outbound is None where nothing can be written to,
    tracker for a kind that is a channel, asking where nothing need be asked, direct where no agent is written to.
    `resolver` is the URL of one of DNS (over HTTPS, in JSON); `restored_at` (ms, 0: never) is when the table was
    restored to an earlier moment; `memory` the container's own."""

    store: Store
    queues: Queues
    files: Files
    sealer: Sealer
    outside: Outside
    clock: Clock
    inbound: Callable[[str], Inbound]
    outbound: Callable[[str], Outbound | Corresponding | None]
    tracker: Callable[[str], Tracker | None]
    mailer: Mailer
    web_push: WebPush
    index: Index
    public_url: str = ""
    resolver: str = ""
    asking: Callable[[str], AskingOf | None] = lambda kind: None
    granting: Callable[[str], Granting | None] = lambda kind: None
    kind: "Callable[[str], Kind | None]" = lambda name: None
    hosting: Callable[[str], Hosting | None] = lambda kind: None
    direct: Callable[[str], Direct | None] = lambda kind: None
    restored_at: int = 0
    memory: Memories = field(default_factory=Memories)

    def way_in(self, kind: str) -> WayIn:
        """What takes the webhooks of an install of that kind. KeyError for a kind that is none."""
        return self.tracker(kind) or self.inbound(kind)

    def reach(self, kind: str) -> Reach:
        """Whom a channel of that kind reaches; "nobody" for what is no kind of ours (any more)."""
        known = self.kind(kind)
        return known.reach if known else "nobody"

    def link(self, attachment: str, secret: str) -> str:
        """An outside link to a file, which lasts: it redirects to a fresh download."""
        return f"{self.public_url}/files/{attachment}/{secret}"

    def fresh_id(self, prefix: str) -> str:
        """A new sortable id."""
        return fresh(prefix, self.clock.now(), self.clock.entropy(10))
