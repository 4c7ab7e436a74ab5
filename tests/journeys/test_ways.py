"""The ways in and out, on the running stack: files, links, webhooks that fail, sockets, limits of the gateway."""

import asyncio
import gzip
import json
from urllib.parse import quote

import aiohttp
import pytest
import urllib3

from tests.journeys.caller import Caller, OtherSide, eventually, user_token
from tests.stack import LocalStack


@pytest.fixture
def api(stack: LocalStack) -> Caller:
    return Caller(stack.base_url, stack.workspace["api_key"])


def uploaded(api: Caller, content: bytes, size: int, name: str = "trace.txt") -> tuple[dict, int]:
    shown = api.post("/v1/attachments", {"name": name, "size": size, "type": "text/plain"})
    fields = dict(shown["upload"]["fields"])
    answer = urllib3.request(
        "POST",
        shown["upload"]["url"],
        fields={**fields, "file": (name, content, "text/plain")},
        retries=False,
        timeout=60,
    )
    return shown, answer.status


def test_a_file_is_put_up_and_downloaded_as_an_attachment(stack: LocalStack, api: Caller) -> None:
    room = api.get("/v1/customers/acme")["triage_room"]
    file, status = uploaded(api, b"hello", 5, "../../спасибо \u202egnp.txt")
    assert status in (200, 201, 204)
    message = api.post(f"/v1/rooms/{room}/messages", {"text": "See this", "attachments": [file["id"]]})
    shown = message["attachments"][0]
    assert "/" not in shown["name"]
    assert "\u202e" not in shown["name"]
    link = Caller(stack.base_url)("GET", shown["url"])
    assert link.status == 302
    got = urllib3.request("GET", link.headers["Location"], retries=False, timeout=60)
    assert got.data == b"hello"
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert Caller(stack.base_url)("GET", shown["url"][:-1] + "x").status == 404


def test_an_upload_of_another_size_is_refused(stack: LocalStack, api: Caller) -> None:
    _, status = uploaded(api, b"much more than was said", 5)
    assert status in (400, 403)


def test_a_form_with_a_file_makes_a_room_with_the_file(stack: LocalStack, api: Caller) -> None:
    fields = {"name": "Ada", "email": "ada@acme.example", "message": "With a file", "file": ("a.txt", b"12345")}
    answer = urllib3.request("POST", stack.webhooks["form"]["url"], fields=fields, retries=False, timeout=60)
    assert answer.status == 202
    room = eventually(
        lambda: next((r for r in api.all("/v1/rooms") if r["name"] == "With a file" and r["messages"]), None)
    )
    message = api.get(f"/v1/rooms/{room['id']}/messages")["items"][0]
    link = Caller("")("GET", message["attachments"][0]["url"]).headers["Location"]
    assert urllib3.request("GET", link, retries=False, timeout=60).data == b"12345"


def test_an_endpoint_that_says_410_is_disabled_and_one_that_fails_is_tried_again(
    stack: LocalStack, api: Caller
) -> None:
    room = api.post("/v1/rooms", {"name": "Hooks", "customer": "acme"})["id"]
    with OtherSide() as gone, OtherSide() as slow, OtherSide() as moved:
        gone.answers = [(410, {})]
        slow.answers = [(503, {"Retry-After": "1"})]
        moved.answers = [(301, {"Location": moved.url + "/elsewhere"})] * 9
        config = {"kind": "webhook", "name": "Hook"}
        first = api.post("/v1/installs", {**config, "config": {"url": gone.url}})
        second = api.post("/v1/installs", {**config, "config": {"url": slow.url}})
        third = api.post("/v1/installs", {**config, "config": {"url": moved.url}})
        api.post(f"/v1/rooms/{room}/messages", {"text": "Knock"})
        answer = eventually(lambda: i if (i := api.get(f"/v1/installs/{first['id']}"))["state"] == "disabled" else None)
        assert "410" in answer["disabled_because"]
        eventually(lambda: len(slow.got) >= 1)
        row = eventually(lambda: tried(delivery(api, room, second["id"], "queued")))
        assert "503" in row["reason"]
        replay = api("POST", f"/v1/deliveries/{row['id']}/replay", {})
        assert replay.status == 409
        eventually(lambda: delivery(api, room, second["id"], "sent"), 240)
        assert len({headers["webhook-id"] for headers, _ in slow.got}) == 1
        row = eventually(lambda: tried(delivery(api, room, third["id"], "queued")))
        assert "redirects are not followed" in row["reason"]
        assert set(moved.paths) == {"/hook"}
        row = delivery(api, room, second["id"], "sent")
        assert api("POST", f"/v1/deliveries/{row['id']}/replay", {}).status == 202
        eventually(lambda: len(slow.got) >= 3)
        for install in (first, second, third):
            assert api("DELETE", f"/v1/installs/{install['id']}").status == 204


def tried(row: dict | None) -> dict | None:
    return row if row and row["attempts"] else None


def delivery(api: Caller, room: str, install: str, state: str) -> dict | None:
    rows = api.all(f"/v1/rooms/{room}/deliveries")
    return next((row for row in rows if row["install"] == install and row["state"] == state), None)


