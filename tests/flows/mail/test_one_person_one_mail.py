"""Who is tied gets one mail, at the address that they wrote from last and that mail reaches; no company's mail goes to
another's."""

import itertools
from typing import Any

import pytest

from chalicelib.desk.mails import Suppression
from chalicelib.ports import Put
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.flows.broadcasts.test_broadcasting import work
from tests.mails import connect, postmark, read, take
from tests.proofs import prove

ANYONE = Client()
COUNT = itertools.count()
WORK, OLD, HOME, BETA = "ann@acme.example", "ann.old@acme.example", "ann@home.example", "ann@beta.example"


class Desk:
    """Ann has two addresses at Acme, one at Beta, and one at home."""

    def __init__(self, parley: Parley, tenant: Tenant) -> None:
        self.parley, self.tenant, self.api = parley, tenant, tenant.api
        for company in ("acme", "beta"):
            self.api.put(f"/v1/customers/{company}", {"name": company, "domains": [f"{company}.example"]})
            prove(parley, f"{company}.example")
        users = {"ann": ("acme", WORK), "old": ("acme", OLD), "annie": ("beta", BETA)}
        for name, (company, email) in users.items():
            self.api.put(f"/v1/customers/{company}/users/{name}", {"name": "Ann", "email": email})
        self.users = {name: company for name, (company, _) in users.items()}
        self.install = connect(self.api, changes=True)

    def write(self, sender: str, subject: str = "Webhooks stopped", answers: str = "", **more: Any) -> str:
        id_ = f"m{next(COUNT)}@x.example"
        mail = postmark(sender=sender, subject=subject, id_=id_, answers=answers, **more)
        assert take(ANYONE, self.install, mail).status == 200
        self.parley.receive_all()
        self.parley.settle()
        return id_

    def room(self, name: str = "Webhooks stopped") -> str:
        return next(each["id"] for each in self.api.get("/v1/rooms").json["items"] if each["name"] == name)

    def answer(self, room: str, text: str = "I am on it.", by: Client | None = None) -> list[str]:
        """Whom it was mailed to."""
        assert (by or self.api).post(f"/v1/rooms/{room}/messages", {"text": text}).status == 201
        self.parley.settle()
        return self.left()

    def left(self) -> list[str]:
        found = sorted(to for _, tos in self.parley.mailer.sent for to in tos)
        self.parley.mailer.sent.clear()
        return found

    def tie(self, *members: str) -> None:
        first, *others = [self.named(each) for each in members]
        path = f"/v1/people/{self.id(members[0])}/ties"
        query = {"customer": first["customer"]} if "customer" in first else {}
        for other in others:
            assert self.api("POST", path, {"member": other}, **query).status == 200
        self.parley.settle()

    def untie(self, member: str) -> None:
        person = self.api("GET", f"/v1/people/{self.id(member)}", customer=self.users[member]).json
        for tie in person["ties"]:
            self.api.delete(f"/v1/people/{person['id']}/ties/{tie['id']}")
        self.parley.settle()

    def named(self, member: str) -> dict[str, str]:
        if member in self.users:
            return {"customer": self.users[member], "user": member}
        return {"visitor": member}

    def id(self, member: str) -> str:
        if member not in self.users:
            return member
        return str(self.api.get(f"/v1/customers/{self.users[member]}/users/{member}").json["id"])


@pytest.fixture
def desk(parley: Parley, tenant: Tenant) -> Desk:
    return Desk(parley, tenant)


def both_wrote(desk: Desk) -> tuple[str, str]:
    """A room in which both of Ann's addresses wrote, the old one first."""
    first = desk.write(OLD)
    last = desk.write(WORK, "Re: Webhooks stopped", answers=first)
    assert desk.left() == [OLD]
    return desk.room(), last


def test_one_mail_where_they_wrote_last_and_as_before_once_untied(desk: Desk) -> None:
    room, last = both_wrote(desk)
    assert desk.answer(room) == [OLD, WORK]
    desk.tie("ann", "old")
    assert desk.answer(room, "Still.") == [WORK]
    desk.write(OLD, "Re: Webhooks stopped", answers=last)
    desk.left()
    assert desk.answer(room, "Nearly.") == [OLD]
    desk.untie("ann")
    assert desk.answer(room, "Done.") == [OLD, WORK]


