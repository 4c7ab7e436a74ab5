"""Eight at once: one effect, one answer, no gaps."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from chalicelib.desk.customers import Customer, Domain
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.errors import Conflict
from chalicelib.desk.ids import bridge_id, customer_id
from chalicelib.desk.permissions import Principal
from chalicelib.desk.rooms import Room, Seen
from chalicelib.flows.customers.admit import admit_customer, admit_user
from chalicelib.flows.delivery.in_order import deliver
from chalicelib.flows.rooms.amend import amend, edit_step
from chalicelib.flows.rooms.fork import fork
from chalicelib.flows.rooms.mark_read import mark_read
from chalicelib.ports import Answer, Listing, ref
from chalicelib.store.memory import MemoryTable
from chalicelib.store.rows import from_row
from tests.api import Tenant
from tests.arriving import TRIAGE, arrive, event, known, outside
from tests.conftest import in_memory
from tests.fakes import FakeClock, Parley

EIGHT = 8


class ThreadClock(FakeClock):
    """Time for many threads: really sleeps, a little, and gives nobody the same randomness."""

    def __init__(self):
        super().__init__(int(time.time() * 1000))
        self.lock = threading.Lock()

    def now(self):
        with self.lock:
            return super().now()

    def entropy(self, size):
        with self.lock:
            return super().entropy(size)

    def chance(self):
        return random.random()

    def sleep(self, seconds):
        time.sleep(min(seconds, 0.02))


class FarTable(MemoryTable):
    """A table that is a moment away, as DynamoDB is: others come in between any two calls."""

    def read(self, keys):
        time.sleep(random.random() * 0.0005)
        return super().read(keys)

    def write(self, puts, drops):
        time.sleep(random.random() * 0.0005)
        super().write(puts, drops)


@pytest.fixture
def parley():
    made = Parley(FarTable())
    made.clock = ThreadClock()
    made.world = replace(made.world, clock=made.clock)
    with in_memory(made):
        yield made


@pytest.fixture
def tenant(parley):
    return Tenant.found("Acorn", parley.clock.at // 1000)


def at_once(act, times=EIGHT):
    """What `act(i)` gave each of some threads that began together."""
    start = threading.Barrier(times)

    def run(i):
        start.wait()
        return act(i)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def posts(parley, room):
    return parley.store.page(Listing("posts", (room,)), 2000).items


def test_one_idempotency_key_posts_one_message_and_gets_eight_equal_answers(parley, tenant):
    room, ann = tenant.triage(), tenant.user()
    ann.get("/v1/rooms")
    for round_ in range(5):
        headers = {"Idempotency-Key": f"key-{round_}"}
        got = at_once(
            lambda _, headers=headers: ann.post(f"/v1/rooms/{room}/messages", {"text": "Hello"}, headers=headers)
        )
        assert {each.status for each in got} == {201}
        assert len({each.text for each in got}) == 1
        assert len(posts(parley, room)) == round_ + 1


@pytest.mark.parametrize(
    ("path", "body", "query"),
    [
        ("/v1/rooms", {"name": "Topic", "customer": "acme"}, {"said": "false"}),
        ("/v1/agents", {"name": "Ag"}, {}),
        ("/v1/api-keys", {"name": "Key"}, {}),
        ("/v1/installs", {"kind": "form", "name": "Form"}, {}),
    ],
)
def test_one_idempotency_key_makes_one_of_anything(tenant, path, body, query):
    tenant.customer("acme")
    before = len(tenant.api.get(path, **query).json["items"])
    got = at_once(lambda _: tenant.api.post(path, body, headers={"Idempotency-Key": "once"}))
    assert {each.status for each in got} == {201}
    assert len({each.text for each in got}) == 1
    assert len(tenant.api.get(path, **query).json["items"]) == before + 1


def test_one_provider_id_arrives_once(parley):
    outside(parley)
    outcomes = at_once(lambda _: arrive(parley, event(id_="m1")))
    assert all(outcome.handled == ["said"] for outcome in outcomes)
    assert [message.source.id for message in posts(parley, TRIAGE)] == ["m1"]


def test_a_message_and_its_changes_at_once_give_the_last_state(parley):
    outside(parley)
    batch = [event(id_="m1")] + [
        event("message.edited", "m1", text=f"edit {revision}", revision=revision) for revision in range(1, EIGHT)
    ]
    at_once(lambda i: arrive(parley, batch[i]))
    assert known(parley, "m1").text == f"edit {EIGHT - 1}"


def test_eight_times_125_messages_are_numbered_without_gaps(parley, tenant):
    room = tenant.triage()
    callers = [tenant.user(user=f"user-{i}") for i in range(EIGHT)]

    def talk(i):
        for number in range(125):
            text = f"{i}:{number}"
            got = callers[i].post(f"/v1/rooms/{room}/messages", {"text": text}, headers={"Idempotency-Key": text})
            while got.status in (429, 503):
                assert "Retry-After" in got.headers
                got = callers[i].post(f"/v1/rooms/{room}/messages", {"text": text}, headers={"Idempotency-Key": text})
            assert got.status == 201, got.text

    at_once(talk)
    said = posts(parley, room)
    assert [message.n for message in said] == list(range(1, 1001))
    assert [message.posts for message in said] == list(range(1, 1001))
    assert len({message.text for message in said}) == 1000
    for i in range(EIGHT):
        assert [m.text for m in said if m.text.startswith(f"{i}:")] == [f"{i}:{number}" for number in range(125)]
    assert parley.store.one(ref(Room, room)).posts == 1000


class Slow:
    """Another side that takes a moment, so that two workers do meet."""

    def __init__(self):
        self.taken = []

    def send(self, request):
        time.sleep(0.002)
        self.taken.append(request.headers["webhook-id"])
        return Answer(200)


def test_two_workers_of_one_bridge_lose_nothing_and_leave_one_truth(parley, tenant):
    """The queue keeps it to one at a time; where a time-out makes two, a change may go twice, but is never lost."""
    config = {"url": "https://vendor.example/hook"}
    install = tenant.api.post("/v1/installs", {"kind": "webhook", "name": "H", "config": config}).json["id"]
    room = tenant.triage()
    for number in range(12):
        tenant.api.post(f"/v1/rooms/{room}/messages", {"text": f"{number}"})
    parley.react_all()
    world, bridge = replace(parley.world, outside=Slow()), bridge_id(room, install)
    at_once(lambda _: deliver(world, bridge, 12), times=2)
    rows = [row for row in map(from_row, parley.table.rows.values()) if isinstance(row, Delivery)]
    assert [row.state for row in rows] == ["sent"] * 12
    assert set(Counter(world.outside.taken)) == {row.id for row in rows}


def test_a_customer_and_a_user_are_made_once(parley):
    outside(parley)
    made = at_once(lambda i: admit_customer(parley.world, "wsp_1", "acme", domains=("acme.example",)))
    assert sorted(fresh for _, fresh in made) == [False] * 7 + [True]
    assert all(customer == made[0][0] for customer, _ in made)
    customer = made[0][0]
    users = at_once(lambda i: admit_user(parley.world, customer, "ann", name="Ann"))
    assert sorted(fresh for _, fresh in users) == [False] * 7 + [True]
    assert all(user == users[0][0] for user, _ in users)
    assert parley.store.one(ref(Room, TRIAGE)).version == 1


def test_one_domain_goes_to_one_customer(parley):
    outside(parley)

    def claim(i):
        try:
            return admit_customer(parley.world, "wsp_1", f"customer-{i}", domains=("shared.example",))[0].id
        except Conflict:
            return None

    winners = [id_ for id_ in at_once(claim) if id_]
    assert len(winners) == 1
    assert parley.store.one(ref(Domain, "wsp_1", "shared.example")).customer == winners[0]
    losers = {customer_id("wsp_1", f"customer-{i}") for i in range(EIGHT)} - set(winners)
    assert parley.store.many([ref(Customer, id_) for id_ in sorted(losers)]) == [None] * 7


def test_a_read_mark_only_moves_forward(parley, tenant):
    room_id = tenant.triage()
    for number in range(EIGHT):
        tenant.api.post(f"/v1/rooms/{room_id}/messages", {"text": f"{number}"})
    room, said = parley.store.one(ref(Room, room_id)), posts(parley, room_id)
    at_once(lambda i: mark_read(parley.world, "usr_1", room, message=said[i]))
    assert parley.store.one(ref(Seen, "usr_1", room_id)).posts == EIGHT


def test_edits_with_the_same_if_match_let_one_win(parley, tenant):
    room = tenant.triage()
    url = f"/v1/rooms/{room}/messages"
    message = tenant.api.post(url, {"text": "x"}).json["id"]
    got = at_once(lambda i: tenant.api.patch(f"{url}/{message}", {"text": f"{i}"}, headers={"If-Match": '"1"'}))
    assert sorted(each.status for each in got) == [200] + [412] * 7


def test_an_edit_of_outside_that_meets_a_fork_reaches_the_new_room(parley):
    """Whichever is first: the copy has the edit."""
    outside(parley)
    agent = Principal(workspace="wsp_1", kind="agent", id="agt_1", name="A", credential="k", role="owner")
    for round_ in range(20):
        id_ = f"m{round_}"
        arrive(parley, event(id_=id_))
        n = known(parley, id_).n

        def act(i, id_=id_, n=n):
            if i:
                return arrive(parley, event("message.edited", id_, text="edited", revision=5))
            return fork(parley.world, agent, TRIAGE, first=n, last=n, name="Forked")

        new = at_once(act, times=2)[0]
        assert known(parley, id_).room == new.id
        assert known(parley, id_).text == "edited"


def test_an_edit_that_read_the_id_map_before_a_fork_follows_the_message(parley, monkeypatch):
    outside(parley)
    agent = Principal(workspace="wsp_1", kind="agent", id="agt_1", name="A", credential="k", role="owner")
    arrive(parley, event(id_="m1"))
    forked = []

    def late(*args, **more):
        if not forked:
            forked.append(fork(parley.world, agent, TRIAGE, first=1, last=1, name="Forked"))
        return amend(*args, **more)

    monkeypatch.setattr("chalicelib.flows.rooms.amend.amend", late)
    arrive(parley, event("message.edited", "m1", text="edited", revision=5))
    assert known(parley, "m1").room == forked[0].id
    assert known(parley, "m1").text == "edited"


def test_an_edit_in_the_api_and_a_post_do_not_undo_each_other(parley, tenant):
    room = tenant.triage()
    message = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "x"}).json

    def act(i):
        if i % 2:
            return tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "y"})
        step = edit_step(f"edited {i}", 10 + i, 1)
        return amend(parley.world, room, message["change"], internal=False, step=step, type_="edited", by="agt_1")

    at_once(act)
    assert posts(parley, room)[0].text == f"edited {EIGHT - 2}"
    assert parley.store.one(ref(Room, room)).posts == 5


def test_eight_who_resolve_at_once_tell_the_customer_once(parley, tenant):
    room, ann = tenant.triage(), tenant.user()
    ann.post(f"/v1/rooms/{room}/messages", {"text": "It is down"})
    body = {"state": "resolved", "outcome": "solved", "tell": True}
    got = at_once(lambda _: tenant.api.patch(f"/v1/rooms/{room}", body))
    assert {each.status for each in got} == {200}
    assert [each.source.channel for each in posts(parley, room)].count("outcome") == 1
    assert len(tenant.api.get("/v1/ratings").json["items"]) == 1


def test_of_eight_rooms_that_end_at_once_their_asker_is_asked_about_one(parley, tenant):
    tenant.customer("acme")
    ann = tenant.user()
    rooms = [tenant.api.post("/v1/rooms", {"name": f"R{n}", "customer": "acme"}).json["id"] for n in range(EIGHT)]
    for room in rooms:
        ann.post(f"/v1/rooms/{room}/messages", {"text": "It is down"})
    body = {"state": "resolved", "outcome": "solved", "tell": True}
    got = at_once(lambda i: tenant.api.patch(f"/v1/rooms/{rooms[i]}", body))
    assert {each.status for each in got} == {200}
    assert [each.source.channel for room in rooms for each in posts(parley, room)].count("outcome") == EIGHT
    assert len(tenant.api.get("/v1/ratings").json["items"]) == 1
