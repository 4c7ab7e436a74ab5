"""One room, and everybody where they are: in Slack, in Teams, in the mail, in the dashboard, and the vendor's agents in
their own Slack. On the running stack; every event comes several times, and nothing comes back."""

import time
import uuid
from typing import Any

import urllib3

from tests.emulators import emulators
from tests.journeys.caller import Caller, eventually, user_token
from tests.mails import basic, connect, postmark
from tests.peers.msteams import APP, PASSWORD, TeamsPeer
from tests.slack import AGENT, ANN, BOT, SEED, SIGNING, EmulatedSlack
from tests.stack import LocalStack

CHAT = "a:chat-with-ann"


def test_what_one_says_all_others_see(stack: LocalStack) -> None:
    api = Caller(stack.base_url, stack.workspace["api_key"])
    api("POST", "/v1/agents", {"name": "Agent Smith", "role": "agent", "email": "agent@vendor.example"})
    customer = f"everywhere-{uuid.uuid4().hex[:8]}"
    domain = f"{customer}.example"
    api("PUT", f"/v1/customers/{customer}", {"name": "Everywhere", "domains": [domain]})
    api("PUT", f"/v1/customers/{customer}/users/mia", {"name": "Mia", "email": f"mia@{domain}"})
    installs = {
        "email": connect(api, away=False),
        "slack": api.post("/v1/installs", {"kind": "slack", "name": "Slack", "credentials": {"signing": SIGNING}}),
    }
    with emulators("slack", seed=SEED) as at, TeamsPeer() as teams:
        body = {"kind": "msteams", "name": "Teams", "config": {"app_id": APP, "services": teams.services()}}
        installs["msteams"] = api.post("/v1/installs", body | {"credentials": {"app_password": PASSWORD}})
        teams.bot = installs["msteams"]["url"]
        try:
            Everywhere(stack, api, customer, installs, at["slack"], teams).play()
        finally:
            for install in installs.values():
                api("DELETE", f"/v1/installs/{install['id']}")


