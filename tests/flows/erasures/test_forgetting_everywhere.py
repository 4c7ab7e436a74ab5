"""Somebody who spoke over five channels is forgotten: nothing of her is left, the others' conversation reads on, and
what comes again is dropped."""

import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from chalicelib.desk.customers import User, Visitor
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.erasures import Erasure, ForgettingKey
from chalicelib.desk.messages import Change, Message
from chalicelib.desk.rooms import Room
from chalicelib.flows import dispatch
from chalicelib.flows.delivery import attempt
from chalicelib.flows.delivery.in_order import deliver
from chalicelib.flows.erasures.walk import TWICE
from chalicelib.flows.inbound.receive import receive
from chalicelib.ports import AwsAway, World, ref
from chalicelib.store.rows import to_row
from tests.api import Client
from tests.arriving import event
from tests.everywhere import ACME, MIA, Everywhere, everywhere
from tests.mails import postmark
from tests.peers.msteams import TeamsPeer
from tests.roles import acting_as

ZOE = "zoe@acme.example"
QUIET = "She told me on the phone"


@pytest.fixture
def here(teams: TeamsPeer) -> Iterator[Everywhere]:
    with everywhere(teams) as made:
        yield made


def settle(here: Everywhere) -> None:
    for _ in range(4):
        here.hand_over(here.waiting())
        here.work()
        here.parley.sync_all()
        here.parley.work_all()
        here.parley.sort_all()
        here.parley.push_all()
        here.pass_time(2)


def said(here: Everywhere) -> list[tuple[str, bytes]]:
    """Mia speaks by mail, and over the vendor's app; others speak of her. What was told, to be told again."""
    replayed: list[tuple[str, bytes]] = []
    here.write("words 1 from the mail of Mia")
    replayed += here.waiting()
    here.hand_over(replayed)
    here.work()
    slack = here.slack.say("U0ANN", ACME, f"{QUIET}: @Mia, mia@acme.example, says words 2")
    events = here.waiting()
    here.hand_over(events)
    here.work()
    here.slack.react("U0ANN", here.slack.post(ACME, slack), "eyes")
    user = here.tenant.user(user="mia", name="Mia", email=MIA)
    room = f"/v1/rooms/{here.room}"
    file = user.post("/v1/attachments", {"name": "mia.txt", "size": 5, "type": "text/plain"}).json
    here.parley.files.content[f"files/{here.tenant.id}/{file['id']}"] = b"words by Mia"
    first = user.post(f"{room}/messages", {"text": "words 3 of Mia herself", "attachments": [file["id"]]}).json
    quote = {"message": first["id"], "quote": {"start": 0, "end": 7}}
    assert here.api.post(f"{room}/messages", {"text": "Mia, we look", "reply_to": quote}).status == 201
    assert here.api.post(f"{room}/messages", {"text": "Mia is angry", "internal": True}).status == 201
    issue = here.api.post(f"{room}/issues", {"kind": "bug", "title": "What Mia saw"})
    assert issue.status == 201, issue.text
    settle(here)
    return replayed


def forget(here: Everywhere, user: str = "mia") -> str:
    got = here.api.delete(f"/v1/customers/acme/users/{user}")
    assert got.status == 202, got.text
    return str(got.json["id"])


def finish(here: Everywhere, id_: str) -> dict[str, Any]:
    for _ in range(40):
        settle(here)
        here.pass_time(120)
        report: dict[str, Any] = here.api.get(f"/v1/erasures/{id_}").json
        if report["state"] == "done":
            settle(here)
            return report
    raise AssertionError(report)


