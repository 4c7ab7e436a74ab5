"""Broadcasts through the API and their workers in memory: what is said, to whom, and what becomes of it."""

import pytest

from chalicelib.desk.rooms import Room
from chalicelib.desk.segments import Member, Segment
from chalicelib.flows.broadcasts.send import send_broadcast
from chalicelib.flows.clock import due
from chalicelib.ports import Errand, new, ref
from tests.api import Client, Tenant
from tests.fakes import Parley


def work(parley: Parley, most: int = 1_000) -> None:
    """Run the worker of the queue until it is empty, or `most` errands are done."""
    while parley.queues.errands and most:
        most -= 1
        send_broadcast(parley.world, parley.queues.errands.pop(0))


def drafted(tenant: Tenant, **body) -> str:
    got = tenant.api.post("/v1/broadcasts", {"text": "News", **body})
    assert got.status == 201, got.text
    return got.json["id"]


def do(tenant: Tenant, id_: str, verb: str, body=None, status: int = 200):
    got = tenant.api.post(f"/v1/broadcasts/{id_}/{verb}", body)
    assert got.status == status, got.text
    return got.json


def sent(parley: Parley, tenant: Tenant, **body) -> str:
    id_ = drafted(tenant, **body)
    do(tenant, id_, "send", {})
    work(parley)
    return id_


def shown(tenant: Tenant, id_: str):
    got = tenant.api.get(f"/v1/broadcasts/{id_}").json
    sums = got["sums"]
    assert sums["planned"] == sums["skipped"] + sums["stored"] + sums["failed"] + sums["waiting"]
    return got


def results(tenant: Tenant, id_: str) -> list[dict]:
    found, cursor = [], {}
    while True:
        page = tenant.api.get(f"/v1/broadcasts/{id_}/results", **cursor).json
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def texts(tenant: Tenant, customer: str) -> list[str]:
    room = tenant.triage(customer)
    return [m["text"] for m in tenant.api.get(f"/v1/rooms/{room}/messages", after="0").json["items"]]


@pytest.fixture
def three(parley: Parley, tenant: Tenant) -> Tenant:
    for name, attributes in (("acme", {"plan": "pro"}), ("beta", {}), ("gamma", {"plan": ["a", 2]})):
        tenant.customer(name, name=name.title(), attributes=attributes)
    return tenant


THREE = ["acme", "beta", "gamma"]


def test_every_room_gets_its_own_text_once(parley: Parley, three: Tenant) -> None:
    text = "Hello {{customer.name}}, on {{ customer.attributes.plan | free }} in {{room.name}}"
    id_ = sent(parley, three, customers=[*THREE, "acme"], text=text)
    assert [texts(three, name) for name in THREE] == [
        ["Hello Acme, on pro in Triage"],
        ["Hello Beta, on free in Triage"],
        ["Hello Gamma, on a, 2 in Triage"],
    ]
    answer = shown(three, id_)
    assert (answer["state"], answer["sums"]["stored"]) == ("done", 3)
    assert {row["state"] for row in results(three, id_)} == {"stored"}
    said = three.api.get(f"/v1/rooms/{three.triage()}/messages").json["items"][0]
    assert said["author"]["kind"] == "agent"
    assert said["id"] in {row["message"] for row in results(three, id_)}


def test_no_index_of_a_room_moves_and_it_counts_as_unread(parley: Parley, three: Tenant) -> None:
    ann = three.user()
    room = three.triage()
    ann.post(f"/v1/rooms/{room}/messages", {"text": "Help"})
    before = parley.table.rows[("R#" + room, "A")]
    parley.clock.at += 3_600_000
    sent(parley, three, customers=THREE)
    after = parley.table.rows[("R#" + room, "A")]
    assert after.g == before.g
    shown_ = ann.get(f"/v1/rooms/{room}").json
    assert (shown_["unread"], shown_["turn"], shown_["last_message"]["text"]) == (1, "vendor", "Help")
    assert shown_["last_message_at"] == three.api.get(f"/v1/rooms/{room}").json["last_message_at"]


def test_a_missing_variable_is_an_error_before_anything_is_sent(parley: Parley, three: Tenant) -> None:
    id_ = drafted(three, customers=THREE, text="{{customer.attributes.plan}}")
    preview = three.api.get(f"/v1/broadcasts/{id_}/preview").json
    assert [row["reason"] for row in preview["missing"]] == ["beta: customer.attributes.plan is missing"]
    do(three, id_, "send", {})
    work(parley)
    answer = shown(three, id_)
    assert (answer["state"], answer["reason"]) == ("failed", "beta: customer.attributes.plan is missing")
    assert [texts(three, name) for name in THREE] == [[], [], []]


