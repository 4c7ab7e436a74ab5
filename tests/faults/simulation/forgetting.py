"""Somebody who speaks by API, by mail and over the vendor's app, of whom others speak, and who is forgotten meanwhile,
now and then again: what is done in a history, and what must be true of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chalicelib.desk.customers import User, Visitor
from chalicelib.desk.erasures import Erasure
from chalicelib.desk.forgetting import FORGOTTEN
from chalicelib.desk.messages import Message
from chalicelib.desk.personal_data import KINDS
from chalicelib.flows.dead_letters.note import note_of
from chalicelib.flows.erasures.walk import TWICE
from chalicelib.store.rows import from_row
from tests.api import Client
from tests.arriving import event
from tests.mails import postmark
from tests.places import Piece, found

from .aws import url

if TYPE_CHECKING:
    from .history import History

NAME, MAIL, CALLED = "Dorothea Quill", "quill@acme.example", "dorothea"
ACTS = {"her": 6, "about": 2, "again": 2, "given_up": 1, "forget": 2, "hold": 1, "collect": 1}
Found = list[tuple[str, ...]]


class Forgetting:
    """Dorothea of Acme. `told` is all that was told of her from outside, to be told again."""

    def __init__(self, history: History) -> None:
        self.history, self.count = history, 0
        self.told: list[tuple[str, bytes]] = []
        self.mine: list[str] = []
        self.about: dict[str, str] = {}  # what was said of her → with what it ends, which stays
        self.ids: set[str] = set()
        self.hers: set[str] = set()  # what she said before she was forgotten
        self.said: set[str] = set()
        self.issue = ""
        self.room = history.rooms["acme"]
        self._seen()

    def client(self) -> Client:
        """Her token, which is fresh."""
        now = self.history.stage.clock.at // 1000
        claims = {"name": NAME, "email": MAIL, "iat": now, "exp": now + 3600}
        return self.history.tenant.user("acme", CALLED, **claims)

    def act(self, name: str) -> None:
        """One of the ACTS, beside all others."""
        getattr(self, f"_{name}")(self.history.rng.random())

    # --- what is done

    def _words(self) -> str:
        self.count += 1
        self.said.add(text := f"quillsays{self.count:03}")
        return text

    def _her(self, choice: float) -> None:
        """She speaks, in one of her ways."""
        text = self._words()
        if choice < 0.25:
            mail = postmark(text, MAIL, name=NAME, id_=f"{text}@acme.example", to=self.history.here.address)
            self._tell("email", json.dumps(mail).encode())
        elif choice < 0.45:
            self.history.here.app.own[text] = text
            self.history.people.lineage[text] = [text]
            self._tell("webhook", json.dumps(event("message", text, user=CALLED, text=text) | {"revision": 1}).encode())
        else:
            self.history.spawn("dorothea", lambda: self._over_the_api(text, choice))

    def _tell(self, kind: str, body: bytes) -> None:
        self.told.append((kind, body))
        self._send(kind, body)

    def _send(self, kind: str, body: bytes) -> None:
        here = self.history.here
        (here.letters if kind == "email" else here.app.events).append(body)

    def _over_the_api(self, text: str, choice: float) -> None:
        call, client, path = self.history.call, self.client(), f"/v1/rooms/{self.room}/messages"
        if choice > 0.9 and self.mine:
            id_ = self.mine[int(choice * 1000) % len(self.mine)]
            method, body = ("DELETE", None) if choice > 0.95 else ("PATCH", {"text": text})
            call(client, method, f"{path}/{id_}", body)
            return
        files = []
        if choice > 0.8:
            file = {"name": f"{text}.txt", "type": "text/plain", "size": len(text)}
            got = call(client, "POST", "/v1/attachments", file)
            files = [got.json["id"]] if got and got.status in (200, 201) else []
            for id_ in files:
                self.history.stage.files.content[f"files/{self.history.tenant.id}/{id_}"] = text.encode()
        got = call(client, "POST", path, {"text": text} | ({"attachments": files} if files else {}))
        if got and got.status == 201:
            self.mine.append(got.json["id"])
        self._seen()

    def _about(self, choice: float) -> None:
        """An agent speaks of her: in her room, between agents, in an issue that quotes her, on its ticket."""
        self.count += 1
        ends = f"about {self.count:03}."
        text, path = f"{NAME} ({MAIL}) asks, {ends}", f"/v1/rooms/{self.room}/messages"

        def run() -> None:
            call, ada, board = self.history.call, self.history.client("ada"), self.history.board
            if choice < 0.5:
                got = call(ada, "POST", path, {"text": text} | ({"internal": True} if choice < 0.2 else {}))
            elif choice < 0.7:
                body = {"title": f"Raised for {text}", "tickets": [board]}
                call(ada, "POST", f"/v1/rooms/{self.room}/issues", body)
                return
            else:
                made = call(
                    ada, "POST", f"/v1/rooms/{self.room}/issues", {"title": f"Raised {ends}", "tickets": [board]}
                )
                if made and made.status == 201:
                    call(ada, "POST", f"/v1/issues/{made.json['id']}/comments", {"text": text})
                return
            if got and got.status == 201:
                self.about[text] = ends

        self.history.spawn("of dorothea", run)

    def _again(self, choice: float) -> None:
        """What was told comes again."""
        if self.told:
            self._send(*self.told[int(choice * len(self.told))])

    def _given_up(self, choice: float) -> None:
        """A mail of hers is given up, by a fault that is ours."""
        text = self._words()
        mail = postmark(text, MAIL, name=NAME, id_=f"{text}@acme.example", to=self.history.here.address)
        stage, here = self.history.stage, self.history.here
        stormy, stage.weather.stormy = stage.weather.stormy, False
        before = len(stage.sqs.queues[url("inbound")])
        here.hand_over([("email", json.dumps(mail).encode())])
        for letter in stage.sqs.queues[url("inbound")][before:]:
            stage.sqs.queues[url("inbound")].remove(letter)
            note = note_of(stage.parley.world, "inbound", letter.body, reason="a fault")
            record = {"messageId": letter.id, "body": letter.body, "attributes": {"MessageGroupId": letter.group}}
            stage.queues.bury("inbound", record, "a fault", letter=note)
            if note:
                from chalicelib.flows.dead_letters.note import keep_note

                keep_note(stage.parley.world, note)
        stage.weather.stormy = stormy

    def _forget(self, choice: float) -> None:
        """An admin has her forgotten."""
        self.history.spawn("forget", self.forget)

    def forget(self) -> str:
        """The erasure's id, if she is there."""
        got = self.history.call(self.history.api, "DELETE", f"/v1/customers/acme/users/{CALLED}")
        assert got is None or got.status in (202, 404), got.text
        if got is None or got.status != 202:
            return ""
        self.hers |= self._there()
        self.history.stage.trace(f"forgets {got.json['id']}")
        return str(got.json["id"])

    def _hold(self, choice: float) -> None:
        """She is held, or no longer."""

        def run() -> None:
            call, api = self.history.call, self.history.api
            got = call(api, "GET", "/v1/holds")
            held = got.json["items"] if got and got.status == 200 else []
            for each in held:
                call(api, "DELETE", f"/v1/holds/{each['id']}")
            if not held and self.ids:
                user = next(iter(self._now()), "")
                if user:
                    body = {"user": user, "customer": self._customer(), "reason": "a claim"}
                    call(api, "POST", "/v1/holds", body)

        self.history.spawn("hold", run)

    def release(self) -> None:
        """Nobody is held any more."""
        for each in self.history.api.get("/v1/holds").json["items"]:
            self.history.api.delete(f"/v1/holds/{each['id']}")

    def _collect(self, choice: float) -> None:
        """What there is of her is collected."""
        user = next(iter(self._now()), "")
        if user:
            body = {"user": user, "customer": self._customer()}
            self.history.spawn(
                "collect", lambda: self.history.call(self.history.api, "POST", "/v1/exports", body) and None
            )

    # --- what there is

    def _now(self) -> list[str]:
        return [each.id for each in self.history.stage.rows(User) if each.external_id == CALLED]

    def _seen(self) -> None:
        self.ids |= {*self._now()}

    def _customer(self) -> str:
        return next(each.customer for each in self.history.stage.rows(User) if each.external_id == CALLED)

    def _there(self) -> set[str]:
        """Of what she said as a user that which is in a message now."""
        self._seen()
        texts = [each.text for each in self.history.stage.rows(Message) if each.author.id in self.ids]
        return {each for each in self.said if any(each in text for text in texts)}

    def running(self) -> list[Erasure]:
        """The erasures that have not ended."""
        return [each for each in self.history.stage.rows(Erasure) if not each.ended]

    # --- what must be true

    def findings(self) -> Found:
        """Nothing is left of what was forgotten; she is forgotten once more, everything that was ever told comes again,
        and she writes: then she is somebody new. The weather is fair."""
        history = self.history
        left = self._left(sorted(self.hers), "left")
        assert self.client().get("/v1/me").status == 200  # she is there, for others to have spoken of
        self._seen()
        self.forget()
        for visitor in [each for each in history.stage.rows(Visitor) if each.email == MAIL]:
            self.ids.add(visitor.id)
            got = history.api.post("/v1/erasures", {"visitor": visitor.id})
            assert got.status == 202, got.text
        if not history.settle():
            return [*left, ("erasure never ends", *[f"{each.stage} {each.state}" for each in self.running()])]
        left += self._left([NAME, MAIL, *sorted(self.said), *sorted(self.ids)], "left of her")
        dropped = self._dropped()
        for kind, body in self.told:
            self._send(kind, body)
        history.settle()
        left += self._left(sorted(self.said), "brought back")
        if self.told and self._dropped() <= dropped:
            left.append(("not counted", str(len(self.told))))
        left += self._words_of_others() + self._new()
        history.here.app.own = {id_: text for id_, text in history.here.app.own.items() if id_ not in self.said}
        return left

    def _may_stand_twice(self) -> int:
        """How many of hers may still stand in Teams, as the reports say: an answer was lost, and there is no mark."""
        reports = [twin for each in self.history.stage.rows(Erasure) for twin in (*each.earlier, *each.twins)]
        return sum(each.count for each in reports if each.reason == TWICE)

    def _dropped(self) -> int:
        return sum(each.dropped for each in self.history.stage.rows(Erasure))

    def _left(self, needles: list[str], kind: str) -> Found:
        there = found(pieces(self.history), needles) if needles else {}
        if len(there.get("side: msteams", ())) <= self._may_stand_twice():
            there.pop("side: msteams", None)
        return [
            (kind, place, name, ", ".join(sorted(words)))
            for place, names in there.items()
            for name, words in names.items()
        ]

    def _words_of_others(self) -> Found:
        """What others said of her is there once, without her."""
        texts = [each.text for each in self.history.stage.rows(Message) if not each.deleted and not each.forked_from]
        missing: Found = []
        for ends in self.about.values():
            often = sum(text.endswith(ends) and text.startswith(FORGOTTEN) for text in texts)
            if often != 1:
                missing.append(("others' words", ends, str(often)))
        return missing

    def _new(self) -> Found:
        """Who writes now is somebody new."""
        text = f"{self._words()} again"
        got = self.client().post(f"/v1/rooms/{self.room}/messages", {"text": text})
        if got.status != 201 or got.json["author"]["id"] in self.ids:
            return [("not somebody new", str(got.status), got.text[:200])]
        self.history.settle()
        return []


