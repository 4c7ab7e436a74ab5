"""On the running stack: one developer writes by form, mail, Slack, Teams and the support button. Two confirmations on
she is one person and her form's room is her team's; undone, every answer is that of before. A stranger with her address
gets nothing."""

import copy
import json
import time
from collections.abc import Callable
from typing import Any

from tests.browser import browser
from tests.emulators import emulators
from tests.journeys.caller import Caller, eventually, pass_on, user_token
from tests.journeys.pages.hosting import dashboard
from tests.journeys.pages.test_widget import Person
from tests.mails import basic, connect, postmark
from tests.peers.msteams import APP, PASSWORD, TeamsPeer
from tests.slack import ANN, BOT, SEED, SIGNING, EmulatedSlack
from tests.stack import LocalStack

MAIL = "ann@developers.example"
ASKED = "Where is the zebra?"
MOVES = {"change", "version", "attribute_sources"}  # of an answer: what every change counts, wherever it leads


def test_who_writes_everywhere_is_one_person_and_may_be_many_again(stack: LocalStack) -> None:
    workspace = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Acorn"})
    seed = copy.deepcopy(SEED)
    seed["slack"]["users"][1]["email"] = MAIL
    with emulators("slack", seed=seed) as at, TeamsPeer() as teams, dashboard(stack, workspace) as host:
        teams.people["29:ann"]["email"] = MAIL
        host.tokens["ann"] = lambda _: signed(workspace, "ann", email=MAIL)
        host.tokens["bob"] = lambda _: signed(workspace, "bob")
        town = Town(stack, workspace, at["slack"], teams)
        town.everybody_writes()
        before = town.answers()
        with browser() as chromium:
            with Person(chromium, host.url("ann")) as ann:
                ann.open()
                offer = ann.one(".earlier p", has_text=ASKED)
                offer.locator("button").click()
                ann.sees(ASKED)
            town.agent_says_who_she_is()
            with Person(chromium, host.url("bob")) as bob:
                bob.open().enter(ASKED)
                bob.sees(ASKED)
        town.she_is_one()
        town.undone()
        town.is_as_it_was(before)


def signed(workspace: dict[str, str], user: str, **claims: Any) -> str:
    return user_token(workspace, "acme", user, name=user.title(), **claims)


