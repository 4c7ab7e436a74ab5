"""A fork copies what was said: undo, amendment and withdrawal reach the copies, and the copies of those."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.desk.messages import Message
from chalicelib.edge import frames
from chalicelib.flows import dispatch
from tests.api import Tenant
from tests.conftest import in_memory
from tests.dying import Death, failing
from tests.fakes import Parley
from tests.tracking import Desk

NEWS = "News of “Export”: "


def fork(api: Any, room: str, text: str) -> str:
    """A room with the message in it, and those around it."""
    items = api.get(f"/v1/rooms/{room}/messages").json["items"]
    (message,) = [item["id"] for item in items if text in item["text"]]
    body = {"name": "F", "from": items[-1]["id"], "to": message}
    got = api.post(f"/v1/rooms/{room}/fork", body)
    assert got.status == 201, got.text
    return str(got.json["id"])


def forked(api: Any, room: str, text: str) -> list[str]:
    """The room, two forks of it, and a fork of a fork."""
    one = fork(api, room, text)
    return [room, one, fork(api, room, text), fork(api, one, text)]


def said(parley: Parley, rooms: list[str]) -> list[tuple[str, ...]]:
    """What each room shows."""
    found = [row for row in parley.records() if isinstance(row, Message) and not row.deleted]
    found.sort(key=lambda row: row.n)
    return [tuple(row.text for row in found if row.room == room) for room in rooms]


def work(parley: Parley, *, dies_at: int = 0) -> None:
    """The workers of broadcasts; with a death at a call of the table, and all again."""
    errands = parley.queues.errands
    while errands:
        errand = errands[0]
        with failing(parley, dies_at, after=True, error=Death):
            dies_at = 0
            try:
                dispatch.broadcast(parley.world, errand, frames.progress)
            except Death:
                continue
        errands.pop(0)


@pytest.mark.parametrize("dies_at", range(12))
def test_a_broadcast_is_undone_in_every_copy(parley: Parley, tenant: Tenant, dies_at: int) -> None:
    room = tenant.triage("acme")
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "before"})
    broadcast = tenant.api.post("/v1/broadcasts", {"customers": ["acme"], "text": "It is down"}).json["id"]
    tenant.api.post(f"/v1/broadcasts/{broadcast}/send", {})
    work(parley)
    rooms = forked(tenant.api, room, "It is down")
    assert said(parley, rooms) == [("before", "It is down")] * 4
    assert tenant.api.post(f"/v1/broadcasts/{broadcast}/undo").status == 200
    work(parley, dies_at=dies_at)
    assert said(parley, rooms) == [("before",)] * 4
    assert said(parley, [fork(tenant.api, room, "before")]) == [("before",)]  # a later one copies it as it is


@pytest.fixture
def desk() -> Iterator[Desk]:
    with in_memory(Parley()) as parley:
        yield Desk(parley)


def test_what_customers_were_told_is_amended_and_withdrawn_in_every_copy(desk: Desk) -> None:
    desk.cross(policy="tell")
    desk.raised("acme", "beta")
    comment = desk.there.say("1", "@customer It is the index").id
    desk.deliver()
    rooms = forked(desk.api, desk.room("acme"), "It is the index")
    desk.there.edit("1", comment, "@customer It was the cache")
    desk.deliver(3)
    assert {texts[-1] for texts in said(desk.parley, rooms)} == {NEWS + "It was the cache"}
    desk.there.unsay("1", comment)
    desk.deliver(3)
    assert [[text for text in texts if NEWS in text] for texts in said(desk.parley, rooms)] == [[]] * 4


@pytest.mark.parametrize("customers", [1, 3, 45])
@pytest.mark.parametrize("dies_at", [8, 9, 10, 14, 20])
def test_a_notice_counts_whom_it_told_whatever_dies(desk: Desk, customers: int, dies_at: int) -> None:
    names = [f"c{number}" for number in range(customers)]
    issue = desk.raised(*names, ticket=False)["id"]
    notice = desk.api.post(f"/v1/issues/{issue}/notices", {"text": "It is fixed"}).json["id"]
    assert desk.api.post(f"/v1/notices/{notice}/approve").status == 200
    task = desk.parley.queues.looks[-1]
    for at in (dies_at, dies_at + 7):
        with failing(desk.parley, at, after=True, error=Death):
            try:
                desk.parley.sync_all()
            except Death:
                desk.parley.queues.looks.insert(0, task)
    desk.pass_(3600)
    shown = desk.api.get(f"/v1/notices/{notice}").json
    assert (shown["state"], shown["told"]) == ("sent", customers)
