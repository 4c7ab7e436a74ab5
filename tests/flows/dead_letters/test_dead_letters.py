"""Dead letters as their workspace's admins see them: whose they are, why, again, away; nothing of another's."""

import json
from dataclasses import replace

import pytest

from chalicelib.desk.broadcasts import Broadcast
from chalicelib.desk.dead_letters import DeadLetter
from chalicelib.edge import retries
from chalicelib.flows.dead_letters.note import note_of
from chalicelib.ports import new, ref
from tests.api import Client
from tests.conftest import Tenant
from tests.edge.test_workers import Event, Queues, message


@pytest.fixture
def queues(parley, monkeypatch):
    made = Queues()
    parley.queues = made
    parley.world = replace(parley.world, queues=made)
    monkeypatch.setattr("chalicelib.wiring.queues", lambda: made)
    monkeypatch.setattr("chalicelib.wiring.world", lambda: parley.world)
    return made


def given_up(queue, body):
    def one(record):
        raise ValueError("broken")

    for receives in range(1, retries.MAX_TRIES + 1):
        record = message("m1", "x", tries=receives, body=json.dumps(body))
        failures = retries.each(queue, Event(record), one)
    assert failures == {"batchItemFailures": []}


def listed(client):
    got = client.get("/v1/dead-letters")
    assert got.status == 200, got.text
    return got.json["items"]


def test_a_letter_is_listed_with_its_reason_and_worked_off_again(parley, tenant, queues):
    body = {"workspace": tenant.id, "customers": ["cus_1"]}
    given_up("jobs", body)
    [letter] = listed(tenant.api)
    assert (letter["queue"], letter["reason"], letter["replayed_at"]) == ("jobs", "ValueError: broken", None)
    got = tenant.api.post(f"/v1/dead-letters/{letter['id']}/replay")
    assert (got.status, got.json["replayed_at"] is None) == (202, False)
    parley.work_all()
    assert [(queue, json.loads(body)) for queue, body in queues.again] == [("jobs", body)]
    assert listed(tenant.api) == []
    assert tenant.api.post(f"/v1/dead-letters/{letter['id']}/replay").status == 404


def test_a_letter_is_thrown_away(parley, tenant, queues):
    given_up(
        "inbound", {"workspace": tenant.id, "channel": "webhook", "install": "ins_1", "id": "env_1", "body": "c2F5"}
    )
    [letter] = listed(tenant.api)
    assert letter["about"] == "channel=webhook install=ins_1 id=env_1"
    assert tenant.api.delete(f"/v1/dead-letters/{letter['id']}").status == 204
    assert listed(tenant.api) == []
    parley.work_all()
    assert (queues.dead, queues.again) == ({}, [])


def test_what_an_operator_holds_just_now_stays_to_be_asked_for_again(parley, tenant, queues):
    given_up("jobs", {"workspace": tenant.id, "customers": []})
    [letter] = listed(tenant.api)
    tenant.api.post(f"/v1/dead-letters/{letter['id']}/replay")
    held = queues.dead.pop(letter["id"])
    parley.work_all()
    assert [each["replayed_at"] for each in listed(tenant.api)] == [None]
    queues.dead[letter["id"]] = held
    tenant.api.post(f"/v1/dead-letters/{letter['id']}/replay")
    parley.work_all()
    assert listed(tenant.api) == []


def test_only_admins_of_the_workspace_see_it(parley, tenant, queues):
    other = Tenant.found("Other", parley.clock.at // 1000)
    given_up("jobs", {"workspace": tenant.id, "customers": []})
    [letter] = listed(tenant.api)
    assert listed(other.api) == []
    agent = tenant.api.post("/v1/agents", {"name": "A", "role": "agent"}).json["id"]
    plain = Client(tenant.api.post("/v1/api-keys", {"name": "K", "agent": agent}).json["key"])
    for caller, status in ((other.api, 404), (plain, 403), (tenant.user("acme", "ann"), 403)):
        assert caller.post(f"/v1/dead-letters/{letter['id']}/replay").status == status
        assert caller.delete(f"/v1/dead-letters/{letter['id']}").status == status
    assert plain.get("/v1/dead-letters").status == 403


def test_whose_a_letter_is(parley, tenant):
    room, world = tenant.triage(), parley.world
    install = tenant.api.post("/v1/installs", {"kind": "form", "name": "F"}).json["id"]
    broadcast = tenant.api.post("/v1/broadcasts", {"customers": ["acme"], "text": "x"}).json["id"]
    job = tenant.api.post("/v1/customers/bulk", {"customers": [{"external_id": "beta"}]}).json["id"]
    assert parley.store.one(ref(Broadcast, broadcast)).workspace == tenant.id
    found = [
        ("inbound", {"key": f"envelopes/{tenant.id}/env_1"}),
        ("deliver", {"bridge": f"{room.removeprefix('room_')}.x.y", "n": 3}),
        ("broadcast", {"broadcast": broadcast, "piece": 2}),
        ("jobs", {"job": job, "piece": 1}),
        ("jobs", {"catch_up": install, "bridge": ""}),
        ("sync", {"do": "repair", "id": install}),
        ("sync", {"do": "look", "id": "iss_x", "install": install}),
    ]
    for queue, body in found:
        assert note_of(world, queue, json.dumps(body), reason="why").workspace == tenant.id, body
    for queue, body in (("push", {"room": room}), ("mail", {"Message": "x"}), ("sync", {"do": "tell", "id": "no"})):
        assert note_of(world, queue, json.dumps(body), reason="why") is None
    assert note_of(world, "mail", "[]", reason="why") is None


def test_a_body_that_is_none_is_buried_all_the_same(parley, tenant, queues):
    for receives in range(1, retries.MAX_TRIES + 1):
        record = message("m1", "x", tries=receives, body="{")
        retries.each("jobs", Event(record), lambda record: json.loads(record["body"]))
    assert [name for name, _, _ in queues.buried] == ["jobs"]
    assert listed(tenant.api) == []


def test_a_change_that_was_set_aside_is_told_anew(parley, tenant, queues):
    room = tenant.triage()
    row = next(row for row in parley.table.rows.values() if row.t == "Room" and row.pk.endswith(room.partition("_")[2]))
    letter = DeadLetter(version=1, id="ltr_1", workspace=tenant.id, queue="react", about="Room", reason="why", at=1)
    queues.set_aside(row.pk, row.sk, "why", letter=letter)
    parley.store.commit(new(letter))
    tenant.api.post("/v1/dead-letters/ltr_1/replay")
    parley.work_all()
    assert parley.table.rows[row.key].v == row.v + 1
    assert listed(tenant.api) == []
