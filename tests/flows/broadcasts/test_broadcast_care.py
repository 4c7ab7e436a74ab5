"""Care for people: when a broadcast may come, in which language, into which room, and who has acknowledged it."""

import pytest

from chalicelib.flows.clock import due
from tests.api import Tenant
from tests.fakes import Parley
from tests.flows.broadcasts.test_broadcasting import do, drafted, results, sent, shown, texts, three, work  # noqa: F401

HOUR = 3_600_000
NOON = 4_070_952_000_000  # 2099-01-01T12:00Z
THREE = ["acme", "beta", "gamma"]


def waited(parley: Parley, hours: float) -> None:
    parley.clock.at += int(hours * HOUR)
    due(parley.world)
    work(parley)


def scheduled(parley: Parley, tenant: Tenant, at: int, **body) -> str:
    """Sent at a moment, when the clock comes by."""
    parley.clock.at = at
    id_ = drafted(tenant, **body)
    got = tenant.api.post(f"/v1/broadcasts/{id_}/send", {})
    assert got.status == 200, got.text
    work(parley)
    return id_


@pytest.fixture
def key(three: Tenant):  # noqa: F811
    """A key whose clock the tests may move: user tokens would be over."""
    return three


def test_nobody_is_told_in_quiet_hours(parley: Parley, key: Tenant) -> None:
    quiet = {"from": "11:00", "to": "14:00", "timezone": "UTC"}
    rules = key.api.put("/v1/broadcast-rules", {"quiet_hours": quiet}).json
    assert rules["quiet_hours"] == quiet
    parley.clock.at = NOON
    id_ = drafted(key, customers=THREE)
    preview = key.api.get(f"/v1/broadcasts/{id_}/preview").json
    assert (preview["messages"], preview["held"]) == (3, 3)
    assert preview["samples"][0]["at"] == "2099-01-01T14:00:00.000Z"
    do(key, id_, "send", {})
    work(parley)
    assert [texts(key, name) for name in THREE] == [[], [], []]
    assert {row["due_at"] for row in results(key, id_)} == {"2099-01-01T14:00:00.000Z"}
    for _ in range(3):
        waited(parley, 0.5)
    assert shown(key, id_)["sums"]["stored"] == 0
    waited(parley, 1)
    assert (shown(key, id_)["state"], shown(key, id_)["sums"]["stored"]) == ("done", 3)
    urgent = scheduled(parley, key, NOON + 24 * HOUR, customers=THREE, override="an outage")
    assert shown(key, urgent)["sums"]["stored"] == 3


def test_each_customer_in_its_own_hours(parley: Parley, key: Tenant) -> None:
    for name, place in (("acme", "Asia/Tokyo"), ("beta", "Europe/Berlin"), ("gamma", "America/Los_Angeles")):
        key.customer(name, timezone=place)
    id_ = scheduled(parley, key, NOON, customers=THREE, hours={"from": "09:00", "to": "17:00"})
    fields = {row["room"]: row["due_at"] for row in results(key, id_)}
    assert [fields[key.triage(name)] for name in THREE] == [
        "2099-01-02T00:00:00.000Z", None, "2099-01-01T17:00:00.000Z",
    ]  # fmt: skip
    assert shown(key, id_)["state"] == "sending"
    for hours, stored in ((4, 1), (1.1, 2), (6, 2), (1, 3)):
        waited(parley, hours)
        assert shown(key, id_)["sums"]["stored"] == stored
    assert shown(key, id_)["state"] == "done"
    assert due(parley.world) <= 1
    waited(parley, 24)
    assert due(parley.world) == 0


