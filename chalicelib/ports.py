"""What the flows need of the world, as Protocols. The rim implements them; `wiring` chooses."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar, runtime_checkable

from .desk.arrivals import Arrival, File, Ignored, Unsupported
from .desk.deliveries import Notice, Parcel, Receipt
from .desk.envelopes import Envelope, Greeting
from .desk.errors import Refusal
from .desk.faces import Granted, Shown
from .desk.ids import fresh
from .desk.indexing import Entry, Found, Place, Wanted
from .desk.letters import Letter
from .desk.record import Record
from .desk.tickets import CommentSeen, Hint, Probe, Registered, TicketDraft, TicketSeen, Word
from .desk.workspaces import Install

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Ref(Generic[R]):
    """The address of one record: its type and the ids that its key is made of (store/keys.py)."""

    type: type[R]
    ids: tuple[str | int, ...]


def ref(type_: type[R], *ids: str | int) -> Ref[R]:
    """`ref(Room, room_id)`."""
    return Ref(type_, ids)


@dataclass(frozen=True, slots=True)
class Put:
    """Write `record`, if what is stored has version `was` (0: nothing is there; None: whatever is there)."""

    record: Record
    was: int | None


@dataclass(frozen=True, slots=True)
class Drop:
    """Remove what lies at `ref`."""

    ref: Ref[Any]


Write = Put | Drop


def new(record: Record) -> Put:
    """Put a record that must not be there yet. Its version may be any but 0."""
    return Put(record if record.version else record.changed(), 0)


def over(record: Record, old: Record) -> Put:
    """Put a record over the `old` that it was made from."""
    return Put(record, old.version)


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """A question that one query answers: a name known to store/keys.py and its arguments. `after` and `before` bound
    the order number exclusively, where the listing has one."""

    name: str
    args: tuple[str, ...]
    after: int | None = None
    before: int | None = None
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Records of a listing, and the cursor of what comes after them (None at the end)."""

    items: list[R]
    next: str | None = None


class Store(Protocol):
    """The table. Reads by ref are strongly consistent; listings that use an index are not."""

    def one(self, ref: Ref[R]) -> R | None:
        """The record, or None."""

    def many(self, refs: Sequence[Ref[Any]]) -> list[Any]:
        """The records (None where nothing is), in one call for up to 100."""

    def commit(self, *writes: Write) -> None:
        """All or nothing, up to 100 writes in one transaction. Raises Clash with the positions that did not hold."""

    def spread(self, *writes: Write) -> None:
        """Each for itself, whatever is there, in no order, 25 to a call: for what may be written again."""

    def page(self, listing: Listing[R], limit: int, cursor: str | None = None) -> Page[R]:
        """One query. Raises Malformed for a cursor that is not of this listing."""

    def size(self, listing: Listing[Any]) -> int:
        """How many records a listing has; a query a thousand or so, which may not know of the last second."""

    def count(self, name: str, window: int, amount: int, expires_at: int) -> int:
        """Add to a counter that lives for a while; the new total. For rate limits."""


class Scanned(Store, Protocol):
    """The table as `rebuild` alone sees it."""

    def everything(self) -> Iterator[Record]:
        """Every record, by a full scan."""

    def mend(self, record: Record) -> bool:
        """Write a record under its own version if the stored row differs from it; whether it did. Raises Clash if
        another version is there."""


@dataclass(frozen=True, slots=True)
class Call:
    """A wake-up of a bridge's worker for the delivery of change `n`. `why` tells repeated calls apart."""

    bridge: str
    n: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Errand:
    """Work on a piece of a broadcast, whose rooms (and, where these are made for it, customers) are told so that they
    are read with it; None: on the whole of it."""

    broadcast: str
    piece: int | None = None
    rooms: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """Work for the worker of trackers. `look`: at the ticket in `install` of the issue `id`, or at `ticket`, of which a
    `hint` came at `at` (ms). `tell`: the notice `id`. `merge`: what is left of the issue `id`. `count`: the ARR of the
    customer `id`. `repair`: the install `id`. `why` tells repeated tasks apart."""

    do: Literal["look", "tell", "merge", "count", "repair"]
    id: str = ""
    install: str = ""
    ticket: str = ""
    hint: Hint | None = None
    at: int = 0
    why: str = ""

    @property
    def group(self) -> str:
        """What is done one after the other: a slow tracker holds up nobody else's tickets."""
        return f"{self.install}:{self.ticket or self.id}" if self.do == "look" else f"{self.do}:{self.id}"


@dataclass(frozen=True, slots=True)
class Sorting:
    """Work for the worker of search: put into the tree what it does not know of yet or, for a `walk`, find all that
    there is of the workspace `tree` again: a page of it, `of` a thing, from `cursor` on. `why` tells repeats apart."""

    tree: str
    why: str = ""
    walk: str = ""
    of: str = ""
    cursor: str = ""

    @property
    def group(self) -> str:
        """One writer a tree."""
        return f"{self.tree}:{self.walk}:{self.of}" if self.walk else self.tree


