"""On the running stack: one developer who wrote by form, mail, Slack, Teams and the support button is forgotten. A scan
sees her in each kind of place before, and nowhere after; her words are gone from the tickets at GitHub and Linear, her
colleague's room reads on; what comes again is dropped; she writes once more, and is somebody new. What there was of her
was collected before."""

import copy
import hashlib
import hmac
import io
import json
import zipfile
from collections.abc import Sequence
from functools import partial
from typing import Any

import urllib3

from tests.emulators import emulators
from tests.journeys.caller import Caller, OtherSide, eventually, pass_on
from tests.journeys.pages.test_one_person import ASKED, MAIL, Town, signed
from tests.mails import basic, postmark
from tests.peers.msteams import BOT, TeamsPeer
from tests.places import found, of_stack
from tests.slack import SEED
from tests.stack import LocalStack
from tests.trackers.hands import Team, on_github, on_linear
from tests.usage import basic as write_key

SAID = (ASKED, "By letter", "By Slack", "By Teams", "By the button")
WEBHOOKS = {"By letter", "By Slack", "By Teams"}
# Where she is to be seen before: else the scan would prove nothing.
SEEN = {
    "bucket: mails/",
    "bucket: usage/",
    "item: Face",
    "item: Mailbox",
    "item: Message",
    "item: Room",
    "item: User",
    "item: Visitor",
}


def test_who_wrote_everywhere_is_forgotten_everywhere(own_time: LocalStack) -> None:
    stack = own_time
    workspace = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Acorn"})
    seed = copy.deepcopy(SEED)
    seed["slack"]["users"][1]["email"] = MAIL
    with (
        emulators("slack", seed=seed) as at,
        TeamsPeer() as teams,
        on_github() as github,
        on_linear() as linear,
        OtherSide() as trackers_tell,
    ):
        teams.people["29:ann"]["email"] = MAIL
        town = Town(stack, workspace, at["slack"], teams)
        town.everybody_writes()
        town.agent_says_who_she_is()
        town.ann.post(f"/v1/me/earlier-rooms/{town.form}", {})
        eventually(lambda: ASKED in json.dumps(town.person("ann")["rooms"]))
        person = town.person("ann")["id"]
        tickets = in_tickets(town, [github, linear], trackers_tell)
        town.in_slack = town.slack.texts(town.slack.channels["acme-help"])
        assert any("By the button" in text for text in town.in_slack)
        she_calls(town)
        before = found(of_stack(stack), [MAIL, *SAID])
        assert before.keys() >= SEEN
        assert "logs" not in before, "logs hold no texts and no addresses"
        assert_collected(town, person)

        report = forgotten(town, person)
        assert_gone_elsewhere(town, report)
        for team, ticket in tickets:
            assert not [said for said in (*SAID, MAIL) if said in shown_at(team, ticket)]
            assert "We look" in shown_at(team, ticket)
            assert (team.kind, "done") in {(each["channel"], each["state"]) for each in report["elsewhere"]}
        assert_told_again_in_vain(town, report)
        left = found(of_stack(stack), [MAIL, *SAID])
        hers = [f"{kind} {name}" for kind, names in left.items() for name in names if not is_eves(town, name)]
        assert hers == []
        texts = {each["text"] for each in town.api.all(f"/v1/rooms/{town.triage}/messages") if not each["deleted"]}
        assert texts == {"Hello from Bob"}
        assert_new(town, workspace)


