"""Filters equal a naive reading of them; membership that follows changes equals one worked out anew."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.desk.attributes import values_of
from chalicelib.desk.customer_totals import STEP_MS, Totals
from chalicelib.desk.customers import Customer, User
from chalicelib.desk.rooms import Room
from chalicelib.desk.segments import Placement, holds, parse, turns
from chalicelib.desk.workspaces import Workspace
from chalicelib.flows.broadcasts.send import send_broadcast
from chalicelib.flows.clock import due_work
from chalicelib.store.rows import from_row
from tests.api import Tenant
from tests.conftest import in_memory
from tests.fakes import Parley

DAY = 24 * 60 * 60 * 1000
NOW = 1_800_000_000_000
WINDOWS = ("within_days", "next_days")
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
    language=words,
)
any_totals = st.builds(
    Totals,
    rooms_open=st.integers(0, 2),
    oldest_wait=moments | st.just(0),
    last_message_at=moments | st.just(0),
    members=st.integers(0, 2),
    labels=st.lists(words, max_size=2).map(tuple),
    channels=st.lists(words, max_size=2).map(tuple),
)


def leaf(attribute, operator, operand):
    return operand.map(lambda value: {"attribute": attribute, operator: value})


leaves = st.one_of(
    *[
        leaf(name, "equals", kind)
        for name, kind in {"plan": words, "name": words, "arr": numbers, "vip": st.booleans()}.items()
    ],
    leaf("renewal", "equals", moments.map(iso)),
    *[leaf(name, word, st.integers(0, 2)) for name in ("rooms_open", "members") for word in ("equals", "greater")],
    *[leaf(name, word, st.integers(1, 4)) for name in ("oldest_wait", "last_message_at") for word in WINDOWS],
    *[leaf(name, "less", moments.map(iso)) for name in ("oldest_wait", "last_message_at")],
    leaf("labels", "contains", words),
    leaf("channels", "contains", st.sampled_from(["widget", "api", "a"])),
    leaf("language", "equals", words),
    leaf("plan", "in", st.lists(words, min_size=1, max_size=3)),
    leaf("arr", "in", st.lists(numbers, min_size=1, max_size=3)),
    *[leaf(name, "contains", words) for name in ("plan", "tags", "domains", "external_id")],
    *[leaf("arr", word, numbers) for word in ("less", "greater")],
    *[leaf(name, word, moments.map(iso)) for name in ("renewal", "first_seen") for word in ("less", "greater")],
    *[leaf(name, word, st.integers(1, 4)) for name in ("renewal", "first_seen") for word in WINDOWS],
    *[leaf(name, "exists", st.booleans()) for name in (*TYPES, "name", "oldest_wait", "last_message_at", "language")],
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


def naive(filter_, customer, totals, now):
    """The language again, straight from its description."""
    if "all" in filter_:
        return all(naive(each, customer, totals, now) for each in filter_["all"])
    if "any" in filter_:
        return any(naive(each, customer, totals, now) for each in filter_["any"])
    if "not" in filter_:
        return not naive(filter_["not"], customer, totals, now)
    (operator,) = set(filter_) - {"attribute"}
    value, operand = valued(filter_["attribute"], customer, totals), filter_[operator]
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
    if operator == "next_days":
        return value - timedelta(days=operand) <= millis(iso(now)) < value
    operand = millis(operand) if isinstance(value, datetime) else operand
    return value < operand if operator == "less" else value > operand


def millis(text):
    return datetime.fromisoformat(text)


def valued(name, customer, totals):
    if name in ("oldest_wait", "last_message_at"):
        return millis(iso(getattr(totals, name))) if getattr(totals, name) else None
    if name in ("rooms_open", "members", "labels", "channels"):
        return getattr(totals, name)
    if name == "language":
        return customer.language or None
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
@given(filters, customers, any_totals, moments)
def test_a_filter_says_what_a_naive_reading_says(filter_, customer, totals, now):
    assert holds(parse(filter_, TYPES), values_of(customer, totals), now) == naive(filter_, customer, totals, now)


@settings(max_examples=300)
@given(filters, customers, any_totals, moments)
def test_nothing_turns_before_the_moment_that_is_told(filter_, customer, totals, now):
    node, known = parse(filter_, TYPES), values_of(customer, totals)
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
        st.tuples(st.just("say"), st.integers(0, 3), st.sampled_from(["user", "agent", "note"])),
        st.tuples(st.just("open"), st.integers(0, 3), words),
        st.tuples(st.just("turn"), st.integers(0, 3), st.sampled_from(["resolved", "open"])),
        st.tuples(st.just("label"), st.integers(0, 3), st.lists(words.filter(bool), max_size=2)),
        st.tuples(st.just("user"), st.integers(0, 3), st.sampled_from(["active", "blocked"])),
        st.tuples(st.just("broadcast"), st.integers(0, 3), st.none()),
    ),
    max_size=16,
)


@settings(max_examples=150)
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
        records = [from_row(row) for row in parley.table.rows.values()]
        placed = {each.customer: each.totals for each in records if isinstance(each, Placement)}
        [counts] = [each.waits_counted for each in records if isinstance(each, Workspace)]
        for customer in [each for each in records if isinstance(each, Customer)]:
            expected = totals(customer, records)
            expected = expected if counts else replace(expected, oldest_wait=0)  # no filter has asked for it yet
            assert placed.get(customer.id, Totals()) == expected


def said(parley, tenant, customer, who):
    """In the latest of the customer's rooms."""
    room = rooms(tenant, customer)[-1]["id"]
    speaker = tenant.user(customer) if who == "user" else tenant.api
    got = speaker.post(f"/v1/rooms/{room}/messages", {"text": "Well", **({"internal": True} if who == "note" else {})})
    assert got.status in (201, 401, 403), got.text


