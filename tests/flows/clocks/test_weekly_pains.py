"""The week's pains: which three, who answers for them, what became of the last ones; told once each Monday."""

import dataclasses
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from chalicelib.desk.clocks import Clock
from chalicelib.desk.pains import Pain, Pains, next_due, ranked, week_of
from chalicelib.desk.rooms import Binding
from chalicelib.desk.times import DAY_MS, HOUR_MS
from chalicelib.ports import ProviderBusy, ProviderRefused, new
from tests.api import Tenant
from tests.fakes import Parley
from tests.peers.slack import SlackPeer

MONDAY = int(datetime(2026, 11, 30, 8, tzinfo=UTC).timestamp() * 1000)
ANN, BOB = "ann@vendor.example", "bob@vendor.example"


def pain(issue: str, rooms: int = 1, arr: float = 0, since: int = 100, missed: int = 0) -> Pain:
    return Pain(issue=issue, title=issue, rooms=rooms, customers=rooms, arr=arr, since=since, missed=missed)


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ([], []),
        ([pain("none", rooms=0)], []),
        ([pain("a", 1), pain("b", 9), pain("c", 2), pain("d", 3)], ["b", "d", "c"]),
        ([pain("rooms", 9), pain("all", 5, 5, 50, 5), pain("rich", arr=9), pain("late", missed=9)], ["all"]),
        ([pain("new", since=200), pain("old", since=100)], ["old", "new"]),
        ([pain("b"), pain("a")], ["a", "b"]),
        ([pain("late", 1, missed=1), pain("calm", 1)], ["late", "calm"]),
        ([pain("poor", 1), pain("rich", 1, 0.5)], ["rich", "poor"]),
    ],
)
def test_the_three_that_exceed_most_others(found: list[Pain], wanted: list[str]) -> None:
    assert [each.issue for each in ranked(found)][: len(wanted)] == wanted
    assert len(ranked(found)) <= 3
    assert ranked(reversed(found)) == ranked(found)


def test_a_week_begins_on_monday_and_is_told_at_eight_there() -> None:
    assert next_due("UTC", MONDAY - 1) == MONDAY
    assert next_due("UTC", MONDAY) == MONDAY + 7 * DAY_MS
    assert next_due("Asia/Tokyo", MONDAY - 10 * HOUR_MS) == MONDAY - 9 * HOUR_MS
    assert next_due("Europe/Berlin", MONDAY - 120 * DAY_MS) % DAY_MS == 6 * HOUR_MS  # in summer
    assert (week_of("UTC", MONDAY - 9 * HOUR_MS), week_of("Asia/Tokyo", MONDAY - 9 * HOUR_MS)) == (
        "2026-11-23",
        "2026-11-30",
    )


class Week:
    """A workspace with customers, issues behind their rooms, and a clock that goes from Monday to Monday."""

    def __init__(self, parley: Parley, tenant: Tenant) -> None:
        self.parley, self.tenant, self.api = parley, tenant, tenant.api
        for name, arr in (("acme", 9000), ("beta", 10), ("gamma", 0)):
            tenant.customer(name, name=name.title(), attributes={"arr": arr})

    def issue(self, title: str, *customers: str) -> str:
        id_ = str(self.api.post("/v1/issues", {"title": title}).json["id"])
        for customer in customers:
            room = self.api.post("/v1/rooms", {"name": title, "customer": customer}).json["id"]
            assert self.api.post(f"/v1/issues/{id_}/rooms", {"room": room}).status == 201
        self.parley.settle()
        return id_

    def plan(self, *mails: str) -> Any:
        got = self.api.put("/v1/pains-plan", {"mails": list(mails)})
        assert got.status == 200, got.text
        return got.json

    def monday(self) -> None:
        self.parley.clock.at = next_due("UTC", self.parley.clock.at)
        for _ in range(2):
            self.parley.due()
            self.parley.settle()

    @property
    def told(self) -> list[tuple[str, str]]:
        """To whom, and what."""
        mails = [message_from_bytes(raw, policy=default) for raw, _ in self.parley.mailer.sent]
        return [(str(mail["To"]), mail.get_content()) for mail in mails]

    @property
    def kept(self) -> Any:
        return self.api.get("/v1/pains").json["items"]