class Queues(Protocol):
    """The queues, by what they are for."""

    def inbound(self, envelope: Envelope, group: str) -> None:
        """Queue an envelope, in order within its group. Returns once it is durable."""

    def wake(self, calls: Iterable[Call]) -> None:
        """Wake the workers of some bridges; the same (bridge, n, why) within five minutes wakes once."""

    def push(self, pushes: Iterable[dict[str, Any]], after: int = 0) -> None:
        """Hand over what sockets shall be told (flows/push.py), in `after` seconds."""

    def broadcast(self, errands: Iterable[Errand]) -> None:
        """Hand broadcasts, piece by piece, to their workers. May be done twice: they do nothing twice."""

    def wake_later(self, call: Call, seconds: int) -> None:
        """Wake a bridge's worker in some seconds, 900 at most."""

    def work(self, tasks: Iterable[dict[str, Any]], after: int = 0) -> None:
        """Hand tasks to the worker of jobs: the next piece of a job, or customers to place; `after` seconds."""

    def sync(self, tasks: Iterable[Task]) -> None:
        """Hand tasks to the worker of trackers, in order within their group."""

    def sort(self, tasks: Iterable[Sorting]) -> None:
        """Hand tasks to the worker of search, in order within their group."""

    def set_aside(self, pk: str, sk: str, reason: str) -> None:
        """Keep the key of a change that could not be reacted to, with its reason."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Where and how a client puts a file's bytes: a form POST of `fields` plus the file, last, as `file`."""

    url: str
    fields: dict[str, str]
    expires_at: int


class Files(Protocol):
    """The bucket."""

    def upload(self, key: str, type_: str, size: int, now: int) -> Upload:
        """A presigned upload of exactly `size` bytes of that type."""

    def link(self, key: str, name: str, type_: str) -> str:
        """A presigned download that lives for minutes, as an attachment of that name."""

    def put(self, key: str, content: bytes, type_: str) -> None:
        """Store bytes."""

    def get(self, key: str) -> bytes:
        """Read bytes."""

    def part(self, key: str, start: int, end: int) -> bytes:
        """Read the bytes from `start` up to `end`."""

    def remove(self, key: str) -> None:
        """Forget bytes, if they are there."""


class Index(Protocol):
    """What finds things by their words: the engine of search. It may know of things that are no more, or not say any
    longer what they said; whoever finds one reads it."""

    def put(self, tree: str, entries: Sequence[Entry]) -> None:
        """Know these: what was known of the same things is outdated. Raises Clash if somebody else writes the tree."""

    def find(self, tree: str, wanted: Wanted, after: Place | None, limit: int) -> list[Found]:
        """The first `limit` after that place in the order, each thing once."""


class Mailer(Protocol):
    """The way out for e-mail, all of it from one address."""

    @property
    def sender(self) -> str:
        """The address that mails come from; "" where nobody has told one: then nothing can be sent."""

    def send(self, raw: bytes, to: Sequence[str]) -> str:
        """Send one raw MIME message to up to 50 addresses, once it is taken; the Message-ID (without brackets) that it
        has at its readers. Raises Busy where it may pass, Denied where it will not, Away."""


class Sockets(Protocol):
    """The open WebSockets."""

    def send(self, connection: str, frame: dict[str, Any]) -> bool:
        """Whether the connection is still there."""

    def close(self, connection: str) -> None:
        """End it."""


class Sealer(Protocol):
    """Encryption of secrets at rest, bound to a context of names."""

    def seal(self, secret: str, context: dict[str, str]) -> str:
        """The sealed text."""

    def open(self, sealed: str, context: dict[str, str]) -> str:
        """The secret. Cached for the life of the container."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an outside server said: its status, its headers by lower-case name, its body, cut where asked."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


MAX_ANSWER = 20_000  # bytes of an outside server's answer that are read, if nobody asks for more


class Outside(Protocol):
    """The guarded way out: resolves, checks every address, connects to the vetted one, follows no redirect."""

    def send(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        timeout: float = 15.0,
        most: int = MAX_ANSWER,
    ) -> Answer:
        """One request, answered within `timeout` seconds in all; the answer's body is cut at `most` bytes. Raises
        AddressRefused (a Refusal) for a forbidden target, Unreachable for what may pass."""


class Away(Exception):
    """AWS itself did not answer, or not in time: the whole, idempotent work is to be done again."""


class AddressRefused(Refusal):
    """A target that the guard of the way out never lets through: a private address, a name that hides one."""


class Unreachable(Exception):
    """No answer: a name that does not resolve, a refused connection, a time-out, a broken TLS."""


class Clock(Protocol):
    """Time and randomness."""

    def now(self) -> int:
        """Milliseconds since the epoch."""

    def entropy(self, size: int) -> bytes:
        """Random bytes."""

    def chance(self) -> float:
        """0 ≤ x < 1."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


# An install's live secrets by name, newest first: `signing`, and what was given. What an issuer of tokens publishes is
# there too: `published:<address of its OpenID metadata>#<key id>` is that public key, as JSON (a JWK).
Secrets = Mapping[str, Sequence[str]]
PUBLISHED = "published:"


