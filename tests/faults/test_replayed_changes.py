"""A change that was set aside is replayed by writing its record anew: what had followed from the difference of two
images follows then, too, whatever the record is of."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.desk.customers import Customer, User
from chalicelib.desk.issues import Issue, IssueCustomer
from chalicelib.desk.messages import Message
from chalicelib.desk.record import Record
from chalicelib.desk.rooms import Room
from chalicelib.desk.search_index import Unindexed
from chalicelib.desk.workspaces import Agent
from chalicelib.flows import derive as flow
from chalicelib.flows.dead_letters.settle import settle_letter
from chalicelib.ports import Task
from chalicelib.store.rows import from_row
from tests.api import Tenant
from tests.fakes import Parley

Change = Callable[[Tenant, dict[str, str]], Any]
CHANGES: dict[type[Record], Change] = {
    Customer: lambda tenant, ids: tenant.customer("acme", name="Renamed", attributes={"arr": 7}),
    User: lambda tenant, ids: tenant.api.put("/v1/customers/acme/users/ann", {"name": "Anna", "state": "blocked"}),
    Agent: lambda tenant, ids: tenant.api.patch(f"/v1/agents/{ids['agent']}", {"name": "Renamed"}),
    Room: lambda tenant, ids: tenant.api.patch(f"/v1/rooms/{ids['room']}", {"name": "Renamed", "state": "resolved"}),
    Message: lambda tenant, ids: tenant.api.delete(f"/v1/rooms/{ids['room']}/messages/{ids['message']}"),
    Issue: lambda tenant, ids: tenant.api.post(f"/v1/issues/{ids['issue']}/merge", {"into": ids["other"]}),
    IssueCustomer: lambda tenant, ids: tenant.api.post(f"/v1/issues/{ids['other']}/rooms", {"room": ids["room"]}),
}


def asked(parley: Parley) -> dict[str, set[str]]:
    """What workers are told to do, and what search has yet to read; taken."""
    queues = parley.queues
    customers = [each.get("customers", {}) for each in queues.tasks]
    found = {
        "segments": {str(item) for each in customers for item in dict(each).items()},
        "trackers": {f"{task.do} {task.id}" for task in queues.looks if isinstance(task, Task)},
        "search": {f"{row.tree} {row.place} {row.n}" for row in parley.records() if isinstance(row, Unindexed)},
        "sockets": {str(each.get("ended") or each.get("room")) for each in queues.pushes},
    }
    for key in [key for key, row in parley.table.rows.items() if row.t == "Unindexed"]:
        del parley.table.rows[key]
    queues.tasks, queues.looks, queues.pushes, queues.calls = [], [], [], []
    queues.synced.clear()
    return found


@pytest.mark.parametrize("kind", CHANGES)
def test_what_a_change_asks_for_a_replay_asks_for(
    parley: Parley, tenant: Tenant, kind: type[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    room, api = tenant.triage(), tenant.api
    ann = tenant.user("acme", "ann")
    ids = {"room": room, "message": ann.post(f"/v1/rooms/{room}/messages", {"text": "words"}).json["id"]}
    ids["agent"] = api.get("/v1/agents").json["items"][0]["id"]
    ids |= {name: api.post("/v1/issues", {"title": name}).json["id"] for name in ("issue", "other")}
    parley.settle()
    asked(parley)
    assert getattr(CHANGES[kind](tenant, ids), "status", 200) < 300
    asked(parley)  # what the request itself has asked for
    before, rows = dict(parley.reacted), dict(parley.table.rows)
    changed = [row for key, row in rows.items() if isinstance(from_row(row), kind) and before.get(key) != row]
    assert changed
    for key, row in rows.items():  # all else is worked off
        if row not in changed:
            parley.reacted[key] = row
    parley.react_all()
    wanted = asked(parley)
    assert any(wanted.values())

    def broken(*_: Any) -> None:
        raise ValueError("a fault of ours")

    parley.reacted = dict(before) | {key: row for key, row in rows.items() if row not in changed}
    with monkeypatch.context() as patch:
        patch.setattr(flow, "FOLLOWS", (broken,))
        with pytest.raises(ValueError, match="a fault of ours"):
            parley.react_all()
    asked(parley)
    for letter in list(parley.queues.dead):
        settle_letter(parley.world, tenant.id, letter, queue="react", again=True)
    parley.react_all()
    found = asked(parley)
    assert {name: wanted[name] - found[name] for name in wanted} == dict.fromkeys(wanted, set())


def test_what_a_row_that_is_gone_asks_for_its_replay_asks_for(
    parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, issue = tenant.triage(), tenant.api.post("/v1/issues", {"title": "Export breaks"}).json["id"]
    assert tenant.api.post(f"/v1/issues/{issue}/rooms", {"room": room}).status == 201
    parley.settle()
    before = dict(parley.table.rows)
    assert tenant.api.delete(f"/v1/issues/{issue}/rooms/{room}").status == 204
    rows = dict(parley.table.rows)
    gone = {key: row for key, row in before.items() if key not in rows and isinstance(from_row(row), IssueCustomer)}
    assert gone
    asked(parley)
    parley.reacted = rows | gone
    parley.react_all()
    wanted = asked(parley)
    assert wanted["segments"]

    def broken(*_: Any) -> None:
        raise ValueError("a fault of ours")

    parley.reacted = rows | gone
    with monkeypatch.context() as patch:
        patch.setattr(flow, "FOLLOWS", (broken,))
        with pytest.raises(ValueError, match="a fault of ours"):
            parley.react_all()
    (letter,) = parley.queues.dead
    settle_letter(parley.world, tenant.id, letter, queue="react", again=True)
    parley.react_all()
    assert wanted["segments"] <= asked(parley)["segments"]


def test_a_new_customer_is_counted_nowhere(parley: Parley, tenant: Tenant) -> None:
    parley.settle()
    tenant.customer("beta")
    parley.react_all()
    assert [task for task in parley.queues.looks if task.do == "count"] == []
