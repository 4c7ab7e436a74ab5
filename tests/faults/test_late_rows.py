"""What is owed late: a row that is written behind its bridge's mark is worked off all the same."""

import pytest

from chalicelib.desk.deliveries import Delivery, Progress
from chalicelib.desk.messages import Change, Message
from chalicelib.edge import frames
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