def test_what_waits_for_its_hours_can_be_paused_resumed_and_cancelled(parley: Parley, key: Tenant) -> None:
    key.customer("acme", timezone="Asia/Tokyo")
    id_ = scheduled(parley, key, NOON, customers=THREE, hours={"from": "09:00", "to": "17:00"})
    do(key, id_, "pause")
    waited(parley, 13)
    assert due(parley.world) == 0
    assert shown(key, id_)["sums"]["stored"] == 2
    do(key, id_, "resume")
    work(parley)
    assert shown(key, id_)["sums"]["stored"] == 3
    other = scheduled(parley, key, NOON + 24 * HOUR, customers=["acme"], hours={"from": "09:00", "to": "17:00"})
    do(key, other, "cancel")
    waited(parley, 13)
    assert shown(key, other)["sums"]["waiting"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"hours": {"from": "9", "to": "17:00"}}, "hours.from"),
        ({"variants": {"de": "{{nobody}}"}}, "variants.de"),
        ({"into": "topic"}, "room_name"),
        ({"room_name": "News"}, "room_name"),
        ({"into": "topic", "room_name": "{{room.name}}"}, "room_name"),
        ({"attachments": ["att_none"]}, "attachments[0]"),
    ],
    ids=str,
)
def test_what_cannot_be_sent_is_refused_by_name(key: Tenant, body: dict, field: str) -> None:
    got = key.api.post("/v1/broadcasts", {"text": "x", "customers": THREE, **body})
    assert (got.status, got.json["field"]) == (422, field)


def test_quiet_hours_need_a_time_zone_that_there_is(key: Tenant) -> None:
    quiet = {"from": "11:00", "to": "14:00", "timezone": "Mars/Olympus"}
    got = key.api.put("/v1/broadcast-rules", {"quiet_hours": quiet})
    assert (got.status, got.json["field"]) == (422, "quiet_hours.timezone")


def test_each_customer_reads_its_language(parley: Parley, key: Tenant) -> None:
    for name, language in (("acme", "de-AT"), ("beta", "fr"), ("gamma", "")):
        key.customer(name, language=language)
    variants = {"DE": "Hallo {{customer.name}}", "it": "Ciao {{customer.attributes.none}}"}
    sent(parley, key, customers=THREE, text="Hello {{room.name}}", variants=variants)
    assert [texts(key, name) for name in THREE] == [["Hallo Acme"], ["Hello Triage"], ["Hello Triage"]]


def test_a_contact_is_a_user_whom_the_customer_names(parley: Parley, key: Tenant) -> None:
    key.customer("acme", contact="ann")
    key.api.put("/v1/customers/acme/users/ann", {"name": "Ann", "email": "ann@acme.example"})
    key.customer("beta", contact="nobody")
    text = "Dear {{contact.name | all}} ({{contact.email | no address}})"
    sent(parley, key, customers=["acme", "beta"], text=text)
    assert [texts(key, name) for name in ("acme", "beta")] == [
        ["Dear Ann (ann@acme.example)"],
        ["Dear all (no address)"],
    ]
    id_ = drafted(key, customers=["beta"], text="Dear {{contact.name}}")
    (missing,) = key.api.get(f"/v1/broadcasts/{id_}/preview").json["missing"]
    assert missing["reason"] == "beta: contact.name is missing"


def test_files_go_along_but_never_a_customers_own(parley: Parley, key: Tenant) -> None:
    file = key.api.post("/v1/attachments", {"name": "a.pdf", "size": 3}).json["id"]
    sent(parley, key, customers=["acme"], attachments=[file])
    (message,) = key.api.get(f"/v1/rooms/{key.triage()}/messages").json["items"]
    assert [each["name"] for each in message["attachments"]] == ["a.pdf"]
    theirs = key.user().post("/v1/attachments", {"name": "secret.pdf", "size": 3}).json["id"]
    got = key.api.post("/v1/broadcasts", {"text": "x", "customers": ["beta"], "attachments": [theirs]})
    assert (got.status, got.json["field"]) == (422, "attachments[0]")


def test_a_topic_room_is_made_for_each(parley: Parley, key: Tenant) -> None:
    name = "Move of {{customer.name}}"
    id_ = sent(parley, key, customers=THREE, into="topic", room_name=name, text="In {{room.name}}")
    rooms = {row["room"] for row in results(key, id_)}
    assert len(rooms & {key.triage(name) for name in THREE}) == 0
    ann = key.user()
    (mine,) = [room for room in ann.get("/v1/rooms").json["items"] if room["kind"] == "topic"]
    assert mine["id"] in rooms
    assert (mine["name"], mine["unread"], mine["customer_name"]) == ("Move of Acme", 1, "Acme")
    (message,) = ann.get(f"/v1/rooms/{mine['id']}/messages").json["items"]
    assert message["text"] == "In Move of Acme"
    ann.post(f"/v1/rooms/{mine['id']}/messages", {"text": "Fine"})
    parley.react_all()
    assert shown(key, id_)["sums"]["replied"] == 1


