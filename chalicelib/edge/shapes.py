"""What goes over the wire: the typed requests and answers of the API. The OpenAPI document is generated from these."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ..desk.errors import Invalid
from ..desk.promises import MAX_PROMISE

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Python's `$` also matches before a line's end: hence the look-ahead, which no other reader of the pattern minds.
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$(?!\n)")]
ExternalId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f]+$(?!\n)",
        description="The vendor's own id",
        examples=["acme"],
    ),
]
Email = Annotated[str, Meta(max_length=254, pattern=r"^([^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+)?$(?!\n)")]
OptOut = Annotated[
    str, Meta(max_length=40, pattern=r"^(\*|[a-z0-9_-]+)$(?!\n)", description="A kind of broadcasts; * for all")
]
Contact = Annotated[
    str,
    Meta(
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)",
        description="The user whom the vendor knows there: their external id",
    ),
]
Language = Annotated[
    str,
    Meta(
        max_length=35,
        pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$(?!\n)",
        description="BCP 47",
        examples=["de", "pt-BR"],
    ),
]
TimeZone = Annotated[
    str,
    Meta(max_length=64, pattern=r"^[A-Za-z0-9_+/-]*$(?!\n)", description="IANA's name", examples=["Europe/Berlin"]),
]
Label = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$(?!\n)")]
Time = Annotated[str, Meta(description="RFC 3339, in UTC", examples=["2026-01-31T12:00:00.000Z"])]


def time_of(ms: int) -> str | None:
    """A moment as the API shows it."""
    return (EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds")[:-6] + "Z" if ms else None


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request: unknown fields are refused, by name."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """An answer."""


def moment_of(told: str | None, field: str = "at") -> int:
    """A time of a request in ms, 0 for none; Invalid for what is none."""
    if told is None:
        return 0
    try:
        at = datetime.fromisoformat(told)
        if at.tzinfo is None:
            raise ValueError
        return int(at.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Invalid("a time as RFC 3339 has it, with its offset from UTC", field) from None


# --- workspaces, agents, keys, installs ---------------------------------------------------------------------------


class Owner(Body, frozen=True):
    """The first agent of a workspace."""

    name: Name = "Owner"
    email: Email = ""


class FoundWorkspace(Body, frozen=True):
    """Found a workspace."""

    name: Name
    owner: Owner = Owner()


class WorkspaceView(View, frozen=True):
    """The workspace of the credential."""

    id: str
    name: str
    created_at: Time
    allowed_origins: list[str]
    visitors: bool
    token_secrets: list[dict[str, str]]


class FoundedView(View, frozen=True):
    """A new workspace. `api_key` and `token_secret` are shown this once."""

    id: str
    name: str
    created_at: Time
    owner: "AgentView"
    api_key: str
    token_secret: str


Origin = Annotated[
    str, Meta(max_length=300, pattern=r"^https?://[a-z0-9.:\[\]-]+$(?!\n)", examples=["https://app.example.com"])
]


class ChangeWorkspace(Body, frozen=True):
    """Change the workspace: what is not named stays. `allowed_origins` are the sites whose pages may call as a user or
    a visitor (none: all of them); with `visitors`, people without a token may open a room of their own."""

    name: Name | UnsetType = UNSET
    allowed_origins: Annotated[list[Origin], Meta(max_length=100)] | UnsetType = UNSET
    visitors: bool | UnsetType = UNSET


class TokenSecretView(View, frozen=True):
    """A new secret for user tokens, shown this once. The one before it stays live until the next is made."""

    id: str
    token_secret: str


class NewAgent(Body, frozen=True):
    """A person on the vendor's side."""

    name: Name
    role: Literal["owner", "admin", "agent", "reader"] = "agent"
    email: Email = ""


class ChangeAgent(Body, frozen=True):
    """`blocked` and `gone` end the agent's keys at once."""

    name: Name | UnsetType = UNSET
    role: Literal["owner", "admin", "agent", "reader"] | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    state: Literal["active", "blocked", "gone"] | UnsetType = UNSET


class AgentView(View, frozen=True):
    """An agent."""

    id: str
    name: str
    role: str
    email: str
    state: str
    created_at: Time


class NewKey(Body, frozen=True):
    """An API key of an agent (by default of the one who asks), narrowed to scopes."""

    name: Name
    agent: str = ""
    scopes: Annotated[list[Literal["read", "write", "admin"]], Meta(min_length=1, max_length=3)] = msgspec.field(
        default_factory=lambda: ["read", "write"]
    )
    expires_in_days: Annotated[int, Meta(ge=1, le=3650)] | None = None


class KeyView(View, frozen=True):
    """An API key. `key` is shown once, when it is issued."""

    id: str
    name: str
    agent: str
    scopes: list[str]
    created_at: Time
    expires_at: Time | None
    revoked_at: Time | None
    key: str | None = None


Credentials = Annotated[dict[str, Annotated[str, Meta(min_length=1, max_length=8_000)]], Meta(max_length=10)]


