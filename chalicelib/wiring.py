"""The one place that names what is real (composition root): which store, queues, channels (ADR 121).

Everything is made when first asked for.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from .ports import Corresponding, Inbound, Outbound, Tracker, World
from .settings import settings

if TYPE_CHECKING:
    from .aws.queues import SqsQueues
    from .desk.kinds import Kind
    from .ports import AskingOf, Direct, Granting, Hosting, Index, Mailer, Outside, Sealer, Sockets, WebPush

# Kind → its folder. This line is all that a channel or a tracker has outside of it: what it is says its `kind.py`. What
# it does is in its modules of these names: a channel's `inbound`, and as far as it has them `outbound`, `asking`
# (ports.Asking), `granting`, `page` (ports.Hosting), `direct` (ports.Direct); a tracker's `webhook`. Each is imported
# when it is asked for.
KINDS: dict[str, str] = {
    "email": "channels.email",
    "form": "channels.form",
    "webhook": "channels.webhook",
    "slack": "channels.slack",
    "telegram": "channels.telegram",
    "msteams": "channels.msteams",
    "tracker": "trackers.generic",
    "asana": "trackers.asana",
    "github": "trackers.github",
    "gitlab": "trackers.gitlab",
    "jira": "trackers.jira",
    "linear": "trackers.linear",
}


def _module(kind: str, ring: str, name: str) -> Any:
    """A kind's module of that name; None where the kind has none, or is none of that ring."""
    folder = KINDS.get(kind)
    if folder is None or not folder.startswith(ring):
        return None
    whole = f"chalicelib.{folder}.{name}"
    try:
        return import_module(whole)
    except ModuleNotFoundError as missing:
        if missing.name != whole:  # it is there, and lacks what it needs
            raise
        return None


@cache
def kind(name: str) -> "Kind | None":
    """What there is to know of a kind; None for what is none."""
    known = _module(name, "", "kind")
    return known and cast("Kind", known.KIND)


@cache
def inbound(kind: str) -> Inbound:
    """The channel's way in. KeyError for a kind that is none."""
    found = _module(kind, "channels.", "inbound")
    if found is None:
        raise KeyError(kind)
    return cast("Inbound", found)


@cache
def granting(kind: str) -> "Granting | None":
    """How other workspaces install a channel's app, if they can."""
    return cast("Granting | None", _module(kind, "channels.", "granting"))


@cache
def hosting(kind: str) -> "Hosting | None":
    """The page that a channel has here, if it has one."""
    return cast("Hosting | None", _module(kind, "channels.", "page"))


@cache
def asking(kind: str) -> "AskingOf | None":
    """How a channel is asked about what came in, if it can be."""
    found = _module(kind, "channels.", "asking")
    return found and cast("AskingOf", found.ask)


@cache
def direct(kind: str) -> "Direct | None":
    """How a channel writes to one agent in private, if it can."""
    return cast("Direct | None", _module(kind, "channels.", "direct"))


@cache
def outbound(kind: str) -> Outbound | Corresponding | None:
    """The channel's way out, if it has one."""
    return cast("Outbound | Corresponding | None", _module(kind, "channels.", "outbound"))


@cache
def tracker(kind: str) -> Tracker | None:
    """The tracker of that kind; None for a kind that is none."""
    return cast("Tracker | None", _module(kind, "trackers.", "webhook"))


class Lazy:
    """What is imported and made by the first who asks something of it: most containers never do."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        return getattr(self._make(), name)


@cache
def _outside() -> "Outside":
    from .aws.outside import GuardedOutside

    return GuardedOutside(allow_loopback=settings().local)


@cache
def _index() -> "Index":
    from .aws.clock import SystemClock
    from .search.segments import SegmentIndex

    return SegmentIndex(world().store, queues().files, SystemClock())


@cache
def _mailer() -> "Mailer":
    from .aws.mail import SesMailer

    return SesMailer(settings().mail_sender, settings().mail_configuration)


@cache
def _web_push() -> "WebPush":
    from .live.webpush import BrowserPush

    return BrowserPush()


@cache
def _sealer() -> "Sealer":
    from .aws.sealer import KmsSealer

    return KmsSealer(settings().key_id)


@cache
def queues() -> "SqsQueues":
    """The stack's queues."""
    from .aws.files import S3Files
    from .aws.queues import SqsQueues

    return SqsQueues(settings(), S3Files(settings().files_bucket))


@cache
def sockets() -> "Sockets":
    """The open WebSockets."""
    from .live.gateway import GatewaySockets

    return GatewaySockets(settings().socket_endpoint)


@cache
def world() -> World:
    """What flows are handed in this container."""
    from .aws.clients import region, session
    from .aws.clock import SystemClock
    from .store.dynamo import DynamoTable
    from .store.store import TableStore

    return World(
        store=TableStore(DynamoTable(settings().table, region(), session())),
        queues=queues(),
        files=queues().files,
        sealer=cast("Sealer", Lazy(_sealer)),
        outside=cast("Outside", Lazy(_outside)),
        clock=SystemClock(),
        inbound=inbound,
        outbound=outbound,
        tracker=tracker,
        index=cast("Index", Lazy(_index)),
        mailer=cast("Mailer", Lazy(_mailer)),
        web_push=cast("WebPush", Lazy(_web_push)),
        public_url=settings().public_url,
        resolver=settings().resolver,
        asking=asking,
        granting=granting,
        kind=kind,
        hosting=hosting,
        direct=direct,
        restored_at=int(settings().restored_at or 0),
    )
