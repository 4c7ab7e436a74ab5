"""A week at a desk in Tokyo, its clock set by the test: asked on Friday evening, acknowledged from Slack, promised for
Tuesday, warned on Monday, kept; another one missed; one whose only answer bounced."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.desk.calendars import Calendar
from chalicelib.desk.clocks import Clock, RoomClocks
from chalicelib.desk.policies import Policy, Targets
from chalicelib.desk.times import HOUR_MS, MINUTE_MS, rfc3339
from chalicelib.ports import ref
from tests.api import Tenant
from tests.everywhere import ACME, AGENTS, Everywhere, everywhere
from tests.fakes import Parley
from tests.flows.clocks.test_clocks import with_policies
from tests.flows.mail.test_mails import BOUNCE, answer, come, rooms
from tests.mails import connect
from tests.peers.msteams import TeamsPeer

HOURS = ((9 * 60, 18 * 60),)
TODAY = datetime.now(UTC).date()
FIRST = TODAY + timedelta(7 + (1 - TODAY.weekday()) % 7)  # a Tuesday, so late that nothing of now is of its episodes
WEEK = (HOURS, HOURS, HOURS, HOURS, HOURS, (), ())
TOKYO = Calendar(id="cal_1", name="Tokyo", timezone="Asia/Tokyo", week=WEEK, holidays=(str(FIRST + timedelta(8)),))
POLICY = Policy(
    id="pol_1",
    name="All",
    calendar="cal_1",
    targets=Targets(first=2 * HOUR_MS, next=4 * HOUR_MS, update=9 * HOUR_MS),
    warn=2 * HOUR_MS,
    episode=3 * 24 * HOUR_MS,
)


def at(day: int, hour: int, minute: int = 0) -> int:
    """A moment in Tokyo (ms), by days from the first one: the 4th is a Friday."""
    return int(
        datetime.combine(FIRST + timedelta(day - 1), time(hour, minute), ZoneInfo("Asia/Tokyo")).timestamp() * 1000
    )


@pytest.fixture
def here(teams: TeamsPeer) -> Iterator[Everywhere]:
    with everywhere(teams) as made:
        made.parley.clock.at = at(4, 12)
        made.api.patch(f"/v1/rooms/{made.room}", {"turn": None})
        made.parley.settle()
        with_policies(made.parley, made.tenant, POLICY, calendars=(TOKYO,), since=at(4, 13))
        yield made


def clocks(parley: Parley, room: str) -> list[Clock]:
    found = [each for each in parley.records() if isinstance(each, Clock) and each.room == room]
    return sorted(found, key=lambda each: (each.since, each.kind))


def passes(here: Everywhere, moment: int) -> None:
    """It is that time, and the clock's worker has come by."""
    here.parley.clock.at = moment
    for _ in range(2):
        here.parley.due()
        here.parley.settle()
        here.work()


def test_a_friday_evening_question_is_acknowledged_promised_warned_of_and_kept(here: Everywhere) -> None:
    parley, path = here.parley, f"/v1/rooms/{here.room}"
    parley.clock.at = at(4, 17, 30)
    here.slack.say("U0ANN", ACME, "The export is down")
    here.run(0.01)
    parley.settle()
    (first,) = parley.store.one(ref(RoomClocks, here.room)).running  # type: ignore[union-attr]
    assert first.due // MINUTE_MS * MINUTE_MS == at(7, 10, 30)
    copy = next(each for each in here.slack.there(AGENTS) if each.text == "The export is down")
    parley.clock.at = at(4, 17, 45)
    here.slack.react("U0AGENT", copy, "eyes")
    here.run(0.01)
    parley.settle()
    (update,) = parley.store.one(ref(RoomClocks, here.room)).running  # type: ignore[union-attr]
    assert (update.kind, update.due // MINUTE_MS * MINUTE_MS) == ("update", at(7, 17, 45))
    due = at(8, 10)
    assert here.api.patch(path, {"promise": {"text": "the cause", "due": rfc3339(due)}}).status == 200
    parley.settle()
    assert here.api.get(path).json["clocks"][0]["due"] == rfc3339(due)
    passes(here, at(7, 16, 59))
    assert [each["fact"] for each in facts(here)] == []
    passes(here, at(7, 17, 1))
    assert [each["fact"] for each in facts(here)] == ["warned"]
    assert here.api.patch(path, {"promise": {"state": "kept"}}).status == 200
    parley.settle()
    passes(here, at(8, 12))
    assert [(each.kind, each.how, bool(each.missed)) for each in clocks(parley, here.room)][:2] == [
        ("first", "acknowledged", False),
        ("update", "answered", False),
    ]
    assert [each["fact"] for each in facts(here)] == ["warned"]


def facts(here: Everywhere) -> list[dict[str, Any]]:
    changes = here.api.get(f"/v1/rooms/{here.room}/changes", after="0", limit="100").json["items"]
    return [each["clock"] for each in changes if each["clock"]]


def test_another_one_is_missed_and_a_holiday_counts_nothing(here: Everywhere) -> None:
    parley = here.parley
    parley.clock.at = at(8, 17)
    here.slack.say("U0ANN", ACME, "Rate limits?")
    here.run(0.01)
    parley.settle()
    (first,) = parley.store.one(ref(RoomClocks, here.room)).running  # type: ignore[union-attr]
    assert first.due // MINUTE_MS * MINUTE_MS == at(10, 10)  # the 9th is a holiday
    passes(here, at(10, 9, 59))
    assert [each["fact"] for each in facts(here)] == []
    passes(here, at(10, 10, 1))
    assert [each["fact"] for each in facts(here)] == ["missed"]
    passes(here, at(10, 11))
    assert here.api.post(f"/v1/rooms/{here.room}/messages", {"text": "600 a minute"}).status == 201
    parley.settle()
    (row,) = clocks(parley, here.room)
    assert (row.how, row.missed > row.due, row.took // MINUTE_MS) == ("answered", True, 3 * 60)


def test_a_third_whose_only_answer_bounced_is_owed_still(parley: Parley, tenant: Tenant) -> None:
    parley.clock.at = at(8, 9)
    tenant.api.put("/v1/customers/acme", {"name": "Acme", "domains": ["acme.example"]})
    tenant.api.put("/v1/customers/acme/users/ann", {"name": "Ann", "email": "Ann@acme.example"})
    install = connect(tenant.api)
    with_policies(parley, tenant, POLICY, calendars=(TOKYO,))
    come(parley, install)
    parley.settle()
    asked = rooms(tenant)["Webhooks stopped"]
    parley.clock.at = at(8, 10)
    answer(parley, tenant, asked)
    parley.settle()
    assert [(each.kind, each.how) for each in clocks(parley, asked["id"])] == [("first", "answered")]
    raw = BOUNCE.format(id="b1@x.example", to="ann@acme.example", about="0001@email.amazonses.com")
    assert come(parley, install, RawEmail=raw).handled == ["bounced"]
    parley.settle()
    (row,) = clocks(parley, asked["id"])
    assert (row.how, row.since // MINUTE_MS * MINUTE_MS) == ("", at(8, 9))
    parley.clock.at = at(8, 11, 1)
    parley.due()
    parley.settle()
    (row,) = clocks(parley, asked["id"])
    assert (row.how, bool(row.missed), row.because) == ("", True, "the answer was not delivered")
