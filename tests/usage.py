"""Usage as sources send it: sources of a workspace, requests by their write keys, and the raw log as it lies."""

import base64
import gzip
import json
from typing import Any

from cloudevents.core.bindings.http import HTTPMessage
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from chalicelib.desk.usage_events import UsageLine, decode
from chalicelib.desk.usage_sources import Mode, Source, SourceKind, WriteKey
from chalicelib.flows.access.issue_key import key_hash
from chalicelib.ports import new
from tests.api import Client, Got, Tenant
from tests.fakes import Parley

AT = "2023-11-14T22:13:20.000Z"
CALL = {"type": "track", "event": "API Called", "userId": "ann", "messageId": "m1", "properties": {"key": "k1"}}


def source(
    parley: Parley, tenant: Tenant, kind: SourceKind = "server", mode: Mode = "live", **fields: Any
) -> tuple[Source, str]:
    """A source of a workspace, and a write key of it."""
    id_ = parley.world.fresh_id("src")
    plain = f"wk_{mode}_{tenant.id.partition('_')[2]}_{id_.partition('_')[2]}_{parley.clock.entropy(20).hex()}"
    key = WriteKey(id="wk_1", hash=key_hash(plain), mode=mode, created_at=1)
    made = Source(version=1, id=id_, workspace=tenant.id, name="S", kind=kind, created_at=1, keys=(key,), **fields)
    parley.store.commit(new(made))
    return made, plain


def basic(key: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}"}


def send(key: str, body: Any, name: str = "batch", **headers: str) -> Got:
    """One request as Segment's clients make it."""
    return Client().post(f"/v1/{name}", body, headers={**basic(key), **headers})


def packed(key: str, body: Any, *, inflated: bool) -> Got:
    """In gzip, as it came or as API Gateway has inflated it."""
    text = json.dumps(body)
    raw = text if inflated else base64.b64encode(gzip.compress(text.encode())).decode()
    headers = {**basic(key), "Content-Encoding": "gzip"}
    return Client().post("/v1/batch", raw=raw, base64=not inflated, headers=headers)


def log(parley: Parley) -> list[UsageLine]:
    """All lines of the raw log."""
    keys = parley.files.keys("usage/")
    return [line for key in keys for line in decode(parley.files.get(key))]


def batch(*events: CloudEvent) -> HTTPMessage:
    """CloudEvents as a batch, as the specification has it; the SDK makes none."""
    body = b"[" + b",".join(bytes(JSONFormat().write(each)) for each in events) + b"]"
    return HTTPMessage({"content-type": "application/cloudevents-batch+json"}, body)
