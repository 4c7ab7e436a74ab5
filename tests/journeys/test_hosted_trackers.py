"""One issue behind the rooms of two customers, in step with GitHub and with Linear, on the running stack: the ticket,
what is said and done there, and webhooks that come three times and in any order."""

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import github as pygithub
import pytest
import urllib3

from tests.emulators import emulators
from tests.journeys.caller import Caller, OtherSide, eventually
from tests.stack import LocalStack

PREFIX = "/customers"  # on GitHub @customer is somebody's name


@dataclass
class Team:
    """The vendor's team at work in its tracker: with hands of its own there."""

    kind: str
    config: dict[str, Any]
    credentials: dict[str, str]
    body_of: Callable[[str], str]
    """What a ticket says there, with what hangs on it."""
    comments: Callable[[str], list[str]]
    in_progress: Callable[[str], bool]
    say: Callable[[str, str], None]
    turn: Callable[[str, str], None]
    """Into `done` or `open`."""
    listen: Callable[[str, str], None]
    """Have the webhooks sent to that URL alone, signed with that secret."""


GITHUB = {
    "tokens": {
        "vendor_token": {"login": "parley", "scopes": ["repo", "admin:repo_hook"]},
        "dev_token": {"login": "dev", "scopes": ["repo", "admin:repo_hook"]},
    },
    "github": {
        "users": [{"login": "parley"}, {"login": "dev"}],
        "orgs": [{"login": "acorn", "members": [{"login": name, "role": "admin"} for name in ("parley", "dev")]}],
        "repos": [{"owner": "acorn", "name": "api"}],
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
            to = {"done": {"state": "closed", "state_reason": "completed"}, "open": {"state": "open"}}
            there.get_issue(int(ticket)).edit(**to[state])  # type: ignore[arg-type]

        def listen(url: str, secret: str) -> None:
            for hook in there.get_hooks():
                told = {"url": url, "secret": secret, "content_type": "json"}
                hook.edit("web", told, events=["issues", "issue_comment"])

        yield Team(
            kind="github",
            config={"repository": "acorn/api", "api_url": at["github"], "in_progress_label": "doing"},
            credentials={"token": "vendor_token"},
            body_of=lambda ticket: there.get_issue(int(ticket)).body or "",
            comments=lambda ticket: [comment.body for comment in there.get_issue(int(ticket)).get_comments()],
            in_progress=lambda ticket: "doing" in [label.name for label in there.get_issue(int(ticket)).labels],
            say=lambda ticket, text: there.get_issue(int(ticket)).create_comment(text) and None,
            turn=turn,
            listen=listen,
        )


STATES = {"Todo": "unstarted", "In Progress": "started", "Done": "completed", "Canceled": "canceled"}
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
            told = json.loads(urllib3.request("POST", f"{at['linear']}/graphql", body=body, headers=headers).data)
            assert "errors" not in told, told
            return told["data"]

        def body_of(ticket: str) -> str:
            query = "query($id: String!) { issue(id: $id) { description attachments { nodes { url } } } }"
            return json.dumps(ask(query, id=ticket))

        def comments(ticket: str) -> list[str]:
            query = "query($id: String!) { issue(id: $id) { comments { nodes { body } } } }"
            return [comment["body"] for comment in ask(query, id=ticket)["issue"]["comments"]["nodes"]]

        def in_progress(ticket: str) -> bool:
            told = ask("query($id: String!) { issue(id: $id) { state { name } } }", id=ticket)
            return bool(told["issue"]["state"]["name"] == "In Progress")

        def say(ticket: str, text: str) -> None:
            query = "mutation($input: CommentCreateInput!) { commentCreate(input: $input) { success } }"
            ask(query, input={"issueId": ticket, "body": text})

        def turn(ticket: str, state: str) -> None:
            query = (
                "mutation($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }"
            )
            ask(query, id=ticket, input={"stateId": {"done": "Done", "open": "Todo"}[state]})

        def listen(url: str, secret: str) -> None:
            for hook in ask("query { webhooks { nodes { id } } }")["webhooks"]["nodes"]:
                ask("mutation($id: String!) { webhookDelete(id: $id) { success } }", id=hook["id"])
            query = "mutation($input: WebhookCreateInput!) { webhookCreate(input: $input) { success } }"
            ask(query, input={"url": url, "secret": secret, "teamId": "ENG", "resourceTypes": ["Issue", "Comment"]})

        yield Team(
            kind="linear",
            config={"team": "ENG", "api_url": at["linear"]},
            credentials={"token": "vendor_token"},
            body_of=body_of,
            comments=comments,
            in_progress=in_progress,
            say=say,
            turn=turn,
            listen=listen,
        )


class Desk:
    """The vendor's agents at work in Parley."""

    def __init__(self, stack: LocalStack, team: Team) -> None:
        self.api, self.team = Caller(stack.base_url, stack.workspace["api_key"]), team
        made = self.api.post(
            "/v1/installs",
            {"kind": team.kind, "name": "Work", "config": team.config, "credentials": team.credentials},
        )
        self.install, self.secret, self.url = made["id"], made["secret"], made["url"]
        path = f"/v1/installs/{self.install}"
        assert self.api.post(f"{path}/try")["missing"] == []
        self.api.post(f"{path}/webhook")
        crossing = {"policy": "tell", "comments": "marked", "prefix": PREFIX}
        assert self.api("PATCH", f"{path}/tracking", crossing).status == 200

    def room(self, customer: str) -> str:
        """A triage room in which the customer has asked."""
        got = self.api("PUT", f"/v1/customers/{self.team.kind}-{customer}", {"name": customer})
        assert got.status in (200, 201), got.body
        return str(json.loads(got.body)["triage_room"])

    def said_in(self, room: str) -> list[str]:
        items = self.api.all(f"/v1/rooms/{room}/messages")
        return [item["text"] for item in sorted(items, key=lambda item: item["change"])]

    def state(self, issue: str) -> str:
        return str(self.api.get(f"/v1/issues/{issue}")["state"])

    def ticket(self, issue: str) -> str:
        def made() -> str | None:
            items = self.api.get(f"/v1/issues/{issue}/tickets")["items"]
            return items[0]["ticket"] if items and items[0]["standing"] == "linked" else None

        return str(eventually(made))


@pytest.mark.parametrize("there", [on_github, on_linear], ids=["github", "linear"])
def test_two_customers_behind_one_ticket(stack: LocalStack, there: Callable[[], Any]) -> None:
    with there() as team:
        desk = Desk(stack, team)
        rooms = [desk.room("Acme"), desk.room("Beta")]
        raised = {"title": "Exports stop", "public_title": "Long exports", "tickets": [desk.install]}
        issue = desk.api.post(f"/v1/rooms/{rooms[0]}/issues", raised)["id"]
        ticket = desk.ticket(issue)
        assert f"/v1/issues/{issue}" in team.body_of(ticket)
        desk.api.post(f"/v1/issues/{issue}/rooms", {"room": rooms[1]})
        assert desk.api.get(f"/v1/issues/{issue}")["customers"] == 2

        team.say(ticket, "Not for customers.")
        team.say(ticket, f"{PREFIX} A fix is being tested.")
        news = "News of “Long exports”: A fix is being tested."
        for room in rooms:
            eventually(lambda room=room: desk.said_in(room) == [news])

        team.turn(ticket, "done")
        for room in rooms:
            eventually(lambda room=room: desk.said_in(room)[1:] == ["“Long exports” is done."])
        assert desk.state(issue) == "done"
        team.turn(ticket, "open")
        eventually(lambda: desk.state(issue) == "open")
        for room in rooms:
            eventually(lambda room=room: len(desk.said_in(room)) == 3)

        desk.api.post(f"/v1/issues/{issue}/comments", {"text": f"{PREFIX} is what we write ourselves."})
        eventually(lambda: any("we write ourselves" in body for body in team.comments(ticket)))
        assert desk.api("PATCH", f"/v1/issues/{issue}", {"state": "in_progress", "tell": "quiet"}).status == 200
        eventually(lambda: team.in_progress(ticket))
        before = [desk.said_in(room) for room in rooms]

        with OtherSide() as side:
            team.listen(side.url, desk.secret)
            team.say(ticket, f"{PREFIX} It is out.")
            team.turn(ticket, "done")
            team.say(ticket, "Nobody's business.")
            eventually(lambda: len(side.got) >= 3)
            storm(side, desk.url)
        for room, said in zip(rooms, before, strict=True):
            eventually(lambda room=room, said=said: len(desk.said_in(room)) == len(said) + 2)
        eventually(lambda: desk.state(issue) == "done")
        settled(stack, desk, rooms)
        for room, said in zip(rooms, before, strict=True):
            after = desk.said_in(room)[len(said) :]
            assert sorted(after) == ["News of “Long exports”: It is out.", "“Long exports” is done."]
        history = [entry["what"] for entry in desk.api.all(f"/v1/issues/{issue}/history")]
        assert history.count("written") == 1  # ours, and not one that answers theirs
        assert "conflict" not in history
        assert len(team.comments(ticket)) == 5


def storm(side: OtherSide, url: str) -> None:
    """Everything that came, three times, in no order."""
    sent = [*side.got] * 3
    random.Random(4).shuffle(sent)
    for headers, body in sent:
        passed = {
            name: value for name, value in headers.items() if name not in ("host", "content-length", "connection")
        }
        got = urllib3.request("POST", url, body=body, headers=passed)
        assert got.status in (200, 202), got.data


def settled(stack: LocalStack, desk: Desk, rooms: list[str]) -> None:
    """Until nothing more is said for a while."""
    seen, since = None, time.monotonic()
    while time.monotonic() - since < 2:
        now = [desk.said_in(room) for room in rooms]
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.2)
