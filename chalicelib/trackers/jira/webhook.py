"""What Jira's webhooks say (https://developer.atlassian.com/cloud/jira/platform/webhooks/).

| `webhookEvent` | ends as |
|---|---|
| jira:issue_created, jira:issue_updated, jira:issue_deleted | hint; of an update its changelog says what changed |
| comment_created, comment_updated, comment_deleted | hint |
| project_updated, project_deleted, … | hint without a ticket: the nightly pass finds out more |
| none, but a `transition` (a post function of a workflow) | hint: the state moved |
| worklog_…, issuelink_…, sprint_…, version, user, board, … | ignored |
| any other | unsupported |

One comment is told twice: as jira:issue_updated (issue_commented) and as comment_created. A comment event of Data
Center may lack the issue: its id stands in the comment's `self`. A hint is all that is taken, and what the ticket is
now is fetched, so a replay does no harm, although no time is signed. Light to import: the API's cold path does.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from ...desk.arrivals import Ignored, Unsupported
from ...desk.envelopes import Envelope, Greeting
from ...desk.errors import Malformed, Unauthenticated
from ...desk.strict_json import loads_object
from ...desk.tickets import Happened, Hint
from ...desk.workspaces import Install
from ...ports import Outside, Secrets, Tickets
from ...wire import signed
from ...wire.groups import grouped
from ...wire.reading import ident, items, moment, named, walk, words
from .people import account

NIGHTLY = 500  # requests a night for comments that no webhook told of: a tenth of what it allows in an hour
COMMENTS: dict[str, Happened] = {
    "comment_created": "commented",
    "comment_updated": "comment_changed",
    "comment_deleted": "comment_deleted",
}
# What jira:issue_updated is about when it carries a comment.
COMMENT_TYPES: dict[str, Happened] = {
    "issue_commented": "commented",
    "issue_comment_edited": "comment_changed",
    "issue_comment_deleted": "comment_deleted",
}
# A field of the changelog and what its change is; the first of these that changed names the hint.
FIELDS: dict[str, Happened] = {
    "key": "transferred",
    "project": "transferred",
    "status": "moved_state",
    "resolution": "moved_state",
    "assignee": "assigned",
    "labels": "labelled",
}
PROJECT = frozenset(
    f"project_{what}"
    for what in ("updated", "deleted", "soft_deleted", "restored_deleted", "archived", "restored_archived")
)
# Known, and nothing to us: what an event's name begins with, and what it is about.
OTHERS = {
    "worklog_": "worklog",
    "jira:worklog_": "worklog",
    "issuelink_": "issue-link",
    "issue_property_": "issue-property",
    "attachment_": "attachment",
    "jira:version_": "version",
    "project_created": "other-project",
    "sprint_": "sprint",
    "board_": "board",
    "filter_": "filter",
    "user_": "user",
    "issuetype_": "issue-type",
    "option_": "site-option",
    "field_": "field",
    "priority_": "priority",
    "form_": "form",
    "jira_expression_": "expression",
    "app_access_to_objects_": "app-access",
    "connect_addon_": "app",
}
CLAIMS: Any = {"require": ["exp"], "enforce_minimum_key_length": False} | dict.fromkeys(
    ("verify_exp", "verify_iat", "verify_nbf", "verify_aud"), False
)
SKEW_MS, LONGEST_MS = 60_000, 60 * 60_000  # ms: of clocks, and until when a token may be good
_ISSUE_IN_SELF = re.compile(r"/issue/(\d+)/comment/")


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The install's config, complete and valid; raises Invalid naming the field."""
    from .config import check as check_config

    return check_config(config)


