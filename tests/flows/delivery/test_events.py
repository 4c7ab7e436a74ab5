"""Everything that happens is told: each type of the catalogue by a story that brings it about, in the shape of its
example, once each and in the order of its room."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.event_types import CATALOGUE, CHOSEN
from chalicelib.desk.times import DAY_MS, HOUR_MS, MINUTE_MS, from_rfc3339, rfc3339
from chalicelib.desk.workspaces import Install, Workspace
from chalicelib.flows import dispatch
from chalicelib.flows.bridges.stop_install import stop_install
from chalicelib.flows.clock import tick
from chalicelib.flows.issues.history import history_entry
from chalicelib.ports import Answer, Put, ref
from chalicelib.store.rows import from_row
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.flows.clocks.test_clocks import POLICY, with_policies
from tests.flows.delivery.test_announce import planned

HOOK = "https://vendor.example/hook"


def listening(tenant: Tenant, *events: str, all_rooms: bool = False) -> str:
    config = {"url": HOOK, "all_rooms": all_rooms, "events": list(events)}
    got = tenant.api.post("/v1/installs", {"kind": "webhook", "name": "H", "config": config})
    assert got.status == 201, got.text
    return str(got.json["id"])


def told(parley: Parley) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body, _ in parley.outside.posts]


def types(parley: Parley) -> list[str]:
    return [event["type"] for event in told(parley)]


class Stage:
    """A workspace whose webhook is told of everything, and what one does there."""

    def __init__(self, parley: Parley, tenant: Tenant) -> None:
        self.parley, self.tenant, self.api = parley, tenant, tenant.api
        tenant.customer("acme", name="Acme")
        self.install = listening(tenant, *CHOSEN, all_rooms=True)

    def room(self, **fields: Any) -> str:
        made = self.api.post("/v1/rooms", {"name": "Export", "customer": "acme"} | fields)
        self.parley.settle()
        return str(made.json["id"])

    def change(self, room: str, **fields: Any) -> None:
        got = self.api.patch(f"/v1/rooms/{room}", fields)
        assert got.status == 200, got.text
        self.parley.settle()

    def say(self, room: str, client: Client | None = None, **fields: Any) -> str:
        got = (client or self.api).post(f"/v1/rooms/{room}/messages", {"text": "It is down"} | fields)
        assert got.status == 201, got.text
        self.parley.settle()
        return str(got.json["id"])

    def ask(self, room: str) -> str:
        self.tenant.now = self.parley.clock.at // 1000
        return self.say(room, self.tenant.user())

    def pass_time(self, ms: int) -> None:
        self.parley.clock.at += ms
        self.parley.due()
        self.parley.settle()


@pytest.fixture
def stage(parley: Parley, tenant: Tenant) -> Stage:
    return Stage(parley, tenant)


def rooms(stage: Stage) -> None:
    room, me = stage.room(), stage.api.get("/v1/me").json["id"]
    message = stage.ask(room)
    path = f"/v1/rooms/{room}/messages/{message}"
    stage.tenant.user().patch(path, {"text": "It is slow"})
    stage.parley.settle()
    stage.api.put(f"{path}/reactions/👍")
    stage.parley.settle()
    stage.change(room, name="Exports", assignees=[me], labels=["exports"], priority="high")
    stage.api.put(f"/v1/rooms/{room}/follow", {})
    stage.api.post(f"/v1/rooms/{room}/acknowledge", {})
    stage.change(room, snoozed_until=rfc3339(stage.parley.clock.at + HOUR_MS))
    stage.pass_time(2 * HOUR_MS)
    stage.change(room, state="resolved", outcome="solved", tell=True)
    stage.tenant.now = stage.parley.clock.at // 1000
    stage.tenant.user().put(f"/v1/rooms/{room}/rating", {"happy": True, "why": "Quick"})
    stage.parley.settle()
    stage.change(room, state="open")
    stage.api.post(f"/v1/rooms/{room}/fork", {"from": message, "to": message, "name": "Apart"})
    stage.parley.settle()
    stage.tenant.user().delete(path)


def promises(stage: Stage) -> None:
    room = stage.room()
    for end in ({"promise": {"state": "kept"}}, {"promise": {"state": "broken"}}, {"promise": None}):
        stage.change(room, promise={"text": "a fix", "due": rfc3339(stage.parley.clock.at + HOUR_MS)})
        if end["promise"] is None:
            stage.pass_time(2 * HOUR_MS)
        stage.change(room, **end)


def clocks(stage: Stage) -> None:
    with_policies(stage.parley, stage.tenant, POLICY)
    room = stage.room()
    stage.ask(room)
    for _ in range(40):
        stage.pass_time(6 * MINUTE_MS)
    other = stage.room()
    stage.ask(other)
    stage.say(other)


def adoptions(stage: Stage) -> None:
    stage.api.patch("/v1/workspace", {"visitors": True})
    body = {"workspace": stage.tenant.id, "name": "Ann", "email": "ann@acme.example", "text": "Hello"}
    room = Client().post("/v1/visitors", body).json["room"]["id"]
    stage.parley.settle()
    stage.api.post(f"/v1/rooms/{room}/adoption", {"customer": "acme"})
    stage.parley.settle()
    stage.api.delete(f"/v1/rooms/{room}/adoption")


def segments(stage: Stage) -> None:
    stage.api.put("/v1/attributes/plan", {"type": "string"})
    stage.api.post("/v1/segments", {"name": "Pro", "filter": {"attribute": "plan", "equals": "pro"}})
    for plan in ("pro", "free"):
        planned(stage.parley, stage.tenant, plan)


def people(stage: Stage) -> None:
    for name in ("Ann", "Anna"):
        for customer in ("acme", "beta"):
            stage.tenant.customer(customer)
            body = {"name": name, "email": "ann@acme.example"}
            stage.api.put(f"/v1/customers/{customer}/users/ann", body)
        stage.parley.settle()
    id_ = stage.api.get("/v1/customers/acme/users/ann").json["id"]
    body = {"member": {"customer": "beta", "user": "ann"}}
    person = stage.api("POST", f"/v1/people/{id_}/ties", body, customer="acme").json
    stage.parley.settle()
    stage.api.delete(f"/v1/people/{person['id']}/ties/{person['ties'][0]['id']}")


def issues(stage: Stage) -> None:
    room = stage.room()
    stage.ask(room)
    one, other = (stage.api.post("/v1/issues", {"kind": "bug", "title": t}).json["id"] for t in ("Late", "Later"))
    for issue in (one, other):
        stage.api.post(f"/v1/issues/{issue}/rooms", {"room": room})
    stage.parley.settle()
    stage.api.delete(f"/v1/issues/{other}/rooms/{room}")
    stage.api.post(f"/v1/issues/{other}/merge", {"into": one})
    stage.api.patch(f"/v1/issues/{one}", {"title": "So late", "state": "in_progress"})
    notice = stage.api.post(f"/v1/issues/{one}/notices", {"text": "Soon"}).json["id"]
    stage.parley.settle()
    stage.api.post(f"/v1/notices/{notice}/approve", {})
    for _ in range(3):
        stage.parley.settle()
    for what in ("linked", "comment", "conflict", "unlinked"):
        entry = history_entry(stage.parley.world, one, stage.tenant.id, what=what, key="API-7")  # type: ignore[arg-type]
        stage.parley.store.commit(entry)


def broadcasts(stage: Stage) -> None:
    got = stage.api.post("/v1/broadcasts", {"text": "News", "customers": ["acme"]})
    assert got.status == 201, got.text


def access(stage: Stage) -> None:
    agent = stage.api.post("/v1/agents", {"name": "Bo", "role": "agent", "email": "bo@vendor.example"}).json["id"]
    stage.parley.settle()
    stage.api.patch(f"/v1/agents/{agent}", {"role": "reader"})
    key = stage.api.post("/v1/api-keys", {"name": "Import", "scopes": ["read"]}).json
    stage.parley.settle()
    stage.api.delete(f"/v1/api-keys/{key['id']}")
    stage.tenant.now = stage.parley.clock.at // 1000
    ann = stage.tenant.user()
    agents = ann.post("/v1/agent-keys", {"name": "Editor"}).json
    stage.parley.settle()
    ann.delete(f"/v1/agent-keys/{agents['id']}")
    install = listening(stage.tenant, "room.opened")
    stage.parley.settle()
    stage.api.patch(f"/v1/installs/{install}", {"name": "Other"})
    stage.parley.settle()
    secret = stage.api.post(f"/v1/installs/{install}/secrets").json["secret"]
    for state in ("paused", "disabled"):
        stage.api.patch(f"/v1/installs/{install}", {"state": "active"})
        found = stage.parley.store.one(ref(Install, install))
        assert found is not None
        stop_install(stage.parley.world, found, state, reason="so")  # type: ignore[arg-type]
        stage.parley.settle()
    stage.api.delete(f"/v1/installs/{install}")
    stage.parley.settle()
    assert key["key"] not in str(stage.parley.outside.posts)
    assert agents["key"] not in str(stage.parley.outside.posts)
    assert secret not in str(stage.parley.outside.posts)


def proposals(stage: Stage) -> None:
    stage.api.patch("/v1/workspace", {"drafting": {"mode": "on"}})
    body = {"name": "Drafter", "kind": "machine", "scopes": ["read", "draft"]}
    machine = Client(stage.api.post("/v1/api-keys", body).json["key"])
    room = stage.room()
    for end in (
        lambda id_: stage.say(room, text="Rotate it", proposal=id_),
        lambda id_: stage.api.post(f"/v1/rooms/{room}/proposals/{id_}/discard", {"reason": "wrong"}),
    ):
        made = machine.post(f"/v1/rooms/{room}/proposals", {"text": "Rotate the key"})
        assert made.status == 201, made.text
        stage.parley.settle()
        end(made.json["id"])
        stage.parley.settle()
    stage.api.patch("/v1/workspace", {"drafting": {"mode": "shadow"}})
    machine.post(f"/v1/rooms/{room}/proposals", {"text": "In shadow"})
    stage.parley.settle()
    assert "In shadow" not in str(stage.parley.outside.posts)


def signals(stage: Stage) -> None:
    owner = stage.api.get("/v1/me").json["id"]
    signal = {"kind": "never_started", "owner": owner, "sentence": "Help them.", "period_days": 1, "on": True}
    body = {"name": "New ones", "customers": ["acme"], "signal": signal}
    assert stage.api.post("/v1/segments", body).status == 201
    stage.pass_time(30 * HOUR_MS)
    reason = {"kind": "drop", "cause": "bug", "until": rfc3339(stage.parley.clock.at)[:10], "text": "Our bug"}
    assert stage.api.post("/v1/customers/acme/reasons", reason).status == 201
    stage.parley.settle()


def failures(stage: Stage) -> None:
    other = stage.api.post("/v1/installs", {"kind": "webhook", "name": "O", "config": {"url": "https://o.example/"}})
    room = stage.room()
    stage.parley.settle()
    kept = stage.parley.outside.send
    stage.parley.outside.send = lambda request: Answer(500) if "o.example" in request.url else kept(request)  # type: ignore[method-assign]
    stage.say(room)
    for _ in range(12):
        stage.pass_time(30 * HOUR_MS)
    stage.parley.outside.send = kept  # type: ignore[method-assign]
    stage.api.delete(f"/v1/installs/{other.json['id']}")


def erasures(stage: Stage) -> None:
    assert stage.api.put("/v1/customers/zebra", {"name": "Zebra"}).status == 201
    assert stage.api.put("/v1/customers/zebra/users/zoe", {"name": "Zoe Zebra"}).status == 201
    stage.parley.settle()
    assert stage.api.delete("/v1/customers/zebra/users/zoe").status == 202


def retention(stage: Stage) -> None:
    room = stage.room()
    stage.say(room)
    stage.change(room, state="resolved")
    days = {"resolved_rooms_days": 30, "originals_days": None, "visitors_days": None, "dead_letters_days": None}
    assert stage.api.put("/v1/retention", days).status == 200
    for _ in range(12):
        stage.parley.clock.at += 3 * DAY_MS
        tick(stage.parley.world)
        stage.parley.settle()


STORIES: tuple[Callable[[Stage], None], ...] = (
    rooms,
    promises,
    clocks,
    adoptions,
    segments,
    people,
    issues,
    broadcasts,
    access,
    proposals,
    signals,
    failures,
    erasures,
    retention,
)


def shape(value: Any) -> Any:
    """Names and kinds of what a body has. What may be null is any kind."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    return [shape(part) for part in value[:1]] if isinstance(value, list) else type(value).__name__


