"""Agents of both teams at the running stack: by the official clients of the Model Context Protocol, in both eras; and
the protocol's conformance suite, as far as the list beside the contracts says."""

import json
import os
import re
import subprocess
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import urllib3

from infra import venvs
from infra.venvs import ROOT
from tests.journeys.caller import Caller, eventually, user_token
from tests.npm import NODE, PACKAGES, fetched, missing
from tests.stack import LocalStack

PEERS = ROOT / "tests" / "peers"
LIST: dict[str, Any] = json.loads((ROOT / "tests" / "contracts" / "mcp_conformance.json").read_text())
SUITE = Path("node_modules/@modelcontextprotocol/conformance/dist/index.js")
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


# --- conformance --------------------------------------------------------------------------------------------------


@contextmanager
def with_a_key(url: str, key: str) -> Iterator[str]:
    """The address of a proxy that adds a key, which the suite cannot send. To it the proxy is the server, whose own
    Origin it therefore names. (Of a foreign Host API Gateway has no API.)"""
    base = url.partition("/mcp/")[0]

    class Pass(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            sent = {name: value for name, value in self.headers.items() if name.lower() not in ("connection", "host")}
            if sent.get("Origin") == f"http://{own}":
                sent["Origin"] = base
            sent["Authorization"] = f"Bearer {key}"
            got = urllib3.request(self.command, url, body=body, headers=sent, retries=False, timeout=60)
            self.send_response(got.status)
            for name in ("Content-Type", "Allow"):
                if name in got.headers:
                    self.send_header(name, got.headers[name])
            self.send_header("Content-Length", str(len(got.data)))
            self.end_headers()
            self.wfile.write(got.data)

        def do_GET(self) -> None:
            self.do_POST()

        def do_DELETE(self) -> None:
            self.do_POST()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pass)
    own = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://{own}/mcp"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def run(folder: Path, *arguments: str) -> str:
    command = [str(folder / NODE), str(folder / SUITE), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False).stdout


def listed(said: str) -> dict[str, list[str]]:
    """The scenarios of the suite, by whom they try."""
    found: dict[str, list[str]] = {}
    whom = ""
    for line in said.splitlines():
        if head := re.match(r"(Server|Client|Authorization) .*scenarios", line):
            whom = head[1].lower()
        elif scenario := re.match(r"\s+- (\S+) \[", line):
            found.setdefault(whom, []).append(scenario[1])
    return found


def test_the_conformance_suite_as_far_as_the_list_says(
    stack: LocalStack, founded: dict[str, str], tmp_path: Path
) -> None:
    folder = fetched()
    if folder is None:
        missing("CONFORMANCE")
        return
    assert LIST["package"] in PACKAGES
    scenarios = listed(run(folder, "list"))
    assert sorted(scenarios["server"]) == sorted(LIST["server"]), "a scenario is run, or it is said why not"
    for whom in ("client", "authorization"):
        assert sorted(scenarios[whom]) == sorted(LIST[whom]["scenarios"])
    for name, entry in LIST["server"].items():
        assert ("run" in entry) is not ("not_run" in entry), name
    key = machine(Caller(stack.base_url, founded["api_key"]))
    with with_a_key(url_of(stack, founded), key) as url:
        for revision in sorted({each for entry in LIST["server"].values() for each in entry.get("run", ())}):
            out = tmp_path / revision
            said = run(
                folder, "server", "--url", url, "--suite", "all", "--spec-version", revision, "--output-dir", str(out)
            )
            for name, entry in LIST["server"].items():
                if revision in entry.get("run", ()):
                    assert wrong_in(out, name, entry.get("fails_for_good", {})) == {}, (name, revision, said[-2000:])


def wrong_in(out: Path, scenario: str, known: dict[str, str]) -> dict[str, str]:
    """What is wrong in a scenario's results, but for the checks that are `known` to fail; each of those has to."""
    [file] = out.glob(f"server-{scenario}-20*/checks.json")
    results = json.loads(file.read_text())
    assert results, scenario
    failed = {each["id"]: str(each.get("errorMessage")) for each in results if each["status"] in ("FAILURE", "WARNING")}
    mended = {id_: "it is said to fail for good" for id_ in known if id_ not in failed}
    return {id_: words for id_, words in failed.items() if id_ not in known} | mended
