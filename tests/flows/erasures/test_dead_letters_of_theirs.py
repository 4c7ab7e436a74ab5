"""Dead letters while somebody is forgotten: what she said herself is gone with its note, what others said stays without
her; what is given back afterwards is dropped."""

import json
from collections.abc import Iterator

import msgspec
import pytest

from chalicelib.desk.dead_letters import DeadLetter
from chalicelib.desk.envelopes import Envelope
from chalicelib.flows.dead_letters.note import keep_note, note_of
from tests.arriving import event
from tests.everywhere import MIA, Everywhere, everywhere
from tests.flows.erasures.test_forgetting_everywhere import finish, forget, said, traces
from tests.mails import postmark
from tests.peers.msteams import TeamsPeer


@pytest.fixture
def here(teams: TeamsPeer) -> Iterator[Everywhere]:
    with everywhere(teams) as made:
        yield made


def bury(here: Everywhere, body: bytes, channel: str = "email") -> str:
    """Have a mail given up, or what another channel told; its letter."""
    envelope = Envelope(
        id=here.parley.world.fresh_id("env"),
        workspace=here.tenant.id,
        install=here.installs[channel],
        channel=channel,
        received_at=here.parley.clock.now(),
        headers={"content-type": "application/json"},
        body=body,
    )
    text = msgspec.json.encode(envelope).decode()
    note = note_of(here.parley.world, "inbound", text, reason="a fault of ours")
    assert note
    keep_note(here.parley.world, note)
    here.parley.queues.dead[note.id] = text
    return note.id


def mail(text: str, sender: str, name: str, number: int, to: str) -> bytes:
    return json.dumps(postmark(text, sender, name=name, id_=f"dead-{number}@acme.example", to=to)).encode()


def test_hers_are_thrown_away_and_others_stay_without_her(here: Everywhere) -> None:
    said(here)
    hers = bury(here, mail("words 21 of hers", MIA, "Mia", 1, here.address))
    others = bury(here, mail("Mia says words 22", "bob@acme.example", "Bob", 2, here.address))
    neither = bury(here, mail("words 23", "bob@acme.example", "Bob", 3, here.address))
    unread = bury(here, b"{ Mia, words 24")
    whole = here.parley.queues.dead[neither]
    report = finish(here, forget(here))
    assert set(here.parley.queues.dead) == {others, neither}
    assert here.parley.queues.dead[neither] == whole
    body = msgspec.json.decode(here.parley.queues.dead[others], type=Envelope).body.decode()
    assert "somebody who was forgotten says words 22" in body
    assert {each.id for each in here.parley.records() if isinstance(each, DeadLetter)} == {others, neither}
    assert hers not in here.parley.queues.dead
    assert unread not in here.parley.queues.dead
    assert (report["removed"]["DeadLetter"], report["anonymised"]["DeadLetter"]) == (2, 1)
    assert traces(here, "Mia", MIA, "words 21", "words 24") == {}


def test_what_is_given_up_of_who_comes_back_stays_as_it_is(here: Everywhere) -> None:
    id_ = forget(here)
    here.pass_time(1)
    later = bury(here, mail("words 25 of her who is back", MIA, "Mia", 5, here.address))
    whole = here.parley.queues.dead[later]
    finish(here, id_)
    assert here.parley.queues.dead[later] == whole


def test_what_was_given_up_of_who_came_back_is_thrown_away_once_they_are_forgotten_again(here: Everywhere) -> None:
    finish(here, forget(here))
    user = here.tenant.user(user="mia", name="Mia", email=MIA, iat=here.parley.clock.at // 1000)
    assert user.get("/v1/me").status == 200
    bury(here, mail("words 26 of her who is back", MIA, "Mia", 6, here.address))
    bury(here, json.dumps(event("message", "w27", user="mia", text="words 27 in the app")).encode(), "webhook")
    here.pass_time(1)
    finish(here, forget(here))
    assert here.parley.queues.dead == {}


def test_the_report_names_each_copy_that_outlives_it(here: Everywhere) -> None:
    report = finish(here, forget(here))
    days = {each["where"]: each["ends_at"] for each in report["copies"]}
    assert {"dead-letter queues", "queues", "logs", "point-in-time backups"} <= set(days)
    assert all(day > report["ended_at"] for day in days.values())
