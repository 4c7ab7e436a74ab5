"""Any order, any number of times: a batch of events of outside gives the same messages in the same state."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.permissions import Principal
from chalicelib.desk.rooms import Room
from chalicelib.flows.rooms.fork import fork
from chalicelib.ports import Listing, ref
from tests.arriving import TRIAGE, arrive, event, known, outside
from tests.fakes import Parley

AGENT = Principal(workspace="wsp_1", kind="agent", id="agt_1", name="Ag", credential="key_1", role="owner")
IDS = ["m0", "m1", "m2"]
PLACES = [None, "thread-a", "thread-b"]

ids = st.sampled_from(IDS)
revisions = st.integers(0, 4)
texts = st.sampled_from(["a", "b", "zz", "text of m1"])
people = st.sampled_from(["ann", "bob"])


@st.composite
def said(draw, id_):
    fields = {"user": draw(people), "at": draw(revisions), "revision": draw(st.sampled_from([0, 2]))}
    place = PLACES[IDS.index(id_)]
    return event("message", id_, **fields, **({"room": place} if place else {}))


@st.composite
def changed(draw):
    id_, revision = draw(ids), draw(revisions)
    kind = draw(st.sampled_from(["message.edited", "message.edited", "message.deleted", "reaction"]))
    if kind == "message.edited":
        return event(kind, id_, text=draw(texts), revision=revision, at=revision)
    if kind == "message.deleted":
        return event(kind, id_, at=revision)
    on = draw(st.booleans())
    emoji = draw(st.sampled_from(["👍", "tada"]))
    return event("reaction.added" if on else "reaction.removed", id_, user=draw(people), emoji=emoji, revision=revision)


@st.composite
def batches(draw):
    """Some messages, each said once, and changes of them and of one that may never come."""
    heard = [draw(said(id_)) for id_ in draw(st.sets(ids, min_size=1))]
    return heard + draw(st.lists(changed(), max_size=8))


def state(message):
    """All of a message but its place in the order of coming."""
    if message is None:
        return None
    return (
        message.author,
        message.text,
        message.deleted,
        message.edited_at,
        message.revision,
        message.reactions,
        message.source,
    )


def after(events, between=lambda parley, number: None):
    parley = outside(Parley())
    for number, body in enumerate(events):
        arrive(parley, body)
        between(parley, number)
    return parley


def shuffled(data, batch):
    """The same events in another order, some of them more than once."""
    again = data.draw(st.lists(st.sampled_from(batch), max_size=6), label="repeated")
    return data.draw(st.permutations(batch + again), label="as they came")


@given(batches(), st.data())
def test_every_order_and_repetition_gives_the_same_messages(batch, data):
    one, other = after(batch), after(shuffled(data, batch))
    assert {id_: state(known(other, id_)) for id_ in IDS} == {id_: state(known(one, id_)) for id_ in IDS}


@given(batches(), st.data())
def test_each_message_is_there_once_and_numbers_have_no_gaps(batch, data):
    parley = after(shuffled(data, batch))
    heard = {body["id"] for body in batch if body["type"] == "message"}
    rooms = {message.room for id_ in heard if (message := known(parley, id_))}
    found = []
    for room_id in rooms:
        room = parley.store.one(ref(Room, room_id))
        said_ = parley.store.page(Listing("posts", (room_id,)), 100).items
        changes = parley.store.page(Listing("changes", (room_id,)), 100).items
        assert sorted(each.n for each in [*said_, *changes]) == list(range(1, room.n + 1))
        assert room.posts == len(said_)
        assert [message.posts for message in said_] == list(range(1, len(said_) + 1))
        found += [message.source.id for message in said_]
    assert sorted(found) == sorted(heard)


@given(batches(), st.data())
def test_a_fork_in_between_changes_nothing_of_where_later_events_go(batch, data):
    """What the id map names after a fork has the state that it would have without one."""
    events = shuffled(data, batch)
    at = data.draw(st.integers(0, len(events) - 1), label="forked after")

    moved = {}

    def forking(parley, number):
        room = parley.store.one(ref(Room, TRIAGE))
        if number == at and room and room.posts:
            new = fork(parley.world, AGENT, TRIAGE, first=1, last=room.n, name="Forked")
            there = parley.store.page(Listing("posts", (TRIAGE,)), 100).items
            moved.update({message.source.id: new.id for message in there})

    plain, forked = after(batch), after(events, forking)
    assert {id_: state(known(forked, id_)) for id_ in IDS} == {id_: state(known(plain, id_)) for id_ in IDS}
    assert {id_: known(forked, id_).room for id_ in moved} == moved
