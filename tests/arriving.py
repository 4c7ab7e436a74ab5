"""Events of outside for tests: as the generic webhook's sender writes them, on their way to `receive`."""

import json
from dataclasses import replace
from typing import Any

from chalicelib.desk.arrivals import Arrival, Outcome
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.ids import customer_id, triage_room_id
from chalicelib.desk.messages import Mapped, Message
from chalicelib.desk.workspaces import Install, Workspace
from chalicelib.flows.inbound.receive import receive
from chalicelib.ports import new, ref

from .fakes import Parley

WORKSPACE, INSTALL = "wsp_1", "ins_1"
TRIAGE = triage_room_id(customer_id(WORKSPACE, "acme"))


def outside(parley: Parley, **config: Any) -> Parley:
    """The same Parley, with a workspace and an install of the webhook in it."""
    parley.store.commit(
        new(Workspace(id=WORKSPACE, name="W", created_at=1)),
        new(Install(id=INSTALL, workspace=WORKSPACE, kind="webhook", name="Hook", created_at=1, config=config)),
    )
    return parley


def event(kind: str = "message", id_: str = "m1", **fields: Any) -> dict[str, Any]:
    """One event; customer, user and text are filled in."""
    who = {
        "customer": {"external_id": fields.pop("customer", "acme")},
        "user": {"external_id": fields.pop("user", "u")},
    }
    values: dict[str, Any] = {"type": kind, "id": id_}
    if kind == "message":
        values |= who | {"text": f"text of {id_}"}
    elif kind.startswith("reaction"):
        values |= who | {"emoji": "👍"}
    return values | fields


def arrive(parley: Parley, body: dict[str, Any], install: str = INSTALL) -> Outcome:
    """Work an event off, as the queue's worker does."""
    envelope = Envelope(
        id=parley.world.fresh_id("env"),
        workspace=WORKSPACE,
        install=install,
        channel="webhook",
        received_at=parley.clock.now(),
        headers={"content-type": "application/json"},
        body=json.dumps(body).encode(),
    )
    return receive(parley.world, envelope)


class Scripted:
    """A channel whose every envelope says what it is told to."""

    def __init__(self, arrivals: tuple[Arrival, ...]) -> None:
        self.arrivals = arrivals

    def parse(self, envelope: Envelope, install: Install) -> list[Arrival]:
        return list(self.arrivals)


def arrive_as(parley: Parley, *arrivals: Arrival, install: str = INSTALL, received_at: int = 0) -> Outcome:
    """Work off an envelope that says this, of whichever channel."""
    envelope = Envelope(
        id=parley.world.fresh_id("env"),
        workspace=WORKSPACE,
        install=install,
        channel="webhook",
        received_at=received_at or parley.clock.now(),
        headers={},
        body=b"",
    )
    return receive(replace(parley.world, inbound=lambda _: Scripted(arrivals)), envelope)  # type: ignore[arg-type,return-value]


def known(parley: Parley, id_: str, install: str = INSTALL) -> Message | None:
    """The message that an outside id names."""
    entry = parley.store.one(ref(Mapped, install, id_))
    return parley.store.one(ref(Message, entry.room, entry.n, False)) if entry and entry.n else None
