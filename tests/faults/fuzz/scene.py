"""The Parley that is asked: two workspaces, an install of every kind, all workers on the simulation's twins of AWS; and
an outside world that answers anything."""

import importlib.util
import json
import random
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt
import pytest

from chalicelib import wiring
from chalicelib.desk.errors import Clash, Conflict
from chalicelib.edge import sockets as socket_edge
from chalicelib.edge import workers
from chalicelib.ports import Answer, Request, Unreachable
from tests.api import Client, Tenant
from tests.fakes import BOOTSTRAP, FakeMailer
from tests.faults.simulation.aws import Context, Event
from tests.faults.simulation.runs import teams
from tests.faults.simulation.stage import Stage, on_stage
from tests.peers.msteams import KEY
from tests.senders import SIGNING, Sender

from . import bent
from .ways_in import SENDERS, payloads

FENCE = Path(__file__).parents[2] / "edge" / "door" / "test_fence.py"
OURS = ("jobs/", "exports/", "search/")  # where in the bucket nobody else puts anything
RAW = b"From: Ann <ann@acme.example>\r\nSubject: Hello\r\n\r\nIt is broken"
MOST_S = 2.0  # s of CPU that one request, or one run of the workers, may take


@cache
def fence() -> Any:
    """The fence's module: each route's case."""
    spec = importlib.util.spec_from_file_location("fence", FENCE)
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


class Anything:
    """ports.Outside: answers with whatever the seed draws. The keys of Teams' tokens are there."""

    def __init__(self) -> None:
        self.rng = random.Random(0)

    def send(self, request: Request) -> Answer:
        if "openidconfiguration" in request.url:
            return _json({"issuer": "https://api.botframework.com", "jwks_uri": "https://keys.example/keys"})
        if request.url == "https://keys.example/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            return _json({"keys": [public | {"kid": "key-1", "endorsements": ["msteams", "webchat"]}]})
        how = self.rng.random()
        if how < 0.05:
            raise Unreachable("no answer")
        if how < 0.3:
            return Answer(self.rng.choice((401, 403, 404, 409, 410, 422, 429, 500, 503)), {"retry-after": "1"}, b"{}")
        if how < 0.8:
            return _json(
                {
                    "ok": True,
                    "ts": "1700000001.000100",
                    "id": "1",
                    "key": "ACME-1",
                    "channel": "C0ACME",
                    "access_token": "t",
                    "expires_in": 3600,
                }
            )
        return Answer(200, {}, bent.written(bent.odd(self.rng)))


def _json(body: Any) -> Answer:
    return Answer(200, {}, json.dumps(body).encode())


