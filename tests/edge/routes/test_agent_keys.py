"""Keys that a customer's people make for their coding agents: their user's fence, words of their own, and an end."""

import json
from typing import Any

import pytest

from chalicelib.desk.agent_keys import ASKED_MS, MAX_KEYS, OPENS_PER_HOUR, SAYS_PER_HOUR, SEEN_MS, agent_of
from chalicelib.desk.errors import NotFound
from chalicelib.desk.messages import Draft, Source
from chalicelib.desk.times import HOUR_MS, rfc3339
from chalicelib.edge.routes import every
from chalicelib.flows.rooms.post import post
from tests.agents import Agent, request_id
from tests.api import Client, Got, Tenant
from tests.fakes import Parley
from tests.flows.clocks.test_clocks import POLICY, with_policies
from tests.races.test_races import at_once

HERS = {"name": "Ann", "email": "ann@acme.example"}
# What a coding agent may call, of all that its user may. A route that is in none of these is decided on here.
MAY = {
    "GET /v1/me",
    "GET /v1/rooms",
    "POST /v1/rooms",
    "GET /v1/rooms/{room}",
    "GET /v1/rooms/{room}/roster",
    "GET /v1/rooms/{room}/issues",
    "GET /v1/rooms/{room}/messages",
    "POST /v1/rooms/{room}/messages",
    "GET /v1/rooms/{room}/changes",
    "GET /v1/rooms/{room}/messages/{message}",
    "PATCH /v1/rooms/{room}/messages/{message}",
    "DELETE /v1/rooms/{room}/messages/{message}",
    "GET /v1/rooms/{room}/messages/{message}/rest",
    "POST /v1/messages/{message}/acknowledge",
    "GET /v1/search",
    "GET /v1/experts",
    "POST /mcp/{workspace}",
}
MAY_NOT = {
    "GET /v1/me/earlier-rooms": "tells what its user could take",
    "POST /v1/me/earlier-rooms/{earlier}": "takes a room in its user's name",
    "POST /v1/me/address-code": "mails its user",
    "POST /v1/me/address": "confirms an address",
    "GET /v1/me/usage": "figures are for people",
    "POST /v1/me/usage/questions/{question}/answer": "says why in its user's name",
    "POST /v1/attachments": "files are its user's",
    "GET /v1/rooms/{room}/mail-addresses": "lets whoever has them write as its user",
    "PUT /v1/rooms/{room}/messages/{message}/reactions/{emoji}": "a nod is a person's",
    "DELETE /v1/rooms/{room}/messages/{message}/reactions/{emoji}": "a nod is a person's",
    "GET /v1/metrics": "figures are for people",
    "GET /v1/rooms/{room}/rating": "is asked of its user",
    "PUT /v1/rooms/{room}/rating": "is asked of its user",
    "PATCH /v1/rooms/{room}": "resolves in its user's name",
    "POST /v1/rooms/{room}/fork": "moves what others said",
    "PUT /v1/rooms/{room}/read": "it reads nothing for its user",
    "GET /v1/agent-keys": "keys are its user's",
    "POST /v1/agent-keys": "it makes no keys",
    "DELETE /v1/agent-keys/{agent_key}": "it ends no keys",
    "GET /v1/agent-speaking": "is its people's",
    "PUT /v1/agent-speaking": "it does not give itself leave",
}


def made(user: Client, *scopes: str, name: str = "Editor") -> tuple[Client, dict[str, Any]]:
    got = user.post("/v1/agent-keys", {"name": name, "scopes": list(scopes or ("read", "speak"))})
    assert got.status == 201, got.text
    return Client(got.json["key"]), got.json


def refused(got: Got, status: int, words: str = "") -> None:
    assert got.status == status, got.text
    assert words in got.json["detail"], got.json


