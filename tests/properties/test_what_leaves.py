"""What leaves: every byte at the guarded way out is kept, and looked through for canaries that stand in every private
field, for every tracker, whoever reads it, whatever crosses."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.aws.outside import GuardedOutside
from chalicelib.desk.files import Attachment
from chalicelib.ports import Answer, Request, ref
from chalicelib.trackers.github import access
from chalicelib.trackers.linear import client
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.peers.sides import SIDES
from tests.trackers.hands import on_github, on_linear
from tests.tracking import FakeTracker

# What is private of an issue, wherever it stands: a word that stands nowhere else.
CANARIES = {
    name: f"canary{name}"
    for name in ("title", "text", "said", "comment", "label", "newlabel", "newtitle", "newtext", "agent", "customer")
    + ("user", "room", "file", "inside", "reason", "words")
}
LINK = "parley.test"
READ_BY = ("members", "strangers", "unknown", "admin: public", "admin: anyway")


@dataclass
class Way:
    """The guarded way out to a tracker. `seen` is all that went there; `shown` changes what the tracker answers."""

    shown: Any = None
    seen: list[bytes] = field(default_factory=list)
    out: GuardedOutside = field(default_factory=lambda: GuardedOutside(allow_loopback=True))

    def send(self, request: Request) -> Answer:
        headers = {name: value for name, value in request.headers.items() if name.lower() != "authorization"}
        self.seen.append(f"{request.method} {request.url} {json.dumps(headers)} ".encode() + request.body)
        answer = self.out.send(request)
        return self.shown(request, answer) if self.shown else answer

    def holds(self, word: str) -> bool:
        return any(word.encode() in each for each in self.seen)


@dataclass
class Tracker:
    """One that is connected, and how who reads it is changed."""

    kind: str
    config: dict[str, Any]
    credentials: dict[str, str]
    way: Way
    read_by: Any
    knows: tuple[str, ...] = READ_BY
    internal: Any = lambda who: False  # whether agents' comments are kept internal there
    fake: FakeTracker | None = None


@contextmanager
def github(parley: Parley) -> Iterator[Tracker]:
    way, who = Way(), ["members"]

    def shown(request: Request, answer: Answer) -> Answer:
        if request.method != "GET" or not request.url.endswith("/repos/acorn/api"):
            return answer
        body = json.loads(answer.body)
        body.pop("private", None), body.pop("visibility", None)
        shown_as = {"members": {"private": True}, "strangers": {"private": False}}.get(who[0], {})
        return replace(answer, body=json.dumps(body | shown_as).encode())

    access._tokens.clear(), access._actors.clear()
    with on_github() as team:
        way.shown = shown
        yield Tracker("github", team.config, team.credentials, way, lambda name: who.__setitem__(0, name))


@contextmanager
def linear(parley: Parley) -> Iterator[Tracker]:
    client._teams.clear()
    with on_linear() as team:
        knows = ("members", "admin: public")
        yield Tracker("linear", team.config, team.credentials, Way(), lambda name: None, knows)


@contextmanager
def jira(parley: Parley) -> Iterator[Tracker]:
    side, way, broken = SIDES["jira"](), Way(), [False]

    def read_by(name: str) -> None:
        side.peer.anyone = name == "strangers"
        side.peer.service = name == "portal"
        broken[0] = name == "unknown"

    def shown(request: Request, answer: Answer) -> Answer:
        gone = broken[0] and request.method == "GET" and request.url.endswith("/project/ACME")
        return replace(answer, status=404, body=b'{"errorMessages": []}') if gone else answer

    way.shown = shown
    with side.peer:
        made = Tracker("jira", side.config, side.credentials, way, read_by, (*READ_BY, "portal"))
        made.internal = lambda who: who in ("portal", "unknown", "admin: unknown")
        yield made


@contextmanager
def gitlab(parley: Parley) -> Iterator[Tracker]:
    side = SIDES["gitlab"]()

    def read_by(name: str) -> None:
        side.peer.visibility = {"members": "private", "strangers": "public", "internal": "internal"}.get(name, "")

    with side.peer:
        made = Tracker("gitlab", side.config, side.credentials, Way(), read_by, (*READ_BY, "internal"))
        made.internal = lambda who: who in ("strangers", "unknown", "internal", "admin: public")
        yield made


@contextmanager
def asana(parley: Parley) -> Iterator[Tracker]:
    side = SIDES["asana"]()
    with side.peer:
        knows = ("members", "admin: public")
        yield Tracker("asana", side.config, side.credentials, Way(), lambda name: None, knows)


class Generic(Way):
    """Any tracker of one's own, which answers whatever it is asked."""

    def send(self, request: Request) -> Answer:
        self.seen.append(f"{request.url} {json.dumps(request.headers)} ".encode() + request.body)
        asked = json.loads(request.body)
        open_ = {"id": "open", "name": "Open", "means": "open"}
        ticket = {"id": "1", "key": "T-1", "url": "https://t.example/1", "title": "x", "word": open_, "updated_at": 1}
        comment = {"id": "c1", "text": "x", "author": "b", "author_id": "b", "created_at": 1, "updated_at": 1}
        comment |= {"mark": asked.get("mark", "")}
        body = {"words": [open_], "ticket": ticket, "comment": comment, "account": "b", "actor": "b"}
        return Answer(200, {}, json.dumps(body).encode())