class FuzzStage(Stage):
    """In fair weather. What nobody foresaw is kept with its trace."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, away=0, dies=0, twice=0)
        really = self.files.get

        def got(key: str) -> bytes:
            return really(key) if key.startswith(OURS) else self.files.content.get(key, RAW)

        self.files.get = got  # type: ignore[method-assign]
        self.broken: list[str] = []

    def failed(self, message: str, error: BaseException, **fields: Any) -> None:
        if isinstance(error, Clash | Conflict) and message == "record failed":
            return  # of two workers the second comes again; another customer's id is refused with a reason
        whole = "".join(traceback.format_exception(error))
        self.broken.append(f"{message} {fields.get('queue', '')}\n{whole[:1200]}...{whole[-1800:]}")

    def mail(self, body: str) -> None:
        """What SES tells over SNS is handed to its worker."""
        record = {"messageId": "m", "receiptHandle": "m", "body": body, "attributes": {}}
        ends = self.clock.at + 60_000
        event = Event([record], Context(ends, lambda: self.clock.at))
        workers.mail.func(event)  # type: ignore[attr-defined]


class Scene:
    """Who may ask, what there is, and how it is asked."""

    def __init__(self, stage: FuzzStage) -> None:
        self.stage, self.parley = stage, stage.parley
        self.parley.settle = stage.pump  # type: ignore[method-assign]
        now = stage.clock.at // 1000
        self.outside = Anything()
        self.parley.world = replace(self.parley.world, outside=self.outside, mailer=FakeMailer())
        self.made = fence().Scene(self.parley, Tenant.found("Ours", now), Tenant.found("Theirs", now))
        there = self.parley.world.tracker("tracker")
        own = lambda kind: there if kind == "tracker" else wiring.tracker(kind)  # noqa: E731
        self.parley.world = replace(self.parley.world, tracker=own, outside=self.outside)
        self.ours, self.theirs = self.made.ours, self.made.theirs
        self.ours.api.patch("/v1/workspace", {"visitors": True})
        self.installs = {sender: self._install(sender) for sender in SENDERS}
        self._bind()
        self.callers = self._callers()
        self.sockets = self.parley.sockets

    def _install(self, sender: Sender) -> tuple[str, str]:
        body = {"kind": sender.kind, "name": sender.kind, "config": sender.config}
        made = self.ours.api.post(
            "/v1/installs", body | ({"credentials": sender.credentials} if sender.credentials else {})
        )
        assert made.status == 201, made.text
        if wiring.tracker(sender.kind):
            self.ours.api.post(f"/v1/installs/{made.json['id']}/webhook")
        return made.json["id"], sender.secret or made.json.get("secret") or SIGNING

    def _bind(self) -> None:
        room = self.made.ids["room"]
        for sender, (install, _) in self.installs.items():
            if sender.bound:
                made = self.ours.api.post(
                    f"/v1/rooms/{room}/bridges", {"install": install, "conversation": sender.bound}
                )
                assert made.status == 201, made.text
        self.stage.pump()

    def _callers(self) -> dict[str, Client]:
        vi = {"workspace": self.ours.id, "name": "Vi", "email": "vi@x.example", "text": "Is it on?"}
        return {
            "owner": self.ours.api,
            "agent": self.made.agent("agent"),
            "reader": self.made.agent("reader"),
            "ann": self.ours.user(name="Ann"),
            "bob": self.ours.user("beta", "bob"),
            "theirs": self.theirs.api,
            "mallory": self.theirs.user("beta", "bob"),
            "visitor": Client(Client().post("/v1/visitors", vi).json["token"]),
            "bootstrap": Client(BOOTSTRAP),
            "nobody": Client(),
        }

    def frame(self, id_: str, body: str | None) -> None:
        """A frame of a socket; a connection that is not there is opened."""
        if id_ not in self.sockets.sent:
            self.sockets.sent[id_] = []
            socket_edge.on_connect(SimpleNamespace(connection_id=id_, to_dict=lambda: {"headers": {}}))
        socket_edge.on_message(SimpleNamespace(connection_id=id_, body=body))

    def leave(self, id_: str) -> None:
        """The socket closes."""
        self.sockets.sent.pop(id_, None)
        socket_edge.on_disconnect(SimpleNamespace(connection_id=id_))

    def work(self) -> None:
        """All workers, until nothing is left to do now; and the clock's."""
        self.stage.pump(4000)
        self.stage.tick()
        self.stage.pump(4000)


@contextmanager
def playing(seed: int) -> Iterator[Scene]:
    """A scene of its own; nothing is logged."""
    stage = FuzzStage(seed)
    with on_stage(stage, teams()), pytest.MonkeyPatch.context() as patch:
        patch.setattr("chalicelib.telemetry.print", lambda *_, **__: None, raising=False)
        patch.setattr("chalicelib.edge.http.fail", stage.failed)
        patch.setattr(socket_edge, "world", lambda: stage.parley.world)
        patch.setattr(socket_edge, "sockets", lambda: stage.parley.sockets)
        yield Scene(stage)


def cpu() -> float:
    """s of CPU that this process has taken."""
    return time.process_time()


__all__ = ["MOST_S", "Scene", "cpu", "fence", "payloads", "playing"]
