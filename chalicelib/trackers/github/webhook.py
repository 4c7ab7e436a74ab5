"""What GitHub's webhooks say (https://docs.github.com/en/webhooks/webhook-events-and-payloads).

| event | actions | ends as |
|---|---|---|
| issues | see ISSUES | hint, or ignored: what we do not carry |
| issue_comment | created, edited, deleted | hint; on a pull request ignored |
| repository, installation, … | see PROJECT | hint without a ticket: the nightly pass finds out more |
| ping, label, milestone, sub_issues, all others that GitHub documents | | ignored |
| what is not documented | | unsupported |

A hint is all that is taken: what the ticket is now, is fetched. So a replay does no harm, although no time is signed.
Light to import: the API's cold path does.
"""

from collections.abc import Callable
from typing import Any, Literal

from ...desk.arrivals import Ignored, Unsupported
from ...desk.envelopes import Envelope, Greeting
from ...desk.errors import Malformed, WrongMediaType
from ...desk.strict_json import loads_object
from ...desk.tickets import Happened, Hint
from ...desk.workspaces import Install
from ...ports import Outside, Secrets, Tickets
from ...wire import signed
from ...wire.groups import grouped
from ...wire.reading import ident, moment, named, walk, words

NIGHTLY = 500  # requests a night for comments that no webhook told of: a tenth of what it allows in an hour
FORM = "application/x-www-form-urlencoded"

_CHANGES: dict[str, Happened] = {
    "opened": "created",
    "edited": "changed",
    "closed": "moved_state",
    "reopened": "moved_state",
    "assigned": "assigned",
    "unassigned": "assigned",
    "labeled": "labelled",
    "unlabeled": "labelled",
    "transferred": "transferred",
    "deleted": "deleted",
}
_UNCARRIED = "milestoned demilestoned locked unlocked pinned unpinned typed untyped field_added field_removed".split()  # noqa: SIM905
ISSUES: dict[str, Happened | None] = {**_CHANGES, **dict.fromkeys(_UNCARRIED)}
COMMENTS: dict[str, Happened | None] = {
    "created": "commented",
    "edited": "comment_changed",
    "deleted": "comment_deleted",
    "pinned": None,
    "unpinned": None,
}
# Events after which the connection itself may be another: renamed, moved, gone, or with other rights.
PROJECT: dict[str, frozenset[str]] = {
    "repository": frozenset(
        ("renamed", "transferred", "deleted", "archived", "unarchived", "publicized", "privatized")
    ),
    "public": frozenset({""}),
    "installation": frozenset({"deleted", "suspend", "unsuspend", "new_permissions_accepted"}),
    "installation_repositories": frozenset({"added", "removed"}),
    "installation_target": frozenset({"renamed"}),
    "meta": frozenset({"deleted"}),
}
# Known, and nothing to us. What they are about is the reason.
OTHERS: dict[str, str] = {
    "ping": "ping",
    "github_app_authorization": "user-authorization",
    "label": "label-itself",
    "milestone": "milestone-itself",
    "sub_issues": "sub-issue",
    "issue_dependencies": "dependency",
} | dict.fromkeys(
    # From GitHub's own list of its events.
    """branch_protection_configuration branch_protection_rule check_run check_suite code_scanning_alert commit_comment
    create custom_property custom_property_promoted_to_enterprise custom_property_values delete dependabot_alert
    deploy_key deployment deployment_protection_rule deployment_review deployment_status discussion discussion_comment
    dismissal_request_code_scanning dismissal_request_secret_scanning exemption_request_push_ruleset
    exemption_request_secret_scanning fork gollum image marketplace_purchase member membership merge_group org_block
    organization organization_custom_property organization_custom_property_values package page_build
    personal_access_token_request project project_card project_column projects_v2 projects_v2_item
    projects_v2_status_update pull_request pull_request_review pull_request_review_comment
    pull_request_review_thread push registry_package release repository_advisory repository_dispatch repository_import
    repository_ruleset repository_vulnerability_alert secret_scanning_alert secret_scanning_alert_location
    secret_scanning_scan security_advisory security_and_analysis sponsorship star status team team_add watch
    workflow_dispatch workflow_job workflow_run""".split(),  # noqa: SIM905
    "not-about-issues",
)


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The install's config, complete and valid; raises Invalid naming the field."""
    from .config import check as check_config

    return check_config(config)


