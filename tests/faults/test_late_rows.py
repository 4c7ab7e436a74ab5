"""What is owed late: a row that is written behind its bridge's mark is worked off all the same."""

import pytest

from chalicelib.desk.deliveries import Delivery, Progress
from chalicelib.desk.messages import Change, Message
from chalicelib.edge import frames
from chalicelib.flows.delivery.late import wake_late
from chalicelib.flows.derive import Written, derive
from chalicelib.ports import Put, ref
from chalicelib.store.keys import delivery_key
from tests.api import Tenant
from tests.fakes import Parley

HOOK = {"kind": "webhook", "name": "Hook", "config": {"url": "https://vendor.example/hook", "all_rooms": True}}


def rows(parley: Parley) -> list[Delivery]:
    return sorted((row for row in parley.records() if isinstance(row, Delivery)), key=lambda row: row.n)


@pytest.mark.parametrize("said", [1, 12])
@pytest.mark.parametrize("late", [1, 2])
def test_a_change_of_an_old_message_that_is_derived_with_newer_ones_leaves(
    parley: Parley, tenant: Tenant, said: int, late: int
) -> None:
    """Its row lies behind what was sent already: the stream told of it late, and of newer changes in the same batch."""
    tenant.api.post("/v1/installs", HOOK)
    room = tenant.triage()
    for number in range(said + late):
        assert tenant.api.post(f"/v1/rooms/{room}/messages", {"text": f"words {number}"}).status == 201
    parley.settle()
    sent = rows(parley)
    assert {row.state for row in sent} == {"sent"}
    for row in sent[:late]:  # as if the stream had not told of these yet
        del parley.table.rows[delivery_key(row.bridge, row.n)]
    parley.store.spread(Put(Progress(version=9, bridge=sent[0].bridge, done=sent[-1].n), None))
    parley.queues.woken.clear()
    messages = sorted((row for row in parley.records() if isinstance(row, Message | Change)), key=lambda row: row.n)
    derive(
        parley.world,
        [Written(f"R#{room}", "M", "Message", lambda each=each: each, lambda: None) for each in messages],  # type: ignore[misc]
        frames.changed,
    )
    parley.deliver_all()
    assert [row.n for row in rows(parley)] == [row.n for row in sent]
    assert {row.state for row in rows(parley)} == {"sent"}
    assert parley.store.one(ref(Delivery, sent[0].bridge, sent[0].n))


def lost(parley: Parley, tenant: Tenant, what: str) -> None:
    """Something is owed to a bridge that is far ahead, and its wake-up is lost."""
    room = tenant.triage()
    for number in range(12):
        said = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": f"words {number}"}).json
    parley.settle()
    if what == "message":
        tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "the last"})
    else:
        assert tenant.api.put(f"/v1/rooms/{room}/messages/{said['id']}/reactions/%F0%9F%91%8D").status == 200
    parley.react_all()
    assert parley.queues.calls
    parley.queues.calls.clear()


@pytest.mark.parametrize("missed", [0, 47, 1_500])
@pytest.mark.parametrize("what", ["message", "reaction"])
def test_the_clock_finds_what_is_queued_and_old(parley: Parley, tenant: Tenant, what: str, missed: int) -> None:
    """Also what it should have found in the `missed` minutes in which it did not run."""
    tenant.api.post("/v1/installs", HOOK)
    lost(parley, tenant, what)
    parley.clock.at += missed * 60_000
    minutes = 0
    while "queued" in {row.state for row in rows(parley)}:
        minutes += 1
        assert minutes < 24 * 60 + 20
        parley.clock.at += 60_000
        parley.due()
        parley.deliver_all()
    assert {row.state for row in rows(parley)} == {"sent"}
    assert minutes <= (21 if not missed else 61 if missed < 100 else 24 * 60)


def test_the_clock_wakes_nobody_for_what_is_over_or_waits_for_its_time(parley: Parley, tenant: Tenant) -> None:
    tenant.api.post("/v1/installs", HOOK)
    parley.outside.down(2)
    tenant.api.post(f"/v1/rooms/{tenant.triage()}/messages", {"text": "words"})
    parley.settle()
    parley.queues.woken.clear()
    for _ in range(30):
        parley.clock.at += 60_000
        wake_late(parley.world)
    assert parley.queues.woken == set()
