"""Usage comes in on the packaged stack: official clients as they are, the log in the bucket, and its worker woken."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import requests
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from segment.analytics.client import Client as Segment

from chalicelib.desk.usage_events import UsageLine, decode
from tests.journeys.caller import Caller, eventually
from tests.npm import NODE, fetched, missing
from tests.stack import LocalStack
from tests.usage import basic

PEERS = Path(__file__).parents[1] / "peers"
ANN = {"userId": "ann"}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("identify", {"traits": {"plan": "pro"}}),
    ("group", {"groupId": "acme"}),
    ("track", {"event": "API Called", "properties": {"key": "k1", "status": 200}, "context": {"groupId": "acme"}}),
    ("page", {"name": "Start"}),
    ("screen", {"name": "Home"}),
    ("alias", {"previousId": "anon-1"}),
]


def test_official_clients_send_and_the_worker_is_woken(stack: LocalStack) -> None:
    founded = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Usage"})
    api = Caller(stack.base_url, founded["api_key"])
    made = {name: made_source(api, name) for name in ("python", "node", "node at a path", "events")}
    by_python(stack, made["python"][1])
    calls = [[(kind, ANN | given) for kind, given in CALLS]]
    by_node(stack.base_url, "", key=made["node"][1], batches=calls)
    gateway = f"/_aws/execute-api/{stack.outputs['RestAPIId']}/api/v1/batch"
    by_node(stack.gateway_url, gateway, key=made["node at a path"][1], batches=calls)
    by_cloudevents(stack, made["events"][1])
    lines = logged(stack, founded["id"])
    of = {name: [line for line in lines if line.source == source] for name, (source, _) in made.items()}
    assert {name: len(found) for name, found in of.items()} == {
        "python": 249,
        "node": 6,
        "node at a path": 6,
        "events": 2,
    }
    for name in ("node", "node at a path"):
        assert {line.kind for line in of[name]} == {kind for kind, _ in CALLS}
    assert {line.customer for line in of["python"]} == {f"c{n}" for n in range(249)}
    assert all(line.calls for line in of["python"] + of["events"])
    (row,) = api.get(f"/v1/usage/sources/{made['python'][0]}/set-aside")["items"]
    assert [each["reason"] for each in row["reasons"]] == ["bad_id"]
    assert api.get(f"/v1/usage/sources/{made['python'][0]}")["last_event_at"]
    eventually(lambda: woken(stack))


def made_source(api: Caller, name: str) -> tuple[str, str]:
    made = api.post("/v1/usage/sources", {"name": name, "names": {"com.vendor.called": "API Called"}})["id"]
    return made, api.post(f"/v1/usage/sources/{made}/keys")["key"]


def by_python(stack: LocalStack, key: str) -> None:
    """250 events in three batches, gzipped; one of them has an id that is none."""
    failed: list[Any] = []
    client = Segment(key, host=stack.base_url, gzip=True, on_error=lambda error, batch: failed.append(error))
    for n in range(249):
        client.track(f"u{n}", "API Called", {"key": "k1", "status": 200}, context={"groupId": f"c{n}"})
    client.track(" ", "API Called")
    client.shutdown()
    assert failed == []


def by_node(host: str, path: str, *, key: str, batches: Any) -> None:
    """Batches of calls (name, what it is given) by the client for Node."""
    folder = fetched() or Path()
    if not folder.name:
        missing("CLIENT OF SEGMENT")
    command = [str(folder / NODE), str(PEERS / "segment_node.mjs"), host, path, str(folder)]
    env, given = os.environ | {"KEY": key}, json.dumps(batches)
    done = subprocess.run(command, env=env, input=given, capture_output=True, text=True, timeout=600, check=True)
    assert json.loads(done.stdout) == []


def by_cloudevents(stack: LocalStack, key: str) -> None:
    for n, mode in enumerate((to_binary_event, to_structured_event)):
        about = {"id": f"e{n}", "source": "//api.vendor.example", "type": "com.vendor.called", "user": "ann"}
        message = mode(CloudEvent(attributes=about, data={"key": "k1", "calls": 3}))
        headers = {**message.headers, **basic(key)}
        got = requests.post(f"{stack.base_url}/v1/usage/events", bytes(message.body), headers=headers, timeout=30)
        assert got.json() == {"success": True, "set_aside": 0}


def woken(stack: LocalStack) -> int:
    """How often the worker of usage was told of an object."""
    return sum('"queue":"usage"' in line and "worked off" in line for line in stack.logs("usage"))


def objects(stack: LocalStack, workspace: str) -> list[str]:
    return stored(stack, f"usage/{workspace}/")


def stored(stack: LocalStack, prefix: str) -> list[str]:
    """The keys of the bucket that begin so."""
    found = (
        stack.client("s3").get_paginator("list_objects_v2").paginate(Bucket=stack.outputs["FilesBucket"], Prefix=prefix)
    )
    return [each["Key"] for page in found for each in page.get("Contents", [])]


def logged(stack: LocalStack, workspace: str) -> list[UsageLine]:
    get, bucket = stack.client("s3").get_object, stack.outputs["FilesBucket"]
    return [line for key in objects(stack, workspace) for line in decode(get(Bucket=bucket, Key=key)["Body"].read())]
