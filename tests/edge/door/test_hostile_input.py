"""Whatever is sent: a 4xx problem document that names the thing; never a 5xx, never a stack trace."""

import base64
import json
import re
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.desk.messages import MAX_BYTES, MAX_CHARACTERS
from chalicelib.edge.http import answer
from chalicelib.edge.routes import every
from tests.api import Client, Tenant
from tests.conftest import in_memory
from tests.fakes import BOOTSTRAP, Parley


def refused(got, status, field=None, detail=""):
    """It is a problem document that names the place."""
    assert got.status == status, got.text
    assert got.headers["Content-Type"].startswith("application/problem+json")
    body = got.json
    assert body["status"] == status
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["code"]
    assert "Traceback" not in got.text
    assert body.get("field", "") == (field or body.get("field", ""))
    assert detail in body.get("detail", "")
    return body


@pytest.fixture
def room(tenant: Tenant) -> str:
    return tenant.triage()


@pytest.fixture
def messages(room: str) -> str:
    return f"/v1/rooms/{room}/messages"


# --- bodies -------------------------------------------------------------------------------------------------------

BODIES = {
    "no JSON": ("{", "not valid JSON"),
    "half a text": ('{"text": "a', "not valid JSON"),
    "two values": ('{"text": "a"} {}', "not valid JSON"),
    "single quotes": ("{'text': 'a'}", "not valid JSON"),
    "a comment": ('{"text": "a" /* */}', "not valid JSON"),
    "a comma too many": ('{"text": "a",}', "not valid JSON"),
    "NaN": ('{"text": NaN}', "NaN"),
    "Infinity": ('{"text": -Infinity}', "Infinity"),
    "1e400": ('{"text": 1e400}', "too large"),
    "an endless integer": ('{"text": ' + "1" * 5000 + "}", "digits"),
    "a key twice": ('{"text": "a", "text": "b"}', 'duplicate key "text"'),
    "a key twice, once escaped": ('{"text": "a", "te\\u0078t": "b"}', 'duplicate key "text"'),
    "10,000 lists": ('{"text": ' + "[" * 10_000 + "]" * 10_000 + "}", "nested deeper"),
    "10,000 objects": ('{"a":' * 10_000 + "1" + "}" * 10_000, "nested deeper"),
    "10,000 lists that never end": ("[" * 10_000, "nested deeper"),
    "a lone surrogate": ('{"text": "\\ud800"}', "surrogate"),
    "a lone low surrogate": ('{"text": "\\udc00 a"}', "surrogate"),
    "a surrogate in a key": ('{"\\ud800": 1}', "surrogate"),
    "a raw surrogate": ('{"text": "\ud800"}', "UTF-8"),
    "a raw control character": ('{"text": "a\x01b"}', "not valid JSON"),
    "a raw NUL": ('{"text": "a\x00b"}', "not valid JSON"),
    "a byte order mark": ('\ufeff{"text": "a"}', "byte order mark"),
}


@pytest.mark.parametrize(("raw", "detail"), BODIES.values(), ids=BODIES)
def test_what_is_no_strict_json_is_malformed(tenant, messages, raw, detail):
    refused(tenant.api.post(messages, raw=raw), 400, detail=detail)
    refused(tenant.api.put("/v1/customers/acme", raw=raw), 400, detail=detail)
    refused(Client(BOOTSTRAP).post("/v1/workspaces", raw=raw), 400, detail=detail)


@pytest.mark.parametrize("raw", [b"\xff", b'{"text": "\xe9"}', b'{"text": "\xed\xa0\x80"}', b"\x00"])
def test_bytes_that_are_not_utf_8_are_malformed(tenant, messages, raw):
    got = tenant.api.post(messages, raw=base64.b64encode(raw).decode(), base64=True)
    refused(got, 400, detail="not valid JSON")


