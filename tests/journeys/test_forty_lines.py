"""The script of docs/agents.md on the running stack: it hears of a question, searches, and proposes with its sources; a
person sends that, and the customer sees one answer."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.caller import Caller, eventually, user_token
from tests.stack import LocalStack

PAGE = Path(__file__).parents[2] / "docs" / "agents.md"


def script() -> str:
    """The page's only script of Python that serves."""
    [found] = [
        each for each in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL) if "Hook" in each
    ]
    assert len([line for line in found.splitlines() if line.strip()]) <= 40
    return str(found)


def free_port() -> int:
    with socket.socket() as there:
        there.bind(("127.0.0.1", 0))
        return int(there.getsockname()[1])


@contextmanager
def running(port: int, **environment: str) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-c", script()],
        env={**os.environ, **environment, "PORT": str(port)},
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            with socket.socket() as there:
                if there.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def test_a_machine_drafts_a_person_sends_and_the_customer_sees_one_answer(stack: LocalStack) -> None:
    founded = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Drafted"})
    api, port = Caller(stack.base_url, founded["api_key"]), free_port()
    assert api("PATCH", "/v1/workspace", {"drafting": {"mode": "on"}}).status == 200
    key = api.post("/v1/api-keys", {"name": "Drafter", "kind": "machine", "scopes": ["read", "draft"]})["key"]
    ann, bob = (Caller(stack.base_url, user_token(founded, *who)) for who in (("acme", "ann"), ("bolt", "bob")))
    before = bob.post("/v1/rooms", {"name": "Certificate"})["id"]
    api.post(f"/v1/rooms/{before}/messages", {"text": "Renew the certificate of the zeppelin, then try again."})
    eventually(lambda: api.get("/v1/search?q=zeppelin+certificate&kind=message")["items"])
    config = {"url": f"http://127.0.0.1:{port}/", "all_rooms": True, "events": []}
    hook = api.post("/v1/installs", {"kind": "webhook", "name": "Drafter", "config": config})
    with running(port, BASE=stack.base_url, KEY=key, SECRET=hook["secret"]):
        room = ann.post("/v1/rooms", {"name": "It stopped"})["id"]
        ann.post(f"/v1/rooms/{room}/messages", {"text": "Our zeppelin has no certificate"})
        [proposal] = eventually(lambda: api.get(f"/v1/rooms/{room}/proposals")["items"])
    assert (proposal["by"]["name"], proposal["sources"][0]["title"]) == ("Drafter", "Certificate")
    assert [each["text"] for each in ann.get(f"/v1/rooms/{room}/messages")["items"]] == [
        "Our zeppelin has no certificate"
    ]
    assert ann.get(f"/v1/rooms/{room}")["turn"] == "vendor"
    said = {"text": proposal["text"], "proposal": proposal["id"]}
    sent = [api("POST", f"/v1/rooms/{room}/messages", said).json["id"] for _ in range(2)]
    assert sent[0] == sent[1]
    answers = [each for each in ann.get(f"/v1/rooms/{room}/messages")["items"] if each["author"]["kind"] == "agent"]
    assert [(each["text"], each["drafted_by"]) for each in answers] == [(proposal["text"], None)]
    assert "Renew the certificate" in proposal["text"]
    assert api("DELETE", f"/v1/installs/{hook['id']}").status == 204
