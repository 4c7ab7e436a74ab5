"""Adoptions, their undo and ties, where whoever does them dies at any call of the table and it is done again: all ends
as if it had been done once."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.desk.clocks import Clock
from chalicelib.desk.customers import Customer
from chalicelib.desk.ids import customer_id, user_id
from chalicelib.desk.people import Member
from chalicelib.desk.permissions import Principal
from chalicelib.desk.rooms import Room
from chalicelib.flows.people.adopt import adopt, unadopt
from chalicelib.flows.people.follow_room import follow_room
from chalicelib.flows.people.tie import tie, untie
from chalicelib.flows.same_person import person_of
from chalicelib.ports import Listing, ref
from tests.api import Client, Tenant
from tests.conftest import in_memory
from tests.dying import Death, failing
from tests.fakes import Parley
from tests.flows.clocks.test_clocks import POLICY, with_policies

MOST = 60  # calls of the table that one act makes, and more


class Town:
    """A visitor's room behind an issue, of which a customer is told, and the customer's user."""

    def __init__(self, parley: Parley) -> None:
        self.parley = parley
        self.tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        self.tenant.customer("acme", attributes={"arr": 1200})
        self.tenant.api.patch("/v1/workspace", {"visitors": True})
        with_policies(parley, self.tenant, POLICY)
        body = {"workspace": self.tenant.id, "name": "Ann", "email": "ann@acme.example", "text": "A zebra?"}
        made = Client().post("/v1/visitors", body).json
        self.visitor, self.room = made["id"], made["room"]["id"]
        self.issue = self.tenant.api.post(f"/v1/rooms/{self.room}/issues", {"title": "Zebra"}).json["id"]
        self.user = self.tenant.user("acme", "bob")
        self.user.get("/v1/me")
        parley.settle()
        self.who = Principal(workspace=self.tenant.id, kind="agent", id="agt_1", name="Ada", credential="key_1")
        found = parley.store.one(ref(Customer, customer_id(self.tenant.id, "acme")))
        assert found
        self.customer = found
        self.pair = (Member(id=user_id(found.id, "bob"), customer=found.id), Member(id=self.visitor))

    def adopt(self) -> None:
        adopt(self.parley.world, self.who, self.room, customer=self.customer, because="agent")

    def undo(self) -> None:
        unadopt(self.parley.world, self.who, self.room)

    def speak(self) -> None:
        for n in range(45):
            assert self.user.post(f"/v1/rooms/{self.room}/messages", {"text": f"word {n}"}).status == 201

    def follow(self) -> None:
        follow_room(self.parley.world, self.room, ["", self.customer.id], after=0)

    def tie(self) -> None:
        tie(self.parley.world, self.tenant.id, self.pair, reason="agent", by="agt_1")

    def untie(self) -> None:
        person = person_of(self.parley.store, self.tenant.id, self.pair[0])
        if person:
            untie(self.parley.world, self.who, person.id, tie_=person.ties[0].id)

    def ended(self) -> Any:
        """All that anybody is shown of it, without numbers of changes and times."""
        self.parley.settle()
        self.parley.settle()
        room = self.parley.store.one(ref(Room, self.room))
        assert room
        listing: Listing[Clock] = Listing("room-clocks", (self.room,))
        person = person_of(self.parley.store, self.tenant.id, self.pair[1])
        issue = self.tenant.api.get(f"/v1/issues/{self.issue}").json
        theirs = [each for each in self.user.get("/v1/rooms").json["items"] if each["kind"] == "topic"]
        said = [
            message["text"]
            for each in theirs
            for message in self.user.get(f"/v1/rooms/{each['id']}/messages", limit="100").json["items"]
        ]
        return {
            "room": (room.kind, room.customer_external_id, bool(room.adoption), room.posts),
            "issue": (issue["rooms"], issue["customers"], issue["arr"]),
            "clocks": {each.customer == self.customer.id for each in self.parley.store.page(listing, 100).items},
            "rooms": len(theirs),
            "said": sorted(said),
            "found": sorted(hit["kind"] for hit in self.user.get("/v1/search", q="zebra").json["items"]),
            "person": [each.id[:4] for each in person.members] if person else None,
        }


ACTS: dict[str, tuple[Callable[[Town], None], ...]] = {
    "adopt": (Town.adopt,),
    "adopt, follow": (Town.adopt, Town.follow),
    "adopt, undo": (Town.adopt, Town.undo),
    "adopt, speak, undo": (Town.adopt, Town.speak, Town.undo),
    "adopt, undo, follow": (Town.adopt, Town.undo, Town.follow),
    "tie": (Town.tie,),
    "tie, untie": (Town.tie, Town.untie),
}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("name", ACTS)
def test_whatever_dies_it_ends_as_if_it_had_been_done_once(name: str, after: bool) -> None:
    *before, torn = ACTS[name]
    with in_memory(Parley()) as parley:
        town = Town(parley)
        for act in ACTS[name]:
            act(town)
        wanted = town.ended()
    at = 0
    while at < MOST:
        at += 1 if at < 12 else 4
        with in_memory(Parley()) as parley:
            town = Town(parley)
            for act in before:
                act(town)
            with failing(parley, at, after=after, error=Death) as table, contextlib.suppress(Death):
                torn(town)
            torn(town)
            assert town.ended() == wanted, f"{name}, dead at call {at}"
            if table.calls < at:
                return
