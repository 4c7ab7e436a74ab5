"""A broadcast to a segment of customers from a CSV file on the packaged stack: its worker killed half-way, its pieces
sent twice; then undone, and another one cancelled. PARLEY_FULL=1 has the issue's 10,000 customers and 3,000 rooms."""

import json
import os
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from tests.full import FULL
from tests.journeys.caller import Caller, eventually
from tests.journeys.conftest import ComesBack
from tests.stack import LocalStack

CUSTOMERS, ROOMS = (10_000, 3_000) if FULL else (240, 160)
PATIENCE = 1_200.0 if FULL else 300.0
KILLS = 3
NOTHING = dict.fromkeys(("skipped", "failed", "waiting", "deleted", "read", "replied", "acknowledged"), 0)


def test_a_segment_gets_it_once_though_its_worker_is_killed_and_it_is_sent_twice(
    stack: LocalStack, comes_back: ComesBack
) -> None:
    founded = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Mass"})
    api = Caller(stack.base_url, founded["api_key"])
    segment, rooms = segment_from_csv(api)
    url = stack.outputs["BroadcastQueueUrl"]
    comes_back("Broadcast", 5)
    text = "Hello {{customer.name}}, we move on {{customer.attributes.day | Monday}}"
    id_ = api.post("/v1/broadcasts", {"segment": segment, "text": text}, Idempotency_Key="draft")["id"]
    assert api.get(f"/v1/broadcasts/{id_}/preview")["messages"] == ROOMS
    person = Person(api)
    alone = person.posts(15)

    with Killer(stack) as killer:
        for _ in range(2):
            api.post(f"/v1/broadcasts/{id_}/send", {}, Idempotency_Key="send")
        stack.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"broadcast": id_}))
        during = person.posts(15)
        eventually(lambda: killer.killed and sums(api, id_)["stored"] > ROOMS // 4, PATIENCE)
    stack.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"broadcast": id_}))
    eventually(lambda: api.get(f"/v1/broadcasts/{id_}")["state"] == "done", PATIENCE)
    print(f"a person's message: {alone:.3f} s alone, {during:.3f} s during a broadcast to {ROOMS} rooms")
    assert not FULL or during < alone + 1  # the smaller run is over before the middle says anything
    assert sums(api, id_) == {"planned": ROOMS, "stored": ROOMS} | NOTHING
    assert said(api, rooms) == Counter(f"Hello {name}, we move on Monday" for name in rooms.values())
    results = whole(api, f"/v1/broadcasts/{id_}/results")
    assert {row["room"] for row in results} == set(rooms)
    assert {row["state"] for row in results} == {"stored"}

    cancelled = api.post("/v1/broadcasts", {"segment": segment, "text": "Again"})["id"]
    api.post(f"/v1/broadcasts/{cancelled}/send", {})
    eventually(lambda: sums(api, cancelled)["stored"] > 0, PATIENCE)
    api.post(f"/v1/broadcasts/{cancelled}/cancel", {})
    answer = settled(api, cancelled)
    assert answer["stored"] + answer["waiting"] == ROOMS

    for broadcast in (id_, cancelled):
        api.post(f"/v1/broadcasts/{broadcast}/undo", {})
        eventually(lambda broadcast=broadcast: api.get(f"/v1/broadcasts/{broadcast}")["state"] == "undone", PATIENCE)  # type: ignore[misc]
    assert sums(api, id_)["deleted"] == ROOMS
    assert sums(api, cancelled)["deleted"] == sums(api, cancelled)["stored"]
    assert set(said(api, rooms)) == {""}


def segment_from_csv(api: Caller) -> tuple[str, dict[str, str]]:
    """The id of a segment of the customers whose plan is pro, and their triage rooms with the customers' names."""
    assert api("PUT", "/v1/attributes/plan", {"type": "string"}).status == 200
    lines = [f"mass{number},Mass{number},{'pro' if number < ROOMS else 'free'}" for number in range(CUSTOMERS)]
    job = api.post("/v1/customers/import", {"csv": "\n".join(["external_id,name,plan", *lines])})["id"]
    eventually(lambda: api.get(f"/v1/jobs/{job}")["state"] == "done", PATIENCE)
    pro = {"attribute": "plan", "equals": "pro"}
    segment = api.post("/v1/segments", {"name": "Pro", "filter": pro})["id"]
    eventually(lambda: api.get(f"/v1/segments/{segment}")["ready"], PATIENCE)
    found = api.all("/v1/customers")
    assert len(found) == CUSTOMERS
    return segment, {each["triage_room"]: each["name"] for each in found if each["attributes"]["plan"] == "pro"}


def sums(api: Caller, id_: str) -> dict[str, int]:
    return dict(api.get(f"/v1/broadcasts/{id_}")["sums"])


def settled(api: Caller, id_: str) -> dict[str, int]:
    """Once the pieces that were begun are over."""
    before: dict[str, int] = {}
    while (now := sums(api, id_)) != before:
        before = now
        time.sleep(3)
    return now


class Person:
    """An agent who writes in a room of their own."""

    def __init__(self, api: Caller) -> None:
        self.api = api
        self.room = api.post("/v1/rooms", {"name": "By hand", "customer": f"mass{CUSTOMERS - 1}"})["id"]

    def posts(self, times: int) -> float:
        """The seconds that a message takes, in the middle."""
        took = []
        for _ in range(times):
            began = time.monotonic()
            self.api.post(f"/v1/rooms/{self.room}/messages", {"text": "A word"})
            took.append(time.monotonic() - began)
            time.sleep(0.1)
        return median(took)


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
