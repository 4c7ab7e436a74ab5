"""The fold: what came in a window counts once for its customer, whenever it came and however often."""

from chalicelib.desk.dead_letters import DeadLetter
from chalicelib.desk.usage_developers import Developer
from chalicelib.desk.usage_events import WINDOW_MS, encode, object_key
from chalicelib.desk.usage_meters import MOST_TOKENS, DueFold, UsageWaiting, day_of, window_due
from chalicelib.flows.usage.fold import fold
from chalicelib.ports import ref
from chalicelib.ports.memory import Memories
from tests.flows.usage.logged import DAY, HOUR, WORKSPACE, Log


def test_a_batch_counts_for_its_customers_by_day_and_hour() -> None:
    log = Log()
    acme, beta = log.customer("acme"), log.customer("beta")
    now = log.now
    log.put(
        log.line("1", calls=3, errors=1, error="5xx", sdk="py", sdk_version="1.2", token="tok_1", user="ann"),
        log.line("2", customer="beta"),
        log.line("3", at=log.now - DAY, errors=1, error="4xx"),
        log.line("4", means="", name="Viewed"),
        log.line("5", test=True),
    )
    assert log.day(acme) is None
    log.folded()
    today, other = log.day(acme), log.day(beta)
    assert today
    assert (today.calls, today.errors, today.sdks) == (3, {"5xx": 1}, {"py 1.2": 3})
    assert today.hours == {now % DAY // HOUR: (3, 1)}
    assert today.first_success == now
    assert other
    assert other.calls == 1
    yesterday = log.day(acme, day_of(now - DAY))
    assert yesterday
    assert (yesterday.calls, yesterday.errors, yesterday.first_success) == (1, {"4xx": 1}, 0)
    assert [kind for _, kind, _ in log.actors(acme)] == ["developer"]
    assert today.tokens == ("tok_1",)


def test_a_day_names_a_few_tokens_and_each_other_one_has_a_row_whoever_wrote_meanwhile() -> None:
    log = Log()
    acme = log.customer("acme")
    one, other = Memories(), Memories()
    for container in (one, other, one):
        object.__setattr__(log.parley.world, "memory", container)
        log.put(*(log.line(f"{log.puts}-{n}", token=f"tok_{log.puts}{n}") for n in range(5)))
        log.folded()
    day = log.day(acme)
    assert day
    assert (day.calls, len(day.tokens)) == (15, MOST_TOKENS)
    tokens = {who for _, kind, who in log.actors(acme) if kind == "token"}
    assert len(tokens | set(day.tokens)) == len(tokens) + len(day.tokens) == 15
    log.folded(60)
    assert log.facts(acme).tokens_7d == 15  # type: ignore[union-attr]


def test_what_comes_twice_counts_once_for_seven_days() -> None:
    log = Log()
    acme = log.customer("acme")
    log.put(log.line("1"), log.line("1"))
    log.put(log.line("1"))
    log.folded()
    log.put(log.line("1"), log.line("2"))
    log.folded()
    log.parley.clock.at += 6 * DAY
    first = log.line("1", at=log.now - 6 * DAY)
    log.put(first, log.line("3"))
    log.folded()
    assert [day.calls for day in log.days(acme)] == [2, 1]


def test_an_object_that_comes_late_or_is_told_again_counts_once() -> None:
    log = Log()
    acme = log.customer("acme")
    at = log.now
    log.put(log.line("1"))
    log.folded()
    log.put(log.line("2"), at=at)
    log.folded(1)
    log.folded(1)
    log.put(log.line("3"), at=at)
    log.folded(60 * 24 * 20)
    assert [day.calls for day in log.days(acme)] == [3]


def test_what_test_keys_send_is_not_folded() -> None:
    log = Log()
    acme = log.customer("acme")
    log.put(log.line("1"), mode="test")
    log.folded()
    assert log.days(acme) == []


def test_whoever_is_known_later_has_what_came_before() -> None:
    log = Log()
    log.put(log.line("1"), log.line("2", customer="", user="bob"), log.line("3", customer="", anonymous="x"))
    log.folded()
    log.put(log.line("4"), log.line("1"))
    log.folded()
    acme = log.customer("acme")
    log.parley.react_all()
    log.parley.use_all()
    assert [day.calls for day in log.days(acme)] == [2]
    log.put(log.line("5"))
    log.folded()
    log.user(acme, "bob")
    log.parley.react_all()
    log.parley.use_all()
    assert [day.calls for day in log.days(acme)] == [4]
    log.put(log.line("6", customer="", user="bob"))
    log.folded()
    log.parley.react_all()
    log.parley.use_all()
    assert [day.calls for day in log.days(acme)] == [5]


def test_a_group_call_says_whose_a_user_is_for_what_came_before_and_after() -> None:
    log = Log()
    acme = log.customer("acme")
    log.put(log.line("1", customer="", user="bob"))
    log.folded()
    log.put(log.line("2", kind="group", means="", user="bob", calls=0))
    log.folded()
    log.put(log.line("3", customer="", user="bob"))
    log.folded()
    assert sum(day.calls for day in log.days(acme)) == 2


def test_whose_a_user_is_the_latest_group_call_says_whenever_it_came() -> None:
    log = Log()
    acme, beta = log.customer("acme"), log.customer("beta")
    calls: list[list[int]] = []
    began, group = log.now, {"kind": "group", "means": "", "user": "bob", "calls": 0}
    for n, (customer, hours) in enumerate([("acme", 3), ("beta", 2), ("acme", 4), ("beta", 6), ("acme", 5)]):
        log.put(log.line(f"g{n}", at=began - (9 - hours) * HOUR, customer=customer, **group))
        log.folded()
        log.put(log.line(f"c{n}", customer="", user="bob"))
        log.folded()
        calls.append([sum(day.calls for day in log.days(each)) for each in (acme, beta)])
    assert calls == [[1, 0], [2, 0], [3, 0], [3, 1], [3, 2]]


def test_a_developer_is_known_by_their_key_and_first_calls() -> None:
    log = Log()
    acme = log.customer("acme")
    ann = log.user(acme, "ann")
    made = log.now
    log.put(log.line("1", means="key_created", calls=0, user="ann", token="tok_1", source="src_2"))
    log.folded()
    failed = log.now
    log.put(log.line("2", user="ann", token="tok_1", errors=1, error="4xx"))
    log.folded()
    succeeded = log.now
    log.put(log.line("3", user="ann", token="tok_1"))
    log.folded()
    log.put(log.line("4", means="key_revoked", calls=0, user="ann", token="tok_1"))
    log.folded()
    known = log.parley.store.one(ref(Developer, acme, ann))
    assert known
    assert (known.source, known.key_made_at, known.first_call_at, known.first_success_at) == (
        "src_2",
        made,
        failed,
        succeeded,
    )
    assert known.tokens == ("tok_1",)
    assert known.live_tokens == ()


def test_a_window_is_done_once_all_that_has_come_is_folded() -> None:
    log = Log()
    log.customer("acme")
    log.put(log.line("1"))
    window = log.now // 300_000
    log.folded()
    due = log.parley.store.one(ref(DueFold, WORKSPACE, window))
    assert due
    assert (due.due, due.entries) == (0, (1,))


def test_a_window_that_is_not_due_is_left_and_one_that_is_done_is_not_looked_at() -> None:
    log = Log()
    acme = log.customer("acme")
    log.put(log.line("1"))
    log.put(log.line("2", customer="", anonymous="x"))
    window = log.now // WINDOW_MS
    log.parley.clock.at = window_due(window) - 1000
    fold(log.parley.world, WORKSPACE, [window, window - 1])
    assert log.days(acme) == []
    log.parley.clock.at += 1000
    for _ in range(2):  # the second finds nothing more, and marks it as done
        fold(log.parley.world, WORKSPACE, [window])
    assert [day.calls for day in log.days(acme)] == [1]
    assert not [each for each in log.parley.records() if isinstance(each, UsageWaiting)]  # nobody comes for nobody's
    untold = object_key(WORKSPACE, "live", window * WINDOW_MS, id_=f"log{7:026d}")
    log.parley.files.put(untold, encode([log.line("3")]), "application/gzip")
    fold(log.parley.world, WORKSPACE, [window])
    assert [day.calls for day in log.days(acme)] == [1]


def test_an_object_that_cannot_be_read_holds_nobody_up_and_is_told() -> None:
    log = Log()
    acme = log.customer("acme")
    key = log.put(log.line("1"))
    log.parley.files.content[key] = b"no gzip"
    log.put(log.line("2"))
    log.folded()
    assert [day.calls for day in log.days(acme)] == [1]
    assert [each.about for each in log.parley.records() if isinstance(each, DeadLetter)] == [key]