@pytest.mark.parametrize("raw", ["[]", "1", '"text"', "null", "true"])
def test_a_body_is_an_object(tenant, messages, raw):
    refused(tenant.api.post(messages, raw=raw), 422, detail="not an object")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x", "json"]
)
def test_a_body_is_json_by_name_too(tenant, messages, kind):
    refused(tenant.api.post(messages, {"text": "a"}, headers={"Content-Type": kind}), 415, "Content-Type")


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"]
)
def test_names_of_json_are_taken(tenant, messages, kind):
    assert tenant.api.post(messages, {"text": "a"}, headers={"Content-Type": kind}).status == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "a", "colour": "red"}, "colour"),
        ({"text": "a", "Text": "b"}, "Text"),
        ({"text": "a", "reply_to": {"message": "m", "range": 1}}, "reply_to.range"),
        ({"text": 1}, "text"),
        ({"text": None}, "text"),
        ({"text": ["a"]}, "text"),
        ({"text": "a", "internal": "yes"}, "internal"),
        ({"text": "a", "internal": 1}, "internal"),
        ({"text": "a", "attachments": "att_1"}, "attachments"),
        ({"text": "a", "attachments": [1]}, "attachments[0]"),
        ({"text": "a", "attachments": [""]}, "attachments[0]"),
        ({"text": "a", "attachments": ["x"] * 21}, "attachments"),
        ({"text": "a", "attachments": ["x" * 5000]}, "attachments[0]"),
        ({"text": "a", "attachments": ["\x00"]}, "attachments[0]"),
        ({"text": "a", "mentions": ["nobody"]}, "mentions[0]"),
        ({"text": "a", "mentions": ["x" * 5000]}, "mentions[0]"),
        ({"text": "a", "mentions": [f"agt_{i}" for i in range(51)]}, "mentions"),
        ({"text": "a", "reply_to": "msg_x_1"}, "reply_to.message"),
        ({"text": "a", "reply_to": "\x00" * 300}, "reply_to.message"),
        ({"text": "a", "reply_to": 1}, "reply_to"),
        ({"text": "a", "reply_to": {"quote": {"start": 0, "end": 1}}}, "reply_to.message"),
        ({"text": "a", "reply_to": {"message": "m", "quote": {"start": -1, "end": 1}}}, "reply_to.quote.start"),
        ({"text": "a", "reply_to": {"message": "m", "quote": {"start": 0.5, "end": 1}}}, "reply_to.quote.start"),
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \n\t\u3000"}, "text"),
        ({"text": "a\x00b"}, "text"),
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_a_message_that_does_not_fit_is_named(tenant, messages, body, field):
    refused(tenant.api.post(messages, body), 422, field)
    assert tenant.api.get(messages).json["items"] == []


@pytest.mark.parametrize(
    ("start", "end"), [(0, 0), (1, 1), (5, 2), (0, 6), (6, 7), (0, 10**30), (10**30, 10**31)], ids=str
)
def test_a_quote_is_within_the_text(tenant, messages, start, end):
    said = tenant.api.post(messages, {"text": "Hello"}).json["id"]
    reply = {"message": said, "quote": {"start": start, "end": end}}
    assert refused(tenant.api.post(messages, {"text": "a", "reply_to": reply}), 422)["field"].startswith("reply_to")
    good = {"message": said, "quote": {"start": 1, "end": 5}}
    assert tenant.api.post(messages, {"text": "a", "reply_to": good}).json["reply_to"]["quote"]["text"] == "ello"


