"""The generic tracker's API: one signed URL, and what its answers mean."""

from typing import Any

import msgspec
import pytest
from standardwebhooks import Webhook

from chalicelib.desk.tickets import CommentSeen, Probe, TicketDraft, TicketSeen, Word
from chalicelib.desk.workspaces import Install
from chalicelib.ports import AddressRefused, Answer, ProviderBusy, ProviderRefused, Unreachable
from chalicelib.trackers.generic.client import GenericTickets
from tests.fakes import FakeOutside

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1_800_000_000_000
SEEN = TicketSeen(id="1", key="T-1", url="https://t.example/1", title="It", word=Word(id="o", name="Open"))
SAID = CommentSeen(id="c", text="Hi", author="Ann", author_id="u", created_at=1, updated_at=2)


def client(outside: FakeOutside, url: str = "https://t.example/parley", secret: str = SECRET) -> GenericTickets:
    config = {"url": url}
    install = Install(id="ins_1", workspace="wks_1", kind="tracker", name="T", created_at=1, config=config)
    return GenericTickets(install, {"signing": [secret]}, outside, now=lambda: NOW)


def told(**fields: Any) -> Answer:
    return Answer(200, {}, msgspec.json.encode(fields))


def test_what_is_asked_is_signed_and_names_what_to_do() -> None:
    outside = FakeOutside(answers=[told(ticket=SEEN), told(ticket=None)])
    tracker = client(outside)
    assert tracker.fetch("1") == SEEN
    assert tracker.fetch("2") is None
    (url, body, headers), (_, _, later) = outside.posts
    assert (url, msgspec.json.decode(body)) == ("https://t.example/parley", {"do": "fetch", "ticket": "1"})
    signed = Webhook(SECRET).sign(headers["webhook-id"], _moment(), body.decode())
    assert headers["webhook-signature"] == signed
    assert later["webhook-id"] != headers["webhook-id"]


def _moment() -> Any:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(NOW // 1000, UTC)


def test_each_thing_to_do_reads_its_answer() -> None:
    draft = TicketDraft(title="It", text="…", mark="iss_1")
    word = Word(id="d", name="Done", means="done")
    outside = FakeOutside(
        answers=[
            told(account="ACME", actor="bot", missing=["the right to comment"]),
            told(words=[word]),
            told(ticket=SEEN),
            told(ticket=SEEN),
            told(tickets=[SEEN, SEEN]),
            told(comments=[SAID]),
            told(comment=SAID),
            told(),
            Answer(404),
            told(ticket=SEEN),
            told(ticket=SEEN),
            told(ticket=SEEN),
            told(tickets=[SEEN], next="2"),
        ]
    )
    tracker = client(outside)
    assert tracker.probe() == Probe(account="ACME", actor="bot", missing=("the right to comment",))
    assert tracker.words() == [word]
    assert tracker.create(draft) == SEEN
    assert tracker.find("T-1") == SEEN
    assert tracker.search("it", 1) == [SEEN]
    assert tracker.comments("1") == [SAID]
    assert tracker.comment("1", "Hi", "cmt_1") == SAID
    tracker.amend("1", "c", "Ho")
    tracker.withdraw("1", "c")
    assert tracker.move("1", "d") == tracker.retitle("1", "It") == tracker.label("1", ["a"], []) == SEEN
    assert tracker.changed(5) == ([SEEN], "2")
    done = [msgspec.json.decode(body)["do"] for _, body, _ in outside.posts]
    assert done == "probe words create find search comments comment amend withdraw move retitle label changed".split()  # noqa: SIM905


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (Answer(429, {"retry-after": "30"}), 30),
        (Answer(408), 0),
        (Answer(500), 0),
        (Answer(503, {"retry-after": "7"}), 7),
        (Answer(200, {}, b"<html>"), 0),
        (Answer(200, {}, b'{"ticket": null}'), 0),
        (Unreachable("refused"), 0),
    ],
)
def test_what_may_pass_is_busy(answer: Answer | Exception, after: int) -> None:
    with pytest.raises(ProviderBusy) as busy:
        client(FakeOutside(answers=[answer])).move("1", "d")
    assert busy.value.after == after


@pytest.mark.parametrize(
    ("answer", "lost"),
    [
        (Answer(403), False),
        (Answer(422), False),
        (Answer(302), False),
        (Answer(410), True),
        (AddressRefused("no"), False),
    ],
)
def test_what_will_not_pass_is_denied(answer: Answer | Exception, lost: bool) -> None:
    with pytest.raises(ProviderRefused) as denied:
        client(FakeOutside(answers=[answer])).move("1", "d")
    assert denied.value.lost == lost


def test_without_url_or_secret_nothing_is_asked() -> None:
    outside = FakeOutside()
    for tracker in (client(outside, url=""), client(outside, secret="")):
        with pytest.raises(ProviderRefused):
            tracker.probe()
    with pytest.raises(ProviderRefused, match="https://parley.test/in"):
        client(outside).register("https://parley.test/in", "s")
    assert outside.posts == []
