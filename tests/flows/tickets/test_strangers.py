"""Who may speak as the vendor: on each tracker its own people, and nobody else."""

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.aws.outside import GuardedOutside
from chalicelib.desk.tickets import CommentSeen, Readership
from chalicelib.ports import Answer, Request
from chalicelib.trackers.asana import client as asana
from chalicelib.trackers.github import client as github
from chalicelib.trackers.gitlab import client as gitlab
from chalicelib.trackers.jira import client as jira
from chalicelib.trackers.linear import client as linear
from tests.fakes import Parley
from tests.peers.sides import SIDES
from tests.trackers.peering import Ours
from tests.tracking import Desk

CACHES = (asana.MEMBERS, github.MEMBERS, gitlab.MEMBERS, jira.MEMBERS)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    for cache in CACHES:
        cache.clear()


@pytest.fixture
def desk(parley: Parley) -> Desk:
    made = Desk(parley)
    made.there.read_by = Readership(tickets="strangers")
    made.api.post(f"/v1/installs/{made.install}/try")
    return made


def stranger(desk: Desk, text: str = "@customer: Send us your keys") -> CommentSeen:
    said = desk.there._say("1", text, "mallory", "")
    desk.deliver()
    return said


@pytest.mark.parametrize("policy", ["tell", "draft"])
def test_a_stranger_is_neither_heard_nor_drafted_and_the_history_says_who_and_why(desk: Desk, policy: str) -> None:
    desk.cross(policy=policy)
    issue = desk.raised("acme")["id"]
    stranger(desk)
    assert (desk.said_in("acme"), desk.notices()) == ([], [])
    (entry,) = [
        each for each in desk.api.get(f"/v1/issues/{issue}/history").json["items"] if each["what"] == "stranger"
    ]
    assert entry["detail"]["author"] == "Mallory"
    assert entry["detail"]["reason"]
    (comment,) = desk.api.get(f"/v1/issues/{issue}/comments").json["items"]
    assert comment["held_because"] == entry["detail"]["reason"]
    desk.there.say("1", "@customer: Ours")
    desk.deliver()
    assert desk.said_in("acme") == (["News of “Export”: Ours"] if policy == "tell" else [])
    assert [draft["speaker"] for draft in desk.notices()] == ([] if policy == "tell" else ["Person"])


def test_one_click_drafts_it_under_its_authors_name(desk: Desk) -> None:
    desk.cross(policy="tell")
    issue = desk.raised("acme")["id"]
    said = stranger(desk)
    path = f"/v1/issues/{issue}/tickets/{desk.install}/comments/{said.id}/notice"
    made = desk.api.post(path)
    assert (made.status, made.json["state"], made.json["speaker"]) == (201, "draft", "Mallory")
    assert made.json["text"] == "News of “{{issue.title}}”: Send us your keys"
    assert desk.api.post(path).status == 409
    assert desk.api.post(path.replace(said.id, "c99")).status == 404
    assert desk.said_in("acme") == []
    assert desk.api.post(f"/v1/notices/{made.json['id']}/approve").status == 200
    desk.settle()
    assert desk.said_in("acme") == ["News of “Export”: Send us your keys"]


def test_a_strangers_edit_changes_nothing_that_customers_hear(desk: Desk) -> None:
    desk.cross(policy="tell")
    desk.raised("acme")
    said = desk.there.say("1", "@customer: Ours")
    desk.deliver()
    desk.there.members = ()
    desk.there.edit("1", said.id, "@customer: Not ours")
    desk.deliver()
    assert desk.said_in("acme") == ["News of “Export”: Ours"]


def test_in_a_private_tracker_everybody_is_a_member(parley: Parley) -> None:
    desk = Desk(parley)
    desk.cross(policy="tell")
    desk.raised("acme")
    stranger(desk)
    assert desk.said_in("acme") == ["News of “Export”: Send us your keys"]


def test_an_admins_word_that_strangers_may_read_makes_nobody_a_member(desk: Desk) -> None:
    desk.cross(policy="tell", public=False, strangers_read=True)
    desk.raised("acme")
    stranger(desk)
    assert desk.said_in("acme") == []


# --- as each vendor tells it --------------------------------------------------------------------------------------