def alike(example: Any, body: Any) -> bool:
    if isinstance(example, dict) and isinstance(body, dict):
        return example.keys() == body.keys() and all(alike(example[name], body[name]) for name in example)
    if isinstance(example, list) and isinstance(body, list):
        return not (example and body) or alike(example[0], body[0])
    return example == body or None in (example, body) or type(example) is type(body)


def test_each_type_is_told_in_the_shape_of_its_example(parley: Parley, stage: Stage) -> None:
    for story in STORIES:
        story(stage)
        for _ in range(2):
            parley.settle()
    found: dict[str, dict[str, Any]] = {}
    for event in told(parley):
        found.setdefault(event["type"], event)
    assert sorted(found) == sorted(each.name for each in CATALOGUE)
    varied = {"reactions", "attributes", "detail", "gone", "held"}
    for each in CATALOGUE:
        body = _without(found[each.name], varied)
        assert alike(_without(each.example, varied), body), (each.name, shape(each.example), shape(body))
    assert len({event["id"] for event in told(parley)}) == len(told(parley))
    parley.outside.posts.clear()
    parley.reacted.clear()
    parley.settle()
    assert types(parley) == []


def _without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: {} if name in names else _without(part, names) for name, part in value.items()}
    return value


def moved(parley: Parley, stage: Stage) -> str:
    """A room of which one change and one message each tell several things."""
    room = stage.room()
    me = stage.api.get("/v1/me").json["id"]
    stage.change(room, assignees=[me], labels=["exports"], priority="high")
    stage.change(room, state="resolved", outcome="solved")
    parley.clock.at += 30 * DAY_MS
    stage.ask(room)
    return room