def pieces(history: History) -> Iterator[Piece]:
    """All that lies in the twins: rows, objects, bodies of queues and dead letters; what Slack, Teams, the app and the
    tracker show. Of mails that have left nobody can take any back."""
    stage, here = history.stage, history.here
    for (pk, sk), row in stage.table.rows.items():
        if KINDS[type(from_row(row))].start == "time":
            continue  # it ends by itself, as is declared
        yield f"item: {row.t}", f"{pk} {sk}", f"{pk} {sk} {row.g} {row.d}".encode()
    for key, content in stage.files.content.items():
        yield f"bucket: {key.partition('/')[0]}/", key, content
    for where, letters in stage.sqs.queues.items():
        for letter in letters:
            yield f"queue: {where}", letter.id, f"{letter.body} {json.dumps(letter.attributes)}".encode()
    shown = here.sides() | {"webhook": list(here.app.copies.values())}  # what she said there herself is hers
    for side, texts in shown.items():
        for number, text in enumerate(texts):
            yield f"side: {side}", str(number), text.encode()
    for ticket in history.tracker.tickets_.values():
        yield "side: ticket", ticket.id, f"{ticket.title}\n{ticket.text}".encode()
        for comment in history.tracker.said.get(ticket.id, {}).values():
            yield "side: comment", comment.id, comment.text.encode()
