"""Agents of both teams at the running stack, by the official clients of the Model Context Protocol, in both eras."""

import json
import os
import subprocess
import uuid
from typing import Any

import pytest

from infra import venvs
from infra.venvs import ROOT
from tests.journeys.caller import Caller, eventually, user_token
from tests.npm import NODE, fetched, missing
from tests.stack import LocalStack

PEERS = ROOT / "tests" / "peers"
STATELESS, BY_HANDSHAKE = "2026-07-28", "2025-11-25"
PYTHON = {"auto": STATELESS, "legacy": BY_HANDSHAKE}  # mode → the version that is spoken
NODES = {"sdk": BY_HANDSHAKE, "auto": STATELESS, "legacy": BY_HANDSHAKE}


class Official:
    """An official client with a credential, in a process of its own."""

    def __init__(self, command: list[str], token: str) -> None:
        self.process = subprocess.Popen(
            command,
            env=os.environ | {"TOKEN": token},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.hello = self._heard()

    def use(self, name: str, **arguments: Any) -> Any:
        """What a tool shows, or its error."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"name": name, "arguments": arguments}) + "\n")
        self.process.stdin.flush()
        return json.loads(self._heard()["text"])

    def _heard(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            _, words = self.process.communicate(timeout=30)
            raise AssertionError(f"the client ended: {words[-3000:]}")
        return json.loads(line)

    def __enter__(self) -> "Official":
        return self

    def __exit__(self, *_: object) -> None:
        _, words = self.process.communicate(timeout=30)
        assert self.process.returncode == 0, words[-3000:]


@pytest.fixture(scope="module")
def founded(stack: LocalStack) -> dict[str, str]:
    made: dict[str, str] = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Agents"})
    return made


def url_of(stack: LocalStack, founded: dict[str, str]) -> str:
    return f"{stack.base_url}/mcp/{founded['id']}"


def machine(api: Caller) -> str:
    body = {"name": "Coding agent", "kind": "machine", "scopes": ["read", "write"]}
    return str(api.post("/v1/api-keys", body)["key"])


def ask_and_answer(api: Caller, ann: Official, ours: Official, *, word: str) -> str:
    """Ann's agent asks, twice under one id; the vendor's takes a note; a person answers; hers reads it."""
    once = {"request_id": str(uuid.uuid4()), "topic": f"About {word}", "text": f"Why does {word} fail?"}
    asked = ann.use("ask_vendor", **once)
    assert ann.use("ask_vendor", **once) == asked
    room = asked["room"]
    waiting = eventually(lambda: [each for each in ours.use("inbox")["items"] if each["id"] == room])
    assert waiting[0]["turn"] == "vendor"
    noted = ours.use("note", request_id=str(uuid.uuid4()), room=room, text=f"{word}: seen before")
    assert noted["room"] == room
    api.post(f"/v1/rooms/{room}/messages", {"text": f"{word} is mended."})
    shown = ann.use("read_room", room=room)["messages"]["items"]
    assert [each["by"]["kind"] for each in shown] == ["agent", "user"]
    assert shown[0]["vendor_wrote"]["text"] == f"{word} is mended."
    assert len(ours.use("read_room", room=room)["messages"]["items"]) == 3
    assert ann.use("read_room", room="room_nobodys")["error"]["code"] == "notfound"
    return str(room)


def test_the_official_client_for_python_in_both_eras(stack: LocalStack, founded: dict[str, str]) -> None:
    python, api = str(venvs.mcp(ROOT / ".local")), Caller(stack.base_url, founded["api_key"])
    users = {name: user_token(founded, name, "ann", name="Ann") for name in ("acme", "beta")}
    key, rooms = machine(api), {}
    for mode, version in PYTHON.items():
        command = [python, str(PEERS / "mcp_client.py"), url_of(stack, founded), mode]
        with Official(command, users["acme"]) as ann, Official(command, key) as ours:
            assert (ann.hello["version"], ours.hello["version"]) == (version, version)
            assert "ask_vendor" in ann.hello["tools"]
            assert "inbox" in ours.hello["tools"]
            rooms[mode] = ask_and_answer(api, ann, ours, word=f"python{mode}")
    command = [python, str(PEERS / "mcp_client.py"), url_of(stack, founded), "auto"]
    with Official(command, users["acme"]) as ann, Official(command, users["beta"]) as strange:
        eventually(lambda: ann.use("search_rooms", q="pythonauto")["items"])
        assert strange.use("search_rooms", q="pythonauto") == {"items": [], "next": None}
        for room in rooms.values():
            assert strange.use("read_room", room=room)["error"]["code"] == "notfound"
            refused = strange.use("answer", request_id=str(uuid.uuid4()), room=room, text="Let me in")
            assert refused["error"]["code"] == "notfound"
    verbs = {entry["verb"] for entry in api.get("/v1/audit?limit=100")["items"]}
    assert {"tool.ask_vendor", "tool.read_room", "tool.note", "tool.search_rooms", "tool.answer"} <= verbs


def test_the_official_clients_for_node(stack: LocalStack, founded: dict[str, str]) -> None:
    folder, api = fetched(), Caller(stack.base_url, founded["api_key"])
    if folder is None:
        missing("CLIENTS")
        return
    token, key = user_token(founded, "acme", "ann", name="Ann"), machine(api)
    for mode, version in NODES.items():
        command = [str(folder / NODE), str(PEERS / "mcp_client.mjs"), url_of(stack, founded), mode, str(folder)]
        with Official(command, token) as ann, Official(command, key) as ours:
            assert (ann.hello["version"], ours.hello["version"]) == (version, version)
            ask_and_answer(api, ann, ours, word=f"node{mode}")
