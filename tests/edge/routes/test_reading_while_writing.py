"""A reader misses nothing that is said while they read: a page is made of several queries."""

import pytest

from chalicelib.store.memory import MemoryTable
from tests.api import Tenant
from tests.conftest import in_memory
from tests.fakes import Parley


class Interrupted(MemoryTable):
    """Between the queries of one request, somebody else comes in."""

    def __init__(self):
        super().__init__()
        self.between = []

    def query(self, *args, **named):
        found = super().query(*args, **named)
        if self.between:
            self.between.pop(0)()
        return found


@pytest.fixture
def scene():
    with in_memory(Parley(Interrupted())) as parley:
        tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        yield parley, tenant, tenant.triage()


def say(caller, room, text, **more):
    return caller.post(f"/v1/rooms/{room}/messages", {"text": text, **more}).json


def test_changes_between_the_queries_are_left_for_the_next_page(scene):
    parley, tenant, room = scene
    first = say(tenant.api, room, "1")

    def meanwhile():
        say(tenant.api, room, "2")
        tenant.api.patch(f"/v1/rooms/{room}/messages/{first['id']}", {"text": "1, edited"})

    parley.table.between = [meanwhile]
    seen = tenant.user().get(f"/v1/rooms/{room}/changes", after="0").json["items"]
    after = seen[-1]["change"]
    seen += tenant.user().get(f"/v1/rooms/{room}/changes", after=str(after)).json["items"]
    assert [(change["change"], change["type"]) for change in seen] == [(1, "posted"), (2, "posted"), (3, "edited")]


@pytest.mark.parametrize("oldest_first", [True, False])
def test_messages_between_the_queries_are_left_for_the_next_page(scene, oldest_first):
    parley, tenant, room = scene
    say(tenant.api, room, "0", internal=True)

    def meanwhile():
        say(tenant.api, room, "1")
        say(tenant.api, room, "2", internal=True)

    parley.table.between = [meanwhile]
    query = {"after": "0"} if oldest_first else {}
    assert [m["text"] for m in tenant.api.get(f"/v1/rooms/{room}/messages", **query).json["items"]] == ["0"]
    rest = tenant.api.get(f"/v1/rooms/{room}/messages", after="1").json["items"]
    assert [message["text"] for message in rest] == ["1", "2"]


def test_a_reader_who_is_up_to_date_gets_an_empty_page(scene):
    _, tenant, room = scene
    for _ in range(3):
        say(tenant.api, room, "x")
    for query in ({"after": "3"}, {"after": "300"}, {"before": "1"}, {"before": "0"}, {"after": "2", "before": "2"}):
        got = tenant.api.get(f"/v1/rooms/{room}/messages", **query)
        assert (got.status, got.json) == (200, {"items": [], "next": None}), query
    assert tenant.api.get(f"/v1/rooms/{room}/changes", after="3").json == {"items": [], "next": None}


def test_a_mark_that_is_newer_than_the_room_counts_nothing_below_zero(scene):
    parley, tenant, room = scene
    ann = tenant.user()
    say(tenant.api, room, "x")
    parley.table.between = [lambda: say(ann, room, "mine, while my inbox was read")]
    assert [each["unread"] for each in ann.get("/v1/rooms").json["items"]] == [0]
