"""A week at a desk in Tokyo on the running stack, its clock set on by the test: asked in Slack on Friday evening,
acknowledged there, promised for Tuesday, warned of on Monday, kept; another one missed over a holiday, and said there
to be not solved; a third whose only answer bounced; and what nobody answers in the end is closed. Each step is said to
the customer in words, where they are."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import urllib3

from chalicelib.desk.outcomes import WORDS
from tests.emulators import emulators
from tests.flows.mail.test_mails import BOUNCE
from tests.journeys.caller import Caller, eventually
from tests.journeys.test_mail import mail_to, room_named, take
from tests.mails import connect
from tests.slack import AGENT, ANN, BOT, SEED, SIGNING, EmulatedSlack
from tests.stack import LocalStack

TOKYO = ZoneInfo("Asia/Tokyo")
FRIDAY = 4  # as `date.weekday` counts
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
REMINDERS = ["Did that help?", "If we hear nothing, we close this tomorrow."]
SOLVED, UNANSWERED = WORDS["en"]["solved"], WORDS["en"]["no_answer"]
TARGETS = {"first_minutes": 120, "next_minutes": 240, "update_minutes": 540}


class Week:
    """The days from the next Friday on."""

    def __init__(self, today: date) -> None:
        self.friday = today + timedelta(days=(FRIDAY - today.weekday() - 1) % 7 + 1)
        assert self.friday > today

    def at(self, day: int, hour: int, minute: int = 0) -> str:
        """A moment, so many days after that Friday, as Tokyo's clocks show it."""
        return datetime.combine(self.friday + timedelta(days=day), time(hour, minute), TOKYO).isoformat()

    def on(self, day: int) -> str:
        return (self.friday + timedelta(days=day)).isoformat()


@pytest.fixture(scope="module")
def desk(own_time: LocalStack) -> LocalStack:
    return own_time


@pytest.fixture(scope="module")
def week() -> Week:
    return Week(datetime.now(TOKYO).date())


@pytest.fixture(scope="module")
def api(desk: LocalStack, week: Week) -> Caller:
    caller = Caller(desk.base_url, desk.workspace["api_key"])
    calendar = {
        "name": "Tokyo",
        "timezone": "Asia/Tokyo",
        "week": dict.fromkeys(WEEKDAYS, [{"from": "09:00", "to": "18:00"}]),
    }
    made = caller.post("/v1/calendars", calendar | {"holidays": [week.on(5)]})
    policy = {"name": "All", "calendar": made["id"], "targets": TARGETS, "warn_minutes": 120, "episode_days": 3}
    caller.post("/v1/policies", policy | {"no_answer": {"after_minutes": 540, "reminders": REMINDERS}})
    caller.post("/v1/agents", {"name": "Agent Smith", "role": "agent", "email": "agent@vendor.example"})
    return caller


@pytest.fixture(scope="module")
def slack(desk: LocalStack, api: Caller) -> Iterator[EmulatedSlack]:
    with emulators("slack", seed=SEED, time_of=desk.home) as at:
        install = api.post("/v1/installs", {"kind": "slack", "name": "Slack", "credentials": {"signing": SIGNING}})

        def post(raw: bytes, headers: dict[str, str]) -> None:
            got = urllib3.request("POST", install["url"], body=raw, headers=headers, retries=False, timeout=60)
            assert got.status == 200, got.data

        slack = EmulatedSlack(at["slack"], post, now=desk.now)
        config = {"base_url": slack.base, "team": slack.team, "agent_channel": slack.channels["support"]}
        path = f"/v1/installs/{install['id']}"
        assert api("PATCH", path, {"config": config, "credentials": {"bot": BOT}}).status == 200
        yield slack


@pytest.fixture(scope="module")
def room(api: Caller, slack: EmulatedSlack, desk: LocalStack, week: Week) -> str:
    """A customer's, spoken in over Slack."""
    found = api("PUT", "/v1/customers/acme", {"name": "Acme"}).json["triage_room"]
    (install,) = (each for each in api.all("/v1/installs") if each["name"] == "Slack")
    bridge = {"install": install["id"], "conversation": slack.channels["acme-help"]}
    api.post(f"/v1/rooms/{found}/bridges", bridge)
    desk.pass_to(week.at(0, 17))
    return str(found)


def same(moment: str, minute: str) -> bool:
    """Whether a moment of the API lies in that minute."""
    late = datetime.fromisoformat(moment) - datetime.fromisoformat(minute)
    return timedelta() <= late < timedelta(minutes=1)


def running(api: Caller, room: str) -> list[dict[str, Any]]:
    return list(api.get(f"/v1/rooms/{room}")["clocks"])


