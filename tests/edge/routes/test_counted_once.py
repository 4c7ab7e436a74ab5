"""Who is tied is counted, listed and found once, by everybody within what they see anyway; untied, every answer of
every route is as it was."""

import json
import re
from typing import Any

import pytest

from chalicelib.edge.routes import every
from tests.api import Client, Tenant
from tests.fakes import Parley

MAIL = "ann@acme.example"
ACME, BETA = ("ann", "slack:U1", "bob"), ("annie", "carl")
# What tells of what was done, and when.
ASIDE = ("/v1/audit", "/v1/openapi.json", "/v1/pains/now")
ASKED: dict[str, list[dict[str, str]]] = {
    "/v1/search": [{"q": "webhook"}, {"q": "ann"}, {"q": "ann", "kind": "person", "limit": "1"}],
    "/v1/experts": [{"q": "webhook"}],
    "/v1/rooms/{room}/roster": [{}, {"limit": "1"}],
    "/v1/people/{person}": [{"customer": "acme"}],
    "/v1/ratings": [{"week": "2026-W01"}],
}


class Town:
    """Ann, who is two users of Acme's, one of Beta's and a visitor; Bob of Acme's, Carl of Beta's. All have spoken."""

    def __init__(self, parley: Parley, tenant: Tenant) -> None:
        self.parley, self.tenant, self.api = parley, tenant, tenant.api
        self.api.patch("/v1/workspace", {"visitors": True})
        self.rooms = {"acme": tenant.triage("acme"), "beta": tenant.triage("beta")}
        self.users = {name: tenant.user(company, name, name=self.named(name)) for company, name in self.everybody()}
        self.ids = {}
        for company, name in self.everybody():
            parley.clock.at += 1000
            text = f"The webhook of {name} is late"
            assert self.users[name].post(f"/v1/rooms/{self.rooms[company]}/messages", {"text": text}).status == 201
            self.ids[name] = self.api.get(f"/v1/customers/{company}/users/{name}").json["id"]
        body = {"workspace": tenant.id, "name": "Ann", "email": MAIL, "text": "Is the webhook late?"}
        made = Client().post("/v1/visitors", body).json
        self.ids["visitor"], self.rooms["visitor"] = made["id"], made["room"]["id"]
        self.users["visitor"] = Client(made["token"])
        self.issue = self.api.post(f"/v1/rooms/{self.rooms['acme']}/issues", {"title": "Webhooks"}).json["id"]
        self.segment = self.more_than(1)
        parley.settle()
        self.at = parley.clock.at

    @staticmethod
    def everybody() -> list[tuple[str, str]]:
        return [*(("acme", each) for each in ACME), *(("beta", each) for each in BETA)]

    @staticmethod
    def named(name: str) -> str:
        return name.title() if name in ("bob", "carl") else "Ann"

    def more_than(self, members: int) -> str:
        """A segment of the customers with more people than that."""
        body = {"name": f"More than {members}", "filter": {"attribute": "members", "greater": members}}
        return str(self.api.post("/v1/segments", body).json["id"])

    def tie(self, other: str) -> str:
        named = next(({"customer": c, "user": u} for c, u in self.everybody() if u == other), None)
        body = {"member": named or {"visitor": self.ids["visitor"]}}
        made = self.api("POST", f"/v1/people/{self.ids['ann']}/ties", body, customer="acme")
        assert made.status == 200, made.text
        self.parley.settle()
        return str(made.json["id"])

    def untie_all(self) -> None:
        while ties := self.api("GET", f"/v1/people/{self.ids['ann']}", customer="acme").json["ties"]:
            person = self.api("GET", f"/v1/people/{self.ids['ann']}", customer="acme").json["id"]
            assert self.api.delete(f"/v1/people/{person}/ties/{ties[0]['id']}").status == 204
        self.parley.settle()

    def answers(self, caller: Client, company: str) -> dict[str, str]:
        """All that somebody is answered on every route of which this town has the things."""
        things = {"room": self.rooms[company], "customer": company, "issue": self.issue, "segment": self.segment}
        things |= {"person": self.ids["ann"], "user": "ann", "agent": "me"}
        found = {}
        for route in every():
            names = re.findall(r"{(\w+)}", route.path)
            if route.method != "GET" or route.path in ASIDE or not set(names) <= set(things):
                continue
            path = route.path.format(**things)
            for query in ASKED.get(route.path, [{}]):
                found[f"{path} {query}"] = caller("GET", path, **query).text
        return found

    def all_answers(self) -> dict[str, dict[str, str]]:
        self.parley.clock.at = self.at
        callers = {
            "agent": (self.api, "acme"),
            "agent of beta": (self.api, "beta"),
            "of visitor": (self.api, "visitor"),
        }
        callers |= {name: (self.users[name], company) for company, name in self.everybody()}
        callers["visitor"] = (self.users["visitor"], "visitor")
        return {name: self.answers(*caller) for name, caller in callers.items()}


