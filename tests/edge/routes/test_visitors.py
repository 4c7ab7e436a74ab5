"""Who asks; visitors with a room of their own; and from which sites a browser may call."""

import pytest

from chalicelib.edge.door.limits import VISITORS_PER_HOUR
from tests.api import Client, Tenant


def asked(tenant, text="Where are the docs?", **headers):
    body = {"workspace": tenant.id, "name": "Vi", "email": "vi@x.example", "text": text}
    return Client().post("/v1/visitors", body, headers={"Content-Type": "application/json", **headers})


@pytest.fixture
def open_door(tenant):
    assert tenant.api.patch("/v1/workspace", {"visitors": True}).json["visitors"] is True
    return tenant


@pytest.fixture
def visitor(open_door):
    made = asked(open_door).json
    return Client(made["token"]), made["room"]["id"], made


def test_me_tells_who_asks_and_where_the_live_line_is(tenant):
    me = tenant.user(name="Ann").get("/v1/me").json
    assert (me["kind"], me["name"], me["external_id"], me["customer"]["external_id"]) == ("user", "Ann", "ann", "acme")
    assert (me["workspace"]["name"], me["live"]) == ("Acorn", "wss://parley.test/socket")
    agent = tenant.api.get("/v1/me").json
    assert (agent["kind"], agent["role"], agent["customer"]) == ("agent", "owner", None)


def test_no_visitors_unless_the_workspace_lets_them_in(tenant):
    assert asked(tenant).status == 404
    assert tenant.api.patch("/v1/workspace", {"name": "Acorn"}).json["visitors"] is False


def test_a_visitor_has_one_room_that_agents_alone_see_besides(open_door, visitor):
    client, room, made = visitor
    assert (made["room"]["kind"], made["room"]["customer"]) == ("visitor", None)
    assert [each["id"] for each in client.get("/v1/rooms").json["items"]] == [room]
    assert client.get("/v1/me").json["room"] == room
    assert client.post(f"/v1/rooms/{room}/messages", {"text": "Anybody?"}).status == 201
    shown = open_door.api.get(f"/v1/rooms/{room}/messages").json["items"]
    assert [(m["text"], m["author"]["kind"], m["author"]["verified"]) for m in shown] == [
        ("Anybody?", "visitor", False),
        ("Where are the docs?", "visitor", False),
    ]
    assert open_door.user().get(f"/v1/rooms/{room}").status == 404
    assert client.get("/v1/rooms").json["items"][0]["unread"] == 0
    open_door.api.post(f"/v1/rooms/{room}/messages", {"text": "Here"})
    open_door.api.post(f"/v1/rooms/{room}/messages", {"text": "a note", "internal": True})
    assert client.get("/v1/rooms").json["items"][0]["unread"] == 1
    assert "a note" not in client.get(f"/v1/rooms/{room}/messages").text + client.get(f"/v1/rooms/{room}/changes").text


def test_a_stolen_visitors_token_opens_that_room_and_nothing_else(open_door, visitor):
    client, room, made = visitor
    other = asked(open_door).json["room"]["id"]
    triage = open_door.triage()
    for id_ in (other, triage):
        for path in ("", "/messages", "/changes", "/roster"):
            assert client.get(f"/v1/rooms/{id_}{path}").status == 404
        assert client.post(f"/v1/rooms/{id_}/messages", {"text": "x"}).status == 404
    assert client.post("/v1/rooms", {"name": "More"}).status == 403
    assert client.patch(f"/v1/rooms/{room}", {"name": "Renamed"}).status == 403
    assert client.post(f"/v1/rooms/{room}/fork", {"name": "F", "from": "x"}).status == 403
    for path in ("/v1/customers", "/v1/agents", "/v1/workspace", "/v1/installs"):
        assert client.get(path).status == 403
    users = open_door.user().post("/v1/attachments", {"name": "a.txt", "size": 1}).json["id"]
    theirs = Client(asked(open_door).json["token"]).post("/v1/attachments", {"name": "b.txt", "size": 1}).json["id"]
    for file in (users, theirs):
        assert client.post(f"/v1/rooms/{room}/messages", {"text": "x", "attachments": [file]}).status == 422
    own = client.post("/v1/attachments", {"name": "c.txt", "size": 1}).json["id"]
    assert client.post(f"/v1/rooms/{room}/messages", {"text": "x", "attachments": [own]}).status == 201


def test_another_workspaces_secret_makes_no_visitors_token(open_door, visitor):
    import jwt

    client, room, made = visitor
    other = Tenant.found("Other", open_door.now)
    claims = jwt.decode(made["token"], options={"verify_signature": False})
    forged = jwt.encode(claims, other.token_secret, algorithm="HS256")
    assert Client(forged).get(f"/v1/rooms/{room}").status == 401
    swapped = jwt.encode(claims | {"workspace": other.id}, other.token_secret, algorithm="HS256")
    assert Client(swapped).get(f"/v1/rooms/{room}").status == 401
    as_user = jwt.encode(open_door.claims() | {"aud": "parley:visitor"}, open_door.token_secret, algorithm="HS256")
    assert Client(as_user).get("/v1/rooms").status == 401


def test_visitors_are_counted_by_address(open_door):
    for _ in range(VISITORS_PER_HOUR):
        assert asked(open_door).status == 201
    refused = asked(open_door)
    assert (refused.status, refused.json["code"]) == (429, "limited")


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("email", "no"), ("email", ""), ("text", " "), ("text", "a\x00b"), ("workspace", "")],
)
def test_a_bad_visitor_is_told_which_field(open_door, field, value):
    body = {"workspace": open_door.id, "name": "Vi", "email": "vi@x.example", "text": "x", field: value}
    got = Client().post("/v1/visitors", body)
    assert (got.status, got.json["field"]) == (422, field)


def test_pages_of_other_sites_may_not_call_once_the_workspace_says_which_may(parley, open_door, visitor):
    allowed = {"allowed_origins": ["https://app.example.com"]}
    assert open_door.api.patch("/v1/workspace", allowed).json["allowed_origins"] == ["https://app.example.com"]
    parley.clock.at += 31_000
    bad, good = {"Origin": "https://evil.example"}, {"Origin": "https://app.example.com"}
    for client in (open_door.user(), visitor[0]):
        assert client("GET", "/v1/rooms", headers=good).status == 200
        assert client("GET", "/v1/rooms", headers=bad).status == 403
        assert client("GET", "/v1/rooms").status == 200
    assert open_door.api("GET", "/v1/rooms", headers=bad).status == 200
    assert (asked(open_door, **bad).status, asked(open_door, **good).status) == (403, 201)


@pytest.mark.parametrize("origin", ["app.example.com", "https://a.example/", "javascript:1", "https://a b", "*", ""])
def test_an_origin_is_one(tenant, origin):
    got = tenant.api.patch("/v1/workspace", {"allowed_origins": [origin]})
    assert (got.status, got.json["field"]) == (422, "allowed_origins[0]")


def test_who_is_named_is_told_until_they_read_it(tenant):
    room, ann, bob = tenant.triage(), tenant.user(), tenant.user(user="bob")
    me = ann.get("/v1/me").json["id"]

    def named(client):
        return client.get("/v1/rooms").json["items"][0]["mentioned"]

    bob.post(f"/v1/rooms/{room}/messages", {"text": "@ann look", "mentions": [me]})
    assert (named(ann), named(bob), named(tenant.api)) == (True, False, False)
    ann.put(f"/v1/rooms/{room}/read", {})
    assert named(ann) is False
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "@ann", "mentions": [me], "internal": True})
    assert named(ann) is False
