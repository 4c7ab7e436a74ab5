"""A visitor's room becomes its customer's: by an agent, a mailed code, a user's token; and it can be undone."""

import json
import re
from typing import Any

import pytest

from chalicelib.desk.clocks import Clock
from chalicelib.desk.customers import Visitor
from chalicelib.desk.issues import IssueCustomer
from chalicelib.desk.mails import Mailbox
from chalicelib.desk.rooms import Room
from chalicelib.desk.segments import Placement
from chalicelib.desk.times import HOUR_MS, MINUTE_MS
from chalicelib.flows import dispatch
from chalicelib.flows.rebuild import rebuild
from chalicelib.ports import Listing, ref
from tests import mails
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.flows.clocks.test_clocks import POLICY, with_policies
from tests.races.test_races import at_once

MAIL = "ann@acme.example"


@pytest.fixture
def asked(parley: Parley, tenant: Tenant) -> Any:
    """A customer, and a visitor with a room of their own: (client, room's path)."""
    tenant.customer("acme", name="Acme", domains=["acme.example"])
    tenant.customer("beta", name="Beta")
    tenant.api.patch("/v1/workspace", {"visitors": True})
    body = {"workspace": tenant.id, "name": "Ann", "email": MAIL, "text": "Where is the zebra?"}
    made = Client().post("/v1/visitors", body).json
    return Client(made["token"]), f"/v1/rooms/{made['room']['id']}"


def ann(tenant: Tenant, customer: str = "acme") -> Client:
    return tenant.user(customer, email=MAIL, name="Ann")


def adopted(tenant: Tenant, room: str, customer: str = "acme") -> Any:
    return tenant.api.post(f"{room}/adoption", {"customer": customer})


def texts(client: Client, room: str) -> list[str]:
    got = client.get(f"{room}/messages")
    return [each["text"] for each in reversed(got.json["items"])] if got.status == 200 else [str(got.status)]


def found(parley: Parley, client: Client, **query: str) -> list[str]:
    parley.settle()
    return [each["kind"] for each in client.get("/v1/search", q="zebra", **query).json["items"]]


def as_it_was(tenant: Tenant, room: str) -> Any:
    """What every route says of a room, but for versions."""
    shown = tenant.api.get(room).json
    return {name: value for name, value in shown.items() if name != "change"}


def test_her_team_sees_the_room_with_all_that_was_said_in_it(parley: Parley, tenant: Tenant, asked: Any) -> None:
    visitor, room = asked
    tenant.api.post(f"{room}/messages", {"text": "In the zoo"})
    tenant.api.post(f"{room}/messages", {"text": "A zebra note", "internal": True})
    bob = tenant.user(user="bob")
    before = as_it_was(tenant, room)
    assert (texts(bob, room), found(parley, bob)) == (["404"], [])
    shown = adopted(tenant, room).json
    assert (shown["kind"], shown["customer"]["external_id"], shown["turn"]) == ("topic", "acme", before["turn"])
    assert shown["adoption"]["because"] == "agent"
    assert texts(bob, room) == ["Where is the zebra?", "In the zoo"]
    said = bob.get(f"{room}/messages").json["items"][-1]["author"]
    assert (said["kind"], said["verified"]) == ("visitor", False)
    assert [each["unread"] for each in bob.get("/v1/rooms").json["items"] if each["id"] == shown["id"]] == [2]
    assert bob.get(room).json["adoption"] is None
    assert sorted(found(parley, bob)) == ["message", "room"]
    assert sorted(found(parley, tenant.api, customer="acme")) == ["message", "message", "room"]
    assert tenant.user("beta").get(room).status == 404
    assert adopted(tenant, room).json["change"] == shown["change"]
    assert adopted(tenant, room, "beta").status == 409
    assert tenant.api.delete(f"{room}/adoption").json["kind"] == "visitor"
    assert as_it_was(tenant, room) == before
    assert (texts(bob, room), found(parley, bob)) == (["404"], [])
    assert found(parley, tenant.api, customer="acme") == []
    assert tenant.api.delete(f"{room}/adoption").json["customer"] is None


