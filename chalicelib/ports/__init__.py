"""What the flows need of the world, as Protocols (ports and adapters), a file a noun.

The rim implements them; `wiring` chooses.
"""

from .channels import Announcing, Asking, AskingOf, Granting, Inbound, Outbound
from .cloud import AwsAway, Clock, Files, Mailer, Sealer, Sockets, Upload
from .index import Index
from .outside import AddressRefused, Answer, Outside, Request, Unreachable
from .providers import PUBLISHED, ProviderBusy, ProviderRefused, Renewing, Secrets, WayIn
from .queues import Call, Errand, IndexTask, Queues, Task
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
    "ProviderBusy",
    "Call",
    "Clock",
    "ProviderRefused",
    "Drop",
    "Errand",
    "Files",
    "Granting",
    "Inbound",
    "Index",
    "Listing",
    "Mailer",
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
    "World",
    "Write",
    "new",
    "over",
    "ref",
]