def test_an_address_that_takes_no_mail_gives_way(desk: Desk) -> None:
    room, _ = both_wrote(desk)
    desk.tie("ann", "old")
    gone = Suppression(version=1, workspace=desk.tenant.id, address=WORK, reason="bounced", at=1)
    desk.parley.store.commit(Put(gone, None))
    assert desk.answer(room) == [OLD]
    assert desk.api.get(f"/v1/rooms/{room}").json["turn"] == "customer"
    desk.api.put("/v1/customers/acme/users/old", {"state": "blocked"})
    assert desk.answer(room, "Still.") == []


def test_what_one_of_them_has_muted_or_read_or_said_all_have(desk: Desk) -> None:
    room, _ = both_wrote(desk)
    desk.tie("ann", "old")
    old = desk.tenant.user("acme", "old")
    desk.api.post(f"/v1/rooms/{room}/messages", {"text": "I am on it."})
    old.put(f"/v1/rooms/{room}/read", {})
    desk.parley.settle()
    assert desk.left() == []
    assert desk.answer(room, "I say it in the widget", by=old) == []
    assert desk.answer(room, "Once more.") == [WORK]
    edited = desk.api.get(f"/v1/rooms/{room}/messages", limit="1").json["items"][0]["id"]
    got = desk.api.patch(f"/v1/rooms/{room}/messages/{edited}", {"text": "Once and for all."})
    assert got.status == 200, got.text
    desk.parley.settle()
    assert desk.left() == [WORK]


def test_who_mutes_at_one_address_has_muted_at_all(desk: Desk) -> None:
    room, _ = both_wrote(desk)
    desk.tie("ann", "old")
    assert desk.api.post(f"/v1/rooms/{room}/messages", {"text": "I am on it."}).status == 201
    desk.parley.settle()
    ((raw, _),) = desk.parley.mailer.sent
    url = read(raw)["List-Unsubscribe"].strip("<>").removeprefix("https://parley.test")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert ANYONE("POST", url, raw="List-Unsubscribe=One-Click", headers=headers).status == 200
    desk.left()
    gone = Suppression(version=1, workspace=desk.tenant.id, address=WORK, reason="bounced", at=1)
    desk.parley.store.commit(Put(gone, None))
    assert desk.answer(room, "Still.") == []


def test_a_visitor_whose_room_became_their_teams_is_told_once(desk: Desk) -> None:
    desk.write(HOME, "From home")
    room = desk.room("From home")
    visitor = desk.api.get(f"/v1/rooms/{room}/messages").json["items"][0]["author"]["id"]
    assert desk.answer(room) == [HOME]
    assert desk.api.post(f"/v1/rooms/{room}/adoption", {"customer": "acme"}).status == 200
    desk.parley.settle()
    ann = desk.tenant.user("acme", "ann")
    desk.answer(room, "It is me", by=ann)
    desk.tie("ann", visitor)
    assert desk.answer(room, "Still.") == [HOME]
    desk.api.post(f"/v1/rooms/{room}/messages", {"text": "Solved."})
    ann.put(f"/v1/rooms/{room}/read", {})
    desk.parley.settle()
    assert desk.left() == []


def test_who_changed_company_is_written_to_of_each_room_where_they_are_its_people(desk: Desk) -> None:
    desk.write(WORK, "At Acme")
    desk.write(BETA, "At Beta")
    desk.tie("ann", "annie")
    assert desk.answer(desk.room("At Acme")) == [WORK]
    assert desk.answer(desk.room("At Beta")) == [BETA]
    desk.api.put("/v1/customers/acme/users/ann", {"state": "gone"})
    assert desk.answer(desk.room("At Acme"), "Still.") == []
    theirs = {each["name"] for each in desk.tenant.user("beta", "annie").get("/v1/rooms").json["items"]}
    assert "At Acme" not in theirs


def broadcast(desk: Desk, text: str) -> list[str]:
    body = {"kind": "news", "text": text, "customers": ["acme", "beta"], "into": "triage"}
    made = desk.api.post("/v1/broadcasts", body)
    assert made.status == 201, made.text
    assert desk.api.post(f"/v1/broadcasts/{made.json['id']}/send", {}).status == 200
    work(desk.parley)
    desk.parley.settle()
    return desk.left()


def test_the_same_words_of_a_broadcast_come_by_one_mail(desk: Desk) -> None:
    for name in ("ann", "annie"):
        triage = desk.tenant.triage(desk.users[name])
        desk.tenant.user(desk.users[name], name).post(f"/v1/rooms/{triage}/messages", {"text": "By the widget"})
    assert broadcast(desk, "Tonight we are down.") == [WORK, BETA]
    desk.tie("ann", "annie")
    assert len(broadcast(desk, "Tonight we are down again.")) == 1
    assert broadcast(desk, "{{customer.name}}: your key ends.") == [WORK, BETA]
