"""The protocol's own conformance suite, as far as tests/contracts/mcp_conformance.json says.

It has each scenario, with the revisions that it is run in or why it is not, and of one that is run the checks that fail
for good.
"""

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra.venvs import ROOT
from tests.api import Tenant
from tests.npm import NODE, PACKAGES, fetched, missing

LIST: dict[str, Any] = json.loads((ROOT / "tests" / "contracts" / "mcp_conformance.json").read_text())
SUITE = Path("node_modules/@modelcontextprotocol/conformance/dist/index.js")
RUN = [(name, revision) for name, entry in LIST["server"].items() for revision in entry.get("run", ())]


@pytest.fixture(scope="module")
def folder() -> Path:
    there = fetched()
    if there is None:
        missing("CONFORMANCE")
    assert there
    return there


@contextmanager
def served(tenant: Tenant) -> Iterator[str]:
    """The address of a server that has the vendor's key, which the suite cannot send."""

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            sent = dict(self.headers.items())
            if sent.get("Origin") == f"http://{own}":
                sent["Origin"] = "https://parley.test"
            got = tenant.api(self.command, f"/mcp/{tenant.id}", raw=body, headers=sent)
            self.send_response(got.status)
            for name, value in got.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(got.text.encode())))
            self.end_headers()
            self.wfile.write(got.text.encode())

        def do_GET(self) -> None:
            self.do_POST()

        def do_DELETE(self) -> None:
            self.do_POST()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
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
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False).stdout


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


def test_each_scenario_is_run_or_it_is_said_why_not(folder: Path) -> None:
    assert LIST["package"] in PACKAGES
    scenarios = listed(run(folder, "list"))
    assert sorted(scenarios["server"]) == sorted(LIST["server"])
    for name, entry in LIST["server"].items():
        assert ("run" in entry) is not ("not_run" in entry), name
    for whom in ("client", "authorization"):
        assert sorted(scenarios[whom]) == sorted(LIST[whom]["scenarios"])
        assert LIST[whom]["not_run"]


@pytest.mark.parametrize(("scenario", "revision"), RUN)
def test_what_is_run_passes(folder: Path, tenant: Tenant, tmp_path: Path, scenario: str, revision: str) -> None:
    with served(tenant) as url:
        asked = ("--url", url, "--scenario", scenario, "--spec-version", revision, "--output-dir", str(tmp_path))
        said = run(folder, "server", *asked)
    results = [check for file in tmp_path.rglob("checks.json") for check in json.loads(file.read_text())]
    assert results, said
    known = LIST["server"][scenario].get("fails_for_good", {})
    failed = {each["id"]: each.get("errorMessage") for each in results if each["status"] in ("FAILURE", "WARNING")}
    assert {id_: words for id_, words in failed.items() if id_ not in known} == {}
    assert set(known) <= set(failed), "what is said to fail for good does"
