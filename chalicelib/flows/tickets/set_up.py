"""Set a tracker up: review its words, say what crosses, register its webhook."""

from typing import Any

from msgspec.structs import replace

from ...desk.errors import Conflict, Invalid
from ...desk.issues import Tracking
from ...desk.notices import TEXTS, check_text
from ...desk.permissions import Principal
from ...desk.tickets import TicketSeen, Word
from ...desk.times import DAY_MS
from ...desk.workspaces import Install
from ...ports import ProviderBusy, ProviderRefused, Task, World, over
from ..audit import audit
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from .own_webhook import made_webhook
from .readership import after_opening, opened
from .tracker import asking, tickets_of, tracking_of


def discover_words(world: World, install: Install) -> list[Word]:
    """The project's states as they are now: what an admin has reviewed stays."""
    try:
        found = tickets_of(world, install).words()
    except (ProviderBusy, ProviderRefused) as error:
        raise asking(error) from None
    known = {word.id: word for word in tracking_of(world, install).words}
    return [replace(word, **_review(word, known.get(word.id))) for word in found]


def _review(found: Word, known: Word | None) -> dict[str, Any]:
    """What was said of a word: words of before tell no review but by what differs."""
    if known is None or not (known.reviewed or known.means != found.means):
        return {}
    return {"means": known.means, "reviewed": True, "guessed": False}


def put_words(world: World, who: Principal, install: Install, *, words: list[Word]) -> Tracking:
    """The words as an admin has reviewed them. Tickets that were closed with one are looked at again."""
    if len({word.id for word in words}) < len(words):
        raise Invalid("a word is named twice", "words")
    reviewed = tuple(replace(word, reviewed=True) for word in words)
    tracking = kept(world, who, install, verb="tracker.words", words=reviewed)
    world.queues.sync([Task("words", install.id, why=f"v{tracking.version}")])
    return tracking


def change_tracking(world: World, who: Principal, install: Install, *, fields: dict[str, Any]) -> Tracking:
    """What crosses, and what customers are told."""
    for name, text in fields.get("texts", {}).items():
        if name not in TEXTS:
            raise Invalid(f"one of {', '.join(TEXTS)}", f"texts.{name}")
        try:
            check_text(text.replace("{{comment}}", "") if name == "comment" else text)
        except Invalid as invalid:
            raise Invalid(invalid.detail, f"texts.{name}") from None
    return kept(world, who, install, verb="tracker.changed", **fields, **_word_of_admin(world, install, fields))


def _word_of_admin(world: World, install: Install, fields: dict[str, Any]) -> dict[str, Any]:
    """What else changes as an admin says who reads a tracker. Invalid for a word to the contrary of what the tracker
    says, unless that is said, too."""
    if "public" not in fields and "strangers_read" not in fields:
        return {}
    known = tracking_of(world, install)
    public, anyway = fields.get("public", known.public), fields.get("strangers_read", False)
    if anyway and public is not False:
        raise Invalid("private words go where strangers read only beside public: false", "strangers_read")
    if public is False and known.readers == "strangers" and not anyway and "public" in fields:
        raise Invalid("strangers read it: say strangers_read beside, if private words may go there", "public")
    return {} if "strangers_read" in fields else {"strangers_read": False}


def register(world: World, who: Principal, install: Install, *, url: str, once: Once = KEYLESS) -> Tracking:
    """Make the webhook in the tracker. Where the tracker makes the secret, that becomes ours."""
    try:
        made = made_webhook(world, install, url)
    except (ProviderBusy, ProviderRefused) as error:
        raise asking(error) from None
    return kept(world, who, install, verb="tracker.registered", once=once, hook=made, hook_url=url, hook_trouble="")


def unregister(world: World, who: Principal, install: Install) -> Tracking:
    """Take the webhook in the tracker away."""
    hook = tracking_of(world, install).hook
    if not hook:
        raise Conflict("no webhook was registered")
    try:
        tickets_of(world, install).unregister(hook)
    except (ProviderBusy, ProviderRefused) as error:
        raise asking(error) from None
    return kept(world, who, install, verb="tracker.unregistered", hook="", hook_url="", hook_trouble="")


def search_tickets(world: World, install: Install, query: str) -> list[TicketSeen]:
    """The tickets there that fit some words best."""
    try:
        return tickets_of(world, install).search(query)
    except (ProviderBusy, ProviderRefused) as error:
        raise asking(error) from None


def kept(
    world: World,
    who: Principal,
    install: Install,
    *,
    verb: str,
    once: Once = KEYLESS,
    answer: Any = None,
    **fields: Any,
) -> Tracking:
    """The install's tracking with some fields changed. The first change begins its nightly passes. What the caller is
    told of it is this, or another `answer`."""

    def attempt(_: int) -> Tracking:
        old, now = tracking_of(world, install), world.clock.now()
        first = {} if old.due else {"due": now + DAY_MS, "since": now}
        changed = opened(old, old.changed(**fields, **first), now)
        entry = audit(world, who, verb, subject=install.id, fields=fields)
        world.store.commit(over(changed, old), *entry, *once.writes(answer or changed, now))
        before.append(old)
        return changed

    before: list[Tracking] = []
    changed = again(world, attempt, once)
    after_opening(world, before[-1], changed)
    return changed