def verify(envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
    """Raise Unauthenticated unless a live secret signed the raw body. The header's name is that of GitHub's old SHA-1
    signature; what it holds is SHA-256 (`sha256=…`), and nothing else is taken. A webhook that an OAuth 2.0 app has
    registered has none: it brings a token that the app's secret has signed."""
    if "x-hub-signature" not in envelope.headers and "authorization" in envelope.headers:
        _check_app(envelope.headers["authorization"], secrets.get("client_secret", ()), now)
        return
    signed.check(
        envelope.headers, "x-hub-signature", envelope.body, secrets=secrets.get("signing", ()), prefix="sha256="
    )


def _check_app(header: str, secrets: Sequence[str], now: int) -> None:
    """Raise Unauthenticated unless a live secret of the app made the bearer's token (HS256) and it has not ended. It
    does not cover the body: what comes is a hint, and the ticket is fetched."""
    import jwt

    keys, (scheme, _, token) = [secret for secret in secrets if secret], header.partition(" ")
    if not keys or scheme.lower() != "bearer":
        raise Unauthenticated("no secret of an app is configured" if not keys else "the token is no bearer's")
    for key in keys:
        try:
            ends = jwt.decode(token.strip(), key, algorithms=["HS256"], options=CLAIMS)["exp"]
        except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError):
            continue
        if type(ends) is int and now - SKEW_MS < ends * 1000 <= now + LONGEST_MS:
            return
    raise Unauthenticated("the app's token is not right, or has ended")


def pace(envelope: Envelope, install: Install) -> tuple[str, int] | None:
    """Only a signed sender gets this far."""
    return None


def group(envelope: Envelope) -> str:
    """The ticket, or the install for what is about none."""
    return grouped(envelope, lambda: _ticket(loads_object(envelope.body)))


def greet(envelope: Envelope, install: Install) -> Greeting:
    """200, also for what we do not know: Jira tries again for 5 statuses of 4xx and all 5xx. Malformed for no JSON."""
    loads_object(envelope.body)
    return Greeting(status=200)


def hints(envelope: Envelope, install: Install) -> list[Hint | Ignored | Unsupported]:
    """What it says. Never raises for content."""
    try:
        body = loads_object(envelope.body)
    except Malformed:
        return [Ignored(reason="malformed")]
    return [_hint(body, words(body, "webhookEvent"), _delivery(envelope))]


def tickets(install: Install, secrets: Secrets, outside: Outside, *, now: Callable[[], int]) -> Tickets:
    """The way to its API, by the credentials that were given."""
    from .client import Jira

    return Jira(install, secrets, outside, now=now)


def _hint(body: dict[str, Any], event: str, delivery: str) -> Hint | Ignored | Unsupported:
    if event in PROJECT:
        return Hint(ticket="", what="project_changed", id=delivery, at=moment(body, "timestamp"))
    for begins, about in OTHERS.items():
        if event.startswith(begins):
            return Ignored(reason=about)
    what = _what(body, event)
    if not what:
        return Unsupported(what=named(event) if event else "no-event")
    ticket = _ticket(body)
    if not ticket:
        return Ignored(reason="no-issue")
    return Hint(
        ticket=ticket,
        what=what,
        id=delivery,
        comment=ident(body, "comment", "id") if what.startswith("comment") else "",
        at=moment(body, "timestamp"),
        actor=_actor(body),
        # An issue that moves to another project keeps its id; its key is another.
        moved_to=ticket if what == "transferred" else "",
    )


def _what(body: dict[str, Any], event: str) -> Happened | None:
    if event == "jira:issue_updated":
        return _update(body)
    if event == "jira:issue_created":
        return "created"
    if event == "jira:issue_deleted":
        return "deleted"
    if not event and isinstance(body.get("transition"), dict):
        return "moved_state"
    return COMMENTS.get(event)


def _update(body: dict[str, Any]) -> Happened:
    """Some versions tell no event type, some no changelog, and post functions a `comment` that is an empty string."""
    kind = COMMENT_TYPES.get(words(body, "issue_event_type_name"))
    if kind and ident(body, "comment", "id"):
        return kind
    changed = {words(item, "field").lower() for item in items(body, "changelog", "items")}
    return next((what for field, what in FIELDS.items() if field in changed), "changed")


def _ticket(body: dict[str, Any]) -> str:
    found = ident(body, "issue", "id")
    if found:
        return found
    match = _ISSUE_IN_SELF.search(words(body, "comment", "self"))
    return match[1][:20] if match else ""


def _actor(body: dict[str, Any]) -> str:
    """Who did it: comment events tell no user, but the comment's authors."""
    people = (walk(body, "user"), walk(body, "comment", "updateAuthor"), walk(body, "comment", "author"))
    return next(filter(None, map(account, people)), "")


def _delivery(envelope: Envelope) -> str:
    """The same over retries."""
    return ident(envelope.headers.get("x-atlassian-webhook-identifier", ""))
