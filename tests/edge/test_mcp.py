"""The Model Context Protocol as it goes over the wire: requests and what they are answered, in both eras."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.edge.mcp.tools import TOOLS
from chalicelib.edge.routes import mcp
from tests.agents import BY_HANDSHAKE, ERAS, META, STATELESS, Agent
from tests.api import Client, Tenant
from tests.conftest import in_memory
from tests.fakes import Parley

VERSION, CAPABILITIES = "io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientCapabilities"
NEW = {"MCP-Protocol-Version": STATELESS}
OLD = {"MCP-Protocol-Version": BY_HANDSHAKE}
HELLO = {"protocolVersion": BY_HANDSHAKE, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
INBOX = {"name": "inbox", "arguments": {}}


def call(method: str, params: Any = None, id_: Any = 1) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id_, "method": method} | ({} if params is None else {"params": params})


def new(method: str, params: dict[str, Any] | None = None, **meta: Any) -> dict[str, Any]:
    whole = {key: value for key, value in (META | meta).items() if value is not None}
    return call(method, {**(params or {}), "_meta": whole})


def named(name: str) -> dict[str, str]:
    return {**NEW, "Mcp-Method": "tools/call", "Mcp-Name": name}


def encoded(text: str) -> str:
    return f"=?base64?{base64.b64encode(text.encode()).decode()}?="


LIST = {**NEW, "Mcp-Method": "tools/list"}
# What is sent, with which headers; the status, and the error's code, None for a result.
TABLE: dict[str, tuple[Any, dict[str, str], int, int | None]] = {
    # stateless
    "discover": (new("server/discover"), {**NEW, "Mcp-Method": "server/discover"}, 200, None),
    "a client without a name": (
        new("server/discover", **{"io.modelcontextprotocol/clientInfo": None}),
        {**NEW, "Mcp-Method": "server/discover"},
        200,
        None,
    ),
    "list": (new("tools/list"), LIST, 200, None),
    "spaces around a header's value": (new("tools/list"), {**NEW, "Mcp-Method": " \ttools/list "}, 200, None),
    "call": (new("tools/call", INBOX), named("inbox"), 200, None),
    "a name in base64": (new("tools/call", INBOX), named(encoded("inbox")), 200, None),
    "another name in base64": (new("tools/call", INBOX), named(encoded("note")), 400, -32020),
    "a name in bad base64": (new("tools/call", INBOX), named("=?base64?aW5ib3g?="), 400, -32020),
    "base64 in capitals is a name": (new("tools/call", INBOX), named("=?BASE64?aW5ib3g=?="), 400, -32020),
    "another name": (new("tools/call", INBOX), named("note"), 400, -32020),
    "no name": (new("tools/call", INBOX), {**NEW, "Mcp-Method": "tools/call"}, 400, -32020),
    "another method": (new("tools/list"), {**NEW, "Mcp-Method": "tools/call"}, 400, -32020),
    "a method in capitals": (new("tools/list"), {**NEW, "Mcp-Method": "TOOLS/LIST"}, 400, -32020),
    "no method": (new("tools/list"), NEW, 400, -32020),
    "no version in the header": (new("tools/list"), {"Mcp-Method": "tools/list"}, 400, -32020),
    "another version in the header": (new("tools/list"), {**OLD, "Mcp-Method": "tools/list"}, 400, -32020),
    "a version that nobody knows": (
        new("tools/list", **{VERSION: "1999-01-01"}),
        {"MCP-Protocol-Version": "1999-01-01", "Mcp-Method": "tools/list"},
        400,
        -32022,
    ),
    "one that nobody knows in the header alone": (call("tools/list"), {"MCP-Protocol-Version": "1999"}, 400, -32022),
    "an old version in _meta": (
        new("tools/list", **{VERSION: BY_HANDSHAKE}),
        {**OLD, "Mcp-Method": "tools/list"},
        400,
        -32022,
    ),
    "no _meta": (call("tools/list", {}), LIST, 400, -32602),
    "a _meta that is no object": (call("tools/list", {"_meta": []}), LIST, 400, -32602),
    "no version in _meta": (new("tools/list", **{VERSION: None}), LIST, 400, -32602),
    "a version that is no text": (new("tools/list", **{VERSION: 20260728}), LIST, 400, -32602),
    "no capabilities": (new("tools/list", **{CAPABILITIES: None}), LIST, 400, -32602),
    "capabilities that are no object": (new("tools/list", **{CAPABILITIES: True}), LIST, 400, -32602),
    "a method of the other era": (new("ping"), {**NEW, "Mcp-Method": "ping"}, 404, -32601),
    "hello is of the other era": (new("initialize", HELLO), {**NEW, "Mcp-Method": "initialize"}, 404, -32601),
    "no such method": (new("prompts/list"), {**NEW, "Mcp-Method": "prompts/list"}, 404, -32601),
    "nothing to listen to": (
        new("subscriptions/listen"),
        {**NEW, "Mcp-Method": "subscriptions/listen"},
        404,
        -32601,
    ),
    "no such tool": (new("tools/call", {"name": "rm", "arguments": {}}), named("rm"), 400, -32602),
    "no cursor is ours": (new("tools/list", {"cursor": "x"}), LIST, 400, -32602),
    # by handshake
    "hello": (call("initialize", HELLO), {}, 200, None),
    "hello with a version that is older": (
        call("initialize", HELLO | {"protocolVersion": "2024-11-05"}),
        {},
        200,
        None,
    ),
    "ping": (call("ping"), OLD, 200, None),
    "ping without a version": (call("ping"), {}, 200, None),
    "old list": (call("tools/list", id_="a"), OLD, 200, None),
    "old call": (call("tools/call", INBOX), OLD, 200, None),
    "headers of the new era are none of the old one's": (call("tools/list"), {**OLD, "Mcp-Method": "x"}, 200, None),
    "no such old method": (call("prompts/list"), OLD, 200, -32601),
    "discover is of the new era": (call("server/discover"), OLD, 200, -32601),
    "no such old tool": (call("tools/call", {"name": "rm"}), OLD, 200, -32602),
    # of neither
    "nothing": (None, NEW, 400, -32700),
    "a batch": ([call("ping")], OLD, 400, -32600),
    "an empty batch": ([], OLD, 400, -32600),
    "a text": ("ping", OLD, 400, -32600),
    "an answer": ({"jsonrpc": "2.0", "id": 1, "result": {}}, OLD, 400, -32600),
    "no version of JSON-RPC": ({"id": 1, "method": "ping"}, OLD, 400, -32600),
    "another version of JSON-RPC": (call("ping") | {"jsonrpc": "1.0"}, OLD, 400, -32600),
    "a method that is no text": ({"jsonrpc": "2.0", "id": 1, "method": 1}, OLD, 400, -32600),
    "an id that is null": (call("ping", id_=None), OLD, 400, -32600),
    "an id that is a fraction": (call("ping", id_=1.5), OLD, 400, -32600),
    "an id that is true": (call("ping", id_=True), OLD, 400, -32600),
    "params that are a list": (call("ping", []), OLD, 400, -32602),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_a_request_is_answered(tenant: Tenant, name: str) -> None:
    body, headers, status, code = TABLE[name]
    got = Agent.of(tenant).send(body, headers)
    assert got.status == status, got.text
    assert got.headers["Content-Type"].startswith("application/json")
    assert got.json["jsonrpc"] == "2.0"
    assert got.json.get("error", {}).get("code") == code, got.text
    assert ("result" in got.json) is (code is None)
    whole = isinstance(body, dict) and code not in (-32600, -32700)
    assert got.json["id"] == (body["id"] if whole else None)
    assert not [header for header in got.headers if header.lower() == "mcp-session-id"]
    if code == -32022:
        assert got.json["error"]["data"]["supported"] == [STATELESS, BY_HANDSHAKE, "2025-06-18"]
        assert got.json["error"]["data"]["requested"] == headers["MCP-Protocol-Version"]
    if code is None:
        is_new = body["params"].get("_meta") is not None if "params" in body else False
        assert (got.json["result"].get("resultType") == "complete") is is_new


def test_discovery_and_hello_say_who_is_there(tenant: Tenant) -> None:
    found = Agent.of(tenant).request("server/discover").json["result"]
    assert found["supportedVersions"][:2] == list(ERAS)
    assert found["capabilities"] == {"tools": {}}
    assert found["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "parley"
    assert (found["cacheScope"], found["ttlMs"] > 0) == ("private", True)
    for asked, spoken in ((BY_HANDSHAKE, BY_HANDSHAKE), ("2025-06-18", "2025-06-18"), ("2024-11-05", BY_HANDSHAKE)):
        hello = Agent.of(tenant, era=BY_HANDSHAKE).request("initialize", HELLO | {"protocolVersion": asked})
        assert hello.json["result"]["protocolVersion"] == spoken
        assert hello.json["result"]["serverInfo"]["name"] == "parley"
        assert "never" in hello.json["result"]["instructions"]


@pytest.mark.parametrize("headers", [NEW, OLD, {}, {**NEW, "Mcp-Method": "notifications/cancelled"}])
def test_a_notification_is_taken_and_not_answered(tenant: Tenant, headers: dict[str, str]) -> None:
    got = Agent.of(tenant).send({"jsonrpc": "2.0", "method": "notifications/initialized"}, headers)
    assert (got.status, got.text) == (202, "")


def test_a_notification_of_a_version_that_nobody_knows_is_refused(tenant: Tenant) -> None:
    body = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    got = Agent.of(tenant).send(body, {"MCP-Protocol-Version": "1999"})
    assert (got.status, got.json["error"]["code"]) == (400, -32022)


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "HEAD"])
def test_there_is_no_stream_and_no_session(tenant: Tenant, method: str) -> None:
    got = tenant.api(method, f"/mcp/{tenant.id}", headers={"Mcp-Session-Id": "s", "Last-Event-ID": "1"})
    assert got.status == 405
    assert "POST" in got.headers["Allow"]


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://parley.test", 200),
        ("https://app.example", 200),
        ("https://APP.example", 200),
        ("https://evil.example", 403),
        ("http://app.example", 403),
        ("null", 403),
        ("", 403),
        ("https://parley.test.evil.example", 403),
        ("not a url", 403),
    ],
)
def test_a_page_of_a_foreign_site_is_refused(tenant: Tenant, origin: str, status: int) -> None:
    assert tenant.api.patch("/v1/workspace", {"allowed_origins": ["https://app.example"]}).status == 200
    for headers in ({}, {"Host": "evil.example"}):
        assert Agent.of(tenant).request("tools/list", Origin=origin, **headers).status == status


def test_without_allowed_origins_every_other_site_is_foreign(tenant: Tenant) -> None:
    assert Agent.of(tenant).request("tools/list", Origin="https://app.example").status == 403


def test_the_path_is_the_credentials_workspace(parley: Parley, tenant: Tenant) -> None:
    other = Tenant.found("Other", parley.clock.at // 1000)
    for caller in (other.api, other.user(), other.user("acme", "ann")):
        got = Agent.of(tenant, caller).request("tools/list")
        assert (got.status, got.json["code"]) == (404, "notfound")
    assert Agent(tenant.id, Client()).request("tools/list").status == 401
    assert Agent(tenant.id, Client("a.b.c")).request("tools/list").status == 401


def test_no_other_type_of_content_is_taken(tenant: Tenant) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert Agent.of(tenant).request("tools/list", **{"Content-Type": kind}).status == 415


@pytest.mark.parametrize(
    "raw", ["", "{", '{"jsonrpc":"2.0"', "\x00", "[" * 10_000, '{"a":1e999}', '{"a":1,"a":2}', "NaN"]
)
def test_what_is_no_json_is_a_parse_error(tenant: Tenant, raw: str) -> None:
    got = Agent.of(tenant).send(None, NEW, raw=raw)
    assert (got.status, got.json["error"]["code"], got.json["id"]) == (400, -32700, None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
METHODS = st.sampled_from(["tools/list", "tools/call", "server/discover", "initialize", "ping", "notifications/x"])
TOOL_NAMES = st.sampled_from(sorted({tool.name for tool in TOOLS}))
ARGUMENT = st.sampled_from(sorted({name for tool in TOOLS for name in tool.takes.__struct_encode_fields__}))
PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "name": TOOL_NAMES | JSON,
        "arguments": st.dictionaries(ARGUMENT | st.text(), JSON, max_size=4) | JSON,
        "_meta": st.just(META) | JSON,
        "cursor": JSON,
        "protocolVersion": JSON,
    },
)
BODIES = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0"), "method": METHODS | JSON}, optional={"id": JSON, "params": PARAMS | JSON}
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "MCP-Protocol-Version": st.sampled_from([*ERAS, "x", ""]),
        "Mcp-Method": METHODS | st.text(max_size=5),
        "Mcp-Name": TOOL_NAMES | st.text(max_size=12).map(lambda text: f"=?base64?{text}?="),
    },
)


def test_no_request_whatever_is_our_fault() -> None:
    """Fuzzed: bodies and headers that are nearly right, and arguments of any shape."""
    with in_memory(Parley()) as parley:
        tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        agents = [Agent.of(tenant), Agent.of(tenant, tenant.user())]

        @given(BODIES | JSON, HEADERS)
        def fuzzed(body: Any, headers: dict[str, str]) -> None:
            for agent in agents:
                got = agent.send(None, headers, raw=json.dumps(body))
                assert got.status in (200, 202, 400, 404), got.text
                assert got.status == 202 or got.json["jsonrpc"] == "2.0"

        fuzzed()


def test_arguments_of_any_shape_are_refused_by_name() -> None:
    with in_memory(Parley()) as parley:
        tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        agents = [Agent.of(tenant, era=BY_HANDSHAKE), Agent.of(tenant, tenant.user(), era=BY_HANDSHAKE)]

        @given(TOOL_NAMES, st.dictionaries(ARGUMENT, JSON, max_size=4))
        def fuzzed(name: str, arguments: dict[str, Any]) -> None:
            for agent in agents:
                got = agent.request("tools/call", {"name": name, "arguments": arguments})
                assert got.status == 200, got.text
                if got.json.get("result", {}).get("isError"):
                    error = json.loads(got.json["result"]["content"][0]["text"])["error"]
                    assert error["code"] in ("invalid", "notfound", "malformed", "forbidden", "conflict")
                    assert error["detail"]

        fuzzed()


def test_the_limits_of_the_door_apply(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("chalicelib.edge.door.limits", fromlist=["x"]).PER_MINUTE, "agent", 3)
    agent = Agent.of(tenant)
    statuses = [agent.request("tools/list").status for _ in range(6)]
    assert statuses[0] == 200
    assert statuses[-1] == 429


def test_a_page_that_would_be_too_large_has_fewer(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp, "MAX_ANSWER", 20_000)
    agent, room = Agent.of(tenant), tenant.triage()
    for n in range(12):
        tenant.api.post(f"/v1/rooms/{room}/messages", {"text": f"{n} " + '"' * 1_500})
    seen, cursor, pages = [], None, 0
    while True:
        got = agent.use("read_room", room=room, limit=50, **({"cursor": cursor} if cursor else {}))["messages"]
        seen += [each["vendor_wrote"]["text"].split()[0] for each in got["items"]]
        cursor, pages = got["next"], pages + 1
        if cursor is None:
            break
    assert seen == [str(n) for n in reversed(range(12))]
    assert pages > 2
