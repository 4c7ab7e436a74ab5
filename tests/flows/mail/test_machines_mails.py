"""Mails that no person wrote are heard of whom we know, as a machine's; never an answer of a machine, nor our own."""

import json
from typing import Any

import pytest

from chalicelib.desk.mails import Correspondent
from tests.api import Tenant
from tests.fakes import Parley
from tests.flows.mail.test_mails import answer, come, outcome, rooms, said
from tests.mails import ADDRESS, connect, postmark, read
from tests.proofs import prove

ALERTS = "alerts@acme.example"
AUTOMATIC = ("Auto-Submitted", "auto-generated")


@pytest.fixture
def install(parley: Parley, tenant: Tenant) -> dict[str, Any]:
    tenant.api.put("/v1/customers/acme", {"name": "Acme", "domains": ["acme.example"]})
    prove(parley, "acme.example")
    tenant.api.put("/v1/customers/acme/users/ann", {"name": "Ann", "email": "Ann@acme.example"})
    return connect(tenant.api)


def alert(parley: Parley, install: dict[str, Any], *headers: tuple[str, str], **mail: Any) -> Any:
    fields = {"sender": ALERTS, "name": "Monitoring", "subject": "Disk full", "text": "db-1", "id_": "a1@acme.example"}
    whole = postmark(**(fields | mail))
    named = [{"Name": name, "Value": value} for name, value in headers or [AUTOMATIC]]
    return come(parley, install, **(fields | mail | {"Headers": whole["Headers"] + named}))


def triage(tenant: Tenant) -> dict[str, Any]:
    id_ = tenant.api.get("/v1/customers/acme").json["triage_room"]
    room: dict[str, Any] = tenant.api.get(f"/v1/rooms/{id_}").json
    return room


def heard(tenant: Tenant) -> list[Any]:
    return [each for each in said(tenant, triage(tenant)) if each["author"]["kind"] == "machine"]


@pytest.mark.parametrize(
    "header",
    [AUTOMATIC, ("Auto-Submitted", "auto-notified; x=1"), ("Precedence", "bulk"), ("List-Id", "<ops.acme.example>")],
)
def test_it_is_said_in_the_customers_room_as_a_machines(
    parley: Parley, tenant: Tenant, install: Any, header: tuple[str, str]
) -> None:
    assert alert(parley, install, header).handled == ["mailed"]
    (message,) = heard(tenant)
    assert (message["text"], message["author"]["name"]) == ("Disk full\n\ndb-1", "Monitoring")
    assert (message["source"]["channel"], message["taken_as"]) == ("email", None)
    room = triage(tenant)
    assert (room["turn"], room["waiting_since"], room["unread"]) == (None, None, 1)
    assert len(rooms(tenant)) == 1
    assert not [each for each in parley.records() if isinstance(each, Correspondent)]
    alert(parley, install, header)
    assert len(heard(tenant)) == 1


@pytest.mark.parametrize(("bots", "turn"), [("heard", "customer"), ("ask", "vendor"), ("answer", "customer")])
def test_whose_turn_it_is_the_install_says(parley: Parley, tenant: Tenant, install: Any, bots: str, turn: str) -> None:
    path = f"/v1/installs/{install['id']}"
    config = tenant.api.get(path).json["config"] | {"bots": bots}
    assert tenant.api.patch(path, {"config": config}).status == 200
    answer(parley, tenant, triage(tenant), "Hello")
    alert(parley, install)
    assert triage(tenant)["turn"] == turn
    assert heard(tenant)[0]["taken_as"] == {"heard": None}.get(bots, bots)


def test_an_install_may_ignore_them(parley: Parley, tenant: Tenant) -> None:
    tenant.api.put("/v1/customers/acme", {"name": "Acme", "domains": ["acme.example"]})
    prove(parley, "acme.example")
    assert alert(parley, connect(tenant.api, bots="ignored")).ignored == ["automatic"]
    assert tenant.api.post("/v1/installs", {"kind": "email", "name": "M", "config": {"bots": "no"}}).status == 422


@pytest.mark.parametrize(
    ("mail", "why"),
    [
        ({"sender": "news@elsewhere.example"}, "bulk"),
        ({"spf": "Fail"}, "bulk"),
        ({"spf": "None"}, "bulk"),
    ],
)
def test_of_strangers_and_of_what_nothing_proves_none_is_heard(
    parley: Parley, tenant: Tenant, install: Any, mail: dict[str, str], why: str
) -> None:
    assert alert(parley, install, ("Precedence", "bulk"), **mail).ignored == [why]
    assert not rooms(tenant)


def test_a_monitor_elsewhere_is_heard_where_its_address_is_a_users(
    parley: Parley, tenant: Tenant, install: Any
) -> None:
    tenant.api.put("/v1/customers/acme/users/monitor", {"name": "Monitor", "email": "alert@monitor.example"})
    assert alert(parley, install, sender="alert@monitor.example").handled == ["mailed"]
    assert heard(tenant)[0]["author"]["kind"] == "machine"


def test_of_who_is_blocked_none_is_heard(parley: Parley, tenant: Tenant, install: Any) -> None:
    assert tenant.api.put("/v1/customers/acme", {"state": "blocked"}).status == 200
    assert alert(parley, install).handled == []
    assert tenant.api.put("/v1/customers/acme", {"state": "active"}).status == 200
    assert tenant.api.put("/v1/customers/acme/users/ann", {"state": "blocked"}).status == 200
    assert alert(parley, install, sender="ann@acme.example").ignored == ["blocked-speaker"]


