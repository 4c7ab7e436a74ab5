"""What the flows need of the world, as Protocols, a file a noun. The rim implements them; `wiring` chooses."""

from .channels import Announcing, Asking, AskingOf, Granting, Inbound, Outbound
from .cloud import Away, Clock, Files, Mailer, Sealer, Sockets, Upload
from .outside import MAX_ANSWER, AddressRefused, Answer, Outside, Unreachable
from .providers import PUBLISHED, Busy, Denied, Secrets, WayIn
from .queues import Call, Errand, Queues, Task
from .table import Drop, Listing, Page, Put, Ref, Scanned, Store, Write, new, over, ref
from .trackers import Tickets, Tracker
from .world import World

__all__ = [
    "AddressRefused",
    "Announcing",
    "Answer",
    "Asking",
    "AskingOf",
    "Away",
    "Busy",
    "Call",
    "Clock",
    "Denied",
    "Drop",
    "Errand",
    "Files",
    "Granting",
    "Inbound",
    "Listing",
    "MAX_ANSWER",
    "Mailer",
    "Outbound",
    "Outside",
    "PUBLISHED",
    "Page",
    "Put",
    "Queues",
    "Ref",
    "Scanned",
    "Sealer",
    "Secrets",
    "Sockets",
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
