"""The OpenAPI document against the API in memory: schemathesis makes requests from it and checks every answer. Each way
once on the running stack: tests/journeys/test_openapi.py."""

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.api import Client, Tenant

# What a generated id or cursor names is seldom there, so "valid data was refused" says nothing here; and TRACE and its
# like end in the gateway, which knows no 405.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "ignored_auth",
)
ONE_AT_A_TIME = Lock()


class Gateway(BaseHTTPRequestHandler):
    """Makes API Gateway's event of a request, and a response of the API's answer."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # header and body in one packet
    timeout = 60  # s

    def answer(self) -> None:
        """Ask the API."""
        asked = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        with ONE_AT_A_TIME:
            got = Client()(
                self.command,
                asked.path,
                raw=body or None,
                headers=dict(self.headers.items()),
                **dict(parse_qsl(asked.query, keep_blank_values=True)),
            )
        self.send_response(got.status)
        for name, value in got.headers.items():
            self.send_header(name, value)
        content = got.text.encode()
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """Nothing."""


def references(node: Any) -> set[str]:
    """All that a document refers to."""
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


def test_whatever_it_refers_to_is_there_and_no_two_shapes_have_one_name(tenant: Tenant) -> None:
    document = tenant.api.get("/v1/openapi.json").json
    schemas = document["components"]["schemas"]
    assert references(document) <= {f"#/components/schemas/{name}" for name in schemas}
    assert [name for name in schemas if "." in name] == []


def test_every_answer_is_as_the_document_says(tenant: Tenant, tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        done = subprocess.run(
            [str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/v1/openapi.json", "--url", url]
            + ["--seed", "1", "--workers", "1", "--suppress-health-check", "all"]
            + ["-H", f"Authorization: Bearer {tenant.api.credential}"]
            + ["--checks", ",".join(CHECKS), "--max-examples", "2", "--phases", "examples,coverage"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    finally:
        server.shutdown()
        server.server_close()
    assert done.returncode == 0, done.stdout[:6000] + done.stdout[-6000:]
