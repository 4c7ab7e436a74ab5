"""What is asked: a request of any route, of any way in, a frame of a socket, a notice of SES; as a seed draws it."""

import base64
import json
import random
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.desk.mails import Correspondent
from chalicelib.edge.door.router import Route
from chalicelib.edge.routes import every
from tests.api import Got
from tests.senders import Sender

from . import bent, shapes
from .scene import Scene, fence
from .ways_in import KINDS, SENDERS, payloads

ID = re.compile(r'"(?:id|room|message|issue|bridge)":"([a-z]{2,5})_([0-9a-z_]{4,60})"')
FILE = re.compile(r"/files/(att_\w+)/([\w-]+)")
NEXT = re.compile(r'"next":"([^"]{4,2000})"')
KEPT = 30  # ids of a kind that are remembered
COMING = [sender for sender in SENDERS if sender.name != "ses"]  # that one comes by SNS
TAKE = "POST /in/{channel}/{install}"
EVERY = {f"{route.method} {route.path}" for route in every()} - {TAKE}
EVERY |= {f"in {sender.name or sender.kind}" for sender in COMING} | {"socket", "mail"}
LOOSE = {"code", "state", "error", "token", "lang", "room", "workspace", "handshake", "v"}
FRAMES: tuple[Any, ...] = (
    {"type": "authenticate", "token": "{token}"},
    {"type": "subscribe", "room": "{room}"},
    {"type": "subscribe", "customer": "acme"},
    {"type": "subscribe", "inbox": True},
    {"type": "unsubscribe", "room": "{room}"},
    {"type": "unsubscribe", "inbox": True},
    {"type": "typing", "room": "{room}", "internal": True},
    {"type": "ping"},
)


@dataclass(frozen=True)
class Ask:
    """One of them. `what` is a route, a way in, `socket` or `mail`; `signs` is who signs it, last of all."""

    what: str
    method: str = ""
    path: str = ""
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    caller: str = "nobody"
    signs: Sender | None = None

    def __str__(self) -> str:
        body = self.body if len(self.body) < 600 else self.body[:560] + b" ... %d bytes" % len(self.body)
        said = f"{self.what} as {self.caller}: {self.method} {self.path[:300]}"
        return f"{said} {self.query or ''}\n      {self.headers}\n      {body!r}"


