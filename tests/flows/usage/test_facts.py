"""Facts by usage: what is true of a customer's last seven days, and falls by the clock when nobody sends anything."""

import msgspec

from chalicelib.desk.segments import Member, Placement, Segment
from chalicelib.ports import new
from tests.flows.usage.logged import DAY, WORKSPACE, Log

SEGMENT = Segment(
    version=1,
    id="seg_1",
    workspace=WORKSPACE,
    name="Callers",
    created_at=1,
    filter={"attribute": "usage_calls_7d", "greater": 2},
)


def members(log: Log) -> set[str]:
    """Who is in a segment."""
    return {each.customer for each in log.parley.records() if isinstance(each, Member)}


def test_the_first_calls_place_a_customer_within_a_minute_of_their_fold() -> None:
    log = Log()
    acme = log.customer("acme")
    log.parley.store.commit(new(SEGMENT))
    log.put(log.line("1", calls=3, user="ann", token="tok_1", errors=1, error="5xx"))
    log.folded().folded(1)
    facts = log.facts(acme)
    assert facts
    assert (facts.calls_7d, facts.errors_7d, facts.developers_7d, facts.tokens_7d) == (3, 1, 1, 1)
    assert facts.last_call_at
    assert facts.first_success_at == facts.last_call_at
    assert facts.trend is None
    assert members(log) == {acme}


def test_nobody_is_placed_anew_where_no_filter_asks_for_usage() -> None:
    log = Log()
    acme = log.customer("acme")
    plan = msgspec.structs.replace(SEGMENT, filter={"attribute": "name", "equals": "acme"})
    log.parley.store.commit(new(plan))
    log.put(log.line("1"))
    log.folded().folded(1)
    assert log.facts(acme).calls_7d == 1  # type: ignore[union-attr]
    assert not [each for each in log.parley.records() if isinstance(each, Placement)]


def test_a_customer_is_looked_at_once_an_hour_at_most() -> None:
    log = Log()
    acme = log.customer("acme")
    evaluated = []
    for n in range(26):
        log.put(log.line(str(n)))
        log.folded()
        evaluated.append(log.facts(acme).evaluated_at)  # type: ignore[union-attr]
    assert len(set(evaluated) - {0}) <= 3
    log.folded(60).folded(1)
    assert log.facts(acme).calls_7d == 26  # type: ignore[union-attr]


def test_distinct_people_are_a_union_over_seven_days() -> None:
    log = Log()
    acme = log.customer("acme")
    for n in range(3):
        log.put(log.line(f"{n}a", user="ann", token="tok_1"), log.line(f"{n}b", user=f"dev{n}", token="tok_2"))
        log.folded(24 * 60)
    log.folded(60)
    facts = log.facts(acme)
    assert facts
    assert (facts.calls_7d, facts.developers_7d, facts.tokens_7d) == (6, 4, 2)


def test_after_ten_days_without_an_event_the_figures_are_zero_and_in_time_nobody_looks() -> None:
    log = Log()
    acme = log.customer("acme")
    log.parley.store.commit(new(SEGMENT))
    log.put(log.line("1", calls=3, user="ann"))
    log.folded().folded(1)
    log.parley.clock.at += 10 * DAY
    log.parley.due()
    log.parley.use_all()
    facts = log.facts(acme)
    assert facts
    assert (facts.calls_7d, facts.errors_7d, facts.developers_7d, facts.tokens_7d) == (0, 0, 0, 0)
    assert facts.trend == 0
    assert members(log) == set()
    for _ in range(8):
        log.folded(24 * 60)
    facts = log.facts(acme)
    assert facts
    assert (facts.trend, facts.due) == (None, 0)
    assert facts.last_call_at


def test_the_trend_is_that_of_whole_days_and_hours_are_kept_for_two_weeks() -> None:
    log = Log()
    acme = log.customer("acme")
    for n in range(14):
        log.put(log.line(str(n), calls=1 if n < 7 else 3))
        log.folded(24 * 60)
    log.folded(60)
    facts = log.facts(acme)
    assert facts
    assert facts.trend == 3
    assert all(day.hours for day in log.days(acme))
    for _ in range(3):
        log.folded(24 * 60)
    assert [bool(day.hours) for day in log.days(acme)].count(False) == 3
