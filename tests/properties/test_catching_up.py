"""A reader who follows `after` through /changes sees each change once, and what they saw adds up to the room."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api import Tenant
from tests.conftest import in_memory
from tests.fakes import Parley

ACTIONS = ["user", "agent", "note", "edit", "delete", "react", "rename", "fork", "user", "note", "edit note"]
steps = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 50), st.integers(0, 4)), max_size=25)


class Scene:
    """A room in which things happen, and what has happened in it, by change number."""

    def __init__(self, tenant):
        self.tenant, self.user, self.agent = tenant, tenant.user(), tenant.api
        self.room = tenant.triage()
        self.said, self.notes = [], []

    def act(self, action, pick):
        url = f"/v1/rooms/{self.room}"
        if action in ("user", "agent", "note"):
            who = self.user if action == "user" else self.agent
            body = {"text": f"{action} {pick}"} | ({"internal": True} if action == "note" else {})
            got = who.post(f"{url}/messages", body).json
            (self.notes if action == "note" else self.said).append((who, got["id"]))
        elif action == "rename":
            self.agent.patch(url, {"name": f"Room {pick}"})
        elif action == "fork" and self.said:
            assert (
                self.agent.post(f"{url}/fork", {"name": "F", "from": self.said[pick % len(self.said)][1]}).status == 201
            )
        elif action == "edit note" and self.notes:
            self.agent.patch(f"{url}/messages/{self.notes[pick % len(self.notes)][1]}", {"text": f"noted {pick}"})
        elif self.said and action in ("edit", "delete", "react"):
            who, message = self.said[pick % len(self.said)]
            url = f"{url}/messages/{message}"
            if action == "edit":
                who.patch(url, {"text": f"edited {pick}"})
            elif action == "delete":
                who.delete(url)
            else:
                who.put(f"{url}/reactions/tada")


class Reader:
    """Follows a room with pages of their own size, and keeps what they were told."""

    def __init__(self, api, room):
        self.api, self.room = api, room
        self.after, self.numbers, self.messages = 0, [], {}

    def look(self, limit, pages=1000):
        read, query = 0, {"after": str(self.after)}
        while pages:
            page = self.api.get(f"/v1/rooms/{self.room}/changes", limit=str(limit), **query).json
            assert len(page["items"]) <= limit
            for change in page["items"]:
                self.numbers.append(change["change"])
                self.after = change["change"]
                if change["message"]:
                    self.messages[change["message"]["id"]] = change["message"]
            if page["next"] is None:
                return
            read, query, pages = read + 1, {"cursor": page["next"]}, pages - 1


def whole(api, room, limit, **query):
    items = []
    while True:
        page = api.get(f"/v1/rooms/{room}/messages", limit=str(limit), **query).json
        items += page["items"]
        if page["next"] is None:
            return items
        query = {"cursor": page["next"]}


@settings(max_examples=25)
@given(steps, st.integers(1, 5))
def test_each_change_is_seen_once_and_adds_up_to_the_room(acts, size):
    with in_memory(Parley()) as parley:
        parley.clock.at = int(time.time() * 1000)
        scene = Scene(Tenant.found("Acorn", parley.clock.at // 1000))
        readers = [Reader(scene.user, scene.room), Reader(scene.agent, scene.room)]
        for action, pick, pages in acts:
            scene.act(action, pick)
            for reader in readers:
                reader.look(size, pages)
        for reader in readers:
            reader.look(size)
        n = scene.agent.get(f"/v1/rooms/{scene.room}").json["change"]
        assert readers[1].numbers == list(range(1, n + 1))
        assert readers[0].numbers == sorted(set(readers[0].numbers))
        for reader in readers:
            there = whole(reader.api, scene.room, size, after="0")
            assert [message["change"] for message in there] == sorted(message["change"] for message in there)
            assert {message["id"]: message for message in there} == reader.messages
            assert whole(reader.api, scene.room, size) == there[::-1]
        assert not any(message["internal"] for message in readers[0].messages.values())
        assert set(readers[1].messages) - set(readers[0].messages) == {id_ for _, id_ in scene.notes}
