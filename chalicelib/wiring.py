"""The one place that names what is real (composition root): which store, queues, channels.

Everything is made when first asked for.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from .ports import Inbound, Outbound, Tracker, World
from .settings import settings

if TYPE_CHECKING:
    from .aws.queues import SqsQueues
    from .desk.mails import Letter
    from .ports import AskingOf, Granting, Index, Mailer, Outside, Sealer, Sockets

# kind of channel → (its module for what comes in, its module for what goes out or "")
CHANNELS: dict[str, tuple[str, str]] = {
    "email": ("email.inbound", ""),
    "form": ("form.inbound", ""),
    "msteams": ("msteams.inbound", "msteams.outbound"),
    "webhook": ("webhook.inbound", "webhook.outbound"),
    "slack": ("slack.inbound", "slack.outbound"),
}
# kind of tracker → its module, which is a ports.Tracker
TRACKERS: dict[str, str] = {
    "asana": "asana.webhook",
    "gitlab": "gitlab.webhook",
    "github": "github.webhook",
    "jira": "jira.webhook",
    "linear": "linear.webhook",
    "tracker": "generic.webhook",
}

# kind of channel → its module that asks about people and files, where webhooks tell too little
ASKING: dict[str, str] = {"slack": "slack.asking", "msteams": "msteams.asking"}
# kind of channel → its module by which other workspaces install it
GRANTING: dict[str, str] = {"slack": "slack.oauth"}


@cache
def inbound(kind: str) -> Inbound:
    """The channel's way in. KeyError for a kind that is none."""
    return cast("Inbound", import_module(f"chalicelib.channels.{CHANNELS[kind][0]}"))


@cache
def granting(kind: str) -> "Granting | None":
    """How other workspaces install a channel's app, if they can."""
    name = GRANTING.get(kind, "")
    return cast("Granting", import_module(f"chalicelib.channels.{name}")) if name else None


@cache
def asking(kind: str) -> "AskingOf | None":
    """How a channel is asked about what came in, if it can be."""
    name = ASKING.get(kind, "")
    return cast("AskingOf", import_module(f"chalicelib.channels.{name}").ask) if name else None


@cache
def outbound(kind: str) -> Outbound | None:
    """The channel's way out, if it has one."""
    name = CHANNELS.get(kind, ("", ""))[1]
    return cast("Outbound", import_module(f"chalicelib.channels.{name}")) if name else None


@cache
def tracker(kind: str) -> Tracker | None:
    """The tracker of that kind; None for a kind that is none."""
    name = TRACKERS.get(kind)
    return cast("Tracker", import_module(f"chalicelib.trackers.{name}")) if name else None


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
def _sealer() -> "Sealer":
    from .aws.sealer import KmsSealer

    return KmsSealer(settings().key_id)


def compose(letter: "Letter") -> bytes:
    """A raw mail."""
    from .channels.email.letter import compose as composed

    return composed(letter)


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
        compose=compose,
        public_url=settings().public_url,
        asking=asking,
        granting=granting,
    )
