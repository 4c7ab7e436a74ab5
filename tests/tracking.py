"""A tracker in memory: stateful, with people who work in it, with webhooks and with moods."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from chalicelib.desk.arrivals import File
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.issues import Issue
from chalicelib.desk.tickets import (
    CommentSeen,
    Happened,
    HookState,
    Probe,
    Readership,
    Registered,
    TicketDraft,
    TicketSeen,
    Word,
)
from chalicelib.desk.workspaces import Install
from chalicelib.flows.inbound.receive import receive
from chalicelib.ports import Outside, ProviderBusy, ProviderRefused, Secrets, ref
from chalicelib.trackers.generic import webhook
from chalicelib.wiring import tracker
from tests.api import Tenant
from tests.fakes import Parley

OPEN, DOING, REVIEW, DONE, WONTFIX, ODD = (
    Word(id="open", name="Open", means="open"),
    Word(id="doing", name="Doing", means="in_progress"),
    Word(id="review", name="In review", means="in_progress"),
    Word(id="done", name="Done", means="done"),
    Word(id="wontfix", name="Won't fix", means="declined"),
    Word(id="odd", name="Parked", means="unknown"),
)
WORDS = {word.id: word for word in (OPEN, DOING, REVIEW, DONE, WONTFIX, ODD)}
TYPES: dict[Happened, str] = {what: type_ for type_, what in webhook.TYPES.items()}
BOT, PERSON = "bot", "person"


@dataclass
class FakeTracker:
    """One project of a tracker. `writes` are what Parley did; `sent` the webhooks that wait to be delivered."""

    clock: Callable[[], int]
    tickets_: dict[str, TicketSeen] = field(default_factory=dict)
    said: dict[str, dict[str, CommentSeen]] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    writes: list[tuple[str, ...]] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    moods: list[Exception] = field(default_factory=list)
    marks: bool = True
    counts: bool = False
    ends_at: int = 0
    kept: dict[str, File | None] = field(default_factory=dict)
    put_up: list[File] = field(default_factory=list)
    takes_files: bool = True
    hooks: dict[str, HookState] = field(default_factory=dict)
    members: tuple[str, ...] = (PERSON,)
    read_by: Readership = Readership(tickets="members")
    number: int = 0

    # --- as a ports.Tracker ---------------------------------------------------------------------------------------

    check, verify, pace = staticmethod(webhook.check), staticmethod(webhook.verify), staticmethod(webhook.pace)
    group, greet, hints = staticmethod(webhook.group), staticmethod(webhook.greet), staticmethod(webhook.hints)

    def tickets(self, install: Install, secrets: Secrets, outside: Outside, now: Callable[[], int]) -> "FakeTracker":
        return self

    TRUSTED = (0, 1)

    # --- as a ports.Tickets ---------------------------------------------------------------------------------------

    def _mood(self, what: str, *details: str) -> None:
        if self.moods:
            mood = self.moods.pop(0)
            if mood:
                raise mood
        if details:
            self.writes.append((what, *details))
        else:
            self.reads.append(what)

    def probe(self) -> Probe:
        self._mood("probe")
        return Probe(account="Acorn's board", actor=BOT, missing=())

    def readers(self) -> Readership:
        self._mood("readers")
        return self.read_by

    def ends(self) -> int:
        return self.ends_at

    def words(self) -> list[Word]:
        self._mood("words")
        return list(WORDS.values())

    def register(self, url: str, secret: str) -> Registered:
        self._mood("register", url)
        self.hooks[url] = HookState(standing="on")
        return Registered(id="hook_1")

    def hook(self, url: str) -> HookState:
        self._mood("hook")
        return self.hooks.get(url, HookState(standing="missing"))

    def unregister(self, id_: str) -> None:
        self._mood("unregister", id_)

    def create(self, draft: TicketDraft) -> TicketSeen:
        found = next((seen for seen in self.tickets_.values() if seen.mark == draft.mark), None)
        if found:
            return found
        self._mood("create", draft.mark)
        return self._new(draft.title, draft.text, draft.mark, draft.labels, BOT)

    def made(self, mark: str, since: int) -> TicketSeen | None:
        self._mood("made")
        return next((seen for seen in self.tickets_.values() if seen.mark == mark), None)

    def fetch(self, ticket: str) -> TicketSeen | None:
        self._mood("fetch")
        seen = self.tickets_.get(ticket)
        counted = len(self.said.get(ticket, {})) if self.counts else None
        return seen and msgspec.structs.replace(seen, comments=counted)

    def find(self, reference: str) -> TicketSeen | None:
        self._mood("find")
        return next((seen for seen in self.tickets_.values() if reference in (seen.key, seen.url)), None)

    def search(self, query: str, limit: int = 20) -> list[TicketSeen]:
        self._mood("search")
        return [seen for seen in self.tickets_.values() if query.casefold() in seen.title.casefold()][:limit]

    def comments(self, ticket: str, since: int = 0) -> list[CommentSeen]:
        self._mood("comments")
        found = [each for each in self.said.get(ticket, {}).values() if each.updated_at >= since]
        return sorted(found, key=lambda each: each.updated_at)

    def comment(self, ticket: str, text: str, mark: str, *, internal: bool = False) -> CommentSeen:
        self._mood("comment", text)
        return self._say(ticket, text, BOT, mark if self.marks else "", internal=internal)

    def member(self, comment: CommentSeen, *, private: bool) -> bool:
        self._mood("member")
        return private or comment.author_id in self.members

    def keeps(self, url: str) -> bool:
        return url in self.kept

    def file(self, ticket: str, comment: str, url: str, most: int) -> File | None:
        self._mood("file")
        found = self.kept[url]
        return found if found and len(found.content) <= most else None

    def attach(self, ticket: str, file: File, mark: str) -> bool:
        self._mood("attach", file.name)
        self.put_up.append(file)
        return self.takes_files

    def amend(self, ticket: str, comment: str, text: str) -> None:
        self._mood("amend", comment)

    def withdraw(self, ticket: str, comment: str) -> None:
        self._mood("withdraw", comment)
        if self.said.get(ticket, {}).pop(comment, None):
            self._touch(ticket)
            self._tell("comment_deleted", ticket, comment, BOT)

    def move(self, ticket: str, word: str) -> TicketSeen:
        self._mood("move", word)
        return self._changed(ticket, "moved_state", BOT, word=WORDS[word])

    def retitle(self, ticket: str, title: str, text: str | None = None) -> TicketSeen:
        self._mood("retitle", title)
        return self._changed(ticket, "changed", BOT, title=title, **({} if text is None else {"text": text}))

    def label(self, ticket: str, add: Sequence[str], remove: Sequence[str]) -> TicketSeen:
        self._mood("label", ",".join(add), ",".join(remove))
        kept = [label for label in self.tickets_[ticket].labels if label not in remove]
        return self._changed(ticket, "labelled", BOT, labels=tuple(dict.fromkeys([*kept, *add])))

    def changed(self, since: int, cursor: str = "") -> tuple[list[TicketSeen], str]:
        self._mood("changed")
        found = sorted(
            (seen for seen in self.tickets_.values() if seen.updated_at >= since), key=lambda seen: seen.updated_at
        )
        start = int(cursor or 0)
        return found[start : start + 5], str(start + 5) if start + 5 < len(found) else ""

    # --- as its people use it -------------------------------------------------------------------------------------

    def new(self, title: str, **fields: Any) -> TicketSeen:
        return self._new(title, fields.pop("text", ""), "", (), PERSON, **fields)

    def turn(self, ticket: str, word: Word) -> None:
        self._changed(ticket, "moved_state", PERSON, word=word)

    def rename(self, ticket: str, title: str) -> None:
        self._changed(ticket, "changed", PERSON, title=title)

    def relabel(self, ticket: str, *labels: str) -> None:
        self._changed(ticket, "labelled", PERSON, labels=labels)

    def say(self, ticket: str, text: str, **fields: Any) -> CommentSeen:
        return self._say(ticket, text, PERSON, "", **fields)

    def edit(self, ticket: str, comment: str, text: str) -> None:
        old = self.said[ticket][comment]
        self.said[ticket][comment] = msgspec.structs.replace(old, text=text, updated_at=self.clock())
        self._touch(ticket)
        self._tell("comment_changed", ticket, comment, PERSON)

    def unsay(self, ticket: str, comment: str) -> None:
        del self.said[ticket][comment]
        self._touch(ticket)
        self._tell("comment_deleted", ticket, comment, PERSON)

    def transfer(self, ticket: str, to: str) -> None:
        old = self.tickets_.pop(ticket)
        self.tickets_[to] = msgspec.structs.replace(old, id=to, key=f"NEW-{to}", updated_at=self.clock())
        self.said[to] = self.said.pop(ticket, {})
        self._tell("transferred", ticket, "", PERSON, moved_to=to)

    def delete(self, ticket: str) -> None:
        del self.tickets_[ticket]
        self._tell("deleted", ticket, "", PERSON)

    def _new(self, title: str, text: str, mark: str, labels: Sequence[str], actor: str, **fields: Any) -> TicketSeen:
        self.number += 1
        seen = TicketSeen(
            **(
                {
                    "id": f"{self.number}",
                    "key": f"T-{self.number}",
                    "url": f"https://tracker.example/T-{self.number}",
                    "title": title,
                    "text": text,
                    "word": OPEN,
                    "labels": tuple(labels),
                    "mark": mark,
                    "updated_at": self.clock(),
                }
                | fields
            )
        )
        self.tickets_[seen.id] = seen
        self._tell("created", seen.id, "", actor)
        return seen

    def _changed(self, ticket: str, what: Happened, actor: str, **fields: Any) -> TicketSeen:
        seen = msgspec.structs.replace(self.tickets_[ticket], updated_at=self.clock(), **fields)
        self.tickets_[ticket] = seen
        self._tell(what, ticket, "", actor)
        return seen

    def _touch(self, ticket: str) -> None:
        self.tickets_[ticket] = msgspec.structs.replace(self.tickets_[ticket], updated_at=self.clock())

    def _say(self, ticket: str, text: str, actor: str, mark: str, **fields: Any) -> CommentSeen:
        self.number += 1
        now = self.clock()
        said = CommentSeen(
            id=f"c{self.number}",
            text=text,
            author=actor.title(),
            author_id=actor,
            created_at=now,
            updated_at=now,
            mark=mark,
            **fields,
        )
        self.said.setdefault(ticket, {})[said.id] = said
        self._touch(ticket)
        self._tell("commented", ticket, said.id, actor)
        return said

    def _tell(self, what: Happened, ticket: str, comment: str, actor: str, moved_to: str = "") -> None:
        fields = {"type": TYPES[what], "ticket": ticket, "comment": comment, "actor": actor, "moved_to": moved_to}
        self.sent.append(fields)


class Desk:
    """A Parley whose `tracker` is the fake one, a workspace with an install of it, and customers."""

    def __init__(self, parley: Parley) -> None:
        self.parley = parley
        self.there = FakeTracker(parley.clock.now)
        self.use(self.there)
        self.tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        self.api = self.tenant.api
        self.install = self.connect()

    def use(self, there: FakeTracker) -> None:
        world = self.parley.world
        known = world.tracker if world.tracker is not tracker else tracker
        self.parley.world = replace(world, tracker=lambda kind: there if kind == "tracker" else known(kind))  # type: ignore[arg-type, return-value]

    def connect(self, **crossing: Any) -> str:
        made = self.api.post("/v1/installs", {"kind": "tracker", "name": "Board"})
        assert made.status == 201, made.text
        id_ = str(made.json["id"])
        assert self.api.post(f"/v1/installs/{id_}/try").status == 200
        self.cross(id_, **crossing)
        return id_

    def cross(self, install: str = "", **crossing: Any) -> None:
        got = self.api.patch(f"/v1/installs/{install or self.install}/tracking", crossing)
        assert got.status == 200, got.text

    def room(self, customer: str = "acme", **fields: Any) -> str:
        self.tenant.customer(customer, **({"name": customer.title()} | fields))
        return self.tenant.triage(customer)

    def say(self, customer: str, text: str = "It breaks") -> dict[str, Any]:
        room = self.room(customer)
        got = self.tenant.user(customer, f"ann-{customer}", name="Ann").post(
            f"/v1/rooms/{room}/messages", {"text": text}
        )
        assert got.status == 201, got.text
        return dict(got.json)

    def raised(self, *customers: str, ticket: bool = True, **fields: Any) -> dict[str, Any]:
        """An issue with the rooms of some customers behind it, and its ticket."""
        body = {"title": "Export breaks", "public_title": "Export", "tickets": [self.install] if ticket else []}
        made = self.api.post("/v1/issues", body | fields)
        assert made.status == 201, made.text
        for customer in customers:
            tied = self.api.post(f"/v1/issues/{made.json['id']}/rooms", {"room": self.room(customer)})
            assert tied.status == 201, tied.text
        self.settle()
        return self.issue(made.json["id"])

    def issue(self, id_: str) -> dict[str, Any]:
        got = self.api.get(f"/v1/issues/{id_}")
        assert got.status == 200, got.text
        return dict(got.json)

    def stored(self, id_: str) -> Issue:
        found = self.parley.store.one(ref(Issue, id_))
        assert found
        return found

    def patch(self, id_: str, **fields: Any) -> dict[str, Any]:
        got = self.api.patch(f"/v1/issues/{id_}", fields)
        assert got.status == 200, got.text
        return dict(got.json)

    def hook(self, body: dict[str, Any], install: str = "") -> None:
        """Deliver one webhook, as the queue would hand it to its worker."""
        self.parley.clock.counter += 1
        envelope = Envelope(
            id=f"env_{self.parley.clock.counter}",
            workspace=self.tenant.id,
            install=install or self.install,
            channel="tracker",
            received_at=self.parley.clock.now(),
            headers={"content-type": "application/json"},
            body=json.dumps(body).encode(),
        )
        receive(self.parley.world, envelope)

    def deliver(self, times: int = 1) -> None:
        """Deliver the webhooks that wait, each so many times, and settle."""
        sent, self.there.sent = self.there.sent, []
        for hook in sent * times:
            self.hook(hook)
        self.settle()

    def settle(self) -> None:
        """Run all workers until nothing is left to do but what waits for its time."""
        for _ in range(20):
            self.parley.react_all()
            if not self.parley.queues.looks:
                return
            self.parley.sync_all()
        raise AssertionError("it does not settle")

    def pass_(self, seconds: int) -> None:
        """Time passes, and the clock's worker runs."""
        self.parley.clock.at += seconds * 1000
        self.parley.due()
        self.settle()

    def said_in(self, customer: str) -> list[str]:
        """What the customer's room was told by agents, oldest first."""
        room = self.tenant.triage(customer)
        items = self.api.get(f"/v1/rooms/{room}/messages").json["items"]
        said = sorted((item["change"], item["text"]) for item in items if item["author"]["kind"] == "agent")
        return [text for _, text in said]

    def notices(self, state: str = "draft") -> list[dict[str, Any]]:
        return list(self.api.get("/v1/notices", state=state).json["items"])

    def history(self, id_: str) -> list[str]:
        return [entry["what"] for entry in reversed(self.api.get(f"/v1/issues/{id_}/history").json["items"])]


def busy(after: int = 0) -> ProviderBusy:
    return ProviderBusy("slow down", after)


def denied(reason: str = "no such transition", *, lost: bool = False) -> ProviderRefused:
    return ProviderRefused(reason, lost=lost)
