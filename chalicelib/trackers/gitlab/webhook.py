"""What GitLab's webhooks say (https://docs.gitlab.com/user/project/integrations/webhook_events/).

| `object_kind` | ends as |
|---|---|
| issue, work_item: open, close, reopen, update, or no action (older versions, the test button) | hint |
| note on an issue or work item: create, update | hint |
| note, `confidential_note`, or on a confidential issue | ignored: such notes never leave |
| note on a merge request, commit, snippet, … | ignored |
| emoji, milestone, push, pipeline, … and the events of groups and system hooks | ignored |
| system hooks project_rename, project_transfer, project_update, project_destroy | hint without a ticket |
| any other | unsupported |

There is no event for a deleted note or issue: the next look finds the issue missing. Of an issue that was moved GitLab
tells the new one's global id alone: the client follows it. Signed by a signing token (Standard Webhooks, GitLab 19 and
later), or proved by the plain X-Gitlab-Token of before. Light to import: the API's cold path does.
"""

import re
from collections.abc import Callable
from typing import Any, Literal

from ...desk.arrivals import Ignored, Unsupported
from ...desk.envelopes import Envelope, Greeting
from ...desk.errors import Malformed, Unauthenticated
from ...desk.strict_json import loads_object
from ...desk.tickets import Happened, Hint
from ...desk.workspaces import Install
from ...ports import Outside, Secrets, Tickets
from ...wire import standard
from ...wire.groups import grouped
from ...wire.reading import ident, moment, named, slug, walk, words
from ...wire.signed import same

NIGHTLY = 500  # requests a night for comments that no webhook told of: a tenth of what it allows in an hour
ISSUE_ACTIONS: dict[str, Happened] = {
    "open": "created",
    "close": "moved_state",
    "reopen": "moved_state",
    "update": "changed",
    "": "changed",
}
NOTE_ACTIONS: dict[str, Happened] = {"create": "commented", "update": "comment_changed", "": "commented"}
# What changed in an update; the first of these that is there names the hint.
CHANGES: dict[str, Happened] = {
    "moved_to_id": "transferred",
    "state_id": "moved_state",
    "closed_at": "moved_state",
    "labels": "labelled",
    "assignees": "assigned",
}
NOTED = ("Issue", "WorkItem")
OTHERS = frozenset(
    ("push", "tag_push", "merge_request", "wiki_page", "pipeline", "build", "job", "deployment", "feature_flag")
    + ("release", "milestone", "emoji", "access_token", "vulnerability")
)
PROJECT = frozenset(("project_rename", "project_transfer", "project_update", "project_destroy"))
# Who sees a project: nobody but its members, whoever has signed in, everybody.
LEVELS: dict[str, Literal["", "members", "strangers"]] = {"0": "members", "10": "strangers", "20": "strangers"}
# Events of groups and of the whole server: they have a name, and no kind.
NAMED = re.compile(r"(project|user|key|group|subgroup|repository|gitlab_subscription_member)_[a-z_]{1,60}")


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The install's config, complete and valid; raises Invalid naming the field."""
    from .config import check as check_config

    return check_config(config)


