"""Who is told of what, when, and how: clocks, segments, who is away, quiet hours, digests, chats."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.aws.outside import GuardedOutside
from chalicelib.channels.msteams import client as teams_client
from chalicelib.desk.alerts import AgentAlerts, Alert, Alerted
from chalicelib.desk.outside_people import OutsideName
from chalicelib.desk.policies import Policy, Targets
from chalicelib.desk.times import DAY_MS, HOUR_MS, MINUTE_MS, rfc3339
from chalicelib.flows.alerts.gather import keep_alert
from chalicelib.ports import AwsAway, Outside, ProviderBusy, new, over, ref
from tests.api import Tenant
from tests.fakes import Parley
from tests.flows.alerts.team import Team, text
from tests.flows.clocks.test_clocks import with_policies
from tests.peers.msteams import APP, PASSWORD, TENANT, TeamsPeer
from tests.peers.slack import PEOPLE, SlackPeer


@pytest.fixture
def team(parley: Parley, tenant: Tenant) -> Team:
    return Team(parley, tenant)


def choose(who: dict[str, Any], **fields: Any) -> dict[str, Any]:
    got = who["api"].patch("/v1/me/alerts", fields)
    assert got.status == 200, got.text
    return dict(got.json)


def heard(team: Team) -> dict[str, str]:
    """What each of the agents is told now: the mail's text by their name."""
    return {mail["To"].addresses[0].addr_spec.partition("@")[0]: text(mail) for mail in team.mails()}


def at(team: Team, hour: int, minute: int = 0) -> None:
    """The clock shows a time of the next day (UTC)."""
    now = datetime.fromtimestamp(team.parley.clock.at / 1000, UTC)
    start = now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000
    team.parley.clock.at = int(start) + DAY_MS + hour * HOUR_MS + minute * MINUTE_MS


def test_who_dies_before_the_mark_finds_the_alert_and_tells_it_once(team: Team) -> None:
    alert = Alert(kind="answered", room=team.room, n=1, at=team.parley.clock.at)
    agent, commit = team.bea["id"], team.parley.store.commit

    def dying(*writes: Any) -> None:
        if isinstance(writes[0].record, Alerted):
            raise AwsAway("it died")
        commit(*writes)

    for _ in range(2):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(team.parley.store, "commit", dying)
            with pytest.raises(AwsAway):
                keep_alert(team.parley.world, team.tenant.id, agent, alert=alert)
    for _ in range(2):
        keep_alert(team.parley.world, team.tenant.id, agent, alert=alert)
    there = team.parley.store.one(ref(AgentAlerts, agent))
    assert there is not None
    assert there.gathered == (alert,)
    team.parley.store.commit(over(there.changed(gathered=(), due=0), there))
    keep_alert(team.parley.world, team.tenant.id, agent, alert=alert)
    assert team.parley.store.one(ref(AgentAlerts, agent)) == there.changed(gathered=(), due=0)


def test_of_what_nobody_wants_to_hear_nothing_is_written(team: Team) -> None:
    team.assign(team.bea)
    choose(team.bea, ways={"answered": [], "assigned": []})
    team.later()
    team.mails()
    team.say(team.ann, "It is down")
    team.settle()
    kept = [row for row in team.parley.table.rows.values() if row.t == "Alerted" and "answered" in row.sk]
    assert kept == []


def test_before_a_clock_is_late_whoever_is_on_it_hears_and_then_the_team_and_whom_the_policy_names(team: Team) -> None:
    boss = team.agent("Boss", "reader")
    policy = Policy(id="pol_1", name="All", targets=Targets(first=HOUR_MS), warn=30 * MINUTE_MS, escalate=(boss["id"],))
    with_policies(team.parley, team.tenant, policy)
    team.say(team.ann, "It is down")
    team.assign(team.bea)
    team.later()
    team.mails()
    team.later(30 * MINUTE_MS)  # the warning is a change, which is told two minutes later
    team.later()
    warned = heard(team)
    assert set(warned) == {"bea"}
    assert "Due in" in warned["bea"]
    team.later(30 * MINUTE_MS)
    team.later()
    late = heard(team)
    assert set(late) == {"bea", "boss", "cyd"}
    assert "Late: the first answer was due" in late["boss"]


def test_where_nobody_is_on_it_the_team_hears_before_it_is_late(team: Team) -> None:
    with_policies(team.parley, team.tenant, Policy(id="pol_1", name="All", targets=Targets(first=HOUR_MS)))
    team.say(team.ann, "It is down")
    team.parley.settle()
    team.later(31 * MINUTE_MS)
    team.later()
    assert set(heard(team)) == {"bea", "cyd"}


def test_a_clock_that_has_ended_meanwhile_is_told_to_nobody(team: Team) -> None:
    with_policies(team.parley, team.tenant, Policy(id="pol_1", name="All", targets=Targets(first=HOUR_MS)))
    team.say(team.ann, "It is down")
    team.parley.settle()
    team.later(31 * MINUTE_MS)
    team.say(team.cyd["api"], "It is up again")
    team.later()
    assert heard(team) == {}


