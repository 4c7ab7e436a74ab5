"""A visitor's room that customers and its own user take, lose and speak in, and people who are tied and untied: what is
done to them in a history, and what must be true of it."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import jwt

from chalicelib.desk.clocks import Clock
from chalicelib.desk.customers import Customer, User
from chalicelib.desk.issues import IssueTie
from chalicelib.desk.messages import Message
from chalicelib.desk.people import Person, PersonOf
from chalicelib.desk.rooms import Room
from chalicelib.edge.door.auth import VISITORS
from chalicelib.ports import ref
from tests.api import Client

if TYPE_CHECKING:
    from .history import History

MAIL = "cal@visits.example"
COMPANY = {"cal": "acme", "ann": "acme", "bea": "beta"}
SAID = re.compile(r"visit \w+ \d+ of (\w+)")
WAYS = ("", "/messages", "/changes", "/roster")
Found = list[tuple[str, ...]]


class Visits:
    """Vi, who has asked; Cal of Acme, whose token names the address that she gave; Bea of Beta; an agent."""

    def __init__(self, history: History) -> None:
        self.history, self.count = history, 0
        history.api.patch("/v1/workspace", {"visitors": True})
        body = {"workspace": history.tenant.id, "name": "Vi", "email": MAIL, "text": self._words("vi")}
        made = Client().post("/v1/visitors", body).json
        self.visitor, self.room = made["id"], made["room"]["id"]
        self.path = f"/v1/rooms/{self.room}"
        self.shown: dict[str, set[str]] = defaultdict(set)  # whom → whose words they were shown there
        self.tied: bool | None = None  # whether an agent's tie stands; None: nobody has heard
        assert history.client("cal").get("/v1/me").status == 200
        assert history.api.post(f"/v1/issues/{history.issue}/rooms", {"room": self.room}).status == 201

    def client(self, name: str) -> Client:
        """Somebody of the room's; tokens are fresh."""
        if name != "vi":
            return self.history.client(name)
        tenant, ends = self.history.tenant, self.history.stage.clock.at // 1000 + 3600
        claims = {"aud": VISITORS, "workspace": tenant.id, "visitor_id": self.visitor, "room": self.room, "exp": ends}
        return Client(jwt.encode(claims, tenant.token_secret, algorithm="HS256"))

    def act(self) -> None:
        """One of them does something, beside all others."""
        history = self.history
        acts = {
            "adopt": ("owner", self._adopt), "undo": ("ada", self._undo), "take": ("cal", self._take),
            "tie": ("ada", self._tie), "look": ("", self._look), "say": ("", self._say),
        }  # fmt: skip
        for act in history.rng.choices(list(acts), [3, 3, 2, 2, 2, 6], k=history.rng.choice([1, 2, 4])):
            name, run = acts[act]
            who = name or history.rng.choice(["vi", "cal", "bea", "ann", "ada"])
            choice = history.rng.random()
            history.spawn(f"visit {who}", lambda who=who, run=run, choice=choice: run(who, choice))  # type: ignore[misc]

    def _words(self, name: str) -> str:
        self.count += 1
        return f"visit {chr(96 + self.count % 26)} {self.count} of {name}"

    def _say(self, who: str, _: float) -> None:
        history, text = self.history, self._words(who)
        got = history.call(self.client(who), "POST", f"{self.path}/messages", {"text": text})
        if got is None:
            history.expected.unknown.add(text)
        elif got.status == 201:
            history.expected.accepted[text] = (self.room, got.json["id"])
        else:
            assert got.status in (403, 404), got.text

    def _adopt(self, who: str, choice: float) -> None:
        body = {"customer": "acme" if choice < 0.7 else "beta"}
        got = self.history.call(self.client(who), "POST", f"{self.path}/adoption", body)
        assert got is None or got.status == 200, got.text

    def _undo(self, who: str, _: float) -> None:
        self.history.expected.alone = False
        got = self.history.call(self.client(who), "DELETE", f"{self.path}/adoption")
        assert got is None or got.status == 200, got.text

    def _take(self, who: str, _: float) -> None:
        got = self.history.call(self.client(who), "POST", f"/v1/me/earlier-rooms/{self.room}", {})
        assert got is None or got.status in (200, 404), got.text

    def _tie(self, who: str, choice: float) -> None:
        """Cal and Bea are one, or they are not."""
        history, client = self.history, self.client(who)
        cal = self.member("cal")
        shown = history.call(client, "GET", f"/v1/people/{cal}?customer=acme")
        ties = shown.json["ties"] if shown and shown.status == 200 else []
        mine = [each["id"] for each in ties if set(each["members"]) == {cal, self.member("bea")}]
        self.tied = None
        if choice < 0.6:
            body = {"member": {"customer": "beta", "user": "bea"}}
            got = history.call(client, "POST", f"/v1/people/{cal}/ties?customer=acme", body)
            self.tied = True if got and got.status == 200 else None
        elif mine and shown:
            got = history.call(client, "DELETE", f"/v1/people/{shown.json['id']}/ties/{mine[0]}")
            self.tied = False if got and got.status == 204 else None

    def member(self, name: str) -> str:
        """The id of a user."""
        return next(each.id for each in self.history.stage.rows(User) if each.external_id == name)

    def _look(self, who: str, _: float) -> None:
        self.look(who, self.history.call)

    def look(self, who: str, call: Any) -> str:
        """All that somebody's token shows now, which is noted."""
        client, text = self.client(who), ""
        for path in [f"{self.path}{way}" for way in WAYS] + ["/v1/rooms", "/v1/rooms?state=resolved"]:
            got = call(client, "GET", path)
            text += got.text if got and got.status == 200 else ""
        self.shown[who] |= set(SAID.findall(text)) | ({"a note"} if "between us" in text else set())
        return text


