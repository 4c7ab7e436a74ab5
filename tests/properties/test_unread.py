"""Unread equals a naive model that counts what was said, whoever reads, speaks, writes notes or deletes."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api import Client, Tenant
from tests.conftest import in_memory
from tests.fakes import Parley

PEOPLE = ["ann", "bob", "owner", "agent"]
people = st.sampled_from(PEOPLE)
steps = st.lists(
    st.tuples(
        st.sampled_from(["say", "say", "note", "read all", "read to", "delete", "repeat"]), people, st.integers(0, 20)
    ),
    max_size=25,
)


class Model:
    """What was said, in order, and how far each has read."""

    def __init__(self):
        self.said = []
        self.marks = dict.fromkeys(PEOPLE, 0)

    def unread(self, who):
        agent = who in ("owner", "agent")
        return sum(1 for n, internal in self.said if n > self.marks[who] and (agent or not internal))

    def read(self, who, n):
        self.marks[who] = max(self.marks[who], n)


def callers(tenant):
    agent = tenant.api.post("/v1/agents", {"name": "Ag"}).json
    key = tenant.api.post("/v1/api-keys", {"name": "K", "agent": agent["id"]}).json["key"]
    return {
        "ann": tenant.user(user="ann"),
        "bob": tenant.user(user="bob"),
        "owner": tenant.api,
        "agent": Client(key),
    }


@settings(max_examples=25)
@given(steps)
def test_unread_equals_the_naive_model(acts):
    with in_memory(Parley()) as parley:
        parley.clock.at = int(time.time() * 1000)
        tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        room, model, api = tenant.triage(), Model(), callers(tenant)
        url, said = f"/v1/rooms/{room}", []
        for number, (act, who, pick) in enumerate(acts):
            agent = who in ("owner", "agent")
            if act in ("say", "repeat") or act == "note" and agent:
                body = {"text": f"{number}"} | ({"internal": True} if act == "note" else {})
                headers = {"Idempotency-Key": f"key-{number}"}
                for _ in range(2 if act == "repeat" else 1):
                    got = api[who].post(f"{url}/messages", body, headers=headers).json
                model.said.append((got["change"], got["internal"]))
                model.read(who, got["change"])
                said.append((who, got))
            elif act == "read all":
                answer = api[who].put(f"{url}/read", {}).json
                model.read(who, api["owner"].get(url).json["change"])
                assert answer["unread"] == model.unread(who) == 0
            elif said and act == "read to":
                _, message = said[pick % len(said)]
                got = api[who].put(f"{url}/read", {"message": message["id"]})
                if message["internal"] and not agent:
                    assert got.status == 422
                else:
                    model.read(who, message["change"])
                    assert got.json["unread"] == model.unread(who)
            elif said and act == "delete":
                author, message = said[pick % len(said)]
                api[author].delete(f"{url}/messages/{message['id']}")
        for who, caller in api.items():
            assert caller.get(url).json["unread"] == model.unread(who)
            listed = caller.get("/v1/rooms").json["items"]
            listed = listed or caller.get("/v1/rooms", said="false").json["items"]  # a room in which nothing was said
            assert [each["unread"] for each in listed if each["id"] == room] == [model.unread(who)]