def test_a_key_is_shown_once_listed_used_and_revoked(tenant: Tenant, parley: Parley) -> None:
    ann, bob = tenant.user(**HERS), tenant.user(user="bob", name="Bob")
    editor, key = made(ann)
    assert key["key"].startswith("ak_")
    assert key["scopes"] == ["read", "speak"]
    assert key["used_at"] is None
    assert editor.get("/v1/rooms").status == 200
    listed = ann.get("/v1/agent-keys").json["items"]
    assert [(each["id"], each["name"], each["user"]["name"], each["key"]) for each in listed] == [
        (key["id"], "Editor", "Ann", None)
    ]
    first = listed[0]["used_at"]
    assert first
    parley.clock.at += SEEN_MS // 2
    editor.get("/v1/rooms")
    assert ann.get("/v1/agent-keys").json["items"][0]["used_at"] == first, "it is right to the hour"
    parley.clock.at += SEEN_MS
    ann = tenant.user(**HERS, iat=None, exp=parley.clock.at // 1000 + 60)
    editor.get("/v1/rooms")
    assert ann.get("/v1/agent-keys").json["items"][0]["used_at"] > first
    assert all(key["key"].rpartition("_")[2] not in str(record) for record in parley.records())
    bob = tenant.user(user="bob", name="Bob", iat=None, exp=parley.clock.at // 1000 + 60)
    assert bob.get("/v1/agent-keys").json["items"] == []
    refused(bob.delete(f"/v1/agent-keys/{key['id']}"), 404)
    assert ann.delete(f"/v1/agent-keys/{key['id']}").status == 204
    assert ann.delete(f"/v1/agent-keys/{key['id']}").status == 204
    refused(editor.get("/v1/rooms"), 401, "revoked")
    assert ann.get("/v1/agent-keys").json["items"] == []
    verbs = [(each["verb"], each["subject"]) for each in tenant.api.get("/v1/audit").json["items"]]
    assert verbs[:2] == [("key.agent-revoked", key["id"]), ("key.agent-issued", key["id"])]


def test_the_same_request_makes_one_key(tenant: Tenant) -> None:
    ann, once = tenant.user(**HERS), {"Idempotency-Key": "k-1"}
    keys = [ann.post("/v1/agent-keys", {"name": "Editor"}, headers=once).json for _ in range(2)]
    assert keys[0] == keys[1]
    assert keys[0]["scopes"] == ["read"]
    assert len(ann.get("/v1/agent-keys").json["items"]) == 1
    for number in range(1, MAX_KEYS):
        made(ann, name=f"K{number}")
    refused(ann.post("/v1/agent-keys", {"name": "One too many"}), 409, "revoke one")


def test_what_it_may_call_is_decided_on_route_by_route(tenant: Tenant) -> None:
    routes = {f"{route.method} {route.path}": route for route in every() if route.who == "person"}
    assert {name for name, route in routes.items() if route.coding} == MAY
    assert set(routes) - MAY == set(MAY_NOT)
    assert all(route.who == "person" for route in every() if route.coding)
    editor, _ = made(tenant.user(**HERS))
    room = editor.get("/v1/rooms").json["items"][0]["id"]
    for name in MAY_NOT:
        method, _, path = name.partition(" ")
        for param in ("room", "message", "earlier", "emoji", "agent_key"):
            path = path.replace(f"{{{param}}}", room)
        refused(editor(method, path, {}), 403, "agent key")
    refused(editor.get("/v1/customers"), 403)
    refused(editor.put("/v1/customers/acme/users/ann", {"name": "Mallory"}), 403)
    refused(editor.get("/v1/audit"), 403)


def test_it_reads_what_its_user_may_and_no_more(tenant: Tenant) -> None:
    tenant.user("beta", "bob").post(f"/v1/rooms/{tenant.triage('beta')}/messages", {"text": "Theirs alone"})
    hidden = tenant.api.post("/v1/rooms", {"name": "Ours", "kind": "internal"}).json["id"]
    room = tenant.triage()
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "A note", "internal": True})
    ann = tenant.user(**HERS)
    editor, _ = made(ann, "read")
    assert [each["id"] for each in editor.get("/v1/rooms").json["items"]] == [room]
    assert editor.get(f"/v1/rooms/{room}/messages").json["items"] == []
    for other in (tenant.triage("beta"), hidden):
        refused(editor.get(f"/v1/rooms/{other}"), 404)
        refused(editor.get(f"/v1/rooms/{other}/messages"), 404)
    me = editor.get("/v1/me").json
    assert (me["kind"], me["name"], me["external_id"], me["customer"]["external_id"]) == (
        "machine",
        "Ann's agent",
        None,
        "acme",
    )
    refused(editor.post(f"/v1/rooms/{room}/messages", {"text": "Hello"}), 403, "does not speak")
    refused(editor.post("/v1/rooms", {"name": "Hello"}), 403, "does not speak")