def test_the_visitor_reads_on_until_the_team_speaks_and_never_learns_whose_it_is(tenant: Tenant, asked: Any) -> None:
    visitor, room = asked
    bob = tenant.user(user="bob")
    before = {**visitor.get(room).json, "change": 0}
    adopted(tenant, room)
    assert {**visitor.get(room).json, "change": 0} == before
    assert {each["side"] for each in visitor.get(f"{room}/roster").json["items"]} == {"vendor"}
    tenant.api.post(f"{room}/messages", {"text": "In the zoo"})
    assert texts(visitor, room)[-1] == "In the zoo"
    bob.post(f"{room}/messages", {"text": "A secret of ours"})
    for path in ("", "/messages", "/changes", "/roster"):
        assert visitor.get(room + path).status == 404
    assert visitor.get("/v1/rooms").json["items"] == []
    assert visitor.get("/v1/search", q="secret").json["items"] == []
    assert visitor.post(f"{room}/messages", {"text": "x"}).status == 404


def test_undone_after_the_team_spoke_what_came_later_is_a_room_of_theirs(
    parley: Parley, tenant: Tenant, asked: Any
) -> None:
    visitor, room = asked
    bob = tenant.user(user="bob")
    adopted(tenant, room)
    for n in range(45):
        bob.post(f"{room}/messages", {"text": f"word {n}"})
    assert at_once(lambda _: tenant.api.delete(f"{room}/adoption").status, 4) == [200] * 4
    assert (texts(bob, room), texts(visitor, room)) == (["404"], ["404"])
    rooms = [each["id"] for each in bob.get("/v1/rooms").json["items"] if each["kind"] == "topic"]
    said = [each for id_ in reversed(rooms) for each in texts(bob, f"/v1/rooms/{id_}")]
    assert sorted(said) == sorted(f"word {n}" for n in range(45))
    assert texts(tenant.api, room)[0] == "Where is the zebra?"
    assert adopted(tenant, room, "beta").status == 409
    assert adopted(tenant, room).status == 200
    assert "word 3" in texts(bob, room)


def test_issue_clocks_and_figures_come_along_and_go_back(parley: Parley, tenant: Tenant, asked: Any) -> None:
    visitor, room = asked
    with_policies(parley, tenant, POLICY)
    visitor.post(f"{room}/messages", {"text": "Anybody?"})
    issue = tenant.api.post(f"{room}/issues", {"title": "The zebra"}).json["id"]
    tenant.api.put("/v1/customers/acme", {"attributes": {"arr": 1200}})
    parley.settle()

    def counted() -> Any:
        parley.settle()
        parley.settle()
        shown = tenant.api.get(f"/v1/issues/{issue}").json
        listing: Listing[Clock] = Listing("room-clocks", (room.rpartition("/")[2],))
        clocks = {each.customer for each in parley.store.page(listing, 100).items}
        owner = tenant.api.get("/v1/customers/acme").json["id"]
        behind = parley.store.one(ref(IssueCustomer, issue, owner))
        return shown["rooms"], shown["customers"], shown["arr"], clocks == {owner}, bool(behind)

    before = counted()
    assert before == (1, 0, 0, False, False)
    adopted(tenant, room)
    assert counted() == (1, 1, 1200, True, True)
    tenant.api.delete(f"{room}/adoption")
    assert counted() == before


def test_the_figures_of_its_days_are_its_customers_and_go_back(parley: Parley, tenant: Tenant, asked: Any) -> None:
    visitor, room = asked
    with_policies(parley, tenant, POLICY)
    visitor.post(f"{room}/messages", {"text": "Anybody?"})
    parley.settle()
    parley.clock.at += 5 * MINUTE_MS
    tenant.api.post(f"{room}/messages", {"text": "In the zoo"})

    def figures() -> Any:
        for _ in range(2):  # what is due after the hour is added up
            parley.settle()
            parley.clock.at += HOUR_MS + 2 * MINUTE_MS
            parley.due()
        totals = [tenant.api.get("/v1/metrics", **whose).json["total"] for whose in ({}, {"customer": "acme"})]
        return [{kind: figure["answered"] for kind, figure in total.items()} for total in totals]

    before = figures()
    assert (before[0]["first"], before[1].get("first", 0)) == (1, 0)
    adopted(tenant, room)
    everybodys, theirs = figures()
    assert (everybodys, theirs["first"]) == (before[0], 1)
    tenant.api.delete(f"{room}/adoption")
    assert figures() == before


