"""A Parley as the fixture left it, and what later code makes of it, told without times and without new ids."""

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from chalicelib.channels.msteams import client
from chalicelib.desk.ids import fresh
from chalicelib.desk.search_index import Term, Wanted
from chalicelib.edge.door.auth import identify
from chalicelib.ports import Answer, Request
from tests.fakes import FakeClock, Parley
from tests.mails import read as mail_of

from .wire import WORKED_OFF, Stored, Wire, reacted, read, ticked, wired, worked_off

HERE = Path(__file__).parent
TRACKER, TEAMS = "https://tracker.example/parley", "https://teams.example"
WORD = {"id": "doing", "name": "Doing", "means": "in_progress"}
TICKET = {"id": "1", "key": "T-1", "url": "https://tracker.example/T-1", "title": "Export breaks", "word": WORD}
SAID = {"id": "c1", "text": "@customer It is fixed", "author": "Bob", "author_id": "bob", "created_at": 1}
LATER = 60_000  # ms after the fixture was made, at which work begins
STEP = 2_000  # ms from one message to the next
MOST = 1_000  # messages that come of those of the fixture
TIMED = ("authorization", "webhook-timestamp", "webhook-signature")
MARK = b"\xee"  # of what was random: new ids, keys in hexadecimal and tokens of letters are known by it
MADE = re.compile(
    rf"[0-9a-z]{{10}}{fresh('x', 0, MARK * 10)[12:20]}[0-9a-z]{{8}}|(ee){{4,}}[0-9a-f]{{8}}|(53xo){{2,}}[2-7a-z]+"
)
MOMENT = re.compile(r"\b20\d\d-\d\d-\d\dT[0-9:.]+Z|\b0?[0-9]{13}\b|\b[0-9]{10}\b")


def lines(name: str) -> list[str]:
    """The lines of a file of the fixture."""
    return (HERE / name).read_text().splitlines()


def document(name: str) -> Any:
    """A file of the fixture that is one JSON document."""
    return json.loads((HERE / name).read_text())


class Still(FakeClock):
    """A clock that stands, so that how often it is looked at changes nothing, and marked randomness."""

    def now(self) -> int:
        return self.at

    def sleep(self, seconds: float) -> None:
        """It stands."""

    def entropy(self, size: int) -> bytes:
        self.counter += 1
        return MARK * (size - 4) + self.counter.to_bytes(4, "big")


class Outside:
    """Slack, Teams, the vendor's app and tracker: they take everything, and answer each with the same."""

    def __init__(self) -> None:
        self.posts: list[Stored] = []

    def send(self, request: Request) -> Answer:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in TIMED}
        fields = {"method": request.method, "url": request.url, "headers": headers, "body": _plain(request)}
        self.posts.append(fields)
        return Answer(200, {}, json.dumps(_answer(request)).encode())


def _answer(request: Request) -> Stored:
    if request.url == TRACKER:
        fields = {"account": "Board", "actor": "bot", "words": [WORD], "ticket": TICKET, "tickets": [TICKET]}
        return fields | {"comment": {**SAID, "updated_at": 2}, "comments": [{**SAID, "updated_at": 2}]}
    if "/oauth2/" in request.url:
        return {"access_token": "t", "expires_in": 3600}
    if request.url.startswith(TEAMS):
        return {"id": "1700000000001", "activityId": "1700000000001", "name": "Ann", "email": "ann@acme.example"}
    profile = {"real_name": "Ann", "email": "ann@acme.example"}
    return {"ok": True, "channel": "C0ACME", "ts": "1.000001", "user": {"team_id": "T0VENDOR", "profile": profile}}


def _plain(request: Request) -> Any:
    """A body as what it says, whether JSON or a form."""
    try:
        return json.loads(request.body or b"null")
    except ValueError:
        return sorted(unquote_to_bytes(pair.replace(b"+", b" ")).decode() for pair in request.body.split(b"&"))


@contextmanager
def standing() -> Iterator[tuple[Parley, Wire]]:
    """The fixture's table and bucket under the code of now, with nobody at work yet."""
    parley = Parley()
    parley.table.rows = {row.key: row for row in read(lines("table.jsonl"))}
    parley.files.content = {key: base64.b64decode(content) for key, content in document("bucket.json").items()}
    parley.clock = Still(document("outcome.json")["at"] + LATER)
    client._tokens.clear()
    with wired(parley, Outside()) as wire:
        yield parley, wire


def after_stream() -> Stored:
    """What `react` makes of each record of the stream: what it queues, and what it writes."""
    with standing() as (parley, wire):
        before = dict(parley.table.rows)
        for record in _told("stream.jsonl"):
            reacted(record)
        return {"queued": _queued(wire.sqs.sent), "rows": _rows(parley, before)}


