"""Official clients of CloudEvents and Segment make the requests; a warehouse reads the tree as the docs tell it."""

import base64
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from cloudevents.core.bindings.http import HTTPMessage, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from segment.analytics.client import Client as Segment

from chalicelib.desk.usage_events import UsageLine
from tests.api import Client, Got, Tenant
from tests.fakes import Parley
from tests.usage import CALL, basic, batch, log, send, source

DOCS = Path(__file__).parents[3] / "docs" / "usage.md"
ABOUT = {"id": "e1", "source": "//api.vendor.example/gateway", "type": "com.vendor.api.called"}
OF_ANN = {"customer": "acme", "user": "ann", "time": datetime(2026, 11, 30, tzinfo=UTC)}
NAMES = {ABOUT["type"]: "API Called"}


def event(**attributes: Any) -> CloudEvent:
    return CloudEvent(attributes=ABOUT | OF_ANN | attributes, data={"key": "sk_live_1", "status": 503, "calls": 3})


def sent(key: str, message: HTTPMessage) -> Got:
    body = bytes(message.body).decode()
    return Client().post("/v1/usage/events", raw=body, headers={**basic(key), **message.headers})


@pytest.mark.parametrize("mode", [to_binary_event, to_structured_event, batch])
def test_each_content_mode_of_cloudevents_is_one_line(parley: Parley, tenant: Tenant, mode: Any) -> None:
    made, key = source(parley, tenant, names=NAMES)
    assert sent(key, mode(event())).json == {"success": True, "set_aside": 0}
    (line,) = log(parley)
    assert (line.kind, line.name, line.means, line.source) == ("track", ABOUT["type"], "called", made.id)
    assert (line.customer, line.user, line.calls, line.errors, line.error) == ("acme", "ann", 3, 3, "5xx")
    assert line.at == 1_795_996_800_000
    assert b"sk_live" not in bytes(line.event)
    assert json.loads(bytes(line.event))["specversion"] == "1.0"


def test_an_event_is_the_same_in_each_mode_and_another_of_another_source(parley: Parley, tenant: Tenant) -> None:
    _, key = source(parley, tenant)
    for message in (to_binary_event(event()), to_structured_event(event()), batch(event(source="//other"))):
        assert sent(key, message).status == 200
    first, second, third = (line.id for line in log(parley))
    assert first == second != third


def test_attributes_of_a_binary_event_are_percent_decoded(parley: Parley, tenant: Tenant) -> None:
    _, key = source(parley, tenant)
    assert sent(key, to_binary_event(event(customer='Zoë "Co" 100%'))).status == 200
    assert [line.customer for line in log(parley)] == ['Zoë "Co" 100%']


REFUSED: list[tuple[dict[str, str], str, int]] = [
    ({"content-type": "application/json"}, "{}", 400),
    ({"content-type": "application/cloudevents+json"}, "{", 400),
    ({"content-type": "application/cloudevents-batch+json"}, "{}", 400),
    ({"content-type": "application/cloudevents+xml"}, "<event/>", 415),
    ({"content-type": "text/xml", "ce-specversion": "1.0"}, "<data/>", 415),
]


@pytest.mark.parametrize(("headers", "body", "status"), REFUSED)
def test_what_is_no_cloudevent_is_refused_whole(
    parley: Parley, tenant: Tenant, headers: dict[str, str], body: str, status: int
) -> None:
    _, key = source(parley, tenant)
    assert sent(key, HTTPMessage(headers, body.encode())).status == status


BAD: list[dict[str, Any]] = [
    {},
    {"specversion": "0.3", **ABOUT},
    {"specversion": "1.0", **ABOUT, "id": 7},
    {"specversion": "1.0", **ABOUT, "user": "ann", "data": "text"},
    {"specversion": "1.0", **ABOUT, "user": "ann", "data_base64": base64.b64encode(b"\xff").decode()},
]


def test_a_bad_one_of_a_batch_is_set_aside(parley: Parley, tenant: Tenant) -> None:
    _, key = source(parley, tenant)
    inner = base64.b64encode(b'{"calls": 2}').decode()
    good = {"specversion": "1.0", **ABOUT, "type": "API Called", "user": "ann", "data_base64": inner}
    headers = {"content-type": "application/cloudevents-batch+json"}
    got = sent(key, HTTPMessage(headers, json.dumps([*BAD, good]).encode()))
    assert got.json == {"success": True, "set_aside": len(BAD)}
    assert [line.calls for line in log(parley)] == [2]