class WayIn(Protocol):
    """What every channel and tracker does with a webhook before it is queued: verify, greet (and `group`, `check` for
    its set-up)."""

    CREDENTIALS: Mapping[str, str]
    """What the provider gives whoever connects it, by our name for it: where it is found. Parley makes a `signing`
    secret of its own unless it is among these."""

    def check(self, config: dict[str, Any]) -> dict[str, Any]:
        """The install's config, complete and valid; raises Invalid naming the field (`config.url`)."""

    def verify(self, envelope: Envelope, install: Install, secrets: Secrets, now: int) -> None:
        """Raise Unauthenticated (or Forbidden) unless it is from whom it says. No secret configured rejects."""

    def pace(self, envelope: Envelope, install: Install) -> tuple[str, int] | None:
        """(counter's name, how many an hour) where anybody may knock; None where only a signed sender can."""

    def group(self, envelope: Envelope) -> str:
        """The outside conversation, where that is cheaply told, else the envelope's own id or the install's."""

    def greet(self, envelope: Envelope, install: Install) -> Greeting:
        """What to answer once it is durable. Raises Invalid or Malformed for what can be told to be bad at once."""


class Inbound(WayIn, Protocol):
    """What every channel does with what comes in."""

    def parse(self, envelope: Envelope, install: Install) -> list[Arrival]:
        """What it says. Never raises for content: what is not known is Unsupported, what is broken Ignored."""


class Outbound(Protocol):
    """What a channel that can be written to does. `CROSSES` tells what becomes there of a message, edit, delete,
    reaction and file (the README's table). `lane` names what takes one message at a time over there, and the
    milliseconds between two; None where there is no such thing."""

    CROSSES: Mapping[str, str]

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
    """What a channel is asked about what came in, where its webhooks tell too little. Raises Busy and Denied."""

    def person(self, outside: str, account: str) -> Shown:
        """A person, by the provider's id."""

    def file(self, file: File, account: str, most: int) -> bytes:
        """A file's bytes; Denied if it is larger than `most`."""

    def probe(self) -> Probe:
        """Try the connection: who we are there, and what is missing."""

    def answer(self, where: str, text: str, account: str) -> None:
        """Tell whoever gave an order how it went, and nobody else."""


class Granting(Protocol):
    """How a provider's other workspaces install the app of an install. Raises Busy and Denied."""

    def authorize(self, install: Install, redirect: str, state: str) -> str:
        """The provider's page that asks for it."""

    def exchange(self, install: Install, secrets: Secrets, outside: Outside, code: str, redirect: str) -> Granted:
        """What is given for the code that came back."""


AskingOf = Callable[[Install, Secrets, Outside], Asking]


class Busy(Exception):
    """The provider asks to wait `after` seconds (0: it did not say), or is not there just now."""

    def __init__(self, reason: str, after: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.after = reason, after


class Denied(Exception):
    """The provider will not, however often it is asked: no right, no such thing, a field that it refuses. `lost` says
    that the account itself is gone (token revoked, app removed)."""

    def __init__(self, reason: str, *, lost: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.lost = reason, lost


class Tickets(Protocol):
    """One connected project of a tracker. Every call is one or few requests; raises Busy and Denied, nothing else."""

    def probe(self) -> Probe:
        """Try the connection: who we are there, what is missing."""

    def words(self) -> list[Word]:
        """The project's states, with our guess of what each means."""

    def register(self, url: str, secret: str) -> Registered:
        """Make (or find) the webhook that sends to `url`. Denied where the API allows none: set up by hand then."""

    def unregister(self, id_: str) -> None:
        """Take that webhook away; fine if it is gone."""

    def create(self, draft: TicketDraft) -> TicketSeen:
        """Make the ticket, or find the one that carries the draft's mark, where the tracker can."""

    def fetch(self, ticket: str) -> TicketSeen | None:
        """As it is now; None if it is not there for us."""

    def find(self, reference: str) -> TicketSeen | None:
        """By what people paste: a URL or a key."""

    def search(self, query: str, limit: int = 20) -> list[TicketSeen]:
        """The best matches of some words."""

    def comments(self, ticket: str, since: int = 0) -> list[CommentSeen]:
        """Those changed at or after `since` (ms), oldest first."""

    def comment(self, ticket: str, text: str, mark: str) -> CommentSeen:
        """Say it, marked as ours where the tracker can carry a mark."""

    def amend(self, ticket: str, comment: str, text: str) -> None:
        """Change a comment of ours."""

    def withdraw(self, ticket: str, comment: str) -> None:
        """Delete a comment of ours; fine if it is gone."""

    def move(self, ticket: str, word: str) -> TicketSeen:
        """Into the state with that id, through whichever transition leads there. Denied if none does."""

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

    def tickets(self, install: Install, secrets: Secrets, outside: Outside, now: Callable[[], int]) -> Tickets:
        """The way to its API, by the credentials that were given."""


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
