"""On the running stack: all that is derived is deleted, `make rebuild` runs, and everything is as it was."""

import uuid
from typing import Any

from chalicelib.store.rows import Row, inflated
from tests.flows.test_rebuild import without_derived
from tests.journeys.caller import Caller, eventually
from tests.journeys.test_failures import send, texts, triage
from tests.journeys.test_story import tool
from tests.stack import LocalStack

INDEXES = ("g1", "g2", "g3")


def items(stack: LocalStack) -> dict[tuple[str, str], dict[str, Any]]:
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.outputs["TableName"])
    return {(item["pk"]["S"], item["sk"]["S"]): item for page in pages for item in page["Items"]}


def row_of(item: dict[str, Any]) -> Row:
    found = {name: (item[f"{name}pk"]["S"], item[f"{name}sk"]["S"]) for name in INDEXES if f"{name}pk" in item}
    document = item["d"]["S"] if "d" in item else inflated(item["z"]["B"])
    return Row(item["pk"]["S"], item["sk"]["S"], int(item["v"]["N"]), item["t"]["S"], document, found)


def strip(stack: LocalStack) -> int:
    """Delete all that is derived; how many items that were."""
    dynamodb, table, touched = stack.client("dynamodb"), stack.outputs["TableName"], 0
    for item in items(stack).values():
        if "t" not in item:
            continue
        key = {"pk": item["pk"], "sk": item["sk"]}
        row, bare = row_of(item), without_derived(row_of(item))
        if bare is None:
            dynamodb.delete_item(TableName=table, Key=key)
            touched += 1
        elif bare != row:
            kept = {name: value for name, value in item.items() if name[:2] not in INDEXES or name[:2] in bare.g}
            kept.pop("z", None)
            dynamodb.put_item(TableName=table, Item=kept | {"d": {"S": bare.d}})
            touched += 1
    return touched


def seen(api: Caller, room: str) -> Any:
    return [
        api.get(f"/v1/rooms/{room}"),
        api.get(f"/v1/rooms/{room}/messages"),
        api.get("/v1/rooms?customer=rebuilt"),
        api.get("/v1/customers/rebuilt"),
        [row["id"] for row in api.all(f"/v1/rooms/{room}/deliveries")],
    ]


def test_rebuild_after_all_that_is_derived_was_deleted(stack: LocalStack) -> None:
    api = Caller(stack.base_url, stack.workspace["api_key"])
    assert api("PUT", "/v1/customers/rebuilt", {"domains": [f"{uuid.uuid4().hex}.example"]}).status == 201
    room = triage(api, "rebuilt")
    config = {"url": "http://127.0.0.1:9/nobody", "all_rooms": True}
    api.post("/v1/installs", {"kind": "webhook", "name": "Another server", "config": config})
    for number in range(20):
        send(stack, f"said {number}", customer={"external_id": "rebuilt"}, id=f"rebuilt-{number}")
    eventually(lambda: len(texts(api, room)) == 20)
    api.post(f"/v1/rooms/{room}/messages", {"text": "A note", "internal": True})
    api.post(f"/v1/rooms/{room}/messages", {"text": "An answer"})
    # Each feed of the workspace is owed the answer; what came by one goes to the others alone.
    feeds = [i["id"] for i in api.all("/v1/installs") if i["config"].get("all_rooms") and i["state"] == "active"]
    owed = sum(1 if feed == stack.webhooks["webhook"]["id"] else 21 for feed in feeds)
    eventually(lambda: len(api.all(f"/v1/rooms/{room}/deliveries")) == owed)
    before = seen(api, room)

    assert strip(stack) > 25
    assert seen(api, room) != before
    done = tool(stack, "rebuild")
    assert done.returncode == 0, done.stderr
    assert "put right" in done.stdout
    assert seen(api, room) == before
    send(stack, "said 3", customer={"external_id": "rebuilt"}, id="rebuilt-3")
    send(stack, "said after", customer={"external_id": "rebuilt"}, id="rebuilt-after")
    eventually(lambda: "said after" in texts(api, room))
    assert texts(api, room).count("said 3") == 1