def traces(here: Everywhere, *words: str) -> dict[str, list[str]]:
    """Where any of the words is, in rows, the bucket and queues: search's pieces and mails unpacked."""
    found: dict[str, list[str]] = {}

    def look(place: str, content: Any) -> None:
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)
        hits = [word for word in words if word.casefold() in text.casefold()]
        if hits:
            found[place] = hits

    for record in here.parley.records():
        row = to_row(record)
        look(f"{row.t} {row.pk} {row.sk}", f"{row.pk} {row.sk} {row.g} {row.d}")
    for key, content in here.parley.files.content.items():
        look(f"bucket {key}", b"".join(unpacked(content)) if key.startswith("search/") else content)
    queues = here.parley.queues
    for name in ("envelopes", "calls", "pushes", "errands", "tasks", "looks", "sortings", "dead", "kept"):
        look(f"queue {name}", getattr(queues, name))
    return found


def unpacked(content: bytes) -> Iterator[bytes]:
    yield content
    for start in range(len(content)):
        if content[start : start + 1] == b"\x78":
            try:
                yield zlib.decompressobj().decompress(content[start:])
            except zlib.error:
                continue


def test_nothing_of_her_is_left_and_the_others_read_on(here: Everywhere) -> None:
    replayed = said(here)
    (mia,) = [each for each in here.parley.records() if isinstance(each, User) and each.name == "Mia"]
    words = (mia.id, MIA, "Mia", "words 3", "words 1")
    before = traces(here, *words)
    assert {place.split()[0] for place in before} >= {"User", "Message", "Room", "bucket", "Mailbox"}
    report = finish(here, forget(here))
    assert traces(here, *words) == {}
    texts = [each.text for each in here.parley.records() if isinstance(each, Message) and not each.deleted]
    assert any(QUIET in text for text in texts), "what others said stays"
    assert any("we look" in text for text in texts)
    print(report)
    here.hand_over(replayed)
    settle(here)
    assert traces(here, *words) == {}, "what comes again is dropped"
    assert here.api.get(f"/v1/erasures/{report['id']}").json["dropped"] >= 1


def test_what_our_app_posted_goes_and_what_they_said_elsewhere_is_told(here: Everywhere) -> None:
    said(here)
    report = finish(here, forget(here))
    assert not any(
        "words" in text and "words 2" not in text for side in ("slack", "agents") for text in here.sides()[side]
    )
    fared = {(each["channel"], each["state"]) for each in report["elsewhere"]}
    assert ("slack", "done") in fared
    assert {"mail" if channel == "email" else channel for channel, _ in fared} >= {"slack", "msteams"}
    assert "waiting" not in {state for _, state in fared}
    assert TWICE not in {each["reason"] for each in report["elsewhere"]}