@pytest.fixture
def town(parley: Parley, tenant: Tenant) -> Town:
    return Town(parley, tenant)


def roster(caller: Client, room: str, limit: str = "100") -> list[str]:
    found, cursor = [], {}
    while True:
        page = caller("GET", f"/v1/rooms/{room}/roster", limit=limit, **cursor).json
        found += [each["external_id"] for each in page["items"] if each["side"] == "customer"]
        if not page["next"]:
            return sorted(found)
        cursor = {"cursor": page["next"]}


def test_a_roster_has_one_person_once_on_whatever_page(town: Town) -> None:
    assert roster(town.api, town.rooms["acme"]) == ["ann", "bob", "slack:U1"]
    town.tie("slack:U1")
    town.tie("annie")
    for limit in ("1", "2", "100"):
        assert roster(town.api, town.rooms["acme"], limit) == ["ann", "bob"]
        assert roster(town.users["bob"], town.rooms["acme"], limit) == ["ann", "bob"]
        assert roster(town.users["slack:U1"], town.rooms["acme"], limit) == ["bob", "slack:U1"]
        assert roster(town.users["carl"], town.rooms["beta"], limit) == ["annie", "carl"]
    town.api.put("/v1/customers/acme/users/ann", {"state": "blocked"})
    assert roster(town.api, town.rooms["acme"]) == ["bob", "slack:U1"]


def test_who_has_read_it_is_one_person_as_far_as_they_read_furthest(town: Town) -> None:
    def marks() -> list[Any]:
        return town.api.get(f"/v1/rooms/{town.rooms['acme']}/read-marks").json["items"]

    for name in ("ann", "slack:U1"):
        town.users[name].put(f"/v1/rooms/{town.rooms['acme']}/read", {})
        town.users["bob"].post(f"/v1/rooms/{town.rooms['acme']}/messages", {"text": "More"})
    before = {each["person"]: each["change"] for each in marks()}
    town.tie("slack:U1")
    ann = next(each for each in marks() if town.ids["ann"] in each["members"])
    assert set(ann["members"]) == {town.ids["ann"], town.ids["slack:U1"]}
    assert ann["change"] == before[town.ids["slack:U1"]] == max(before[each] for each in ann["members"])
    assert len(marks()) == len(before) - 1


def experts(caller: Client) -> list[tuple[str, str]]:
    found = [each for each in caller.get("/v1/experts", q="webhook").json["items"] if each["side"] == "customer"]
    return sorted((each["person"]["name"], each["customer"]["external_id"]) for each in found)


def test_who_knows_is_one_person_to_agents_over_companies_to_users_within_theirs(town: Town) -> None:
    assert experts(town.api) == [("Ann", "acme"), ("Ann", "acme"), ("Ann", "beta"), ("Bob", "acme"), ("Carl", "beta")]
    town.tie("slack:U1")
    town.tie("annie")
    assert [name for name, _ in experts(town.api)] == ["Ann", "Bob", "Carl"]
    assert experts(town.users["bob"]) == [("Ann", "acme"), ("Bob", "acme")]
    assert experts(town.users["carl"]) == [("Ann", "beta"), ("Carl", "beta")]


def said_by(caller: Client, author: str) -> list[str]:
    hits = caller.get("/v1/search", q="webhook", author=author).json["items"]
    return sorted(each["author"]["id"] for each in hits)