def test_what_its_customer_is_known_by_is_that_of_before_once_it_is_undone(
    parley: Parley, tenant: Tenant, asked: Any
) -> None:
    visitor, room = asked
    tenant.user(user="bob").post(f"/v1/rooms/{tenant.triage()}/messages", {"text": "Hello"})
    parley.clock.at += 3 * HOUR_MS
    visitor.post(f"{room}/messages", {"text": "Anybody?"})
    install = mails.connect(tenant.api)
    mails.take(Client(), install, mails.postmark("By mail", MAIL))
    parley.settle()
    mailed = next(
        each["id"] for each in tenant.api.get("/v1/rooms").json["items"] if each["name"] == "Webhooks stopped"
    )
    segment = {"name": "Lately", "filter": {"field": "last_message_at", "is": "after", "value": "2020-01-01T00:00:00Z"}}
    tenant.api.post("/v1/segments", segment)

    def known_by() -> Any:
        parley.settle()
        placed = parley.store.one(ref(Placement, tenant.api.get("/v1/customers/acme").json["id"]))
        assert placed
        return placed.totals

    before = known_by()
    assert before.channels == ("widget",)
    for id_ in (room, f"/v1/rooms/{mailed}"):
        adopted(tenant, id_)
    during = known_by()
    assert (during.last_message_at > before.last_message_at, during.channels) == (True, ("email", "widget"))
    for id_ in (room, f"/v1/rooms/{mailed}"):
        tenant.api.delete(f"{id_}/adoption")
    assert known_by() == before
    assert not rebuild(parley.store)["Placement"]


def code_of(parley: Parley) -> str:
    parley.work_all()
    found = re.search(r"code is (\d{8})", mails.read(parley.mailer.sent[-1][0]).get_content())
    assert found
    return found[1]


def test_a_mailed_code_proves_the_address_and_the_team_sees_it(parley: Parley, tenant: Tenant, asked: Any) -> None:
    visitor, room = asked
    assert visitor.post("/v1/me/address", {"code": "12345678"}).status == 403
    assert visitor.post("/v1/me/address-code").status == 202
    code = code_of(parley)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    assert visitor.post("/v1/me/address", {"code": wrong}).status == 403
    assert visitor.post("/v1/me/address", {"code": code}).status == 200
    assert tenant.api.get(room).json["customer"] is None, "the domain is only claimed, and she is nobody's user"
    offer = tenant.api.get(f"{room}/adoption").json["items"]
    assert [(each["because"], each["proven"], each["claimed"]) for each in offer] == [("domain", "code", False)]
    ann(tenant).get("/v1/me")
    assert visitor.post("/v1/me/address", {"code": code}).json["kind"] == "visitor"
    shown = tenant.api.get(room).json
    assert (shown["customer"]["external_id"], shown["adoption"]["because"]) == ("acme", "code")
    tenant.user(user="bob").post(f"{room}/messages", {"text": "We found it"})
    assert texts(visitor, room)[-1] == "We found it"
    tenant.api.delete(f"{room}/adoption")
    assert texts(visitor, room) == ["404"]


def test_a_code_is_good_a_few_times_and_for_a_while(parley: Parley, tenant: Tenant, asked: Any) -> None:
    visitor, _ = asked
    visitor.post("/v1/me/address-code")
    code = code_of(parley)
    for _ in range(5):
        assert visitor.post("/v1/me/address", {"code": "00000000"}).status == 403
    assert visitor.post("/v1/me/address", {"code": code}).status == 403
    for _ in range(4):
        assert visitor.post("/v1/me/address-code").status == 202
    assert visitor.post("/v1/me/address-code").status == 429
    late = code_of(parley)
    parley.clock.at += 21 * 60_000
    assert visitor.post("/v1/me/address", {"code": late}).status == 403
    assert ann(tenant).post("/v1/me/address-code").status == 403


