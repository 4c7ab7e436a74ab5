"""A room in memory whose people are everywhere: in a customer's Slack channel, in the vendor's own Slack, in Teams, in
the vendor's app (the signed webhook), in mail. The real modules of every channel talk to peers that behave as the
providers do; what the peers tell waits until the test hands it over, in whatever order."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from chalicelib.channels.msteams import client
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.messages import Message
from chalicelib.desk.workspaces import Agent
from chalicelib.flows.inbound.receive import receive
from chalicelib.ports import Answer, ProviderBusy, Request, Unreachable
from chalicelib.store.rows import from_row

from .api import Tenant
from .arriving import event
from .conftest import in_memory
from .fakes import FakeMailer, Parley
from .mails import connect, postmark, read
from .peers.msteams import APP, PASSWORD, TeamsPeer
from .peers.slack import SlackPeer

ACME, AGENTS, CHAT = "C0ACME", "C0AGENTS", "a:chat-with-ann"
HOOK = "https://app.vendor.example/parley"
MIA = "mia@acme.example"
WORDS = re.compile(r"words \d+")


class AppPeer:
    """The vendor's own app, which shows what Parley tells it by signed webhooks, and tells what is said in it."""

    def __init__(self) -> None:
        self.own: dict[str, str] = {}
        self.copies: dict[str, str] = {}
        self.heard: set[str] = set()
        self.events: list[bytes] = []
        self.count = 0

    def asked(self, request: Request) -> Answer:
        """It knows a repeat by its webhook-id."""
        id_ = request.headers["webhook-id"]
        whole = json.loads(request.body)
        body = whole["message"]
        if id_ not in self.heard:
            self.heard.add(id_)
            place, key = (self.own, body["external_id"]) if body["external_id"] else (self.copies, body["id"])
            if body["deleted"]:
                place.pop(key, None)
            elif place is self.copies or (key in self.own and whole["type"] == "message.edited"):
                place[key] = body["text"]
        return Answer(204)

    def tell(self, kind: str, id_: str, **fields: Any) -> None:
        """Something happened in it."""
        self.count += 1
        whole = event(kind, id_, customer="acme", user="bob", **fields) if "text" in fields or "emoji" in fields else {}
        body = whole or {"type": kind, "id": id_}
        self.events.append(json.dumps(body | {"revision": self.count}).encode())


class Clinic(FakeMailer):
    """A mailer that may be ill, as `how` says when it is asked."""

    def __init__(self, how: Callable[[], str]) -> None:
        super().__init__()
        self.how = how

    def send(self, raw: bytes, to: Any) -> str:
        if how := self.how():
            raise ProviderBusy(f"SES: {how}", 30 if how == "429" else 0)
        return super().send(raw, to)