@pytest.mark.parametrize("text", ["{{customer.secret}}", "{{name}}", "{{customer.name", "{{}}", "\x00", " "])
def test_a_text_that_cannot_be_filled_in_is_refused(three: Tenant, text: str) -> None:
    got = three.api.post("/v1/broadcasts", {"customers": ["acme"], "text": text})
    assert (got.status, got.json["field"]) == (422, "text")


def test_one_kind_of_target_is_needed(three: Tenant) -> None:
    for body in ({}, {"customers": ["acme"], "rooms": ["room_1"]}, {"segment": "seg_none"}):
        assert three.api.post("/v1/broadcasts", {"text": "x", **body}).status == 422


def test_a_preview_tells_who_is_skipped_and_why_and_writes_nothing(parley: Parley, three: Tenant) -> None:
    config = {"url": "https://vendor.example/hook", "all_rooms": True}
    three.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config})
    three.customer("beta", opted_out=["news"])
    three.customer("gamma", state="blocked")
    id_ = drafted(three, customers=[*THREE, "nobody"], text="Hi {{customer.name}}")
    before = dict(parley.table.rows)
    answer = three.api.get(f"/v1/broadcasts/{id_}/preview").json
    assert answer["skipped"] == {"opted out": 1, "the customer is blocked": 1, "no such room": 1}
    assert (answer["rooms"], answer["messages"], answer["deliveries"]) == (4, 1, 1)
    assert answer["samples"] == [{"room": three.triage(), "text": "Hi Acme", "at": None}]
    assert 0 < answer["dollars"] < 0.001
    before_clock = {key: row for key, row in before.items() if not key[1].startswith("AUDIT")}
    assert before_clock == {key: row for key, row in parley.table.rows.items() if key in before_clock}
    do(three, id_, "send", {})
    work(parley)
    assert shown(three, id_)["sums"] == {"planned": 4, "skipped": 3, "stored": 1} | dict.fromkeys(
        ("failed", "waiting", "deleted", "read", "replied", "acknowledged"), 0
    )
    assert sorted(row["reason"] or "" for row in results(three, id_)) == [
        "", "no such room", "opted out", "the customer is blocked",
    ]  # fmt: skip


def test_a_customer_gets_one_copy_in_the_first_of_its_rooms(parley: Parley, three: Tenant) -> None:
    topic = three.api.post("/v1/rooms", {"name": "Topic", "customer": "acme"}).json["id"]
    internal = three.api.post("/v1/rooms", {"name": "I", "kind": "internal", "customer": "acme"}).json["id"]
    id_ = sent(parley, three, rooms=[internal, topic, topic, three.triage(), three.triage("beta"), "room_none"])
    assert [row["reason"] for row in results(three, id_)] == [
        "not a customer's room",
        None,
        "the customer gets it in another room",
        None,
        "no such room",
    ]
    assert texts(three, "acme") == []