WHOLE = [
    "room.opened",
    "room.assigned",
    "room.labelled",
    "room.prioritised",
    "room.resolved",
    "message.posted",
    "room.reopened",
]


def test_what_changed_and_its_state_now(parley: Parley, stage: Stage) -> None:
    room = moved(parley, stage)
    of_room = [event for event in told(parley) if event.get("room", {}).get("id") == room]
    assert [event["type"] for event in of_room] == WHOLE
    me = stage.api.get("/v1/me").json["id"]
    _, assigned, _, prioritised, resolved, said, reopened = of_room
    assert assigned["data"]["changed"] == {"assignees": [me]}
    assert assigned["data"]["by"] == me
    assert prioritised["data"]["now"]["priority"] == "high"
    assert resolved["data"]["changed"] == {"state": "resolved", "outcome": "solved"}
    assert reopened["data"]["by"] == said["message"]["author"]["id"]
    assert said["message"]["text"] == "It is down"


@pytest.mark.parametrize("fails", range(8))
def test_a_room_is_told_in_order_whichever_call_fails(parley: Parley, stage: Stage, fails: int) -> None:
    parley.outside.answers += [Answer(200)] * fails + [Answer(503)]
    room = moved(parley, stage)
    for _ in range(3):
        stage.pass_time(HOUR_MS)
    parley.reacted.clear()
    parley.settle()
    tried = [event for event in told(parley) if event.get("room", {}).get("id") == room]
    ids = list(dict.fromkeys(event["id"] for event in tried))
    by_id = {event["id"]: event["type"] for event in tried}
    assert [by_id[id_] for id_ in ids] == WHOLE
    assert len(tried) - len(ids) <= 1


