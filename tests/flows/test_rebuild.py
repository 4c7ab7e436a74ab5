"""`rebuild` after all that is derived was deleted gives equal state."""

from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from chalicelib.desk.customer_totals import Counted, OpenRoom, Totals
from chalicelib.desk.customers import Domain, Visitor
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.mails import MailAddress, Mailbox, ReturnAddress
from chalicelib.desk.messages import Mapped, Message
from chalicelib.desk.record import Record
from chalicelib.desk.rooms import Room, Seen
from chalicelib.desk.segments import Placement
from chalicelib.desk.sessions import Session
from chalicelib.desk.workspaces import Workspace
from chalicelib.flows.rebuild import rebuild
from chalicelib.ports import Drop, new, ref
from chalicelib.store.rows import Row, from_row, to_row
from chalicelib.store.store import TableStore
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.mails import connect, postmark, take

EMPTY = {
    Room: {"posts": 0, "notes": 0, "last_message": None, "last_message_at": 0, "turn": ""}
    | {"waiting_since": 0, "channels": ()},
    Placement: {"totals": Totals()},
    Message: {"posts": 0, "notes": 0},
    Seen: {"posts": 0, "notes": 0},
    Workspace: {"feeds": {}, "feed_channels": {}},
}


def told(parley: Parley, tenant: Tenant) -> None:
    """A room with everything in it."""
    tenant.customer("acme", domains=["acme.example"])
    config = {"url": "https://vendor.example/hook"}
    tenant.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config})
    form = tenant.api.post("/v1/installs", {"kind": "form", "name": "Form"}).json["url"]
    for number in range(3):
        Client().post(
            form.removeprefix("https://parley.test"),
            {"name": "Ann", "email": "ann@acme.example", "message": f"Question {number}"},
        )
    parley.settle()
    room = tenant.api.get("/v1/rooms", customer="acme").json["items"][0]["id"]
    first = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "An answer"}).json["id"]
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "A note", "internal": True})
    tenant.user().post(f"/v1/rooms/{room}/messages", {"text": "Thanks"})
    tenant.api.patch(f"/v1/rooms/{room}/messages/{first}", {"text": "A better answer"})
    tenant.api.put(f"/v1/rooms/{room}/read", {})
    start = tenant.api.get(f"/v1/rooms/{room}/messages", after="0").json["items"][0]["id"]
    assert tenant.api.post(f"/v1/rooms/{room}/fork", {"name": "Apart", "from": start, "to": first}).status == 201
    tenant.api.put("/v1/customers/acme/users/ann", {"name": "Ann", "email": "Ann@acme.example"})
    assert take(Client(), connect(tenant.api), postmark()).status == 200
    assert tenant.api.get(f"/v1/rooms/{room}/mail-addresses").json["items"]
    parley.settle()


def without_derived(row: Row) -> Row | None:
    record = from_row(row)
    if isinstance(record, Mapped | Domain | OpenRoom | Counted | Mailbox | MailAddress | ReturnAddress):
        return None
    emptied = msgspec.structs.replace(record, **EMPTY.get(type(record), {}))
    if isinstance(emptied, Room):
        uncounted = {person: msgspec.structs.replace(at, posts=0, notes=0) for person, at in emptied.own_words.items()}
        emptied = msgspec.structs.replace(emptied, own_words=uncounted)
    return replace(to_row(emptied), g=row.g if row.t == "Install" else {})


def test_rebuild_gives_equal_state(parley: Parley, tenant: Tenant) -> None:
    told(parley, tenant)
    before = dict(parley.table.rows)
    parley.table.rows = {key: row for key, old in before.items() if (row := without_derived(old))}
    assert parley.table.rows != before
    mended = rebuild(parley.store)
    assert mended["Room"] >= 5
    after = parley.table.rows
    assert set(after) == set(before)
    for key, row in before.items():
        was, now = from_row(row), from_row(after[key])
        if isinstance(was, Mapped):
            was, now = (msgspec.structs.replace(known, version=1) for known in (was, now))
        if isinstance(was, Placement):
            assert now.next_at == 1  # the clock has it evaluated anew
            assert now.totals == was.totals
            continue
        if isinstance(was, Mailbox):  # over which install they wrote last is known again with their next mail
            was, now = (msgspec.structs.replace(box, version=1, install="") for box in (was, now))
        assert now == was
        assert after[key].g == row.g


def test_rebuild_of_a_sound_table_writes_nothing(parley: Parley, tenant: Tenant) -> None:
    told(parley, tenant)
    assert not rebuild(parley.store)


def test_addresses_that_are_nobodys_any_more_go(parley: Parley, tenant: Tenant) -> None:
    told(parley, tenant)
    user = tenant.api.get("/v1/customers/acme/users/ann").json["id"]
    customer = tenant.api.get("/v1/customers/acme").json["id"]
    workspace = tenant.api.get("/v1/workspace").json["id"]
    stale = Mailbox(version=1, workspace=workspace, address="old@acme.example", customer=customer, user=user)
    parley.store.commit(
        new(stale), new(MailAddress(address="x@in.acorn.example", workspace=workspace, install="ins_0"))
    )
    rebuild(parley.store)
    left = [record for record in parley.store.everything() if isinstance(record, Mailbox | MailAddress)]
    assert sorted(record.address for record in left) == ["ann@acme.example", "support@in.acorn.example"]