def facts(api: Caller, room: str) -> list[tuple[str, str]]:
    changes = api.get(f"/v1/rooms/{room}/changes?after=0&limit=100")["items"]
    return [(each["clock"]["kind"], each["clock"]["fact"]) for each in changes if each["clock"]]


def ended(api: Caller, room: str) -> list[tuple[str, str | None, bool]]:
    """Each clock of the room, by kind and then the oldest first: its kind, how it ended, whether it was missed."""
    rows = api.all(f"/v1/rooms/{room}/clocks")
    return [(each["kind"], each["how"], bool(each["missed_at"])) for each in rows]


def a_friday_evening_question_is_acknowledged_promised_warned_of_and_kept(
    desk: LocalStack, api: Caller, slack: EmulatedSlack, room: str, week: Week
) -> None:
    customers, support = slack.channels["acme-help"], slack.channels["support"]
    desk.pass_to(week.at(0, 17, 30))
    slack.say(ANN, customers, "The export is down")
    (first,) = eventually(lambda: running(api, room))
    assert (first["kind"], same(first["due"], week.at(3, 10, 30))) == ("first", True), first
    card = eventually(lambda: next((each for each in slack.history(support) if "acme" in each["text"]), None))["ts"]
    copy = eventually(lambda: next(iter(slack.replies(support, card)), None))
    desk.pass_to(week.at(0, 17, 45))
    slack.react(AGENT, support, copy["ts"], "eyes")
    (update,) = eventually(lambda: [each for each in running(api, room) if each["kind"] == "update"])
    assert same(update["due"], week.at(3, 17, 45)), update
    eventually(lambda: len(slack.texts(customers)) == 2)  # the customer is told that it was seen, where they asked
    due = week.at(4, 10)
    promise = {"text": "the cause", "due": due}
    assert api("PATCH", f"/v1/rooms/{room}", {"promise": promise}).status == 200
    eventually(lambda: [same(each["due"], due) for each in running(api, room)] == [True])
    desk.pass_to(week.at(3, 16, 58))
    assert facts(api, room) == []
    desk.pass_to(week.at(3, 17, 1))
    eventually(lambda: facts(api, room) == [("update", "warned")])
    desk.pass_to(week.at(4, 9, 30))
    slack.say(AGENT, support, "A full disk. It exports again.", thread=card)
    eventually(lambda: slack.texts(customers)[-1] == "A full disk. It exports again.")
    assert api("PATCH", f"/v1/rooms/{room}", {"promise": {"state": "kept"}}).status == 200
    eventually(lambda: running(api, room) == [])
    desk.pass_to(week.at(4, 12))
    # The promise was news itself; it was kept.
    news = ("update", "answered", False)
    assert ended(api, room) == [("first", "acknowledged", False), news, news]
    assert facts(api, room) == [("update", "warned")]


def another_one_is_missed_though_a_holiday_counts_nothing(
    desk: LocalStack, api: Caller, slack: EmulatedSlack, room: str, week: Week
) -> None:
    before = facts(api, room)
    desk.pass_to(week.at(4, 17))
    slack.say(ANN, slack.channels["acme-help"], "Which rate limits hold?")
    (asked,) = eventually(lambda: running(api, room))
    assert (asked["kind"], same(asked["due"], week.at(6, 12))) == ("next", True), asked
    desk.pass_to(week.at(6, 11, 58))
    eventually(lambda: facts(api, room) == [*before, ("next", "warned")])
    desk.pass_to(week.at(6, 12, 1))
    eventually(lambda: facts(api, room) == [*before, ("next", "warned"), ("next", "missed")])
    desk.pass_to(week.at(6, 13))
    api.post(f"/v1/rooms/{room}/messages", {"text": "600 a minute"})
    eventually(lambda: ("next", "answered", True) in ended(api, room))


def what_is_not_solved_is_open_again_by_one_click(
    desk: LocalStack, api: Caller, slack: EmulatedSlack, room: str, week: Week
) -> None:
    customers = slack.channels["acme-help"]
    eventually(lambda: slack.texts(customers)[-1] == "600 a minute")
    before = len(slack.texts(customers))
    end = {"state": "resolved", "outcome": "solved", "tell": True}
    for _ in range(2):
        assert api("PATCH", f"/v1/rooms/{room}", end).status == 200
    eventually(lambda: slack.texts(customers)[-1] == SOLVED)
    assert len(slack.texts(customers)) == before + 1
    desk.pass_to(week.at(6, 13, 30))
    slack.press("ann", customers, slack.history(customers)[-1], "parley_unsolved")
    (owed,) = eventually(lambda: running(api, room))
    assert (owed["kind"], same(owed["due"], week.at(6, 17, 30))) == ("next", True), owed
    api.post(f"/v1/rooms/{room}/messages", {"text": "A new key has 1000."})
    eventually(lambda: slack.texts(customers)[-1] == "A new key has 1000." and not running(api, room))


