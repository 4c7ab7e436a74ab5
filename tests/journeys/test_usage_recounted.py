"""What customers are counted to have done is what a naive recount of the events says, in whatever order they came, late
and again; and who calls no more is told of. PARLEY_FULL=1 has 100,000 events of 300 customers.

The official clients send it, as they are, each event of a batch another customer's. The stack's clock is set on.
"""

import itertools
import json
import os
import random
import re
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from cloudevents.core.v1.event import CloudEvent
from segment.analytics.client import Client as Segment

from tests.full import FULL
from tests.journeys.caller import Caller, eventually
from tests.journeys.test_usage import by_node, logged, objects, stored
from tests.stack import LocalStack
from tests.usage import basic
from tests.usage import batch as batch_of

CUSTOMERS, EACH, WATCHED, LATER = (300, 300, 20, 20) if FULL else (40, 40, 3, 3)
BATCH = 100 if FULL else 30  # events of a request
PATIENCE = 1800.0 if FULL else 120.0
CLIENTS = ("python", "node", "cloudevents")
CALLED, CREATED, OTHER, BY_MISTAKE = "API Called", "API Key Created", "Report Opened", "job.done"
TYPE = "com.vendor.called"  # as the source of CloudEvents calls a call
HISTORY, DAYS = 42, 5  # days of those who are watched, and of others
OUTCOMES: tuple[dict[str, Any], ...] = (
    {},
    {"status": 200},
    {"status": 201, "calls": 3},
    {"status": 404},
    {"status": 503, "calls": 5, "errors": 2},
    {"error": "timeout"},
)
FACTS = ("calls_7d", "errors_7d", "developers_7d", "tokens_7d")


@dataclass(frozen=True)
class Event:
    """What a client sends of a customer. `grouped`: it says itself whose it is; `bad`: why it is set aside."""

    id: str
    client: str
    customer: str
    user: str
    at: datetime
    name: str = CALLED
    properties: dict[str, Any] = field(default_factory=dict)
    grouped: bool = True
    bad: str = ""

    @property
    def counts(self) -> bool:
        return not self.bad and "test" not in self.properties

    @property
    def who(self) -> dict[str, str]:
        return {"anonymousId": self.user} if self.user.startswith("anon") else {"userId": self.user}

    def called(self, ahead: timedelta) -> tuple[str, dict[str, Any]]:
        """The client's call, and what it is given. Its clock is the machine's, the stack's is `ahead`."""
        said = {**self.who, "timestamp": (self.at - ahead).isoformat(), "messageId": self.id}
        if self.name == "group":
            return "group", said | {"groupId": self.customer}
        whose = {"context": {"groupId": self.customer}} if self.grouped else {}
        return "track", said | whose | {"event": self.name, "properties": self.properties}

    @property
    def cloudevent(self) -> CloudEvent:
        about = {"id": self.id, "source": "//api.vendor.example", "time": self.at}
        about["type"] = TYPE if self.name == CALLED else self.name
        about["anonymous" if "anonymousId" in self.who else "user"] = self.user
        whose = {"customer": self.customer} if self.grouped else {}
        return CloudEvent(attributes=about | whose, data=[1] if self.bad == "no_data" else self.properties)


# --- what is sent -------------------------------------------------------------------------------------------------


def of_customer(chance: random.Random, n: int, noon: datetime) -> Iterator[Event]:
    """The events of customer `n` up to a day's noon: those who are watched call each day, the others when they like."""
    customer = f"c{n}"
    for k in range(EACH):
        client, user = chance.choice(CLIENTS), f"{customer}-u{chance.randrange(5)}"
        day = k % HISTORY if n < WATCHED else chance.randrange(DAYS)
        at = noon - timedelta(days=day, minutes=chance.randrange(30, 660), milliseconds=chance.randrange(60_000))
        event = Event(f"{customer}.{k}", client, customer, user, at)
        key = {"key": f"{customer}-k{chance.randrange(4)}"} if chance.random() < 0.9 else {}
        if n < WATCHED:
            yield replace(event, properties={"calls": 200, "status": 200} | key)
        else:
            yield varied(chance, replace(event, properties=chance.choice(OUTCOMES) | key), k)


