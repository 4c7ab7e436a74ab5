"""A broadcast to 600 rooms on the packaged stack: its worker killed half-way, its pieces sent twice; then undone."""

import json
import os
import signal
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.journeys.caller import Caller, eventually
from tests.stack import LocalStack

ROOMS, KILLS = 600, 3


def test_six_hundred_rooms_get_it_once_though_its_worker_is_killed_and_it_is_sent_twice(stack: LocalStack) -> None:
    api = Caller(stack.base_url, stack.workspace["api_key"])
    names = [f"mass{number}" for number in range(ROOMS)]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda name: api("PUT", f"/v1/customers/{name}", {"name": name.title()}), names))
    rooms = {got.json["triage_room"]: got.json["name"] for got in made}
    assert len(rooms) == ROOMS
    # What a dead worker had in hand comes back when its visibility ends: seconds here, six minutes on AWS.
    url = stack.outputs["BroadcastQueueUrl"]
    stack.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "5"})
    body = {"customers": names, "text": "Hello {{customer.name}}, we move on {{customer.attributes.day | Monday}}"}
    id_ = api.post("/v1/broadcasts", body, Idempotency_Key="draft")["id"]
    assert api.get(f"/v1/broadcasts/{id_}/preview")["messages"] == ROOMS

    def sums() -> dict[str, int]:
        return dict(api.get(f"/v1/broadcasts/{id_}")["sums"])

    with Killer(stack) as killer:
        for _ in range(2):
            api.post(f"/v1/broadcasts/{id_}/send", {}, Idempotency_Key="send")
        stack.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"broadcast": id_}))
        eventually(lambda: killer.killed and sums()["stored"] > ROOMS // 4)
    stack.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"broadcast": id_}))
    eventually(lambda: api.get(f"/v1/broadcasts/{id_}")["state"] == "done", 300)
    assert sums() == {"planned": ROOMS, "stored": ROOMS} | dict.fromkeys(
        ("skipped", "failed", "waiting", "deleted", "read", "replied", "acknowledged"), 0
    )
    assert said(api, rooms) == Counter(f"Hello {name}, we move on Monday" for name in rooms.values())
    results = whole(api, f"/v1/broadcasts/{id_}/results")
    assert {row["room"] for row in results} == set(rooms)
    assert {row["state"] for row in results} == {"stored"}

    api.post(f"/v1/broadcasts/{id_}/undo", {})
    eventually(lambda: api.get(f"/v1/broadcasts/{id_}")["state"] == "undone", 300)
    assert sums()["deleted"] == ROOMS
    assert said(api, rooms) == Counter({"": ROOMS})


class Killer:
    """Kills the worker of broadcasts while it is at work: some times, fewer than the queue allows a message."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack, self.ended, self.killed = stack, threading.Event(), 0
        self.thread = threading.Thread(target=self.run)

    def __enter__(self) -> "Killer":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def run(self) -> None:
        while self.killed < KILLS and not self.ended.wait(2):
            for pid in self.stack.worker_pids("broadcast"):
                os.kill(pid, signal.SIGKILL)
                self.killed += 1


def said(api: Caller, rooms: dict[str, str]) -> Counter[str]:
    """The texts of all messages of the rooms."""
    with ThreadPoolExecutor(8) as pool:
        pages = pool.map(lambda room: api.get(f"/v1/rooms/{room}/messages?after=0")["items"], rooms)
        return Counter(message["text"] for page in pages for message in page)


def whole(api: Caller, path: str) -> list[dict[str, str]]:
    """Every item of a list whose pages have a size of their own."""
    items: list[dict[str, str]] = []
    cursor = ""
    while True:
        page = api.get(path + cursor)
        items += page["items"]
        if page["next"] is None:
            return items
        cursor = f"?cursor={page['next']}"