class Drawing:
    """Draws requests for a scene, and remembers what it has answered."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.ids: dict[str, list[str]] = defaultdict(list)
        self.cursors: list[str] = []
        self.kinds = {}
        for name, id_ in scene.made.ids.items():
            prefix = id_.partition("_")[0] if "_" in id_ else name
            self.kinds[name] = prefix
            self.ids[prefix].append(id_)
        for id_, _ in scene.installs.values():
            self.ids["ins"].append(id_)
        self.ids["wsp"] += [scene.ours.id, scene.theirs.id]
        self.kinds["workspace"] = "wsp"

    def names(self, rng: random.Random) -> list[str]:
        """Some ids, of whatever kind and whoever's."""
        return [rng.choice(self.ids[rng.choice(list(self.ids))]) for _ in range(4)]

    def known(self, param: str) -> list[str]:
        """The ids that a parameter or a field of that name means; [] for one that means none."""
        if param == "token":
            return [row.token for row in self.scene.parley.records() if isinstance(row, Correspondent) and row.token]
        return self.ids.get(self.kinds.get(param, param), [])

    def learn(self, text: str) -> None:
        """Ids and places to read on at, that an answer names."""
        for prefix, rest in ID.findall(text[:20_000]):
            known, id_ = self.ids[prefix], f"{prefix}_{rest}"
            if id_ not in known:
                known.append(id_)
                del known[: len(known) - KEPT]
        for attachment, secret in FILE.findall(text):
            self.ids["att"] = [*self.ids["att"][-KEPT:], attachment]
            self.ids["secret"] = [*self.ids["secret"][-KEPT:], secret]
        self.cursors = (self.cursors + NEXT.findall(text))[-10:]

    def draw(self, rng: random.Random) -> Ask:
        """The next one."""
        how = rng.random()
        if how < 0.56:
            return self.of_route(rng, rng.choice(every()))
        if how < 0.88:
            return self.of_way_in(rng, rng.choice(COMING))
        if how < 0.96:
            return self.of_socket(rng)
        return self.of_mail(rng)

    def of_route(self, rng: random.Random, route: Route) -> Ask:
        name = f"{route.method} {route.path}"
        if name == TAKE:
            return self.of_way_in(rng, rng.choice(COMING))
        path = re.sub(r"{(\w+)}", lambda found: bent.path_part(rng, self._named(rng, found[1], name)), route.path)
        sent = {"Content-Type": "application/json", "X-Parley-Console": "1"}
        if rng.random() < 0.25:
            sent = bent.headers(rng, sent)
        method = (
            route.method
            if rng.random() < 0.985
            else rng.choice(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "BREW"))
        )
        caller = self._caller(rng, route)
        return Ask(name, method, path, self._query(rng, route), sent, self._body(rng, route, name), caller)

    def _named(self, rng: random.Random, param: str, name: str) -> str:
        how = rng.random()
        if param == "channel":
            return rng.choice(sorted(KINDS))
        if how < 0.1:
            return rng.choice(self.names(rng))
        if how < 0.14:
            return rng.choice(bent.TEXTS)
        if param == "install" and name in fence().OF_TRACKERS and how < 0.6:
            return str(self.scene.made.ids["tracker"])
        known = self.known(param) or self.names(rng)
        chosen = rng.choice(known) if how < 0.6 else known[0]
        return bent.text(rng, chosen) if how > 0.97 else chosen

    def _caller(self, rng: random.Random, route: Route) -> str:
        if rng.random() < 0.25:
            return rng.choice(list(self.scene.callers))
        if route.who == "person":
            return rng.choice(("owner", "ann", "agent", "visitor"))
        return {"agent": "owner", "bootstrap": "bootstrap", "anyone": "nobody"}[route.who]

    def _query(self, rng: random.Random, route: Route) -> dict[str, str]:
        names = [*(sorted(LOOSE) if route.raw else route.query)]
        some = rng.sample(names, min(len(names), rng.choice((0, 1, 1, 2, 3))))
        query = (
            {name: self._asked(rng, name) for name in dict.fromkeys([*some, *names[:1]])}
            if names and rng.random() < 0.8
            else {}
        )
        if rng.random() < 0.04:
            query[rng.choice(("", "x", "limit", "\x00", "cursor", "q"))] = rng.choice(bent.TEXTS)
        return query

    def _asked(self, rng: random.Random, name: str) -> str:
        how = rng.random()
        if name == "cursor" and self.cursors and how < 0.8:
            cursor = rng.choice(self.cursors)
            return cursor if how < 0.4 else bent.text(rng, cursor)
        if name == "limit" and how < 0.7:
            return rng.choice(("1", "2", "100", "0", "-1", "101", "1e3", "٣", "1" * 5000, ""))
        if how < 0.25:
            return rng.choice(self.known(name) or self.names(rng))
        if how < 0.75:
            return rng.choice(
                (
                    "true",
                    "false",
                    "1",
                    "open",
                    "acme",
                    "secret of ours",
                    "2026-01-01T00:00:00Z",
                    "mine",
                    "webhook",
                    "a b",
                    '"Secret of ours" from:ann',
                )
            )
        return rng.choice(bent.TEXTS)

    def _body(self, rng: random.Random, route: Route, name: str) -> bytes:
        case = fence().NAMING.get(name, fence().OWN.get(name))
        if route.body is None and case is None and rng.random() < 0.8:
            return b""
        filled = rng.random() < 0.4 and case is not None or route.body is None
        names = self.names(rng)
        body = self._filled(case) if filled else shapes.body_of(rng, route.body, shapes.Names(names, self.known))
        for _ in range(rng.choice((0, 0, 0, 1, 1, 1, 2, 3))):
            body = bent.value(rng, body, names)
        text = bent.written(body)
        return bent.raw(rng, text) if rng.random() < 0.12 else text

    def _filled(self, case: Any) -> Any:
        text = json.dumps(case)
        for param in ("message", "internal", "install", "room", "tracker", "other"):
            text = text.replace(f"{{{param}}}", self.scene.made.ids[param])
        return json.loads(text)

    def of_way_in(self, rng: random.Random, sender: Sender) -> Ask:
        of = [each for each in payloads(sender.kind) if each.name.startswith(sender.name)] or payloads(sender.kind)
        payload = rng.choice(list(of))
        body, type_ = payload.body, payload.type_
        how = rng.random()
        if type_.startswith("application/json") and how < 0.75:
            body = self._json_bent(rng, body)
        elif "payload=" in body[:20].decode("latin-1") and how < 0.5:
            body = bent.raw(rng, body)
        elif how < 0.85:
            body = bent.raw(rng, body) if rng.random() < 0.7 else body
        sent = {"Content-Type": type_} | sender.beside(payload.name.removesuffix(".json"))
        sent = bent.headers(rng, sent) if rng.random() < 0.12 else sent
        kind = sender.kind if rng.random() < 0.97 else rng.choice(sorted(KINDS))
        install = self.scene.installs[sender][0] if rng.random() < 0.97 else rng.choice(self.names(rng))
        signs = sender if rng.random() < 0.93 else rng.choice((None, rng.choice(COMING)))
        query = {"handshake": rng.choice(bent.TEXTS)} if rng.random() < 0.03 else {}
        return Ask(
            f"in {sender.name or sender.kind}",
            "POST",
            f"/in/{kind}/{bent.path_part(rng, install)}",
            query,
            sent,
            body,
            signs=signs,
        )

    def _json_bent(self, rng: random.Random, body: bytes) -> bytes:
        try:
            value = json.loads(body)
        except ValueError:
            return bent.raw(rng, body)
        for _ in range(rng.choice((0, 1, 1, 2, 4))):
            value = bent.value(rng, value, self.names(rng))
        return bent.written(value)

    def of_socket(self, rng: random.Random) -> Ask:
        if rng.random() < 0.05:
            return Ask("socket", "leave", rng.choice("abc"))
        caller = rng.choice(list(self.scene.callers))
        text = json.dumps(rng.choice(FRAMES)).replace("{token}", self.scene.callers[caller].credential)
        body = json.loads(
            text.replace(
                "{room}",
                self._named(rng, "room", "")
                .encode("ascii", "ignore")
                .decode()
                .replace('"', "")
                .replace("\\", "")
                .replace("\n", "")
                .replace("\x00", "")
                .replace("\r", ""),
            )
        )
        body = bent.value(rng, body, self.names(rng)) if rng.random() < 0.5 else body
        raw = bent.written(body)
        return Ask(
            "socket", "frame", rng.choice("abc"), body=bent.raw(rng, raw) if rng.random() < 0.1 else raw, caller=caller
        )

    def of_mail(self, rng: random.Random) -> Ask:
        payload = rng.choice(
            [each for each in payloads("email") if each.name.startswith("ses-") or each.name.endswith(".eml")]
        )
        body = payload.body
        if payload.name.endswith(".eml"):
            receipt = {"recipients": ["e@in.acorn.example"], "dmarcVerdict": {"status": "PASS"}}
            notice: Any = {
                "notificationType": "Received",
                "mail": {"source": "ann@acme.example", "messageId": "m"},
                "receipt": receipt,
            }
            raw = bent.raw(rng, body) if rng.random() < 0.7 else body
            body = json.dumps(notice | {"raw": base64.b64encode(raw).decode()}).encode()
        body = self._json_bent(rng, body.replace(b"support@in.acorn.example", b"e@in.acorn.example"))
        around: Any = {
            "Type": "Notification",
            "MessageId": f"sns-{rng.random()}",
            "Message": body.decode("utf-8", "replace"),
        }
        return Ask("mail", body=bent.written(bent.value(rng, around, []) if rng.random() < 0.1 else around))