@pytest.mark.parametrize(
    "headers",
    [
        [("Auto-Submitted", "auto-replied")],
        [("Auto-Submitted", "auto-replied (vacation)")],
        [AUTOMATIC, ("X-Autoreply", "yes")],
        [AUTOMATIC, ("X-Autorespond", "x")],
        [("Precedence", "auto_reply")],
        [("Precedence", "junk")],
        [AUTOMATIC, ("Return-Path", "<>")],
        [AUTOMATIC, ("X-Parley-Install", "ins_1")],
        [AUTOMATIC, ("X-Loop", ADDRESS)],
    ],
)
def test_what_answers_by_itself_bounces_or_is_ours_is_none(
    parley: Parley, tenant: Tenant, install: Any, headers: list[tuple[str, str]]
) -> None:
    assert alert(parley, install, *headers).handled == []
    assert heard(tenant) == []


def test_what_answers_a_mail_of_ours_is_none(parley: Parley, tenant: Tenant, install: Any) -> None:
    come(parley, install)
    room = rooms(tenant)["Webhooks stopped"]
    answer(parley, tenant, room)
    ((raw, _),) = parley.mailer.sent
    mail = read(raw)
    back = mail["Reply-To"].addresses[0].addr_spec
    root = mail["References"].split()[0].strip("<>")
    for number, more in enumerate(
        ({"answers": "0001@email.amazonses.com"}, {"answers": root}, {"to": back}, {"answers": "nobody@knows.example"})
    ):
        for sender in (ALERTS, "ann@acme.example"):
            done = alert(parley, install, sender=sender, id_=f"r{number}{sender}", subject="Abwesend", **more)
            assert done.ignored == ["automatic"]
    for number, more in enumerate(({"to": back}, {"answers": root}, {"answers": "0001@email.amazonses.com"})):
        listed = alert(parley, install, ("List-Id", "<a.acme.example>"), id_=f"l{number}@x", **more)
        assert listed.ignored == ["bulk"]
    assert alert(parley, install, subject="Automatic reply: Webhooks", id_="o1@x").ignored == ["automatic"]
    assert len(parley.mailer.sent) == 1


def test_what_follows_an_alert_is_in_its_room(parley: Parley, tenant: Tenant, install: Any) -> None:
    way = tenant.api.post("/v1/rooms", {"name": "Alerts", "customer": "acme"}).json["id"]
    (address,) = tenant.api.get(f"/v1/rooms/{way}/mail-addresses").json["items"]
    alert(parley, install, to=address["address"])
    alert(parley, install, id_="a2@acme.example", answers="a1@acme.example", subject="Resolved")
    items = tenant.api.get(f"/v1/rooms/{way}/messages").json["items"][::-1]
    assert [each["text"] for each in items] == ["Disk full\n\ndb-1", "Resolved\n\ndb-1"]
    assert items[0]["author"]["id"] == items[1]["author"]["id"]
    other = tenant.api.put("/v1/customers/other", {"name": "Other"}).json["triage_room"]
    (theirs,) = tenant.api.get(f"/v1/rooms/{other}/mail-addresses").json["items"]
    assert alert(parley, install, id_="a3@acme.example", to=theirs["address"]).ignored == ["automatic"]


def test_two_machines_never_write_to_each_other(parley: Parley, tenant: Tenant, install: Any) -> None:
    """A help desk that acknowledges each mail, and is written to, hears no machine by mail."""
    (way,) = tenant.api.get(f"/v1/rooms/{triage(tenant)['id']}/mail-addresses").json["items"]
    come(parley, install, to=way["address"], id_="m1@acme.example")
    come(parley, install, to=way["address"], id_="h1@acme.example", sender=ALERTS, text="A person at the help desk")
    sent = len(parley.mailer.sent)
    alert(parley, install, text="Ticket 7 was made", id_="t7@acme.example")
    assert len(heard(tenant)) == 1
    assert len(parley.mailer.sent) == sent
    assert any("no mail" in reason for _, state, reason in outcome(tenant, triage(tenant)) if state == "skipped")
    answer(parley, tenant, triage(tenant))
    assert len(parley.mailer.sent) == sent + 2
    assert all("Ticket 7" not in json.dumps(raw.decode()) for raw, _ in parley.mailer.sent)


def test_a_mail_that_waits_says_no_machines_words(parley: Parley, tenant: Tenant) -> None:
    tenant.api.put("/v1/customers/acme", {"name": "Acme", "domains": ["acme.example"]})
    prove(parley, "acme.example")
    slow = connect(tenant.api, collect=60)
    (way,) = tenant.api.get(f"/v1/rooms/{triage(tenant)['id']}/mail-addresses").json["items"]
    come(parley, slow, to=way["address"])
    answer(parley, tenant, triage(tenant), "Words of an agent")
    alert(parley, slow)
    parley.clock.at += 61_000
    parley.due()
    parley.settle()
    ((raw, _),) = parley.mailer.sent
    assert "Words of an agent" in raw.decode()
    assert "Disk full" not in raw.decode()


def test_so_many_an_hour(parley: Parley, tenant: Tenant) -> None:
    tenant.api.put("/v1/customers/acme", {"name": "Acme", "domains": ["acme.example"]})
    prove(parley, "acme.example")
    few = connect(tenant.api, per_hour=2)
    done = [alert(parley, few, id_=f"a{number}@acme.example") for number in range(3)]
    assert [each.ignored for each in done] == [[], [], ["too-many"]]


def test_agents_fetch_the_whole_of_it(parley: Parley, tenant: Tenant, install: Any) -> None:
    alert(parley, install, RawEmail=f"From: {ALERTS}\r\nAuto-Submitted: auto-generated\r\n\r\ndb-1")
    (message,) = heard(tenant)
    got = tenant.api.get(f"/v1/rooms/{triage(tenant)['id']}/messages/{message['id']}/original")
    assert got.status == 200, got.text