def test_a_users_token_with_that_address_takes_the_room_and_nobody_elses(tenant: Tenant, asked: Any) -> None:
    visitor, room = asked
    id_ = room.rpartition("/")[2]
    stranger, other = tenant.user(user="eve", email="eve@acme.example"), tenant.user("beta", email="b@beta.example")
    for client in (stranger, other, tenant.user(user="bob")):
        assert client.get("/v1/me/earlier-rooms").json["items"] == []
        assert client.post(f"/v1/me/earlier-rooms/{id_}").status == 404
    tenant.api.put("/v1/customers/beta/users/named", {"name": "T", "email": MAIL})
    named = tenant.user("beta", "named")
    assert named.get("/v1/me/earlier-rooms").json["items"] == [], "no token of theirs ever named the address"
    her = ann(tenant)
    assert [each["name"] for each in her.get("/v1/me/earlier-rooms").json["items"]] == ["Where is the zebra?"]
    assert her.post(f"/v1/me/earlier-rooms/{id_}").json["customer"]["external_id"] == "acme"
    assert her.post(f"/v1/me/earlier-rooms/{id_}").status == 200
    assert texts(her, room) == ["Where is the zebra?"]
    assert [each["unread"] for each in her.get("/v1/rooms").json["items"] if each["id"] == id_] == [0]
    assert her.get("/v1/me/earlier-rooms").json["items"] == []
    assert stranger.get(room).status == 200, "it is the team's"
    assert ann(tenant, "beta").post(f"/v1/me/earlier-rooms/{id_}").status == 404


def test_an_agent_is_offered_who_it_may_be_and_why(parley: Parley, tenant: Tenant, asked: Any) -> None:
    _, room = asked
    [domain] = tenant.api.get(f"{room}/adoption").json["items"]
    assert (domain["name"], domain["because"], domain["proven"], domain["claimed"]) == ("Acme", "domain", None, False)
    tenant.api.put("/v1/customers/beta/users/ann", {"name": "Ann", "email": MAIL.upper()})
    user, domain = tenant.api.get(f"{room}/adoption").json["items"]
    assert (user["name"], user["because"], user["user"]["name"]) == ("Beta", "address", "Ann")
    assert tenant.user().get(f"{room}/adoption").status == 403


def test_a_mail_that_passed_is_offered_when_its_domain_is_claimed_and_goes_on_there(
    parley: Parley, tenant: Tenant
) -> None:
    install = mails.connect(tenant.api)
    mails.take(Client(), install, mails.postmark("Where is the zebra?", MAIL))
    parley.settle()
    [listed] = tenant.api.get("/v1/rooms").json["items"]
    room = f"/v1/rooms/{listed['id']}"
    assert tenant.api.get(f"{room}/adoption").json["items"] == []
    tenant.customer("acme", name="Acme", domains=["acme.example"])
    [offer] = tenant.api.get(f"{room}/adoption").json["items"]
    assert (offer["name"], offer["because"], offer["proven"]) == ("Acme", "domain", "mail")
    adopted(tenant, room)
    again = mails.postmark("And the lion?", MAIL, id_="m2@acme.example", answers="m1@acme.example")
    mails.take(Client(), install, again)
    forged = mails.postmark("Me too", MAIL, id_="m3@acme.example", answers="m1@acme.example", spf="Fail")
    mails.take(Client(), install, forged)
    parley.settle()
    assert texts(tenant.user(user="bob"), room) == ["Where is the zebra?", "And the lion?"]


def test_acts_at_once_twice_and_jobs_twice_end_as_if_once(parley: Parley, tenant: Tenant, asked: Any) -> None:
    _, room = asked
    tenant.api.post(f"{room}/issues", {"title": "The zebra"})
    answers = at_once(lambda n: adopted(tenant, room, "acme" if n % 2 else "beta"), 8)
    assert {each.status for each in answers} == {200, 409}
    parley.react_all()
    tasks = [task for task in parley.queues.tasks if "follow" in task]
    parley.settle()
    stored = {key: row.d for key, row in parley.table.rows.items()}
    for task in [*tasks, *tasks]:
        dispatch.job(parley.world, task)
    parley.settle()
    moved = [key for key, row in parley.table.rows.items() if stored.get(key) != row.d and not key[0].startswith("Q#")]
    assert not [key for key in moved if "PLACEMENT" not in key[1]]


def test_a_form_of_a_stranger_with_her_address_gets_them_nothing(parley: Parley, tenant: Tenant, asked: Any) -> None:
    ann(tenant)
    form = tenant.api.post("/v1/installs", {"kind": "form", "name": "F"}).json
    body = json.dumps({"name": "Eve", "email": MAIL, "message": "Let me in"})
    got = Client()("POST", f"/in/form/{form['id']}", raw=body)
    assert got.status in (200, 201, 202, 422), got.text
    parley.settle()
    assert parley.store.one(ref(Mailbox, tenant.id, MAIL, "x", "y")) is None
    for row in parley.records():
        if isinstance(row, Room) and row.visitor:
            assert row.customer == ""
        if isinstance(row, Visitor):
            assert row.proven == ""
