"""The OpenAPI document against the running stack: schemathesis asks each way once or twice, and checks every answer."""

import json
import subprocess
import sys
from pathlib import Path

from tests.edge.test_document import CHECKS
from tests.journeys.caller import Caller
from tests.stack import LocalStack


def test_every_answer_is_as_the_document_says(stack: LocalStack, tmp_path: Path) -> None:
    # A workspace of its own: it rolls secrets, and takes away what it finds.
    founded = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Thrown at"})
    command = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [str(command), "run", f"{stack.base_url}/v1/openapi.json", "--seed", "1", "--workers", "2"]
        + ["-H", f"Authorization: Bearer {founded['api_key']}", "--suppress-health-check", "all"]
        + ["--checks", ",".join(CHECKS), "--max-examples", "1", "--phases", "examples,fuzzing"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]


def test_the_document_is_openapi_3_1_and_names_every_fixed_path(stack: LocalStack) -> None:
    document = json.loads(Caller(stack.base_url)("GET", "/v1/openapi.json").body)
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": stack.base_url}]
    assert {
        "/health",
        "/v1/workspaces",
        "/v1/workspace",
        "/v1/agents",
        "/v1/api-keys",
        "/v1/installs",
        "/v1/customers",
        "/v1/customers/{customer}",
        "/v1/customers/{customer}/users/{user}",
        "/v1/rooms",
        "/v1/rooms/{room}",
        "/v1/rooms/{room}/fork",
        "/v1/rooms/{room}/messages",
        "/v1/rooms/{room}/changes",
        "/v1/rooms/{room}/messages/{message}",
        "/v1/rooms/{room}/messages/{message}/reactions/{emoji}",
        "/v1/rooms/{room}/read",
        "/v1/rooms/{room}/roster",
        "/v1/rooms/{room}/deliveries",
        "/v1/deliveries/{delivery}/replay",
        "/v1/attachments",
    } <= set(document["paths"])