def findings(history: History) -> Found:
    """What is wrong: somebody was shown what their token alone would not show, or something is not where it belongs."""
    visits, stage = history.visits, history.stage
    for name in ("vi", "cal", "bea", "ann"):
        visits.look(name, lambda client, method, path: client(method, path))
    found: Found = []
    for who, others in visits.shown.items():
        if who not in ("ada", "owner"):
            mine = COMPANY.get(who)
            wrong = {each for each in others if each == "a note" or (each in COMPANY and COMPANY[each] != mine)}
            found += [("shown", who, each) for each in wrong]
    return [*found, *_kept(history), *_followed(history), *_persons(history), *_torn(stage.rows(Person), stage)]


def _kept(history: History) -> Found:
    """What a customer's people said they can read to this day, wherever it went."""
    found: Found = []
    for name, company in COMPANY.items():
        client = history.client(name)
        owner = next(each.id for each in history.stage.rows(Customer) if each.external_id == company)
        rooms = {each.id for each in history.stage.rows(Room) if each.customer == owner and not each.vendor_only}
        there = {each.text for each in history.stage.rows(Message) if each.room in rooms and not each.internal}
        for text, (room, _) in history.expected.accepted.items():
            if room == history.visits.room and text.endswith(f" of {name}") and text not in there:
                found.append(("gone with the room", name, text))
        for room in rooms:
            if client.get(f"/v1/rooms/{room}").status != 200:
                found.append(("not shown", name, room))
    return found


def _followed(history: History) -> Found:
    """What hangs on whose the room is says so; search has it for its customer alone."""
    visits, stage, found = history.visits, history.stage, Found()
    room = stage.parley.store.one(ref(Room, visits.room))
    assert room
    kinds: tuple[Any, ...] = (Clock, IssueTie)
    for kind in kinds:
        owners = {each.customer for each in stage.rows(kind) if each.room == room.id} - {room.customer}
        found += [(f"{kind.__name__} is another's", owner) for owner in owners]
    first = next(each.text for each in stage.rows(Message) if each.room == room.id and each.text.endswith("of vi"))
    for name in ("cal", "bea"):
        hits = history.client(name).get("/v1/search", q=f'"{first}"').json["items"]
        mine = room.customer_external_id == COMPANY[name]
        if mine != any(hit["room"]["id"] == room.id for hit in hits):
            found.append(("search", name, f"{len(hits)} hits of a room of {room.customer_external_id or 'nobody'}"))
    return found


def _persons(history: History) -> Found:
    """Who was tied last is one, and who was untied last is not, by that tie."""
    visits = history.visits
    if visits.tied is None:
        return []
    pair = {visits.member("cal"), visits.member("bea")}
    there = any({tie.one.id, tie.other.id} == pair for each in history.stage.rows(Person) for tie in each.ties)
    return [] if there == visits.tied else [("tie", f"{there}, where {visits.tied} was answered")]


def _torn(persons: list[Any], stage: Any) -> Found:
    """Each member has one way, to the person that has them."""
    ways = {each.member: each.person for each in stage.rows(PersonOf)}
    members = [(member.id, each.id) for each in persons for member in each.members]
    found: Found = [] if len(members) == len(dict(members)) else [("in two persons", str(members))]
    return found if dict(members) == ways else [*found, ("ways of members", f"{ways}, {members}")]
