"""Makes the fixture of what is stored and spoken.

`python -m tests.stored.make` was run with the code of 4a140ce: what was stored then is not to be made again by later
code. `python -m tests.stored.make again` keeps it, and writes what later code makes of it: for what is meant to change.
"""

import base64
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.tickets import Hint
from chalicelib.edge import sockets, workers
from chalicelib.edge.shapes.answers import time_of
from chalicelib.flows.broadcasts.send import send_broadcast
from chalicelib.flows.search.index import index_pending
from chalicelib.ports import Answer, Call, IndexTask, Request, Task
from chalicelib.store.keys import KINDS
from chalicelib.store.rows import Row, to_row
from infra.build import build
from infra.runtime import host
from infra.venvs import ROOT
from tests.api import Client, Got
from tests.arriving import event
from tests.edge.routes.test_sign_in import OWN, came
from tests.everywhere import ACME, AGENTS, CHAT, HOOK, Everywhere, everywhere
from tests.flows.mail.test_mail_from_ses import RAW
from tests.flows.mail.test_mail_from_ses import told as notified
from tests.mails import ADDRESS
from tests.peers.msteams import TeamsPeer

from . import spoken
from .standing import HERE, TEAMS, TRACKER, Outside, after_hours, after_queues, after_stream, document, found
from .whole import whole
from .wire import Stored, Wire, reacted, told, wired, worked_off, written
from .wire import event as handed

HOUR = 3_600_000
EVENTS = ["promise.made", "promise.kept", "segment.entered", "segment.left"]
# As the filter of infra/resources.yaml lets them through: pk and sk.
STREAMED = re.compile(r"R#\S+ [MNLK]#.+|[CRI]#\S+ A|[CI]#\S+ (USER#.+|PLACEMENT|CUSTOMER#.+)|W#\S+ AGENT#.+")


def ok(got: Got) -> Any:
    """What was answered."""
    assert got.status < 300, got.text
    return json.loads(got.text or "null")


class Ends:
    """The peers of `Everywhere`, and a tracker that takes everything."""

    def __init__(self, here: Everywhere) -> None:
        self.here, self.tracker, self.down = here, Outside(), False

    def send(self, request: Request) -> Answer:
        if self.down:
            return Answer(503)
        if request.url == HOOK and "message" not in json.loads(request.body):
            return Answer(204)
        return (self.tracker if request.url == TRACKER else self.here).send(request)


# --- what was done before -----------------------------------------------------------------------------------------


def settle(here: Everywhere) -> None:
    """Tell everything and do everything."""
    for _ in range(3):
        here.hand_over(here.waiting())
        here.work()
        here.parley.sync_all()
        here.parley.work_all()
        here.parley.sort_all()
        while here.parley.queues.errands:
            send_broadcast(here.parley.world, here.parley.queues.errands.pop(0))
        here.pass_time(2)


def people(here: Everywhere) -> str:
    """Agents, customers and their attributes, users, visitors, segments, and who signs in how: a session's cookie."""
    api = here.api
    hook = {"config": {"url": HOOK, "all_rooms": True, "events": EVENTS}}
    ok(api.patch(f"/v1/installs/{here.installs['webhook']}", hook))
    ok(api.post("/v1/agents", {"name": "Bob", "role": "admin", "email": "bob@vendor.example"}))
    ok(api.post("/v1/agents", {"name": "Ann", "role": "reader"}))
    ok(api.put("/v1/attributes/plan", {"type": "string", "description": "What they pay for"}))
    ok(api.put("/v1/attributes/arr", {"type": "number"}))
    pro = {"attribute": "plan", "equals": "pro"}
    ok(api.post("/v1/segments", {"name": "Pro", "filter": pro}))
    ok(api.post("/v1/segments", {"name": "Friends", "customers": ["acme"]}))
    told_ = {"plan": "pro", "arr": 1200.5}
    ok(api.put("/v1/customers/acme", {"attributes": told_, "language": "de", "timezone": "Europe/Berlin"}))
    ok(api.put("/v1/customers/acorn", {"name": "Acorn", "domains": ["acorn.example"]}))
    ok(api.put("/v1/customers/acorn/users/bob", {"name": "Bob", "email": "bob@acorn.example"}))
    browser = came(here.parley, "bob@vendor.example")
    assert browser("POST", "/v1/socket-tickets").status == 201
    rows = [{"external_id": "oak", "name": "Oak"}, {"external_id": "elm", "attributes": {"none": 1}}]
    ok(api.post("/v1/customers/bulk", {"customers": rows}))
    settle(here)
    ok(api.post("/v1/snippets", {"name": "hello", "text": "Hello {{customer.name}}"}))
    ok(api.post("/v1/api-keys", {"name": "CI"}, headers={"Idempotency-Key": "once"}))
    ok(api.put("/v1/broadcast-rules", {"per_week": 20, "quiet_hours": {"from": "00:00", "to": "00:01"}}))
    return browser.cookie


