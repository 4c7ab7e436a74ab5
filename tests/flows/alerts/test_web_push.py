"""Agents are told in their browsers: what is pushed is for that browser alone, signed by the workspace."""

from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.aws.outside import GuardedOutside
from chalicelib.desk.alerts import Browser, PushMessage
from chalicelib.live.webpush import MOST, BrowserPush, encrypted, written
from chalicelib.ports import ProviderRefused
from tests.api import Tenant
from tests.fakes import Parley
from tests.flows.alerts.team import Team
from tests.peers.push import PushedBrowser, PushPeer, b64, unb64

AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
OURS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
THEIRS = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
EXAMPLE = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_it_is_encrypted_as_the_example_of_rfc_8291_is() -> None:
    own = ec.derive_private_key(int.from_bytes(unb64(OURS), "big"), ec.SECP256R1())
    browser = PushedBrowser("x", "", private=THEIRS, auth=AUTH)
    said = b"When I grow up, I want to be a watermelon"
    made = encrypted(said, browser.public, browser.auth, salt=unb64("DGv6ra1nlYgDCS1FRnbzlw"), own=own)
    assert b64(made) == EXAMPLE
    assert browser.read(made) == said


def test_a_long_text_is_cut_and_still_read() -> None:
    text = written(PushMessage(title="Room", body="ä😀" * 5000, url="https://parley.test/"))
    assert len(text) <= MOST
    assert text.endswith(b'"url": "https://parley.test/"}')


@pytest.fixture
def team(parley: Parley, tenant: Tenant) -> Team:
    return Team(parley, tenant)


@pytest.fixture
def service(team: Team) -> PushPeer:
    peer = PushPeer(team.parley.clock.now)
    team.parley.world = replace(team.parley.world, outside=peer)
    return peer


def subscribe(team: Team, service: PushPeer, name: str = "1") -> PushedBrowser:
    key = team.bea["api"].post("/v1/me/browsers/key")
    assert key.status == 200, key.text
    browser = service.subscribe(name, key.json["key"])
    made = team.bea["api"].post("/v1/me/browsers", browser.subscription)
    assert made.status == 201, made.text
    assert team.bea["api"].patch("/v1/me/alerts", {"ways": {"assigned": ["browser"]}}).status == 200
    return browser


def test_each_browser_shows_one_message_and_no_mail_leaves(team: Team, service: PushPeer) -> None:
    first, second = subscribe(team, service, "1"), subscribe(team, service, "2")
    team.assign(team.bea)
    team.later()
    assert first.shown == second.shown
    [message] = first.shown
    assert "Owner put you on it" in message["title"]
    assert message["url"] == f"https://parley.test/console#/inbox/open/{team.room}"
    assert team.mails() == []
    team.later()
    assert len(first.shown) == 1


def test_one_that_has_unsubscribed_is_forgotten_and_mail_takes_its_place(team: Team, service: PushPeer) -> None:
    subscribe(team, service).answers = [410]
    team.assign(team.bea)
    team.later()
    assert len(team.mails("bea@")) == 1
    assert team.bea["api"].get("/v1/me/browsers").json["items"] == []


@pytest.mark.parametrize("status", [429, 503, 400])
def test_where_the_service_does_not_take_it_it_goes_by_mail_and_the_browser_stays(
    team: Team, service: PushPeer, status: int
) -> None:
    subscribe(team, service).answers = [status]
    team.assign(team.bea)
    team.later()
    assert len(team.mails("bea@")) == 1
    assert len(team.bea["api"].get("/v1/me/browsers").json["items"]) == 1


def test_an_agent_has_so_many_browsers_and_takes_them_back(team: Team, service: PushPeer) -> None:
    for place in range(12):
        subscribe(team, service, f"{place:02}")
    subscribe(team, service, "11")
    listed = team.bea["api"].get("/v1/me/browsers").json["items"]
    assert len(listed) == 10
    assert listed[0]["service"] == "push.example"
    assert team.cyd["api"].delete(f"/v1/me/browsers/{listed[0]['id']}").status == 404
    for each in listed:
        assert team.bea["api"].delete(f"/v1/me/browsers/{each['id']}").status == 204
    assert team.bea["api"].get("/v1/me/browsers").json["items"] == []
    team.assign(team.bea)
    team.later()
    assert len(team.mails("bea@")) == 1


@pytest.mark.parametrize("endpoint", ["http://push.example/1", "ftp://push.example/1", "https://a b/", "https://"])
def test_what_is_no_https_address_is_refused(team: Team, endpoint: str) -> None:
    body = PushedBrowser("1", "").subscription | {"endpoint": endpoint}
    assert team.bea["api"].post("/v1/me/browsers", body).status == 422


@pytest.mark.parametrize("endpoint", ["https://127.0.0.1/1", "https://169.254.169.254/x", "http://push.example/1"])
def test_the_guard_lets_no_push_into_our_own_network(endpoint: str) -> None:
    fields: dict[str, Any] = PushedBrowser("1", "").subscription | {"endpoint": endpoint}
    to = Browser(agent="agt_1", id="brw_1", workspace="wsp_1", created_at=1, **fields)
    private, _ = BrowserPush().new_key()
    message = PushMessage(title="t", body="b", url="u")
    with pytest.raises(ProviderRefused) as refused:
        BrowserPush().send(GuardedOutside(), to, message, private=private, contact="https://parley.test", now=1)
    assert refused.value.lost


def test_a_key_that_is_no_point_of_the_curve_is_no_browser() -> None:
    to = Browser(
        agent="a", id="b", workspace="w", created_at=1, endpoint="https://push.example/1", p256dh="B" * 87, auth=AUTH
    )
    private, _ = BrowserPush().new_key()
    message = PushMessage(title="t", body="b", url="u")
    with pytest.raises(ProviderRefused):
        BrowserPush().send(GuardedOutside(), to, message, private=private, contact="https://parley.test", now=1)
