"""What Parley itself knows of a customer: it moves segments by what changes, and by nothing else."""

from chalicelib.desk.times import rfc3339
from chalicelib.flows.broadcasts.send import send_broadcast
from chalicelib.flows.clock import due_work
from chalicelib.flows.rebuild import rebuild
from tests.api import Client, Tenant
from tests.fakes import Parley

DAY = 24 * 60 * 60 * 1000


def made(tenant: Tenant, filter_: object) -> str:
    return str(tenant.api.post("/v1/segments", {"name": "S", "filter": filter_}).json["id"])


def members(tenant: Tenant, segment: str) -> list[str]:
    got = tenant.api.get(f"/v1/segments/{segment}/members", limit="100")
    return sorted(member["customer"]["external_id"] for member in got.json["items"])


def say(by: Client, room: str, text: str = "Well") -> None:
    assert by.post(f"/v1/rooms/{room}/messages", {"text": text}).status == 201


def test_who_has_had_no_answer_for_a_week(parley: Parley, tenant: Tenant) -> None:
    waits = {"attribute": "oldest_wait", "exists": True}
    segment = made(tenant, {"all": [waits, {"not": {"attribute": "oldest_wait", "within_days": 7}}]})
    room = tenant.triage()
    say(tenant.user(), room)
    parley.settle()
    shown = tenant.api.get(f"/v1/rooms/{room}").json
    assert (shown["turn"], shown["customer_name"]) == ("vendor", "acme")
    assert shown["waiting_since"] == shown["last_message_at"]
    assert members(tenant, segment) == []
    parley.clock.at += 7 * DAY
    due_work(parley.world)
    parley.work_all()
    assert members(tenant, segment) == ["acme"]
    say(tenant.api, room)
    parley.settle()
    assert members(tenant, segment) == []
    assert tenant.api.get(f"/v1/rooms/{room}").json["waiting_since"] is None


def test_rooms_people_labels_and_channels(parley: Parley, tenant: Tenant) -> None:
    triage = tenant.triage()
    topic = tenant.api.post("/v1/rooms", {"name": "Topic", "customer": "acme"}).json["id"]
    busy = made(tenant, {"attribute": "rooms_open", "greater": 1})
    many = made(tenant, {"attribute": "members", "greater": 1})
    marked = made(tenant, {"attribute": "labels", "contains": "urgent"})
    widget = made(tenant, {"attribute": "channels", "contains": "widget"})
    parley.settle()
    assert [members(tenant, segment) for segment in (busy, many, marked, widget)] == [[], [], [], []]
    say(tenant.user(), triage)
    say(tenant.user(user="bob"), topic)
    assert tenant.api.patch(f"/v1/rooms/{topic}", {"labels": ["urgent", "urgent"]}).json["labels"] == ["urgent"]
    assert tenant.user().patch(f"/v1/rooms/{topic}", {"labels": []}).status == 403
    assert tenant.user().get(f"/v1/rooms/{topic}").json["labels"] == []
    parley.settle()
    assert [members(tenant, segment) for segment in (busy, many, marked, widget)] == [["acme"]] * 4
    preview = tenant.api.post("/v1/segments/preview", {"filter": {"attribute": "rooms_open", "equals": 2}})
    assert preview.json["matched"] == 1
    tenant.api.patch(f"/v1/rooms/{topic}", {"state": "resolved"})
    tenant.api.put("/v1/customers/acme/users/bob", {"state": "blocked"})
    parley.settle()
    assert [members(tenant, segment) for segment in (busy, many, marked, widget)] == [[], [], [], ["acme"]]


WAITS = {"attribute": "oldest_wait", "exists": True}


def matched(tenant: Tenant, filter_: object) -> int:
    return int(tenant.api.post("/v1/segments/preview", {"filter": filter_}).json["matched"])


def test_who_waits_moves_nobody_until_a_filter_asks_and_is_known_from_then_on(parley: Parley, tenant: Tenant) -> None:
    quiet = made(tenant, {"not": {"attribute": "last_message_at", "within_days": 7}})
    room, snoozed = tenant.triage(), tenant.triage("beta")
    say(tenant.user(), room)
    say(tenant.user("beta"), snoozed)
    tenant.customer("gamma")
    later = rfc3339(parley.clock.at + DAY)
    assert tenant.api.patch(f"/v1/rooms/{snoozed}", {"snoozed_until": later}).status == 200
    parley.settle()
    say(tenant.api, room)
    parley.react_all()
    say(tenant.user(), room, "And now?")
    parley.react_all()
    assert parley.queues.tasks == []
    assert (members(tenant, quiet), matched(tenant, WAITS)) == (["gamma"], 2)
    segment = made(tenant, WAITS)
    parley.settle()
    assert members(tenant, segment) == ["acme", "beta"]
    assert matched(tenant, WAITS) == 2
    say(tenant.api, room)
    parley.react_all()
    assert len(parley.queues.tasks) == 1
    parley.settle()
    assert members(tenant, segment) == ["beta"]
    assert not [name for name in rebuild(parley.store) if name in ("OpenRoom", "Placement")]


def test_a_filter_that_is_changed_asks_too(parley: Parley, tenant: Tenant) -> None:
    segment = made(tenant, {"attribute": "rooms_open", "greater": 5})
    say(tenant.user(), tenant.triage())
    parley.settle()
    assert tenant.api.patch(f"/v1/segments/{segment}", {"filter": WAITS}).status == 200
    parley.settle()
    assert members(tenant, segment) == ["acme"]


def test_a_broadcast_and_a_next_message_place_nobody(parley: Parley, tenant: Tenant) -> None:
    room = tenant.triage()
    say(tenant.user(), room)
    parley.settle()
    id_ = tenant.api.post("/v1/broadcasts", {"text": "News", "customers": ["acme"]}).json["id"]
    tenant.api.post(f"/v1/broadcasts/{id_}/send", {})
    while parley.queues.errands:
        send_broadcast(parley.world, parley.queues.errands.pop(0))
    say(tenant.user(), room, "And another thing")
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "A note", "internal": True})
    parley.react_all()
    assert parley.queues.tasks == []


def test_more_rooms_than_one_evaluation_takes(parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme")
    for number in range(25):
        room = tenant.api.post("/v1/rooms", {"name": f"R{number}", "customer": "acme"}).json["id"]
        say(tenant.user(), room)
    segment = made(tenant, {"attribute": "rooms_open", "equals": 25})
    parley.settle()
    assert members(tenant, segment) == ["acme"]


def test_language_and_time_zone_are_the_customers_own(parley: Parley, tenant: Tenant) -> None:
    answer = tenant.customer("acme", language="de-AT", timezone="Europe/Vienna", contact="ann")
    assert (answer["language"], answer["timezone"], answer["contact"]) == ("de-AT", "Europe/Vienna", "ann")
    for field, value in (("timezone", "Mars/Olympus"), ("timezone", "../etc/passwd"), ("language", "german!")):
        got = tenant.api.put("/v1/customers/acme", {field: value})
        assert (got.status, got.json["field"]) == (422, field)
    csv = "external_id,language,timezone\nbeta,fr,Europe/Paris\ngamma,fr,Nowhere\n"
    job = tenant.api.post("/v1/customers/import", {"csv": csv}).json["id"]
    french = made(tenant, {"attribute": "language", "equals": "fr"})
    parley.settle()
    (flaw,) = tenant.api.get(f"/v1/jobs/{job}/errors").json["items"]
    assert (flaw["line"], flaw["field"]) == (3, "timezone")
    assert members(tenant, french) == ["beta"]