def test_a_policy_names_agents_who_are_there(team: Team) -> None:
    got = team.api.post("/v1/policies", {"name": "Gold", "escalate": [team.bea["id"], "agt_nobody"]})
    assert (got.status, got.json["field"]) == (422, "escalate[1]")
    made = team.api.post("/v1/policies", {"name": "Gold", "escalate": [team.bea["id"]]})
    assert made.json["escalate"] == [team.bea["id"]]
    path = f"/v1/policies/{made.json['id']}"
    assert team.api.patch(path, {"escalate": []}).json["escalate"] == []


def test_who_follows_a_segment_is_told_of_a_new_question_of_its_customers(team: Team) -> None:
    segment = team.api.post("/v1/segments", {"name": "Gold", "customers": ["acme"]}).json["id"]
    team.settle()
    assert choose(team.bea, segments=[segment])["segments"] == [segment]
    team.say(team.ann, "It is down")
    team.say(team.ann, "Still down")  # no new question
    team.later()
    news = heard(team)
    assert set(news) == {"bea"}
    assert news["bea"].count("New: ann asks") == 1
    choose(team.bea, segments=[])
    team.say(team.cyd["api"], "Up again")
    team.say(team.ann, "Down again")
    team.later()
    assert set(heard(team)) == {"cyd"}
    wrong = team.bea["api"].patch("/v1/me/alerts", {"segments": ["seg_none"]})
    assert (wrong.status, wrong.json["field"]) == (422, "segments[0]")


def test_of_who_is_away_the_team_is_told(team: Team) -> None:
    choose(team.bea, away_until=rfc3339(team.parley.clock.at + DAY_MS))
    team.say(team.ann, "It is down")
    team.assign(team.bea)
    team.later()
    news = heard(team)
    assert set(news) == {"cyd"}
    assert "(Bea is away)" in news["cyd"]
    choose(team.bea, away_until=None)
    team.say(team.api, "@Bea, welcome back", mentions=[team.bea["id"]])
    team.later()
    assert set(heard(team)) == {"bea"}


def test_in_quiet_hours_it_waits_for_their_end(team: Team) -> None:
    choose(team.bea, quiet={"from": "19:00", "to": "08:00"}, timezone="UTC")
    at(team, 22)
    team.assign(team.bea)
    team.later()
    team.say(team.api, "@Bea look", mentions=[team.bea["id"]])
    team.later(8 * HOUR_MS)
    assert heard(team) == {}
    at(team, 8, 1)
    team.later(MINUTE_MS)
    news = heard(team)
    assert "put you on it" in news["bea"]
    assert "named you" in news["bea"]


def test_a_digest_is_one_mail_a_day_and_the_rest_does_not_wait_for_it(team: Team) -> None:
    choose(team.bea, ways={"assigned": ["digest"], "answered": ["digest"]}, digest_at="07:30")
    at(team, 12)
    team.assign(team.bea)
    team.later()
    assert heard(team) == {}
    team.say(team.api, "@Bea at once", mentions=[team.bea["id"]])
    team.later()
    news = heard(team)
    assert "named you" in news["bea"]
    assert "put you on it" not in news["bea"]
    team.say(team.ann, "It is down")
    team.later()
    assert heard(team) == {}
    at(team, 7, 31)
    team.later(MINUTE_MS)
    digest = heard(team)
    assert "put you on it" in digest["bea"]
    assert "ann wrote" in digest["bea"]
    at(team, 7, 31)
    team.later(MINUTE_MS)
    assert heard(team) == {}


def test_who_wants_nothing_gets_nothing(team: Team) -> None:
    choose(team.bea, ways={"assigned": []})
    team.assign(team.bea)
    team.later()
    assert heard(team) == {}
    assert team.bea["api"].get("/v1/me/alerts").json["ways"]["assigned"] == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"timezone": "Nowhere/At"}, "timezone"),
        ({"digest_at": "25:00"}, "from"),
        ({"away_until": "tomorrow"}, "away_until"),
    ],
)
def test_what_can_be_no_choice_is_refused(team: Team, fields: dict[str, Any], field: str) -> None:
    got = team.bea["api"].patch("/v1/me/alerts", fields)
    assert (got.status, got.json["field"]) == (422, field)


class Calls:
    """The Web API's calls as an Outside."""

    def __init__(self, peer: SlackPeer) -> None:
        self.send = peer.asked


def with_slack(team: Team) -> SlackPeer:
    peer = SlackPeer(team.parley.clock.now)
    config = {"team": "T0VENDOR", "base_url": peer.url}
    body = {"kind": "slack", "name": "Slack", "config": config, "credentials": {"bot": "xoxb-1", "signing": "s" * 32}}
    made = team.api.post("/v1/installs", body)
    assert made.status == 201, made.text
    outside: Any = Calls(peer)
    team.parley.world = replace(team.parley.world, outside=outside)
    return peer