def test_its_words_are_its_own_an_ask_and_move_none_of_its_users_marks(tenant: Tenant, parley: Parley) -> None:
    ann = tenant.user(**HERS)
    editor, key = made(ann)
    room = editor.post("/v1/rooms", {"name": "Webhooks are late"}).json["id"]
    said = editor.post(f"/v1/rooms/{room}/messages", {"text": "How late may a webhook be?"}).json
    assert said["author"] | {"verified": True} == {
        "kind": "machine",
        "id": key["id"],
        "name": "Ann's agent",
        "external_id": None,
        "verified": True,
        "agent_of": ann.get("/v1/me").json["id"],
    }
    seen = ann.get(f"/v1/rooms/{room}").json
    assert (seen["turn"], seen["state"], seen["unread"]) == ("vendor", "open", 1)
    assert seen["last_message"]["author"]["name"] == "Ann's agent"
    parley.settle()
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "A minute at most."})
    assert ann.get(f"/v1/rooms/{room}").json["turn"] == "customer"
    until = parley.clock.now() + HOUR_MS
    snoozed = {"snoozed_until": rfc3339(until)}
    assert tenant.api.patch(f"/v1/rooms/{room}", snoozed).json["snoozed_until"]
    editor.post(f"/v1/rooms/{room}/messages", {"text": "And on Sundays?"})
    shown = tenant.api.get(f"/v1/rooms/{room}").json
    assert (shown["turn"], shown["snoozed_until"]) == ("vendor", None)
    assert ann.get(f"/v1/rooms/{room}").json["unread"] == 3
    mine = editor.patch(f"/v1/rooms/{room}/messages/{said['id']}", {"text": "How late may one be?"})
    assert mine.status == 200
    hers = ann.post(f"/v1/rooms/{room}/messages", {"text": "Mine"}).json["id"]
    refused(editor.patch(f"/v1/rooms/{room}/messages/{hers}", {"text": "Not mine"}), 403)
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "On Sundays, too."})
    thanks = editor.post(f"/v1/rooms/{room}/messages", {"text": "Thank you!"}).json
    assert (thanks["taken_as"], tenant.api.get(f"/v1/rooms/{room}").json["turn"]) == ("thanks", "customer")
    place = f"/v1/rooms/{room}/messages/{thanks['id']}"
    assert tenant.api.put(f"{place}/taken-as", {"as": None}).json["taken_as"] == "ask"
    assert tenant.api.get(f"/v1/rooms/{room}").json["turn"] == "vendor"
    assert tenant.api.put(f"{place}/taken-as", {"as": "thanks"}).status == 200
    assert tenant.api.put(f"{place}/taken-as", {"as": "answer"}).status == 409
    assert editor.patch(place, {"text": "Thank you! But why?"}).json["taken_as"] == "ask"
    assert tenant.api.get(f"/v1/rooms/{room}").json["turn"] == "vendor"
    ended = tenant.api.patch(f"/v1/rooms/{room}", {"state": "resolved", "outcome": "solved", "tell": True})
    assert ended.status == 200, ended.text


@pytest.mark.parametrize("what", ["user", "customer"])
@pytest.mark.parametrize("state", ["blocked", "gone"])
def test_it_is_dead_with_its_user_and_their_customer_for_good(tenant: Tenant, what: str, state: str) -> None:
    editor, _ = made(tenant.user(**HERS))
    place = "/v1/customers/acme" + ("/users/ann" if what == "user" else "")
    tenant.api.patch(place, {"state": state})
    refused(editor.get("/v1/rooms"), 401, what)
    tenant.api.patch(place, {"state": "active"})
    refused(editor.get("/v1/rooms"), 401, what)


