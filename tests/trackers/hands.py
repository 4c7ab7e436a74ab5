"""The vendor's team at work in its tracker, with hands of its own there: on the emulators of GitHub and of Linear."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import github as pygithub
import urllib3

from tests.emulators import emulators


@dataclass
class Team:
    """Whoever works there."""

    kind: str
    config: dict[str, Any]
    credentials: dict[str, str]
    title: Callable[[str], str]
    body_of: Callable[[str], str]
    """What a ticket says there, with what hangs on it."""
    comments: Callable[[str], list[str]]
    say: Callable[[str, str], None]
    turn: Callable[[str, str], None]
    """Into `open`, `in_progress`, `done` or `declined`."""
    state: Callable[[str], str]
    """Which of those it is in."""
    listen: Callable[[str, str], None]
    """Have the webhooks sent to that URL alone, signed with that secret."""


REASONS = {"done": "completed", "declined": "not_planned"}
GITHUB = {
    "tokens": {
        "vendor_token": {"login": "parley", "scopes": ["repo", "admin:repo_hook"]},
        "dev_token": {"login": "dev", "scopes": ["repo", "admin:repo_hook"]},
    },
    "github": {
        "users": [{"login": "parley"}, {"login": "dev"}],
        "orgs": [{"login": "acorn", "members": [{"login": name, "role": "admin"} for name in ("parley", "dev")]}],
        "repos": [{"owner": "acorn", "name": "api", "private": True}],
    },
}


@contextmanager
def on_github() -> Iterator[Team]:
    with emulators("github", seed=GITHUB) as at:
        client = pygithub.Github(
            base_url=at["github"],
            auth=pygithub.Auth.Token("dev_token"),
            retry=None,
            seconds_between_requests=0,
            seconds_between_writes=0,
        )
        there = client.get_repo("acorn/api")

        def turn(ticket: str, state: str) -> None:
            issue, reason = there.get_issue(int(ticket)), REASONS.get(state)
            labels = [label.name for label in issue.labels if label.name != "doing"]
            if reason:
                issue.edit(state="closed", state_reason=reason, labels=labels)
            else:
                issue.edit(state="open", labels=[*labels, "doing"] if state == "in_progress" else labels)

        def state(ticket: str) -> str:
            issue = there.get_issue(int(ticket))
            if issue.state == "closed":
                return next(name for name, reason in REASONS.items() if reason == issue.state_reason)
            return "in_progress" if "doing" in [label.name for label in issue.labels] else "open"

        def listen(url: str, secret: str) -> None:
            fields, events = {"url": url, "secret": secret, "content_type": "json"}, ["issues", "issue_comment"]
            hooks = list(there.get_hooks())
            for hook in hooks:
                hook.edit("web", fields, events=events)
            if not hooks:  # the nightly pass has not made ours yet
                there.create_hook("web", fields, events, active=True)

        yield Team(
            kind="github",
            config={"repository": "acorn/api", "api_url": at["github"], "in_progress_label": "doing"},
            credentials={"token": "vendor_token"},
            title=lambda ticket: there.get_issue(int(ticket)).title,
            body_of=lambda ticket: there.get_issue(int(ticket)).body or "",
            comments=lambda ticket: [comment.body for comment in there.get_issue(int(ticket)).get_comments()],
            state=state,
            say=lambda ticket, text: there.get_issue(int(ticket)).create_comment(text) and None,
            turn=turn,
            listen=listen,
        )


STATES = {"Todo": "unstarted", "In Progress": "started", "Done": "completed", "Canceled": "canceled"}
MEANS = {"unstarted": "open", "backlog": "open", "started": "in_progress", "completed": "done", "canceled": "declined"}
LINEAR = {
    "linear": {
        "users": [
            {"email": "parley@acorn.example", "name": "Parley", "admin": True},
            {"email": "dev@acorn.example", "name": "Dev", "admin": True},
        ],
        "teams": [
            {"key": "ENG", "name": "Eng", "states": [{"name": name, "type": type_} for name, type_ in STATES.items()]}
        ],
        "tokens": [
            {"token": "vendor_token", "user": "parley@acorn.example", "scopes": ["admin"]},
            {"token": "dev_token", "user": "dev@acorn.example", "scopes": ["admin"]},
        ],
    }
}


@contextmanager
def on_linear() -> Iterator[Team]:
    with emulators("linear", seed=LINEAR) as at:

        def ask(query: str, **variables: Any) -> Any:
            headers = {"authorization": "Bearer dev_token", "content-type": "application/json"}
            body = json.dumps({"query": query, "variables": variables})
            parsed = json.loads(
                urllib3.request("POST", f"{at['linear']}/graphql", body=body, headers=headers, timeout=60).data
            )
            assert "errors" not in parsed, parsed
            return parsed["data"]

        def body_of(ticket: str) -> str:
            query = "query($id: String!) { issue(id: $id) { description attachments { nodes { url } } } }"
            return json.dumps(ask(query, id=ticket))

        def title(ticket: str) -> str:
            return str(ask("query($id: String!) { issue(id: $id) { title } }", id=ticket)["issue"]["title"])

        def comments(ticket: str) -> list[str]:
            query = "query($id: String!) { issue(id: $id) { comments { nodes { body } } } }"
            return [comment["body"] for comment in ask(query, id=ticket)["issue"]["comments"]["nodes"]]

        def state(ticket: str) -> str:
            answer = ask("query($id: String!) { issue(id: $id) { state { type } } }", id=ticket)
            return MEANS[answer["issue"]["state"]["type"]]

        def say(ticket: str, text: str) -> None:
            query = "mutation($input: CommentCreateInput!) { commentCreate(input: $input) { success } }"
            ask(query, input={"issueId": ticket, "body": text})

        def turn(ticket: str, state: str) -> None:
            query = (
                "mutation($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }"
            )
            type_ = next(type_ for type_, means in MEANS.items() if means == state)
            ask(query, id=ticket, input={"stateId": next(name for name, each in STATES.items() if each == type_)})

        def listen(url: str, secret: str) -> None:
            for hook in ask("query { webhooks { nodes { id } } }")["webhooks"]["nodes"]:
                ask("mutation($id: String!) { webhookDelete(id: $id) { success } }", id=hook["id"])
            query = "mutation($input: WebhookCreateInput!) { webhookCreate(input: $input) { success } }"
            ask(query, input={"url": url, "secret": secret, "teamId": "ENG", "resourceTypes": ["Issue", "Comment"]})

        yield Team(
            kind="linear",
            config={"team": "ENG", "api_url": at["linear"]},
            credentials={"token": "vendor_token"},
            title=title,
            body_of=body_of,
            comments=comments,
            state=state,
            say=say,
            turn=turn,
            listen=listen,
        )