def in_tickets(town: Town, teams: Sequence[Team], post: OtherSide) -> list[tuple[Team, str]]:
    """A ticket at each tracker, with her words in it, and an agent's of her beside them; their webhooks come."""
    installs = []
    for team in teams:
        body = {"kind": team.kind, "name": team.kind, "config": team.config, "credentials": team.credentials}
        install = town.api.post("/v1/installs", body)
        crossing = {"comments": "all", "title": True, "policy": "tell"}
        assert town.api("PATCH", f"/v1/installs/{install['id']}/tracking", crossing).status == 200
        team.listen(post.url + f"/{team.kind}", install["secret"])
        installs.append(install)
    [asked] = [each for each in town.api.all(f"/v1/rooms/{town.triage}/messages") if each["text"] == "By the button"]
    raised = {"title": f"{MAIL} cannot pay", "from": asked["id"], "to": asked["id"]}
    issue = town.api.post(f"/v1/rooms/{town.triage}/issues", raised | {"tickets": [each["id"] for each in installs]})[
        "id"
    ]
    path = f"/v1/issues/{issue}/tickets"
    eventually(lambda: all(each["key"] for each in town.api.get(path)["items"]))
    at = {each["install"]: each["ticket"] for each in town.api.get(path)["items"]}
    tickets = [(team, at[install["id"]]) for team, install in zip(teams, installs, strict=True)]
    for text in (f"{MAIL} asks again", "We look"):
        town.api.post(f"/v1/issues/{issue}/comments", {"text": text})
    for team, ticket in tickets:
        eventually(
            lambda team=team, ticket=ticket: all(
                said in shown_at(team, ticket) for said in ("By the button", MAIL, "We look")
            )
        )
    there = {team.kind: install for team, install in zip(teams, installs, strict=True)}
    for way, (headers, body) in list(zip(post.paths, post.got, strict=True)):
        kind = way.rpartition("/")[2]
        town.webhook(partial(tell_again, town, there[kind], headers=headers, body=body))
    return tickets


def she_calls(town: Town) -> None:
    """She and Bob call the vendor's API in three windows of five minutes (two at least are of one day, whose marks
    become one run); and once before anybody knew who she is, for a customer who is none yet."""
    source = town.api.post("/v1/usage/sources", {"name": "Backend"})["id"]
    headers = write_key(town.api.post(f"/v1/usage/sources/{source}/keys")["key"])
    call = {"type": "track", "event": "API Called", "properties": {"key": "k1", "status": 200}}
    for window in (1, 2, 3):
        batch = [
            call
            | {"messageId": f"{user}{window}", "userId": user, "anonymousId": at, "context": {"groupId": "acme"}}
            | {"properties": {"key": key, "status": 200, "by": mail}}
            for user, at, key, mail in (("ann", "hers", "k1", MAIL), ("bob", "his", "k2", "bob@developers.example"))
        ]
        batch += [call | {"messageId": "before", "anonymousId": "hers", "context": {"groupId": "acme-west"}}] * (
            window == 1
        )
        assert Caller(town.stack.base_url)("POST", "/v1/batch", {"batch": batch}, **headers).status == 200

        def counted(window: int = window) -> bool:
            town.stack.pass_to("+6m")
            days = town.api.get("/v1/customers/acme/usage")["days"]
            return sum(day["calls"] for day in days) == 2 * window

        eventually(counted, 120)


def tell_again(town: Town, install: dict[str, str], *, headers: dict[str, str], body: bytes) -> int:
    """A tracker's webhook; Linear's says when it is sent, and is signed anew."""
    if "linear-signature" in headers:
        body = json.dumps(json.loads(body) | {"webhookTimestamp": int(town.stack.now() * 1000)}).encode()
        signature = hmac.new(install["secret"].encode(), body, hashlib.sha256).hexdigest()
        headers = headers | {"linear-signature": signature}
    return pass_on(install["url"], headers, body)


def shown_at(team: Team, ticket: str) -> str:
    """All that a ticket shows there."""
    return " ".join([team.title(ticket), team.body_of(ticket), *team.comments(ticket)])