def ask(scene: Scene, one: Ask) -> Got | None:
    """Carry it out; the answer, if it has one."""
    scene.stage.clock.at += 1000
    if one.what == "socket":
        if one.method == "leave":
            scene.leave(one.path)
        else:
            scene.frame(one.path, one.body.decode("utf-8", "surrogateescape"))
        return None
    if one.what == "mail":
        scene.stage.mail(one.body.decode())
        return None
    if one.signs:
        one = signed(scene, one, one.signs)
    text = _text(one)
    client = scene.callers[one.caller]
    if text is None:
        encoded = base64.b64encode(one.body).decode()
        return client(one.method, one.path, raw=encoded, base64=True, headers=one.headers, **one.query)
    return client(one.method, one.path, raw=text, headers=one.headers, **one.query)


def _text(one: Ask) -> str | None:
    """As API Gateway gives a body: as text, but for forms with files."""
    if "multipart" in one.headers.get("Content-Type", ""):
        return None
    try:
        return one.body.decode()
    except UnicodeDecodeError:
        return None


def signed(scene: Scene, one: Ask, sender: Sender) -> Ask:
    """The request as its sender signs it, now."""
    _, secret = scene.installs[sender]
    now = scene.stage.clock.at
    body = sender.dating(one.body, now)
    return replace(one, body=body, headers=one.headers | sender.sign(secret, body, now))