@pytest.fixture
def week(parley: Parley, tenant: Tenant) -> Week:
    return Week(parley, tenant)


def test_each_monday_three_are_told_with_what_became_of_the_last(week: Week) -> None:
    export = week.issue("Export *stops*", "acme", "beta", "gamma")
    login = week.issue("Login", "acme")
    late, small = week.issue("Late", "beta"), week.issue("Small", "gamma")
    week.issue("Nobody's")
    assert week.plan(ANN, BOB)["due"]
    assert week.api.get("/v1/pains/now").json["top"][0]["issue"] == export
    assert week.kept == []
    week.monday()
    (kept,) = week.kept
    assert [each["issue"] for each in kept["top"]] == [export, login, late]
    assert [each["only"] for each in kept["top"]] == [None, "Acme", "Beta"]
    assert [to for to, _ in week.told] == [ANN, BOB]
    text = week.told[0][1]
    for words in ("1. Export *stops*", "3 rooms, 3 customers, ARR 9,010", "only Acme’s", "Owner answers for it."):
        assert words in text
    assert f"/console#/issues/{export}" in text
    assert "last week" not in text

    week.api.patch(f"/v1/issues/{login}", {"state": "done"})
    week.api.post(f"/v1/issues/{export}/rooms", {"room": week.tenant.triage("beta")})
    week.parley.settle()
    week.monday()
    latest, _ = week.kept
    assert [each["issue"] for each in latest["top"]] == [export, late, small]
    became = [(each["issue"], *list(each.values())[2:]) for each in latest["before"]]
    assert became == [(export, "open", 4, 3, True), (login, "done", 1, 1, False), (late, "open", 1, 1, True)]
    assert len(week.told) == 4
    assert "done, 1 room" in week.told[2][1]
    assert "4 rooms (was 3), still one of the three" in week.told[2][1]
    week.parley.due()
    week.parley.settle()
    assert len(week.told) == 4


def test_missed_clocks_of_the_week_count(week: Week) -> None:
    older, late = week.issue("Older", "gamma"), week.issue("Late", "gamma")
    assert [each["issue"] for each in week.api.get("/v1/pains/now").json["top"]] == [older, late]
    (tie,) = week.api.get(f"/v1/issues/{late}/rooms").json["items"]
    at = week.parley.clock.at
    for ask, ended in ((1, at - DAY_MS), (2, at - DAY_MS), (3, at - 8 * DAY_MS)):
        clock = Clock(
            version=1, room=tie["room"], kind="next", ask=ask, workspace=week.tenant.id, since=1, missed=2, ended=ended
        )
        week.parley.store.commit(new(clock))
    top = week.api.get("/v1/pains/now").json["top"]
    assert [(each["issue"], each["missed"]) for each in top] == [(older, 0), (late, 2)]  # a point each: the older first
    week.issue("Third", "gamma")
    top = week.api.get("/v1/pains/now").json["top"]
    assert [each["missed"] for each in top] == [2, 0, 0]


def test_who_answers_for_one_can_be_named_and_stays(week: Week) -> None:
    issue = week.issue("Export", "acme")
    agent = week.api.post("/v1/agents", {"name": "Ada", "email": ANN}).json["id"]
    room = week.api.get(f"/v1/issues/{issue}/rooms").json["items"][0]["room"]
    week.plan(ANN)
    assert week.api.put(f"/v1/pains/{issue}", {"agent": agent}).status == 404
    week.monday()
    owner = week.kept[0]["top"][0]["agent"]
    assert owner != agent
    week.api.patch(f"/v1/rooms/{room}", {"assignees": [agent]})
    assert week.api.get("/v1/pains/now").json["top"][0]["agent"] == agent  # on most of its rooms
    week.api.patch(f"/v1/rooms/{room}", {"assignees": []})
    assert week.api.put(f"/v1/pains/{issue}", {"agent": "agt_none"}).json["field"] == "agent"
    assert week.api.put(f"/v1/pains/{issue}", {"agent": agent}).json["top"][0]["agent"] == agent
    week.monday()
    assert week.kept[0]["top"][0]["agent"] == agent
    assert "Ada answers for it." in week.told[-1][1]


