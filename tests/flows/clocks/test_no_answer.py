"""What a customer does not answer is closed by the policy: after two reminders, in business hours, and only while it is
theirs to answer and nothing else is owed."""

from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.desk.calendars import Calendar
from chalicelib.desk.outcomes import WORDS
from chalicelib.desk.policies import NoAnswer, Policies, Policy
from chalicelib.desk.times import DAY_MS, HOUR_MS, MINUTE_MS, from_rfc3339, rfc3339
from chalicelib.ports import ref
from tests.api import Tenant
from tests.fakes import Parley
from tests.flows.clocks.test_clocks import Stage, with_policies

FIRST, SECOND = "Did that help?", "We close this tomorrow."
SILENCE = NoAnswer(wait=HOUR_MS, texts=(FIRST, SECOND))
POLICY = Policy(id="pol_1", name="All", no_answer=SILENCE)


@pytest.fixture
def here(parley: Parley, tenant: Tenant) -> Stage:
    tenant.customer()
    with_policies(parley, tenant, POLICY)
    return Stage(parley, tenant)


def texts(here: Stage) -> list[str]:
    """What was said of itself, the oldest first."""
    items = here.ann.get(f"{here.path}/messages", after="0").json["items"]
    return [each["text"] for each in items if each["author"]["kind"] == "machine"]


def shown(here: Stage) -> tuple[Any, ...]:
    got = here.ann.get(here.path).json
    return got["state"], got["outcome"], got["turn"]


def hours(here: Stage, count: int) -> None:
    """They pass, the clock's worker at each minute of an hour's end, and again: it may come twice."""
    for _ in range(count):
        here.pass_time(HOUR_MS + MINUTE_MS)


def asked_and_answered(here: Stage) -> None:
    here.ask()
    here.answer()


def test_two_reminders_then_it_is_closed_in_words(here: Stage) -> None:
    asked_and_answered(here)
    here.pass_time(HOUR_MS - MINUTE_MS)
    assert texts(here) == []
    here.pass_time(2 * MINUTE_MS)
    assert (texts(here), shown(here)) == ([FIRST], ("open", "", "customer"))
    hours(here, 1)
    assert (texts(here), shown(here)) == ([FIRST, SECOND], ("open", "", "customer"))
    hours(here, 1)
    assert texts(here) == [FIRST, SECOND, WORDS["en"]["no_answer"]]
    assert shown(here) == ("resolved", "no_answer", None)
    hours(here, 3)
    assert len(texts(here)) == 3


def test_whoever_answers_is_not_reminded_and_counted_anew(here: Stage) -> None:
    asked_and_answered(here)
    hours(here, 2)
    here.ask("Not yet")
    hours(here, 3)
    assert (texts(here), shown(here)) == ([FIRST, SECOND], ("open", "", "vendor"))
    here.answer("Now")
    hours(here, 2)
    assert (texts(here), shown(here)[0]) == ([FIRST, SECOND] * 2, "open")
    here.ask("Thanks!")  # that is an answer too
    hours(here, 3)
    assert (texts(here), shown(here)[0]) == ([FIRST, SECOND] * 2, "open")


def test_an_answer_to_what_was_closed_reopens_it_with_the_clock_running(here: Stage) -> None:
    asked_and_answered(here)
    hours(here, 3)
    here.ask("It is still down")
    assert shown(here) == ("open", "", "vendor")
    assert here.ann.get(here.path).json["waiting_since"]


@pytest.mark.parametrize("owed", ["promise", "issue", "they never spoke", "our answer"])
def test_nobody_is_reminded_while_something_else_is_owed(here: Stage, owed: str) -> None:
    if owed == "they never spoke":
        here.answer("We have moved")
    else:
        here.ask()
    if owed in ("promise", "issue"):
        here.answer()
    if owed == "promise":
        here.patch(promise={"text": "The cause", "due": rfc3339(here.parley.clock.at + 30 * DAY_MS)})
    issue = here.tenant.api.post(f"{here.path}/issues", {"title": "Export"}).json["id"] if owed == "issue" else ""
    here.parley.settle()
    hours(here, 4)
    assert (texts(here), shown(here)[0]) == ([], "open")
    if owed == "promise":
        here.patch(promise={"state": "kept"})
    elif owed == "issue":
        here.tenant.api.patch(f"/v1/issues/{issue}", {"state": "done", "tell": "quiet"})
        here.parley.sync_all()
        here.parley.settle()
    else:
        return
    hours(here, 3)
    assert (len(texts(here)), shown(here)[0]) == (3, "resolved")


