"""Search on the packaged stack: what is said is found within seconds; edits and deletes count; what nobody woke the
worker for is taken as the clock asks, and then goes what nobody reads any more."""

import json
import time

from chalicelib.desk.record import Record
from chalicelib.desk.search_index import Tree, Unindexed
from chalicelib.store.rows import to_row
from tests.journeys.caller import Caller, eventually, user_token
from tests.stack import LocalStack

MANY = 24


def test_what_is_said_is_found_soon_by_who_may_see_it(stack: LocalStack) -> None:
    founded = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Searched"})
    api = Caller(stack.base_url, founded["api_key"])
    ann, bob = (Caller(stack.base_url, user_token(founded, *who)) for who in (("acme", "ann"), ("bolt", "bob")))
    room = ann.get("/v1/rooms")["items"][0]["id"]

    def found(caller: Caller, q: str, **more: str) -> list[str]:
        query = "&".join(
            f"{name}={value}" for name, value in {"q": q, "kind": "message", "limit": "100", **more}.items()
        )
        return [hit["id"] for hit in caller.get(f"/v1/search?{query}")["items"]]

    said = ann.post(f"/v1/rooms/{room}/messages", {"text": "The zeppelin does not fly"})["id"]
    api.post(f"/v1/rooms/{room}/messages", {"text": "They never pay for the zeppelin", "internal": True})
    eventually(lambda: found(ann, "zepp") == [said])
    eventually(lambda: len(found(api, "zepp")) == 2)
    assert found(bob, "zepp") == []

    for number in range(MANY):
        ann.post(f"/v1/rooms/{room}/messages", {"text": f"Part {number} of the zeppelin"})
    eventually(lambda: len(found(ann, "zeppelin part", order="newest")) == MANY)
    eventually(lambda: segments(stack) or found_again(api))  # each time as many wait for the index
    assert len(found(ann, "zeppelin part")) == MANY

    ann("PATCH", f"/v1/rooms/{room}/messages/{said}", {"text": "The airship does not fly"})
    assert found(ann, "zeppelin fly") == []
    eventually(lambda: found(ann, "airship") == [said])
    ann("DELETE", f"/v1/rooms/{room}/messages/{said}")
    assert found(ann, "airship") == []

    assert bob.get("/v1/experts?q=zeppelin")["items"] == []
    assert ann.get("/v1/experts?q=zeppelin")["items"][0]["person"]["name"] == "ann"


def test_what_has_waited_for_days_is_taken_as_the_clock_asks(stack: LocalStack) -> None:
    founded = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Searched late"})
    room = Caller(stack.base_url, user_token(founded, "acme", "ann")).get("/v1/rooms")["items"][0]
    tree, merged = room["customer"]["id"], f"search/{room['customer']['id']}/merged"
    stack.client("s3").put_object(Bucket=stack.outputs["FilesBucket"], Key=merged, Body=b"nobody reads this any more")
    (lay(stack, Tree(version=1, id=tree, gone={merged: 1})),)
    lay(stack, Unindexed(version=1, tree=tree, at=1, place=f"r:{room['id']}"))
    task = {"unindexed": tree, "due": 1}
    stack.client("sqs").send_message(QueueUrl=stack.outputs["JobsQueueUrl"], MessageBody=json.dumps(task))
    there = eventually(lambda: found if merged not in (found := segments(stack, tree)) else None)
    assert len(there) == 1


def lay(stack: LocalStack, record: Record) -> None:
    """Put a record into the table, as it may lie there since long."""
    row = to_row(record)
    item = {"pk": {"S": row.pk}, "sk": {"S": row.sk}, "t": {"S": row.t}, "v": {"N": str(row.v)}, "d": {"S": row.d}}
    stack.client("dynamodb").put_item(TableName=stack.outputs["TableName"], Item=item)


def found_again(api: Caller) -> None:
    assert api("POST", "/v1/search/rebuild").status == 202
    time.sleep(0.5)


def segments(stack: LocalStack, tree: str = "cus_") -> list[str]:
    """The objects that the index has of a tree, or of all customers'."""
    listed = stack.client("s3").list_objects_v2(Bucket=stack.outputs["FilesBucket"], Prefix=f"search/{tree}")
    return [each["Key"] for each in listed.get("Contents", [])]