def talk(here: Everywhere) -> None:
    """What is said on every side, changed, taken back, marked; notes, and rooms of every kind."""
    api, ann, room = here.api, here.tenant.user(), f"/v1/rooms/{here.room}"
    said = ok(ann.post(f"{room}/messages", {"text": "The export stops after a minute"}))
    file = ok(api.post("/v1/attachments", {"name": "a.txt", "size": 5, "type": "text/plain"}))
    me = ok(api.get("/v1/me"))["id"]
    reply = {"message": said["id"], "quote": {"start": 4, "end": 10}}
    answer = ok(api.post(f"{room}/messages", {"text": "We look", "reply_to": reply}))
    note = {"text": "A note", "internal": True, "mentions": [me], "attachments": [file["id"]]}
    ok(api.post(f"{room}/messages", note))
    settle(here)
    ok(api.patch(f"{room}/messages/{answer['id']}", {"text": "We look into it"}))
    ok(ann.put(f"{room}/messages/{answer['id']}/reactions/👍"))
    gone = ok(ann.post(f"{room}/messages", {"text": "Never mind"}))
    ok(ann.delete(f"{room}/messages/{gone['id']}"))
    root = here.slack.say("U0ANN", ACME, "From Slack")
    here.teams.say("29:ann", "From Teams", CHAT, mention=False)
    here.app.tell("message", "app-1", text="From the app")
    here.write("words by mail")
    settle(here)
    here.slack.say("U0ANN", ACME, "In the thread", root)
    here.slack.react("U0ANN", here.slack.post(ACME, root), "eyes")
    here.slack.change(here.slack.post(ACME, root), "From Slack, changed")
    settle(here)
    ok(api.patch(room, {"name": "Triage", "labels": ["export"], "assignees": [me]}))
    due = time_of(here.parley.clock.at + HOUR)
    ok(api.patch(room, {"promise": {"text": "We look", "due": due}}))
    ok(ann.put(f"{room}/read", {"message": said["id"]}))
    ok(api.post("/v1/rooms", {"name": "Inside", "kind": "internal", "customer": "acme"}))
    ok(api.post(f"{room}/fork", {"from": said["id"], "to": answer["id"], "name": "Export"}))
    ok(api.post(f"{room}/connect-codes"))
    ok(api.patch("/v1/workspace", {"visitors": True}))
    visitor = {"workspace": here.tenant.id, "name": "Ann", "email": "ann@acme.example", "text": "Anybody?"}
    ok(Client().post("/v1/visitors", visitor))
    settle(here)


def failures(here: Everywhere) -> None:
    """Deliveries that failed for good, that were skipped, that a paused install missed, that wait."""
    api = here.api
    path = f"/v1/rooms/{here.room}/bridges"
    (bridge,) = [each for each in ok(api.get(path))["items"] if each["install"] == here.installs["msteams"]]
    ok(api.patch(f"{path}/{bridge['id']}", {"edits": False}))
    said = ok(api.post(f"/v1/rooms/{here.room}/messages", {"text": "Not everywhere"}))
    settle(here)
    ok(api.patch(f"/v1/rooms/{here.room}/messages/{said['id']}", {"text": "Not quite everywhere"}))
    settle(here)
    here.failing["webhook"] = ["500"] * 12
    ok(api.post(f"/v1/rooms/{here.room}/messages", {"text": "Given up"}))
    here.run(100)
    here.failing["webhook"] = []
    settle(here)
    here.teams.closed.add(CHAT)
    for text in ("Nobody there", "Still nobody", "Nor now"):
        ok(api.post(f"/v1/rooms/{here.room}/messages", {"text": text}))
        settle(here)
    here.teams.closed.clear()