@pytest.mark.parametrize("how", ["the answer is lost", "the worker dies"])
def test_what_may_stand_in_teams_once_more_is_told_to_be_removed_there(
    here: Everywhere, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(here)
    write_down, died = attempt._write_down, list[Delivery]()

    def dying(world: World, row: Delivery, *rest: Any, **named: Any) -> Delivery:
        if row.channel == "msteams" and not died:
            died.append(row)
            raise AwsAway("table")
        return write_down(world, row, *rest, **named)

    if how == "the answer is lost":
        here.failing["msteams"].append("lost")
    else:
        monkeypatch.setattr(attempt, "_write_down", dying)
    user = here.tenant.user(user="mia", name="Mia", email=MIA)
    assert user.post(f"/v1/rooms/{here.room}/messages", {"text": "words 10"}).status == 201
    with suppress(AwsAway):
        settle(here)
    for row in died:
        deliver(here.parley.world, row.bridge, row.n)
    here.pass_time(2 * 3600)
    settle(here)
    assert sum("words 10" in text for text in here.sides()["msteams"]) == 2
    report = finish(here, forget(here))
    assert sum("words 10" in text for text in here.sides()["msteams"]) == 1
    left_there = [each for each in report["elsewhere"] if each["reason"] == TWICE]
    assert [(each["channel"], each["state"], each["count"]) for each in left_there] == [("msteams", "by-hand", 1)]


def test_of_what_they_said_in_slack_the_report_says_that_it_is_theirs_to_take_back(here: Everywhere) -> None:
    here.slack.say("U0ANN", ACME, "words 7 by Ann in Slack")
    settle(here)
    (ann,) = [each for each in here.parley.records() if isinstance(each, User) and each.external_id == "slack:U0ANN"]
    report = finish(here, forget(here, "slack:U0ANN"))
    assert ("slack", "by-hand") in {(each["channel"], each["state"]) for each in report["elsewhere"]}
    assert traces(here, ann.id, "words 7", "slack:U0ANN") == {}


def test_who_writes_afterwards_is_somebody_new(here: Everywhere) -> None:
    said(here)
    (old,) = [each for each in here.parley.records() if isinstance(each, User) and each.name == "Mia"]
    finish(here, forget(here))
    user = here.tenant.user(user="mia", name="Mia", email=MIA, iat=here.parley.clock.at // 1000)
    got = user.post(f"/v1/rooms/{here.room}/messages", {"text": "words 9, I am back"})
    assert got.status == 201, got.text
    assert got.json["author"]["id"] not in (old.id, "")
    assert user.get("/v1/me").json["id"] == got.json["author"]["id"]
    here.write("words 10 by mail")
    settle(here)
    (new,) = [each for each in here.parley.records() if isinstance(each, User) and each.name == "Mia"]
    said_ = [each for each in here.parley.records() if isinstance(each, Message) and "words 10" in each.text]
    assert [each.author.id for each in said_] == [new.id] == [got.json["author"]["id"]]
    again = finish(here, forget(here))
    assert traces(here, new.id, old.id, "words 9", "words 10") == {}
    assert again["stand_in"] not in (old.id, new.id)


def test_a_visitor_is_forgotten_in_the_rooms_of_the_customer_whose_address_they_have(here: Everywhere) -> None:
    assert here.tenant.user(user="mia", name="Mia", email=MIA).get("/v1/me").status == 200
    here.write("words 9 prove whose domain it is")
    settle(here)
    here.letters.append(json.dumps(postmark("words 10 by mail", ZOE, name="Zoe", to=here.address)).encode())
    settle(here)
    (visitor,) = [each for each in here.parley.records() if isinstance(each, Visitor) and each.email == ZOE]
    assert visitor.customer
    assert here.api.post(f"/v1/rooms/{here.room}/messages", {"text": "so be it"}).status == 201
    settle(here)
    finish(here, here.api.post("/v1/erasures", {"visitor": visitor.id}).json["id"])
    assert traces(here, visitor.id, "words 10") == {}


def test_asked_again_while_it_runs_it_is_the_same_one(here: Everywhere) -> None:
    first = forget(here)
    assert forget(here) == first
    finish(here, first)
    assert here.api.delete("/v1/customers/acme/users/mia").status == 404


def test_nothing_that_is_remembered_can_be_read(here: Everywhere) -> None:
    said(here)
    (mia,) = [each for each in here.parley.records() if isinstance(each, User) and each.name == "Mia"]
    id_ = finish(here, forget(here))["id"]
    kept = [each for each in here.parley.records() if isinstance(each, Erasure | ForgettingKey)]
    assert {type(each) for each in kept} == {Erasure, ForgettingKey}
    assert all(mia.id not in str(each) and "mia" not in str(each).casefold() for each in kept)
    audit = [each for each in here.api.get("/v1/audit").json["items"] if each["verb"].startswith("erasure.")]
    assert {each["subject"] for each in audit} == {id_}


def test_a_customer_is_forgotten_with_its_people_and_its_rooms(here: Everywhere) -> None:
    said(here)
    got = here.api.delete("/v1/customers/acme")
    assert got.status == 202, got.text
    report = finish(here, got.json["id"])
    assert report["of"] == "customer"
    assert report["removed"]["User"] >= 2
    assert not [each for each in here.parley.records() if isinstance(each, User)]
    assert traces(here, "Mia", MIA, "words 3", "U0ANN") == {}
    assert here.api.get("/v1/customers/acme").status == 404
    texts = [each.text for each in here.parley.records() if isinstance(each, Message)]
    assert not any("we look" in text for text in texts), "nobody of theirs is left to read it"


def test_who_comes_back_while_it_runs_keeps_her_name_and_it_ends(here: Everywhere) -> None:
    said(here)
    id_ = forget(here)
    settle(here)
    user = here.tenant.user(user="mia", name="Mia", email=MIA, iat=here.parley.clock.at // 1000)
    got = user.post(f"/v1/rooms/{here.room}/messages", {"text": "I am back"})
    assert got.status == 201, got.text
    assert finish(here, id_)["state"] == "done"
    (new,) = [each for each in here.parley.records() if isinstance(each, User) and each.external_id == "mia"]
    assert (new.id, new.name, new.email) == (got.json["author"]["id"], "Mia", MIA)
    (back,) = [each for each in here.parley.records() if isinstance(each, Message) and each.text == "I am back"]
    assert back.author.name == "Mia"


def test_somebody_else_of_the_same_name_keeps_it(here: Everywhere) -> None:
    said(here)
    other = here.tenant.user("beta", "m2", name="Mia", email="mia@beta.example")
    room = here.tenant.triage("beta")
    assert other.post(f"/v1/rooms/{room}/messages", {"text": "I am another"}).status == 201
    finish(here, forget(here))
    (there,) = [each for each in here.parley.records() if isinstance(each, User) and each.external_id == "m2"]
    assert (there.name, there.email) == ("Mia", "mia@beta.example")
    (words,) = [each for each in here.parley.records() if isinstance(each, Message) and each.text == "I am another"]
    assert words.author.name == "Mia"


def test_rooms_changes_are_numbered_without_a_gap(here: Everywhere) -> None:
    said(here)
    finish(here, forget(here))
    every = [each for each in here.parley.records() if isinstance(each, Message | Change)]
    for room in [each for each in here.parley.records() if isinstance(each, Room)]:
        assert sorted(each.n for each in every if each.room == room.id) == list(range(1, room.n + 1)), room.name


def test_two_of_one_name_are_forgotten_at_once(here: Everywhere) -> None:
    said(here)
    other = here.tenant.user("beta", "m2", name="Mia", email="mia@beta.example")
    room = here.tenant.triage("beta")
    assert other.post(f"/v1/rooms/{room}/messages", {"text": "words 6 of the other"}).status == 201
    assert here.api.post(f"/v1/rooms/{room}/messages", {"text": "Mia of Beta, we look"}).status == 201
    ids = forget(here), str(here.api.delete("/v1/customers/beta/users/m2").json["id"])
    for id_ in ids:
        finish(here, id_)
    assert traces(here, "Mia", MIA, "mia@beta.example", "words 6") == {}


def test_what_is_told_of_a_message_elsewhere_goes_with_it(here: Everywhere) -> None:
    said(here)
    user = here.tenant.user(user="mia", name="Mia", email=MIA)
    here.app.own["mias-seventh"] = "words 7 by Mia in the app"
    here.app.events.append(
        json.dumps(event("message", "mias-seventh", user="mia", text=here.app.own["mias-seventh"])).encode()
    )
    settle(here)
    here.app.events.append(json.dumps({"type": "message.deleted", "id": "mias-seventh", "revision": 2}).encode())
    settle(here)
    assert user.get("/v1/me").status == 200
    finish(here, forget(here))
    assert traces(here, "mias-seventh", "mia.txt") == {}
    assert not [each for post in here.slack.there(ACME) for each in [post.text] if "mia.txt" in each]


def test_what_comes_again_before_the_walk_is_there_is_dropped_too(here: Everywhere) -> None:
    replayed = said(here)
    id_ = forget(here)
    while here.parley.store.one(ref(Erasure, here.tenant.id, id_)).stage == "mark":  # type: ignore[union-attr]
        dispatch.job(here.parley.world, here.parley.queues.tasks.pop(0))
    here.pass_time(1)
    here.hand_over(replayed)
    here.work()
    report = finish(here, id_)
    assert traces(here, MIA, "words 1", "words 3") == {}
    assert report["dropped"] == 1


def test_an_edit_that_was_faster_than_what_is_dropped_goes_with_it(here: Everywhere) -> None:
    said(here)
    edited = event("message.edited", "w9", text="words 9, put right") | {"revision": 2}
    here.hand_over([("webhook", json.dumps(edited).encode())])
    assert traces(here, "words 9")
    message = json.dumps(event("message", "w9", user="mia", text="words 9")).encode()
    waiting = envelope_of(here, message)
    here.pass_time(1)
    finish(here, forget(here))
    receive(here.parley.world, waiting)
    assert traces(here, "words 9") == {}


def test_of_a_mail_whose_worker_died_before_it_was_said_nothing_is_left(
    here: Everywhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(here)
    mail = postmark("words 11", MIA, name="Mia", id_="torn@acme.example", to=here.address)
    waiting = envelope_of(here, json.dumps(mail).encode(), "email")
    put = here.parley.files.put

    def torn(key: str, content: bytes, type_: str) -> None:
        put(key, content, type_)
        raise AwsAway("files put")

    monkeypatch.setattr(here.parley.files, "put", torn)
    with pytest.raises(AwsAway):
        receive(here.parley.world, waiting)
    monkeypatch.setattr(here.parley.files, "put", put)
    assert traces(here, "words 11")
    here.pass_time(1)
    finish(here, forget(here))
    with acting_as("Receive"):
        receive(here.parley.world, waiting)
    assert traces(here, "words 11") == {}


def envelope_of(here: Everywhere, body: bytes, channel: str = "webhook") -> Envelope:
    """What came now, and waits in a queue."""
    return Envelope(
        id="env_late",
        workspace=here.tenant.id,
        install=here.installs[channel],
        channel=channel,
        received_at=here.parley.clock.now(),
        headers={"content-type": "application/json"},
        body=body,
    )


def test_what_was_dropped_for_who_said_it_is_dropped_whenever_it_comes_again(here: Everywhere) -> None:
    said(here)
    event_ = json.dumps(event("message", "w8", user="mia", text="words 8 that waited in a queue")).encode()
    envelope = envelope_of(here, event_)
    here.pass_time(1)
    report = finish(here, forget(here))
    receive(here.parley.world, envelope)
    here.hand_over([("webhook", event_)])
    settle(here)
    assert traces(here, "words 8") == {}
    assert here.api.get(f"/v1/erasures/{report['id']}").json["dropped"] == 2


def test_what_she_put_up_and_named_in_no_message_goes_too(here: Everywhere) -> None:
    user = here.tenant.user(user="mia", name="Mia", email=MIA)
    file = user.post("/v1/attachments", {"name": "words.txt", "size": 5, "type": "text/plain"}).json
    here.parley.files.content[f"files/{here.tenant.id}/{file['id']}"] = b"words 28"
    report = finish(here, forget(here))
    assert traces(here, "words.txt", "words 28") == {}
    assert report["removed"]["Attachment"] == 1


@pytest.mark.parametrize("then", ["", "deleted", "renamed"])
def test_a_room_that_is_called_by_a_visitors_words_is_so_no_more(here: Everywhere, then: str) -> None:
    here.api.patch("/v1/workspace", {"visitors": True})
    asked = {"workspace": here.tenant.id, "name": "Vera", "email": "vera@visit.example", "text": "Vera asks of llamas"}
    visitor = Client(Client().post("/v1/visitors", asked).json["token"])
    me = visitor.get("/v1/me").json
    room = f"/v1/rooms/{me['room']}"
    if then == "renamed":
        assert here.api.patch(room, {"name": "Vera again"}).status == 200
    if then == "deleted":
        (first,) = visitor.get(f"{room}/messages").json["items"]
        assert visitor.delete(f"{room}/messages/{first['id']}").status == 200
    finish(here, here.api.delete(f"/v1/people/{me['id']}").json["id"])
    assert traces(here, "llamas", "Vera") == {}
    assert here.api.get(room).json["name"] == "A question of somebody who was forgotten"
