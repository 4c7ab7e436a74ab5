"""What holds when a broadcast is said, however long ago it was planned: who wants it, the weekly cap, the hours, and
the order in which broadcasts were sent."""

import random
from itertools import product

import pytest

from chalicelib.desk.segments import Member, Segment
from chalicelib.flows.broadcasts.send import send_broadcast
from chalicelib.flows.clock import due
from chalicelib.ports import Drop, Errand, new, ref
from tests.api import Tenant
from tests.fakes import Parley
from tests.flows.broadcasts.test_broadcast_care import HOUR, NOON, THREE, key, waited  # noqa: F401
from tests.flows.broadcasts.test_broadcasting import do, drafted, results, sent, shown, texts, three, work  # noqa: F401

QUIET = {"from": "11:00", "to": "14:00", "timezone": "UTC"}
OWN = {"hours": {"from": "15:00", "to": "18:00"}}


def members(parley: Parley, tenant: Tenant) -> None:
    parley.store.commit(new(Segment(id="seg_1", workspace=tenant.id, name="Pro", created_at=1, built=1)))
    for name in THREE:
        parley.store.commit(
            new(Member(segment="seg_1", customer=tenant.customer(name)["id"], workspace=tenant.id, since=1))
        )


def leave(parley: Parley, tenant: Tenant) -> None:
    parley.store.commit(Drop(ref(Member, "seg_1", tenant.customer("beta")["id"])))


CHANGES = {
    "opted out": lambda parley, tenant: tenant.customer("beta", opted_out=["*"]),
    "the customer is blocked": lambda parley, tenant: tenant.customer("beta", state="blocked"),
    "the customer is gone": lambda parley, tenant: tenant.customer("beta", state="gone"),
    "left the segment": leave,
}
INTO = [{}, {"into": "topic", "room_name": "News"}]


@pytest.mark.parametrize(
    ("reason", "waits", "into"), list(product(CHANGES, ["quiet", "own hours", "paused"], INTO)), ids=str
)
def test_who_does_not_want_it_any_more_is_skipped_with_the_reason(
    parley: Parley,
    key: Tenant,  # noqa: F811
    reason: str,
    waits: str,
    into: dict,
) -> None:
    members(parley, key)
    if waits == "quiet":
        key.api.put("/v1/broadcast-rules", {"quiet_hours": QUIET})
    parley.clock.at = NOON
    id_ = drafted(key, segment="seg_1", **into, **(OWN if waits == "own hours" else {}))
    do(key, id_, "send", {})
    work(parley, 1 if waits == "paused" else 1_000)
    if waits == "paused":
        do(key, id_, "pause")
        work(parley)
    assert shown(key, id_)["sums"]["waiting"] == 3
    CHANGES[reason](parley, key)
    if waits == "paused":
        do(key, id_, "resume")
    waited(parley, 4)
    answer = shown(key, id_)
    assert (answer["state"], answer["sums"]["stored"], answer["sums"]["skipped"]) == ("done", 2, 1)
    assert [(row["state"], row["reason"]) for row in results(key, id_) if row["reason"]] == [("skipped", reason)]
    assert not into and texts(key, "beta") == [] or into


def five(parley: Parley, tenant: Tenant, **body) -> list[str]:
    tenant.api.put("/v1/broadcast-rules", {"quiet_hours": QUIET, "per_week": 3})
    parley.clock.at = NOON
    found = [drafted(tenant, customers=THREE, text=f"{number}", **body) for number in range(5)]
    for id_ in found:
        do(tenant, id_, "send", {})
        work(parley)
    return found


def test_of_five_that_wait_for_the_morning_the_first_three_arrive_in_their_order(
    parley: Parley,
    key: Tenant,  # noqa: F811
) -> None:
    found = five(parley, key)
    waited(parley, 2.1)
    assert [texts(key, name) for name in THREE] == [["0", "1", "2"]] * 3
    assert [{row["reason"] for row in results(key, id_)} for id_ in found] == [{None}] * 3 + [{"weekly cap"}] * 2
    assert [shown(key, id_)["state"] for id_ in found] == ["done"] * 5