def test_it_is_dead_with_the_secret_that_its_users_token_was_signed_with(tenant: Tenant) -> None:
    editor, _ = made(tenant.user(**HERS))
    tenant.api.post("/v1/workspace/token-secrets")
    assert editor.get("/v1/rooms").status == 200
    tenant.api.post("/v1/workspace/token-secrets")
    refused(editor.get("/v1/rooms"), 401, "secret")


def test_a_key_of_another_ending_or_another_owner_is_unknown(tenant: Tenant) -> None:
    _, key = made(tenant.user(**HERS))
    _, theirs = made(tenant.user("beta", "bob"))
    wrong = key["key"][:-1] + ("0" if key["key"][-1] != "0" else "1")
    mixed = theirs["key"].rpartition("_")[0] + "_" + key["key"].rpartition("_")[2]
    for credential in (wrong, mixed, "ak_a_b_c_d"):
        refused(Client(credential).get("/v1/rooms"), 401, "unknown agent key")


def test_speaking_is_switched_off_by_the_customers_people_or_the_vendors_admins(tenant: Tenant) -> None:
    ann, bob, beta = tenant.user(**HERS), tenant.user(user="bob"), tenant.user("beta", "bob")
    editor, _ = made(ann)
    others, _ = made(beta)
    room = tenant.triage()

    def says(agent: Client = editor, to: str = room) -> Got:
        return agent.post(f"/v1/rooms/{to}/messages", {"text": "Hello"})

    assert says().status == 201
    off = bob.put("/v1/agent-speaking", {"allowed": False}).json
    assert (off["allowed"], off["switched_off_by"]) == (False, "customer")
    refused(says(), 403, "the customer's own people have switched that off")
    assert editor.get(f"/v1/rooms/{room}").status == 200, "it reads on"
    assert says(others, tenant.triage("beta")).status == 201, "the others' speak on"
    assert ann.put("/v1/agent-speaking", {"allowed": True}).json["allowed"] is True
    assert says().status == 201

    muted = tenant.api.patch("/v1/customers/acme", {"agents_muted": True}).json
    assert (muted["agents_muted"], muted["agents_speak"]) == (True, False)
    refused(says(), 403, "the vendor has switched that off")
    assert bob.put("/v1/agent-speaking", {"allowed": True}).json["switched_off_by"] == "vendor"
    bob.put("/v1/agent-speaking", {"allowed": False})
    muted = tenant.api.patch("/v1/customers/acme", {"agents_muted": False}).json
    assert (muted["agents_muted"], muted["agents_speak"]) == (False, False), "what they switched off is off still"
    refused(says(), 403, "the customer's own people")
    bob.put("/v1/agent-speaking", {"allowed": True})
    assert says().status == 201

    assert tenant.api.patch("/v1/workspace", {"agents_muted": True}).json["agents_muted"] is True
    refused(says(), 403, "for all customers")
    assert ann.get("/v1/agent-speaking").json["switched_off_by"] == "workspace"
    verbs = [each["verb"] for each in tenant.api.get("/v1/audit").json["items"]]
    assert verbs.count("customer.agents-muted") == 2
    assert verbs.count("customer.agents-unmuted") == 2


def test_the_vendor_sees_who_has_keys_and_may_revoke_them(tenant: Tenant) -> None:
    editor, key = made(tenant.user(**HERS))
    made(tenant.user(user="bob", name="Bob"), name="Terminal")
    made(tenant.user("beta", "bob"))
    listed = tenant.api.get("/v1/customers/acme/agent-keys").json["items"]
    assert {(each["name"], each["user"]["external_id"]) for each in listed} == {("Editor", "ann"), ("Terminal", "bob")}
    assert {each["key"] for each in listed} == {None}
    assert tenant.api.delete(f"/v1/agent-keys/{key['id']}").status == 204
    refused(editor.get("/v1/rooms"), 401, "revoked")
    for got in (tenant.api.get("/v1/agent-keys"), tenant.api.post("/v1/agent-keys", {"name": "Mine"})):
        refused(got, 403, "customers' people")