def verify(envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
    """Raise Unauthenticated unless a live secret signed it within five minutes, or is its X-Gitlab-Token. Where there
    is a signature it alone counts."""
    live = [secret for secret in secrets.get("signing", ()) if secret]
    if not live:
        raise Unauthenticated("no secret is configured for this install")
    if "webhook-signature" in envelope.headers:
        standard.check(envelope.headers, envelope.body, live, now=now)
        return
    token = envelope.headers.get("x-gitlab-token", "")
    if not token:
        raise Unauthenticated("x-gitlab-token is missing")
    if not any(same(secret, token) for secret in live):
        raise Unauthenticated("x-gitlab-token does not match")


def pace(envelope: Envelope, install: Install) -> tuple[str, int] | None:
    """Only a sender with the secret gets this far."""
    return None


def group(envelope: Envelope) -> str:
    """The ticket, or the install for what is about none."""
    return grouped(envelope, lambda: _ticket(loads_object(envelope.body)))


def greet(envelope: Envelope, install: Install) -> Greeting:
    """200, also for what we do not know: four failures in a row switch a webhook off. Malformed for no JSON."""
    loads_object(envelope.body)
    return Greeting(status=200)


def hints(envelope: Envelope, install: Install) -> list[Hint | Ignored | Unsupported]:
    """What it says. Never raises for content."""
    try:
        body = loads_object(envelope.body)
    except Malformed:
        return [Ignored(reason="malformed")]
    id_ = ident(envelope.headers.get("idempotency-key")) or ident(envelope.headers.get("x-gitlab-event-uuid"))
    return [_hint(body, id_)]


def tickets(install: Install, secrets: Secrets, outside: Outside, *, now: Callable[[], int]) -> Tickets:
    """The way to its API, by the credentials that were given."""
    from .client import GitLab

    return GitLab(install, secrets, outside, now=now)


def _hint(body: dict[str, Any], id_: str) -> Hint | Ignored | Unsupported:
    kind, name = words(body, "object_kind"), words(body, "event_name")
    if kind in ("issue", "work_item"):
        return _issue(body, id_)
    if kind == "note":
        return _note(body, id_)
    if name in PROJECT:
        return Hint(ticket="", what="project_changed", id=id_, at=moment(body, "updated_at"))
    if kind in OTHERS:
        return Ignored(reason=slug(kind))
    if not kind and NAMED.fullmatch(name):
        return Ignored(reason="system-hook")
    return Unsupported(what=named(kind or name) if kind or name else "no-object-kind")


def _issue(body: dict[str, Any], id_: str) -> Hint | Ignored | Unsupported:
    action = words(body, "object_attributes", "action")
    what = ISSUE_ACTIONS.get(action)
    if not what:
        return Unsupported(what=f"issue.{named(action)}")
    if what == "changed":
        changes = walk(body, "changes")
        changes = changes if isinstance(changes, dict) else {}
        return _about(body, next((means for field, means in CHANGES.items() if field in changes), "changed"), id_)
    return _about(body, what, id_)


def _note(body: dict[str, Any], id_: str) -> Hint | Ignored | Unsupported:
    about = words(body, "object_attributes", "noteable_type")
    if about not in NOTED:
        return Ignored(reason=f"note-on-{slug(about)}")
    if _confidential(body):
        return Ignored(reason="confidential-note")
    if walk(body, "object_attributes", "system") is True:
        return Ignored(reason="system-note")
    action = words(body, "object_attributes", "action")
    what = NOTE_ACTIONS.get(action)
    if not what:
        return Unsupported(what=f"note.{named(action)}")
    return _about(body, what, id_, comment=ident(body, "object_attributes", "id"))


def _about(body: dict[str, Any], what: Happened, id_: str, *, comment: str = "") -> Hint | Ignored:
    ticket = _ticket(body)
    if not ticket:
        return Ignored(reason="no-issue")
    return Hint(
        ticket=ticket,
        what=what,
        id=id_,
        comment=comment,
        at=moment(body, "object_attributes", "updated_at"),
        actor=ident(body, "user", "id"),
        readers=LEVELS.get(ident(body, "project", "visibility_level"), ""),
    )


def _confidential(body: dict[str, Any]) -> bool:
    """However it is told: by the event's type, on the note (`internal`, older: `confidential`), on its issue."""
    about = walk(body, "issue") or walk(body, "work_item")
    signs = (
        walk(body, "object_attributes", "internal"),
        walk(body, "object_attributes", "confidential"),
        walk(about, "confidential"),
    )
    return words(body, "event_type").startswith("confidential") or any(sign not in (None, False) for sign in signs)


def _ticket(body: dict[str, Any]) -> str:
    """`<project>-<iid>`: both are needed to ask for an issue, and neither changes but by a move."""
    if words(body, "object_kind") == "note":
        issue = walk(body, "issue") or walk(body, "work_item")
    else:
        issue = walk(body, "object_attributes")
    project, iid = ident(issue, "project_id") or ident(body, "project", "id"), ident(issue, "iid")
    return f"{project}-{iid}" if project.isdigit() and iid.isdigit() else ""
