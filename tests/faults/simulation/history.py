"""What people, programs and AWS do in a history, step by step (workload). Each step has a seed of its own, so that a
history from which steps are taken away leaves the others as they were."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.policies import NoAnswer, Policy, Targets
from chalicelib.desk.times import HOUR_MS, MINUTE_MS, rfc3339
from tests.api import Client, Got
from tests.flows.clocks.test_clocks import with_policies
from tests.mails import postmark
from tests.peers.msteams import TeamsPeer
from tests.properties.test_everywhere import People
from tests.tracking import DOING, DONE, OPEN, REVIEW, WONTFIX

from .forgetting import ACTS as FORGETTING
from .forgetting import Forgetting
from .scheduler import Death
from .stage import BEGINS, CLOCKS, HANGING, SimEverywhere, SimTracker, Stage
from .visits import COMPANY, MAIL, Visits

ACTS = {
    "client": 6, "people": 4, "broadcast": 1, "undo": 1, "track": 2, "tell": 2, "time": 2, "room": 1, "letter": 1,
    "named": 1, "raise": 1, "outage": 1, "promise": 1, "end": 1, "visit": 3,
}  # fmt: skip
TARGETS = Targets(first=3 * MINUTE_MS, next=10 * MINUTE_MS, update=HOUR_MS)
SILENCE = NoAnswer(wait=30 * MINUTE_MS, texts=("Did that help?", "We close this soon."))
POLICY = Policy(id="pol_1", name="All", targets=TARGETS, warn=MINUTE_MS, no_answer=SILENCE)
CUSTOMERS = ("acme", "beta", "gamma")
TRIES = 9  # for which a client repeats a request that was not answered
OUTAGES_S = (20, 40, 90, 400, 3600)


@dataclass(frozen=True)
class Step:
    """What is done, and the seed of how."""

    act: str
    seed: str


def steps_of(seed: int, count: int, *, forgetting: bool = False) -> list[Step]:
    """The steps of a seed; with those in which somebody is forgotten where that is asked for."""
    rng = random.Random(f"steps {seed}")
    weights = ACTS | ({f"forget {name}": weight for name, weight in FORGETTING.items()} if forgetting else {})
    acts = rng.choices(list(weights), list(weights.values()), k=count)
    return [Step(act, f"{seed}:{number}") for number, act in enumerate(acts)]


@dataclass
class Expected:
    """What the oracle will look for: what was accepted, what may or may not be there, what was taken back."""

    accepted: dict[str, tuple[str, str]] = field(default_factory=dict)  # text → room, message
    unknown: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)
    broadcasts: dict[str, str] = field(default_factory=dict)  # broadcast → text
    letters: dict[str, str] = field(default_factory=dict)  # answer by mail that is owed → its reader's address
    raised: Counter[str] = field(default_factory=Counter)  # title of an issue → how often it was raised
    alone: bool = True  # no fork was made: rooms hold what was said in them, and nothing else


class History:
    """One of them."""

    def __init__(self, stage: Stage, teams: TeamsPeer) -> None:
        self.stage, self.rng = stage, stage.rng
        self.here = SimEverywhere(stage, teams)
        self.expected = Expected()
        self.count, self.stormed = 0, stage.weather.dies > 0
        self.mine: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        self.threads: dict[str, str] = {}
        self.tracker = SimTracker(stage.clock.now)
        known = stage.parley.world.tracker
        stage.parley.world = replace(
            stage.parley.world, tracker=lambda kind: self.tracker if kind == "tracker" else known(kind)
        )
        self.tenant, self.api = self.here.tenant, self.here.api
        self.people = People(self.here, self.rng)
        self._people_of_the_api()
        self._tracked()
        self.api.post("/v1/installs", {"kind": "webhook", "name": "Slow", "config": {"url": HANGING}})
        self._timed()
        self.visits = Visits(self)
        self.forgetting = Forgetting(self)
        self.tracker.stage = stage
        stage.pump()

    def _people_of_the_api(self) -> None:
        agent = self.api.post("/v1/agents", {"name": "Ada", "role": "admin"}).json
        key = {"name": "K", "agent": agent["id"], "scopes": ["read", "write", "admin"]}
        self.agents = {"owner": self.api, "ada": Client(self.api.post("/v1/api-keys", key).json["key"])}
        self.rooms = {customer: self.tenant.triage(customer) for customer in CUSTOMERS}
        for name in ("ann", "bea"):
            assert self.client(name).get("/v1/rooms").status == 200

    def client(self, name: str) -> Client:
        """Somebody who uses the API; a user's token is fresh."""
        if name in self.agents:
            return self.agents[name]
        now = self.stage.clock.at // 1000
        named = {"email": MAIL} if name == "cal" else {}
        return self.tenant.user(COMPANY[name], name, name=name.title(), iat=now, exp=now + 3600, **named)

    def _tracked(self) -> None:
        self.board = self.api.post("/v1/installs", {"kind": "tracker", "name": "Board"}).json["id"]
        assert self.api.post(f"/v1/installs/{self.board}/try").status == 200
        crossing = {"title": True, "labels": True, "policy": "tell", "comments": "all", "all_to_many": True}
        assert self.api.patch(f"/v1/installs/{self.board}/tracking", crossing).status == 200
        made = {"title": "Export breaks", "public_title": "Export", "tickets": [self.board]}
        self.issue = self.api.post("/v1/issues", made).json["id"]
        for customer in ("beta", "gamma"):
            assert self.api.post(f"/v1/issues/{self.issue}/rooms", {"room": self.rooms[customer]}).status == 201

    def _timed(self) -> None:
        """Everybody is owed an answer soon, and somebody asks to hear of that."""
        with_policies(self.stage.parley, self.tenant, POLICY)
        events = ["clock.started", "clock.warned", "clock.missed", "clock.met"]
        config = {"url": CLOCKS, "all_rooms": False, "events": events}
        assert self.api.post("/v1/installs", {"kind": "webhook", "name": "Clocks", "config": config}).status == 201

    # --- running

    def run(self, steps: list[Step]) -> None:
        """Do the steps, with workers going on in between for as long as it happens."""
        stage = self.stage
        stage.weather.stormy = self.stormed
        for step in steps:
            for source in (stage.rng, stage.clock.rng):
                source.seed(step.seed)
            stage.trace(f"step {step.act}")
            act, _, detail = step.act.partition(" ")
            getattr(self, f"do_{act}")(*[detail] if detail else [])
            stage.pump(stage.rng.choice([0, 3, 10, 60, 400]))
            if stage.clock.at - stage.ticked > 60_000:
                stage.tick()

    def settle(self) -> bool:
        """The weather is fair again: let all be done that can be. Whether everything came to rest."""
        stage = self.stage
        stage.weather.stormy = False
        stage.weather.until.clear()
        for failing in self.here.failing.values():
            failing.clear()
        stage.run_out()  # a client that is still at something may hold her
        self.forgetting.release()
        calm = 0
        for _ in range(400):
            stage.run_out()
            self.do_tell()
            stage.run_out()
            queued = self.here.queued()
            waiting = list(stage.sqs.waiting())
            open_ = waiting or queued or any(stage.table.stream) or self.tracker.sent or self._untold()
            open_ = open_ or self.forgetting.running()
            calm = 0 if open_ else calm + 1
            if calm > 5:
                return True
            due = stage.next_due()
            if due and due - stage.clock.at < 60_000:
                stage.clock.at = due
                continue
            hop = 61_000
            if not open_:
                hop = 13 * 3_600_000
            elif queued and not waiting:
                hop = max(hop, min(3_700_000, min(row.next_at for row in queued) - stage.clock.at))
            elif due:
                hop = max(hop, due - stage.clock.at)
            stage.clock.at += hop
            stage.tick()
        return False

    def _untold(self) -> bool:
        here = self.here
        return bool(here.slack.events or here.teams.outbox or here.app.events or here.letters)

    # --- what a client does

    def call(self, who: Client, method: str, path: str, body: Any = None) -> Got | None:
        """A request as a client makes it: the same again, with the same key, until it is answered. None: never."""
        self.count += 1
        headers = {"Idempotency-Key": f"k-{self.count}"} if method == "POST" else None
        for _ in range(TRIES):
            try:
                got = who(method, path, body, headers=headers)
            except Death:
                current = self.stage.scheduler.current
                if current:
                    current.dying = False  # it was our side that died, not the client
                self.stage.clock.sleep(1)
                continue
            if got.status in (409, 429, 500, 502, 503):
                self.stage.weather.counts[f"status {got.status}"] += 1
                if got.status == 500:
                    self.stage.lost.append(f"500 to {method} {path}: {got.text[:200]}")
                self.stage.clock.sleep(0.3)
                continue
            self.stage.trace(f"{method} {path.rpartition('/')[2][:12]} {got.status}")
            return got
        return None

    def spawn(self, name: str, run: Callable[[], None]) -> None:
        """Let a client do something, beside all others; one that is still at something does nothing else."""
        if not any(task.name == name for task in self.stage.scheduler.tasks):
            self.stage.scheduler.spawn(name, run)

    def do_client(self) -> None:
        """Somebody uses the API for a while."""
        name = self.rng.choice(["ann", "owner", "ada", "bea"])
        rooms = {"bea": ["beta"], "ann": ["acme"]}.get(name, ["acme", "acme", "acme", "beta"])
        room = self.rooms[self.rng.choice(rooms)]
        acts = self.rng.choices(
            ["say", "edit", "delete", "react", "read", "note", "fork"],
            [6, 2, 1, 2, 2, 2, 1],
            k=self.rng.choice([1, 2, 3]),
        )
        self.spawn(name, lambda: [getattr(self, f"_{act}")(name, room) for act in acts] and None)

    def _say(self, name: str, room: str, **fields: Any) -> str:
        text = self.people.words()
        self.people.lineage[text] = [text]
        got = self.call(self.client(name), "POST", f"/v1/rooms/{room}/messages", {"text": text} | fields)
        if got is None:
            self.expected.unknown.add(text)
            return ""
        assert got.status == 201, got.text
        self.expected.accepted[text] = (room, got.json["id"])
        self.mine[name, room].append((got.json["id"], text))
        return text

    def _note(self, name: str, room: str) -> None:
        if name in ("owner", "ada"):
            body = {"text": f"between us {self.count}", "internal": True}
            self.call(self.client(name), "POST", f"/v1/rooms/{room}/messages", body)

    def _edit(self, name: str, room: str) -> None:
        if not (mine := self.mine[name, room]):
            return
        place = self.rng.randrange(len(mine))
        id_, text = mine[place]
        new = self.people.changed(text)
        got = self.call(self.client(name), "PATCH", f"/v1/rooms/{room}/messages/{id_}", {"text": new})
        if got is None or got.status != 200:
            self.expected.unknown |= {text, new}
            return
        mine[place] = (id_, new)
        if self.expected.accepted.pop(text, None):
            self.expected.accepted[new] = (room, id_)

    def _delete(self, name: str, room: str) -> None:
        if not (mine := self.mine[name, room]):
            return
        id_, text = mine.pop(self.rng.randrange(len(mine)))
        got = self.call(self.client(name), "DELETE", f"/v1/rooms/{room}/messages/{id_}")
        self.expected.accepted.pop(text, None)
        done = got is not None and got.status in (200, 204)
        (self.expected.deleted if done else self.expected.unknown).add(text)

    def _listed(self, name: str, room: str) -> list[dict[str, Any]]:
        got = self.call(self.client(name), "GET", f"/v1/rooms/{room}/messages")
        return [each for each in (got.json["items"] if got and got.status == 200 else []) if not each.get("deleted")]

    def _react(self, name: str, room: str) -> None:
        if items := self._listed(name, room):
            message, emoji = self.rng.choice(items), self.rng.choice(["%F0%9F%91%80", "%F0%9F%8E%89"])
            method = self.rng.choice(["PUT", "PUT", "DELETE"])
            self.call(self.client(name), method, f"/v1/rooms/{room}/messages/{message['id']}/reactions/{emoji}")

    def _read(self, name: str, room: str) -> None:
        self.call(self.client(name), "PUT", f"/v1/rooms/{room}/read", {})

    def _fork(self, name: str, room: str) -> None:
        if name == "bea" or self.rng.random() < 0.7:
            return
        items = sorted(
            (each for each in self._listed(name, room) if not each.get("internal")), key=lambda each: each["change"]
        )
        if items:
            first = self.rng.randrange(len(items))
            last = min(len(items) - 1, first + self.rng.randrange(3))
            self.expected.alone = False
            body = {"name": "F", "from": items[first]["id"], "to": items[last]["id"]}
            self.call(self.client(name), "POST", f"/v1/rooms/{room}/fork", body)

    def do_room(self) -> None:
        """A user opens a room and goes on speaking in it at once; an agent answers."""

        def run() -> None:
            got = self.call(self.client("bea"), "POST", "/v1/rooms", {"name": f"Room {self.count}"})
            if got and got.status == 201:
                for name in ("bea", "bea", "ada"):
                    self._say(name, got.json["id"])

        self.spawn("bea", run)

    def do_letter(self) -> None:
        """A stranger to all rooms writes a mail, a colleague in copy; as soon as it is there an agent answers."""
        self.here.mails += 1
        number, text = self.here.mails, self.people.said()
        copied = {"CcFull": [{"Email": f"colleague{number}@acme.example", "Name": "Colleague"}]}
        subject, id_ = f"Question {number}", f"mail-{number}@acme.example"
        mail = postmark(text, "mia@acme.example", name="Mia", subject=subject, id_=id_, **copied)
        self.here.letters.append(json.dumps(mail).encode())
        self.do_tell()

        def run() -> None:
            for _ in range(20):
                got = self.call(self.api, "GET", "/v1/rooms")
                found = [each for each in (got.json["items"] if got else ()) if each["name"] == subject]
                if found:
                    said = self._say("ada", found[0]["id"])
                    if said:
                        self.expected.letters[said] = "mia@acme.example"
                    return
                self.stage.clock.sleep(2)

        self.spawn("answer", run)

    def do_named(self) -> None:
        """A message names a file that is never uploaded."""

        def run() -> None:
            room = self.rooms["acme"]
            file = {"name": "log.txt", "type": "text/plain", "size": 5}
            got = self.call(self.client("ann"), "POST", "/v1/attachments", file)
            if got and got.status in (200, 201):
                self._say("ann", room, attachments=[got.json["id"]])

        self.spawn("ann", run)

    def do_raise(self) -> None:
        """An agent raises an issue with its ticket from a room."""
        self.count += 1
        title = f"Raised {self.count}"

        def run() -> None:
            self.expected.raised[title] += 1
            room = self.rooms[self.rng.choice(CUSTOMERS)]
            self.call(self.client("ada"), "POST", f"/v1/rooms/{room}/issues", {"title": title})

        self.spawn("ada", run)

    def do_visit(self) -> None:
        """Whose a visitor's room is moves, or who somebody is, while all speak."""
        self.visits.act()

    def do_forget(self, act: str) -> None:
        """Somebody speaks, is spoken of, or is forgotten."""
        self.forgetting.act(act)

    def do_promise(self) -> None:
        """An agent promises something, moves its time, or takes it back."""
        due = self.stage.clock.at + self.rng.choice([60_000, 600_000, 7_200_000])
        promise = self.rng.choice(
            [{"text": "An answer", "due": rfc3339(due)}, {"text": "A fix", "due": rfc3339(due)}, None]
        )
        room = self.rooms[self.rng.choice(CUSTOMERS)]
        body = {"promise": promise}
        self.spawn("ada", lambda: self.call(self.client("ada"), "PATCH", f"/v1/rooms/{room}", body) and None)

    def do_end(self) -> None:
        """An agent resolves a room, in words or quietly; its customer says that it is not solved, or how it was."""
        name, customer = self.rng.choice([("ann", "acme"), ("bea", "beta")])
        path = f"/v1/rooms/{self.rooms[customer]}"
        outcome, tell = self.rng.choice(["solved", "workaround", "no_answer"]), self.rng.random() < 0.8
        says = self.rng.choice(["", "not solved", "happy"])

        def run() -> None:
            self.call(self.client("ada"), "PATCH", path, {"state": "resolved", "outcome": outcome, "tell": tell})
            if says == "not solved":
                self.call(self.client(name), "PATCH", path, {"state": "open"})
            elif says:
                self.call(self.client(name), "PUT", f"{path}/rating", {"happy": True})

        self.spawn("end", run)

    # --- what others do

    def do_people(self) -> None:
        """Somebody does something in a channel."""
        act = self.rng.choice(["say", "say", "reply", "edit", "remove", "react", "unreact", "note"])
        side = self.rng.choice(["slack", "agents", "msteams", "webhook", "email"])
        self.people.act(act, side, self.rng.randrange(40))

    def do_broadcast(self) -> None:
        """A broadcast to all customers is made and sent."""
        self.count += 1
        text = f"B{self.count} news"

        def run() -> None:
            got = self.call(self.api, "POST", "/v1/broadcasts", {"text": text, "customers": list(CUSTOMERS)})
            if got and got.status == 201:
                self.expected.broadcasts[got.json["id"]] = text
                self.call(self.api, "POST", f"/v1/broadcasts/{got.json['id']}/send", {})

        self.spawn("broadcast", run)

    def do_undo(self) -> None:
        """A broadcast is taken back, or stopped and let go on."""
        if self.expected.broadcasts:
            id_ = self.rng.choice(list(self.expected.broadcasts))
            how = self.rng.choice(["undo", "pause", "resume", "undo"])
            self.spawn("undo", lambda: self.call(self.api, "POST", f"/v1/broadcasts/{id_}/{how}", {}) and None)

    def do_track(self) -> None:
        """The issue moves, here or there."""
        act = self.rng.choice(["ours", "theirs", "title", "their title", "comment", "their comment", "labels"])
        ticket = next(iter(self.tracker.tickets_), "")
        self.count += 1
        if act == "theirs" and ticket:
            self.tracker.turn(ticket, self.rng.choice([OPEN, DOING, REVIEW, DONE, WONTFIX]))
        elif act == "their title" and ticket:
            self.tracker.rename(ticket, f"Theirs {self.count}")
        elif act == "their comment" and ticket:
            self.tracker.say(ticket, f"said there t{self.count}.")
        elif act == "comment":
            self.spawn("comment", lambda text=f"comment c{self.count}.": self._comment(text))
        elif act in ("ours", "title", "labels"):
            state = {"state": self.rng.choice(["open", "in_progress", "done", "declined"]), "tell": "tell"}
            labels = {"labels": self.rng.sample(["a", "b", "c"], self.rng.randrange(3))}
            body = {"ours": state, "title": {"title": f"Ours {self.count}"}, "labels": labels}[act]
            self.spawn("issue", lambda: self.call(self.api, "PATCH", f"/v1/issues/{self.issue}", body) and None)

    def _comment(self, text: str) -> None:
        got = self.call(self.api, "POST", f"/v1/issues/{self.issue}/comments", {"text": text})
        if got and got.status in (200, 201, 202):
            self.expected.comments.append(text)

    def do_tell(self) -> None:
        """The providers tell what happened, in any order, now and then twice; an edge that is out is asked again."""
        stage, stormy = self.stage, self.stage.weather.stormy
        if stage.weather.out("sqs") or stage.weather.out("files"):
            return
        stage.weather.stormy = False  # a webhook that is answered by 5xx comes again, so that it comes in the end
        events = self.here.waiting() * (3 if stormy else 1)
        self.rng.shuffle(events)
        self.here.hand_over(events)
        sent, self.tracker.sent = self.tracker.sent, []
        sent = sent * 2 if stormy else sent
        self.rng.shuffle(sent)
        for body in sent:
            if not stormy or self.rng.random() > 0.2:
                self._hook(body)
        stage.weather.stormy = stormy

    def _hook(self, body: dict[str, Any]) -> None:
        envelope = Envelope(
            id=self.stage.parley.world.fresh_id("env"),
            workspace=self.tenant.id,
            install=self.board,
            channel="tracker",
            received_at=self.stage.clock.now(),
            headers={"content-type": "application/json"},
            body=json.dumps(body).encode(),
        )
        self.stage.queues.inbound(envelope, f"{self.board}:{body['ticket']}")

    def do_time(self) -> None:
        """Time passes."""
        self.stage.run_out()  # a worker's time-out is far below its queue's visibility
        self.stage.clock.at += self.rng.choice([1000, 5000, 61_000, 400_000])
        self.stage.tick()

    def do_outage(self) -> None:
        """A service of AWS is out for a while, and time passes meanwhile as workers see it."""
        stage = self.stage
        if not stage.weather.stormy:
            return
        services = self.rng.choice(
            [("table",), ("table",), ("files",), ("kms",), ("sqs",), ("table", "sqs", "files", "kms")]
        )
        ends = stage.clock.at + 1000 * self.rng.choice(OUTAGES_S)
        for service in services:
            stage.weather.until[service] = ends
        stage.trace(f"out: {','.join(services)} until {ends - BEGINS}")
        while stage.clock.at < ends:
            stage.pump()
            due = min(stage.next_due() or ends, stage.ticked + 60_000, ends)
            stage.clock.at = max(stage.clock.at + 1, due)
            if stage.clock.at - stage.ticked >= 60_000:
                stage.tick()
