"""Twice where a mark is possible: whatever call of the table or the bucket fails, before or after its effect, or is the
last that a worker makes, Slack has each card, message and file once in the end."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.desk.deliveries import DELETED, Delivery
from chalicelib.flows.bridges.id_map import map_conversation
from chalicelib.flows.delivery.in_order import deliver
from chalicelib.ports import AwsAway, Call
from tests.everywhere import ACME, AGENTS, Everywhere, everywhere
from tests.peers.msteams import TeamsPeer
from tests.peers.slack import SlackPeer


class Death(BaseException):
    """The worker is gone."""


class Failing:
    """The table, one of whose calls fails: the `at`-th, before or after its effect; `calls` counts them."""

    def __init__(self, table: Any, at: int, how: str) -> None:
        self.table, self.at, self.how, self.calls = table, at, how, 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.table, name)
        if name not in ("read", "write", "spread", "query", "size", "add"):
            return found

        def call(*args: Any, **named: Any) -> Any:
            self.calls += 1
            if self.calls != self.at:
                return found(*args, **named)
            if self.how == "before":
                raise AwsAway(name)
            done = found(*args, **named)
            raise AwsAway(name) if self.how == "after" else Death
            return done

        return call


@pytest.fixture
def here(teams: TeamsPeer) -> Iterator[Everywhere]:
    with everywhere(teams) as made:
        made.parley.clock.at += 10_000
        yield made


def new_room(here: Everywhere) -> None:
    """Somebody speaks in a room that has no thread in the agents' channel yet, and names a file."""
    room = here.api.put("/v1/customers/beta", {"name": "Beta"}).json["triage_room"]
    file = here.api.post("/v1/attachments", {"name": "log.txt", "type": "text/plain", "size": 3}).json["id"]
    here.parley.files.put(f"files/{here.tenant.id}/{file}", b"log", "text/plain")
    bea = here.tenant.user("beta", "bea", name="Bea")
    assert bea.post(f"/v1/rooms/{room}/messages", {"text": "charge my card"}).status == 201
    assert here.api.post(f"/v1/rooms/{room}/messages", {"text": "look here", "attachments": [file]}).status == 201


def known_room(here: Everywhere) -> None:
    """Somebody speaks in a room that is bound to a customer's channel."""
    ann = here.tenant.user("acme", "ann", name="Ann")
    assert ann.post(f"/v1/rooms/{here.room}/messages", {"text": "charge my card"}).status == 201


def worked_off(here: Everywhere, at: int, how: str) -> int:
    """Work all off, the `at`-th call of the table failing once; how many calls there were. What failed comes again."""
    parley = here.parley
    parley.react_all()
    table = parley.store.table
    parley.store.table = failing = Failing(table, at, how)
    try:
        while parley.queues.calls:
            call = parley.queues.calls.pop(0)
            for _ in range(3):
                try:
                    deliver(parley.world, call.bridge, call.n)
                    break
                except (AwsAway, Death):
                    parley.clock.at += 2000
    finally:
        parley.store.table = table
    try:
        here.run(3)
    except Death:  # the queue gives the wake-up again
        parley.queues.calls += [Call(row.bridge, row.n, "again") for row in here.queued()]
        here.run(3)
    return failing.calls


@pytest.mark.parametrize("how", ["before", "after", "death"])
@pytest.mark.parametrize("scene", [new_room, known_room])
def test_each_call_of_the_table_may_fail_once(teams: TeamsPeer, scene: Any, how: str) -> None:
    at, calls = 1, 1
    while at <= calls:
        with everywhere(teams) as here:
            here.parley.clock.at += 10_000
            before = {channel: [each.text for each in here.slack.there(channel)] for channel in (ACME, AGENTS)}
            scene(here)
            calls = worked_off(here, at, how)
            assert here.queued() == [], at
            for channel in (ACME, AGENTS):
                said = [each.text for each in here.slack.there(channel)][len(before[channel]) :]
                assert len(said) == len(set(said)), (at, channel, said)
            said = [each.text for each in here.slack.there(AGENTS)]
            assert said.count("charge my card") == 1, at
            assert sum("log.txt" in text or text == "look here" for text in said) in (0, 2), (at, said)
        at += 1
    assert at > 5