def issues(here: Everywhere) -> str:
    """A tracker, issues with tickets, comments, notices, and one that goes into another."""
    api = here.api
    install = ok(api.post("/v1/installs", {"kind": "tracker", "name": "Board", "config": {"url": TRACKER}}))["id"]
    ok(api.post(f"/v1/installs/{install}/try"))
    ok(api.patch(f"/v1/installs/{install}/tracking", {"comments": "all", "labels": True, "policy": "draft"}))
    body = {"title": "Export breaks", "public_title": "Export", "tickets": [install], "labels": ["export"]}
    issue = ok(api.post("/v1/issues", body))["id"]
    ok(api.post(f"/v1/issues/{issue}/rooms", {"room": here.room}))
    settle(here)
    ok(api.post(f"/v1/issues/{issue}/comments", {"text": "More of it"}))
    settle(here)
    notice = ok(api.post(f"/v1/issues/{issue}/notices", {"text": "We know of it"}))["id"]
    ok(api.post(f"/v1/notices/{notice}/approve"))
    settle(here)
    other = ok(api.post("/v1/issues", {"title": "Export is slow", "kind": "feature"}))["id"]
    ok(api.post(f"/v1/issues/{other}/rooms", {"room": here.tenant.triage("acorn")}))
    third = ok(api.post("/v1/issues", {"title": "Not asked for any more", "kind": "question"}))["id"]
    ok(api.post(f"/v1/issues/{third}/rooms", {"room": here.tenant.triage("acorn")}))
    settle(here)
    return install


def broadcasts(here: Everywhere) -> None:
    """One that is sent, one for later."""
    api = here.api
    one = ok(api.post("/v1/broadcasts", {"text": "News, {{customer.name}}", "customers": ["acme", "acorn"]}))["id"]
    ok(api.post(f"/v1/broadcasts/{one}/send", {}))
    settle(here)
    topic = {"into": "topic", "room_name": "Maintenance", "variants": {"de": "Wartung"}}
    two = ok(api.post("/v1/broadcasts", {"text": "Maintenance", "customers": ["acme"], **topic}))["id"]
    ok(api.post(f"/v1/broadcasts/{two}/send", {}))
    settle(here)
    later = ok(api.post("/v1/broadcasts", {"text": "Later", "customers": ["acme"]}))["id"]
    ok(api.post(f"/v1/broadcasts/{later}/send", {"at": time_of(here.parley.clock.at + 2 * HOUR)}))


def filled(here: Everywhere) -> tuple[str, str]:
    """All of it; the tracker's install, and a session's cookie."""
    here.parley.mailer = here.mailer
    here.parley.world = replace(here.parley.world, outside=Ends(here))
    session = people(here)
    talk(here)
    failures(here)
    install = issues(here)
    broadcasts(here)
    for tree in (here.tenant.id, ok(here.api.get("/v1/customers/acme"))["id"]):
        index_pending(here.parley.store, here.parley.world.index, tree, now=here.parley.clock.now(), enough=1)
    return install, session


# --- what went over wires -----------------------------------------------------------------------------------------


def envelope(here: Everywhere, kind: str, told_: Any, install: str = "") -> Envelope:
    """A webhook as it is queued."""
    body = told_ if isinstance(told_, bytes) else json.dumps(told_).encode()
    return Envelope(
        id=here.parley.world.fresh_id("env"),
        workspace=here.tenant.id,
        install=install or here.installs[kind],
        channel=kind,
        received_at=here.parley.clock.now(),
        headers={"content-type": "application/json"},
        body=body.replace(here.teams.url.encode(), TEAMS.encode()),
        query={"a": "b"},
        address="192.0.2.1",
    )


def line(here: Everywhere, id_: str, caller: Client, **wanted: Any) -> None:
    """An open socket that is told of something."""
    sockets.on_connect(
        SimpleNamespace(connection_id=id_, to_dict=lambda: {"headers": {"Origin": "https://acme.example"}})
    )
    for frame in ({"type": "authenticate", "token": caller.credential}, {"type": "subscribe", **wanted}):
        sockets.on_message(SimpleNamespace(connection_id=id_, body=json.dumps(frame)))