def test_what_somebody_said_is_found_by_any_of_their_ids(town: Town) -> None:
    ann, slack, annie, visitor = (town.ids[each] for each in ("ann", "slack:U1", "annie", "visitor"))
    for other in ("slack:U1", "annie", "visitor"):
        town.tie(other)
    assert said_by(town.api, slack) == said_by(town.api, visitor) == sorted((ann, slack, annie, visitor))
    assert said_by(town.users["bob"], ann) == sorted((ann, slack))
    assert said_by(town.users["carl"], annie) == [annie]
    assert said_by(town.users["carl"], ann) == []


def people(caller: Client, q: str = "ann", limit: str = "20") -> list[str]:
    found, cursor = [], {}
    while True:
        page = caller("GET", "/v1/search", q=q, kind="person", limit=limit, **cursor).json
        found += [each["id"] for each in page["items"] if each["author"]["kind"] == "user"]
        if not page["next"]:
            return found
        cursor = {"cursor": page["next"]}


def test_search_finds_one_person_once_on_whatever_page(town: Town) -> None:
    assert len(people(town.api)) == 3
    town.tie("slack:U1")
    town.tie("annie")
    for limit in ("1", "20"):
        assert len(people(town.api, limit=limit)) == 1
        assert len(people(town.users["bob"], limit=limit)) == 1
        assert people(town.users["carl"], limit=limit) == [town.ids["annie"]]
    assert people(town.api, q="slack:U1") == [town.ids["slack:U1"]]


def test_figures_that_count_people_count_persons(town: Town) -> None:
    segment = town.more_than(2)
    town.parley.settle()

    def members() -> int:
        found = town.api.get(f"/v1/segments/{segment}/members", limit="100").json["items"]
        return len([each for each in found if each["customer"]["external_id"] == "acme"])

    def hearers() -> int:
        body = {"rooms": [town.rooms["acme"]], "outcome": "solved"}
        return int(town.api.post("/v1/rooms/resolve/preview", body).json["people"])

    assert (members(), hearers()) == (1, 3)
    town.tie("slack:U1")
    assert (members(), hearers()) == (0, 2)
    town.api.put("/v1/customers/acme/users/ann", {"state": "blocked"})
    town.parley.settle()
    preview = {"filter": {"attribute": "members", "equals": 2}}
    assert town.api.post("/v1/segments/preview", preview).json["matched"] == 2
    town.untie_all()
    assert town.api.post("/v1/segments/preview", preview).json["matched"] == 2
    town.api.put("/v1/customers/acme/users/ann", {"state": "active"})
    town.parley.settle()
    assert members() == 1


def test_a_users_record_names_their_person_to_agents(town: Town) -> None:
    person = town.tie("slack:U1")
    users = town.api.get("/v1/customers/acme/users").json["items"]
    assert {each["external_id"]: each["person"] for each in users} == {"ann": person, "slack:U1": person, "bob": None}


def test_tied_and_untied_every_answer_of_every_route_is_as_it_was(town: Town) -> None:
    before = town.all_answers()
    assert len(before["agent"]) > 50
    for other in ("slack:U1", "annie", "visitor"):
        town.tie(other)
    assert town.all_answers() != before
    town.untie_all()
    after = town.all_answers()
    for caller, answers in before.items():
        for path, text in answers.items():
            assert after[caller][path] == text, f"{caller}: {path}"


def test_a_tie_tells_a_customers_people_nothing_that_they_were_not_told_before(town: Town) -> None:
    customers = ("ann", "slack:U1", "bob", "annie", "carl", "visitor")
    before = town.all_answers()
    for other in ("slack:U1", "annie", "visitor"):
        town.tie(other)
    after = town.all_answers()
    for caller in customers:
        for path, text in after[caller].items():
            assert values(text) <= values(before[caller][path]), f"{caller}: {path}"
            assert "per_" not in text


def values(text: str) -> set[str]:
    """Every word and number of an answer but those that order experts."""

    def within(thing: Any) -> set[str]:
        if isinstance(thing, dict):
            return set().union(
                *(within(each) for name, each in thing.items() if name not in ("worth", "cursor", "next"))
            )
        if isinstance(thing, list):
            return set().union(*map(within, thing))
        return {str(thing)}

    return within(json.loads(text)) if text.startswith(("{", "[")) else {text}