def rooms(tenant, customer):
    tenant.customer(customer)
    found = [
        room
        for state in ("open", "resolved")
        for room in tenant.api.get("/v1/rooms", customer=customer, state=state).json["items"]
    ]
    return sorted(found, key=lambda room: (room["created_at"], room["id"]))


def patched(tenant, customer, **fields):
    assert tenant.api.patch(f"/v1/rooms/{rooms(tenant, customer)[-1]['id']}", fields).status == 200


def spread(parley, tenant, customer, _):
    fields = {"text": "News", "customers": [customer], "override": "a test"}
    id_ = tenant.api.post("/v1/broadcasts", fields).json["id"]
    tenant.api.post(f"/v1/broadcasts/{id_}/send", {})
    while parley.queues.errands:
        send_broadcast(parley.world, parley.queues.errands.pop(0))


ACTS = {
    "say": said,
    "open": lambda parley, tenant, customer, name: (
        tenant.customer(customer),
        tenant.api.post("/v1/rooms", {"name": name or "Topic", "customer": customer}),
    ),
    "turn": lambda parley, tenant, customer, state: patched(tenant, customer, state=state),
    "label": lambda parley, tenant, customer, labels: patched(tenant, customer, labels=labels),
    "user": lambda parley, tenant, customer, state: (
        tenant.customer(customer),
        tenant.api.put(f"/v1/customers/{customer}/users/bob", {"state": state}),
    ),
    "broadcast": spread,
}


def do(parley, tenant, saved, act, number, what):
    """One thing that happens. Tasks that came once may come again."""
    if act == "put":
        tenant.api.put(f"/v1/customers/c{number}", {"attributes": what})
        parley.react_all()
    elif act in ACTS:
        ACTS[act](parley, tenant, f"c{number}", what)
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
    records = [from_row(row) for row in parley.table.rows.values()]
    everybody = [each for each in records if isinstance(each, Customer)]
    return {
        (segment, customer.id)
        for segment, filter_ in saved.values()
        for customer in everybody
        if holds(parse(filter_, TYPES), values_of(customer, totals(customer, records)), parley.clock.at)
    }


def totals(customer, records):
    """A customer's totals, read off all there is."""
    shared = [r for r in records if isinstance(r, Room) and r.customer == customer.id and r.kind in ("triage", "topic")]
    heard = [r for r in shared if r.last_message_at]
    opened = [r for r in shared if r.state == "open"]
    people = [r for r in records if isinstance(r, User) and r.customer == customer.id and r.state == "active"]
    return Totals(
        rooms_open=len([r for r in opened if r.last_message_at]),
        oldest_wait=min((r.waiting_since for r in opened if r.turn == "vendor"), default=0),
        last_message_at=max((r.last_message_at // STEP_MS * STEP_MS for r in heard), default=0),
        members=len(people),
        labels=tuple(sorted({label for r in opened for label in r.labels})),
        channels=tuple(sorted({name for r in shared for name in r.channels})),
    )