def test_the_cap_counts_what_came_in_rooms_of_its_own(parley: Parley, key: Tenant) -> None:
    key.api.put("/v1/broadcast-rules", {"per_week": 2})
    for _ in range(2):
        sent(parley, key, customers=["acme"], into="topic", room_name="News")
    for body in ({"into": "topic", "room_name": "News"}, {}):
        (row,) = results(key, sent(parley, key, customers=["acme"], **body))
        assert row["reason"] == "weekly cap"


def test_a_reaction_or_a_word_acknowledges_once(parley: Parley, key: Tenant) -> None:
    id_ = sent(parley, key, customers=THREE)
    rows = {row["room"]: row["message"] for row in results(key, id_)}
    ann, room = key.user(), key.triage()
    answer = [ann.post(f"/v1/messages/{rows[room]}/acknowledge") for _ in "12"]
    assert [each.status for each in answer] == [200, 200]
    assert answer[0].text == answer[1].text
    bob, other = key.user("beta", "bob"), key.triage("beta")
    bob.put(f"/v1/rooms/{other}/messages/{rows[other]}/reactions/%F0%9F%91%8D")
    key.api.put(f"/v1/rooms/{key.triage('gamma')}/messages/{rows[key.triage('gamma')]}/reactions/%F0%9F%91%8D")
    parley.react_all()
    sums = shown(key, id_)["sums"]
    assert (sums["acknowledged"], sums["read"], sums["replied"]) == (2, 2, 0)
    assert bob.post(f"/v1/messages/{rows[room]}/acknowledge").status == 404
    assert key.api.post(f"/v1/messages/{rows[room]}/acknowledge").status == 403
    own = ann.post(f"/v1/rooms/{room}/messages", {"text": "x"}).json["id"]
    assert ann.post(f"/v1/messages/{own}/acknowledge").status == 409
    assert ann.post("/v1/messages/nonsense/acknowledge").status == 404


def test_who_has_not_acknowledged_is_told_again(parley: Parley, key: Tenant) -> None:
    first = sent(parley, key, customers=THREE)
    rows = {row["room"]: row["message"] for row in results(key, first)}
    body = {"to": "unacknowledged", "text": "Once more, {{customer.name}}"}
    again = do(key, first, "follow-up", body, 201)
    assert (again["follows"], again["lacking"], again["state"]) == (first, "acknowledged", "draft")
    key.user().post(f"/v1/messages/{rows[key.triage()]}/acknowledge")
    do(key, again["id"], "send", {})
    work(parley)
    assert [texts(key, name)[1:] for name in THREE] == [[], ["Once more, Beta"], ["Once more, Gamma"]]
    unread = do(key, again["id"], "follow-up", {"to": "unread", "text": "Really"}, 201)["id"]
    key.user("beta", "bob").put(f"/v1/rooms/{key.triage('beta')}/read", {})
    assert key.api.get(f"/v1/broadcasts/{unread}/preview").json["messages"] == 1
    do(key, drafted(key, customers=THREE), "follow-up", {"to": "unread", "text": "x"}, 409)


def test_the_results_tell_of_each_bridge(parley: Parley, key: Tenant) -> None:
    config = {"url": "https://vendor.example/hook", "all_rooms": True}
    install = key.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config}).json["id"]
    id_ = sent(parley, key, customers=["acme"])
    parley.settle()
    (row,) = key.api.get(f"/v1/broadcasts/{id_}/results", deliveries="true").json["items"]
    assert row["deliveries"] == [{"install": install, "channel": "webhook", "state": "sent", "reason": None}]
    assert results(key, id_)[0]["deliveries"] is None