def test_a_room_of_another_workspace_is_no_room(parley: Parley, three: Tenant) -> None:
    other = Tenant.found("Other", parley.clock.at // 1000)
    id_ = sent(parley, three, rooms=[other.triage("acme")])
    assert [row["reason"] for row in results(three, id_)] == ["no such room"]
    assert texts(other, "acme") == []


def test_a_segments_members_get_it(parley: Parley, three: Tenant) -> None:
    parley.store.commit(new(Segment(id="seg_1", workspace=three.id, name="Pro", created_at=1, built=1)))
    for name in ("acme", "gamma"):
        whose = three.customer(name)["id"]
        parley.store.commit(new(Member(segment="seg_1", customer=whose, workspace=three.id, since=1)))
    sent(parley, three, segment="seg_1")
    assert [texts(three, name) for name in THREE] == [["News"], [], ["News"]]
    other = Tenant.found("Other", parley.clock.at // 1000)
    assert other.api.post("/v1/broadcasts", {"segment": "seg_1", "text": "x"}).status == 422


def test_the_weekly_cap_holds_across_broadcasts_unless_there_is_a_reason(parley: Parley, three: Tenant) -> None:
    three.api.put("/v1/broadcast-rules", {"per_week": 2})
    for _ in range(3):
        last = sent(parley, three, customers=["acme"])
    assert [row["reason"] for row in results(three, last)] == ["weekly cap"]
    topic = three.api.post("/v1/rooms", {"name": "Topic", "customer": "acme"}).json["id"]
    assert results(three, sent(parley, three, rooms=[topic]))[0]["reason"] == "weekly cap"
    urgent = sent(parley, three, customers=["acme"], override="security fix")
    assert results(three, urgent)[0]["state"] == "stored"
    parley.clock.at += 8 * 24 * 3_600_000
    assert results(three, sent(parley, three, customers=["acme"]))[0]["state"] == "stored"


def test_a_second_agent_approves_where_the_workspace_says_so(parley: Parley, three: Tenant) -> None:
    three.api.put("/v1/broadcast-rules", {"approval": True})
    id_ = drafted(three, customers=THREE)
    do(three, id_, "send", {}, 409)
    do(three, id_, "approve", None, 403)
    agent = three.api.post("/v1/agents", {"name": "Second"}).json["id"]
    second = Client(three.api.post("/v1/api-keys", {"name": "K", "agent": agent}).json["key"])
    assert second.post(f"/v1/broadcasts/{id_}/approve").json["approved_by"] == agent
    do(three, id_, "send", {})
    work(parley)
    assert shown(three, id_)["state"] == "done"


def test_a_test_goes_to_an_internal_room_alone(parley: Parley, three: Tenant) -> None:
    id_ = drafted(three, customers=THREE, text="Hi {{customer.name}}")
    internal = three.api.post("/v1/rooms", {"name": "Me", "kind": "internal"}).json["id"]
    assert do(three, id_, "test", {"room": internal, "customer": "beta"}, 201)["text"] == "Hi Beta"
    do(three, id_, "test", {"room": three.triage(), "customer": "beta"}, 422)
    do(three, id_, "test", {"room": internal, "customer": "nobody"}, 422)
    assert texts(three, "beta") == []


def test_it_is_sent_when_its_time_has_come(parley: Parley, three: Tenant) -> None:
    id_ = drafted(three, customers=THREE)
    for at in ("tomorrow", "2026-01-01T00:00:00", ""):
        do(three, id_, "send", {"at": at}, 422)
    do(three, id_, "send", {"at": "2099-01-01T01:00:00+01:00"})
    assert shown(three, id_)["at"] == "2099-01-01T00:00:00.000Z"
    due(parley.world)
    assert not parley.queues.errands
    parley.clock.at = 4_070_908_800_000
    due(parley.world)
    work(parley)
    assert texts(three, "acme") == ["News"]
    (listed,) = three.api.get("/v1/broadcasts").json["items"]
    assert (listed["state"], listed["sums"]) == ("done", None)
    parley.clock.at += 600_000
    due(parley.world)
    work(parley)
    assert three.api.get("/v1/broadcasts").json["items"][0]["state"] == "done"
    parley.clock.at += 600_000
    assert due(parley.world) == 0


def test_a_lost_wake_up_is_made_good_by_the_clock(parley: Parley, three: Tenant) -> None:
    id_ = drafted(three, customers=THREE)
    do(three, id_, "send", {})
    parley.queues.errands.clear()
    parley.clock.at += 300_000
    due(parley.world)
    work(parley, 1)
    parley.queues.errands.clear()
    parley.clock.at += 300_000
    due(parley.world)
    work(parley)
    assert shown(three, id_)["sums"]["stored"] == 3


def test_pause_resume_cancel(parley: Parley, three: Tenant) -> None:
    id_ = drafted(three, customers=THREE)
    for verb in ("pause", "resume", "undo"):
        do(three, id_, verb, None, 409)
    do(three, id_, "send", {})
    work(parley, 1)
    do(three, id_, "pause")
    work(parley)
    assert shown(three, id_)["sums"]["waiting"] == 3
    do(three, id_, "resume")
    work(parley)
    assert shown(three, id_)["sums"]["stored"] == 3
    other = drafted(three, customers=THREE)
    do(three, other, "send", {})
    work(parley, 1)
    assert do(three, other, "cancel")["state"] == "cancelled"
    work(parley)
    assert shown(three, other)["sums"]["waiting"] == 3
    assert texts(three, "acme") == ["News"]


def test_undo_deletes_what_was_sent_across_bridges(parley: Parley, three: Tenant) -> None:
    config = {"url": "https://vendor.example/hook", "all_rooms": True}
    three.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config})
    id_ = sent(parley, three, customers=THREE)
    parley.settle()
    do(three, id_, "undo")
    work(parley)
    parley.settle()
    answer = shown(three, id_)
    assert (answer["state"], answer["sums"]["deleted"], answer["sums"]["stored"]) == ("undone", 3, 3)
    assert {row["state"] for row in results(three, id_)} == {"deleted"}
    assert texts(three, "acme") == [""]
    rows = three.api.get(f"/v1/rooms/{three.triage()}/deliveries").json["items"]
    assert [(row["what"], row["state"]) for row in rows] == [("post", "sent"), ("delete", "sent")]


