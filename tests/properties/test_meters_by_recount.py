"""Meters are a naive recount's: events of several customers, each of a batch another's, some twice, some days later,
some late, of some whose customer is known only afterwards, in any order of requests and of folds."""

from collections import Counter, defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.ids import customer_id
from chalicelib.desk.usage_meters import day_of
from tests.flows.usage.logged import DAY, HOUR, WORKSPACE, Log

NAMES = ("acme", "beta", "gamma")
BEGAN = 1_800_000_000_000


def event(id_: str) -> dict[str, Any]:
    """The event of an id: the same whenever it is sent."""
    n = int(id_)
    by_user = n % 4 == 3
    return {
        "id_": id_,
        "at": BEGAN - (n % 3) * DAY + n * HOUR,
        "customer": "" if by_user else NAMES[n % 3],
        "user": f"{NAMES[n % 3]}-ann" if by_user else f"dev{n % 5}",
        "calls": n % 4 + 1,
        "errors": n % 2,
        "error": "5xx" if n % 2 else "",
        "token": f"tok_{n % 2}",
    }


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.lists(st.integers(0, 12).map(str), min_size=1, max_size=6), st.sampled_from([0, 1, 2, 6]))),
    st.sets(st.sampled_from(NAMES)),
)
def test_the_meters_are_a_naive_recounts(batches: list[tuple[list[str], int]], early: set[str]) -> None:
    log, sent, began = Log(), set[str](), 0
    for name in early:
        log.user(log.customer(name), f"{name}-ann")
    for ids, days in batches:
        log.put(*(log.line(**event(id_)) for id_ in ids))
        sent.update(ids)
        if days and began + days < 7:  # within seven days of the first
            began += days
            log.folded(days * 24 * 60)
    log.folded()
    for name in set(NAMES) - early:
        log.user(log.customer(name), f"{name}-ann")
    log.parley.react_all()
    log.parley.use_all()
    log.folded()
    calls: defaultdict[str, Counter[str]] = defaultdict(Counter)
    errors: Counter[str] = Counter()
    tokens: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for id_ in sent:
        said, owner = event(id_), customer_id(WORKSPACE, NAMES[int(id_) % 3])
        calls[owner][day_of(said["at"])] += said["calls"]
        errors[owner] += said["errors"]
        tokens[owner].add((day_of(said["at"]), said["token"]))
    for name in NAMES:
        owner = customer_id(WORKSPACE, name)
        assert {day.day: day.calls for day in log.days(owner)} == calls[owner]
        assert sum(sum(day.errors.values()) for day in log.days(owner)) == errors[owner]
        named = {(day.day, token) for day in log.days(owner) for token in day.tokens}
        rest = {(day, who) for day, kind, who in log.actors(owner) if kind == "token"}
        assert named | rest == tokens[owner]