def varied(chance: random.Random, event: Event, k: int) -> Event:
    """A call as it is; or one that is bad, a test, of somebody whom nobody has named, or something else."""
    bad = {**event.properties, "calls": 0}
    match chance.randrange(40):
        case 0:
            return replace(event, properties=bad, bad="bad_call")
        case 1 if event.client == "cloudevents":
            return replace(event, bad="no_data")
        case 1:
            return replace(event, user=" ", bad="bad_id")
        case 2:
            return replace(event, name=BY_MISTAKE, properties=bad, client="python", bad="bad_call")
        case 3:
            return replace(event, properties={**event.properties, "test": True})
        case 4:
            return replace(event, name=OTHER)
        case 5:
            return replace(event, name=CREATED, properties={"key": f"{event.customer}-made{k % 3}"})
        case 6 | 7:
            return replace(event, user=f"anon-{event.customer}-{k % 3}")
        case 8 | 9 | 10:
            return replace(event, user=f"{event.customer}-stray", grouped=False)
    return event


def groups(chance: random.Random, noon: datetime) -> Iterator[Event]:
    """The calls that say whose somebody is who never does themselves."""
    for n in range(CUSTOMERS):
        client = chance.choice(CLIENTS[:2])
        yield Event(f"c{n}.group", client, f"c{n}", f"c{n}-stray", noon - timedelta(hours=1), name="group")


def dealt(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Batches in which each event is another customer's."""
    left = defaultdict[str, list[Event]](list)
    for event in events:
        left[event.customer].append(event)
    while left:
        longest = sorted(left, key=lambda customer: -len(left[customer]))[:BATCH]
        yield [left[customer].pop() for customer in longest]
        for customer in longest:
            if not left[customer]:
                del left[customer]


class Sources:
    """A workspace's sources, one a client, and all that they have sent."""

    def __init__(self, stack: LocalStack, api: Caller) -> None:
        self.stack, self.api, self.sent = stack, api, list[Event]()
        names = {"python": {BY_MISTAKE: CALLED}, "cloudevents": {TYPE: CALLED}}
        self.ids = {
            client: str(api.post("/v1/usage/sources", {"name": client, "names": names.get(client, {})})["id"])
            for client in CLIENTS
        }
        self.keys = {client: str(api.post(f"/v1/usage/sources/{id_}/keys")["key"]) for client, id_ in self.ids.items()}

    def send(self, events: Iterable[Event]) -> None:
        """By their clients, which hear of no failure."""
        all_ = list(events)
        by_client = {client: list(dealt(each for each in all_ if each.client == client)) for client in CLIENTS}
        ahead = timedelta(seconds=self.stack.now() - time.time())
        calls = [[event.called(ahead) for event in batch] for batch in by_client["node"]]
        by_node(self.stack.base_url, "", key=self.keys["node"], batches=calls)
        self.by_python([[event.called(ahead) for event in batch] for batch in by_client["python"]])
        for batch in by_client["cloudevents"]:
            message = batch_of(*(event.cloudevent for event in batch))
            headers = {**message.headers, **basic(self.keys["cloudevents"])}
            url = f"{self.stack.base_url}/v1/usage/events"
            got = requests.post(url, bytes(message.body), headers=headers, timeout=60)
            assert got.json() == {"success": True, "set_aside": sum(bool(event.bad) for event in batch)}
        self.sent += all_

    def by_python(self, batches: Sequence[Sequence[tuple[str, dict[str, Any]]]]) -> None:
        failed: list[Any] = []
        options = {"gzip": True, "timeout": 60, "upload_size": BATCH, "upload_interval": 0.05}
        host = self.stack.base_url
        client = Segment(self.keys["python"], host=host, on_error=lambda error, _: failed.append(error), **options)
        for batch in batches:
            for name, given in batch:
                at, user = datetime.fromisoformat(given["timestamp"]), given.get("userId")
                known = {"anonymous_id": given.get("anonymousId"), "timestamp": at, "message_id": given["messageId"]}
                if name == "group":
                    client.group(user, given["groupId"], **known)
                else:
                    about = {"properties": given["properties"], "context": given.get("context")}
                    client.track(user, given["event"], **about, **known)
            client.flush()
        client.shutdown()
        assert failed == []

    def aside(self) -> Counter[str]:
        """Why how much was set aside, as the API lists it."""
        rows = [row for id_ in self.ids.values() for row in self.api.all(f"/v1/usage/sources/{id_}/set-aside")]
        return sum(map(reasons, rows), Counter())


def reasons(row: Any) -> Counter[str]:
    return Counter({each["reason"]: each["events"] for each in row["reasons"]})


# --- the recount --------------------------------------------------------------------------------------------------


@dataclass
class Day:
    """A day of a customer, as a recount has it."""

    calls: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    developers: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)
    first: datetime = datetime.max.replace(tzinfo=UTC)


