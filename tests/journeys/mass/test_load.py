"""Many clients at once, each saying everything twice, in random order: nothing is lost, doubled or out of number."""

import random
import threading
from collections import Counter

from tests.full import FULL
from tests.journeys.caller import Caller, OtherSide, eventually, user_token
from tests.stack import LocalStack

CLIENTS, EACH, ROOMS = 8, 125 if FULL else 20, 4


def test_hundreds_of_messages_by_eight_clients_each_twice(stack: LocalStack) -> None:
    api = Caller(stack.base_url, stack.workspace["api_key"])
    with OtherSide() as other:
        hook = api.post("/v1/installs", {"kind": "webhook", "name": "Load", "config": {"url": other.url}})
        body = {"name": "Load", "customer": "load"}
        assert api("PUT", "/v1/customers/load", {}).status in (200, 201)
        rooms = [api.post("/v1/rooms", body)["id"] for _ in range(ROOMS)]
        listed = [(client, number) for client in range(CLIENTS) for number in range(EACH)] * 2
        random.Random(7).shuffle(listed)
        share = [[pair for pair in listed if pair[0] == client] for client in range(CLIENTS)]
        failures: list[object] = []

        def talk(client: int) -> None:
            user = Caller(stack.base_url, user_token(stack.workspace, "load", f"user{client}"))
            for _, number in share[client]:
                room = rooms[number % ROOMS]
                got = user(
                    "POST", f"/v1/rooms/{room}/messages", {"text": f"{client}:{number}"}, Idempotency_Key=f"{number}"
                )
                if got.status != 201:
                    failures.append((got.status, got.body))

        threads = [threading.Thread(target=talk, args=(client,)) for client in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures, failures[:3]

        found = {room: api.all(f"/v1/rooms/{room}/messages?after=0") for room in rooms}
        texts = Counter(message["text"] for messages in found.values() for message in messages)
        assert texts == Counter(f"{client}:{number}" for client in range(CLIENTS) for number in range(EACH))
        for messages in found.values():
            assert [message["change"] for message in messages] == list(range(1, len(messages) + 1))

        eventually(lambda: len(other.texts()) >= CLIENTS * EACH, 240)
        assert Counter(other.texts()) == texts
        order = {room: [m["text"] for m in messages] for room, messages in found.items()}
        for room in rooms:
            assert [text for text in other.texts() if text in set(order[room])] == order[room]
        rows = [
            row for room in rooms for row in api.all(f"/v1/rooms/{room}/deliveries") if row["install"] == hook["id"]
        ]
        assert len(rows) == CLIENTS * EACH
        eventually(
            lambda: all(
                row["state"] == "sent"
                for room in rooms
                for row in api.all(f"/v1/rooms/{room}/deliveries")
                if row["install"] == hook["id"]
            )
        )
        assert api("DELETE", f"/v1/installs/{hook['id']}").status == 204
