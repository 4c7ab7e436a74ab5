"""A room may have another owner between the door that let somebody in and their act: there they do nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.desk.errors import Forbidden, NotFound
from chalicelib.desk.ids import customer_id, user_id
from chalicelib.desk.messages import Draft, Source
from chalicelib.desk.permissions import Principal
from chalicelib.desk.rooms import Room
from chalicelib.flows.rooms.amend import amend, react_step
from chalicelib.flows.rooms.fork import fork
from chalicelib.flows.rooms.post import post
from chalicelib.flows.rooms.reopen import reopen
from chalicelib.flows.rooms.update_room import update_room
from chalicelib.ports import ref
from tests.api import Client, Tenant
from tests.fakes import Parley

Act = Callable[[Parley, Principal, Room], Any]


def say(parley: Parley, who: Principal, room: Room) -> None:
    draft = Draft(author=who.author, text="A word of ours", source=Source(channel="widget"))
    post(parley.world, room.id, draft, room=room)


def react(parley: Parley, who: Principal, room: Room) -> None:
    step = react_step(who.id, "👍", True, revision=None)
    amend(
        parley.world, room.id, 1, internal=False, step=step, type_="reaction", by=who.id, customer=who.customer or None
    )


ACTS: dict[str, Act] = {
    "say": say,
    "react": react,
    "change": lambda parley, who, room: update_room(parley.world, who, room.id, fields={"name": "Ours"}),
    "fork": lambda parley, who, room: fork(parley.world, who, room.id, first=1, last=1, name="Ours"),
    "reopen": lambda parley, who, room: reopen(parley.world, room, who.author),
}


@pytest.mark.parametrize("then", ["nobody's", "another's"])
@pytest.mark.parametrize("name", ACTS)
def test_who_was_let_in_before_it_moved_does_nothing(parley: Parley, tenant: Tenant, name: str, then: str) -> None:
    tenant.api.patch("/v1/workspace", {"visitors": True})
    for customer in ("acme", "beta"):
        tenant.customer(customer)
    body = {"workspace": tenant.id, "name": "Vi", "email": "vi@x.example", "text": "Hello"}
    path = f"/v1/rooms/{Client().post('/v1/visitors', body).json['room']['id']}"
    assert tenant.api.post(f"{path}/adoption", {"customer": "acme"}).status == 200
    acme = customer_id(tenant.id, "acme")
    ann = Principal(
        workspace=tenant.id, kind="user", id=user_id(acme, "ann"), name="Ann", credential="t", customer=acme,
        customer_external_id="acme", external_id="ann",
    )  # fmt: skip
    before = parley.store.one(ref(Room, path.rpartition("/")[2]))
    assert before
    tenant.api.delete(f"{path}/adoption")
    if then == "another's":
        assert tenant.api.post(f"{path}/adoption", {"customer": "beta"}).status == 200
    stored = parley.store.one(ref(Room, before.id))
    with pytest.raises((NotFound, Forbidden)):
        ACTS[name](parley, ann, before)
    assert parley.store.one(ref(Room, before.id)) == stored
