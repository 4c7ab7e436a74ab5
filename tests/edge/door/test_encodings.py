"""Bodies that are compressed: gzip is taken everywhere, bounded; anything else is refused and told what is taken."""

import base64
import gzip
import json
import zlib
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from chalicelib.desk.errors import Malformed, TooLarge, WrongMediaType
from chalicelib.edge.door.encodings import MEMBERS, MOST, inflated
from tests.api import Client, Got, Tenant
from tests.fakes import Parley
from tests.mails import connect, postmark

# Without the moment at which it was made: cases have their bodies in their names, which are the same for each worker.
packed = partial(gzip.compress, mtime=0)


def send(client: Client, path: str, body: bytes, encoding: str = "gzip", method: str = "POST", **headers: str) -> Got:
    named = {"Content-Encoding": encoding, **headers}
    return client(method, path, raw=base64.b64encode(body).decode(), base64=True, headers=named)


@given(st.lists(st.binary(max_size=2000), min_size=1, max_size=5), st.integers(0, 9))
def test_what_was_compressed_comes_out_as_it_was(parts: list[bytes], level: int) -> None:
    whole = b"".join(packed(part, level) for part in parts)
    assert inflated(whole, "gzip") == b"".join(parts)
    assert inflated(whole, " X-GZIP , identity") == b"".join(parts)


@given(st.binary(max_size=200))
def test_what_begins_as_no_gzip_was_inflated_on_its_way(body: bytes) -> None:
    if not body.startswith(b"\x1f\x8b"):
        assert inflated(body, "") == inflated(body, "identity") == inflated(body, "gzip") == body
    elif len(body) < 18:
        with pytest.raises(Malformed):
            inflated(body, "gzip")


@pytest.mark.parametrize("cut", [2, 5, 15, -1, -8])
def test_what_is_cut_or_goes_on_is_malformed(cut: int) -> None:
    whole = packed(b"hello, hello, hello")
    for wrong in (whole[:cut], whole + b"x", whole + whole[:cut]):
        with pytest.raises(Malformed):
            inflated(wrong, "gzip")


def test_what_would_be_too_large_is_never_made() -> None:
    assert len(inflated(packed(b"a" * MOST), "gzip")) == MOST
    with pytest.raises(TooLarge):
        inflated(packed(b"a" * (MOST + 1)), "gzip")
    with pytest.raises(TooLarge):
        inflated(packed(b"a" * (MOST // 2 + 1)) * 2, "gzip")
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    raw = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(500)) + bomb.flush()
    with pytest.raises(TooLarge):
        inflated(raw, "gzip")


def test_many_empty_parts_are_no_body() -> None:
    empty = packed(b"")
    assert inflated(empty * MEMBERS, "gzip") == b""
    with pytest.raises(Malformed):
        inflated(empty * (MEMBERS + 1), "gzip")


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "compress", "gzip, gzip", "gzip, br", "aes128gcm", "*"])
def test_another_coding_is_told_what_is_taken(tenant: Tenant, encoding: str) -> None:
    with pytest.raises(WrongMediaType):
        inflated(b"x", encoding)
    room = tenant.triage()
    got = send(tenant.api, f"/v1/rooms/{room}/messages", packed(b'{"text": "Hi"}'), encoding)
    assert (got.status, got.json["field"], got.headers["Accept-Encoding"]) == (415, "Content-Encoding", "gzip")
    plain = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "Hi"}, headers={"Content-Encoding": encoding})
    assert plain.status == 415
    assert tenant.api("GET", "/v1/rooms", headers={"Content-Encoding": encoding}).status == 200  # no body


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip", "identity, gzip"])
def test_every_way_of_the_api_takes_gzip(tenant: Tenant, encoding: str) -> None:
    body = packed(json.dumps({"name": "Zoë", "attributes": {"plan": "pro"}}).encode())
    got = send(tenant.api, "/v1/customers/acme", body, encoding, "PUT")
    assert (got.status, got.json["name"]) == (201, "Zoë")
    renamed = send(tenant.api, "/v1/workspace", packed(b'{"name": "New"}'), encoding, "PATCH")
    assert renamed.json["name"] == "New"


