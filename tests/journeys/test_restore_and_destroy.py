"""On a running stack of its own: say, send, restore to before, and nobody is told twice; then the stack goes, and what
people said stays until its name is typed."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.journeys.caller import Caller, OtherSide, eventually, user_token
from tests.journeys.test_story import tool
from tests.stack import LocalStack


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack that may be taken back in time, and away."""
    local = LocalStack(tmp_path_factory.mktemp("restored"))
    local.start()
    yield local
    if local.process is not None:
        local.stop()


def whole_second() -> str:
    """A moment that a table can be restored to: after all that was written, before all that will be."""
    time.sleep(1.1)
    at = int(time.time())
    time.sleep(1.1)
    return datetime.fromtimestamp(at, UTC).isoformat()


def heard(side: OtherSide) -> list[str]:
    events = [json.loads(body) for _, body in side.got]
    return [event["message"]["text"] for event in events if event["type"] == "message.posted"]


def test_say_send_restore_to_before_and_nobody_is_told_twice_then_it_goes(own: LocalStack) -> None:
    api = Caller(own.base_url, own.workspace["api_key"])
    assert api("PUT", "/v1/customers/restored", {"name": "Restored"}).status == 201
    room = api.get("/v1/customers/restored")["triage_room"]
    left = said_by_ann(own, api)
    with OtherSide() as side:
        side.answers = [(503, {"Retry-After": "1"})]
        api.post("/v1/installs", {"kind": "webhook", "name": "Ours", "config": {"url": side.url, "all_rooms": True}})
        put_up = api.post("/v1/attachments", {"name": "log.txt", "type": "text/plain", "size": 3})
        keep(put_up, b"log")
        api.post(f"/v1/rooms/{room}/messages", {"text": "On its way", "attachments": [put_up["id"]]})
        eventually(lambda: len(heard(side)) == 1)  # it is refused once, and waits for its next attempt
        moment = whole_second()
        assert api("DELETE", "/v1/customers/left/users/ann").status == 202
        eventually(lambda: "Forget me" not in texts(api, left) or own.pass_to("+1m"))
        own.pass_to("+10m")
        eventually(lambda: heard(side) == ["On its way"] * 2)
        api.post(f"/v1/rooms/{room}/messages", {"text": "Lost"})
        eventually(lambda: heard(side)[2:] == ["Lost"])
        own.client("s3").delete_object(Bucket=own.outputs["FilesBucket"], Key=key_of(own, put_up["id"]))

        before = own.outputs["TableName"]
        done = tool(own, "restore", "--to", moment)
        assert done.returncode == 0, done.stderr + done.stdout
        assert f"lost: log.txt ({put_up['id']}) in {room}" in done.stdout
        assert "1 were forgotten meanwhile" in done.stdout
        own._read()
        assert own.outputs["TableName"] != before
        made_whole(own)

        assert [each["text"] for each in api.all(f"/v1/rooms/{room}/messages")] == ["On its way"]
        api.post(f"/v1/rooms/{room}/messages", {"text": "After"})
        eventually(lambda: "After" in heard(side))
        own.pass_to("+2h")
        eventually(lambda: api.get(f"/v1/rooms/{room}/deliveries")["items"])
        assert heard(side) == ["On its way", "On its way", "Lost", "After"]
        found = api.get("/v1/search?q=way")["items"]
        assert found, "search finds what is there"

        (held,) = [each for each in api.all("/v1/held-back") if each["room"] == room]
        assert held["what"] == "delivery"
        shown = tool(own, "held", "--workspace", own.workspace["id"], "--release", held["id"])
        assert shown.returncode == 0, shown.stderr
        eventually(lambda: heard(side).count("On its way") == 3)
        assert [each for each in api.all("/v1/held-back") if each["room"] == room] == []
        eventually(lambda: all_forgotten(own, api), 300)
        assert "Forget me" not in texts(api, left)
    own.restart()
    made_whole(own)
    assert [each["text"] for each in api.all(f"/v1/rooms/{room}/messages")] == ["After", "On its way"]
    assert own.denied() == []
    it_goes(own)


