"""What a tracker does."""

from collections.abc import Callable, Sequence
from typing import Protocol

from ..desk.arrivals import File, Ignored, Unsupported
from ..desk.envelopes import Envelope
from ..desk.tickets import CommentSeen, Hint, HookState, Probe, Readership, Registered, TicketDraft, TicketSeen, Word
from ..desk.workspaces import Install
from .outside import Outside
from .providers import Secrets, WayIn


class Tickets(Protocol):
    """One connected project of a tracker. Every call is one or few requests; raises ProviderBusy and
    ProviderRefused, nothing else."""

    def probe(self) -> Probe:
        """Try the connection: who we are there, what is missing."""

    def readers(self) -> Readership:
        """Who reads what stands there."""

    def ends(self) -> int:
        """When the credential ends (ms); 0 where the tracker does not say, or it does not end."""

    def words(self) -> list[Word]:
        """The project's states, with our guess of what each means."""

    def register(self, url: str, secret: str) -> Registered:
        """Make (or find) the webhook that sends to `url`. ProviderRefused where the API allows none: set up by hand
        then."""

    def hook(self, url: str) -> HookState:
        """How the webhook to `url` stands, if it is listed there. ProviderRefused where the token may not ask."""

    def unregister(self, id_: str) -> None:
        """Take that webhook away; fine if it is gone."""

    TRUSTED: tuple[int, int]
    """After how long (ms), and how many looks that find nothing, the tracker may be believed that a call whose answer
    was lost has made no ticket."""

    def create(self, draft: TicketDraft) -> TicketSeen:
        """Make the ticket, or find the one that carries the draft's mark, where the tracker can."""

    def made(self, mark: str, since: int) -> TicketSeen | None:
        """The ticket with that mark which a call at or after `since` (ms) made, as far as the tracker knows yet."""

    def fetch(self, ticket: str) -> TicketSeen | None:
        """As it is now; None if it is not there for us."""

    def find(self, reference: str) -> TicketSeen | None:
        """By what people paste: a URL or a key."""

    def search(self, query: str, limit: int = 20) -> list[TicketSeen]:
        """The best matches of some words."""

    def comments(self, ticket: str, since: int = 0) -> list[CommentSeen]:
        """Those changed at or after `since` (ms), oldest first."""

    def comment(self, ticket: str, text: str, mark: str, *, internal: bool = False) -> CommentSeen:
        """Say it, marked as ours where the tracker can carry a mark; to its members alone if it is `internal`, which
        is asked for where `readers` says that it can be."""

    def member(self, comment: CommentSeen, *, private: bool) -> bool:
        """Whether who wrote it is one of the tracker's own people, who may speak as the vendor: in a `private` one all
        are, but for guests and customers."""

    def keeps(self, url: str) -> bool:
        """Whether what a text links lies with the tracker, where it may be that its members alone get at it."""

    def file(self, ticket: str, comment: str, url: str, *, most: int) -> File | None:
        """What a comment of a ticket shows or links there; None if that is not to be had, or has more than `most`
        bytes."""

    def attach(self, ticket: str, file: File, mark: str) -> bool:
        """Put a file up there, for whoever reads the ticket; False where the tracker's API takes none."""

    def amend(self, ticket: str, comment: str, text: str) -> None:
        """Change a comment of ours."""

    def withdraw(self, ticket: str, comment: str) -> None:
        """Delete a comment of ours; fine if it is gone."""

    def move(self, ticket: str, word: str) -> TicketSeen:
        """Into the state with that id, through whichever transition leads there. ProviderRefused if none does."""

    def retitle(self, ticket: str, title: str, text: str | None = None) -> TicketSeen:
        """Change title and, unless None, text."""

    def label(self, ticket: str, add: Sequence[str], remove: Sequence[str]) -> TicketSeen:
        """Put labels on and take them off; others stay."""

    def changed(self, since: int, cursor: str = "") -> tuple[list[TicketSeen], str]:
        """A page of tickets changed at or after `since` (ms), oldest first, and the next cursor ("" at the end)."""


class Tracker(WayIn, Protocol):
    """What every tracker does with its webhooks, and the way to its API. Its `group` is the ticket, where that is
    cheaply told."""

    def hints(self, envelope: Envelope, install: Install) -> list[Hint | Ignored | Unsupported]:
        """What it says. Never raises for content."""

    def tickets(self, install: Install, secrets: Secrets, outside: Outside, *, now: Callable[[], int]) -> Tickets:
        """The way to its API, by the credentials that were given."""
