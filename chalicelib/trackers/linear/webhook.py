"""What Linear's webhooks say (https://linear.app/developers/webhooks).

| type | actions | ends as |
|---|---|---|
| Issue | create, update, remove, archive, unarchive, restore | hint; ignored where nothing changed that we carry |
| Comment | create, update, remove | hint; ignored where it is not on an issue |
| OAuthApp, PermissionChange | revoked, teamAccessChanged | hint without a ticket: the nightly pass finds out more |
| all others that Linear documents | | ignored |
| what is not documented | | unsupported |

Light to import: the API's cold path does.
"""

import re
from collections.abc import Callable
from typing import Any

from ...desk.arrivals import Ignored, Unsupported
from ...desk.envelopes import Envelope, Greeting
from ...desk.errors import Malformed, Unauthenticated, WrongMediaType
from ...desk.strict_json import loads_object
from ...desk.tickets import Happened, Hint
from ...desk.workspaces import Install
from ...ports import Outside, Secrets, Tickets
from ...wire import signed
from ...wire.groups import grouped
from ...wire.reading import ident, moment, named, words

NIGHTLY = 150  # requests a night for comments that no webhook told of: a tenth of what it allows in an hour
TOLERANCE_MS = 60_000  # ms both ways, as in Linear's own SDK

# What an update of an issue has changed, and how it is told; the first that fits.
CHANGES: tuple[tuple[Happened, frozenset[str]], ...] = (
    ("transferred", frozenset({"teamId"})),
    ("moved_state", frozenset({"stateId"})),
    ("changed", frozenset({"title", "description", "archivedAt", "trashed", "url", "identifier"})),
    ("labelled", frozenset({"labelIds", "labels"})),
    ("assigned", frozenset({"assigneeId"})),
)
ISSUES: dict[str, Happened] = {
    "create": "created",
    "remove": "deleted",
    "archive": "changed",
    "unarchive": "changed",
    "restore": "changed",
}
COMMENTS: dict[str, Happened] = {"create": "commented", "update": "comment_changed", "remove": "comment_deleted"}
PROJECT = {"OAuthApp": "revoked", "PermissionChange": "teamAccessChanged"}
# Known, and nothing to us.
OTHERS: dict[str, str] = {
    "IssueLabel": "label-itself",
    "Reaction": "reaction",
    "Attachment": "attachment",
    "IssueSLA": "sla",
    "AgentSessionEvent": "agent-session",
    "AppUserNotification": "notification",
} | dict.fromkeys(
    """AgentActivity AgentSession AuditEntry Customer CustomerNeed Cycle Document Initiative InitiativeLabel
    InitiativeUpdate Project ProjectLabel ProjectMilestone ProjectUpdate Release ReleaseNote User""".split(),  # noqa: SIM905
    "not-about-issues",
)


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The install's config, complete and valid; raises Invalid naming the field."""
    from .config import check as check_config

    return check_config(config)


def verify(envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
    """Raise Unauthenticated unless a live secret signed the raw body, with a time that is at most a minute off."""
    live = [*secrets.get("signing", ()), *secrets.get("webhook_secret", ())]
    signed.check(envelope.headers, "linear-signature", envelope.body, secrets=live)
    at = _sent_at(envelope)
    if at is None:
        raise Unauthenticated("webhookTimestamp is missing")
    if abs(now - at) > TOLERANCE_MS:
        raise Unauthenticated("webhookTimestamp is more than a minute off")


def pace(envelope: Envelope, install: Install) -> tuple[str, int] | None:
    """Only a signed sender gets this far."""
    return None


def group(envelope: Envelope) -> str:
    """The issue, or the install for what is about none."""
    return grouped(envelope, lambda: _ticket(_body(envelope)))


def greet(envelope: Envelope, install: Install) -> Greeting:
    """200, which is all that Linear counts as taken. WrongMediaType or Malformed for what nobody could handle."""
    _body(envelope)
    return Greeting(status=200)


def hints(envelope: Envelope, install: Install) -> list[Hint | Ignored | Unsupported]:
    """What it says. Never raises for content."""
    try:
        body = _body(envelope)
    except (Malformed, WrongMediaType):
        return [Ignored(reason="malformed")]
    type_, action = words(body, "type"), words(body, "action")
    if type_ in ("Issue", "Comment"):
        return [_about_ticket(envelope, body, type_, action=action)]
    if type_ in PROJECT:
        if action == PROJECT[type_]:
            return [Hint(ticket="", what="project_changed", id=_delivery(envelope))]
        return [Ignored(reason="connection-as-before")]
    if type_ in OTHERS:
        return [Ignored(reason=OTHERS[type_])]
    return [Unsupported(what=named(type_))]


def tickets(install: Install, secrets: Secrets, outside: Outside, *, now: Callable[[], int]) -> Tickets:
    """The way to its API, by the credentials that were given."""
    from .client import Linear

    return Linear(install, secrets, outside, now=now)


def _about_ticket(envelope: Envelope, body: dict[str, Any], type_: str, *, action: str) -> Hint | Ignored | Unsupported:
    ticket = _ticket(body)
    known = ISSUES if type_ == "Issue" else COMMENTS
    if action not in known and (type_, action) != ("Issue", "update"):
        return Unsupported(what=f"{type_}.{named(action)}")
    if not ticket:
        return Ignored(reason="not-on-an-issue")
    what = known.get(action) or _changed(body)
    return _hint(envelope, body, ticket, what=what) if what else Ignored(reason="nothing-that-we-carry")


def _changed(body: dict[str, Any]) -> Happened | None:
    """By the old values in updatedFrom, of which some are told although they have not changed."""
    before, now = body.get("updatedFrom"), body.get("data")
    if not isinstance(before, dict) or not isinstance(now, dict):
        return "changed"
    names = {name for name, value in before.items() if name not in now or now[name] != value}
    return next((what for what, ours in CHANGES if names & ours), None)


def _hint(envelope: Envelope, body: dict[str, Any], ticket: str, *, what: Happened) -> Hint:
    by = words(body, "actor", "id") or words(body, "data", "userId") or words(body, "data", "creatorId")
    return Hint(
        ticket=ticket,
        what=what,
        id=_delivery(envelope),
        comment=words(body, "data", "id") if body["type"] == "Comment" else "",
        at=moment(body, "data", "updatedAt") or _sent_at(envelope) or 0,
        actor=by,
    )


def _ticket(body: dict[str, Any]) -> str:
    """The issue's id: its own, or the one that a comment is on. Comments are on documents and updates, too."""
    if body.get("type") == "Issue":
        return words(body, "data", "id")
    return words(body, "data", "issueId") or words(body, "data", "issue", "id")


def _sent_at(envelope: Envelope) -> int | None:
    """When it was sent (ms), as the signed body says; the header, which is not signed, is for what has none."""
    try:
        at = _body(envelope).get("webhookTimestamp")
    except (Malformed, WrongMediaType):
        at = None
    if isinstance(at, int) and not isinstance(at, bool):
        return at
    header = envelope.headers.get("linear-timestamp", "")
    return int(header) if re.fullmatch(r"[0-9]{1,15}", header) else None


def _body(envelope: Envelope) -> dict[str, Any]:
    """The JSON. Malformed or WrongMediaType."""
    if envelope.content_type != "application/json":
        raise WrongMediaType("this webhook takes application/json")
    return loads_object(envelope.body)


def _delivery(envelope: Envelope) -> str:
    """The same over retries."""
    return ident(envelope.headers.get("linear-delivery"))