class Everywhere:
    """The room, and what each side sees of it."""

    def __init__(self, stack: LocalStack, api: Caller, customer: str, installs: Any, base: str, teams: Any) -> None:
        self.stack, self.api, self.customer, self.installs, self.teams = stack, api, customer, installs, teams
        self.mia, self.kinds = f"mia@{customer}.example", {install["id"]: kind for kind, install in installs.items()}
        self.slack = EmulatedSlack(base, self.post, times=3)
        self.theirs, self.ours = self.slack.channels["acme-help"], self.slack.channels["support"]
        self.widget = Caller(stack.base_url, user_token(stack.workspace, customer, "dev"))

    def post(self, raw: bytes, headers: dict[str, str]) -> None:
        got = urllib3.request(
            "POST", self.installs["slack"]["url"], body=raw, headers=headers, retries=False, timeout=60
        )
        assert got.status == 200, got.data

    def mail(self, **mail: Any) -> None:
        posted = postmark(sender=self.mia, name="Mia", **mail)
        anyone, secret = Caller(self.stack.base_url), self.installs["email"]["secret"]
        for _ in range(3):
            got = anyone("POST", f"/in/email/{self.installs['email']['id']}", posted, Authorization=basic(secret))
            assert got.status == 200, got.body

    def mails(self) -> list[str]:
        found = [mail for mail in self.stack.mails() if mail["X-Envelope-To"] == self.mia]
        return [mail.get_body(("plain",)).get_content() for mail in found]

    def texts(self) -> list[str]:
        found = self.widget.get(f"/v1/rooms/{self.room}/messages?after=0")["items"]
        return [message["text"] for message in found if not message["deleted"]]

    def chat(self) -> list[str]:
        found = [each for each in self.teams.messages.values() if each["place"] == CHAT and not each["deleted"]]
        return [each["text"].rpartition("\n\n")[2] for each in found if "onnect" not in each["text"]]

    def thread(self) -> list[str]:
        card = next((each for each in self.slack.history(self.ours) if self.customer in each["text"]), None)
        self.card = card["ts"] if card else ""
        return [each["text"] for each in self.slack.replies(self.ours, self.card)] if card else []

    def play(self) -> None:
        slack, teams, api = self.slack, self.teams, self.api
        self.mail(id_=f"e1@{self.customer}", subject=f"Keys of {self.customer}", text="They expire too early.")
        listing = f"/v1/rooms?customer={self.customer}"
        found = eventually(lambda: [room for room in api.get(listing)["items"] if room["kind"] == "topic"])
        self.room = found[0]["id"]
        config = {"base_url": slack.base, "team": slack.team, "agent_channel": self.ours}
        fields = {"config": config, "credentials": {"bot": BOT}}
        assert api("PATCH", f"/v1/installs/{self.installs['slack']['id']}", fields).status == 200
        bound = {"install": self.installs["slack"]["id"], "conversation": self.theirs}
        api.post(f"/v1/rooms/{self.room}/bridges", bound)
        teams.say("29:ann", f"connect {api.post(f'/v1/rooms/{self.room}/connect-codes')['code']}", CHAT)
        teams.deliver()
        eventually(lambda: any("Connected" in each["text"] for each in teams.messages.values()))
        time.sleep(1.1)  # the emulator's timestamps are whole seconds: none shall be from before the binding

        asked = slack.say(ANN, self.theirs, "Ours too")
        self.everywhere("Ours too", mailed="Ours too")
        time.sleep(1.1)  # nor from before the thread was the room's
        answer = slack.say(AGENT, self.ours, "We are on it", thread=self.card)
        slack.say(AGENT, self.ours, "note: between us", thread=self.card)
        self.everywhere("Ours too", "We are on it", mailed="We are on it")
        teams.say("29:ann", "Thank you", CHAT)
        assert set(teams.deliver(times=3, seed=1)) == {202}
        self.everywhere("Ours too", "We are on it", "Thank you", mailed="Thank you")

        slack.edit(AGENT, self.ours, answer, "It is fixed")
        slack.edit(ANN, self.theirs, asked, "Ours, too")
        self.everywhere("Ours, too", "It is fixed", "Thank you")
        slack.share(ANN, self.theirs, "log.txt", b"a log", "The log")
        eventually(lambda: any("log.txt" in text for text in self.chat()))
        slack.react(ANN, self.theirs, slack.history(self.theirs)[1]["ts"], "tada")
        shown = f"/v1/rooms/{self.room}/messages?after=0"
        eventually(lambda: any(m["reactions"] for m in self.widget.get(shown)["items"] if m["text"] == "It is fixed"))
        slack.remove(AGENT, self.ours, answer)
        eventually(lambda: "It is fixed" not in self.texts() + self.chat() + slack.texts(self.theirs))

        said = [message["text"] for message in self.widget.get(shown)["items"] if not message["deleted"]]
        assert said == ["They expire too early.", "Ours, too", "Thank you", "The log"]
        assert not [text for text in self.mails() + self.chat() + slack.texts(self.theirs) if "between us" in text]
        rows = eventually(self.settled)
        failed = [row for row in rows if row["state"] not in ("sent", "skipped")]
        assert not failed, "\n".join(f"{self.kinds[row['install']]}: {row}" for row in failed)

    def everywhere(self, *texts: str, mailed: str = "") -> None:
        """Every side ends so; a mail has told Mia of it. The vendor's own thread has the note, too."""
        wanted = list(texts)
        for side in (self.texts, self.chat, lambda: self.slack.texts(self.theirs)):
            eventually(lambda side=side: side()[-len(wanted) :] == wanted)
        eventually(lambda: [text for text in self.thread() if "note:" not in text][-len(wanted) :] == wanted)
        if mailed:
            eventually(lambda: any(mailed in text for text in self.mails()))

    def settled(self) -> list[Any] | None:
        ours = {install["id"] for install in self.installs.values()}
        rows = [row for row in self.api.all(f"/v1/rooms/{self.room}/deliveries") if row["install"] in ours]
        return rows if all(row["state"] != "queued" for row in rows) else None
