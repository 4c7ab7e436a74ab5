"""A socket lives as long as the credential that opened it: a key that is revoked, a session that was signed out."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.desk.workspaces import Agent
from chalicelib.edge import sockets as edge
from chalicelib.edge.door.auth import identify
from chalicelib.flows.access.sign_in import opened_session
from chalicelib.ports import ref
from tests.api import Client, Tenant
from tests.fakes import Parley

OWN = {"X-Parley-Console": "1", "Origin": "https://parley.test"}


class Browser:
    """An agent who signed in."""

    def __init__(self, parley: Parley, tenant: Tenant) -> None:
        me = tenant.api.get("/v1/session").json["agent"]["id"]
        agent = parley.store.one(ref(Agent, tenant.id, me))
        assert agent
        self.credential, writes = opened_session(parley.world, agent, "link")
        parley.store.commit(*writes)

    def __call__(self, method: str, path: str) -> Any:
        return Client()(method, path, headers={"Cookie": f"__Host-parley-session={self.credential}", **OWN})


def line(parley: Parley, id_: str, token: str) -> Callable[[dict[str, Any]], Any]:
    """A socket that `token` opened and that is told of the inbox."""
    parley.sockets.sent[id_] = []
    edge.on_connect(SimpleNamespace(connection_id=id_, to_dict=lambda: {"headers": {}}))

    def say(frame: dict[str, Any]) -> Any:
        edge.on_message(SimpleNamespace(connection_id=id_, body=json.dumps(frame)))
        return parley.sockets.sent[id_][-1]

    say({"type": "authenticate", "token": token})
    say({"type": "subscribe", "inbox": True})
    return say


@pytest.fixture(autouse=True)
def wire(parley: Parley, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "world", lambda: parley.world)
    monkeypatch.setattr(edge, "sockets", lambda: parley.sockets)


@pytest.fixture(params=["a key", "a key's ticket", "a session's ticket"])
def dying(request: pytest.FixtureRequest, parley: Parley, tenant: Tenant) -> tuple[str, Callable[[], Any]]:
    """What opens a socket; and how it comes to its end."""
    if request.param == "a session's ticket":
        browser = Browser(parley, tenant)
        ticket = browser("POST", "/v1/socket-tickets")
        assert ticket.status == 201, ticket.text
        return ticket.json["token"], lambda: browser("DELETE", "/v1/session")
    key = tenant.api.post("/v1/api-keys", {"name": "leaked", "scopes": ["read"]}).json
    token = key["key"]
    if request.param == "a key's ticket":
        token = Client(token).post("/v1/socket-tickets").json["token"]
    return token, lambda: tenant.api.delete(f"/v1/api-keys/{key['id']}")


def test_nothing_is_told_once_the_credential_is_gone(
    parley: Parley, tenant: Tenant, dying: tuple[str, Callable[[], Any]]
) -> None:
    token, end = dying
    line(parley, "theirs", token)
    line(parley, "mine", tenant.api.credential)
    assert [parley.sockets.sent[id_][-1]["type"] for id_ in ("theirs", "mine")] == ["subscribed"] * 2
    assert end().status == 204
    parley.settle()
    assert parley.sockets.sent["theirs"][-1] == "closed"
    room = tenant.triage()
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "secret"})
    parley.settle()
    assert parley.sockets.sent["theirs"][-1] == "closed"
    assert parley.sockets.sent["mine"][-1]["type"] == "room.changed"  # the same agent's other line


@pytest.mark.parametrize("frame", [{"type": "subscribe", "inbox": True}, {"type": "typing", "room": "{room}"}])
def test_the_next_frame_is_refused(
    parley: Parley, tenant: Tenant, dying: tuple[str, Callable[[], Any]], frame: dict[str, Any]
) -> None:
    token, end = dying
    say, room = line(parley, "theirs", token), tenant.triage()
    assert end().status == 204
    assert say({**frame, "room": room} if "room" in frame else frame) == "closed"
    assert parley.sockets.sent["theirs"][-2]["status"] == 401


def test_a_ticket_of_a_credential_that_is_gone_opens_nothing(
    parley: Parley, tenant: Tenant, dying: tuple[str, Callable[[], Any]]
) -> None:
    token, end = dying
    assert end().status == 204
    line(parley, "theirs", token)
    heard = parley.sockets.sent["theirs"]
    assert {each if each == "closed" else each["type"] for each in heard} == {"problem", "closed"}


@pytest.mark.parametrize("scopes", [["read"], ["read", "write"], ["read", "write", "admin"]])
def test_a_ticket_may_do_what_the_key_that_asked_for_it_may(parley: Parley, tenant: Tenant, scopes: list[str]) -> None:
    key = Client(tenant.api.post("/v1/api-keys", {"name": "K", "scopes": scopes}).json["key"])
    who, _ = identify(parley.world, key.post("/v1/socket-tickets").json["token"], [])
    assert who.scopes == frozenset(scopes)
