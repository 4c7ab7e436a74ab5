"""A room that more people write to than one row takes: the API says 429 and when to come back, webhooks are taken all
the same. (Their worker gives them back without end: tests/edge/test_workers.py.)"""

import json
import time
from typing import Any

import pytest

from chalicelib.desk.errors import Clash
from chalicelib.desk.rooms import Room
from chalicelib.ports import Put, Throttled
from infra.benchmarks.events import signed
from tests.api import Client, Tenant
from tests.arriving import event
from tests.fakes import Parley

# What the API says → what the table does: somebody else is always first, or the room's partition takes no more.
HOT = {"contended": Clash, "throttled": Throttled}


def hot(parley: Parley, monkeypatch: pytest.MonkeyPatch, *, by: type[Exception]) -> None:
    """From now on no room can be written."""
    commit = parley.store.commit

    def refused(*writes: Any) -> None:
        if any(isinstance(write, Put) and isinstance(write.record, Room) for write in writes):
            raise by
        commit(*writes)

    monkeypatch.setattr(parley.store, "commit", refused)


@pytest.mark.parametrize("code", HOT)
def test_the_api_says_429_and_when_to_come_back(
    parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    room = tenant.triage()
    hot(parley, monkeypatch, by=HOT[code])
    got = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "Me, too"})
    assert (got.status, got.json["code"]) == (429, code)
    assert int(got.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("code", HOT)
def test_a_webhook_is_taken_all_the_same(
    parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    hook = tenant.api.post("/v1/installs", {"kind": "webhook", "name": "H"}).json
    hot(parley, monkeypatch, by=HOT[code])
    body = json.dumps(event(text="It is broken")).encode()
    headers = signed(hook["secret"], "m1", body, at=time.time())
    assert Client().post(f"/in/webhook/{hook['id']}", raw=body.decode(), headers=headers).status == 202
    assert len(parley.queues.envelopes) == 1
