"""What a filter says of a customer, at the borders: of numbers, of time, of values that are not there."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.customer_totals import NOTHING, OpenRoom, Totals, counted, glance, owner_of_moved, summed
from chalicelib.desk.customers import User
from chalicelib.desk.errors import Invalid
from chalicelib.desk.rooms import Room
from chalicelib.desk.segments import FOREVER_MS, MAX_DAYS, attributes_in, holds, issues_in, parse, turns
from chalicelib.desk.times import DAY_MS, HOUR_MS

TYPES: Any = {"seats": "number", "plan": "string", "since": "time", "tags": "list", "paid": "boolean"}
AT = "2026-01-01T00:00:00Z"
AT_MS = 1_767_225_600_000


def passes(sample: dict[str, Any], now: int = AT_MS, **values: Any) -> bool:
    return holds(parse(sample, TYPES), values, now)


@pytest.mark.parametrize(("value", "less", "equals", "greater"), [(4, 1, 0, 0), (5, 0, 1, 0), (6, 0, 0, 1)])
def test_numbers(value: int, less: bool, equals: bool, greater: bool) -> None:
    found = [passes({"attribute": "seats", word: 5}, seats=value) for word in ("less", "equals", "greater")]
    assert found == [less, equals, greater]


@pytest.mark.parametrize("values", [{}, {"seats": "5"}, {"seats": True}, {"seats": None}])
def test_who_has_no_value_of_the_type_passes_nothing_but_that_it_is_not_there(values: dict[str, Any]) -> None:
    assert not any(passes({"attribute": "seats", word: 5}, **values) for word in ("less", "equals", "greater"))
    assert not passes({"attribute": "seats", "in": [5]}, **values)
    assert passes({"attribute": "seats", "exists": False}, **values)
    assert not passes({"attribute": "seats", "exists": True}, **values)
    assert passes({"attribute": "seats", "exists": True}, seats=0)
    assert not passes({"attribute": "seats", "exists": False}, seats=0)


def test_a_time_is_told_in_words_but_for_those_that_parley_keeps() -> None:
    assert passes({"attribute": "since", "less": AT}, since="2025-01-01T00:00:00Z")
    assert not passes({"attribute": "since", "less": AT}, since=5)
    assert passes({"attribute": "last_message_at", "less": AT}, last_message_at=5)


@pytest.mark.parametrize(("past", "inside"), [(-1, False), (0, True), (DAY_MS - 1, True), (DAY_MS, False)])
def test_within_days_begins_with_the_moment_and_ends_before_the_last(past: int, inside: bool) -> None:
    sample = {"attribute": "since", "within_days": 1}
    assert passes(sample, AT_MS + past, since=AT) is inside
    found = turns(parse(sample, TYPES), {"since": AT}, AT_MS + past)
    assert found == (AT_MS if past < 0 else AT_MS + DAY_MS if past < DAY_MS else 0)


@pytest.mark.parametrize(("ahead", "inside"), [(DAY_MS + 1, False), (DAY_MS, True), (1, True), (0, False)])
def test_next_days_begins_days_ahead_and_ends_with_the_moment(ahead: int, inside: bool) -> None:
    sample = {"attribute": "since", "next_days": 1}
    assert passes(sample, AT_MS - ahead, since=AT) is inside
    found = turns(parse(sample, TYPES), {"since": AT}, AT_MS - ahead)
    assert found == (AT_MS - DAY_MS if ahead > DAY_MS else AT_MS if ahead else 0)


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_who_renews_within_the_next_days_has_not_done_so_within_the_last(days: int) -> None:
    words = ("within_days", "next_days")
    found = [passes({"attribute": "since", word: 2}, AT_MS + days * DAY_MS, since=AT) for word in words]
    assert found == [days >= 0, days < 0]


@given(st.integers(-3, 3), st.integers(1, 3))
def test_nothing_changes_by_time_alone_before_the_next_turn(day: int, days: int) -> None:
    node = parse(
        {"any": [{"attribute": "since", "within_days": days}, {"not": {"attribute": "paid", "equals": True}}]}, TYPES
    )
    values, now = {"since": AT, "paid": True}, AT_MS + day * DAY_MS
    turn = turns(node, values, now)
    until = turn - 1 if turn else now + 10 * DAY_MS
    assert holds(node, values, now) is holds(node, values, until)
    assert not turn or holds(node, values, turn) is not holds(node, values, now)


def test_what_turns_after_the_end_of_time_never_turns() -> None:
    node = parse({"attribute": "last_message_at", "within_days": 1}, TYPES)
    assert turns(node, {"last_message_at": FOREVER_MS - DAY_MS}, AT_MS) == FOREVER_MS - DAY_MS
    assert turns(node, {"last_message_at": FOREVER_MS - DAY_MS}, FOREVER_MS - DAY_MS) == 0


@pytest.mark.parametrize(
    ("sample", "place"),
    [
        ([], "filter"),
        ({}, "filter"),
        ({"all": [], "any": []}, "filter"),
        ({"all": []}, "filter.all"),
        ({"any": {}}, "filter.any"),
        ({"any": {"attribute": "paid"}}, "filter.any"),
        ({"all": "paid"}, "filter.all"),
        ({"none": [1]}, "filter"),
        ({"not": []}, "filter.not"),
        ({"attribute": "unknown", "equals": 1}, "filter.attribute"),
        ({"attribute": 5, "equals": 1}, "filter.attribute"),
        ({"attribute": ["seats"], "equals": 1}, "filter.attribute"),
        ({"attribute": "seats"}, "filter"),
        ({"attribute": "seats", "less": 1, "greater": 2}, "filter"),
        ({"attribute": "seats", "like": 1}, "filter"),
        ({"attribute": "seats", "contains": 1}, "filter.contains"),
        ({"attribute": "seats", "equals": "1"}, "filter.equals"),
        ({"attribute": "seats", "equals": True}, "filter.equals"),
        ({"attribute": "seats", "exists": 1}, "filter.exists"),
        ({"attribute": "since", "within_days": 0}, "filter.within_days"),
        ({"attribute": "since", "within_days": MAX_DAYS + 1}, "filter.within_days"),
        ({"attribute": "since", "within_days": 1.5}, "filter.within_days"),
        ({"attribute": "since", "within_days": True}, "filter.within_days"),
        ({"attribute": "since", "next_days": 0}, "filter.next_days"),
        ({"attribute": "since", "next_days": MAX_DAYS + 1}, "filter.next_days"),
        ({"attribute": "since", "next_days": "7"}, "filter.next_days"),
        ({"attribute": "seats", "next_days": 7}, "filter.next_days"),
        ({"attribute": "since", "equals": "yesterday"}, "filter.equals"),
        ({"attribute": "plan", "in": []}, "filter.in"),
        ({"attribute": "plan", "in": "pro"}, "filter.in"),
        ({"attribute": "plan", "in": ["pro"] * 101}, "filter.in"),
        ({"attribute": "plan", "in": ["pro", 1]}, "filter.in[1]"),
        ({"attribute": "tags", "contains": 1}, "filter.contains"),
        ({"has_asked_for": 1}, "filter.has_asked_for"),
        ({"has_asked_for": "iss_1", "all": []}, "filter.has_asked_for"),
        ({"any": [{"attribute": "paid", "equals": True}, {"attribute": "paid", "equals": 1}]}, "filter.any[1].equals"),
        ({"all": [{"attribute": "paid", "equals": True}] * 101}, "filter"),
        ({"all": [{"has_asked_for": f"iss_{number}"} for number in range(11)]}, "filter"),
    ],
)
def test_what_is_no_filter_is_refused_by_its_place(sample: Any, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(sample, TYPES)
    assert refused.value.field == place


@pytest.mark.parametrize(
    "sample",
    [
        {"all": [{"attribute": "paid", "equals": True}] * 100},
        {"all": [{"has_asked_for": f"iss_{number}"} for number in range(10)]},
        {"attribute": "since", "within_days": 1},
        {"attribute": "since", "within_days": MAX_DAYS},
        {"attribute": "plan", "in": ["pro"] * 100},
        {"attribute": "tags", "contains": "x"},
        {"attribute": "since", "less": AT},
    ],
)
def test_what_is_just_a_filter_is_one(sample: Any) -> None:
    parse(sample, TYPES)


def test_a_filter_goes_ten_deep() -> None:
    sample: dict[str, Any] = {"attribute": "paid", "equals": True}
    for _ in range(9):
        sample = {"not": sample}
    assert passes(sample, paid=False)
    with pytest.raises(Invalid, match="deep"):
        parse({"not": sample}, TYPES)


def test_texts_lists_and_what_was_asked_for() -> None:
    assert passes({"attribute": "plan", "contains": "r"}, plan="pro")
    assert not passes({"attribute": "plan", "contains": "x"}, plan="pro")
    assert passes({"attribute": "tags", "contains": "a"}, tags=["a", "b"])
    assert not passes({"attribute": "tags", "contains": "c"}, tags=["a", "b"])
    assert passes({"attribute": "plan", "in": ["pro", "free"]}, plan="pro")
    assert not passes({"attribute": "plan", "in": ["free"]}, plan="pro")
    both = {"all": [{"has_asked_for": "iss_1"}, {"not": {"has_asked_for": "iss_2"}}]}
    assert issues_in(parse(both, TYPES)) == {"iss_1", "iss_2"}
    assert list(attributes_in({"all": [{"attribute": "plan"}, {"any": [{"not": {"attribute": "x"}}, 5]}, "y"]})) == [
        "plan",
        "x",
    ]
    assert list(attributes_in({"attribute": 5})) == []


@pytest.mark.parametrize(("one", "two"), [(a, b) for a in (False, True) for b in (False, True)])
def test_all_any_not(one: bool, two: bool) -> None:
    parts = [{"attribute": "paid", "equals": True}, {"attribute": "plan", "equals": "pro"}]
    values = {"paid": one, "plan": "pro" if two else "free"}
    assert passes({"all": parts}, **values) is (one and two)
    assert passes({"any": parts}, **values) is (one or two)
    assert passes({"not": {"any": parts}}, **values) is not (one or two)


# --- totals -------------------------------------------------------------------------------------------------------


def room(**fields: Any) -> Room:
    sample = {"id": "room_1", "workspace": "wsp_1", "kind": "topic", "name": "R", "created_at": 1, "customer": "cus_1"}
    return Room(**sample | fields)


@pytest.mark.parametrize("turn", ["vendor", "customer"])
@pytest.mark.parametrize("labels", [(), ("a",)])
@pytest.mark.parametrize("state", ["open", "resolved"])
@pytest.mark.parametrize("at", [0, 5 * HOUR_MS + 7])
def test_what_of_a_room_counts(at: int, state: Any, labels: tuple[str, ...], turn: Any) -> None:
    row, hour, channels = glance(
        room(last_message_at=at, state=state, labels=labels, turn=turn, waiting_since=9, channels=("slack",))
    )
    assert (hour, channels) == (at // HOUR_MS * HOUR_MS, ("slack",))
    assert (row is not None) is (state == "open" and bool(at or labels))
    if row:
        assert (row.said, row.waits, row.labels) == (bool(at), 9 if turn == "vendor" else 0, labels)


@pytest.mark.parametrize(
    "seen", [None, room(customer="", visitor="vis_1"), room(kind="internal"), room(kind="visitor")]
)
def test_what_the_customer_does_not_see_counts_for_nothing(seen: Room | None) -> None:
    assert glance(seen) == NOTHING
    if seen:
        assert glance(seen.changed(last_message_at=HOUR_MS)) == NOTHING


def person(**fields: Any) -> User:
    sample = {
        "id": "usr_1",
        "workspace": "wsp_1",
        "customer": "cus_1",
        "external_id": "ann",
        "name": "Ann",
        "created_at": 1,
    }
    return User(**sample | fields)


def test_whose_totals_may_move() -> None:
    said, later = room(last_message_at=HOUR_MS), room(last_message_at=HOUR_MS + 1)
    assert owner_of_moved(None, said) == owner_of_moved(room(), said) == "cus_1"
    assert owner_of_moved(said, later) == owner_of_moved(None, room()) == ""
    waiting = said.changed(turn="vendor", waiting_since=9)
    assert [owner_of_moved(said, waiting, waits=waits) for waits in (True, False)] == ["cus_1", ""]
    rows = [glance(each, waits=waits)[0] for each, waits in ((waiting, True), (waiting, False), (said, True))]
    assert [row and row.waits for row in rows] == [9, 0, 0]
    assert owner_of_moved(None, person()) == owner_of_moved(person(), person(state="gone")) == "cus_1"
    assert owner_of_moved(person(), person(name="Bob")) == owner_of_moved(None, person(state="gone")) == ""
    assert owner_of_moved(None, OpenRoom(customer="cus_1", room="room_1", workspace="wsp_1")) == ""
    assert counted(None) is counted(person(state="blocked")) is None


def test_the_sums() -> None:
    sample = {"customer": "cus_1", "workspace": "wsp_1"}
    rows = [
        OpenRoom(**sample, room="room_1", waits=7, labels=("b",)),
        OpenRoom(**sample, room="room_2", waits=5, labels=("a", "b")),
        OpenRoom(**sample, room="room_3", said=False),
    ]
    old = Totals(last_message_at=20, members=2, channels=("email",), labels=("gone",), oldest_wait=1)
    found = summed(old, rows, [(rows[0], 10, ("slack",))], members=-1)
    wanted = Totals(
        rooms_open=2, oldest_wait=5, last_message_at=20, members=1, labels=("a", "b"), channels=("email", "slack")
    )
    assert found == wanted
    assert summed(old, [], [(None, 30, ())], members=0).last_message_at == 30
    assert summed(old, [], [], members=0).oldest_wait == 0
