"""Whatever is said of a promise, and whenever the clock and the stream come by: what is listed, what waits for its time
and what the history tells is what the room has."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.rooms import Room
from chalicelib.edge.shapes.answers import time_of
from chalicelib.ports import Listing, ref
from chalicelib.store.keys import time_shard
from tests.api import Tenant
from tests.conftest import in_memory
from tests.fakes import Parley

acts = st.one_of(
    st.tuples(st.just("promise"), st.integers(1, 5)),
    st.tuples(st.sampled_from(["kept", "broken", "open"]), st.just(0)),
    st.tuples(st.sampled_from(["withdraw", "resolve", "reopen", "say", "react", "again"]), st.just(0)),
    st.tuples(st.just("time"), st.integers(1, 300)),
)


class Owing:
    """A room to which its agents promise things, and which its customer resolves and reopens."""

    def __init__(self, parley: Parley) -> None:
        self.parley = parley
        self.tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        self.id = self.tenant.triage()

    def act(self, act: str, pick: int) -> None:
        path, parley = f"/v1/rooms/{self.id}", self.parley
        fields: dict[str, Any] = {
            "promise": {"promise": {"text": f"{pick}", "due": time_of(parley.clock.at + pick * 60_000)}},
            "withdraw": {"promise": None},
            "resolve": {"state": "resolved"},
            "reopen": {"state": "open"},
        }
        if act == "time":
            parley.clock.at += pick * 1000
            parley.due()
        elif act == "say":
            self.tenant.user().post(f"{path}/messages", {"text": "Well?"})
        elif act in ("react", "again"):
            parley.reacted = {} if act == "again" else parley.reacted
            parley.react_all()
        else:
            assert self.tenant.api.patch(path, fields.get(act, {"promise": {"state": act}})).status in (200, 409, 422)

    def check(self) -> None:
        parley = self.parley
        parley.due()
        parley.react_all()
        room = parley.store.one(ref(Room, self.id))
        assert room
        open_ = bool(room.promise and room.promise.open)
        assert not (open_ and room.state == "resolved")
        assert not (room.promise and open_) or room.promise.overdue is (room.promise.due <= parley.clock.at)
        due: Listing[Any] = Listing("due", (time_shard(room.id).removeprefix("T#"),), before=10**13)
        waiting = [each.id for each in parley.store.page(due, 100).items if isinstance(each, Room)]
        assert waiting == ([room.id] if room.promise and open_ and not room.promise.overdue else [])
        listed = self.tenant.api.get("/v1/rooms", promise="open").json["items"]
        assert [each["id"] for each in listed] == ([room.id] if open_ else [])
        changes = self.tenant.api.get(f"/v1/rooms/{room.id}/changes").json["items"]
        became = [None, *(each["promise"] for each in changes if "promise" in each["fields"])]
        assert became[-1] == self.tenant.api.get(f"/v1/rooms/{room.id}").json["promise"]


@settings(max_examples=60)
@given(st.lists(acts, max_size=14))
def test_what_is_owed_is_what_is_listed(acts_: list[tuple[str, int]]) -> None:
    with in_memory(Parley()) as parley:
        owing = Owing(parley)
        for act, pick in acts_:
            owing.act(act, pick)
        owing.check()