def what_nobody_answers_is_reminded_of_and_closed(
    desk: LocalStack, api: Caller, slack: EmulatedSlack, room: str, week: Week
) -> None:
    """Answered on Thursday at half past one: a day of nine hours later, another one, and then it is closed."""
    customers = slack.channels["acme-help"]
    desk.pass_to(week.at(7, 13, 28))
    assert slack.texts(customers)[-1] == "A new key has 1000."
    for day, minute, words in ((7, 40, REMINDERS[0]), (10, 45, REMINDERS[1]), (11, 50, UNANSWERED)):
        desk.pass_to(week.at(day, 13, minute))
        eventually(lambda words=words: slack.texts(customers)[-1] == words)
    shown = api.get(f"/v1/rooms/{room}")
    assert (shown["state"], shown["outcome"], shown["turn"]) == ("resolved", "no_answer", None)
    slack.say(ANN, customers, "We were away. It works.")
    eventually(lambda: api.get(f"/v1/rooms/{room}")["turn"] == "vendor")


def a_third_whose_only_answer_bounced_is_owed_still_and_missed(desk: LocalStack, api: Caller, week: Week) -> None:
    api("PUT", "/v1/customers/mailers", {"name": "Mailers", "domains": ["mailers.example"]})
    api("PUT", "/v1/customers/mailers/users/mia", {"name": "Mia", "email": "mia@mailers.example"})
    install = connect(api, away=False)
    desk.pass_to(week.at(7, 9))
    take(desk, install, id_="t1@mailers.example", subject="Keys expire", text="They do, too early.")
    asked = room_named(api, "Keys expire")["id"]
    (first,) = eventually(lambda: running(api, asked))
    assert same(first["due"], week.at(7, 11)), first
    desk.pass_to(week.at(7, 10))
    api.post(f"/v1/rooms/{asked}/messages", {"text": "They will not any more."})
    mail = mail_to(desk, "mia@mailers.example")
    eventually(lambda: ended(api, asked) == [("first", "answered", False)])
    back = BOUNCE.format(id="b1@mx.example", to="mia@mailers.example", about=mail["Message-ID"].strip("<>"))
    take(desk, install, id_="b1@mx.example", RawEmail=back)
    (owed,) = eventually(lambda: running(api, asked))
    assert owed["due"] == first["due"]
    desk.pass_to(week.at(7, 11, 1))
    eventually(lambda: ended(api, asked) == [("first", None, True)])
    (missed,) = api.all(f"/v1/rooms/{asked}/clocks")
    assert missed["because"] == "the answer was not delivered", missed


def its_figures_are_those_of_its_clocks(api: Caller) -> None:
    """Counted anew from the single clocks, once the days have been added up."""
    rows = [each for each in api.all("/v1/clocks") if each["how"] not in ("withdrawn", "moved", "none needed")]
    answers = [each for each in rows if each["kind"] in ("first", "next") and each["answered_at"]]
    outcomes = [each for each in rows if each["kind"] == "outcome"]
    assert answers
    assert outcomes

    def added_up() -> bool:
        total = api.get("/v1/metrics")["total"]
        found = [total[kind] for kind in ("first", "next") if kind in total]
        ends = total["outcome"]["calendar"]["count"] if "outcome" in total else 0
        return (sum(each["answered"] for each in found), ends) == (len(answers), len(outcomes))

    eventually(added_up)
    total = api.get("/v1/metrics")["total"]
    late = [each for each in rows if each["kind"] in total and each["missed_at"]]
    assert sum(total[kind]["late"] + total[kind]["missed"] for kind in total if kind != "promise") == len(late) > 0


def test_the_week(desk: LocalStack, api: Caller, slack: EmulatedSlack, room: str, week: Week) -> None:
    a_friday_evening_question_is_acknowledged_promised_warned_of_and_kept(desk, api, slack, room, week)
    another_one_is_missed_though_a_holiday_counts_nothing(desk, api, slack, room, week)
    what_is_not_solved_is_open_again_by_one_click(desk, api, slack, room, week)
    a_third_whose_only_answer_bounced_is_owed_still_and_missed(desk, api, week)
    what_nobody_answers_is_reminded_of_and_closed(desk, api, slack, room, week)
    desk.pass_to(week.at(12, 9))
    its_figures_are_those_of_its_clocks(api)