def verify(envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
    """Raise Unauthenticated unless a live secret signed the raw body: of a form the whole form, not its JSON. The old
    X-Hub-Signature (SHA-1) counts for nothing."""
    signed.check(
        envelope.headers, "x-hub-signature-256", envelope.body, secrets=secrets.get("signing", ()), prefix="sha256="
    )


def pace(envelope: Envelope, install: Install) -> tuple[str, int] | None:
    """Only a signed sender gets this far."""
    return None


def group(envelope: Envelope) -> str:
    """The ticket, or the install for what is about none."""
    return grouped(envelope, lambda: _ticket(_body(envelope)))


def greet(envelope: Envelope, install: Install) -> Greeting:
    """202, also for what we do not know. WrongMediaType or Malformed for what nobody could handle."""
    _body(envelope)
    return Greeting(status=202)


def hints(envelope: Envelope, install: Install) -> list[Hint | Ignored | Unsupported]:
    """What it says. Never raises for content."""
    try:
        body = _body(envelope)
    except (Malformed, WrongMediaType):
        return [Ignored(reason="malformed")]
    event, action = envelope.headers.get("x-github-event", ""), words(body, "action")
    if event in ("issues", "issue_comment"):
        return [_about_ticket(envelope, install, body, event=event, action=action)]
    if event in PROJECT:
        if action in PROJECT[event]:
            id_, actor = _delivery(envelope), ident(body, "sender", "id")
            return [
                Hint(ticket="", what="project_changed", id=id_, actor=actor, readers=_readers(envelope, install, body))
            ]
        return [Ignored(reason="connection-as-before")]
    if event in OTHERS:
        return [Ignored(reason=OTHERS[event])]
    return [Unsupported(what=named(event))]


def tickets(install: Install, secrets: Secrets, outside: Outside, *, now: Callable[[], int]) -> Tickets:
    """The way to its API, by the credentials that were given."""
    from .client import GitHub

    return GitHub(install, secrets, outside, now=now)


def _about_ticket(
    envelope: Envelope, install: Install, body: dict[str, Any], *, event: str, action: str
) -> Hint | Ignored | Unsupported:
    known = ISSUES if event == "issues" else COMMENTS
    if action not in known:
        return Unsupported(what=f"{event}.{named(action)}")
    issue = body.get("issue")
    if not isinstance(issue, dict) or type(issue.get("number")) is not int or issue["number"] < 1:
        return Ignored(reason="no-issue")
    if issue.get("pull_request"):
        return Ignored(reason="pull-request")
    what = known[action]
    if what is None:
        return Ignored(reason="nothing-that-we-carry")
    return _hint(envelope, install, body, what=what)


def _hint(envelope: Envelope, install: Install, body: dict[str, Any], *, what: Happened) -> Hint:
    from .words import Place, mark_in, ticket_id

    issue, comment = body["issue"], body.get("comment")
    home = _home(envelope, install, body)
    there = Place(words(body, "repository", "full_name") or home, issue["number"])
    changed = comment if isinstance(comment, dict) else issue
    author, actor = ident(changed, "user", "id"), ident(body, "sender", "id")
    moved_to = ""
    if what == "transferred":
        new = words(body, "changes", "new_repository", "full_name")
        number = walk(body, "changes", "new_issue", "number")
        moved_to = ticket_id(Place(new, number), home) if new and type(number) is int else ""
    return Hint(
        ticket=ticket_id(there, home),
        what=what,
        id=_delivery(envelope),
        comment=ident(comment, "id"),
        at=moment(changed, "updated_at"),
        actor=actor,
        moved_to=moved_to,
        # Others can copy a mark; only its own author's change carries it.
        mark=mark_in(words(changed, "body")) if author and author == actor else "",
        readers=_readers(envelope, install, body),
    )


def _readers(envelope: Envelope, install: Install, body: dict[str, Any]) -> Literal["", "members", "strangers"]:
    """Who reads the connected repository, where the event is of that one."""
    from .words import readers_of, same

    own = same(words(body, "repository", "full_name"), _home(envelope, install, body))
    return readers_of(body.get("repository")) if own else ""


def _home(envelope: Envelope, install: Install, body: dict[str, Any]) -> str:
    """The connected repository by its name of today: a repository's own webhook knows no other, however it is called
    by now; an App's or an organisation's tells of many."""
    if envelope.headers.get("x-github-hook-installation-target-type") == "repository":
        return words(body, "repository", "full_name") or str(install.config.get("repository", ""))
    return str(install.config.get("repository", ""))


def _body(envelope: Envelope) -> dict[str, Any]:
    """The JSON of either content type. Malformed or WrongMediaType."""
    body = envelope.body
    if envelope.content_type == FORM:
        body = _payload(body)
    elif envelope.content_type != "application/json":
        raise WrongMediaType(f"this webhook takes application/json or {FORM}")
    return loads_object(body)


def _payload(form: bytes) -> bytes:
    from urllib.parse import parse_qs

    try:
        return parse_qs(form, max_num_fields=20)[b"payload"][0]
    except (KeyError, ValueError):
        raise Malformed("the form has no payload") from None


def _ticket(body: dict[str, Any]) -> str:
    """The issue, by its repository's name of today; "" for what is about none."""
    number = ident(body, "issue", "number")
    return f"{words(body, 'repository', 'full_name')}#{number}" if number else ""


def _delivery(envelope: Envelope) -> str:
    """The same over redeliveries."""
    return ident(envelope.headers.get("x-github-delivery"))