def troubles(here: Everywhere, wire: Wire, ends: Ends) -> None:
    """What is buried, what is tried again, what is planned: by workers that ran."""
    api, sqs = here.api, wire.sqs
    line(here, "line-agent=", api, inbox=True)
    line(here, "line-room=", api, room=here.room)
    line(here, "line-ann=", here.tenant.user(), customer="acme")
    line(here, "line-oak=", here.tenant.user("oak"), customer="oak")
    sockets.on_connect(SimpleNamespace(connection_id="line-nobody=", to_dict=dict))
    customer = ok(api.get("/v1/customers/acme"))["id"]
    given_up("jobs", {"workspace": here.tenant.id, "customers": {customer: []}})
    given_up("deliver", {"bridge": here.rows()[0].bridge, "n": 1}, MessageGroupId="group")
    before = dict(here.parley.table.rows)
    ok(api.post(f"/v1/rooms/{here.room}/messages", {"text": "Not at once"}))
    reacted(*changes(before, here.parley.table.rows))
    ends.down = True
    for each in sqs.take("deliver"):
        assert worked_off(each)
    ends.down = False
    for more in ({}, {"into": "topic", "room_name": "Plans"}):
        body = {"text": "Planned", "customers": ["acme", "acorn", "oak"], **more}
        ok(api.post(f"/v1/broadcasts/{ok(api.post('/v1/broadcasts', body))['id']}/send", {}))
    for errand in sqs.take("broadcast"):
        assert worked_off(errand)
        sqs.sent.append(errand)


def given_up(queue: str, body: Stored, **more: str) -> None:
    """A message that failed for the last time."""

    def fails(_: Any) -> None:
        raise ValueError("broken")

    handed_ = handed({"MessageBody": json.dumps(body), **more}, workers.MAX_TRIES)
    assert workers.each(queue, SimpleNamespace(to_dict=lambda: handed_), fails) == {"batchItemFailures": []}


def acts(here: Everywhere, wire: Wire, tracker: str) -> None:
    """What people do, all of which is still to be reacted to and to be worked off."""
    api, queues, room = here.api, here.parley.world.queues, f"/v1/rooms/{here.room}"
    ann = here.tenant.user()
    said = ok(ann.post(f"{room}/messages", {"text": "It stops again"}))
    ok(api.post(f"{room}/messages", {"text": "We know", "reply_to": {"message": said["id"]}}))
    note = ok(api.post(f"{room}/messages", {"text": "Between us", "internal": True}))
    ok(api.patch(f"{room}/messages/{note['id']}", {"text": "Between us two"}))
    ok(ann.patch(f"{room}/messages/{said['id']}", {"text": "It stops again and again"}))
    ok(api.put(f"{room}/messages/{said['id']}/reactions/👍"))
    ok(ann.delete(f"{room}/messages/{ok(ann.post(f'{room}/messages', {'text': 'Oh'}))['id']}"))
    ok(ann.put(f"{room}/read", {"message": said["id"]}))
    ok(api.patch(room, {"promise": {"state": "kept"}, "labels": ["export", "late"]}))
    ok(api.put("/v1/customers/acme", {"name": "Acme Inc", "attributes": {"plan": "free", "arr": 2400}}))
    acorn = ok(api.put("/v1/customers/acorn", {"attributes": {"plan": "pro"}}))["id"]
    moved = {"workspace": here.tenant.id, "customers": {acorn: []}}
    assert worked_off({"queue": "jobs", "MessageBody": json.dumps(moved)})
    ok(api.put("/v1/customers/acorn/users/bob", {"state": "blocked"}))
    ok(api.put("/v1/customers/acorn/users/ann", {"name": "Ann"}))
    ok(api.put("/v1/customers/oak", {"state": "blocked"}))
    reader = next(each for each in ok(api.get("/v1/agents"))["items"] if each["name"] == "Ann")
    ok(api.patch(f"/v1/agents/{reader['id']}", {"state": "blocked"}))
    ok(api.post(f"{room}/bridges/{next(row.bridge for row in here.rows() if row.missed)}/replay"))
    ok(api.post("/v1/sign-in/links", {"email": "bob@vendor.example"}, headers=OWN))
    ok(api.post("/v1/search/rebuild"))
    rows = [{"external_id": "fir", "name": "Fir"}, {"external_id": "ash", "attributes": {"none": 1}}]
    ok(api.post("/v1/customers/bulk", {"customers": rows}))
    (letter, *_) = ok(api.get("/v1/dead-letters"))["items"]
    ok(api.post(f"/v1/dead-letters/{letter['id']}/replay"))
    now = ok(api.post("/v1/broadcasts", {"text": "Now", "customers": ["acme"]}))["id"]
    ok(api.post(f"/v1/broadcasts/{now}/send", {}))
    tracked(here, tracker)
    arrivals(here, wire, tracker)
    others(here, queues, tracker)


