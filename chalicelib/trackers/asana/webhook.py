"""What Asana's webhooks say (https://developers.asana.com/docs/webhooks-guide).

| event | ends as |
|---|---|
| task added, changed, removed, deleted, undeleted | hint; its change's field says what changed |
| story of a comment added, changed, removed, deleted | hint; without its task where Asana tells none |
| other stories: what Asana itself notes | ignored |
| project changed, deleted, …; section added, changed, …; sync_error | hint without a ticket |
| attachment, tag, custom field, … | ignored |
| any other | unsupported |
| the handshake; `{}` or no events (a heartbeat) | ignored |

A request carries many events, each an id and no more; the same change may stand in it twice. Of an edited or deleted
comment Asana tells the story's id alone, without its task: it is known by the comment.

A webhook begins with a handshake: a request with X-Hook-Secret, to be answered with the same, comes while our own call
that makes the webhook is still under way. It is from Asana if it came to the URL that we gave with that call, which
ends with a token that our secret makes. From then on X-Hook-Signature counts, by the secret that Asana chose, which
the call's answer tells. Light to import: the API's cold path does.
"""

import re
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from ...desk.arrivals import Ignored, Unsupported
from ...desk.envelopes import Envelope, Greeting
from ...desk.errors import Malformed, Unauthenticated
from ...desk.strict_json import loads_object
from ...desk.tickets import Happened, Hint
from ...desk.workspaces import Install
from ...ports import Outside, Secrets, Tickets
from ...wire import signed
from ...wire.reading import ident, items, moment, named, slug, words
from ...wire.signed import same
from .handshake import handshake_token

NIGHTLY = 500  # requests a night for comments that no webhook told of: a tenth of what it allows in an hour
TASKS: dict[str, Happened] = {
    "added": "created",
    "changed": "changed",
    "removed": "changed",
    "deleted": "deleted",
    "undeleted": "changed",
}
FIELDS: dict[str, Happened] = {
    "completed": "moved_state",
    "completed_at": "moved_state",
    "approval_status": "moved_state",
    "memberships": "moved_state",
    "section": "moved_state",
    "assignee": "assigned",
    "tags": "labelled",
}
STORIES: dict[str, Happened] = {
    "added": "commented",
    "changed": "comment_changed",
    "removed": "comment_deleted",
    "deleted": "comment_deleted",
    "undeleted": "commented",
}
ACTIONS = frozenset(TASKS)
SURROUNDING = frozenset({"project", "section"})
OTHERS = frozenset(
    f"{what}"
    for what in ("attachment", "tag", "custom_field", "enum_option", "user", "team", "workspace", "goal", "portfolio")
) | frozenset(
    ("project_membership", "project_status", "status_update", "allocation", "time_tracking_entry", "reaction")
)
MAX_EVENTS = 1000
HANDSHAKE = "x-hook-secret"
_SECRET = re.compile(r"[\x21-\x7e]{8,200}")


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The install's config, complete and valid; raises Invalid naming the field."""
    from .config import check as check_config

    return check_config(config)


def verify(envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
    """Raise Unauthenticated unless a live secret signed the raw body; for a handshake, unless it came to the URL that
    one made. A handshake says nothing, so its body must be empty."""
    live = secrets.get("signing", ())
    if HANDSHAKE not in envelope.headers:
        signed.check(envelope.headers, "x-hook-signature", envelope.body, secrets=live)
        return
    token = envelope.query.get("handshake", "")
    if not token or not any(same(handshake_token(secret), token) for secret in live if secret):
        raise Unauthenticated("the handshake came to a URL that is not ours")
    if envelope.body.strip() not in (b"", b"{}"):
        raise Unauthenticated("a handshake says nothing else")


def pace(envelope: Envelope, install: Install) -> tuple[str, int] | None:
    """Only a signed sender, and one that we asked to call, gets this far."""
    return None


def group(envelope: Envelope) -> str:
    """The install: one request is about many tickets."""
    return envelope.install


def greet(envelope: Envelope, install: Install) -> Greeting:
    """The handshake gets its header back; all else 200, since what is refused is sent for a day and then the webhook is
    gone. Malformed for no JSON."""
    if HANDSHAKE in envelope.headers:
        secret = envelope.headers[HANDSHAKE].strip()
        if not _SECRET.fullmatch(secret):
            raise Malformed("that is no handshake")
        return Greeting(status=200, headers={"X-Hook-Secret": secret})
    loads_object(envelope.body)
    return Greeting(status=200)


def hints(envelope: Envelope, install: Install) -> list[Hint | Ignored | Unsupported]:
    """What it says, each once. Never raises for content."""
    if HANDSHAKE in envelope.headers:
        return [Ignored(reason="handshake")]
    try:
        events = items(loads_object(envelope.body), "events")[:MAX_EVENTS]
    except Malformed:
        return [Ignored(reason="malformed")]
    read = [_hint(event) for event in events]
    # The same change twice differs in its moment at most: the last one counts.
    once = {replace(each, at=0) if isinstance(each, Hint) else each: each for each in read}
    return list(once.values()) or [Ignored(reason="heartbeat")]


def tickets(install: Install, secrets: Secrets, outside: Outside, *, now: Callable[[], int]) -> Tickets:
    """The way to its API, by the credentials that were given."""
    from .client import Asana

    return Asana(install, secrets, outside, now=now)


def _hint(event: Any) -> Hint | Ignored | Unsupported:
    kind, action = words(event, "resource", "resource_type"), words(event, "action")
    at, actor = moment(event, "created_at"), ident(event, "user", "gid")
    if action == "sync_error" or kind in SURROUNDING:
        return Hint(ticket="", what="project_changed", at=at, actor=actor)
    if kind in OTHERS:
        return Ignored(reason=slug(kind))
    if kind not in ("task", "story") or action not in ACTIONS:
        return Unsupported(what=f"{named(kind or 'nothing')}.{named(action or 'nothing')}"[:64])
    if kind == "story":
        return _story(event, action, at, actor=actor)
    ticket = ident(event, "resource", "gid")
    if not ticket:
        return Ignored(reason="no-task")
    return Hint(ticket=ticket, what=_change(event, action), at=at, actor=actor)


def _change(event: Any, action: str) -> Happened:
    if action == "added" and words(event, "parent", "resource_type") == "section":
        return "moved_state"
    if action == "changed":
        return FIELDS.get(words(event, "change", "field"), "changed")
    return TASKS[action]


def _story(event: Any, action: str, at: int, *, actor: str) -> Hint | Ignored:
    kind = words(event, "resource", "resource_subtype")
    if kind not in ("comment_added", ""):
        return Ignored(reason="system-story")
    parent, comment = words(event, "parent", "resource_type"), ident(event, "resource", "gid")
    ticket = ident(event, "parent", "gid") if parent == "task" else ""
    if not comment or (not ticket and (parent or action == "added")):
        return Ignored(reason="story-without-task")
    return Hint(ticket=ticket, what=STORIES[action], comment=comment, at=at, actor=actor)