def said_by_ann(own: LocalStack, api: Caller) -> str:
    """The room in which she said something; she is to be forgotten."""
    assert api("PUT", "/v1/customers/left", {"name": "Left"}).status == 201
    room = str(api.get("/v1/customers/left")["triage_room"])
    ann = Caller(own.base_url, user_token(own.workspace, "left", "ann", name="Ann"))
    ann.post(f"/v1/rooms/{room}/messages", {"text": "Forget me"})
    return room


def texts(api: Caller, room: str) -> list[str]:
    return [each["text"] for each in api.all(f"/v1/rooms/{room}/messages")]


def all_forgotten(own: LocalStack, api: Caller) -> bool:
    """Once time has passed in which erasures wait."""
    own.pass_to("+2m")
    erasures = api.all("/v1/erasures")
    return bool(erasures) and all(each["state"] == "done" for each in erasures)


def keep(put_up: dict[str, Any], content: bytes) -> None:
    """Put a file up as a page does."""
    import urllib3

    fields = {**put_up["upload"]["fields"], "file": ("log.txt", content, "text/plain")}
    assert urllib3.request("POST", put_up["upload"]["url"], fields=fields).status in (200, 201, 204)


def key_of(own: LocalStack, id_: str) -> str:
    return f"files/{own.workspace['id']}/{id_}"


def made_whole(own: LocalStack) -> None:
    """What a restored table lacks was put back."""
    dynamodb, name = own.client("dynamodb"), own.outputs["TableName"]
    ends = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert (ends["TimeToLiveStatus"], ends["AttributeName"]) == ("ENABLED", "expires")
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert dynamodb.describe_table(TableName=name)["Table"]["StreamSpecification"]["StreamEnabled"]


def test_a_moment_that_is_none_changes_nothing(stack: LocalStack) -> None:
    for words, why in (
        (("--to", "yesterday"), "no moment"),
        ((), "no moment"),
        (("--to", "2100-01-01T00:00:00Z"), "yet"),
    ):
        done = tool(stack, "restore", *words)
        assert done.returncode == 1
        assert why in done.stderr
    assert Caller(stack.base_url, stack.workspace["api_key"]).get("/v1/me")


def there(own: LocalStack) -> tuple[bool, bool, bool]:
    """Whether a function, the table and the bucket are there."""
    names = {each["FunctionName"] for each in own.client("lambda").list_functions()["Functions"]}
    tables = own.client("dynamodb").list_tables()["TableNames"]
    buckets = {each["Name"] for each in own.client("s3").list_buckets()["Buckets"]}
    return own.function("api") in names, own.outputs["TableName"] in tables, own.outputs["FilesBucket"] in buckets


def it_goes(own: LocalStack) -> None:
    """The stage goes, and what people said stays until its name is typed."""
    table, bucket = own.outputs["TableName"], own.outputs["FilesBucket"]
    shown = tool(own, "destroy")
    assert shown.returncode == 0, shown.stderr
    assert f"stays   table  {table}" in shown.stdout
    assert f"stays   bucket {bucket}" in shown.stdout
    assert "AWS::Lambda::Function" in shown.stdout
    assert there(own) == (True, True, True), "it was only shown"
    refused = tool(own, "destroy", "--yes", "--table", bucket)
    assert (refused.returncode, there(own)) == (1, (True, True, True))
    assert "nothing was taken away" in refused.stderr

    assert own.denied() == []  # while its roles go, whoever is still at work is denied

    done = tool(own, "destroy", "--yes", "--bucket", bucket)
    assert done.returncode == 0, done.stderr
    assert there(own) == (False, True, False)
    assert f"stays   table  {table}" in done.stdout
    key = own.client("kms").describe_key(KeyId=own.outputs["KeyArn"])["KeyMetadata"]
    assert key["KeyState"] == "Enabled", "it was not typed"
    again = tool(own, "destroy")
    assert (again.returncode, "is not there" in again.stderr) == (1, True)