def assert_gone_elsewhere(town: Town, report: dict[str, Any]) -> None:
    """What our app posted of hers is gone from Slack and Teams; her own words there are in the report, by hand."""
    assert {each["state"] for each in report["elsewhere"]} <= {"done", "by-hand", "unsupported"}
    fared = {(each["channel"], each["state"]) for each in report["elsewhere"]}
    assert fared >= {(channel, state) for channel in ("slack", "msteams") for state in ("done", "by-hand")}
    shown = town.slack.texts(town.slack.channels["acme-help"])
    assert {said for said in SAID for text in shown if said in text} == {"By Slack"}
    assert any("Hello from Bob" in text for text in shown) is any("Hello from Bob" in text for text in town.in_slack)
    chat = [each["text"] for each in town.teams.messages.values() if not each["deleted"] and each["from"] == BOT["id"]]
    assert not [text for text in chat for said in SAID if said in text]


def assert_told_again_in_vain(town: Town, report: dict[str, Any]) -> None:
    """Every webhook since the beginning is told once more: what she said is dropped, and counted."""
    for tell in town.again:
        assert tell() in (200, 202)
    path = f"/v1/erasures/{report['id']}"
    eventually(lambda: town.api.get(path)["dropped"] >= report["dropped"] + len(WEBHOOKS))


def is_eves(town: Town, name: str) -> bool:
    """Whether it is of the stranger who gave the same address, and whom nobody asked to forget."""
    return any(each in name for each in (town.eves, *visitors(town)))


def visitors(town: Town) -> list[str]:
    said = town.api.all(f"/v1/rooms/{town.eves}/messages")
    return sorted({each["author"]["id"] for each in said if each["author"]["kind"] == "visitor"})


def assert_collected(town: Town, person: str) -> None:
    """Her archive has all that she said; it is there once."""
    made = town.api.post("/v1/exports", {"person": person})
    path = f"/v1/exports/{made['id']}"
    eventually(lambda: town.api.get(path)["state"] == "ready")
    [link] = town.api.post(f"{path}/fetch")["links"]
    with zipfile.ZipFile(io.BytesIO(urllib3.request("GET", link).data)) as archive:
        texts = {each["text"] for each in json.loads(archive.read("Message.json"))}
        assert set(SAID) <= texts
        assert [name for name in archive.namelist() if name.endswith(".eml")]
    assert town.api("POST", f"{path}/fetch").status == 409
    town.stack.pass_to("+1h")  # what was fetched is gone
    eventually(lambda: town.api.get(path)["state"] == "ended")


def forgotten(town: Town, person: str) -> dict[str, Any]:
    """The report, once the erasure is done; time is set on whenever it waits."""
    erasure = town.api.post("/v1/erasures", {"person": person})

    def done() -> object:
        town.stack.pass_to("+2m")
        report = town.api.get(f"/v1/erasures/{erasure['id']}")
        return report if report["state"] == "done" else None

    report = eventually(done, 400)
    assert isinstance(report, dict)
    return report


def assert_new(town: Town, workspace: dict[str, str]) -> None:
    """The same mail again is dropped; a new one, and her next token, are of somebody new."""
    anyone = Caller(town.stack.base_url)
    [mail] = [each for each in town.api.all("/v1/installs") if each["kind"] == "email"]
    secret = town.api.post(f"/v1/installs/{mail['id']}/secrets", {})["secret"]

    def write(subject: str, **more: str) -> None:
        posted = postmark("By letter again", MAIL, name="Ann", subject=subject, **more)
        assert anyone("POST", f"/in/email/{mail['id']}", posted, Authorization=basic(secret)).status == 200

    write("The same once more")
    write("Once more", id_="m2@developers.example")
    eventually(lambda: [each for each in town.api.all("/v1/rooms") if each["name"] == "Once more"])
    ann = Caller(town.stack.base_url, signed(workspace, "ann", email=MAIL))
    ann.post(f"/v1/rooms/{town.triage}/messages", {"text": "Here again"})
    now = {each["external_id"]: each["id"] for each in town.api.all("/v1/customers/acme/users")}
    assert now["ann"] != town.users["ann"]
    assert "The same once more" not in {each["name"] for each in town.api.all("/v1/rooms")}
