"""What the flows need of the world, as Protocols (ports and adapters), a file a noun.

The rim implements them; `wiring` chooses.
"""

from .channels import Announcing, Asking, AskingOf, Corresponding, Direct, Granting, Hosting, Inbound, Outbound
from .cloud import AwsAway, Clock, Files, Mailer, Sealer, Sockets, Throttled, Upload
from .index import Index
from .memory import Memory
from .outside import AddressRefused, Answer, Outside, Request, Unreachable
from .providers import PUBLISHED, ProviderBusy, ProviderRefused, Renewing, Secrets, WayIn
from .push import WebPush
from .queues import Call, DeadBody, Errand, IndexTask, Queues, Task
from .table import Drop, Listing, Page, Put, R, Ref, Scanned, Store, Write, new, over, ref
from .trackers import Tickets, Tracker
from .world import World

__all__ = [
    "AddressRefused",
    "Announcing",
    "Answer",
    "Asking",
    "AskingOf",
    "AwsAway",
    "Throttled",
    "ProviderBusy",
    "Call",
    "Clock",
    "Corresponding",
    "DeadBody",
    "ProviderRefused",
    "Direct",
    "Drop",
    "Errand",
    "Files",
    "Granting",
    "Hosting",
    "Inbound",
    "Index",
    "Listing",
    "Mailer",
    "Memory",
    "Outbound",
    "Outside",
    "PUBLISHED",
    "Page",
    "Put",
    "Queues",
    "R",
    "Ref",
    "Renewing",
    "Request",
    "Scanned",
    "Sealer",
    "Secrets",
    "Sockets",
    "IndexTask",
    "Store",
    "Task",
    "Tickets",
    "Tracker",
    "Unreachable",
    "Upload",
    "WayIn",
    "WebPush",
    "World",
    "Write",
    "new",
    "over",
    "ref",
]