class NewInstall(Body, frozen=True):
    """Connect a channel or a tracker. What `config` and `credentials` (those that the provider gave) take depends on
    the kind."""

    kind: Literal[
        "email", "form", "webhook", "slack", "msteams", "tracker", "asana", "github", "gitlab", "jira", "linear"
    ]
    name: Name
    config: dict[str, Any] = {}
    credentials: Credentials = {}


class ChangeInstall(Body, frozen=True):
    """Change an install; `active` switches one on again that an endpoint's 410 disabled. A credential that is told
    anew joins the one before it: two are live."""

    name: Name | UnsetType = UNSET
    config: dict[str, Any] | UnsetType = UNSET
    credentials: Credentials | UnsetType = UNSET
    state: Literal["active", "disabled"] | UnsetType = UNSET


class InstallView(View, frozen=True):
    """An install. `url` is where the provider sends to; `secret` is shown once, when it is made. Of `credentials` only
    the names are shown, and since when each is known."""

    id: str
    kind: str
    name: str
    state: str
    disabled_because: str
    url: str
    config: dict[str, Any]
    credentials: dict[str, Time]
    created_at: Time
    secret: str | None = None


class AuditView(View, frozen=True):
    """What an agent or key changed."""

    id: str
    at: Time
    actor: str
    credential: str
    verb: str
    subject: str
    fields: list[str]


# --- customers and users ------------------------------------------------------------------------------------------


class PutCustomer(Body, frozen=True):
    """Create or change a customer: what is not named stays. `blocked` and `gone` end its users' tokens at once."""

    name: Name | UnsetType = UNSET
    attributes: dict[str, Any] | UnsetType = UNSET
    domains: list[str] | UnsetType = UNSET
    opted_out: Annotated[list[OptOut], Meta(max_length=40)] | UnsetType = UNSET
    contact: Contact | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    timezone: TimeZone | UnsetType = UNSET
    state: Literal["active", "blocked", "gone"] | UnsetType = UNSET


class CustomerView(View, frozen=True):
    """A customer (a company)."""

    id: str
    external_id: str
    name: str
    attributes: dict[str, Any]
    domains: list[str]
    opted_out: list[str]
    contact: str
    language: str
    timezone: str
    state: str
    triage_room: str
    created_at: Time


class PutUser(Body, frozen=True):
    """Create or change a user: what is not named stays. `blocked` and `gone` end their tokens at once."""

    name: Name | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    state: Literal["active", "blocked", "gone"] | UnsetType = UNSET


class UserView(View, frozen=True):
    """A user (a person at a customer)."""

    id: str
    external_id: str
    customer: "CustomerRef"
    name: str
    email: str
    state: str
    created_at: Time


class CustomerRef(View, frozen=True):
    """Which customer."""

    id: str
    external_id: str


# --- rooms --------------------------------------------------------------------------------------------------------


class CustomerName(Body, frozen=True):
    """A customer by the vendor's own id."""

    external_id: ExternalId


class NewRoom(Body, frozen=True):
    """Open a topic room (of `customer`; a user's is their own) or an internal one of the vendor's."""

    name: Name
    customer: CustomerName | ExternalId | None = None
    kind: Literal["topic", "internal"] = "topic"


class PromiseBody(Body, frozen=True):
    """What the vendor owes the room, and by when; the customer reads it. A new promise has a `text` and is `due`; an
    open one may be changed, is `kept` or `broken`, and one that was settled may be `open` again."""

    text: (
        Annotated[str, Meta(min_length=1, max_length=MAX_PROMISE, pattern=r"^[^\x00-\x1f\x7f]+$(?!\n)")] | UnsetType
    ) = UNSET
    due: Time | UnsetType = UNSET
    state: Literal["open", "kept", "broken"] | UnsetType = UNSET


class ChangeRoom(Body, frozen=True):
    """Change a room. Users may rename topics and resolve or reopen; agents may also assign, label, and promise
    something (null withdraws it)."""

    name: Name | UnsetType = UNSET
    state: Literal["open", "resolved"] | UnsetType = UNSET
    outcome: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET
    assignees: Annotated[list[str], Meta(max_length=20)] | UnsetType = UNSET
    labels: Annotated[list[Label], Meta(max_length=20)] | UnsetType = UNSET
    promise: PromiseBody | None | UnsetType = UNSET


class ForkRoom(Body, frozen=True):
    """Make a topic room of the messages from `from` to `to` (message ids, both included)."""

    name: Name
    first: str = msgspec.field(name="from")
    last: str | None = msgspec.field(name="to", default=None)


class PersonView(View, frozen=True):
    """Somebody, in short."""

    kind: str
    id: str
    name: str


class GlimpseView(View, frozen=True):
    """The last message, as the inbox shows it: the beginning of its text."""

    id: str
    author: PersonView
    text: str


class OriginView(View, frozen=True):
    """Where a forked room came from (message ids)."""

    room: str
    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")


class PromiseView(View, frozen=True):
    """What the vendor owes a room, or owed it last. `by` is the agent who gave their word; one that came due while it
    was open is `overdue`, and stays so when it is settled."""

    text: str
    due: Time
    by: str
    made_at: Time
    state: Literal["open", "kept", "broken"]
    overdue: bool
    settled_at: Time | None


