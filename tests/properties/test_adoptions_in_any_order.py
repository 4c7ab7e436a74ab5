"""Rooms are adopted and given back, in any order, while everybody speaks: nobody ever reads what their token alone
would not show."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.edge import sockets
from chalicelib.ports import Listing
from tests.api import Client, Tenant
from tests.conftest import in_memory
from tests.edge.test_sockets import Line
from tests.fakes import Parley

MAIL = "ann@acme.example"
acts = st.sampled_from(
    ["adopt acme", "adopt beta", "undo", "ann takes it", "code", "visitor", "ann", "bob", "agent", "note", "work"]
)


class Town:
    """A visitor with the address of a user of Acme's, that user, one of Beta's, and an agent."""

    def __init__(self, parley: Parley) -> None:
        self.parley, self.said = parley, 0
        self.tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        self.tenant.api.patch("/v1/workspace", {"visitors": True})
        self.tenant.customer("acme")
        self.tenant.customer("beta")
        body = {"workspace": self.tenant.id, "name": "Ann", "email": MAIL, "text": "word of the visitor"}
        made = Client().post("/v1/visitors", body).json
        self.room = made["room"]["id"]
        self.people = {
            "visitor": Client(made["token"]),
            "ann": self.tenant.user("acme", "ann", email=MAIL),
            "bob": self.tenant.user("beta", "bob"),
            "agent": self.tenant.api,
        }
        self.proven = False
        self.lines = {who: Line(parley.sockets, who).open() for who in ("visitor", "ann", "bob")}
        for who, line in self.lines.items():
            line.authenticate(self.people[who])
            customer = {"ann": "acme", "bob": "beta"}.get(who)
            line.say({"type": "subscribe", **({"customer": customer} if customer else {"room": self.room})})

    def act(self, act: str) -> None:
        path, api = f"/v1/rooms/{self.room}", self.tenant.api
        if act.startswith("adopt"):
            assert api.post(f"{path}/adoption", {"customer": act.split()[1]}).status in (200, 409)
        elif act == "undo":
            assert api.delete(f"{path}/adoption").status == 200
        elif act == "ann takes it":
            assert self.people["ann"].post(f"/v1/me/earlier-rooms/{self.room}").status in (200, 404, 409)
        elif act == "code":
            self.prove()
        elif act == "work":
            self.parley.settle()
        else:
            self.said += 1
            note = {"internal": True} if act == "note" else {}
            who = "agent" if act == "note" else act
            text = f"word of the {'note' if note else who} {self.said}"
            self.people[who].post(f"{path}/messages", {"text": text, **note})

    def prove(self) -> None:
        self.people["visitor"].post("/v1/me/address-code")
        self.parley.work_all()
        if self.parley.mailer.sent:
            text = self.parley.mailer.sent[-1][0].decode()
            code = text.split("Your code is ")[1][:8]
            self.people["visitor"].post("/v1/me/address", {"code": code})
            self.proven = True

    def everything(self, who: str) -> str:
        """All that somebody's token shows, by every way that there is."""
        client, shown = self.people[who], []
        rooms = client.get("/v1/rooms").json["items"]
        resolved = client.get("/v1/rooms", state="resolved").json["items"]
        for id_ in {self.room, *(each["id"] for each in [*rooms, *resolved])}:
            for way in ("", "/messages", "/changes", "/roster"):
                got = client.get(f"/v1/rooms/{id_}{way}")
                assert got.status in (200, 404)
                shown.append(got.text)
        for line in self.lines.values():  # whoever has it open as long as they may
            line.say({"type": "subscribe", "room": self.room})
        return "".join([*shown, str(rooms), client.get("/v1/search", q="word").text])

    def nobody_hears_too_much(self) -> None:
        """What open pages were told in all the time."""
        visitor, ann, bob = (str(self.lines[who].heard) for who in ("visitor", "ann", "bob"))
        for text in (visitor, ann, bob):
            assert "word of the note" not in text
        assert "word of the bob" not in ann + visitor
        assert "word of the ann" not in bob
        if not self.proven:
            assert "word of the ann" not in visitor
            assert "acme" not in visitor.replace(MAIL, "")

    def nobody_reads_too_much(self) -> None:
        self.nobody_hears_too_much()
        visitor, ann, bob = (self.everything(who) for who in ("visitor", "ann", "bob"))
        for text in (visitor, ann, bob):
            assert "word of the note" not in text
        assert "word of the bob" not in ann
        assert "word of the ann" not in bob
        assert "word of the bob" not in visitor
        if not self.proven:
            assert "word of the ann" not in visitor
            assert "acme" not in visitor.replace(MAIL, "")
        assert "beta" not in visitor
        room = self.tenant.api.get(f"/v1/rooms/{self.room}").json
        if room["customer"] is None:
            assert "word of the ann" not in visitor
            for who in ("ann", "bob"):
                assert self.people[who].get(f"/v1/rooms/{self.room}").status == 404


T = TypeVar("T", bound=Town)


@contextmanager
def settled(kind: type[T]) -> Iterator[T]:
    """A town in a Parley of its own, its open pages too."""
    with in_memory(Parley()) as parley, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sockets, "world", lambda: parley.world)
        patch.setattr(sockets, "sockets", lambda: parley.sockets)
        yield kind(parley)


@settings(max_examples=60, deadline=None)
@given(st.lists(acts, min_size=1, max_size=14))
def test_nobody_ever_reads_what_their_token_alone_would_not_show(history: list[str]) -> None:
    with settled(Town) as town:
        parley = town.parley
        for act in history:
            town.act(act)
            town.nobody_reads_too_much()
        parley.settle()
        town.nobody_reads_too_much()
        town.act("undo")
        parley.settle()
        town.nobody_reads_too_much()
        said: Any = {each.text for each in parley.store.page(Listing("posts", (town.room,)), 1000).items}
        assert "word of the visitor" in said