class Told:
    """GitHub, which answers what a test says."""

    def __init__(self, *answers: tuple[int, Any]) -> None:
        self.answers, self.asked = list(answers), 0

    def send(self, request: Request) -> Answer:
        assert "/collaborators/" in request.url
        self.asked += 1
        status, body = self.answers.pop(0)
        return Answer(status, {}, json.dumps(body).encode())


def on_github(association: str, *answers: tuple[int, Any]) -> tuple[Any, CommentSeen, Told]:
    ours, way = Ours("github", {"repository": "acorn/api"}, token="t"), Told(*answers)  # type: ignore[no-untyped-call]
    there = ours.tracker.tickets(ours.install, ours.secrets, way, now=lambda: 1)
    comment = {"id": 1, "user": {"id": 7, "login": "mallory"}, "author_association": association, "body": "x"}
    return there, there._comment(comment), way


@pytest.mark.parametrize("association", ["OWNER", "MEMBER", "COLLABORATOR"])
def test_github_tells_some_by_their_association(association: str) -> None:
    assert on_github(association)[1].member is True


NOT_FOUND = (404, {"message": "mallory is not a user"})
FORBIDDEN = (403, {"message": "Resource not accessible by personal access token"})
ANSWERS: list[tuple[tuple[int, Any], bool]] = [
    ((200, {"permission": "read", "role_name": "read"}), False),
    ((200, {"permission": "none", "role_name": ""}), False),
    ((200, {"permission": "read", "role_name": "triage"}), True),
    ((200, {"permission": "write", "role_name": "write"}), True),
    ((200, {"permission": "admin", "role_name": "admin"}), True),
    (NOT_FOUND, False),
    (FORBIDDEN, False),
]


@pytest.mark.parametrize("association", ["NONE", "CONTRIBUTOR", "FIRST_TIMER", "MANNEQUIN"])
@pytest.mark.parametrize(("answer", "member"), ANSWERS)
def test_github_is_asked_for_the_permission_of_others_once_an_hour(
    association: str, answer: tuple[int, Any], member: bool
) -> None:
    there, comment, way = on_github(association, answer)
    assert comment.member is None
    assert [there.member(comment, private=False) for _ in range(3)] == [member] * 3
    assert way.asked == 1
    assert there.member(comment, private=True)


@pytest.mark.parametrize(("level", "member"), [(10, False), (15, False), (20, True), (30, True), (None, False)])
def test_gitlab_from_the_role_reporter_on(level: int | None, member: bool) -> None:
    side = SIDES["gitlab"]()
    with side.peer:
        there = Ours(side.kind, side.config, **side.credentials).tickets  # type: ignore[no-untyped-call]
        side.peer.levels = {1: 40} | ({2: level} if level else {})
        seen = CommentSeen(id="1", text="x", author="Ann", author_id="2", created_at=1, updated_at=1)
        assert there.member(seen, private=False) is member
        assert there.member(seen, private=True) is True


@pytest.mark.parametrize("cloud", [True, False])
def test_jira_whoever_may_edit_and_no_customer(cloud: bool) -> None:
    side = SIDES["jira"]()
    with side.peer:
        side.peer.cloud = cloud
        config = side.config | {"deployment": "cloud" if cloud else "data_center"}
        credentials = side.credentials if cloud else {"token": "bot-token"}
        there = Ours(side.kind, config, **credentials).tickets  # type: ignore[no-untyped-call]
        ann = side.peer.users["ann"]["accountId" if cloud else "key"]
        seen = CommentSeen(id="1", text="x", author="Ann", author_id=ann, created_at=1, updated_at=1)
        assert there.member(seen, private=True) is True
        if cloud:
            side.peer.outsiders = {"ann"}
            assert there.member(seen, private=False) is False
            jira.MEMBERS.clear()
            side.peer.outsiders = set()
            assert there.member(seen, private=False) is True
            side.peer.customers = {"ann"}
            person = {"id": "1", "author": side.peer.person("ann"), "body": None}
            assert jira.comment_of(person, True).member is False


@pytest.mark.parametrize("guest", [True, False])
def test_asana_no_guest_not_even_in_a_private_project(guest: bool) -> None:
    side = SIDES["asana"]()
    with side.peer:
        side.peer.guests = {"ann"} if guest else set()
        there = Ours(side.kind, side.config, **side.credentials).tickets  # type: ignore[no-untyped-call]
        gid = side.peer.users["ann"]["gid"]
        seen = CommentSeen(id="1", text="x", author="Ann", author_id=gid, created_at=1, updated_at=1)
        assert there.member(seen, private=True) is not guest