class RoomView(View, frozen=True):
    """A room. `change` is its last change number; `turn` says whose move it is, and `waiting_since` since when it is
    the vendor's; `unread` is the asker's own, and so is `mentioned`: somebody named them in what they have not read.
    `labels` are shown to agents."""

    id: str
    kind: str
    name: str
    state: str
    outcome: str
    customer: CustomerRef | None
    customer_name: str | None
    visitor: str | None
    assignees: list[str]
    labels: list[str]
    turn: str | None
    waiting_since: Time | None
    last_message_at: Time | None
    last_message: GlimpseView | None
    unread: int
    mentioned: bool
    messages: int
    change: int
    promise: PromiseView | None
    origin: OriginView | None
    created_at: Time


class MemberView(View, frozen=True):
    """Somebody in a room's roster: of the vendor's or the customer's team."""

    side: Literal["vendor", "customer"]
    kind: str
    id: str
    external_id: str | None
    name: str
    role: str | None
    joined_at: Time


class ReadRoom(Body, frozen=True):
    """Mark as read up to `message` (its id), or everything."""

    message: str | None = None


class ReadView(View, frozen=True):
    """How far the asker has read."""

    room: str
    change: int
    unread: int


# --- messages -----------------------------------------------------------------------------------------------------


class QuoteBody(Body, frozen=True):
    """A range of the replied-to text, in characters."""

    start: Annotated[int, Meta(ge=0)]
    end: Annotated[int, Meta(ge=1)]


class ReplyBody(Body, frozen=True):
    """Which message this answers, and which range it quotes."""

    message: str
    quote: QuoteBody | None = None


class PostMessage(Body, frozen=True):
    """Say something. `internal` makes it a note, which never leaves the vendor's side."""

    text: str = ""
    reply_to: str | ReplyBody | None = None
    attachments: list[str] = []
    mentions: Annotated[list[str], Meta(max_length=50)] = []
    internal: bool = False


class EditMessage(Body, frozen=True):
    """The new text."""

    text: str


class AuthorView(View, frozen=True):
    """Who said it. `verified` is false for what somebody merely says of themselves, in a form."""

    kind: str
    id: str
    name: str
    external_id: str | None
    verified: bool


class QuoteView(View, frozen=True):
    """A quoted range, and the words as they were then."""

    start: int
    end: int
    text: str


class ReplyView(View, frozen=True):
    """What a message answers."""

    message: str
    quote: QuoteView | None


class AttachedView(View, frozen=True):
    """A file. `url` is a lasting link that downloads it."""

    id: str
    name: str
    size: int
    type: str
    url: str


class ReactionView(View, frozen=True):
    """An emoji, and who (ids) reacted with it."""

    emoji: str
    count: int
    people: list[str]


class SourceView(View, frozen=True):
    """Where a message came in; `at` is the source's own time."""

    channel: str
    install: str | None
    id: str | None
    at: Time | None


class ForkedFromView(View, frozen=True):
    """The original of a copy that a fork made."""

    room: str
    message: str


class MessageView(View, frozen=True):
    """A message. `change` is its change number, its place in the room."""

    id: str
    room: str
    change: int
    author: AuthorView
    text: str
    created_at: Time
    edited_at: Time | None
    deleted: bool
    reply_to: ReplyView | None
    attachments: list[AttachedView]
    mentions: list[str]
    reactions: list[ReactionView]
    internal: bool
    source: SourceView
    forked_from: ForkedFromView | None


class ChangeView(View, frozen=True):
    """One change of a room: `posted`, `edited`, `deleted`, `reaction`, `room` or `forked`. `message` is as it is now;
    `fields` names what changed of the room, `promise` is what that became; `other_room` where a fork went."""

    change: int
    type: str
    at: Time
    by: str
    message: MessageView | None
    fields: list[str]
    promise: PromiseView | None
    other_room: str | None


# --- files and deliveries -----------------------------------------------------------------------------------------


class NewAttachment(Body, frozen=True):
    """Ask for an upload. `size` in bytes."""

    name: Annotated[str, Meta(min_length=1, max_length=1000)]
    size: Annotated[int, Meta(ge=1)]
    type: Annotated[str, Meta(max_length=130)] = "application/octet-stream"


class UploadView(View, frozen=True):
    """POST a multipart form of `fields` and then the file, as `file`, to `url`."""

    url: str
    fields: dict[str, str]
    expires_at: Time


class AttachmentView(View, frozen=True):
    """An attachment that waits for its bytes: name its id in a message."""

    id: str
    name: str
    size: int
    type: str
    url: str
    upload: UploadView


class DeliveryView(View, frozen=True):
    """One change of a room on its way over one bridge."""

    id: str
    room: str
    message: str
    install: str
    channel: str
    what: str
    state: str
    attempts: int
    created_at: Time
    last_attempt_at: Time | None
    next_attempt_at: Time | None
    provider_id: str | None
    reason: str | None


class Health(View, frozen=True):
    """It is up."""

    status: str
    version: str


class Problem(View, frozen=True):
    """RFC 9457. `code` is stable; `field` names the place that is wrong."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    field: str = ""
