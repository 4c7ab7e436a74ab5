"""Linear's API as it answers when not all is well: limits, errors within a 200, tokens that are refused."""

import json
import uuid

import pytest

from chalicelib.desk.errors import Invalid
from chalicelib.desk.tickets import TicketDraft
from chalicelib.desk.workspaces import Install
from chalicelib.ports import AddressRefused, Answer, ProviderBusy, ProviderRefused, Unreachable
from chalicelib.trackers.linear import client, webhook
from chalicelib.trackers.linear.words import chosen_id, word

NOW = 1_770_000_000_000
TEAM = "00000071-1111-4111-8111-000000000071"
ISSUE = {
    "id": "a",
    "identifier": "ENG-1",
    "url": "https://linear.app/acorn/issue/ENG-1/it",
    "title": "It",
    "description": None,
    "updatedAt": "2026-02-02T02:40:00.000Z",
    "trashed": None,
    "team": {"id": TEAM},
    "state": {"id": "s", "name": "Todo", "type": "unstarted"},
    "assignee": None,
    "labels": {"nodes": []},
}


class Server:
    """Answers in turn; keeps the questions."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def send(self, request):
        assert (request.method, request.url) == ("POST", "https://api.linear.app/graphql")
        body = json.loads(request.body)
        self.asked.append((body["query"], body["variables"], request.headers["authorization"]))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def ok(**data):
    return Answer(200, {}, json.dumps({"data": data}).encode())


def no(status, message, code="", kind="", said="", **headers):
    extensions = {"code": code, "type": kind, "userPresentableMessage": said}
    body = json.dumps({"errors": [{"message": message, "extensions": extensions}]}).encode()
    return Answer(status, {name.replace("_", "-"): str(value) for name, value in headers.items()}, body)


def linear(*answers, tokens=("lin_api_1",), team=TEAM):
    server = Server(*answers)
    install = Install(
        id="ins_1", workspace="w", kind="linear", name="L", created_at=1, config=webhook.check({"team": team})
    )
    return webhook.tickets(install, {"token": list(tokens)}, server, now=lambda: NOW), server


LIMITED = {"code": "RATELIMITED", "kind": "ratelimited"}


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (no(400, "Rate limit exceeded", **LIMITED), 60),
        (no(200, "Rate limit exceeded", **LIMITED), 60),
        (no(400, "…", **LIMITED, retry_after=9), 9),
        (
            no(400, "…", **LIMITED, x_ratelimit_requests_remaining=0, x_ratelimit_requests_reset=NOW + 90_500),
            91,
        ),
        (
            no(
                400,
                "…",
                **LIMITED,
                x_ratelimit_requests_remaining=12,
                x_ratelimit_requests_reset=NOW + 3_600_000,
                x_ratelimit_complexity_remaining=0,
                x_ratelimit_complexity_reset=NOW + 30_000,
            ),
            30,
        ),
        (no(400, "…", **LIMITED, x_ratelimit_complexity_remaining=0, x_ratelimit_complexity_reset=NOW - 5), 1),
        (no(429, "Too many"), 0),
        (no(503, "…", retry_after=4), 4),
        (no(200, "…", kind="lock timeout"), 0),
        (no(500, "…", kind="internal error"), 0),
        (Answer(200, {}, b"<html>"), 0),
        (Unreachable("no connection"), 0),
    ],
)
def test_what_may_pass_is_busy_for_as_long_as_it_asks(answer, after):
    with pytest.raises(ProviderBusy) as busy:
        linear(answer)[0].fetch("a")
    assert busy.value.after == after


@pytest.mark.parametrize(
    ("answer", "lost"),
    [
        (no(401, "Authentication required", "AUTHENTICATION_ERROR", "authentication error"), True),
        (no(400, "Authentication required", "AUTHENTICATION_ERROR", "authentication error"), True),
        (no(400, "Authentication required", "UNAUTHENTICATED"), True),
        (no(200, "Not allowed", "FORBIDDEN", "forbidden"), False),
        (no(200, "Argument Validation Error", "INPUT_ERROR", "invalid input", "title is too long"), False),
        (no(400, 'Cannot query field "x"', "GRAPHQL_VALIDATION_FAILED", "graphql error"), False),
        (no(403, "usage", kind="usage limit exceeded"), False),
        (AddressRefused("10.0.0.1 is private"), False),
    ],
)
def test_what_will_not_pass_is_denied(answer, lost):
    with pytest.raises(ProviderRefused) as denied:
        linear(answer)[0].move("a", "s")
    assert denied.value.lost is lost


def test_a_refusal_says_what_linear_means_for_users():
    answer = no(200, "Argument Validation Error", "INPUT_ERROR", "invalid input", "title is too long")
    with pytest.raises(ProviderRefused, match="title is too long"):
        linear(answer)[0].retitle("a", "T")


MISSING = ("Entity not found: Issue", "INPUT_ERROR", "invalid input")


@pytest.mark.parametrize(
    "answer",
    [
        no(400, *MISSING),
        no(400, *MISSING, said="Could not find referenced Issue."),
        no(200, *MISSING, said="Could not find referenced Issue."),
        ok(issue=None),
    ],
)
def test_what_is_not_there_is_none(answer):
    assert linear(answer)[0].fetch("a") is None


def test_what_is_in_the_trash_is_gone_and_what_is_archived_is_not():
    assert linear(ok(issue=ISSUE | {"trashed": True, "archivedAt": "x"}))[0].fetch("a").gone
    assert not linear(ok(issue=ISSUE | {"archivedAt": "x"}))[0].fetch("a").gone


def test_the_token_before_the_last_is_tried_and_an_oauth_token_is_a_bearer_s():
    tracker, server = linear(no(401, "no"), ok(issue=ISSUE), tokens=["lin_oauth_2", "lin_api_1"])
    assert tracker.fetch("a").key == "ENG-1"
    assert [sent for _, _, sent in server.asked] == ["Bearer lin_oauth_2", "lin_api_1"]


@pytest.mark.parametrize("tokens", [[], [""]])
def test_no_token_no_request(tokens):
    tracker, server = linear(tokens=tokens)
    with pytest.raises(ProviderRefused) as denied:
        tracker.fetch("a")
    assert denied.value.lost
    assert server.asked == []


def test_an_issue_that_is_there_under_our_id_is_not_made_twice():
    refused = no(200, "Conflict on insert of Issue", "INPUT_ERROR", "invalid input")
    tracker, server = linear(refused, ok(issue=ISSUE), ok(attachmentCreate={"success": True}))
    made = tracker.create(TicketDraft(title="It", text="…", mark="iss_1", link="https://p.example/i"))
    assert (made.id, made.mark) == ("a", "iss_1")
    asked = [variables for _, variables, _ in server.asked]
    assert asked[0]["input"]["id"] == asked[1]["id"] == chosen_id("ins_1", "iss_1")
    assert asked[2]["input"] == {"issueId": "a", "title": "Room and issue in Parley", "url": "https://p.example/i"}


def test_what_is_refused_and_not_there_is_denied():
    with pytest.raises(ProviderRefused, match="title is too long"):
        linear(no(200, "title is too long"), ok(issue=None))[0].create(TicketDraft(title="T", text="", mark="m"))
    with pytest.raises(ProviderRefused, match="no such issue"):
        linear(no(200, "no such issue"), ok(comment=None))[0].comment("a", "x", "m")


def test_ids_follow_from_the_mark_and_the_install():
    one = chosen_id("ins_1", "iss_1")
    assert uuid.UUID(one).version == 4
    assert one == chosen_id("ins_1", "iss_1")
    assert len({one, chosen_id("ins_2", "iss_1"), chosen_id("ins_1", "iss_2"), chosen_id("ins_", "1iss_1")}) == 4


def test_comments_are_read_page_by_page_whoever_wrote_them():
    def said(id_, **by):
        at = f"2026-02-02T02:40:0{id_}.000Z"
        nobody = {"user": None, "botActor": None, "externalUser": None}
        return {"id": id_, "body": "b", "createdAt": at, "updatedAt": at} | nobody | by

    def page(*nodes, after=None):
        return ok(issue={"comments": {"nodes": nodes, "pageInfo": {"hasNextPage": bool(after), "endCursor": after}}})

    tracker, server = linear(
        page(said("3", user={"id": "u", "name": "Dev"}), said("2", botActor={"id": None, "name": "Slack"}), after="c1"),
        page(said("1", externalUser={"id": "x", "name": "Guest"}), said("4")),
    )
    found = tracker.comments("a", NOW + 2000)
    assert [(one.id, one.author, one.author_id) for one in found] == [
        ("2", "Slack", ""),
        ("3", "Dev", "u"),
        ("4", "", ""),
    ]
    assert [variables["after"] for _, variables, _ in server.asked] == [None, "c1"]


def test_the_team_is_looked_up_once():
    client._teams.clear()
    page = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    tracker, server = linear(ok(teams={"nodes": [{"id": TEAM}]}), ok(issues=page), ok(issues=page), team="eng")
    tracker.changed(0)
    tracker.changed(0)
    assert server.asked[0][1] == {"filter": {"key": {"eq": "ENG"}}}
    assert server.asked[2][1]["filter"]["team"] == {"id": {"eq": TEAM}}


def test_a_team_that_is_not_there_is_told():
    client._teams.clear()
    who = ok(viewer={"id": "u", "name": "Bot"}, organization={"name": "Acorn"})
    probe = linear(who, ok(teams={"nodes": []}), team="XYZ")[0].probe()
    assert probe.missing == ("there is no team XYZ for this account",)
    probe = linear(who, ok(team=None))[0].probe()
    assert probe.missing == (f"there is no team {TEAM} for this account",)
    with pytest.raises(ProviderRefused):
        linear(who, no(401, "no"))[0].probe()


@pytest.mark.parametrize(
    ("reference", "asked"),
    [
        ("ENG-1", "ENG-1"),
        (" eng-1 ", "eng-1"),
        ("https://linear.app/acorn/issue/ENG-1/it-stops", "ENG-1"),
        ("https://linear.app/acorn/issue/ENG-1", "ENG-1"),
        ("https://linear.app/acorn/issue/ENG-1/it#comment-2", "ENG-1"),
        (TEAM, TEAM),
        ("ENG", None),
        ("https://linear.app/acorn/project/ENG-1", None),
        ("https://[", None),
        ("", None),
    ],
)
def test_what_people_paste(reference, asked):
    tracker, server = linear(ok(issue=ISSUE))
    assert bool(tracker.find(reference)) is bool(asked)
    assert [variables["id"] for _, variables, _ in server.asked] == ([asked] if asked else [])


def test_an_issue_of_another_team_is_not_found():
    assert linear(ok(issue=ISSUE | {"team": {"id": "other"}}))[0].find("OPS-1") is None


@pytest.mark.parametrize(
    ("type_", "means"),
    [
        ("triage", "open"),
        ("backlog", "open"),
        ("unstarted", "open"),
        ("started", "in_progress"),
        ("completed", "done"),
        ("canceled", "declined"),
        ("duplicate", "declined"),
        ("paused", "unknown"),
    ],
)
def test_workflow_states_by_their_type(type_, means):
    assert word({"id": "s", "name": "Any name", "type": type_}).means == means


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "team"),
        ({"team": ""}, "team"),
        ({"team": "E-1"}, "team"),
        ({"team": "ENG", "api_url": "http://linear.example"}, "api_url"),
    ],
)
def test_a_config_that_cannot_be_is_refused(config, field):
    with pytest.raises(Invalid) as refused:
        webhook.check(config)
    assert refused.value.field == f"config.{field}"
