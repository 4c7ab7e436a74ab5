"""A new room, and those who hear of it: what is said while its conversation elsewhere begins reaches them, too."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.messages import Message
from tests.api import Tenant
from tests.arriving import event
from tests.everywhere import AGENTS, Everywhere, everywhere
from tests.fakes import Parley
from tests.peers.msteams import TeamsPeer

SAID = ["one: it is down", "two: since nine o'clock", "three: invoice 4711"]


@pytest.fixture
def here(teams: TeamsPeer) -> Iterator[Everywhere]:
    with everywhere(teams) as made:
        yield made


def shown(here: Everywhere) -> list[str]:
    """What the agents' own channel has of the new room, below its card."""
    return [post.text for post in here.slack.there(AGENTS) if post.root and post.root != here.thread()]


def told_apart(here: Everywhere, *batches: int) -> None:
    """The stream tells of the messages in batches, and the bridges' workers work between them."""
    table, rest = here.parley.table.rows, {}
    messages = [row for row in here.parley.records() if isinstance(row, Message) and row.text in SAID]
    messages.sort(key=lambda message: message.n)
    keys = [next(key for key, row in table.items() if row.t == "Message" and each.text in row.d) for each in messages]
    rest = {key: table.pop(key) for key in keys}
    for size in batches:
        for key in keys[:size]:
            table[key] = rest.pop(key)
        keys = keys[size:]
        here.work()


@pytest.mark.parametrize("behind", [0, 5_000])
@pytest.mark.parametrize("batches", [(1, 2), (1, 1, 1), (2, 1), (3,)])
def test_each_message_reaches_the_agents_channel_whatever_a_batch_of_the_stream_holds(
    here: Everywhere, batches: tuple[int, ...], behind: int
) -> None:
    """Also where the clock of whoever delivers is ahead of those who took the messages."""
    room: Any = here.api.put("/v1/customers/beta", {"name": "Beta"}).json["triage_room"]
    here.work()
    bea = here.tenant.user("beta", "bea", name="Bea")
    for text in SAID:
        assert bea.post(f"/v1/rooms/{room}/messages", {"text": text}).status == 201
    here.parley.clock.at += behind
    told_apart(here, *batches)
    here.run(1)
    assert [text for text in shown(here) if any(said in text for said in SAID)] == shown(here)
    assert [next(said for said in SAID if said in text) for text in shown(here)] == SAID


@pytest.mark.parametrize("behind", [0, 5_000])
def test_an_answer_in_a_new_room_of_an_outside_thread_leaves_whatever_the_clock_of_who_takes_it(
    parley: Parley, tenant: Tenant, behind: int
) -> None:
    """The room began when a webhook came, by the clock of whoever took that."""
    install = tenant.api.post(
        "/v1/installs",
        {"kind": "webhook", "name": "Hook", "config": {"url": "https://vendor.example/hook", "all_rooms": False}},
    ).json["id"]
    arrived = event(room="T-1")
    envelope = Envelope(
        id="env_1",
        workspace=tenant.id,
        install=install,
        channel="webhook",
        received_at=parley.clock.now(),
        headers={"content-type": "application/json"},
        body=json.dumps(arrived).encode(),
    )
    parley.queues.inbound(envelope, "T-1")
    parley.settle()
    (room,) = {row.room for row in parley.records() if isinstance(row, Message)}
    parley.clock.at -= behind
    assert tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "an answer"}).status == 201
    parley.settle()
    parley.settle()
    (post,) = parley.outside.posts
    assert json.loads(post[1])["message"]["text"] == "an answer"
