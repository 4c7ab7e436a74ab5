"""Usage meters: which lines count, for whom and on which day, and that what is added up is the same in any order."""

from typing import Any

import pytest

from chalicelib.desk.sorted_numbers import among, between, hashed, merged, packed
from chalicelib.desk.times import DAY_MS, HOUR_MS, MINUTE_MS
from chalicelib.desk.usage_events import WINDOW_MS, UsageLine
from chalicelib.desk.usage_meters import (
    HOURS_KEPT_DAYS,
    MOST_TOKENS,
    OTHER,
    DayDelta,
    Delta,
    DeveloperDelta,
    Folded,
    Usage,
    UsageDay,
    added_up,
    bounded,
    counts,
    day_of,
    day_with,
    delta_of,
    developer_of,
    earliest,
    facts_of,
    hours_of,
    next_midnight,
    nothing_left,
    owner_ref,
    window_due,
    without_people,
)

AT = 1_700_000_000_000  # a Tuesday, the 14th of November 2023, 22:13 UTC
TODAY = "2023-11-14"


def line(**fields: Any) -> UsageLine:
    said = {"id": "1", "source": "src_1", "received_at": AT + 3 * DAY_MS, "at": AT, "kind": "track", "means": "called"}
    return UsageLine(**(said | {"customer": "acme", "calls": 1} | fields))


def row(**fields: Any) -> UsageDay:
    return UsageDay(**({"customer": "cus_1", "workspace": "wsp_1", "day": TODAY} | fields))


@pytest.mark.parametrize(
    ("fields", "counted"),
    [
        ({}, True),
        ({"means": "key_created"}, True),
        ({"test": True}, False),
        ({"means": ""}, False),
        ({"means": "", "kind": "group", "user": "ann"}, True),
        ({"means": "", "kind": "group"}, False),
        ({"means": "", "kind": "identify", "user": "ann"}, False),
        ({"means": "", "kind": "group", "user": "ann", "test": True}, False),
    ],
)
def test_what_means_something_or_says_whose_somebody_is_counts_unless_it_is_a_test(
    fields: dict[str, Any], counted: bool
) -> None:
    assert counts(line(**fields)) is counted


def test_a_line_is_its_customers_else_its_users_and_somebody_is_a_user_or_has_no_name() -> None:
    lines = [line(user="ann"), line(customer="", user="ann", anonymous="x"), line(customer="", anonymous="x")]
    assert [owner_ref(each) for each in lines] == ["c:acme", "u:ann", ""]
    assert [developer_of(each) for each in (*lines, line())] == ["u:ann", "u:ann", "a:x", ""]


def test_a_call_counts_on_its_own_day_whenever_it_came() -> None:
    delta = delta_of(line(calls=3, errors=1, user="ann", token="tok_1", sdk="py", sdk_version="1.2"))
    called = DayDelta(
        calls=3, errors={OTHER: 1}, hours={22: (3, 1)}, sdks={"py 1.2": 3}, first_success=AT, last_call_at=AT,
        developers=("u:ann",), tokens=("tok_1",),
    )  # fmt: skip
    assert delta.days == {TODAY: called}
    known = DeveloperDelta(source="src_1", first_call_at=AT, first_success_at=AT, last_day=TODAY, tokens=("tok_1",))
    assert delta.developers == {"u:ann": known}


def test_of_a_call_that_failed_or_says_little_nothing_is_made_up() -> None:
    failed = delta_of(line(calls=2, errors=2, error="5xx"))
    assert failed.days == {TODAY: DayDelta(calls=2, errors={"5xx": 2}, hours={22: (2, 2)}, last_call_at=AT)}
    assert failed.developers == {}
    assert delta_of(line(sdk="py")).days[TODAY].sdks == {"py": 1}


