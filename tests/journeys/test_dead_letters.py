"""What no worker can work off: buried by each with a reason, given back from each dead-letter queue, or thrown away by
an admin; explained where a worker died; and a change that is set aside until what it stumbled over is mended."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.desk.rooms import Bridge
from chalicelib.store.keys import BY_TYPE
from tests.journeys.caller import Caller, eventually
from tests.journeys.test_story import tool
from tests.mails import connect
from tests.stack import LocalStack

DIED = "its worker ended again and again without a word"
# Per queue whose letters a workspace sees: a body of that workspace that its worker cannot work off, and why.
POISON: dict[str, tuple[dict[str, Any], str]] = {
    "inbound": ({"key": "envelopes/none"}, "NotFound: the file is gone"),
    "deliver": ({}, "KeyError: 'bridge'"),
    "push": ({"bridge": "none"}, "KeyError: 'n'"),
    "broadcast": ({}, "ValidationError"),
    "jobs": ({"letter": "none"}, "KeyError: 'queue'"),
    "sync": ({}, "ValidationError"),
}


@dataclass
class Desk:
    """A workspace of its own on the stack."""

    stack: LocalStack
    api: Caller
    id: str

    def put(self, queue: str, body: dict[str, Any], *, dead: bool = False) -> None:
        """Lay a body in a queue, or in its dead-letter queue as SQS itself does: without a reason."""
        url = self.stack.outputs[f"{queue.capitalize()}{'Dead' if dead else ''}QueueUrl"]
        id_ = uuid.uuid4().hex
        fifo = {"MessageGroupId": id_, "MessageDeduplicationId": id_} if url.endswith(".fifo") else {}
        self.stack.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(body), **fifo)

    def letters(self) -> dict[tuple[str, str], Any]:
        """The dead letters that its admins see, by queue and mark."""
        return {
            (each["queue"], each["about"].rpartition("mark=")[2]): each for each in self.api.all("/v1/dead-letters")
        }


@pytest.fixture(scope="module")
def desk(stack: LocalStack) -> Desk:
    founded = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Buried"})
    return Desk(stack, Caller(stack.base_url, founded["api_key"]), founded["id"])


def test_each_worker_buries_what_it_cannot_work_off_and_each_letter_can_be_given_back(desk: Desk) -> None:
    missing = f"received/{uuid.uuid4().hex}"
    install = connect(desk.api, "ses", address="help@buried.example")
    recipients = [install["config"]["address"], "nobody@buried.example"]
    receipt = {"recipients": recipients, "action": {"objectKey": missing}}
    desk.put("mail", {"Message": json.dumps({"receipt": receipt})})
    desk.put("index", {"walk": missing})
    for queue in ("index", "mail"):  # no workspace's: operators see them
        desk.put(queue, {"walk": f"died {missing}"}, dead=True)
    for queue, (body, _) in POISON.items():
        desk.put(queue, {"workspace": desk.id, **body, "mark": "taken"})
        desk.put(queue, {"workspace": desk.id, **body, "mark": "died"}, dead=True)
    desk.put("jobs", {"explain": True})
    letters = eventually(lambda: found if len(found := desk.letters()) == 2 * len(POISON) else None)
    for queue, (_, reason) in POISON.items():
        assert letters[queue, "taken"]["reason"].startswith(reason)
        assert letters[queue, "died"]["reason"] == DIED
    for letter in letters.values():
        assert desk.api("POST", f"/v1/dead-letters/{letter['id']}/replay").status == 202
    again = eventually(lambda: found if _all_new(found := desk.letters(), letters) else None)
    assert all(letter["reason"].startswith(POISON[queue][1]) for (queue, _), letter in again.items())
    for letter in again.values():
        assert desk.api("DELETE", f"/v1/dead-letters/{letter['id']}").status == 204
    operators = eventually(lambda: said if "mark=" not in (said := tool(desk.stack, "dead_letters").stdout) else None)
    assert "NotFound: the file is gone" in operators
    assert f"walk={missing}" in operators
    assert operators.count(DIED) == 2
    desk.put("jobs", {"explain": True})  # finds a reason with each, and shows them again
    eventually(lambda: tool(desk.stack, "dead_letters").stdout.count(missing) == operators.count(missing))


def _all_new(found: dict[tuple[str, str], Any], before: dict[tuple[str, str], Any]) -> bool:
    return found.keys() == before.keys() and not {each["id"] for each in found.values()} & {
        each["id"] for each in before.values()
    }


def test_a_change_that_stumbles_over_a_row_is_set_aside_and_follows_once_that_is_mended(desk: Desk) -> None:
    desk.api("PUT", "/v1/customers/acme", {})
    room = desk.api.get("/v1/customers/acme")["triage_room"]
    pk, sk = BY_TYPE[Bridge].key(room, "ins_none", "1")
    place = {"pk": {"S": pk}, "sk": {"S": sk}}
    table = desk.stack.client("dynamodb")
    row = {**place, "t": {"S": "Bridge"}, "v": {"N": "1"}, "d": {"S": "{}"}}
    table.put_item(TableName=desk.stack.outputs["TableName"], Item=row)
    for text in ("Does anybody hear of this?", "Or of this?"):
        desk.api.post(f"/v1/rooms/{room}/messages", {"text": text})

    def aside() -> list[Any]:
        return [each for each in desk.api.all("/v1/dead-letters") if each["queue"] == "react"]

    letters = eventually(lambda: found if len(found := aside()) > 1 else None)
    table.delete_item(TableName=desk.stack.outputs["TableName"], Key=place)
    for letter in letters:
        assert room in letter["about"]
        assert desk.api("POST", f"/v1/dead-letters/{letter['id']}/replay").status == 202
    eventually(lambda: not aside())