def after_hours() -> Stored:
    """What the clock's worker makes of the table three hours later."""
    with standing() as (parley, wire):
        before = dict(parley.table.rows)
        parley.clock.at += 3 * 60 * LATER
        ticked()
        return {"queued": _queued(wire.sqs.sent), "rows": _rows(parley, before)}


def after_queues() -> Stored:
    """What the workers make of the queues, and of what they queue themselves, once the stream was reacted to: what they
    tell others, and what they write."""
    with standing() as (parley, wire):
        reacted(*_told("stream.jsonl"))
        before, files, messages = dict(parley.table.rows), set(parley.files.content), _told("queues.jsonl")
        wire.sqs.sent = [each for each in messages if each["queue"] not in WORKED_OFF]
        failed, queued = _worked(parley, wire, [each for each in messages if each["queue"] in WORKED_OFF])
        return {
            "failed": failed,
            "queued": _queued(queued),
            "posts": _same(wire.outside.posts),
            "mails": _same([_letter(*each) for each in parley.mailer.sent]),
            "frames": _same([list(each) for each in wire.lines.frames]),
            "counted": _same([list(each) for each in wire.counted]),
            "files": _same(list(set(parley.files.content) ^ files)),
            "rows": _rows(parley, before),
        }


def found() -> Stored:
    """Who is known by the credentials that were given out, and what search finds in the segments that were written."""
    with standing() as (parley, _):
        people = [identify(parley.world, each, [])[0] for each in document("credentials.json").values()]
        trees, wanted = (
            [row.pk[2:] for row in read(lines("table.jsonl")) if row.t == "Tree"],
            Wanted((Term(("export",)),)),
        )
        hits = [
            [tree, hit.place, hit.n] for tree in trees for hit in parley.world.index.find(tree, wanted, None, limit=100)
        ]
        return {"people": _same([[each.kind, each.id, each.role] for each in people]), "hits": _same(hits)}


def _worked(parley: Parley, wire: Wire, todo: list[Stored]) -> tuple[list[Stored], list[Stored]]:
    """Work everything off, as SQS hands it out: what failed, and what was queued meanwhile."""
    failed, queued, known = [], [], set()
    while todo:
        message = todo.pop(0)
        repeat = message["queue"], message.get("MessageDeduplicationId", "")
        if repeat in known:
            continue
        known |= {repeat} if repeat[1] else set()
        parley.clock.at += STEP
        failed += [] if worked_off(message) else [message]
        news = wire.sqs.take(*WORKED_OFF)
        queued, todo = queued + news, todo + news
        assert len(queued) < MOST, "it does not end"
    return failed, queued


def _told(name: str) -> list[Stored]:
    return [json.loads(line) for line in lines(name)]


def _letter(raw: bytes, to: list[str]) -> Stored:
    mail = mail_of(raw)
    body = mail.get_body(("plain",))
    return {"to": to, "subject": mail["Subject"], "text": body.get_content() if body else ""}


def _rows(parley: Parley, before: dict[Any, Any]) -> Any:
    """What was written, with its state if it has one (of a dead letter what it is about), and what is gone."""
    rows = parley.table.rows
    news = [(row, json.loads(row.d)) for key, row in rows.items() if row != before.get(key)]
    answer = [[row.pk, row.sk, row.t, record.get("state", record.get("about", ""))] for row, record in news]
    return _same(answer + [[*key, "gone", ""] for key in before.keys() - rows.keys()])


def _queued(sent: list[Stored]) -> Any:
    """Messages with their bodies as what they say."""
    return _same([{**each, "MessageBody": json.loads(each["MessageBody"])} for each in sent])


def _same(values: list[Any]) -> Any:
    """In one order, and without what is of the moment: new ids, tokens and times are all called `new`."""
    begun = document("outcome.json")["at"]
    return sorted((_timeless(each, begun) for each in values), key=lambda each: json.dumps(each, sort_keys=True))


def _timeless(value: Any, begun: int) -> Any:
    if isinstance(value, dict):
        return {_timeless(name, begun): _timeless(each, begun) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_timeless(each, begun) for each in value]
    if isinstance(value, int):
        return "new" if value > begun else value
    return MOMENT.sub(lambda found: _moment(found, begun), MADE.sub("new", value)) if isinstance(value, str) else value


def _moment(found: re.Match[str], begun: int) -> str:
    """A time in text: of the clock (ms), of Unix (s), or of people."""
    word = found.group()
    if word.isdigit():
        at = int(word) * (1000 if len(word) == 10 else 1)
    else:
        at = int(datetime.fromisoformat(word).timestamp() * 1000)
    return "new" if at > begun else word