class Everywhere:
    """The room, its five sides, and the workers. `failing` says of each provider how its next calls end: `429`, `500`,
    `lost` (done, but the answer never came), `away`; `down` how all of them do until a moment (ms). `calls` has who was
    called when."""

    def __init__(self, parley: Parley, teams: TeamsPeer) -> None:
        client._tokens.clear()
        self.parley, self.teams = parley, teams
        self.failing: dict[str, list[str]] = {name: [] for name in ("slack", "msteams", "webhook", "email")}
        self.down: dict[str, tuple[str, int]] = {}
        self.calls: list[tuple[str, int]] = []
        self.mailer = Clinic(lambda: self._ill("email"))
        self.slack, self.app = SlackPeer(parley.clock.now), AppPeer()
        parley.world = replace(parley.world, outside=self, mailer=self.mailer)
        self.tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        self.api = self.tenant.api
        self.api.post("/v1/agents", {"name": "Agent Smith", "role": "agent", "email": "agent@vendor.example"})
        self.room = self.api.put("/v1/customers/acme", {"name": "Acme", "domains": ["acme.example"]}).json[
            "triage_room"
        ]
        self.api.put("/v1/customers/acme/users/mia", {"name": "Mia", "email": MIA})
        self.installs = {
            "slack": self._install("slack", {"base_url": self.slack.url, "team": "T0VENDOR", "agent_channel": AGENTS}),
            "msteams": self._install("msteams", {"app_id": APP, "services": teams.services()}),
            "webhook": self._install("webhook", {"url": HOOK}),
            "email": connect(self.api, away=False)["id"],
        }
        for kind, conversation in (("slack", ACME), ("msteams", CHAT)):
            body = {"install": self.installs[kind], "conversation": conversation}
            assert self.api.post(f"/v1/rooms/{self.room}/bridges", body).status == 201
        (way,) = self.api.get(f"/v1/rooms/{self.room}/mail-addresses").json["items"]
        self.address, self.mails = way["address"], 0
        self.letters: list[bytes] = []
        self.write("words 0")
        self.hand_over(self.waiting())
        self.work()

    def _install(self, kind: str, config: dict[str, Any]) -> str:
        given = {"slack": {"signing": "s", "bot": "xoxb"}, "msteams": {"app_password": PASSWORD}}
        body = {"kind": kind, "name": kind, "config": config}
        got = self.api.post("/v1/installs", body | ({"credentials": given[kind]} if kind in given else {}))
        assert got.status == 201, got.text
        return str(got.json["id"])

    # --- the way out

    def send(self, request: Request) -> Answer:
        """ports.Outside."""
        name = "webhook" if request.url == HOOK else "slack" if request.url.startswith(self.slack.url) else "msteams"
        speaks = re.search(r"chat\.|reactions\.|/activities|/v3/conversations$", request.url) or name == "webhook"
        how = self._ill(name) if speaks else ""
        if how == "429":
            return Answer(429, {"retry-after": "30"})
        if how == "500":
            return Answer(500)
        if how == "away":
            raise Unreachable("connection refused")
        if name == "msteams":
            status, body, _ = self.teams.answer(request.method, request.url, request.headers, request.body)
            answer = Answer(status, {}, json.dumps(body).encode() if body is not None else b"")
        else:
            answer = (self.app if name == "webhook" else self.slack).asked(request)
        if how == "lost":
            raise Unreachable("no answer")
        return answer

    def _ill(self, name: str) -> str:
        """How a call ends; "" if well."""
        self.calls.append((name, self.parley.clock.at))
        how, until = self.down.get(name, ("", 0))
        if self.parley.clock.at < until:
            return how
        return self.failing[name].pop(0) if self.failing[name] else ""

    # --- what people do

    def write(self, text: str) -> None:
        """Mia writes a mail to the room's address."""
        self.mails += 1
        mail = postmark(text, MIA, name="Mia", id_=f"mail-{self.mails}@acme.example", to=self.address)
        self.letters.append(json.dumps(mail).encode())

    def waiting(self) -> list[tuple[str, bytes]]:
        """What happened everywhere and has not been told yet; it is taken."""
        found = [("slack", body) for body in self.slack.events] + [("webhook", body) for body in self.app.events]
        found += [("msteams", each.body) for each in self.teams.outbox] + [("email", body) for body in self.letters]
        self.slack.events, self.app.events, self.letters = [], [], []
        self.teams.outbox.clear()
        return found

    def hand_over(self, events: list[tuple[str, bytes]]) -> None:
        """Tell Parley, as the queue's worker would find it."""
        for kind, body in events:
            envelope = Envelope(
                id=self.parley.world.fresh_id("env"),
                workspace=self.tenant.id,
                install=self.installs[kind],
                channel=kind,
                received_at=self.parley.clock.now(),
                headers={"content-type": "application/json"},
                body=body,
            )
            receive(self.parley.world, envelope)

    # --- the workers

    def work(self) -> None:
        """All that is to be done now."""
        self.parley.react_all()
        self.parley.deliver_all()
        self.teams.clock = self.parley.clock.at

    def pass_time(self, seconds: float) -> None:
        """Time passes, and the clock finds what is due."""
        self.parley.clock.at += int(seconds * 1000)
        self.parley.due()
        self.work()

    def run(self, hours: float) -> None:
        """The workers, the wake-ups that the queue holds back, and the clock once a minute, for as long as it takes."""
        clock, late = self.parley.clock, self.parley.queues.late
        end, minute, waiting = clock.at + int(hours * 3_600_000), 0, []
        while clock.at < end:
            self.hand_over(self.waiting())
            self.work()
            waiting += [(clock.at + seconds * 1000, call) for call, seconds in late]
            late.clear()
            waiting.sort(key=lambda pair: pair[0])
            while waiting and waiting[0][0] <= clock.at:
                self.parley.queues.wake([waiting.pop(0)[1]])
            if self.parley.queues.calls:
                continue
            if clock.at >= minute:
                self.parley.due()
                minute = clock.at + 60_000
                continue
            queued = self.queued()
            if not queued and not waiting:
                return
            soonest = min([minute, *(at for at, _ in waiting)])
            hours_go_by = min(row.next_at for row in queued) if queued and not waiting else 0
            clock.at = max(clock.at + 1, min(soonest, end), hours_go_by)

    def rows(self) -> list[Delivery]:
        """Parley's ledger."""
        return [row for row in map(from_row, self.parley.table.rows.values()) if isinstance(row, Delivery)]

    def queued(self) -> list[Delivery]:
        """What is still on its way."""
        return [row for row in self.rows() if row.state == "queued"]

    # --- what is where

    def here(self) -> dict[str, set[str]]:
        """The room: each message with the emoji that it has."""
        said = [row for row in map(from_row, self.parley.table.rows.values()) if isinstance(row, Message)]
        return {
            each.text: {emoji for emoji, marks in each.reactions.items() if any(mark.on for mark in marks.values())}
            for each in said
            if not each.deleted and not each.internal
        }

    def thread(self) -> str:
        """The room's thread in the vendor's own Slack: its card's ts."""
        return next((each.ts for each in self.slack.there(AGENTS) if not each.root), "")

    def sides(self) -> dict[str, list[str]]:
        """The words that each side shows; of mail those that came from elsewhere."""
        chat = [each for each in self.teams.messages.values() if each["place"] == CHAT and not each["deleted"]]
        return {
            "slack": [each.text for each in self.slack.there(ACME)],
            "agents": [each.text for each in self.slack.there(AGENTS) if each.root and "note:" not in each.text],
            "msteams": [each["text"].rpartition("\n\n")[2] for each in chat],
            "webhook": [*self.app.own.values(), *self.app.copies.values()],
        }

    def mailed(self) -> list[str]:
        """The words of all mails that have left for customers' people; agents are told of theirs beside."""
        ours = {each.email for each in self.parley.records() if isinstance(each, Agent)}
        bodies = [read(raw).get_body(("plain",)) for raw, to in self.mailer.sent if not ours & {*to}]
        return [found for body in bodies if body for found in WORDS.findall(body.get_content())]


@contextmanager
def everywhere(teams: TeamsPeer) -> Iterator[Everywhere]:
    """A fresh one; the peer of Teams is used again, since making its key takes a moment."""
    teams.messages.clear()
    teams.log.clear()
    teams.outbox.clear()
    with in_memory(Parley()) as parley:
        teams.clock = parley.clock.at
        yield Everywhere(parley, teams)