@pytest.mark.parametrize("seed", range(8))
def test_the_order_holds_whatever_the_queue_does(parley: Parley, key: Tenant, seed: int) -> None:  # noqa: F811
    five(parley, key)
    parley.clock.at += int(2.1 * HOUR)
    for _ in range(6):
        due(parley.world)
        random.Random(seed).shuffle(parley.queues.errands)
        work(parley)
        parley.clock.at += 130_000
    assert [texts(key, name) for name in THREE] == [["0", "1", "2"]] * 3


def test_who_is_sent_later_waits_for_who_was_sent_before(
    parley: Parley,
    key: Tenant,  # noqa: F811
) -> None:
    parley.clock.at = NOON
    first, second = (drafted(key, customers=THREE, text=text) for text in ("first", "second"))
    do(key, first, "send", {})
    work(parley, 1)
    lost = parley.queues.errands.pop()
    do(key, second, "send", {})
    work(parley)
    assert texts(key, "acme") == []
    outage = drafted(key, customers=THREE, text="outage", override="an outage")
    do(key, outage, "send", {})
    work(parley)
    assert texts(key, "acme") == ["outage"]
    parley.queues.errands.append(lost)
    waited(parley, 0.05)
    waited(parley, 0.05)
    assert texts(key, "acme") == ["outage", "first", "second"]


def test_who_was_sent_before_and_never_speaks_is_waited_for_for_an_hour(
    parley: Parley,
    key: Tenant,  # noqa: F811
) -> None:
    parley.clock.at = NOON
    first, second = (drafted(key, customers=THREE, text=text) for text in ("first", "second"))
    do(key, first, "send", {})
    work(parley, 1)
    do(key, second, "send", {})
    heard = []
    for _ in range(7):
        parley.queues.errands = [errand for errand in parley.queues.errands if errand.broadcast == second]
        work(parley)
        heard.append(texts(key, "acme"))
        parley.clock.at += HOUR // 6 + 1
        due(parley.world)
    assert heard == [[]] * 6 + [["second"]]


def test_what_a_paused_one_owes_holds_nobody_up(parley: Parley, key: Tenant) -> None:  # noqa: F811
    first = drafted(key, customers=THREE, text="first")
    do(key, first, "send", {})
    work(parley, 1)
    do(key, first, "pause")
    sent(parley, key, customers=THREE, text="second")
    assert texts(key, "acme") == ["second"]


def test_what_is_resumed_in_quiet_hours_waits_for_their_end(parley: Parley, key: Tenant) -> None:  # noqa: F811
    key.api.put("/v1/broadcast-rules", {"quiet_hours": QUIET})
    parley.clock.at = NOON - 2 * HOUR
    id_ = drafted(key, customers=THREE)
    do(key, id_, "send", {})
    work(parley, 1)
    do(key, id_, "pause")
    work(parley)
    parley.clock.at = NOON
    do(key, id_, "resume")
    work(parley)
    assert texts(key, "acme") == []
    waited(parley, 2.1)
    assert texts(key, "acme") == ["News"]


@pytest.mark.parametrize("kinds", list(product([0, 1], repeat=2)), ids=str)
def test_the_cap_holds_between_two_at_once(parley: Parley, key: Tenant, kinds: tuple[int, int]) -> None:  # noqa: F811
    key.api.put("/v1/broadcast-rules", {"per_week": 1})
    found = [drafted(key, customers=["acme"], **INTO[kind]) for kind in kinds]
    for id_ in found:
        do(key, id_, "send", {})
    work(parley, 2)
    one, other = (Errand(e.broadcast, e.piece, e.rooms, e.customers, e.workspace) for e in parley.queues.errands)
    parley.queues.errands.clear()
    commit, begun = parley.store.commit, []

    def meanwhile(*writes) -> None:
        if not begun:
            begun.append(True)
            send_broadcast(parley.world, other)
        commit(*writes)

    parley.store.commit = meanwhile  # type: ignore[method-assign]
    send_broadcast(parley.world, one)
    reasons = [results(key, id_)[0]["reason"] for id_ in found]
    assert sorted(reasons, key=str) == [None, "weekly cap"]
