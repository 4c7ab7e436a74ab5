"""What goes wrong on the way: dead letters with a reason and a replay, killed workers, restarts with work in hand."""

import base64
import json
import os
import signal
import threading
import uuid
from typing import Any

import pytest

from tests.browser import browser
from tests.journeys.caller import Caller, OtherSide, eventually
from tests.journeys.conftest import ComesBack
from tests.journeys.test_story import tool
from tests.stack import LocalStack


@pytest.fixture
def api(stack: LocalStack) -> Caller:
    return Caller(stack.base_url, stack.workspace["api_key"])


def send(stack: LocalStack, text: str, **fields: Any) -> None:
    """A signed webhook of the vendor's server."""
    from datetime import UTC, datetime

    from standardwebhooks.webhooks import Webhook

    hook = stack.webhooks["webhook"]
    body = json.dumps({"customer": {"external_id": "acme"}, "user": {"external_id": "ann"}, "text": text} | fields)
    id_, now = fields.get("id") or uuid.uuid4().hex, datetime.now(UTC)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(hook["secret"]).sign(id_, now, body),
    }
    assert Caller("")("POST", hook["url"], body.encode(), **headers).status == 202


def texts(api: Caller, room: str) -> list[str]:
    return [message["text"] for message in api.all(f"/v1/rooms/{room}/messages?after=0")]


def triage(api: Caller, customer: str = "acme") -> str:
    return str(api.get(f"/v1/customers/{customer}")["triage_room"])


def test_a_poison_envelope_is_buried_with_its_reason_and_replayed_after_the_fix(stack: LocalStack, api: Caller) -> None:
    keys = [f"envelopes/{stack.workspace['id']}/lost-{name}" for name in ("by-hand", "in-the-console")]
    for key in keys:
        stack.client("sqs").send_message(
            QueueUrl=stack.outputs["InboundQueueUrl"],
            MessageBody=json.dumps({"key": key}),
            MessageGroupId=uuid.uuid4().hex,
            MessageDeduplicationId=uuid.uuid4().hex,
        )

    def ours() -> list[Any]:
        return [each for each in api.all("/v1/dead-letters") if each["about"] in [f"key={key}" for key in keys]]

    letters = eventually(lambda: found if len(found := ours()) == 2 else None)
    assert {letter["reason"] for letter in letters} == {"NotFound: the file is gone"}
    listed = tool(stack, "dead_letters").stdout
    assert "NotFound: the file is gone" in listed
    assert all(key in listed for key in keys)
    for key in keys:
        envelope(stack, key)
    replay_in_the_console(stack, keys[1])
    eventually(lambda: f"Found again {keys[1]}" in texts(api, triage(api)))
    assert f"Found again {keys[0]}" not in texts(api, triage(api))
    assert "replayed" in tool(stack, "dead_letters", "--replay").stdout
    eventually(lambda: f"Found again {keys[0]}" in texts(api, triage(api)))
    eventually(lambda: not ours())
    assert not any(key in tool(stack, "dead_letters").stdout for key in keys)


def replay_in_the_console(stack: LocalStack, about: str) -> None:
    with browser() as chromium:
        page = chromium.new_page()
        page.goto(f"{stack.base_url}/console?workspace={stack.workspace['id']}#/settings/failures")
        page.get_by_role("button", name="Continue as grace@demo.example").click()
        letter = page.locator("li", has_text=about)
        letter.get_by_text("NotFound: the file is gone").wait_for()
        letter.get_by_role("button", name="Replay").click()
        page.get_by_text("It is worked off again.").wait_for()


def envelope(stack: LocalStack, key: str) -> None:
    """The file that was lost is there again."""
    hook, id_ = stack.webhooks["webhook"], key.rpartition("/")[2]
    found = {
        "id": f"env_{id_}",
        "workspace": stack.workspace["id"],
        "install": hook["id"],
        "channel": "webhook",
        "received_at": 1_800_000_000_000,
        "headers": {"webhook-id": id_},
        "body": "",
    }
    fields = {"customer": {"external_id": "acme"}, "user": {"external_id": "ann"}, "text": f"Found again {key}"}
    found["body"] = base64.b64encode(json.dumps(fields).encode()).decode()
    stack.client("s3").put_object(Bucket=stack.outputs["FilesBucket"], Key=key, Body=json.dumps(found).encode())


@pytest.mark.parametrize("function", ["receive", "deliver", "react"])
def test_a_worker_that_is_killed_half_way_loses_and_doubles_nothing(
    stack: LocalStack, api: Caller, function: str, comes_back: ComesBack
) -> None:
    for queue in ("Inbound", "Deliver"):
        comes_back(queue, 5)
    assert api("PUT", f"/v1/customers/killed-{function}", {}).status in (200, 201)
    with OtherSide() as other:
        hook = api.post("/v1/installs", {"kind": "webhook", "name": "Kill", "config": {"url": other.url}})
        said = [f"{function} {number}" for number in range(30)]
        ended = threading.Event()

        def kill() -> None:
            while not ended.wait(0.15):
                for pid in stack.worker_pids(function):
                    os.kill(pid, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        for text in said:
            send(stack, text, customer={"external_id": f"killed-{function}"})
        ended.wait(3)
        ended.set()
        killer.join()
        room = triage(api, f"killed-{function}")
        eventually(lambda: len(texts(api, room)) >= len(said))
        assert texts(api, room) == said
        eventually(lambda: set(said) <= set(other.texts()))
        assert set(other.texts()) >= set(said)
        assert api("DELETE", f"/v1/installs/{hook['id']}").status == 204


def test_stopping_with_messages_in_flight_loses_none(stack: LocalStack, api: Caller) -> None:
    api("PUT", "/v1/customers/flight", {})
    room = triage(api, "flight")
    with OtherSide() as other:
        hook = api.post("/v1/installs", {"kind": "webhook", "name": "Flight", "config": {"url": other.url}})
        said = [f"in flight {number}" for number in range(40)]
        for text in said:
            send(stack, text, customer={"external_id": "flight"})
        stack.restart()
        eventually(lambda: len(texts(api, room)) >= len(said), 300)
        assert texts(api, room) == said
        eventually(lambda: set(said) <= set(other.texts()), 300)
    again = Caller(stack.base_url, stack.workspace["api_key"])
    assert texts(again, room) == said
    assert again("DELETE", f"/v1/installs/{hook['id']}").status == 204