def test_linear_whoever_writes_from_outside_is_none() -> None:
    comment = {"id": "1", "body": "x", "createdAt": "", "updatedAt": "", "user": {"id": "u", "name": "Ann"}}
    assert linear._comment(comment).member is True
    assert linear._comment(comment | {"user": None, "externalUser": {"id": "x", "name": "Eve"}}).member is False


# --- who reads it, as each vendor tells it ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "tickets"),
    [
        ({"private": True}, "members"),
        ({"private": True, "visibility": "internal"}, "members"),
        ({"visibility": "private"}, "members"),
        ({"private": False, "visibility": "public"}, "strangers"),
        ({"visibility": "public"}, "strangers"),
        ({}, "unknown"),
    ],
)
def test_who_reads_a_repository(shown: dict[str, Any], tickets: str) -> None:
    class Repository:
        def send(self, request: Request) -> Answer:
            return Answer(200, {}, json.dumps({"full_name": "acorn/api"} | shown).encode())

    ours = Ours("github", {"repository": "acorn/api"}, token="t")  # type: ignore[no-untyped-call]
    there = ours.tracker.tickets(ours.install, ours.secrets, Repository(), now=lambda: 1)
    assert there.readers() == Readership(tickets=tickets)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("visibility", "issues", "tickets"),
    [
        ("private", "enabled", "members"),
        ("public", "enabled", "strangers"),
        ("internal", "enabled", "strangers"),
        ("public", "private", "members"),
        ("internal", "private", "members"),
        ("", "enabled", "unknown"),
    ],
)
def test_who_reads_a_project_of_gitlab(visibility: str, issues: str, tickets: str) -> None:
    side = SIDES["gitlab"]()
    with side.peer:
        side.peer.visibility, side.peer.issues_level = visibility, issues
        there = Ours(side.kind, side.config, **side.credentials).tickets  # type: ignore[no-untyped-call]
        assert there.readers() == Readership(tickets=tickets, internal=tickets != "members")  # type: ignore[arg-type]


@pytest.mark.parametrize(("anyone", "service"), [(False, False), (True, False), (False, True), (True, True)])
def test_who_reads_a_project_of_jira_and_how_agents_comment_there(anyone: bool, service: bool) -> None:
    side = SIDES["jira"]()
    with side.peer:
        side.peer.anyone, side.peer.service = anyone, service
        there = Ours(side.kind, side.config, **side.credentials).tickets  # type: ignore[no-untyped-call]
        found = there.readers()
        assert found == Readership(tickets="strangers" if anyone or service else "members", internal=service)
        made = side.ann.create_issue(project="ACME", summary="x", issuetype={"name": "Task"})
        there.comment(made.id, "Between us", "cmt_1", internal=found.internal)
        (comment,) = side.peer.issues[made.id]["comments"]
        kept = {each["key"]: each["value"] for each in comment["properties"]}
        assert kept.get("sd.public.comment") == ({"internal": True} if service else None)


def test_a_remark_in_a_service_project_is_internal_and_stays_ours(parley: Parley) -> None:
    side = SIDES["jira"]()
    with side.peer:
        side.peer.service = True
        parley.world = replace(parley.world, outside=GuardedOutside(allow_loopback=True))
        desk = Desk(parley)
        body = {"kind": "jira", "name": "Desk", "config": side.config, "credentials": side.credentials}
        install = desk.api.post("/v1/installs", body).json["id"]
        raised = {"title": "x", "public_title": "For all", "tickets": [install]}
        issue = desk.api.post("/v1/issues", raised).json["id"]
        desk.settle()
        desk.api.post(f"/v1/issues/{issue}/comments", {"text": "Between us"})
        desk.api.post(f"/v1/issues/{issue}/comments", {"text": "For you", "for_strangers": True})
        desk.settle()
        (made,) = side.peer.issues.values()
        internal = [any(each["key"] == "sd.public.comment" for each in said["properties"]) for said in made["comments"]]
        assert internal == [True, False]
        parley.clock.at += 25 * 3600 * 1000
        parley.due()
        desk.settle()
        said = desk.api.get(f"/v1/issues/{issue}/comments").json["items"]
        assert [(each["text"], each["state"], each["ours"]) for each in said] == [
            ("Between us", "there", True),
            ("For you", "there", True),
        ]