def test_an_address_that_takes_nothing_keeps_nobody_else_from_it_and_a_busy_one_is_tried_again(week: Week) -> None:
    week.issue("Export", "acme")
    week.plan(ANN, BOB)
    week.parley.mailer.fails = [ProviderRefused("no such address")]
    week.monday()
    assert [to for to, _ in week.told] == [BOB]
    week.parley.mailer.fails = [ProviderBusy("later")]
    with pytest.raises(ProviderBusy):
        week.monday()
    week.parley.due()
    week.parley.settle()
    assert [to for to, _ in week.told] == [BOB, ANN, BOB]
    assert len([each for each in week.parley.records() if isinstance(each, Pains)]) == 2


def test_without_addresses_nothing_is_weighed(week: Week) -> None:
    week.issue("Export", "acme")
    week.plan(ANN)
    assert week.plan() == {"mails": [], "chats": [], "due": None}
    week.monday()
    assert week.kept == []
    assert week.api.put("/v1/pains-plan", {"mails": ["nobody"]}).json["field"] == "mails[0]"
    for wrong in ("", "jörg@vendor.example", "a..b@vendor.example"):
        assert week.api.put("/v1/pains-plan", {"mails": [ANN, ANN, wrong]}).json["field"] == "mails[2]"
    assert week.plan("ann@müller.example")["mails"] == ["ann@xn--mller-kva.example"]
    assert week.tenant.user().get("/v1/pains").status == 403


class Calls:
    """The Web API's calls as an Outside."""

    def __init__(self, peer: SlackPeer) -> None:
        self.send = peer.asked


def test_a_channel_of_slack_hears_of_them_too(week: Week) -> None:
    issue = week.issue("Export & more", "acme")
    slack = SlackPeer(week.parley.clock.now)
    outside: Any = Calls(slack)
    week.parley.world = dataclasses.replace(week.parley.world, outside=outside)
    body = {"kind": "slack", "name": "Chat", "config": {"team": "T0VENDOR", "base_url": slack.url}}
    credentials = {"bot": "xoxb-1", "signing": "s" * 32}
    install = week.api.post("/v1/installs", body | {"credentials": credentials}).json["id"]
    hook = week.api.post("/v1/installs", {"kind": "form", "name": "Form"}).json["id"]
    wrong = week.api.put("/v1/pains-plan", {"chats": [{"install": hook, "conversation": "C1"}]})
    assert (wrong.status, wrong.json["field"]) == (422, "chats[0].install")
    bound = Binding(install=install, conversation="C0ACME", workspace=week.tenant.id, room="r", bound_at=1)
    week.parley.store.commit(new(bound))
    refused = week.api.put("/v1/pains-plan", {"chats": [{"install": install, "conversation": "C0ACME"}]})
    assert (refused.status, refused.json["field"]) == (422, "chats[0].conversation")
    chats = [{"install": install, "conversation": "C0PRODUCT"}]
    assert week.api.put("/v1/pains-plan", {"chats": chats}).json["chats"] == chats
    week.monday()
    week.parley.due()
    week.parley.settle()
    (post,) = slack.there("C0PRODUCT")
    assert f"/console#/issues/{issue}|Export &amp; more>" in post.text
    assert week.told == []
    later = Binding(install=install, conversation="C0PRODUCT", workspace=week.tenant.id, room="r", bound_at=1)
    week.parley.store.commit(new(later))  # a customer is let into it
    week.monday()
    assert len(slack.there("C0PRODUCT")) == 1
    assert len(week.kept) == 2