def test_what_the_gateway_has_inflated_is_taken_as_it_is(tenant: Tenant) -> None:
    got = tenant.api.put("/v1/customers/acme", {"name": "A"}, headers={"Content-Encoding": "gzip"})
    assert got.status == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"text": "Hi"}', 201),
        (packed(b'{"text": "Hi"}')[:-3], 400),
        (packed(b"{"), 400),
        (packed(b" " * (MOST + 1)), 413),
        (packed(b"[]"), 422),
        (b"", 422),
    ],
)
def test_what_cannot_be_is_refused_by_name(tenant: Tenant, body: bytes, status: int) -> None:
    assert send(tenant.api, f"/v1/rooms/{tenant.triage()}/messages", body).status == status


def test_the_same_words_compressed_anew_are_the_same_request(tenant: Tenant) -> None:
    path, text = f"/v1/rooms/{tenant.triage()}/messages", b'{"text": "Hi"}'
    bodies = [gzip.compress(text, 9, mtime=1), gzip.compress(text, 1, mtime=2)]
    first, second = (send(tenant.api, path, body, **{"Idempotency-Key": "k"}) for body in bodies)
    assert first.json["id"] == second.json["id"]
    assert tenant.api.post(path, raw=text.decode(), headers={"Idempotency-Key": "k"}).json == first.json


# --- webhooks -----------------------------------------------------------------------------------------------------


def hooked(tenant: Tenant, signed: bytes, sent: bytes, encoding: str = "gzip") -> Got:
    install = tenant.api.post("/v1/installs", {"kind": "webhook", "name": "Hook"}).json
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(install["secret"]).sign("msg_1", now, signed.decode("latin-1")),
    }
    if not signed.isascii():
        headers["webhook-signature"] = _sign(install["secret"], "msg_1", now, signed)
    return send(Client(), install["url"].removeprefix("https://parley.test"), sent, encoding, **headers)


def _sign(secret: str, id_: str, at: datetime, body: bytes) -> str:
    import hashlib
    import hmac

    key = base64.b64decode(secret.removeprefix("whsec_"))
    whole = f"{id_}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, whole, hashlib.sha256).digest()).decode()


SAID = json.dumps(
    {"customer": {"external_id": "acme"}, "user": {"external_id": "ann"}, "text": "It is broken"}
).encode()


@pytest.mark.parametrize("raw", [True, False])
def test_a_signature_is_of_the_bytes_that_came_or_of_what_they_hold(parley: Parley, tenant: Tenant, raw: bool) -> None:
    sent = packed(SAID)
    got = hooked(tenant, sent if raw else SAID, sent)
    assert got.status == 202, got.text
    parley.settle()
    (message,) = tenant.api.get(f"/v1/rooms/{tenant.triage()}/messages").json["items"]
    assert message["text"] == "It is broken"


@pytest.mark.parametrize(
    ("signed", "sent", "encoding", "status"),
    [
        (b"other", packed(SAID), "gzip", 401),
        (packed(b"other"), packed(SAID), "gzip", 401),
        (SAID, SAID, "gzip", 202),
        (SAID, packed(SAID)[:-2], "gzip", 400),
        (SAID, packed(bytes(MOST + 1)), "gzip", 413),
        (SAID, SAID, "br", 415),
        (SAID, SAID, "identity", 202),
    ],
)
def test_webhooks_are_refused_as_bodies_of_the_api_are(
    parley: Parley, tenant: Tenant, signed: bytes, sent: bytes, encoding: str, status: int
) -> None:
    assert hooked(tenant, signed, sent, encoding).status == status
    assert len(parley.queues.envelopes) == (1 if status == 202 else 0)


def test_mails_and_forms_come_compressed_too(parley: Parley, tenant: Tenant) -> None:
    from tests.mails import basic

    install: Any = connect(tenant.api)
    body = packed(json.dumps(postmark()).encode())
    mailed = send(Client(), f"/in/email/{install['id']}", body, Authorization=basic(install["secret"]))
    assert mailed.status == 200, mailed.text
    form = (
        tenant.api.post("/v1/installs", {"kind": "form", "name": "F"}).json["url"].removeprefix("https://parley.test")
    )
    fields = packed(b"name=Ann&email=ann%40x.example&message=Gr%C3%BC%C3%9Fe")
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    assert send(Client(), form, fields, **kind).status == 202
    parley.settle()
    assert {room["name"] for room in tenant.api.get("/v1/rooms").json["items"]} == {"Webhooks stopped", "Grüße"}
