"""What crosses between issues and a tracker as it goes over the wire, and what the tracker's states mean."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from ...desk.issues import Tracking
from ...desk.tickets import Word
from .answers import Body, Time, View, time_of
from .issues import Id, PolicyName

Means = Literal["open", "in_progress", "done", "declined", "unknown"]


class WordBody(Body, frozen=True):
    """A state of a tracker and what it means. `unknown` changes nothing."""

    id: Id
    name: Annotated[str, Meta(max_length=200)] = ""
    means: Means = "unknown"


class PutWords(Body, frozen=True):
    """The tracker's states as they were reviewed. Ours is written as the first that means it."""

    words: Annotated[list[WordBody], Meta(min_length=1, max_length=200)]


class ChangeTracking(Body, frozen=True):
    """What crosses between issues and an install's tickets. Of comments `none`, those `marked` by beginning with
    `prefix`, or `all`; with several customers behind an issue all are told at once only with `all_to_many`.
    Who reads a tracker is asked there. Where strangers do, where nobody knows, and where an admin says `public`, goes
    no more of an issue than its public title and text. `strangers_read` beside `public: false` is an admin's word that
    private words may go there all the same."""

    state: bool | UnsetType = UNSET
    title: bool | UnsetType = UNSET
    labels: bool | UnsetType = UNSET
    comments: Literal["none", "marked", "all"] | UnsetType = UNSET
    prefix: Annotated[str, Meta(min_length=1, max_length=40)] | UnsetType = UNSET
    all_to_many: bool | UnsetType = UNSET
    public: bool | UnsetType = UNSET
    strangers_read: bool | UnsetType = UNSET
    policy: PolicyName | UnsetType = UNSET
    resolve: bool | UnsetType = UNSET
    texts: dict[str, Annotated[str, Meta(max_length=2_000)]] | UnsetType = UNSET


class WordView(View, frozen=True):
    """A state of a tracker, and what it means here. What is `guessed` of one that closes a ticket counts for nothing
    until it is `reviewed`."""

    id: str
    name: str
    means: str
    reviewed: bool
    guessed: bool


class WordsView(View, frozen=True):
    """A tracker's states. `unknown` names those that change nothing until somebody says what they mean."""

    words: list[WordView]
    unknown: list[str]


class TrackingView(View, frozen=True):
    """What crosses between issues and an install's tickets, and what is known of its account. `public` tells whether no
    more than what is public goes there; `readers` who reads it, as the tracker said at `readers_at`: `members`,
    `strangers`, `unknown`, or `unasked` where it cannot tell. `unread_tickets` is
    for how many tickets' comments the last night had no time."""

    state: bool
    title: bool
    labels: bool
    comments: str
    prefix: str
    all_to_many: bool
    public: bool
    strangers_read: bool
    readers: str | None
    readers_at: Time | None
    policy: str
    resolve: bool
    texts: dict[str, str]
    account: str | None
    tried_at: Time | None
    webhook: str | None
    webhook_trouble: str | None
    unread_tickets: int
    resting_until: Time | None
    next_repair_at: Time | None


def words_view(words: list[Word], tracking: Tracking) -> WordsView:
    """A tracker's states."""
    known = {word.id for word in tracking.words}
    views = [
        WordView(id=word.id, name=word.name, means=word.means, reviewed=word.id in known, guessed=word.guessed)
        for word in words
    ]
    return WordsView(words=views, unknown=[word.name for word in words if word.means == "unknown"])


def tracking_view(tracking: Tracking) -> TrackingView:
    """What crosses."""
    return TrackingView(
        state=tracking.state,
        title=tracking.title,
        labels=tracking.labels,
        comments=tracking.comments,
        prefix=tracking.prefix,
        all_to_many=tracking.all_to_many,
        public=tracking.open,
        strangers_read=tracking.strangers_read,
        readers=tracking.readers or None,
        readers_at=time_of(tracking.readers_at),
        policy=tracking.policy,
        resolve=tracking.resolve,
        texts=tracking.texts,
        account=tracking.account or None,
        tried_at=time_of(tracking.tried_at),
        webhook=tracking.hook or None,
        webhook_trouble=tracking.hook_trouble or None,
        unread_tickets=tracking.unread,
        resting_until=time_of(tracking.resting),
        next_repair_at=time_of(tracking.due),
    )