Days = dict[str, dict[str, Day]]  # customers → days


def recounted(events: Iterable[Event], known: set[str]) -> Days:
    """Each event once, for its customer where that is `known`."""
    found: Days = defaultdict(lambda: defaultdict(Day))
    for customer, event in whose(events, known):
        if event.name == CALLED:
            add(found[customer][event.at.date().isoformat()], event)
    return found


def whose(events: Iterable[Event], known: set[str]) -> Iterator[tuple[str, Event]]:
    once = {event.id: event for event in events if event.counts}
    grouped = {event.user: event.customer for event in once.values() if event.name == "group"}
    for event in once.values():
        customer = event.customer if event.grouped else grouped.get(event.user, "")
        if customer in known:
            yield customer, event


def failed(event: Event) -> tuple[str, int]:
    """Of which class how many of an event's calls failed."""
    said = event.properties
    error = said.get("error") or (f"{said['status'] // 100}xx" if said.get("status", 0) >= 400 else "")
    return error, said.get("errors", said.get("calls", 1)) if error else 0


def add(day: Day, event: Event) -> None:
    calls, (error, errors) = event.properties.get("calls", 1), failed(event)
    day.calls += calls
    day.developers.add(event.user)
    if errors:
        day.errors[error] += errors
    if "key" in event.properties:
        day.tokens.add(event.properties["key"])
    if calls > errors:
        day.first = min(day.first, event.at)


def shown(api: Caller, customer: str, first: str) -> tuple[dict[str, Any], dict[str, datetime], Any]:
    """What the API shows of a customer: figures of its days, when their first calls succeeded, and the facts."""
    usage = api.get(f"/v1/customers/{customer}/usage?first_day={first}")
    figures = {day["day"]: (day["calls"], day["errors"], day["developers"], day["tokens"]) for day in usage["days"]}
    firsts = {
        day["day"]: datetime.fromisoformat(day["first_success_at"]) for day in usage["days"] if day["first_success_at"]
    }
    return figures, firsts, usage["facts"]


def figures_of(days: dict[str, Day]) -> dict[str, Any]:
    return {day: (each.calls, dict(each.errors), len(each.developers), len(each.tokens)) for day, each in days.items()}