def test_in_slack_one_direct_message_says_it_all(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PEOPLE, "U0BEA", ("Bea", "bea@acorn.example"))
    slack = with_slack(team)
    choose(team.bea, ways={"assigned": ["chat"], "mentioned": ["chat"]})
    team.assign(team.bea)
    team.say(team.api, "@Bea *look*", mentions=[team.bea["id"]])
    team.later()
    [post] = slack.there("D0BEA")
    assert f"<https://parley.test/console#/inbox/open/{team.room}|" in post.text
    assert "Owner put you on it" in post.text
    assert "Owner named you" in post.text
    assert heard(team) == {}


@pytest.mark.parametrize("why", ["unknown", "right"])
def test_where_slack_does_not_take_it_it_goes_by_mail(team: Team, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if why == "right":
        monkeypatch.setitem(PEOPLE, "U0BEA", ("Bea", "bea@acorn.example"))
    with_slack(team).scopes.discard("im:write" if why == "right" else "")
    choose(team.bea, ways={"assigned": ["chat"]})
    team.assign(team.bea)
    team.later()
    assert set(heard(team)) == {"bea"}


def test_what_the_chat_took_is_not_said_there_again_where_mail_is_busy(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PEOPLE, "U0BEA", ("Bea", "bea@acorn.example"))
    slack = with_slack(team)
    choose(team.bea, ways={"assigned": ["chat"]})
    team.parley.mailer.fails = [ProviderBusy("later")]
    team.assign(team.bea)
    team.say(team.api, "@Bea look", mentions=[team.bea["id"]])
    team.later()
    team.later(6 * MINUTE_MS)
    assert len(slack.there("D0BEA")) == 1
    news = heard(team)
    assert "named you" in news["bea"]
    assert "put you" not in news["bea"]


def test_in_teams_it_is_a_personal_chat_with_who_is_known_there(team: Team) -> None:
    teams_client._tokens.clear()
    outside: Outside = GuardedOutside(allow_loopback=True)
    team.parley.world = replace(team.parley.world, outside=outside)
    with TeamsPeer() as peer:
        config = {"app_id": APP, "agent_tenant": TENANT, "services": peer.services()}
        body = {"kind": "msteams", "name": "Teams", "config": config, "credentials": {"app_password": PASSWORD}}
        install = team.api.post("/v1/installs", body).json["id"]
        choose(team.bea, ways={"assigned": ["chat"]})
        team.assign(team.bea)
        team.later()
        assert set(heard(team)) == {"bea"}  # Teams does not know her yet
        name = OutsideName(install=install, person=team.bea["id"], outside="29:grace", workspace=team.tenant.id)
        team.parley.store.commit(new(name))
        team.assign()
        team.assign(team.bea)
        team.later()
        assert heard(team) == {}
        said = [each for (place, _), each in peer.messages.items() if place == "a:personal-29:grace"]
        assert len(said) == 1
        assert "put you on it" in said[0]["text"]


@pytest.mark.parametrize("address", ["", "a(b@acorn.example", ".a@acorn.example", "ü@acorn.example", "a@acorn", "a@[1"])
def test_an_address_that_no_mail_can_be_sent_to_holds_nobody_up(team: Team, address: str) -> None:
    got = team.api.patch(f"/v1/agents/{team.bea['id']}", {"email": address})
    assert got.status == 200, got.text
    team.assign(team.bea, team.cyd)
    team.later()
    assert set(heard(team)) == {"cyd"}
    team.later()
    assert heard(team) == {}


def test_a_domain_is_written_as_dns_knows_it(team: Team) -> None:
    assert team.api.patch(f"/v1/agents/{team.bea['id']}", {"email": "bea@bücher.example"}).status == 200
    team.assign(team.bea)
    team.later()
    assert [to for _, to in team.parley.mailer.sent] == [["bea@xn--bcher-kva.example"]]


def test_who_follows_a_room_is_told_as_if_they_were_on_it(team: Team) -> None:
    with_policies(team.parley, team.tenant, Policy(id="pol_1", name="All", targets=Targets(first=HOUR_MS)))
    path = f"/v1/rooms/{team.room}/follow"
    assert team.cyd["api"].put(path).status == 200
    team.assign(team.bea)
    team.later()
    heard(team)
    team.say(team.ann, "It is down")
    team.later()
    assert set(heard(team)) == {"bea", "cyd"}
    team.later(31 * MINUTE_MS)
    team.later()
    assert set(heard(team)) == {"bea", "cyd"}, "late soon"
    choose(team.cyd, away_until=rfc3339(team.parley.clock.at + DAY_MS))
    team.say(team.ann, "Still down")
    team.later()
    assert set(heard(team)) == {"bea"}, "nobody stands in for a follower"
    choose(team.cyd, away_until=None)
    team.cyd["api"].delete(path)
    team.say(team.ann, "And now")
    team.later()
    assert set(heard(team)) == {"bea"}
