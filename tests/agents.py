"""An agent as Parley's MCP server sees it, without a network: both eras, and what its tools answer."""

import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.api import Client, Got, Tenant

STATELESS, BY_HANDSHAKE = "2026-07-28", "2025-11-25"
ERAS = (STATELESS, BY_HANDSHAKE)
META = {
    "io.modelcontextprotocol/protocolVersion": STATELESS,
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
_ids = count(1)


@dataclass
class Agent:
    """A client of one era with a credential, at a workspace's path."""

    workspace: str
    caller: Client
    era: str = STATELESS
    ids: Any = field(default_factory=lambda: count(1))

    @classmethod
    def of(cls, tenant: Tenant, caller: Client | None = None, era: str = STATELESS) -> "Agent":
        """The vendor's own, or one with another credential."""
        return cls(tenant.id, caller or tenant.api, era)

    def send(self, body: Any, headers: dict[str, str] | None = None, raw: str | None = None) -> Got:
        """A request as it is."""
        sent = {"Accept": "application/json, text/event-stream"} | (headers or {})
        return self.caller.post(f"/mcp/{self.workspace}", body, headers=sent, raw=raw)

    def request(self, method: str, params: dict[str, Any] | None = None, **headers: str) -> Got:
        """A request as a client of its era makes it."""
        asked: dict[str, Any] = {"jsonrpc": "2.0", "id": next(self.ids), "method": method, "params": params or {}}
        sent = {"MCP-Protocol-Version": self.era} if method != "initialize" else {}
        if self.era == STATELESS:
            asked["params"] = {**asked["params"], "_meta": META}
            sent |= {"Mcp-Method": method} | (
                {"Mcp-Name": asked["params"]["name"]} if "name" in asked["params"] else {}
            )
        return self.send(asked, sent | headers)

    def tools(self) -> dict[str, Any]:
        """What it is shown, by name."""
        got = self.request("tools/list")
        assert got.status == 200, got.text
        return {tool["name"]: tool for tool in got.json["result"]["tools"]}

    def result(self, name: str, **arguments: Any) -> Any:
        """A tool's result as it came."""
        got = self.request("tools/call", {"name": name, "arguments": arguments})
        assert got.status == 200, got.text
        return got.json["result"]

    def use(self, name: str, **arguments: Any) -> Any:
        """What a tool shows."""
        result = self.result(name, **arguments)
        assert not result["isError"], result
        return json.loads(result["content"][0]["text"])

    def refused(self, name: str, **arguments: Any) -> dict[str, Any]:
        """The error of a call that has to fail."""
        result = self.result(name, **arguments)
        assert result["isError"], result
        return dict(json.loads(result["content"][0]["text"])["error"])


def request_id() -> str:
    """A new one."""
    return f"request-{next(_ids):08}"