def test_an_agent_in_a_loop_opens_one_room_and_says_it_once(tenant: Tenant, parley: Parley) -> None:
    editor, _ = made(tenant.user(**HERS))
    rooms = {editor.post("/v1/rooms", {"name": name}).json["id"] for name in ("Why 401?", "why 401", "Why  401 ?") * 5}
    assert len(rooms) == 1
    room = rooms.pop()
    said = {editor.post(f"/v1/rooms/{room}/messages", {"text": "Why do I get 401?"}).json["id"] for _ in range(5)}
    assert len(said) == 1
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "Your key is revoked."})
    again = editor.post(f"/v1/rooms/{room}/messages", {"text": "Why do I get 401?"}).json["id"]
    assert again not in said, "somebody has answered meanwhile"
    other, _ = made(tenant.user(**HERS), name="Another")
    assert other.post("/v1/rooms", {"name": "Why 401?"}).json["id"] != room
    parley.clock.at += ASKED_MS
    assert editor.post("/v1/rooms", {"name": "Why 401?"}).json["id"] != room


def test_a_question_is_the_same_over_the_end_of_a_day(tenant: Tenant, parley: Parley) -> None:
    editor, _ = made(tenant.user(**HERS))
    parley.clock.at = (parley.clock.at // ASKED_MS + 1) * ASKED_MS - 1_000
    room = editor.post("/v1/rooms", {"name": "Why 401?"}).json["id"]
    parley.clock.at += 2_000
    assert editor.post("/v1/rooms", {"name": "Why 401?"}).json["id"] == room


def test_asking_is_limited_by_key_and_by_customer(tenant: Tenant) -> None:
    ann = tenant.user(**HERS)
    editor, _ = made(ann)
    for number in range(OPENS_PER_HOUR["key"]):
        assert editor.post("/v1/rooms", {"name": f"Question {number}"}).status == 201
    over = editor.post("/v1/rooms", {"name": "Another question"})
    refused(over, 429, "by one key")
    assert 0 < int(over.headers["Retry-After"]) <= 3600
    assert editor.post("/v1/rooms", {"name": "Question 0"}).status == 201, "what is open is there"
    statuses = []
    for number in range(OPENS_PER_HOUR["customer"] // OPENS_PER_HOUR["key"]):
        another, _ = made(ann, name=f"K{number}")
        statuses += [another.post("/v1/rooms", {"name": f"{number} {place}"}).status for place in range(6)]
    assert statuses.count(201) + OPENS_PER_HOUR["key"] <= OPENS_PER_HOUR["customer"]
    assert 429 in statuses
    assert ann.post("/v1/rooms", {"name": "A person asks on"}).status == 201


def test_what_one_key_says_in_an_hour_is_limited(tenant: Tenant) -> None:
    editor, _ = made(tenant.user(**HERS))
    place = f"/v1/rooms/{tenant.triage()}/messages"
    for number in range(SAYS_PER_HOUR):
        assert editor.post(place, {"text": f"Line {number}"}).status == 201
    refused(editor.post(place, {"text": "One more"}), 429)


def test_a_coding_agent_in_an_adopted_room_shuts_it_to_its_visitor(tenant: Tenant) -> None:
    """As its user's words would; and where the room is the visitor's again, the coding agent has none of it."""
    tenant.customer("acme", name="Acme")
    tenant.api.patch("/v1/workspace", {"visitors": True})
    asks = {"workspace": tenant.id, "name": "Ann", "email": "ann@acme.example", "text": "Where is it?"}
    visit = Client().post("/v1/visitors", asks).json
    visitor, room = Client(visit["token"]), f"/v1/rooms/{visit['room']['id']}"
    editor, _ = made(tenant.user(**HERS))
    refused(editor.get(room), 404)
    tenant.api.post(f"{room}/adoption", {"customer": "acme"})
    assert visitor.get(room).status == 200
    assert editor.post(f"{room}/messages", {"text": "It is the gateway's"}).status == 201
    refused(visitor.get(room), 404)


def test_who_was_let_into_a_room_that_became_anothers_says_nothing_in_it(parley: Parley, tenant: Tenant) -> None:
    ann, room = tenant.user(**HERS), tenant.triage("beta")
    _, key = made(ann)
    hers = agent_of(key["id"], key["user"]["id"], "Ann", external_id="ann")
    with pytest.raises(NotFound):
        post(parley.world, room, Draft(author=hers, text="Hello", source=Source(channel="api")))
    assert post(parley.world, tenant.triage(), Draft(author=hers, text="Hello", source=Source(channel="api"))).n == 1


def test_its_tools_are_those_that_its_key_may_use_and_a_loop_asks_once(tenant: Tenant) -> None:
    ann = tenant.user(**HERS)
    reads, speaks = (Agent.of(tenant, made(ann, *scopes)[0]) for scopes in (["read"], ["read", "speak"]))
    writing = {"ask_vendor", "answer", "acknowledge"}
    assert set(speaks.tools()) - set(reads.tools()) == writing
    asked = [
        speaks.use("ask_vendor", topic="Why 401?", text="Why do I get 401?", request_id=request_id()) for _ in range(3)
    ]
    assert len({(each["room"], each["message"]) for each in asked}) == 1
    said = speaks.use("read_room", room=asked[0]["room"])["messages"]["items"]
    assert "Ann's agent" in str(said)
    assert reads.result("search_rooms", q="401")["isError"] is False
    ann.put("/v1/agent-speaking", {"allowed": False})
    assert not writing & set(speaks.tools())


def test_two_processes_of_one_agent_that_ask_at_once_open_one_room(tenant: Tenant) -> None:
    editor, _ = made(tenant.user(**HERS))
    rooms = at_once(lambda _: editor.post("/v1/rooms", {"name": "Why 401?"}).json["id"], 4)
    assert len(set(rooms)) == 1
    said = at_once(lambda _: editor.post(f"/v1/rooms/{rooms[0]}/messages", {"text": "Why 401?"}).json["id"], 4)
    assert len(set(said)) == 1


def test_its_words_bear_its_name_wherever_they_go(parley: Parley, tenant: Tenant) -> None:
    """Slack, Teams, mail and Telegram show an author's label; a webhook, search and the inbox their name."""
    assert agent_of("akey_1", "usr_1", "Ann", external_id="ann").label == "Ann's agent (bot)"
    assert agent_of("akey_1", "usr_1", "", external_id="ann").label == "ann's agent (bot)"
    config = {"url": "https://vendor.example/hook", "all_rooms": True}
    tenant.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config})
    ann = tenant.user(**HERS)
    editor, key = made(ann)
    room = editor.post("/v1/rooms", {"name": "Why 401?"}).json["id"]
    editor.post(f"/v1/rooms/{room}/messages", {"text": "Where is the zebra?"})
    parley.settle()
    events = [json.loads(body) for _, body, _ in parley.outside.posts]
    authors = [each["message"]["author"] for each in events if each["type"] == "message.posted"]
    assert authors == [{"kind": "machine", "id": key["id"], "name": "Ann's agent"}]
    (hit,) = ann.get("/v1/search", q="zebra", kind="message").json["items"]
    assert (hit["author"]["name"], hit["author"]["kind"]) == ("Ann's agent", "machine")
    assert ann.get("/v1/search", q="zebra", author=ann.get("/v1/me").json["id"]).json["items"] == []


def test_clocks_run_for_what_it_asks(parley: Parley, tenant: Tenant) -> None:
    with_policies(parley, tenant, POLICY)
    editor, _ = made(tenant.user(**HERS))
    room = editor.post("/v1/rooms", {"name": "Why 401?"}).json["id"]
    editor.post(f"/v1/rooms/{room}/messages", {"text": "Why do I get 401?"})
    parley.settle()
    assert [each["kind"] for each in tenant.api.get(f"/v1/rooms/{room}").json["clocks"]][:1] == ["first"]