@contextmanager
def generic(parley: Parley) -> Iterator[Tracker]:
    knows = ("unknown", "admin: public", "admin: members")
    yield Tracker("tracker", {"url": "https://t.example/ask"}, {}, Generic(), lambda name: None, knows)


PLACES = (github, linear, jira, gitlab, asana, generic)


class Scene:
    """A vendor whose issue, room and people are full of canaries."""

    def __init__(self, parley: Parley, there: Tracker) -> None:
        self.parley, self.there = parley, there
        parley.world = replace(parley.world, outside=there.way)
        self.tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        self.api = self.tenant.api
        self.number = 0

    def good(self, got: Any) -> Any:
        assert 200 <= got.status < 300, got.text
        return got.json if got.text else None

    def settle(self) -> None:
        for _ in range(20):
            self.parley.react_all()
            if not self.parley.queues.looks:
                return
            self.parley.sync_all()
        raise AssertionError("it does not settle")

    def goes_on(self, minutes: int) -> None:
        self.parley.clock.at += minutes * 60_000
        self.parley.due()
        self.settle()

    def lived_through(self, who: str, crossing: dict[str, Any], public_title: str) -> set[str]:
        """All that may happen to an issue, on a fresh install; the private fields of it that left."""
        self.number += 1
        named = {name: f"{word}{self.number}x" for name, word in CANARIES.items()}
        self.there.way.seen.clear()
        self.there.read_by("strangers" if who == "admin: anyway" else who.removeprefix("admin: ") or "members")
        body = {"kind": self.there.kind, "name": "Work", "config": self.there.config}
        install = self.good(self.api.post("/v1/installs", body | {"credentials": self.there.credentials}))["id"]
        path = f"/v1/installs/{install}"
        self.good(self.api.post(f"{path}/try"))
        admins = {"admin: public": {"public": True}, "admin: members": {"public": False}}
        admins["admin: anyway"] = {"public": False, "strangers_read": True}
        self.good(self.api.patch(f"{path}/tracking", crossing | admins.get(who, {})))

        customer = f"c{self.number}"
        self.tenant.customer(customer, name=named["customer"])
        room = self.tenant.triage(customer)
        self.good(self.api.patch(f"/v1/rooms/{room}", {"name": named["room"]}))
        agent = self.good(self.api.post("/v1/agents", {"name": named["agent"], "role": "agent"}))["id"]
        bo = Client(self.good(self.api.post("/v1/api-keys", {"name": "Bo", "agent": agent}))["key"])
        user = self.tenant.user(customer, "ann", name=named["user"])
        file = {"name": f"{named['file']}.log", "type": "text/plain", "size": 1}
        attached = [self.good(user.post("/v1/attachments", file))["id"]]
        kept = self.parley.store.one(ref(Attachment, attached[0]))
        assert kept
        self.parley.files.put(kept.key, named["inside"].encode(), kept.type)
        body = {"text": f"{named['said']}\nit breaks", "attachments": attached}
        said = self.good(user.post(f"/v1/rooms/{room}/messages", body))
        asked = {"from": said["id"], "title": named["title"], "text": named["text"], "labels": [named["label"]]}
        asked |= {"public_title": public_title, "public_text": "For all", "tickets": [install]}
        issue = f"/v1/issues/{self.good(self.api.post(f'/v1/rooms/{room}/issues', asked))['id']}"
        self.settle()
        self.good(bo.post(f"{issue}/comments", {"text": named["comment"]}))
        self.settle()
        self.good(self.api.patch(issue, {"title": named["newtitle"], "text": named["newtext"]}))
        self.good(self.api.patch(issue, {"labels": [named["newlabel"]]}))
        self.settle()
        closing = {"state": "declined", "reason": named["reason"], "words": named["words"], "tell": "tell"}
        self.good(self.api.patch(issue, closing))
        self.settle()
        self.good(self.api.post(f"{issue}/comments", {"text": "This may be read", "for_strangers": True}))
        self.settle()
        for minutes in (11, 70, 25 * 60):
            self.goes_on(minutes)
        self.good(self.api.delete(path))
        return {name for name, word in named.items() if self.there.way.holds(word)}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_no_private_word_leaves_to_where_strangers_read(parley: Parley, place: Any) -> None:
    with place(parley) as there:
        scene = Scene(parley, there)
        crossings = [{"title": on, "labels": on, "comments": "all", "policy": "tell"} for on in (True, False)]
        for who, crossing, title in itertools.product(there.knows, crossings, ("", "For all")):
            left = scene.lived_through(who, crossing, title)
            private = who in ("members", "admin: anyway", "admin: members")
            internal = {"comment", "agent"} if there.internal(who) and title else set()
            if private:
                assert {"title", "text", "said", "comment"} <= left, (who, crossing)
                assert ("label" in left) is ("newlabel" in left) is ("newtitle" in left) is crossing["labels"]
                assert there.way.holds(LINK)
                assert left.isdisjoint({"reason", "words", "room"})
                assert ("inside" in left) is (there.kind in ("jira", "gitlab", "asana"))
            else:
                assert left <= internal, (who, crossing, title)
                assert not there.way.holds(LINK)
                assert there.way.holds("For all") is bool(title)
                assert there.way.holds("This may be read") is bool(title)