def test_where_the_last_answer_never_came_nothing_was_closed(here: Stage) -> None:
    """The customer did not answer what they never got: it waits since they asked, however late that is known."""
    asked = here.ask()
    answered = here.answer()
    hours(here, 3)
    assert shown(here)[0] == "resolved"
    assert here.tenant.api.delete(f"{here.path}/messages/{answered}").status == 200
    assert shown(here) == ("open", "", "vendor")
    assert asked


def test_who_cannot_be_reached_is_not_reminded(here: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    shut = ["the install is paused"]
    monkeypatch.setattr("chalicelib.flows.clocks.wake_room.why_shut", lambda *_: shut[0])
    asked_and_answered(here)
    hours(here, 4)
    assert texts(here) == []
    shut[0] = ""
    hours(here, 1)
    assert texts(here) == [FIRST]


def test_it_counts_business_hours(parley: Parley, tenant: Tenant) -> None:
    """Asked on a Friday at 16:30 in Berlin: half an hour is left of the day."""
    office = ((((9 * 60), (17 * 60)),),) * 5 + ((),) * 2
    calendar = Calendar(id="cal_1", name="Office", timezone="Europe/Berlin", week=office)
    tenant.customer()
    with_policies(parley, tenant, replace(POLICY, calendar="cal_1"), calendars=(calendar,))
    parley.clock.at = from_rfc3339("2027-03-05T16:30:00+01:00") or 0
    here = Stage(parley, Tenant(tenant.id, tenant.api, tenant.token_secret, parley.clock.at // 1000))
    asked_and_answered(here)
    parley.clock.at = from_rfc3339("2027-03-08T09:29:00+01:00") or 0
    here.pass_time(0)
    assert texts(here) == []
    here.pass_time(2 * MINUTE_MS)
    assert texts(here) == [FIRST]


def test_who_asks_for_it_does_not_write_to_all_of_last_year(parley: Parley, tenant: Tenant) -> None:
    tenant.customer()
    old = Stage(parley, tenant)
    asked_and_answered(old)
    body = {"name": "All", "no_answer": {"after_minutes": 60, "reminders": [FIRST, SECOND]}}
    made = tenant.api.post("/v1/policies", body)
    assert (made.status, made.json["no_answer"]) == (201, body["no_answer"])
    old.patch(labels=["looked-at"])
    hours(old, 4)
    assert texts(old) == []
    fresh = Stage(parley, tenant)
    asked_and_answered(fresh)
    hours(fresh, 1)
    assert texts(fresh) == [FIRST]
    path = f"/v1/policies/{made.json['id']}"
    since = lambda: parley.store.one(ref(Policies, tenant.id)).policies[0].no_answer.since  # type: ignore[union-attr]  # noqa: E731
    began = since()
    tenant.api.patch(path, {"no_answer": {"after_minutes": 30, "reminders": [FIRST, SECOND]}})
    assert since() == began
    assert tenant.api.patch(path, {"no_answer": None}).json["no_answer"] is None
    hours(fresh, 3)
    assert texts(fresh) == [FIRST]
    wrong = {"after_minutes": 60, "reminders": [FIRST, "  "]}
    assert tenant.api.patch(path, {"no_answer": wrong}).json["field"] == "no_answer.reminders[1]"


def test_two_workers_at_once_remind_once(here: Stage) -> None:
    from chalicelib.flows.clocks.wake_room import wake_room

    asked_and_answered(here)
    here.parley.clock.at += HOUR_MS + MINUTE_MS
    for _ in range(3):
        wake_room(here.parley.world, here.tenant.id, here.room)
    assert texts(here) == [FIRST]
