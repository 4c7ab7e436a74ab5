"""`make run` itself: its door, its sentences, and what a restart keeps."""

import http.client
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from infra import seed
from infra.venvs import ROOT
from tests.stack import LocalStack, free_port


def call(stack: LocalStack, method: str, path: str, body: bytes | None = None) -> tuple[int, Any, bytes]:
    """A request whose path goes out as it is written here."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=30)
    key = stack.workspace["api_key"]
    connection.request(method, path, body, {"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read()
    connection.close()
    return found


def try_to_run(*arguments: str) -> tuple[int, str]:
    """The exit code of `make run`, and what it says to somebody at a terminal."""
    command = [sys.executable, "-m", "infra.local", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stderr.strip()


def test_a_percent_encoded_path_reaches_the_function_as_it_was_written(stack: LocalStack) -> None:
    path = "/v1/customers/a%2Fb%20%C3%A4%25"
    status, _, _ = call(stack, "PUT", path, json.dumps({"name": "Slashed"}).encode())
    assert status in {200, 201}
    status, _, body = call(stack, "GET", path)
    assert (status, json.loads(body)["external_id"]) == (200, "a/b ä%")


def test_a_verb_that_is_not_routed_gets_a_problem_document(stack: LocalStack) -> None:
    status, headers, body = call(stack, "PURGE", "/v1/rooms")
    assert (status, headers["Content-Type"]) == (404, "application/problem+json")
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert json.loads(body)["status"] == 404


def test_over_ten_megabytes_is_too_large(stack: LocalStack) -> None:
    status, headers, _ = call(stack, "POST", "/v1/rooms", b" " * (10 * 1024 * 1024 + 1))
    assert (status, headers["Content-Type"]) == (413, "application/problem+json")


def test_a_second_start_while_one_runs_says_so(stack: LocalStack) -> None:
    code, said = try_to_run("--home", str(stack.home), "--port", str(free_port()))
    assert (code, said) == (1, f"Parley is running already, at {stack.base_url}.")


def test_a_taken_port_is_named(stack: LocalStack, tmp_path: Path) -> None:
    code, said = try_to_run("--home", str(tmp_path), "--port", str(stack.port))
    assert (code, "\n" in said) == (1, False)
    assert said.startswith(f"Port {stack.port} is taken")


def test_it_listens_on_loopback_alone(stack: LocalStack) -> None:
    heard = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else []:
            _, local, _, state, *_ = line.split()
            address, port = local.split(":")
            if state == "0A" and int(port, 16) in {stack.port, stack.gateway_port}:
                heard.add(address)
    assert heard == {"0100007F"} or not Path("/proc/net/tcp").exists()


def test_a_restart_keeps_the_workspace_and_loses_nothing_that_was_on_its_way(stack: LocalStack) -> None:
    before = (stack.workspace, stack.webhooks)
    client = stack.client("sqs")
    queue = client.create_queue(QueueName="kept")["QueueUrl"]
    client.send_message(QueueUrl=queue, MessageBody="in hand")
    assert client.receive_message(QueueUrl=queue, WaitTimeSeconds=5, VisibilityTimeout=600)["Messages"]
    assert stack.stop() == 0
    stack.start()
    assert (stack.workspace, stack.webhooks) == before
    status, _, _ = call(stack, "GET", "/v1/workspace")
    assert status == 200
    (found,) = stack.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    assert found["Body"] == "in hand"
    stack.client("sqs").delete_queue(QueueUrl=queue)


def test_after_a_restart_the_stream_goes_on_where_it_was(stack: LocalStack) -> None:
    def reacted() -> int:
        lines = [json.loads(line) for line in stack.logs("react") if line.startswith("{")]
        return sum(line.get("records", 0) for line in lines if line.get("message") == "reacted")

    stack.restart()
    before = reacted()
    form = stack.webhooks["form"]["url"].removeprefix(stack.base_url)
    body = json.dumps({"name": "Ada", "email": "ada@acme.example", "message": "After the restart"}).encode()
    status, _, _ = call(stack, "POST", form, body)
    assert status < 300
    deadline = time.monotonic() + 20
    while reacted() == before and time.monotonic() < deadline:
        time.sleep(0.2)
    assert reacted() > before


def test_what_would_have_left_by_every_channel_is_said_with_no_account(stack: LocalStack) -> None:
    places = seed.PLACES | {"email": seed.HANK["email"]}
    deadline = time.monotonic() + 60
    while any(f"⇢ {kind} {place}: " not in stack.said for kind, place in places.items()):
        assert time.monotonic() < deadline, stack.said
        time.sleep(0.5)
    assert "Hello Hank, we are looking at your logs." in stack.said
    status, headers, body = call(stack, "GET", "/_left")
    assert (status, headers["Content-Type"], b"What would have left" in body) == (200, "text/html; charset=utf-8", True)


def test_a_damaged_state_is_named_and_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "sqs.json").write_text('{"half')
    code, said = try_to_run("--home", str(tmp_path), "--port", str(free_port()), "--gateway-port", str(free_port()))
    assert (code, "sqs.json" in said, "--fresh" in said, "\n" in said) == (1, True, True, False)
    assert (state / "sqs.json").read_text() == '{"half'


def test_a_batch_that_lambda_gives_up_is_told_of_in_the_set_aside_place(stack: LocalStack) -> None:
    key = "aws/lambda/mapping/shardId-1/2026/01/01/2026-01-01T00.00.00-batch"
    stack.client("s3").put_object(Bucket=stack.outputs["FilesBucket"], Key=key, Body=b"{}")
    queue, client = stack.outputs["ReactFailedQueueUrl"], stack.client("sqs")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for letter in client.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
            if key in letter["Body"]:
                client.delete_message(QueueUrl=queue, ReceiptHandle=letter["ReceiptHandle"])
                (record,) = json.loads(letter["Body"])["Records"]
                assert record["s3"] == {"bucket": {"name": stack.outputs["FilesBucket"]}, "object": {"key": key}}
                return
    raise AssertionError("nothing was told")