def test_a_feed_that_came_and_went_leaves_nothing(parley: Parley, tenant: Tenant) -> None:
    config = {"team": "T024BE7LH", "agent_channel": "C024BE91L"}
    fields = {"kind": "slack", "name": "Slack", "config": config, "credentials": {"signing": "0123456789abcdef"}}
    installs = [tenant.api.post("/v1/installs", fields).json["id"] for _ in range(2)]
    tenant.api.patch(f"/v1/installs/{installs[0]}", {"state": "disabled"})
    assert tenant.api.delete(f"/v1/installs/{installs[1]}").status == 204
    (workspace,) = (record for record in parley.store.everything() if isinstance(record, Workspace))
    assert (workspace.feeds, workspace.feed_channels) == ({}, {})
    assert not rebuild(parley.store)


def test_an_issue_that_nobody_asks_for_any_more_is_sound(parley: Parley, tenant: Tenant) -> None:
    room = tenant.triage()
    issue = tenant.api.post(f"/v1/rooms/{room}/issues", {"title": "Ours"}).json["id"]
    assert tenant.api.delete(f"/v1/issues/{issue}/rooms/{room}").status == 204
    parley.settle()
    assert not rebuild(parley.store)


def test_what_moves_meanwhile_is_left_to_who_moved_it(parley: Parley, tenant: Tenant) -> None:
    """The scan reads a row, a worker moves it, the scan comes to write it: the worker's version stays."""
    config = {"url": "https://vendor.example/hook"}
    tenant.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config})
    tenant.api.post(f"/v1/rooms/{tenant.triage()}/messages", {"text": "On its way"})
    parley.react_all()

    class Scanned(TableStore):
        def everything(self) -> Iterator[Record]:
            read = list(super().everything())
            parley.deliver_all()
            yield from read

    assert "Delivery" not in rebuild(Scanned(parley.table))
    rows = [record for record in parley.store.everything() if isinstance(record, Delivery)]
    assert [row.state for row in rows] == ["sent"]


def test_what_ends_meanwhile_is_not_brought_back(parley: Parley, tenant: Tenant) -> None:
    """The scan reads a session, its ticket is used or its time is over, the scan comes to write it: it stays gone."""
    ticket = Session(id="ses_1", hash="h", workspace=tenant.id, agent="agt_1", way="link", created_at=1, expires_at=9)
    parley.store.commit(new(ticket))

    class Scanned(TableStore):
        def everything(self) -> Iterator[Record]:
            read = list(super().everything())
            parley.store.commit(Drop(ref(Session, "ses_1")))
            yield from read

    assert not rebuild(Scanned(parley.table))
    assert parley.store.one(ref(Session, "ses_1")) is None


@pytest.mark.parametrize(("state", "word"), [("done", "solved"), ("declined", "declined"), ("open", "")])
@pytest.mark.parametrize("forgotten", [False, True], ids=["in-trail", "in-base"])
def test_an_outcome_from_before_there_was_a_list_is_read_by_its_issue(
    parley: Parley, tenant: Tenant, state: str, word: str, forgotten: bool
) -> None:
    room = tenant.triage()
    path = f"/v1/rooms/{room}"
    tenant.user().post(f"{path}/messages", {"text": "It is down"})
    issue = tenant.api.post(f"{path}/issues", {"title": "Export"}).json["id"]
    assert tenant.api.patch(path, {"state": "resolved", "outcome": "We rotated: the key"}).status == 200
    if state != "open":
        closed = {"state": state, "tell": "quiet", **({"reason": "No"} if state == "declined" else {})}
        assert tenant.api.patch(f"/v1/issues/{issue}", closed).status == 200
    for _ in range(9 if forgotten else 0):
        tenant.api.post(f"{path}/messages", {"text": "A word more"})
    parley.settle()
    before = tenant.api.get(path).json
    assert (before["outcome"], before["reason"]) == ("", "We rotated: the key")
    for _ in range(2):
        rebuild(parley.store)
        after = tenant.api.get(path).json
        assert (after["outcome"], after["reason"], after["state"]) == (word, "We rotated: the key", "resolved")
    assert rebuild(parley.store)["Room"] == 0


def test_visitors_from_before_they_were_listed_by_address_are_found_by_it(parley: Parley, tenant: Tenant) -> None:
    tenant.api.patch("/v1/workspace", {"visitors": True})
    body = {"workspace": tenant.id, "name": "Ann", "email": "Ann@acme.example", "text": "Where is the zebra?"}
    assert Client().post("/v1/visitors", body).status == 201
    ann = tenant.user(email="ann@acme.example")
    for key, row in list(parley.table.rows.items()):
        if isinstance(from_row(row), Visitor):
            parley.table.rows[key] = replace(row, g={})
    assert ann.get("/v1/me/earlier-rooms").json["items"] == []
    assert rebuild(parley.store)["Visitor"] == 1
    assert [each["name"] for each in ann.get("/v1/me/earlier-rooms").json["items"]] == ["Where is the zebra?"]
