"""Filters equal a naive reading of them; membership that follows changes equals one worked out anew."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.attributes import values_of
from chalicelib.desk.customers import Customer
from chalicelib.desk.segments import holds, parse, turns
from chalicelib.flows.due_work import due_work
from chalicelib.store.rows import from_row
from tests.api import Tenant
from tests.conftest import in_memory
from tests.fakes import Parley

DAY = 24 * 60 * 60 * 1000
NOW = 1_800_000_000_000
TYPES = {"plan": "string", "arr": "number", "vip": "boolean", "renewal": "time", "tags": "list"}


def iso(ms):
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds")


words = st.sampled_from(["", "a", "b", "ab", "pro"])
numbers = st.integers(-2, 2) | st.sampled_from([0.5, -0.0, 1.0])
moments = st.integers(-3, 3).flatmap(lambda days: st.sampled_from([-1, 0, 1]).map(lambda ms: NOW + days * DAY + ms))
values = {
    "plan": words,
    "arr": numbers,
    "vip": st.booleans(),
    "renewal": moments.map(iso),
    "tags": st.lists(words, max_size=3),
}
anything = st.one_of(*values.values(), st.none(), st.just({"x": 1}))
attributes = st.fixed_dictionaries({}, optional={name: kind | anything for name, kind in values.items()})
customers = st.builds(
    Customer,
    id=st.just("cus_1"),
    workspace=st.just("wsp_1"),
    external_id=words,
    name=words,
    created_at=moments,
    attributes=attributes,
    domains=st.lists(words, max_size=2).map(tuple),
    state=st.sampled_from(["active", "blocked"]),
)


def leaf(attribute, operator, operand):
    return operand.map(lambda value: {"attribute": attribute, operator: value})


leaves = st.one_of(
    *[
        leaf(name, "equals", kind)
        for name, kind in {"plan": words, "name": words, "arr": numbers, "vip": st.booleans()}.items()
    ],
    leaf("renewal", "equals", moments.map(iso)),
    leaf("plan", "in", st.lists(words, min_size=1, max_size=3)),
    leaf("arr", "in", st.lists(numbers, min_size=1, max_size=3)),
    *[leaf(name, "contains", words) for name in ("plan", "tags", "domains", "external_id")],
    *[leaf("arr", word, numbers) for word in ("less", "greater")],
    *[leaf(name, word, moments.map(iso)) for name in ("renewal", "first_seen") for word in ("less", "greater")],
    *[leaf(name, "within_days", st.integers(1, 4)) for name in ("renewal", "first_seen")],
    *[leaf(name, "exists", st.booleans()) for name in (*TYPES, "name")],
)
filters = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
)


def naive(told, customer, now):
    """The language again, straight from its description."""
    if "all" in told:
        return all(naive(each, customer, now) for each in told["all"])
    if "any" in told:
        return any(naive(each, customer, now) for each in told["any"])
    if "not" in told:
        return not naive(told["not"], customer, now)
    (operator,) = set(told) - {"attribute"}
    value, operand = valued(told["attribute"], customer), told[operator]
    if operator == "exists":
        return (value is not None) == operand
    if value is None:
        return False
    if operator == "equals":
        return value == (millis(operand) if isinstance(value, datetime) else operand)
    if operator == "in":
        return any(value == each for each in operand)
    if operator == "contains":
        return operand in value
    if operator == "within_days":
        return value <= millis(iso(now)) < value + timedelta(days=operand)
    operand = millis(operand) if isinstance(value, datetime) else operand
    return value < operand if operator == "less" else value > operand


def millis(text):
    return datetime.fromisoformat(text)


def valued(name, customer):
    if name in ("name", "external_id", "domains"):
        return getattr(customer, name)
    if name == "first_seen":
        return millis(iso(customer.created_at))
    value = customer.attributes.get(name)
    kind = {"plan": str, "arr": (int, float), "vip": bool, "renewal": str, "tags": list}[name]
    if not isinstance(value, kind) or name == "arr" and isinstance(value, bool):
        return None
    if name == "renewal":
        return millis(value) if len(value) == len(iso(NOW)) else None
    return value


@settings(max_examples=600)
@given(filters, customers, moments)
def test_a_filter_says_what_a_naive_reading_says(told, customer, now):
    assert holds(parse(told, TYPES), values_of(customer), now) == naive(told, customer, now)


@settings(max_examples=300)
@given(filters, customers, moments)
def test_nothing_turns_before_the_moment_that_is_told(told, customer, now):
    node, known = parse(told, TYPES), values_of(customer)
    says, turn = holds(node, known, now), turns(node, known, now)
    assert turn == 0 or turn > now
    end = turn or now + 20 * DAY
    steps = {now + part * DAY + ms for part in range(10) for ms in (-1, 0, 1)} | {end - 1}
    assert all(holds(node, known, moment) == says for moment in steps if now <= moment < end)


acts = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 3), attributes),
        st.tuples(st.just("wait"), st.integers(1, 3 * DAY), st.none()),
        st.tuples(st.just("save"), st.integers(0, 2), filters),
        st.tuples(st.just("remove"), st.integers(0, 2), st.none()),
        st.tuples(st.just("settle"), st.just(0), st.none()),
        st.tuples(st.just("again"), st.just(0), st.none()),
    ),
    max_size=14,
)


@settings(max_examples=80)
@given(acts)
def test_members_are_those_of_a_full_rebuild(doings):
    with in_memory(Parley()) as parley:
        tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        for name, type_ in TYPES.items():
            tenant.api.put(f"/v1/attributes/{name}", {"type": type_})
        saved = {}
        for act, number, what in doings:
            do(parley, tenant, saved, act, number, what)
        parley.settle()
        due_work(parley.world)
        parley.work_all()
        assert found(parley) == wanted(parley, saved)


def do(parley, tenant, saved, act, number, what):
    """One thing that happens. Tasks that came once may come again."""
    if act == "put":
        tenant.api.put(f"/v1/customers/c{number}", {"attributes": what})
        parley.react_all()
    elif act == "wait":
        parley.clock.at += number
        due_work(parley.world)
    elif act == "save" and number in saved:
        tenant.api.patch(f"/v1/segments/{saved[number][0]}", {"filter": what})
        saved[number] = saved[number][0], what
    elif act == "save":
        saved[number] = tenant.api.post("/v1/segments", {"name": "S", "filter": what}).json["id"], what
    elif act == "remove" and number in saved:
        tenant.api.delete(f"/v1/segments/{saved.pop(number)[0]}")
    elif act == "settle":
        parley.settle()
    elif act == "again":
        parley.queues.tasks += parley.queues.tasks[::-1]


def found(parley):
    records = [from_row(row) for row in parley.table.rows.values()]
    return {(each.segment, each.customer) for each in records if type(each).__name__ == "Member"}


def wanted(parley, saved):
    """Everybody against every filter, now."""
    everybody = [each for row in parley.table.rows.values() if isinstance(each := from_row(row), Customer)]
    return {
        (segment, customer.id)
        for segment, told in saved.values()
        for customer in everybody
        if holds(parse(told, TYPES), values_of(customer), parley.clock.at)
    }
