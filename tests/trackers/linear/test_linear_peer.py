"""Against the emulator of Linear (taught what its subset lacks: tests/peers/linear.mjs): what we do there, and the
signed webhooks that come of it. What people do there is asked of its GraphQL by themselves."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import urllib3

from chalicelib.aws.outside import GuardedOutside
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.tickets import Hint, TicketDraft
from chalicelib.desk.workspaces import Install
from chalicelib.ports import Tickets
from chalicelib.trackers.linear import client, webhook
from tests.emulators import emulators
from tests.journeys.caller import OtherSide

SECRET = "whsec_of_the_tests"
DRAFT = TicketDraft(
    title="Exports stop", text="After 10,000 rows.", mark="iss_1", link="https://p.example/i", labels=("bug",)
)
SEED = {
    "linear": {
        "organization": {"name": "Acorn", "url_key": "acorn"},
        "users": [
            {"email": "parley@acorn.example", "name": "Parley", "admin": True},
            {"email": "dev@acorn.example", "name": "Dev"},
        ],
        "teams": [
            {
                "key": "ENG",
                "name": "Engineering",
                "states": [
                    {"name": "Backlog", "type": "backlog"},
                    {"name": "Todo", "type": "unstarted"},
                    {"name": "In Progress", "type": "started"},
                    {"name": "Done", "type": "completed"},
                    {"name": "Canceled", "type": "canceled"},
                ],
            },
            {"key": "OPS", "name": "Operations", "states": [{"name": "Todo", "type": "unstarted"}]},
        ],
        "labels": [{"name": "Bug", "team": "ENG", "color": "#d92d20"}],
        "tokens": [
            {"token": "vendor_token", "user": "parley@acorn.example", "scopes": ["read", "write", "admin"]},
            {"token": "dev_token", "user": "dev@acorn.example", "scopes": ["read", "write"]},
        ],
    }
}
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    client._teams.clear()
    with emulators("linear", seed=SEED) as at:
        yield at["linear"]


@pytest.fixture
def install(server: str) -> Install:
    config = webhook.check({"team": "ENG", "api_url": server})
    return Install(id=f"ins_{server[-5:]}", workspace="w", kind="linear", name="L", created_at=1, config=config)


@pytest.fixture
def ours(install: Install) -> Tickets:
    outside = GuardedOutside(allow_loopback=True)
    return webhook.tickets(install, {"token": ["vendor_token"]}, outside, now=lambda: int(time.time() * 1000))


@pytest.fixture
def dev(server: str) -> Ask:
    def ask(query: str, **variables: Any) -> Any:
        headers = {"authorization": "Bearer dev_token", "content-type": "application/json"}
        body = json.dumps({"query": query, "variables": variables})
        parsed = json.loads(urllib3.request("POST", f"{server}/graphql", body=body, headers=headers, timeout=60).data)
        assert "errors" not in parsed, parsed
        return parsed["data"]

    return ask


def hints(install: Install, side: OtherSide) -> list[Hint]:
    """What came, once it is verified: the emulator sends before it answers."""
    found: list[Hint] = []
    for headers, body in side.got:
        arrived = Envelope(
            id="e", workspace="w", install="i", channel="linear", received_at=1, headers=headers, body=body
        )
        webhook.verify(arrived, install, {"signing": [SECRET]}, now=int(time.time() * 1000))
        assert webhook.greet(arrived, install).status == 200
        found += [hint for hint in webhook.hints(arrived, install) if isinstance(hint, Hint)]
    side.got.clear()
    return found


def test_the_connection_is_tried(ours: Tickets) -> None:
    probe = ours.probe()
    assert (probe.account, probe.missing) == ("Parley in Acorn", ())
    assert [word.means for word in ours.words()] == ["open", "open", "in_progress", "done", "declined"]


def test_what_we_do_comes_back_as_a_signed_webhook_by_our_own_actor(install: Install, ours: Tickets, dev: Ask) -> None:
    me = ours.probe().actor
    states = {word.name: word.id for word in ours.words()}
    with OtherSide() as side:
        ours.register(side.url, "another secret")
        hook = ours.register(side.url, SECRET)
        made = ours.create(DRAFT)
        assert ours.create(DRAFT).id == made.id
        assert (made.labels, made.word.name) == (("Bug",), "Todo")
        said = ours.comment(made.id, "Three customers wait.", "msg_1")
        assert ours.comment(made.id, "Three customers wait.", "msg_1") == said
        ours.amend(made.id, said.id, "Four customers wait.")
        for name in ("In Progress", "Done", "Backlog"):
            assert ours.move(made.id, states[name]).word.name == name
        assert ours.retitle(made.id, "Exports end early", "At 10,000 rows.").text == "At 10,000 rows."
        assert ours.label(made.id, ["slow ones"], ["bug", "never there"]).labels == ("slow ones",)
        assert ours.label(made.id, ["Slow ones"], []).labels == ("slow ones",)
        [comment] = ours.comments(made.id)
        assert (comment.id, comment.text, comment.author_id) == (said.id, "Four customers wait.", me)
        assert ours.comments(made.id, comment.updated_at + 1) == []
        ours.withdraw(made.id, said.id)
        ours.withdraw(made.id, said.id)
        came = hints(install, side)
        assert {hint.actor for hint in came} == {me}
        assert {hint.ticket for hint in came} == {made.id}
        whats = [hint.what for hint in came]
        assert whats[:6] == ["created", "commented", "comment_changed", "moved_state", "moved_state", "moved_state"]
        assert whats[6] == "changed"
        assert {"labelled", "comment_deleted"} <= {*whats}
        ours.unregister(hook.id)
        ours.unregister(hook.id)
        ours.comment(made.id, "Nobody hears this.", "msg_2")
        assert side.got == []
    hung = dev("query($id: String!) { issue(id: $id) { attachments { nodes { title url } } } }", id=made.id)
    assert hung["issue"]["attachments"]["nodes"] == [
        {"title": "Room and issue in Parley", "url": "https://p.example/i"}
    ]


MAKE = "mutation($input: IssueCreateInput!) { issueCreate(input: $input) { issue { id identifier url } } }"
CHANGE = "mutation($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }"
SAY = "mutation($input: CommentCreateInput!) { commentCreate(input: $input) { comment { id } } }"


def test_what_people_do_there_is_seen_also_in_another_team_and_in_the_trash(
    install: Install, ours: Tickets, dev: Ask
) -> None:
    me = ours.probe().actor
    with OtherSide() as side:
        hook = ours.register(side.url, SECRET)
        made = dev(MAKE, input={"teamId": "ENG", "title": "Slow page"})["issueCreate"]["issue"]
        said = dev(SAY, input={"issueId": made["id"], "body": "On it."})["commentCreate"]["comment"]
        dev('mutation($id: String!) { commentUpdate(id: $id, input: {body: "Today."}) { success } }', id=said["id"])
        dev(CHANGE, id=made["id"], input={"stateId": "Done"})
        dev(CHANGE, id=made["id"], input={"assigneeId": "dev@acorn.example"})
        dev("mutation($id: String!) { commentDelete(id: $id) { success } }", id=said["id"])
        came = hints(install, side)
        seen = ours.find(made["url"])
        assert seen is not None
        assert (seen.key, seen.word.means, seen.assignee) == (made["identifier"], "done", "Dev")
        dev("mutation($id: String!) { issueArchive(id: $id) { success } }", id=made["id"])
        archived = ours.fetch(made["id"])
        assert archived is not None
        assert not archived.gone
        dev("mutation($id: String!) { issueDelete(id: $id) { success } }", id=made["id"])
        trashed = ours.fetch(made["id"])
        assert trashed is not None
        assert trashed.gone
        came += hints(install, side)
        ours.unregister(hook.id)
    assert [hint.what for hint in came] == [
        "created",
        "commented",
        "comment_changed",
        "moved_state",
        "assigned",
        "comment_deleted",
        "changed",
        "deleted",
    ]
    assert me not in {hint.actor for hint in came}
    assert {hint.comment for hint in came} == {"", said["id"]}


def test_one_that_moved_to_another_team_is_the_same_under_another_key(ours: Tickets, dev: Ask) -> None:
    made = ours.create(TicketDraft(title="Wrong team", text="", mark="iss_2"))
    dev(CHANGE, id=made.id, input={"teamId": "OPS"})
    seen = ours.fetch(made.id)
    assert seen is not None
    assert seen.id == made.id
    assert seen.key.startswith("OPS-")
    assert ours.find(seen.key) is None


def test_words_find_tickets(ours: Tickets) -> None:
    made = ours.create(TicketDraft(title="Zebra stripes", text="", mark="iss_3"))
    assert [ticket.id for ticket in ours.search("zebra")] == [made.id]
    assert ours.search("nothing of the kind") == ours.search(" ") == []


def test_a_repair_reads_what_changed_since_page_by_page(ours: Tickets, dev: Ask) -> None:
    time.sleep(0.01)
    started = int(time.time() * 1000)
    made = [dev(MAKE, input={"teamId": "ENG", "title": f"Many {n}"})["issueCreate"]["issue"]["id"] for n in range(55)]
    dev(MAKE, input={"teamId": "OPS", "title": "Elsewhere"})
    dev(CHANGE, id=made[0], input={"title": "Changed last"})
    first, cursor = ours.changed(started)
    rest, end = ours.changed(started, cursor)
    assert [ticket.id for ticket in first + rest] == [*made[1:], made[0]]
    assert end == ""
