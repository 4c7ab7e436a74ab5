"""Tell of what belongs to no room (event log; ADR 166): the next number of whose order it is in, the event, and a
delivery for each install that asks for it, in one transaction."""

from typing import Any

from ...desk.customers import Customer, User
from ...desk.deliveries import Delivery
from ...desk.erasures import Erasure
from ...desk.events import SLOT, Event, EventCount
from ...desk.ids import bridge_id
from ...desk.people import Person
from ...desk.record import Record
from ...desk.usage_reasons import Reason
from ...desk.usage_signals import Signal
from ...desk.workspace_events import Happened, body_of
from ...desk.workspaces import Agent
from ...ports import Call, Ref, World, Write, new, over, ref
from ..optimistic_retry import again
from .listeners import Listeners
from .owed import held_if_older

IN_WORKSPACE = (Agent, Erasure, Person)  # whose key names their workspace
WITH_CUSTOMER = (User, Signal, Reason)  # which say whose they are
REMEMBERED = 100  # of what was told last: a batch that is derived again tells nothing twice


def tell(world: World, thing: Happened, listeners: Listeners, *, but: str = "") -> list[Call]:
    """The wake-ups that it asks for. Nobody is told of it twice, and install `but` not at all."""
    asking = {
        id_: each for id_, each in listeners.of(thing.workspace).items() if thing.type in each.events and id_ != but
    }
    if not asking:
        return []
    record = thing.now or world.store.one(_place(thing))
    body = body_of(thing, record) | _customer(world, record)

    def attempt(_: int) -> list[Call]:
        count = world.store.one(ref(EventCount, thing.subject)) or EventCount(subject=thing.subject)
        if thing.source in count.recent:
            n = count.recent[thing.source]
            return [Call(bridge_id(thing.subject, install, SLOT), n) for install in asking]
        now = world.clock.now()
        recent = dict(list(count.recent.items())[1 - REMEMBERED :]) | {thing.source: count.n + 1}
        moved = count.changed(n=count.n + 1, recent=recent)
        event = Event(
            version=1,
            workspace=thing.workspace,
            at=thing.at or now,
            subject=thing.subject,
            slot=SLOT,
            n=moved.n,
            type=thing.type,
            body=body,
        )
        writes: list[Write] = []
        calls = []
        for install, asks in asking.items():
            row = Delivery(
                bridge=bridge_id(thing.subject, install, SLOT),
                n=moved.n,
                room=thing.subject,
                install=install,
                channel=asks.kind,
                workspace=thing.workspace,
                message=0,
                what="event",
                events=(thing.type,),
                told_at=event.at,
                created_at=now,
            )
            row, held = held_if_older(world, row, event.at)
            writes += [new(row), *held]
            calls.append(Call(row.bridge, row.n))
        world.store.commit(over(moved, count) if count.version else new(moved), new(event), *writes)
        return calls

    return again(world, attempt)


def _place(thing: Happened) -> Ref[Any]:
    if thing.thing in IN_WORKSPACE:
        return ref(thing.thing, thing.workspace, thing.id)
    return ref(thing.thing, thing.id)


def _customer(world: World, record: Record | None) -> dict[str, Any]:
    """Whose it is."""
    if isinstance(record, Customer):
        return {"customer": {"id": record.id, "external_id": record.external_id, "name": record.name}}
    customer = world.store.one(ref(Customer, record.customer)) if isinstance(record, WITH_CUSTOMER) else None
    return {"customer": {"external_id": customer.external_id, "name": customer.name}} if customer else {}
