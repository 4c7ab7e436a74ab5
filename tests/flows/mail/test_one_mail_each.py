"""With several e-mail installs one person gets one mail, over the install that is theirs."""

import itertools
from typing import Any

import pytest

from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.mails import postmark, read, take
from tests.proofs import prove

ANYONE = Client()
COUNT = itertools.count()


def connect(tenant: Tenant, name: str, **config: Any) -> Any:
    fields = {"provider": "postmark", "address": f"{name}@in.acorn.example", "collect": 0} | config
    return tenant.api.post("/v1/installs", {"kind": "email", "name": name, "config": fields}).json


@pytest.fixture
def installs(parley: Parley, tenant: Tenant) -> dict[str, Any]:
    tenant.api.put("/v1/customers/acme", {"name": "Acme", "domains": ["acme.example"]})
    prove(parley, "acme.example")
    tenant.api.put("/v1/customers/acme/users/ann", {"name": "Ann", "email": "ann@acme.example"})
    made = {}
    for name in ("support", "sales", "billing", "alarm", "help"):
        made[name] = connect(tenant, name)
        parley.clock.at += 1000
    return made


def write(parley: Parley, install: Any, text: str = "It is broken", **mail: Any) -> Any:
    to = install["config"]["address"]
    id_ = mail.pop("id_", f"m{next(COUNT)}@acme.example")
    assert take(ANYONE, install, postmark(text, to=to, id_=id_, **mail)).status == 200
    parley.receive_all()
    parley.settle()


def said(parley: Parley, who: Any, room: str, text: str) -> None:
    assert who.post(f"/v1/rooms/{room}/messages", {"text": text}).status == 201
    parley.settle()


def left(parley: Parley) -> list[tuple[str, list[str]]]:
    """What has left since: the local part that is answered to, and whom it went to."""
    found = [(read(raw)["Reply-To"].addresses[0].username.partition("+")[0], to) for raw, to in parley.mailer.sent]
    parley.mailer.sent.clear()
    return found


def room_of(tenant: Tenant, name: str = "Webhooks stopped") -> str:
    return next(room["id"] for room in tenant.api.get("/v1/rooms").json["items"] if room["name"] == name)


def rows(tenant: Tenant, room: str) -> set[tuple[str, str]]:
    """What became of the last message."""
    found = tenant.api.get(f"/v1/rooms/{room}/deliveries").json["items"]
    last = max((row["message"] for row in found), key=lambda id_: int(id_.rpartition("_")[2]))
    return {(row["state"], row["reason"]) for row in found if row["message"] == last}


@pytest.mark.parametrize("name", ["support", "billing", "help"])
def test_who_wrote_is_answered_where_they_wrote(parley: Parley, tenant: Tenant, installs: Any, name: str) -> None:
    write(parley, installs[name])
    room = room_of(tenant)
    said(parley, tenant.api, room, "I am on it.")
    assert left(parley) == [(name, ["ann@acme.example"])]
    assert rows(tenant, room) == {("sent", None), ("skipped", f"{name} writes to them")}


def test_who_writes_elsewhere_is_answered_there(parley: Parley, tenant: Tenant, installs: Any) -> None:
    write(parley, installs["support"], id_="first@acme.example")
    room = room_of(tenant)
    said(parley, tenant.api, room, "I am on it.")
    found = tenant.api.get(f"/v1/rooms/{room}/mail-addresses").json["items"]
    sales = next(each["address"] for each in found if each["address"].startswith("sales"))
    left(parley)
    assert take(ANYONE, installs["sales"], postmark("Any news?", to=sales, id_="m@acme.example")).status == 200
    parley.receive_all()
    parley.settle()
    said(parley, tenant.api, room, "Yes.")
    assert left(parley) == [("sales", ["ann@acme.example"])]


def test_who_never_wrote_is_written_to_by_the_first(parley: Parley, tenant: Tenant, installs: Any) -> None:
    room = tenant.triage("acme")
    said(parley, tenant.user("acme", "ann"), room, "By the widget")
    said(parley, tenant.api, room, "I am on it.")
    assert left(parley) == [("support", ["ann@acme.example"])]


def test_who_wrote_in_another_room_is_written_to_from_there(parley: Parley, tenant: Tenant, installs: Any) -> None:
    write(parley, installs["billing"])
    room = tenant.triage("acme")
    said(parley, tenant.user("acme", "ann"), room, "By the widget")
    said(parley, tenant.api, room, "I am on it.")
    assert left(parley) == [("billing", ["ann@acme.example"])]


def test_a_disabled_install_gives_way_and_a_paused_one_does_not(parley: Parley, tenant: Tenant, installs: Any) -> None:
    write(parley, installs["sales"])
    room = room_of(tenant)
    tenant.api.patch(f"/v1/installs/{installs['sales']['id']}", {"state": "disabled"})
    said(parley, tenant.api, room, "I am on it.")
    assert left(parley) == [("support", ["ann@acme.example"])]
    assert tenant.api.patch(f"/v1/installs/{installs['sales']['id']}", {"state": "active"}).status == 200
    said(parley, tenant.api, room, "Still.")
    assert left(parley) == [("sales", ["ann@acme.example"])]


def test_who_mutes_one_has_muted_all(parley: Parley, tenant: Tenant, installs: Any) -> None:
    write(parley, installs["sales"])
    room = room_of(tenant)
    said(parley, tenant.api, room, "I am on it.")
    ((raw, _),) = parley.mailer.sent
    url = read(raw)["List-Unsubscribe"].strip("<>").removeprefix("https://parley.test")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert ANYONE("POST", url, raw="List-Unsubscribe=One-Click", headers=headers).status == 200
    tenant.api.patch(f"/v1/installs/{installs['sales']['id']}", {"state": "disabled"})
    left(parley)
    said(parley, tenant.api, room, "Still.")
    assert left(parley) == []


def test_what_one_install_has_told_another_does_not_tell_again(parley: Parley, tenant: Tenant, installs: Any) -> None:
    """An answer waits while somebody writes over another install: it is told once."""
    for name in ("support", "sales"):
        config = installs[name]["config"] | {"collect": 60}
        assert tenant.api.patch(f"/v1/installs/{installs[name]['id']}", {"config": config}).status == 200
    write(parley, installs["support"])
    room = room_of(tenant)
    said(parley, tenant.api, room, "One.")
    said(parley, tenant.api, room, "Two.")
    for _ in range(5):
        parley.clock.at += 60_000
        parley.due()
        parley.settle()
    assert left(parley) == [("support", ["ann@acme.example"])]