def tracked(here: Everywhere, tracker: str) -> None:
    """What is done to issues."""
    api = here.api
    found = {each["title"]: each for each in ok(api.get("/v1/issues"))["items"]}
    one, two, old = (found[title] for title in ("Export breaks", "Export is slow", "Not asked for any more"))
    ok(api.delete(f"/v1/issues/{old['id']}/rooms/{here.tenant.triage('acorn')}"))
    ok(api.patch(f"/v1/issues/{one['id']}", {"state": "done", "tell": "draft", "words": "It is fixed"}))
    ok(api.post(f"/v1/issues/{one['id']}/comments", {"text": "Fixed"}))
    ok(api.post(f"/v1/issues/{one['id']}/rooms", {"room": here.tenant.triage("oak")}))
    notice = ok(api.post(f"/v1/issues/{one['id']}/notices", {"text": "It is fixed", "resolve": True}))["id"]
    ok(api.post(f"/v1/notices/{notice}/approve"))
    ok(api.post(f"/v1/issues/{two['id']}/merge", {"into": one["id"]}))
    three = ok(api.post("/v1/issues", {"title": "Gone again", "kind": "question", "tickets": [tracker]}))["id"]
    ok(api.post(f"/v1/issues/{three}/rooms", {"room": here.room}))


def arrivals(here: Everywhere, wire: Wire, tracker: str) -> None:
    """Webhooks of every channel, of every sort that the peers can tell."""
    queues = here.parley.world.queues
    here.waiting()
    root = here.slack.say("U0ANN", ACME, "From Slack once more")
    here.slack.change(here.slack.post(ACME, root), "From Slack, changed")
    here.slack.react("U0ANN", here.slack.post(ACME, root), "tada")
    here.slack.remove(here.slack.post(ACME, here.slack.say("U0ANN", ACME, "Oh")))
    here.slack.say("U0AGENT", AGENTS, "From the agents", here.thread())
    id_ = here.teams.say("29:ann", "From Teams once more", CHAT, mention=False)
    here.teams.edit("29:ann", id_, "From Teams, changed", CHAT)
    here.app.tell("message", "app-2", text="From the app once more")
    here.app.tell("message.edited", "app-2", text="From the app, changed")
    here.app.tell("reaction.added", "app-2", emoji="👍")
    here.app.tell("message.deleted", "app-1")
    here.write("more words by mail")
    for kind, body in here.waiting():
        queues.inbound(envelope(here, kind, body), f"{here.installs[kind]}:{kind}")
    bounce = {"RecordType": "Bounce", "Type": "HardBounce", "Email": "gone@acme.example", "Description": "No such"}
    queues.inbound(envelope(here, "email", bounce), here.installs["email"])
    large = event(id_="app-3", customer="acme", user="bob", text="Large", padding="x" * 20_000)
    queues.inbound(envelope(here, "webhook", large), "a group with spaces")
    for type_, ticket in (("ticket.changed", "1"), ("comment.created", "1"), ("project.changed", "")):
        hint = {"type": type_, "ticket": ticket, "comment": "c1" if "comment" in type_ else "", "actor": "bob"}
        queues.inbound(envelope(here, "tracker", hint, tracker), f"{tracker}:{ticket}")
    here.parley.files.put("received/s1", RAW, "message/rfc822")
    receipt = {"recipients": [ADDRESS], "action": {"objectKey": "received/s1"}, "dmarcVerdict": {"status": "PASS"}}
    notice = {"notificationType": "Received", "mail": {"messageId": "s1", "source": "ann@acme.example"}}
    bounced = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "gone@acme.example"}]}
    mail = {"messageId": "m", "tags": {"install": [here.installs["email"]]}}
    for each in ({**notice, "receipt": receipt}, {"eventType": "Bounce", "bounce": bounced, "mail": mail}):
        wire.sqs.send_message("/mail", MessageBody=notified(each))


