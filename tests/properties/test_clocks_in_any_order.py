"""However late, often and in whatever order the stream and the clock come by: the same changes make the same clocks."""

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.clocks import Clock, RoomClocks
from chalicelib.desk.policies import Policy, Targets
from chalicelib.desk.times import HOUR_MS, MINUTE_MS
from chalicelib.desk.workspaces import Workspace
from chalicelib.flows.clocks.refresh_clocks import refresh_clocks
from chalicelib.flows.clocks.wake_room import wake_room
from chalicelib.flows.delivery.listeners import Listeners
from chalicelib.ports import ref
from tests.api import Tenant
from tests.conftest import in_memory
from tests.fakes import Parley
from tests.flows.clocks.test_clocks import with_policies

POLICY = Policy(id="pol_1", name="All", targets=Targets(first=HOUR_MS, next=2 * HOUR_MS), episode=3 * HOUR_MS)
ACTS = ("ask", "answer", "thanks", "delete", "acknowledge", "resolve", "settle", "reopen", "none needed", "urgent")
acts = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 100)), min_size=1, max_size=8)


class Told:
    """A room with its history, and what its clocks came to."""

    def __init__(self, parley: Parley) -> None:
        self.parley, self.tenant = parley, Tenant.found("Acorn", parley.clock.at // 1000)
        self.tenant.customer()
        with_policies(parley, self.tenant, POLICY)
        self.room = self.tenant.api.post("/v1/rooms", {"name": "R", "customer": "acme"}).json["id"]
        self.said: list[str] = []
        self.time = (parley.clock.at // HOUR_MS + 1) * HOUR_MS

    def act(self, act: str, pick: int) -> None:
        self.time += pick * MINUTE_MS  # those who look do take a moment
        self.parley.clock.at = self.time
        path, ann, api = f"/v1/rooms/{self.room}", self.tenant.user(), self.tenant.api
        words = {"ask": "It is down", "thanks": "Thanks!", "answer": "Try now"}
        if act in words:
            made = (api if act == "answer" else ann).post(f"{path}/messages", {"text": words[act]})
            self.said.append(made.json["id"])
        elif act == "delete" and self.said:
            api.delete(f"{path}/messages/{self.said[pick % len(self.said)]}")
        elif act == "acknowledge":
            api.post(f"{path}/acknowledge")
        elif act == "settle":
            ann.patch(path, {"state": "resolved"})
        else:
            fields: dict[str, Any] = {
                "resolve": {"state": "resolved", "outcome": "solved", "tell": bool(pick % 2)},
                "reopen": {"state": "open"},
                "none needed": {"turn": None},
                "urgent": {"priority": "urgent"},
            }
            if act in fields:
                api.patch(path, fields[act])

    def derive(self) -> None:
        world = self.parley.world
        tenant = world.store.one(ref(Workspace, self.tenant.id))
        assert tenant
        refresh_clocks(world, self.room, tenant, listeners=Listeners(world.store))

    def came_to(self) -> tuple[Any, ...]:
        """What runs, and how those ended that the trail still tells of. What vanished before anybody looked was never
        seen to run."""
        there = self.parley.store.one(ref(RoomClocks, self.room))
        running = [(each.kind, each.since // MINUTE_MS) for each in there.running] if there else []
        rows = [each for each in self.parley.records() if isinstance(each, Clock)]
        ended = {
            (each.kind, *(at // MINUTE_MS for at in (each.since, each.ended, each.answered)), each.how)
            for each in rows
            if each.ended and each.how != "withdrawn" and each.kind != "update"
        }
        return sorted(running), sorted(ended)


@settings(max_examples=150)
@given(acts, st.randoms(use_true_random=False))
def test_any_delay_and_repetition_of_what_is_derived_gives_the_same(
    acts_: list[tuple[str, int]], chance: random.Random
) -> None:
    found = []
    for eager in (True, False):
        with in_memory(Parley()) as parley:
            heard = Told(parley)
            for act, pick in acts_:
                heard.act(act, pick)
                for _ in range(1 if eager else chance.choice((0, 0, 1, 3))):
                    heard.derive()
                if not eager and chance.random() < 0.3:
                    wake_room(parley.world, heard.tenant.id, heard.room)
            heard.derive()
            before = heard.came_to()
            versions = [each.version for each in parley.records() if isinstance(each, Clock | RoomClocks)]
            heard.derive()
            assert versions == [each.version for each in parley.records() if isinstance(each, Clock | RoomClocks)]
            found.append(before)
    assert found[0] == found[1]