def test_a_file_that_was_shared_is_not_shared_again(here: Everywhere, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own id is known before it is shared, and by that whether it was."""
    shared: list[str] = []

    def files_getUploadURLExternal(self: SlackPeer, filename: str, length: str) -> dict[str, str]:  # noqa: N802
        return {"upload_url": f"{self.url}/api/upload", "file_id": f"F{len(shared)}"}

    def files_completeUploadExternal(self: SlackPeer, files: str, **where: str) -> dict[str, str]:  # noqa: N802
        shared.append(json.loads(files)[0]["id"])
        return {}

    def files_info(self: SlackPeer, file: str) -> dict[str, Any]:
        return {"file": {"id": file, "shares": {"public": {}} if file in shared else {}}}

    for made in (files_getUploadURLExternal, files_completeUploadExternal, files_info):
        monkeypatch.setattr(SlackPeer, made.__name__, made, raising=False)
    monkeypatch.setattr(SlackPeer, "upload", lambda self: {}, raising=False)
    new_room(here)
    at = 0
    send = here.send

    def dying(request: Any) -> Any:
        nonlocal at
        answer = send(request)
        if "completeUpload" in request.url and not at:
            at = 1
            raise Death
        return answer

    here.parley.world = replace(here.parley.world, outside=type("Out", (), {"send": staticmethod(dying)})())
    worked_off(here, 0, "")
    assert here.queued() == []
    assert shared == ["F0"]


@pytest.mark.parametrize("got_there", [True, False])
def test_what_is_deleted_while_nobody_knows_whether_it_was_sent_is_taken_back(
    here: Everywhere, got_there: bool
) -> None:
    """Slack has taken it, or has not, and the answer was lost: it is looked for before it is taken for unsent."""
    ann = here.tenant.user("acme", "ann", name="Ann")
    said = ann.post(f"/v1/rooms/{here.room}/messages", {"text": "my password is hunter2"}).json["id"]
    here.failing["slack"] += ["lost" if got_there else "away"] * 20
    here.work()
    here.waiting()  # its echo never comes
    there = [each.text for each in here.slack.there(ACME) + here.slack.there(AGENTS)]
    assert any("hunter2" in text for text in there) is got_there
    assert ann.delete(f"/v1/rooms/{here.room}/messages/{said}").status in (200, 204)
    here.failing["slack"].clear()
    here.run(6)
    there = [each.text for each in here.slack.there(ACME) + here.slack.there(AGENTS)]
    assert not any("hunter2" in text for text in there)
    assert here.queued() == []
    posts = [row for row in here.rows() if row.channel == "slack" and row.what == "post" and row.begun]
    assert {row.reason for row in posts if row.state == "skipped"} <= {DELETED}


def test_of_two_cards_of_a_room_the_first_stays_and_the_other_is_the_rooms_too(here: Everywhere) -> None:
    row = next(each for each in here.rows() if each.channel == "slack" and each.what == "post")
    bare: Delivery = row.changed(bridge=row.bridge.rpartition(".")[0] if row.bridge.count(".") > 1 else row.bridge)
    room = here.api.put("/v1/customers/beta", {"name": "Beta"}).json["triage_room"]
    bare = bare.changed(room=room, bridge=f"{room.removeprefix('room_')}.{row.install.removeprefix('ins_')}")
    for ts in ("1.1", "2.2", "1.1", "2.2"):  # each told again, and late
        map_conversation(here.parley.world, bare, f"{AGENTS}/{ts}")
    (bridge,) = here.api.get(f"/v1/rooms/{room}/bridges").json["items"]
    assert bridge["conversation"] == f"{AGENTS}/1.1"
    here.slack.say("U0AGENT", AGENTS, "in the other", "2.2")
    here.hand_over(here.waiting())
    assert "in the other" in here.here()