def others(here: Everywhere, queues: Any, tracker: str) -> None:
    """What no act above leads to."""
    install = here.installs["msteams"]
    queues.jobs([{"catch_up": install, "bridge": ""}])
    hint = Hint(ticket="1", what="commented", id="h1", comment="c1", at=2, actor="bob", moved_to="2", mark="m")
    queues.sync([Task("look", "", tracker, "1", hint, 5, "why"), Task("repair", tracker, why="now")])
    queues.sync([Task("project", tracker, why="now"), Task("count", here.tenant.id, why="v1")])
    queues.index([IndexTask(here.tenant.id, "now")])
    queues.wake_later(Call(f"{here.room.partition('_')[2]}.{install.partition('_')[2]}", 1, "late:1"), 5)


def changes(before: dict[Any, Row], after: dict[Any, Row]) -> list[Stored]:
    """What the stream tells of a table that was and a table that is, of what its filter lets through."""
    keys = [key for key in sorted(before.keys() | after.keys()) if STREAMED.fullmatch(" ".join(key))]
    return [told(after.get(key), before.get(key)) for key in keys if after.get(key) != before.get(key)]


def broken(records: list[Stored]) -> list[Stored]:
    """Changes that cannot be read: a message's, and that of a customer whose workspace is known."""
    there = [each for each in records if "NewImage" in each["dynamodb"]]
    message, customer = (
        next(each for each in there if each["dynamodb"]["NewImage"]["t"]["S"] == name)
        for name in ("Message", "Customer")
    )
    found = json.loads(json.dumps([message, customer]))
    found[0]["dynamodb"]["NewImage"]["d"]["S"] = "{"
    found[1]["dynamodb"]["OldImage"] = {**found[1]["dynamodb"]["NewImage"], "d": {"S": "{"}}
    return list(found)


# --- all of it ----------------------------------------------------------------------------------------------------


@contextmanager
def smaller(here: Everywhere, wire: Wire) -> Iterator[None]:
    """The sockets' edge on the same Parley; and what is too much for one message sooner is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sockets, "world", lambda: here.parley.world)
        patch.setattr(sockets, "sockets", lambda: wire.lines)
        patch.setattr("chalicelib.aws.queues.MAX_INLINE", 10_000)
        patch.setattr("chalicelib.flows.bridges.replay_missed.PAGE", 1)
        yield


def keep(name: str, told_: Any) -> None:
    """Write a document of the fixture."""
    (HERE / name).write_text(json.dumps(told_, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


def keep_lines(name: str, found: list[str], teams: TeamsPeer) -> None:
    """Write lines of the fixture. The peer's address is another one each time."""
    (HERE / name).write_text("".join(each.replace(teams.url, TEAMS) + "\n" for each in found))


def made(teams: TeamsPeer, here: Everywhere) -> None:
    """The table, the bucket, the stream, the queues."""
    parley, (tracker, session) = here.parley, filled(here)
    keep("credentials.json", {"api key": here.api.credential, "session": session})
    ends = Ends(here)
    with wired(parley, ends) as wire, smaller(here, wire):
        troubles(here, wire, ends)
        before = dict(parley.table.rows)
        acts(here, wire, tracker)
        table = dict(parley.table.rows)
        stream = changes(before, table)
        stream += broken(stream)
        reacted(*stream)
        there = {key: base64.b64encode(each).decode() for key, each in parley.files.content.items()}
        keep("bucket.json", there)
        examples = [to_row(whole(kind.type)) for kind in KINDS]
        keep_lines("table.jsonl", [written(row) for row in [*table.values(), *examples]], teams)
        keep_lines("stream.jsonl", [json.dumps(each) for each in stream], teams)
        keep_lines("queues.jsonl", [json.dumps(each) for each in wire.sqs.sent], teams)
        keep("outcome.json", {"at": parley.clock.at})


def main(again: bool) -> None:
    """Make it, unless it is there, and what comes of it."""
    if not again:
        with TeamsPeer() as teams, everywhere(teams) as here:
            made(teams, here)
    at = document("outcome.json")["at"]
    outcome = {"stream": after_stream(), "queues": after_queues(), "hours": after_hours(), **found()}
    keep("outcome.json", {"at": at, **outcome})
    for name in ("openapi", "problems", "metrics"):
        keep(f"{name}.json", getattr(spoken, name)())
    package = build(host(), ROOT / ".build" / "shape")
    keep("template.json", spoken.codeless(json.loads(package.template.read_text())))


if __name__ == "__main__":
    main("again" in sys.argv)