def test_a_message_that_was_deleted_before_it_was_sent_still_moved_its_room(parley: Parley, stage: Stage) -> None:
    room = stage.room()
    stage.change(room, state="resolved", outcome="solved")
    parley.clock.at += 30 * DAY_MS
    parley.outside.posts.clear()
    parley.outside.down()
    message = stage.ask(room)
    stage.tenant.user().delete(f"/v1/rooms/{room}/messages/{message}")
    stage.pass_time(HOUR_MS)
    of_room = [event["type"] for event in told(parley) if "room" in event]
    assert of_room == ["message.posted", "room.reopened", "message.deleted", "room.resolved"]


def test_an_install_is_told_of_what_it_chose_and_of_no_internal_room(parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme")
    listening(tenant, "room.labelled")
    for fields in ({"customer": "acme"}, {"kind": "internal"}):
        room = tenant.api.post("/v1/rooms", {"name": "R"} | fields).json["id"]
        tenant.api.patch(f"/v1/rooms/{room}", {"labels": ["x"], "priority": "high"})
        tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "SECRET", "internal": "customer" in fields})
    parley.settle()
    assert types(parley) == ["room.labelled"]
    assert "SECRET" not in str(parley.outside.posts)


def test_where_nobody_listens_nothing_is_written(parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme")
    room = tenant.api.post("/v1/rooms", {"name": "R", "customer": "acme"}).json["id"]
    tenant.api.patch(f"/v1/rooms/{room}", {"labels": ["x"]})
    parley.settle()
    kinds = {key[0].partition("#")[0] for key in parley.table.rows}
    assert not kinds & {"EVENTS", "D"}


def test_a_workspace_from_before_finds_its_listeners(parley: Parley, stage: Stage) -> None:
    workspace = parley.store.one(ref(Workspace, stage.tenant.id))
    assert workspace is not None
    parley.store.commit(Put(replace(workspace, listening=None), None))
    stage.room()
    assert "room.opened" in types(parley)


def test_what_a_paused_install_misses_is_told_once_it_is_back(parley: Parley, stage: Stage) -> None:
    install = parley.store.one(ref(Install, stage.install))
    assert install is not None
    stop_install(parley.world, install, "paused", reason="too much")
    parley.settle()
    parley.outside.posts.clear()
    stage.room()
    assert types(parley) == []
    stage.api.patch(f"/v1/installs/{stage.install}", {"state": "active"})
    got = stage.api.post(f"/v1/installs/{stage.install}/replay")
    assert got.status in (200, 202), got.text
    parley.settle()
    assert "room.opened" in types(parley)


def test_no_install_is_told_of_its_own_failures_nor_of_failures_to_tell_of_failures(
    parley: Parley, tenant: Tenant
) -> None:
    tenant.customer("acme")
    parley.settle()
    first, second = (listening(tenant, "delivery.failed", "room.opened") for _ in range(2))
    parley.outside.answers += [Answer(500)] * 500
    tenant.api.post("/v1/rooms", {"name": "R", "customer": "acme"})
    parley.settle()
    for _ in range(24):
        parley.clock.at += 30 * HOUR_MS
        parley.due()
        parley.settle()
    failed = {event["id"]: event for event in told(parley) if event["type"] == "delivery.failed"}
    rows = [row for row in map(from_row, parley.table.rows.values()) if isinstance(row, Delivery)]
    assert {(row.state, row.events) for row in rows} == {("failed", ("room.opened",)), ("failed", ("delivery.failed",))}
    whose = {row.id: row.install for row in rows}
    about = {(whose[id_.rpartition(":")[0]], event["data"]["now"]["install"]) for id_, event in failed.items()}
    assert (about, len(failed)) == ({(first, second), (second, first)}, 2)


def test_what_happens_in_one_workspace_is_told_in_no_other(parley: Parley, stage: Stage) -> None:
    other = Tenant.found("Other", parley.clock.at // 1000)
    listening(other, *CHOSEN, all_rooms=True)
    for story in (rooms, people, issues, access):
        story(stage)
        parley.settle()
    mine = [event["type"] for event in told(parley) if event["workspace"] == other.id]
    assert set(mine) <= {"install.connected", "key.issued", "agent.added"}
    assert {event["workspace"] for event in told(parley)} == {stage.tenant.id, other.id}


def test_a_batch_that_is_derived_again_tells_nothing_twice(parley: Parley, stage: Stage) -> None:
    for story in (people, issues, access):
        story(stage)
        parley.settle()
    ids = [event["id"] for event in told(parley)]
    for _ in range(2):
        parley.reacted.clear()
        parley.settle()
    assert [event["id"] for event in told(parley)] == ids


def asked(stage: Stage, *, since: int, until: int, types: list[str] | None = None) -> Any:
    body = {"from": rfc3339(since), "to": rfc3339(until), "types": types or []}
    return stage.api.post(f"/v1/installs/{stage.install}/resend", body)


def sent_anew(parley: Parley) -> None:
    """Its jobs and deliveries, until there are no more."""
    for _ in range(5):
        parley.settle()


def listed(stage: Stage, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    for _ in range(60):
        got = stage.api.get(f"/v1/installs/{stage.install}/events", **query, **cursor)
        assert got.status == 200, got.text
        found += got.json["items"]
        if got.json["next"] is None:
            return found
        cursor = {"cursor": got.json["next"]}
    raise AssertionError("it has no end")


def test_what_was_told_in_a_range_is_told_again_under_its_ids_and_as_it_was(parley: Parley, stage: Stage) -> None:
    stage.room()
    stage.pass_time(2 * HOUR_MS)
    since = parley.clock.at
    for story in (rooms, promises, clocks, adoptions, segments, people, issues, access):
        story(stage)
        parley.settle()
    until = parley.clock.at
    stage.pass_time(3 * HOUR_MS)
    stage.room()
    first = {event["id"]: event for event in told(parley) if since <= from_rfc3339(event["at"]) < until}
    parley.outside.posts.clear()
    assert asked(stage, since=since, until=until).status == 202
    sent_anew(parley)
    again = told(parley)
    gone = [event["message"]["id"] for event in first.values() if event["type"] == "message.deleted"]
    left = {id_ for id_, event in first.items() if event.get("message", {}).get("id") in gone}
    assert {event["id"] for event in again} >= set(first) - left
    assert len(again) == len({event["id"] for event in again})
    for event in again:
        if "data" in event:
            assert event == first[event["id"]]
    parley.outside.posts.clear()
    assert asked(stage, since=since, until=until, types=["room.assigned", "issue.raised"]).status == 202
    sent_anew(parley)
    assert types(parley) == ["room.assigned", "issue.raised", "issue.raised"]


def test_the_page_of_what_was_told(parley: Parley, stage: Stage) -> None:
    since = parley.clock.at
    stage.room()
    stage.pass_time(30 * HOUR_MS)
    room = stage.room()
    parley.outside.down()
    stage.change(room, labels=["x"])
    query = {"from": rfc3339(since), "to": rfc3339(parley.clock.at)}
    found = listed(stage, **query)
    assert [(each["type"], each["delivery"]["state"]) for each in found if each["of"] == room] == [
        ("room.opened", "sent"),
        ("room.labelled", "queued"),
    ]
    assert [each["type"] for each in listed(stage, **query, type="room.labelled")] == ["room.labelled"]
    assert listed(stage, **query, limit="1") == found
    assert found == sorted(found, key=lambda each: each["at"])


def test_what_was_taken_back_is_quoted_no_more(parley: Parley, stage: Stage) -> None:
    since, room = parley.clock.at, stage.room()
    message = stage.say(room, text="SECRET")
    stage.api.delete(f"/v1/rooms/{room}/messages/{message}")
    parley.settle()
    parley.outside.posts.clear()
    asked(stage, since=since, until=parley.clock.at)
    sent_anew(parley)
    assert "message.deleted" in types(parley)
    assert "SECRET" not in str(parley.outside.posts)


def test_nothing_new_waits_for_what_is_sent_again(parley: Parley, stage: Stage) -> None:
    since, room = parley.clock.at, stage.room()
    for place in range(60):
        stage.change(room, labels=[str(place)])
    parley.outside.posts.clear()
    asked(stage, since=since, until=parley.clock.at)
    dispatch.job(parley.world, parley.queues.tasks.pop(0))
    stage.api.patch(f"/v1/rooms/{room}", {"labels": ["new"]})
    parley.react_all()
    kept = [call for call in parley.queues.calls if call.bridge.endswith(".again")]
    parley.queues.calls = [call for call in parley.queues.calls if call not in kept]
    parley.deliver_all()
    assert [event["data"]["changed"] for event in told(parley)] == [{"labels": ["new"]}]
    parley.queues.calls = kept
    sent_anew(parley)
    of_room = [event["id"] for event in told(parley) if event.get("room", {}).get("id") == room]
    assert len(of_room) == len(set(of_room)) == 62


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"from": "2020-01-01T00:00:00Z"}, 422),
        ({"from": "x"}, 422),
        ({}, 422),
        ({"from": None}, 422),
        ({"from": "{now}", "to": "{before}"}, 422),
        ({"from": "{before}", "types": ["room.gone"]}, 422),
        ({"from": "{before}"}, 202),
    ],
)
def test_which_ranges_can_be(parley: Parley, stage: Stage, body: dict[str, Any], status: int) -> None:
    times = {"{now}": rfc3339(parley.clock.at), "{before}": rfc3339(parley.clock.at - HOUR_MS)}
    body = {name: times.get(value, value) if isinstance(value, str) else value for name, value in body.items()}
    assert stage.api.post(f"/v1/installs/{stage.install}/resend", body).status == status


def test_where_nobody_chooses_events_messages_are_not_logged(parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme")
    listening(tenant, all_rooms=True)
    room = tenant.api.post("/v1/rooms", {"name": "R", "customer": "acme"}).json["id"]
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "Hello"})
    parley.settle()
    assert types(parley) == ["message.posted"]
    assert not [key for key in parley.table.rows if key[0].startswith("EVENTS#")]