def test_a_socket_tells_that_a_room_has_moved(stack: LocalStack, api: Caller) -> None:
    room = api.get("/v1/customers/acme")["triage_room"]
    token = user_token(stack.workspace, "acme", "ann")

    async def watch() -> list[dict]:
        frames: list[dict] = []
        async with aiohttp.ClientSession() as session, session.ws_connect(stack.websocket_url) as socket:
            await socket.send_json({"type": "authenticate", "token": token})
            frames.append(await socket.receive_json(timeout=20))
            await socket.send_json({"type": "subscribe", "room": room})
            frames.append(await socket.receive_json(timeout=20))
            await socket.send_json({"type": "subscribe", "room": "room_of_somebody_else"})
            frames.append(await socket.receive_json(timeout=20))
            note = {"text": "Nobody hears this", "internal": True}
            await asyncio.to_thread(api.post, f"/v1/rooms/{room}/messages", note)
            said = await asyncio.to_thread(api.post, f"/v1/rooms/{room}/messages", {"text": "Hear this"})
            while (moved := await socket.receive_json(timeout=20))["change"] < said["change"]:
                assert moved["what"] != "posted" or not moved["message"]["internal"]  # of what was said before
        return [*frames, moved, said]

    hello, subscribed, refused, moved, said = asyncio.run(watch())
    assert hello["type"] == "authenticated"
    assert subscribed["type"] == "subscribed"
    assert refused["code"] == "notfound"
    assert (moved["type"], moved["change"], moved["message"]) == ("room.changed", said["change"], said)


def test_a_socket_with_a_bad_token_is_closed(stack: LocalStack) -> None:
    async def knock() -> tuple[dict, bool]:
        async with aiohttp.ClientSession() as session, session.ws_connect(stack.websocket_url) as socket:
            await socket.send_json({"type": "authenticate", "token": "a.b.c"})
            answer = await socket.receive_json(timeout=20)
            end = await socket.receive(timeout=20)
            return answer, end.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING)

    answer, closed = asyncio.run(knock())
    assert answer["code"] == "unauthenticated"
    assert closed


def test_outside_ids_with_slashes_and_umlauts_are_one_segment(stack: LocalStack, api: Caller) -> None:
    for external_id in ("a/b", "späß", "100%", "a b+c", "x" * 200):
        path = f"/v1/customers/{quote(external_id, safe='')}"
        got = api("PUT", path, {"name": "Odd"})
        assert got.status in (200, 201), (external_id, got.body)
        assert api.get(path)["external_id"] == external_id


def test_unknown_routes_and_wrong_verbs_are_problem_documents(stack: LocalStack, api: Caller) -> None:
    for method, path, status in (("GET", "/nope", 404), ("DELETE", "/v1/rooms", 405), ("GET", "/", 404)):
        got = api(method, path)
        assert got.status == status
        assert got.headers["Content-Type"].startswith("application/problem+json")
        assert got.json["status"] == status


def test_heads_tags_limits_and_compressed_bodies_get_through_the_gateway(stack: LocalStack, api: Caller) -> None:
    got, head = api("GET", "/v1/workspace"), api("HEAD", "/v1/workspace")
    assert (head.status, head.body, head.headers["ETag"]) == (200, b"", got.headers["ETag"])
    known = api("GET", "/v1/workspace", If_None_Match=got.headers["ETag"])
    assert (known.status, known.body) == (304, b"")
    assert got.headers["RateLimit-Policy"].startswith('"credential";q=12000;w=60')
    assert got.headers["RateLimit"].startswith('"credential";r=')
    room = api.get("/v1/customers/acme")["triage_room"]
    words = gzip.compress(json.dumps({"text": "Zoë, compressed"}).encode())
    sent = {"Content_Type": "application/json", "Content_Encoding": "gzip"}
    said = api("POST", f"/v1/rooms/{room}/messages", words, **sent)
    assert (said.status, said.json["text"]) == (201, "Zoë, compressed")
    sent["Content_Encoding"] = "compress"
    assert api("POST", f"/v1/rooms/{room}/messages", words, **sent).status == 415
    assert api("PATCH", "/v1/workspace", {"name": "Demo"}, If_Match='"1"').status == 412


def test_a_preflight_is_answered(stack: LocalStack) -> None:
    got = Caller(stack.base_url)(
        "OPTIONS",
        "/v1/rooms",
        Origin="https://dash.vendor.example",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="authorization,idempotency-key",
    )
    assert got.status in (200, 204)
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert "Idempotency-Key" in got.headers["Access-Control-Allow-Headers"]


def test_the_longest_text_fits_and_one_more_is_told_the_limit(stack: LocalStack, api: Caller) -> None:
    room = api.get("/v1/customers/acme")["triage_room"]
    assert api.post(f"/v1/rooms/{room}/messages", {"text": "x" * 40_000})["text"] == "x" * 40_000
    for text in ("x" * 40_001, "€" * 22_000):
        got = api("POST", f"/v1/rooms/{room}/messages", {"text": text})
        assert got.status == 413
        assert "limited to" in json.loads(got.body)["detail"]
