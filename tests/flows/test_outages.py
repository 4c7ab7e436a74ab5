"""A provider that answers 429 for a minute, 500 for an hour, or never: nothing is lost, nothing doubled, and the others
are no slower. Time is the test's."""

import pytest

from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.workspaces import Install
from chalicelib.ports import new
from chalicelib.store.rows import from_row
from tests.chat import Chat, joined, pass_on

ONE, BAD, GOOD = "ins_one", "ins_bad", "ins_good"
MANY = 5


@pytest.fixture
def scene(parley, tenant):
    tenant.chats = {id_: Chat(parley.clock.now) for id_ in (ONE, BAD, GOOD)}
    tenant.room = tenant.triage()
    joined(parley, tenant.chats)
    for id_ in tenant.chats:
        parley.store.commit(new(Install(id=id_, workspace=tenant.id, kind="webhook", name=id_, created_at=1)))
        body = {"install": id_, "conversation": f"C-{id_}"}
        assert tenant.api.post(f"/v1/rooms/{tenant.room}/bridges", body).status == 201
    return tenant


def run(parley, scene, hours):
    """The workers, the wake-ups that the queue holds back, and the clock once a minute, for as long as it takes."""
    end, minute = parley.clock.at + hours * 3_600_000, 0
    waiting = []
    while parley.clock.at < end:
        for id_, chat in scene.chats.items():
            pass_on(parley, chat, id_)
        parley.receive_all()
        parley.react_all()
        parley.deliver_all()
        waiting += [(parley.clock.at + seconds * 1000, call) for call, seconds in parley.queues.late]
        parley.queues.late = []
        waiting.sort(key=lambda pair: pair[0])
        while waiting and waiting[0][0] <= parley.clock.at:
            parley.queues.wake([waiting.pop(0)[1]])
        if parley.queues.calls:
            continue
        if parley.clock.at >= minute:
            parley.due()
            minute = parley.clock.at + 60_000
            continue
        if not queued(parley) and not waiting:
            return
        soonest = min([minute, *(at for at, _ in waiting)])
        parley.clock.at = max(parley.clock.at + 1, min(soonest, end))
        if not waiting and queued(parley):  # hours go by
            parley.clock.at = max(parley.clock.at, min(row.next_at for row in queued(parley)))


def queued(parley):
    rows = [row for row in map(from_row, parley.table.rows.values()) if isinstance(row, Delivery)]
    return [row for row in rows if row.state == "queued"]


def states(parley, install):
    rows = [row for row in map(from_row, parley.table.rows.values()) if isinstance(row, Delivery)]
    return {row.state for row in rows if row.install == install}


@pytest.mark.parametrize(
    ("how", "lasts", "within"), [("429", 60, 120), ("500", 3_600, 3 * 3_600), ("500", 10**9, 10**9)]
)
def test_nothing_is_lost_or_doubled_and_the_others_are_no_slower(parley, scene, how, lasts, within):
    began = parley.clock.at
    bad, good = scene.chats[BAD], scene.chats[GOOD]
    ways = bad.deliver

    def failing(*parcel):
        if parley.clock.at < began + lasts * 1000:
            bad.failing = [how]
        return ways(*parcel)

    bad.deliver = failing
    said = [f"n{number}" for number in range(MANY)]
    for text in said:
        scene.chats[ONE].type(f"C-{ONE}", "ann", text)
    run(parley, scene, 100)
    assert [post.text for post in good.posts.values()] == said
    assert max(at for _, _, at in good.calls) - began < 3_000 + MANY * 1_000
    taken = [post.text for post in bad.posts.values()]
    if lasts < within:
        assert taken == said
        assert max(at for _, _, at in bad.calls) - began < within * 1000
        assert states(parley, BAD) == {"sent"}
    else:
        assert taken == []
        assert states(parley, BAD) == {"failed"}