def test_a_key_that_is_made_or_revoked_is_no_call_and_what_is_revoked_is_no_token_of_theirs() -> None:
    made = delta_of(line(means="key_created", calls=0, user="ann", token="tok_1"))
    gone = delta_of(line(means="key_revoked", calls=0, user="ann", token="tok_1"))
    assert (made.days, gone.days) == ({}, {})
    assert made.developers == {"u:ann": DeveloperDelta(source="src_1", key_made_at=AT, tokens=("tok_1",))}
    assert gone.developers == {"u:ann": DeveloperDelta(source="src_1", revoked=("tok_1",))}
    bare = delta_of(line(means="key_revoked", calls=0, user="ann"))
    assert bare.developers["u:ann"] == DeveloperDelta(source="src_1")


def test_a_group_call_says_whose_a_user_is_and_the_latest_has_it() -> None:
    deltas = [delta_of(line(means="", kind="group", user="ann", at=at)) for at in (AT, AT + 5, AT + 3)]
    assert added_up(deltas) == Delta(members={"ann": AT + 5})


def test_what_is_added_up_is_the_same_in_any_order() -> None:
    lines = [
        line(means="key_created", calls=0, user="ann", token="tok_2", source="src_2", at=AT + 9),
        line(user="ann", token="tok_1", errors=1, error="4xx"),
        line(user="ann", token="tok_2", calls=4, sdk="py", at=AT + HOUR_MS),
        line(user="bob", at=AT + 2 * HOUR_MS),
    ]
    deltas = [delta_of(each) for each in lines]
    summed = added_up(deltas)
    assert summed == added_up(reversed(deltas))
    ann = summed.developers["u:ann"]
    assert (ann.source, ann.key_made_at, ann.first_call_at, ann.first_success_at) == (
        "src_2", AT + 9, AT, AT + HOUR_MS,
    )  # fmt: skip
    assert (ann.last_day, ann.tokens) == (TODAY, ("tok_1", "tok_2"))
    today, next_day = summed.days[TODAY], summed.days["2023-11-15"]
    assert (today.calls, today.hours, today.errors) == (5, {22: (1, 1), 23: (4, 0)}, {"4xx": 1})
    assert (today.first_success, today.last_call_at, today.developers) == (AT + HOUR_MS, AT + HOUR_MS, ("u:ann",))
    assert (next_day.calls, next_day.developers) == (1, ("u:bob",))


def test_their_source_is_where_the_first_key_was_made_else_where_they_first_called() -> None:
    def source(*lines: UsageLine) -> str:
        return added_up(map(delta_of, lines)).developers["u:ann"].source

    made = line(user="ann", means="key_created", source="src_made", at=AT + 5)
    later = line(user="ann", means="key_created", source="src_later", at=AT + 6)
    first, second = line(user="ann", source="src_b", at=AT + 1), line(user="ann", source="src_a", at=AT + 2)
    revoked = line(user="ann", means="key_revoked", source="src_0", at=AT)
    assert source(first, later, made) == source(made, first) == "src_made"
    assert source(second, first) == source(revoked, second, first) == "src_b"


def test_an_entry_is_added_once_and_never_after_a_later_one() -> None:
    added = DayDelta(calls=3, errors={"5xx": 1}, hours={5: (3, 1)}, sdks={"py": 3}, first_success=AT, last_call_at=AT)
    once = day_with(row(), added, 7)
    assert (once.calls, once.hours, once.first_success, once.through) == (3, {5: (3, 1)}, AT, 7)
    assert day_with(once, added, 7) is once
    assert day_with(once, added, 6) is once
    assert day_with(once, added, 8).calls == 6


def test_a_day_names_tokens_in_the_same_order_whichever_came_first() -> None:
    one, two = DayDelta(tokens=("tok_2",)), DayDelta(tokens=("tok_1", "tok_2"))
    assert day_with(day_with(row(), one, 1), two, 2).tokens == ("tok_1", "tok_2")
    many = DayDelta(tokens=tuple(f"tok_{n:02}" for n in range(MOST_TOKENS + 2)))
    assert day_with(day_with(row(), DayDelta(tokens=("tok_99",)), 1), many, 2).tokens == (
        *many.tokens[: MOST_TOKENS - 1], "tok_99",
    )  # fmt: skip