def test_a_late_piece_after_an_undo_sends_nothing(parley: Parley, three: Tenant) -> None:
    id_ = drafted(three, customers=THREE)
    do(three, id_, "send", {})
    work(parley, 1)
    late = list(parley.queues.errands)
    do(three, id_, "undo")
    work(parley)
    for errand in [*late, Errand(id_), *late]:
        send_broadcast(parley.world, errand)
    work(parley)
    assert [texts(three, name) for name in THREE] == [[], [], []]
    assert shown(three, id_)["state"] == "undone"


def test_an_answer_and_a_read_mark_the_result_once(parley: Parley, three: Tenant) -> None:
    id_ = sent(parley, three, customers=THREE)
    beta = three.user("beta", "bob")
    beta.put(f"/v1/rooms/{three.triage('beta')}/read", {})
    ann, room = three.user(), three.triage()
    for text in ("Thanks", "And more"):
        ann.post(f"/v1/rooms/{room}/messages", {"text": text})
    for _ in range(2):
        parley.react_all()
        parley.reacted.clear()
    fields = {row["room"]: row for row in results(three, id_)}
    assert fields[room]["replied_at"]
    assert fields[room]["read_at"]
    assert fields[three.triage("beta")]["read_at"]
    assert fields[three.triage("beta")]["replied_at"] is None
    sums = shown(three, id_)["sums"]
    assert (sums["read"], sums["replied"]) == (2, 1)
    assert three.api.get(f"/v1/rooms/{room}").json["turn"] == "vendor"


def test_each_post_is_done_once_under_its_key(parley: Parley, three: Tenant) -> None:
    headers = {"Idempotency-Key": "k"}
    made = [three.api.post("/v1/broadcasts", {"text": "x", "customers": ["acme"]}, headers=headers) for _ in "12"]
    assert made[0].text == made[1].text
    path = f"/v1/broadcasts/{made[0].json['id']}/send"
    answer = [three.api.post(path, {}, headers={"Idempotency-Key": "s"}) for _ in "12"]
    assert (answer[0].status, answer[0].text) == (answer[1].status, answer[1].text)
    assert three.api.post(path, {}).status == 409
    work(parley)
    assert texts(three, "acme") == ["x"]


def test_a_room_that_moves_meanwhile_gets_it_all_the_same(parley: Parley, three: Tenant) -> None:
    id_ = drafted(three, customers=THREE)
    do(three, id_, "send", {})
    work(parley, 1)
    (errand,) = parley.queues.errands
    room = three.triage("beta")
    read = parley.store.many

    def racing(refs):
        found = read(refs)
        if len(refs) > 3 and ref(Room, room) in refs and not racing_once:
            racing_once.append(True)
            three.user("beta", "bob").post(f"/v1/rooms/{room}/messages", {"text": "First"})
        return found

    racing_once: list[bool] = []
    parley.store.many = racing  # type: ignore[method-assign]
    send_broadcast(parley.world, errand)
    assert texts(three, "beta") == ["First", "News"]
    assert shown(three, id_)["sums"]["stored"] == 3


def test_a_thousand_rooms_cost_what_the_budget_says(parley: Parley, tenant: Tenant) -> None:
    names = [f"customer{number}" for number in range(1_000)]
    for name in names:
        tenant.customer(name)
    id_ = drafted(tenant, customers=names)
    do(tenant, id_, "send", {})
    work(parley, 1)
    fields = {"read": 0, "write": 0, "query": 0}

    def counting(name: str):
        called = getattr(parley.table, name)

        def count(*args, **named):
            fields[name] += 1
            return called(*args, **named)

        return count

    for name in fields:
        setattr(parley.table, name, counting(name))
    work(parley)
    assert shown(tenant, id_)["sums"]["stored"] == 1_000
    assert fields["read"] + fields["write"] <= 1.1 * (1_000 / 33 + 1_000 / 100) + 2  # the two of `shown` itself
    assert fields["query"] <= 1