class Meters:
    """What the stack counts, held against the recount of what was sent."""

    def __init__(self, sources: Sources, noon: datetime) -> None:
        self.sources, self.api = sources, sources.api
        self.first = (noon - timedelta(days=HISTORY)).date().isoformat()

    def wrong(self, known: Sequence[str]) -> Iterator[tuple[str, Any, Any]]:
        """The customers whose days are not those of the recount."""
        wanted = recounted(self.sources.sent, set(known))
        for customer in known:
            found, firsts, _ = shown(self.api, customer, self.first)
            days = wanted.get(customer, {})
            succeeded = {day: each.first for day, each in days.items() if each.first.year < datetime.max.year}
            near = firsts.keys() == succeeded.keys() and all(
                abs(firsts[day] - at) < timedelta(minutes=1) for day, at in succeeded.items()
            )
            if found != figures_of(days) or not near:
                yield customer, found, figures_of(days)

    def settle(self, known: Sequence[str]) -> None:
        """Wait until all of them are right."""
        ends, ticks = time.monotonic() + PATIENCE, itertools.count(1)
        while wrong := next(self.wrong(known), None):
            assert time.monotonic() < ends, wrong
            time.sleep(0.5)
            if next(ticks) % 10 == 0:  # what was told of late is due half a minute later
                self.sources.stack.pass_to("+1m")

    def facts(self, customer: str) -> tuple[int, ...]:
        found = shown(self.api, customer, self.first)[2]
        return tuple(found[name] for name in FACTS)

    def weeks(self, known: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """The facts of customers by the recount."""
        first = datetime.fromtimestamp(self.sources.stack.now(), UTC).date() - timedelta(days=6)
        found = recounted(self.sources.sent, set(known))
        lately = {
            customer: [each for day, each in found.get(customer, {}).items() if day >= first.isoformat()]
            for customer in known
        }
        return {customer: summed(days) for customer, days in lately.items()}


def summed(days: Sequence[Day]) -> tuple[int, ...]:
    """As the facts have it: calls, errors, distinct developers and tokens."""
    developers = {who for each in days for who in each.developers}
    tokens = {token for each in days for token in each.tokens}
    return sum(each.calls for each in days), sum(each.errors.total() for each in days), len(developers), len(tokens)


# --- the journey --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stack(own_time: LocalStack) -> LocalStack:
    return own_time


def test_usage_is_what_a_recount_says_and_who_calls_no_more_is_told_of(stack: LocalStack) -> None:
    founded = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Recounted"})
    api, chance = Caller(stack.base_url, founded["api_key"]), random.Random(7)
    noon = datetime.fromtimestamp(stack.now(), UTC).replace(hour=12, minute=0, second=0) + timedelta(days=1)
    stack.pass_to(noon.isoformat())
    sources = Sources(stack, api)
    meters = Meters(sources, noon)
    customers = [f"c{n}" for n in range(CUSTOMERS)]
    now, later = customers[:-LATER], customers[-LATER:]
    for customer in now:
        api("PUT", f"/v1/customers/{customer}", {"name": customer})

    events = [event for n in range(CUSTOMERS) for event in of_customer(chance, n, noon)] + list(groups(chance, noon))
    chance.shuffle(events)
    cut = len(events) * 17 // 20
    sources.send(events[:cut] + chance.sample(events[:cut], cut // 10))
    sources.send(chance.sample(events[:cut], cut // 10))
    stack.pass_to("+6m")
    meters.settle(now)
    for customer in later:  # a minute later what has waited for them is counted
        api("PUT", f"/v1/customers/{customer}", {"name": customer})

    for pid in stack.worker_pids("usage"):  # who comes now remembers nothing
        os.kill(pid, signal.SIGKILL)
    stack.pass_to("+6d")
    fresh = [replace(event, id=f"{event.id}.new", at=event.at + timedelta(days=6)) for event in events[:cut:10]]
    sources.send([*events[cut:], *chance.sample(events[:cut], cut // 5), *fresh])
    stack.pass_to("+6m")
    meters.settle(now)
    assert complete(stack, founded["id"], sources.sent)
    assert sources.aside() == Counter(event.bad for event in sources.sent if event.bad)
    replayed(api, sources)
    stack.pass_to("+70m")  # customers are looked at once an hour
    for customer, week in meters.weeks(now).items():
        eventually(lambda c=customer, w=week: meters.facts(c) == w, PATIENCE)  # type: ignore[misc]

    watched = set(customers[:WATCHED])
    owner = watching(api, sorted(watched))
    api("PATCH", "/v1/workspace", {"raw_days": 12})
    stack.pass_to("+10d")
    signals = eventually(lambda: len(found := raised(stack, api)) == 2 * WATCHED and found, PATIENCE)
    assert {(each["customer"]["external_id"], each["kind"]) for each in signals} == {
        (customer, kind) for customer in watched for kind in ("drop", "silence")
    }
    for each in signals:
        (opening,) = api.all(f"/v1/rooms/{each['room']}/messages")
        assert opening["text"].startswith(f"Ask them: {each['kind']}.")
        assert opening["mentions"] == [owner]
    eventually(lambda: {each["room"] for each in signals} <= mailed(stack), PATIENCE)
    for customer in customers:
        eventually(lambda c=customer: meters.facts(c) == (0, 0, 0, 0), PATIENCE)  # type: ignore[misc]
    meters.settle(customers)
    assert funnel(api) == stages(sources.sent, set(customers))
    kept = {(noon + timedelta(days=6)).date().isoformat()}
    eventually(lambda: {re.findall(r"date=([\d-]+)", key)[0] for key in objects(stack, founded["id"])} == kept)
    eventually(lambda: days_folded(stack, founded["id"]) == kept)
    assert stack.denied() == []


def days_folded(stack: LocalStack, workspace: str) -> set[str]:
    """The days of which the bucket has ids and people, to find them again."""
    places = [f"usage-fold/{kind}/{workspace}/" for kind in ("ids", "people")]
    return {key.split("/")[3] for place in places for key in stored(stack, place)}


def complete(stack: LocalStack, workspace: str, sent: Iterable[Event]) -> bool:
    """Whether the raw log has each good event, as often as it was sent, and no other."""
    said = (json.loads(bytes(line.event)) for line in logged(stack, workspace))
    there = Counter(str(event.get("messageId") or event["id"]) for event in said)
    good = Counter(event.id for event in sent if not event.bad)
    return there >= good and there.keys() == good.keys()


def replayed(api: Caller, sources: Sources) -> None:
    """Once a name of an event is no longer taken for another, what was set aside for it is read again."""
    source = sources.ids["python"]
    mistaken = sum(event.name == BY_MISTAKE for event in sources.sent)
    before = sources.aside()
    assert api("PATCH", f"/v1/usage/sources/{source}", {"names": {}}).status == 200
    taken, ids = 0, [row["id"] for row in api.all(f"/v1/usage/sources/{source}/set-aside")]
    for start in range(0, len(ids), 100):
        replay = {"ids": ids[start : start + 100]}
        taken += api.post(f"/v1/usage/sources/{source}/set-aside/replay", replay)["taken"]
    assert taken == mistaken
    assert sources.aside() == before - Counter({"bad_call": mistaken})


def funnel(api: Caller) -> tuple[int, int, int]:
    total = api.get("/v1/usage/funnel")["total"]
    return total["keys"], total["called"], total["succeeded"]


def stages(events: Iterable[Event], known: set[str]) -> tuple[int, int, int]:
    """How many developers have a token, how many of them called, how many of these with success."""
    keys, called, succeeded = set[tuple[str, str]](), set[tuple[str, str]](), set[tuple[str, str]]()
    for customer, event in whose(events, known):
        who = (customer, event.user)
        if event.name in (CALLED, CREATED) and "key" in event.properties:
            keys.add(who)
        if event.name == CALLED:
            called.add(who)
            if event.properties.get("calls", 1) > failed(event)[1]:
                succeeded.add(who)
    return len(keys), len(keys & called), len(keys & called & succeeded)


def watching(api: Caller, customers: list[str]) -> str:
    """Have some customers watched for what they do no more; who is told."""
    owner = str(api.post("/v1/agents", {"name": "Dot", "role": "agent", "email": "dot@recounted.example"})["id"])
    for kind in ("drop", "silence"):
        rule = {"kind": kind, "owner": owner, "sentence": f"Ask them: {kind}.", "on": True}
        segment = api.post("/v1/segments", {"name": kind, "customers": customers, "signal": rule})["id"]
        eventually(lambda s=segment: len(api.all(f"/v1/segments/{s}/members")) == len(customers))  # type: ignore[misc]
    return owner


def raised(stack: LocalStack, api: Caller) -> Any:
    stack.tick()
    return api.all("/v1/signals")


def mailed(stack: LocalStack) -> set[str]:
    """The rooms that mails lead into."""
    stack.pass_to("+3m")
    texts = [str(mail.get_body(("plain",)).get_content()) for mail in stack.mails()]  # type: ignore[union-attr]
    return {room for text in texts for room in re.findall(r"room_[0-9a-z]+", text)}