def test_a_text_has_two_limits_and_both_are_exact(tenant, messages):
    assert tenant.api.post(messages, {"text": "a" * MAX_CHARACTERS}).status == 201
    assert tenant.api.post(messages, {"text": "😀" * (MAX_BYTES // 4)}).status == 201
    refused(tenant.api.post(messages, {"text": "a" * (MAX_CHARACTERS + 1)}), 413, "text", str(MAX_CHARACTERS))
    refused(tenant.api.post(messages, {"text": "😀" * (MAX_BYTES // 4 + 1)}), 413, "text", str(MAX_BYTES))
    said = tenant.api.get(messages).json["items"][0]["id"]
    refused(tenant.api.patch(f"{messages}/{said}", {"text": "a" * (MAX_CHARACTERS + 1)}), 413, "text")
    refused(tenant.api.patch(f"{messages}/{said}", {"text": ""}), 422, "text")


@pytest.mark.parametrize(
    "text", ["\x01" * MAX_CHARACTERS, '"' * MAX_CHARACTERS, "\\" * MAX_CHARACTERS, "\u2028\u202e\x7f"]
)
def test_the_worst_text_that_is_allowed_comes_back_whole(tenant, messages, text):
    got = tenant.api.post(messages, {"text": text}, headers={"Idempotency-Key": "k"})
    assert got.status == 201
    assert got.json["text"] == text
    assert tenant.api.get(messages).json["items"][0]["text"] == text
    assert tenant.api.post(messages, {"text": text}, headers={"Idempotency-Key": "k"}).text == got.text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\n"}, "name"),
        ({"name": "\x00"}, "name"),
        ({"name": "\u3000"}, "name"),
        ({"name": 1}, "name"),
        ({"name": None}, "name"),
        ({"attributes": []}, "attributes"),
        ({"attributes": {"a": "x" * 70_000}}, "attributes"),
        ({"attributes": {f"k{i}": i for i in range(101)}}, "attributes"),
        ({"attributes": {"": 1}}, "attributes"),
        ({"attributes": {"a\x00": 1}}, "attributes"),
        ({"attributes": {"x" * 101: 1}}, "attributes"),
        ({"domains": "acme.example"}, "domains"),
        ({"domains": [""]}, "domains[0]"),
        ({"domains": ["a.example", "no domain"]}, "domains[1]"),
        ({"domains": ["gmail.com"]}, "domains[0]"),
        ({"domains": ["x" * 300 + ".example"]}, "domains[0]"),
        ({"domains": ["\x00.example"]}, "domains[0]"),
        ({"domains": ["127.0.0.1"]}, "domains[0]"),
        ({"domains": [f"d{i}.example" for i in range(41)]}, "domains"),
        ({"state": "asleep"}, "state"),
        ({"state": None}, "state"),
        ({"plan": "gold"}, "plan"),
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_a_customer_that_does_not_fit_is_named(tenant, body, field):
    refused(tenant.api.put("/v1/customers/acme", body), 422, field)
    assert tenant.api.get("/v1/customers/acme").status == 404


@pytest.mark.parametrize("email", ["x", "a@b@c", "a b@c", "a@b\n", "a@b\r\nBcc: x@y", "@b", "a@", "a" * 251 + "@b.c"])
def test_an_address_that_is_none_is_named(tenant, email):
    tenant.customer("acme")
    refused(tenant.api.put("/v1/customers/acme/users/ann", {"email": email}), 422, "email")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/installs", {"kind": "pigeon", "name": "P"}, "kind"),
        ("/v1/installs", {"kind": "webhook", "name": "P", "config": {"url": "ftp://x"}}, "config.url"),
        ("/v1/installs", {"kind": "webhook", "name": "P", "config": {"url": 10**30}}, "config.url"),
        ("/v1/installs", {"kind": "webhook", "name": "P", "config": {"colour": 1}}, "config.colour"),
        ("/v1/installs", {"kind": "form", "name": "P", "config": {"per_hour": 10**30}}, "config.per_hour"),
        ("/v1/api-keys", {"name": "K", "scopes": []}, "scopes"),
        ("/v1/api-keys", {"name": "K", "scopes": ["root"]}, "scopes[0]"),
        ("/v1/api-keys", {"name": "K", "expires_in_days": 0}, "expires_in_days"),
        ("/v1/api-keys", {"name": "K", "expires_in_days": 10**30}, "expires_in_days"),
        ("/v1/agents", {"name": "A", "role": "king"}, "role"),
        ("/v1/agents", {"role": "agent"}, "name"),
        ("/v1/rooms", {"name": "R"}, "customer"),
        ("/v1/attachments", {"name": "", "size": 1}, "name"),
        ("/v1/attachments", {"name": "a", "size": 0}, "size"),
        ("/v1/attachments", {"name": "a", "size": 1, "type": "text"}, "type"),
        ("/v1/attachments", {"name": "a", "size": 1, "type": "text/html\r\nX: y"}, "type"),
        ("/v1/attachments", {"name": "a", "size": 1, "type": "application/x-msdownload"}, "type"),
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_other_things_that_do_not_fit_are_named(tenant, path, body, field):
    refused(tenant.api.post(path, body), 422, field)


@pytest.mark.parametrize("size", [25 * 1024 * 1024 + 1, 10**30])
def test_a_file_has_a_limit(tenant, size):
    refused(tenant.api.post("/v1/attachments", {"name": "a", "size": size}), 413, "size", str(25 * 1024 * 1024))


def test_a_name_that_lies_of_a_path_is_made_safe(tenant):
    got = tenant.api.post("/v1/attachments", {"name": "..\\..\\a\u202efdp.exe\x00", "size": 1})
    assert got.json["name"] == "afdp.exe"


# --- paths and queries --------------------------------------------------------------------------------------------

IDS = [
    "%",
    "%zz",
    "%ff",
    "%ed%a0%80",
    "%00",
    "%0a",
    "..",
    "%2e%2e",
    "%2F",
    "a%2Fb",
    "a%252Fb",
    "%F0%9F%91%8D",
    "x" * 201,
    "x" * 5000,
    "%C3%A9" * 1100,
    "room_",
    "R#A",
    "'",
    "*",
    "-1",
    "null",
    "{room}",
]


@pytest.mark.parametrize("id_", IDS, ids=lambda id_: id_[:20])
def test_a_made_up_id_is_not_there(tenant, room, id_):
    said = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "x"}).json["id"]
    for path in (
        f"/v1/rooms/{id_}",
        f"/v1/rooms/{id_}/messages",
        f"/v1/rooms/{room}/messages/{id_}",
        f"/v1/rooms/{room}/messages/{said}{id_}",
        f"/v1/agents/{id_}",
        f"/v1/installs/{id_}",
        f"/v1/customers/{id_}",
        f"/v1/customers/{id_}/users",
        f"/v1/customers/acme/users/{id_}",
        f"/files/{id_}/{id_}",
        f"/in/form/{id_}",
    ):
        got = tenant.api.get(path)
        assert refused(got, 400 if "UTF-8" in got.text else 404)
    assert tenant.api.post(f"/v1/deliveries/{id_}/replay").status in (400, 404)
    assert tenant.api.delete(f"/v1/api-keys/{id_}").status in (400, 404)
    assert tenant.api.post(f"/in/{id_}/{id_}", {}).status in (400, 404)


@pytest.mark.parametrize("id_", ["a/b", "é", "👍", "a b", "#", "?", "%", "..", "x" * 200, "Ω" * 200, "a%2Fb", "+"])
def test_an_id_of_the_vendors_may_be_anything_printable(tenant, id_):
    path = f"/v1/customers/{quote(id_, safe='')}"
    made = tenant.api.put(path, {"name": "N"})
    assert (made.status, made.json["external_id"]) == (201, id_)
    assert tenant.api.get(path).json == made.json
    user = tenant.api.put(f"{path}/users/{quote(id_, safe='')}", {"name": "U"})
    assert (user.status, user.json["external_id"]) == (201, id_)
    assert tenant.user(id_, id_).get("/v1/rooms").json["items"][0]["id"] == made.json["triage_room"]


@pytest.mark.parametrize("id_", ["x" * 201, "%00", "a%0Ab", "%E2%80%A8"])
def test_an_id_of_the_vendors_is_short_and_printable(tenant, id_):
    tenant.customer("acme")
    refused(tenant.api.put(f"/v1/customers/{id_}", {}), 422, "external_id")
    refused(tenant.api.put(f"/v1/customers/acme/users/{id_}", {}), 422, "external_id")


@pytest.mark.parametrize("path", ["", "/", "//", "/v1", "/v1/", "/v2/rooms", "/V1/rooms", "/v1/rooms/x/y/z", "/v1//x"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_an_unknown_route_is_not_found(tenant, method, path):
    refused(tenant.api(method, path), 404)
    head = tenant.api("HEAD", path)
    assert (head.status, head.text) == (404, "")


@pytest.mark.parametrize("route", every(), ids=lambda route: f"{route.method} {route.path}")
def test_a_wrong_verb_is_told_the_right_ones(tenant, route):
    shapes = [(other.method, re.sub(r"{\w+}", "[^/]+", other.path)) for other in every()]
    allowed = {method for method, shape in shapes if re.fullmatch(shape, route.path)} | {"OPTIONS"}
    allowed |= {"HEAD"} if "GET" in allowed else set()
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"} - allowed:
        got = tenant.api(method, route.path)
        assert got.status == 405
        assert method == "HEAD" or refused(got, 405)["code"] == "wrongverb"
        assert set(got.headers["Allow"].split(", ")) == allowed


def test_a_preflight_is_answered_everywhere(tenant):
    for path in ("/v1/rooms", "/nowhere", "/v1/rooms/%ff"):
        got = Client()("OPTIONS", path)
        assert got.status == 204
        assert "Idempotency-Key" in got.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("half", ["\ud800", "a\udc00b"])
def test_half_a_character_in_a_header_or_a_query_breaks_nothing(tenant, messages, half):
    form = (
        tenant.api.post("/v1/installs", {"kind": "form", "name": "F"}).json["url"].removeprefix("https://parley.test")
    )
    sent = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": half, half: "x"}
    assert Client().post(form, raw="message=hi&email=x%40y.example", headers=sent, **{half: half}).status == 202
    assert tenant.api.get("/v1/search", q=half).status < 500
    for name in ("Idempotency-Key", "If-Match", "Origin", "Cookie", "Authorization", "Host", "Content-Type"):
        assert tenant.api.post(messages, {"text": "a"}, headers={name: half}).status < 500


@pytest.mark.parametrize("odd", ["http://[", "http://x:99999", "http://x:y", "https://[::1", "null", "", "//"])
def test_an_origin_or_a_host_that_is_none_is_not_our_own_page(tenant, odd):
    body, console = {"token": "a"}, {"X-Parley-Console": "1", "Cookie": "__Host-parley-session=ps_x_y"}
    for sent in ({"Origin": odd}, {"Origin": odd, "Host": odd}, {"Origin": odd, "Host": ""}):
        refused(Client().post("/v1/sign-in/links/use", body, headers=console | sent), 403, "X-Parley-Console")
    assert Client().post("/v1/sign-in/links/use", body, headers=console | {"Host": odd}).status == 401


@pytest.mark.parametrize("name", ["offset", "Limit", "cursor[]", "", "\x00", "é"])
def test_an_unknown_query_parameter_is_named(tenant, messages, name):
    for path in (messages, "/v1/rooms", "/v1/customers", "/health"):
        got = tenant.api.get(path, **{name: "1"})
        assert refused(got, 422)["detail"] == "unknown query parameter"
        assert got.json.get("field", "") == name


@pytest.mark.parametrize(
    "limit", ["0", "101", "-1", "1.5", "", "x", "1e1", "٣", "²", "00000100000", "9" * 5000, " 5", "+5", "\x00"]
)
def test_a_limit_is_from_1_to_100(tenant, messages, limit):
    for path in (messages, "/v1/rooms", "/v1/customers", "/v1/audit"):
        refused(tenant.api.get(path, limit=limit), 422, "limit")


@pytest.mark.parametrize("limit", ["1", "50", "100", "007"])
def test_a_limit_is_a_number(tenant, messages, limit):
    assert tenant.api.get(messages, limit=limit).status == 200


@pytest.mark.parametrize("cursor", ["x", "é", "\x00", "=", "YWZ0ZXI6", "YWZ0ZXI6LTE", "e30", "x" * 9000, "\ud800"])
def test_a_cursor_that_we_never_gave_is_named(tenant, room, cursor):
    paths = ["/v1/rooms", "/v1/customers", "/v1/agents", "/v1/installs", "/v1/api-keys", "/v1/audit"]
    paths += [f"/v1/rooms/{room}/{of}" for of in ("messages", "changes", "roster", "deliveries")]
    for path in paths:
        refused(tenant.api.get(path, cursor=cursor), 400, "cursor")


@pytest.mark.parametrize("place", ["x", "-1", "1.0", "9" * 13, "msg_x_1", "²", "", "\x00"])
def test_a_place_that_is_none_is_named(tenant, room, place):
    refused(tenant.api.get(f"/v1/rooms/{room}/messages", after=place), 422, "after")
    refused(tenant.api.get(f"/v1/rooms/{room}/messages", before=place), 422, "before")
    refused(tenant.api.get(f"/v1/rooms/{room}/changes", after=place), 422, "after")
    refused(tenant.api.get(f"/v1/rooms/{room}/deliveries", message=place), 422, "message")


def test_a_state_that_is_none_is_named(tenant):
    refused(tenant.api.get("/v1/rooms", state="closed"), 422, "state")


@pytest.mark.parametrize("emoji", ["%20", "a%20b", "%00", "%0a", "x" * 33, "%E2%80%AE"])
def test_an_emoji_that_is_none_is_named(tenant, messages, emoji):
    said = tenant.api.post(messages, {"text": "x"}).json["id"]
    refused(tenant.api.put(f"{messages}/{said}/reactions/{emoji}"), 422, "emoji")


@pytest.mark.parametrize("emoji", ["%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB", "%E2%9D%A4%EF%B8%8F", "tada", "%2B1", "a%2Fb"])
def test_an_emoji_may_have_many_parts(tenant, messages, emoji):
    said = tenant.api.post(messages, {"text": "x"}).json["id"]
    assert tenant.api.put(f"{messages}/{said}/reactions/{emoji}").json["reactions"][0]["count"] == 1
    assert tenant.api.delete(f"{messages}/{said}/reactions/{emoji}").json["reactions"] == []


# --- headers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["x", '"x"', '"-1"', '"1", "2"', "²", '"' + "9" * 400 + '"', "\x00"])
def test_an_etag_that_we_never_gave_is_named(tenant, messages, tag):
    said = tenant.api.post(messages, {"text": "x"}).json["id"]
    got = tenant.api.patch(f"{messages}/{said}", {"text": "y"}, headers={"If-Match": tag})
    refused(got, 422, "If-Match")


def test_an_etag_of_another_version_is_stale_and_the_right_one_fits(tenant, messages):
    said = tenant.api.post(messages, {"text": "x"}).json["id"]
    tag = tenant.api.get(f"{messages}/{said}").headers["ETag"]
    assert tenant.api.patch(f"{messages}/{said}", {"text": "y"}, headers={"If-Match": f"W/{tag}"}).status == 200
    refused(tenant.api.patch(f"{messages}/{said}", {"text": "z"}, headers={"If-Match": tag}), 412, "If-Match")
    assert tenant.api.patch(f"{messages}/{said}", {"text": "z"}, headers={"If-Match": "*"}).status == 200
    room = messages.removesuffix("/messages")
    refused(tenant.api.patch(room, {"name": "R"}, headers={"If-Match": '"1"'}), 412, "If-Match")


@pytest.mark.parametrize("key", ["k" * 256, "a\nb", "\x00"])
def test_an_idempotency_key_that_is_none_is_named(tenant, messages, key):
    refused(tenant.api.post(messages, {"text": "x"}, headers={"Idempotency-Key": key}), 400, "Idempotency-Key")


def test_an_idempotency_key_is_of_one_request(tenant, messages):
    first = tenant.api.post(messages, {"text": "x"}, headers={"Idempotency-Key": "Ω" * 255})
    again = tenant.api.post(messages, {"text": "x"}, headers={"Idempotency-Key": "Ω" * 255})
    assert (again.text, again.headers["Idempotency-Replayed"]) == (first.text, "true")
    refused(tenant.api.post(messages, {"text": "y"}, headers={"Idempotency-Key": "Ω" * 255}), 422, "Idempotency-Key")
    refused(tenant.api.post("/v1/agents", {"name": "x"}, headers={"Idempotency-Key": "Ω" * 255}), 422)
    assert tenant.user().post(messages, {"text": "y"}, headers={"Idempotency-Key": "Ω" * 255}).status == 201


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "bearer\tx", "\x00", "pk_a_b_c"])
def test_a_header_without_a_credential_is_told_what_is_needed(tenant, header):
    refused(
        Client().get("/v1/rooms") if not header else Client()("GET", "/v1/rooms", headers={"Authorization": header}),
        401,
    )


@pytest.mark.parametrize(
    "credential",
    ["x", "pk_", "pk_a_b_c", "pk_" + "a" * 3000 + "_b_c", "pk_a_" + "b" * 3000 + "_c", "..", "a.b", "a.b.c.d", "é.é.é"],
)
def test_a_made_up_credential_is_not_known(tenant, credential):
    refused(Client(credential).get("/v1/rooms"), 401)
    refused(Client(credential).post("/v1/workspaces", {"name": "W"}), 401)


def test_too_many_requests_are_told_when_to_come_back(parley, tenant, monkeypatch):
    monkeypatch.setattr("chalicelib.edge.door.limits.PER_MINUTE", {"agent": 40, "user": 40, "workspace": 10_000})
    parley.clock.at = parley.clock.at // 60_000 * 60_000
    got = [tenant.api.get("/v1/rooms") for _ in range(60)]
    allowed = [each for each in got if each.status == 200]
    assert 30 <= len(allowed) <= 42
    assert 1 <= int(got[-1].headers["Retry-After"]) <= 60
    refused(got[-1], 429)
    assert tenant.user().get("/v1/rooms").status == 200
    parley.clock.at += 60_000
    assert tenant.api.get("/v1/rooms").status == 200


# --- anything -----------------------------------------------------------------------------------------------------

words = st.sampled_from(
    ["v1", "rooms", "messages", "customers", "users", "agents", "installs", "in", "form", "webhook", "files", "health"]
) | st.sampled_from(["", "%", "%ff", "%00", "..", "*", "reactions", "changes", "read", "fork", "deliveries", "replay"])
anything = st.text(max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(["text", "name", "customer", "kind", "from", "to", "config", "state", "domains", "attributes"])
bodies = (
    st.none()
    | anything
    | values.map(json.dumps)
    | st.dictionaries(fields | anything, values, max_size=5).map(json.dumps)
    | st.binary(max_size=40)
)
headers = st.dictionaries(
    st.sampled_from(["If-Match", "Idempotency-Key", "Content-Type", "Accept", "Origin", "webhook-id", "Authorization"]),
    anything | st.sampled_from(["application/json", "multipart/form-data; boundary=b", '"1"', "text/html"]),
    max_size=4,
)
queries = st.dictionaries(st.sampled_from(["limit", "cursor", "after", "before", "state", "customer", "x"]), anything)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]),
    st.lists(words | anything, max_size=6),
    st.sampled_from(every()),
    st.booleans(),
    bodies,
    headers,
    queries,
    st.sampled_from(["agent", "user", "nobody"]),
)
@example("GET", ["\ud800"], every()[0], False, None, {}, {}, "agent")
@example(
    "POST",
    ["in", "form", "{install}"],
    every()[0],
    False,
    b"\xff\x00",
    {"Content-Type": "multipart/form-data"},
    {},
    "x",
)
def test_nothing_makes_it_fail(method, segments, route, guided, body, sent, query, who):
    with in_memory(Parley()) as parley:
        tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        room = tenant.triage()
        said = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "x"}).json["id"]
        install = tenant.api.post("/v1/installs", {"kind": "form", "name": "F"}).json["id"]
        known = {"room": room, "message": said, "install": install, "customer": "acme", "channel": "form", "emoji": "x"}
        if guided:
            method, segments = route.method, route.path.strip("/").split("/")
        path = "/" + "/".join(known.get(part.strip("{}"), part) if part.startswith("{") else part for part in segments)
        credential = {"agent": tenant.api.credential, "user": tenant.user().credential}.get(who)
        binary = isinstance(body, bytes)
        event = {
            "path": path,
            "headers": ({"Authorization": f"Bearer {credential}"} if credential else {})
            | {"Content-Type": "application/json"}
            | sent,
            "queryStringParameters": query or None,
            "body": base64.b64encode(body).decode() if binary else body,
            "isBase64Encoded": binary,
            "requestContext": {"httpMethod": method, "identity": {"sourceIp": "192.0.2.1"}},
        }
        got = answer(event)
        assert got.status_code < 500, got.body
        if method == "HEAD":
            assert got.body == ""
        elif got.status_code >= 400 and not got.headers["Content-Type"].startswith("text/html"):
            problem = json.loads(got.body)
            assert problem["status"] == got.status_code
            assert got.headers["Content-Type"].startswith("application/problem+json")
        parley.receive_all()