@pytest.fixture
def segment(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Segment's client for Python, whose requests come to our door; the statuses that it was answered."""
    statuses: list[int] = []

    class Answer:
        def __init__(self, got: Got) -> None:
            self.status_code, self.text, self.headers, self.reason = got.status, got.text, got.headers, ""
            statuses.append(got.status)

        def json(self) -> Any:
            return json.loads(self.text)

    def post(url: str, *, data: Any, headers: dict[str, str], timeout: float) -> Answer:
        assert url.startswith("https://parley.test/api/v1/")
        packed = not isinstance(data, str)
        raw = base64.b64encode(data).decode() if packed else data
        return Answer(
            Client().post(url.removeprefix("https://parley.test/api"), raw=raw, base64=packed, headers=headers)
        )

    monkeypatch.setattr("segment.analytics.request._session.post", post)
    return statuses


@pytest.mark.parametrize("gzip", [True, False])
def test_segments_client_for_python_is_understood(
    parley: Parley, tenant: Tenant, segment: list[int], gzip: bool
) -> None:
    _, key = source(parley, tenant)
    client = Segment(key, host="https://parley.test/api", gzip=gzip, sync_mode=True, max_retries=0)
    client.identify("ann", {"plan": "pro"})
    client.group("ann", "acme", {"arr": 7})
    client.track("ann", "API Called", {"status": 200, "sdk": "py", "n": float("nan")}, context={"groupId": "acme"})
    client.page("ann", "docs", "Start", {"path": "/"})
    client.screen("ann", None, "Home")
    client.alias("anon-1", "ann")
    assert segment == [200] * 6
    lines = log(parley)
    assert [line.kind for line in lines] == ["identify", "group", "track", "page", "screen", "alias"]
    assert {line.user for line in lines} == {"ann"}
    assert [line.customer for line in lines] == ["", "acme", "acme", "", "", ""]
    assert not [line for line in lines if abs(line.at - line.received_at) > 60_000]


@pytest.mark.parametrize("name", ["identify", "group", "track", "page", "screen", "alias", "import"])
def test_each_call_of_the_http_api_is_taken(parley: Parley, tenant: Tenant, name: str) -> None:
    _, key = source(parley, tenant)
    body = {"userId": "ann", "groupId": "acme", "previousId": "x", "event": "Seen", "writeKey": "never kept"}
    got = send(key, {"batch": [body | {"type": "track"}]} if name == "import" else body, name)
    assert got.json == {"success": True, "set_aside": 0}
    (line,) = log(parley)
    assert line.kind == ("track" if name == "import" else name)
    assert b"never kept" not in bytes(line.event)


def test_a_warehouse_reads_the_tree_by_the_documented_columns(parley: Parley, tenant: Tenant, tmp_path: Path) -> None:
    _, live = source(parley, tenant, traits=None)
    _, test = source(parley, tenant, mode="test")
    said = [
        CALL
        | {"properties": {"key": "k", "calls": 5, "errors": 2, "error": "timeout", "sdk": "py", "sdk_version": "1"}},
        {"type": "identify", "userId": "ann", "traits": {"plan": "pro"}, "messageId": "i"},
        {"type": "track", "event": "Grüße 'quoted'\t", "anonymousId": "x"},
        {"type": "track", "event": "Grüße 'quoted'", "anonymousId": "x", "properties": {"big": 10**30}},
    ]
    assert send(live, {"batch": said}).json["set_aside"] == 1
    parley.clock.at += 3_600_000
    assert send(test, {"batch": [CALL | {"messageId": "t"}]}).status == 200
    for key, content in parley.files.content.items():
        if key.startswith("usage/"):
            (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / key).write_bytes(content)
    ddl, load = (block.replace("s3://BUCKET", str(tmp_path)).replace("WORKSPACE", tenant.id) for block in sql())
    warehouse = duckdb.connect()
    warehouse.execute(ddl)
    warehouse.execute(load)
    columns = [name for name, *_ in warehouse.execute("describe usage").fetchall()]
    assert columns == [*UsageLine.__struct_fields__, "mode", "date", "hour"]
    rows = warehouse.execute("select * from usage order by id").fetchall()
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    lines = sorted(log(parley), key=lambda line: line.id)
    for row, line in zip(found, lines, strict=True):
        for name in UsageLine.__struct_fields__[:-1]:
            assert row[name] == getattr(line, name), name
        assert json.loads(row["event"]) == json.loads(bytes(line.event))
    assert {(row["mode"], row["test"]) for row in found} == {("live", False), ("test", True)}
    assert len({row["hour"] for row in found}) == 2
    counted = warehouse.execute("select sum(calls), sum(errors) from usage where mode = 'live'").fetchone()
    assert counted == (5, 2)


def sql() -> list[str]:
    """The documented DDL, and what loads the tree."""
    return re.findall(r"```sql\n(.*?)```", DOCS.read_text(), re.DOTALL)[:2]