def test_a_day_has_so_many_names_and_those_that_were_there_keep_theirs() -> None:
    sums = {"a": 1, "b": 2, "c": 3, OTHER: 4}
    assert bounded(sums, {}, 4) == sums
    assert bounded(sums, {"c": 3}, 3) == {"c": 3, "a": 1, OTHER: 6}


def test_a_moment_that_nobody_knows_is_not_the_first() -> None:
    assert earliest([0, 7, 5, 0]) == 5
    assert earliest([0, 0]) == earliest([]) == 0


def test_facts_are_sums_of_seven_days_and_whoever_called_on_several_is_one() -> None:
    days = [row(day=day_of(AT - n * DAY_MS), calls=10, errors={"4xx": 1, "5xx": 1}, last_call_at=n) for n in range(9)]
    actors = [("developer", "ann"), ("developer", "ann"), ("developer", "bob"), ("token", "ann")]
    facts = facts_of(days, actors, now=AT)
    names = ("calls_7d", "errors_7d", "developers_7d", "tokens_7d", "last_call_at")
    assert [facts[name] for name in names] == [70, 14, 2, 1, 8]
    assert [facts_of([], [], now=AT)[name] for name in names] == [0, 0, 0, 0, 0]


@pytest.mark.parametrize("fact", ["calls_7d", "errors_7d", "developers_7d", "tokens_7d", "trend"])
def test_who_has_any_fact_that_a_day_may_move_is_looked_at_again(fact: str) -> None:
    rest = Usage(customer="cus_1", workspace="wsp_1", last_call_at=AT, first_success_at=AT)
    assert nothing_left(rest)
    assert not nothing_left(rest.changed(**{fact: 1}))
    assert not nothing_left(rest.changed(trend=0.0))


def test_hours_are_kept_for_so_many_days() -> None:
    def hours(days_ago: int) -> list[tuple[int, int, int]]:
        return hours_of(row(day=day_of(AT - days_ago * DAY_MS), hours={5: (3, 1)}), AT)

    midnight = AT // DAY_MS * DAY_MS
    assert hours(0) == [(midnight + 5 * HOUR_MS, 3, 1)]
    assert hours(HOURS_KEPT_DAYS)
    assert not hours(HOURS_KEPT_DAYS + 1)


def test_a_window_is_due_once_what_came_in_it_is_there_and_a_day_ends_at_midnight() -> None:
    assert window_due(3) == 4 * WINDOW_MS + MINUTE_MS // 2
    assert next_midnight(AT) == (AT // DAY_MS + 1) * DAY_MS
    assert next_midnight(DAY_MS) == 2 * DAY_MS


def test_who_is_gone_is_in_nothing_that_waits() -> None:
    delta = added_up(
        [
            *(delta_of(line(user=who)) for who in ("ann", "bob")),
            *(delta_of(line(means="", kind="group", user=who)) for who in ("ann", "bob")),
        ]
    )
    entry = Folded(workspace="wsp_1", n=1, customers={"cus_1": delta}, waiting={"c:acme": delta, "u:ann": delta})
    left = without_people(entry, lambda owner, who: who == "u:ann")
    assert left.customers == entry.customers
    (waits,) = left.waiting.values()
    assert waits.days[TODAY].developers == ("u:bob",)
    assert (set(waits.developers), set(waits.members)) == ({"u:bob"}, {"bob"})


def test_sorted_numbers_are_found_again() -> None:
    run = packed([7, 3, 3, 1 << 63])
    assert len(run) == 3 * 8
    assert list(among(run, [0, 3, 4, 7, 1 << 63, (1 << 63) + 1])) == [3, 7, 1 << 63]
    assert list(among(packed([]), [3])) == []
    assert between(run, 3, 7) == [3]
    assert between(run, 4, 8) == [7]
    assert merged([run, packed([5, 7])]) == packed([3, 5, 7, 1 << 63])
    assert merged([]) == b""
    assert hashed("a", "b") != hashed("ab")
    assert hashed("a", "b") == hashed("a", "b")