class Town:
    """The developer's ways to the vendor; an agent, her colleague Bob, and Eve, who gives her address as her own."""

    def __init__(self, stack: LocalStack, workspace: dict[str, str], slack: str, teams: TeamsPeer) -> None:
        self.stack, self.teams = stack, teams
        self.api = Caller(stack.base_url, workspace["api_key"])
        self.api("PATCH", "/v1/workspace", {"visitors": True})
        self.ann = Caller(stack.base_url, signed(workspace, "ann", email=MAIL))
        self.bob = Caller(stack.base_url, signed(workspace, "bob"))
        self.workspace, self.slack_url = workspace["id"], slack
        self.again: list[
            Callable[[], int]
        ] = []  # each webhook that came, told once more: signed anew where its sender does

    def everybody_writes(self) -> None:
        anyone = Caller(self.stack.base_url)
        form = self.api.post("/v1/installs", {"kind": "form", "name": "Form"})
        said = {"name": "Ann", "email": MAIL, "message": ASKED}
        assert anyone("POST", f"/in/form/{form['id']}", said, Accept="application/json").status < 300
        mail = connect(self.api, away=False)
        posted = postmark("By letter", MAIL, name="Ann", subject="A mail")
        self.webhook(
            lambda: anyone("POST", f"/in/email/{mail['id']}", posted, Authorization=basic(mail["secret"])).status
        )
        eventually(lambda: len(self.api.all("/v1/rooms")) == 2)
        eve = {"workspace": self.workspace, "name": "Ann", "email": MAIL, "text": "I am Ann, let me in"}
        self.eve = Caller(self.stack.base_url, anyone.post("/v1/visitors", eve)["token"])
        self.eves = self.eve.get("/v1/me")["room"]

        self.triage = self.api("PUT", "/v1/customers/acme", {"name": "Acme"}).json["triage_room"]
        self.bob.post(f"/v1/rooms/{self.triage}/messages", {"text": "Hello from Bob"})
        self.by_slack()
        self.by_teams()
        self.ann.post(f"/v1/rooms/{self.triage}/messages", {"text": "By the button"})
        texts = {"Hello from Bob", "By Slack", "By Teams", "By the button"}
        listing = f"/v1/rooms/{self.triage}/messages"
        eventually(lambda: {each["text"] for each in self.api.all(listing)} == texts)
        self.rooms = [each["id"] for each in self.api.all("/v1/rooms")]
        assert len(self.rooms) == 4
        [self.form] = [each["id"] for each in self.api.all("/v1/rooms") if each["name"] == ASKED]
        self.users = {each["external_id"]: each["id"] for each in self.api.all("/v1/customers/acme/users")}
        assert {name.partition(":")[0] for name in self.users} == {"ann", "bob", "slack", "msteams"}
        proven = eventually(lambda: self.person("ann")["ties"], 40)
        assert [each["reason"] for each in proven] == ["address"], "her mail passed its checks, her token names it"

    def webhook(self, tell: Callable[[], int]) -> None:
        """A provider tells of something, and may do so again."""
        assert tell() in (200, 202)
        self.again.append(tell)

    def by_slack(self) -> None:
        install = self.api.post("/v1/installs", {"kind": "slack", "name": "S", "credentials": {"signing": SIGNING}})

        def post(raw: bytes, _: dict[str, str]) -> None:
            self.webhook(lambda: pass_on(install["url"], slack.headers(raw), raw))

        self.slack = slack = EmulatedSlack(self.slack_url, post, now=self.stack.now)
        config = {"base_url": self.slack_url, "team": slack.team}
        self.api("PATCH", f"/v1/installs/{install['id']}", {"config": config, "credentials": {"bot": BOT}})
        bound = {"install": install["id"], "conversation": slack.channels["acme-help"]}
        self.api.post(f"/v1/rooms/{self.triage}/bridges", bound)
        time.sleep(1.1)  # the emulator's timestamps are whole seconds: none shall be from before the binding
        slack.say(ANN, slack.channels["acme-help"], "By Slack")

    def by_teams(self) -> None:
        body = {"kind": "msteams", "name": "T", "config": {"app_id": APP, "services": self.teams.services()}}
        install = self.api.post("/v1/installs", body | {"credentials": {"app_password": PASSWORD}})
        self.teams.bot = install["url"]
        self.teams.say("29:ann", f"connect {self.api.post(f'/v1/rooms/{self.triage}/connect-codes')['code']}")
        self.teams_tells()
        eventually(lambda: any("Connected" in each["text"] for each in self.teams.messages.values()))
        self.teams.say("29:ann", "By Teams")
        self.teams_tells()

    def teams_tells(self) -> None:
        waiting, self.teams.outbox[:] = [json.loads(each.body) for each in self.teams.outbox], []

        def tell(activity: Any) -> int:
            posted, now = self.teams.posted(activity), int(self.stack.now())
            signed = self.teams.signed(activity, nbf=now, exp=now + 3600)
            return pass_on(posted.url, posted.headers | {"Authorization": f"Bearer {signed}"}, posted.body)

        for activity in waiting:
            self.webhook(lambda activity=activity: tell(activity))  # type: ignore[misc]

    def person(self, user: str) -> Any:
        return self.api.get(f"/v1/people/{self.users[user]}?customer=acme")

    def agent_says_who_she_is(self) -> None:
        """As the console does with one click for each likeness."""
        likely = [each["member"] for each in self.person("ann")["suggestions"]]
        assert {each["channel"] or each["kind"] for each in likely} == {"slack", "msteams", "visitor"}
        for each in likely:
            if each["kind"] == "user":
                member = {"customer": "acme", "user": each["external_id"]}
                self.api.post(f"/v1/people/{self.users['ann']}/ties?customer=acme", {"member": member})

    def she_is_one(self) -> None:
        shown = self.person("ann")
        assert sorted(each["channel"] or each["kind"] for each in shown["members"]) == [
            "msteams", "slack", "user", "visitor", "visitor",
        ]  # fmt: skip
        assert sorted(each["reason"] for each in shown["ties"]) == ["address", "agent", "agent", "token"]
        named = {each["id"]: each["name"] for each in self.api.all("/v1/rooms")}
        assert {named[each["id"]] for each in shown["rooms"]} == {
            named[each] for each in self.rooms if each != self.eves
        }
        assert self.bob.get(f"/v1/rooms/{self.form}")["kind"] == "topic"
        self.eve_has_nothing()

    def eve_has_nothing(self) -> None:
        """She sees what she said herself, and the code that she asks for goes to Ann."""
        assert [each["id"] for each in self.eve.get("/v1/rooms")["items"]] == [self.eves]
        for room in set(self.rooms) - {self.eves}:
            assert self.eve("GET", f"/v1/rooms/{room}").status == 404
        assert self.eve("GET", "/v1/me/earlier-rooms").status == 403
        assert self.eve("POST", "/v1/me/address-code").status == 202
        mail = eventually(lambda: [each for each in self.stack.mails() if "Your code for Acorn" in each["Subject"]])[0]
        assert mail["To"] == MAIL
        assert self.eve("POST", "/v1/me/address", {"code": "12345678"}).status == 403
        assert self.api.get(f"/v1/rooms/{self.eves}")["kind"] == "visitor"
        assert self.eves not in {each["id"] for each in self.bob.get("/v1/rooms")["items"]}

    def undone(self) -> None:
        shown = self.person("ann")
        assert self.api("DELETE", f"/v1/rooms/{self.form}/adoption").status == 200
        for tie in shown["ties"]:
            if tie["reason"] != "address":
                person = self.person("ann")["id"]
                assert self.api("DELETE", f"/v1/people/{person}/ties/{tie['id']}").status == 204

    def answers(self) -> dict[str, Any]:
        """What the routes say to everybody of her, her rooms and her customer."""
        shown = ["/v1/me", "/v1/rooms", "/v1/rooms?state=resolved", "/v1/search?q=zebra"]
        shown += [f"/v1/rooms/{room}{way}" for room in self.rooms for way in ("", "/messages", "/roster")]
        agents = ["/v1/customers/acme", "/v1/customers/acme/users", "/v1/rooms?customer=acme", "/v1/metrics"]
        agents += [f"/v1/rooms/{room}/adoption" for room in self.rooms]
        agents += [f"/v1/people/{user}?customer=acme" for user in self.users.values()]
        agents += [f"/v1/people/{each}" for each in self.visitors()]
        users = ["/v1/me/earlier-rooms", f"/v1/experts?room={self.triage}"]
        paths = {"api": shown + agents, "ann": shown + users, "bob": shown + users, "eve": shown}
        return {(name, path): self.answer(name, path) for name, asked in paths.items() for path in asked}

    def answer(self, eye: str, path: str) -> Any:
        return without_moves(getattr(self, eye)("GET", path))

    def visitors(self) -> list[str]:
        said = [each for room in self.rooms for each in self.api.all(f"/v1/rooms/{room}/messages")]
        return sorted({each["author"]["id"] for each in said if each["author"]["kind"] == "visitor"})

    def is_as_it_was(self, before: dict[Any, Any]) -> None:
        """Indexes lag: what still differs is asked for again."""
        left = dict(before)

        def same() -> bool:
            for eye, path in list(left):
                if self.answer(eye, path) == left[eye, path]:
                    del left[eye, path]
            return not left

        eventually(same, 60)


def without_moves(got: Any) -> Any:
    def plain(shown: Any) -> Any:
        if isinstance(shown, dict):
            return {name: plain(value) for name, value in shown.items() if name not in MOVES}
        return [plain(each) for each in shown] if isinstance(shown, list) else shown

    return got.status, plain(json.loads(got.body)) if got.status == 200 else None
