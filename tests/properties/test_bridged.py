"""Two chats bridged through a room: whatever happens in both, told in any order and three times over, with calls that
fail or whose answers are lost, both end with the same messages in the same state as the room; and nothing echoes."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.customers import Customer
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.ids import customer_id, slot_of, triage_room_id
from chalicelib.desk.messages import Message
from chalicelib.desk.rooms import Binding, Bridge, Room
from chalicelib.desk.workspaces import Install, Workspace
from chalicelib.ports import new
from chalicelib.store.rows import from_row
from tests.arriving import WORKSPACE, arrive_as
from tests.chat import Chat, joined
from tests.fakes import Parley

SIDES = {"ins_one": "C1", "ins_two": "D1"}
PEOPLE = {"ins_one": ("ann", "agent.ada"), "ins_two": ("bob", "agent.ben")}
CUSTOMER = customer_id(WORKSPACE, "acme")
ROOM = triage_room_id(CUSTOMER)


class Bridged:
    """A room with a bridge to each of two chats."""

    def __init__(self):
        self.parley = parley = Parley()
        self.chats = {id_: Chat(parley.clock.now) for id_ in SIDES}
        joined(parley, self.chats)
        parley.store.commit(
            new(Workspace(id=WORKSPACE, name="W", created_at=1)),
            new(Customer(id=CUSTOMER, workspace=WORKSPACE, external_id="acme", name="Acme", created_at=1)),
            new(Room(id=ROOM, workspace=WORKSPACE, kind="triage", name="T", created_at=1, customer=CUSTOMER)),
        )
        for id_, conversation in SIDES.items():
            slot = slot_of(conversation)
            fields = {"install": id_, "conversation": conversation, "workspace": WORKSPACE, "room": ROOM, "bound_at": 1}
            parley.store.commit(
                new(Install(id=id_, workspace=WORKSPACE, kind="webhook", name=id_, created_at=1)),
                new(Binding(**fields, slot=slot)),
                new(Bridge(**fields, slot=slot, channel="webhook")),
            )

    def tell(self, order):
        """All that happened is told three times, shuffled."""
        events = [(id_, event) for id_, chat in self.chats.items() for event in chat.events]
        for chat in self.chats.values():
            chat.events = []
        events = events * 3
        order.shuffle(events)
        for id_, event in events:
            arrive_as(self.parley, event, install=id_)

    def work(self):
        self.parley.react_all()
        self.parley.deliver_all()

    def tick(self, order, seconds=61):
        """Echoes come before anything is tried again."""
        self.work()
        self.tell(order)
        self.parley.clock.at += seconds * 1000
        self.parley.due()
        self.work()

    def settle(self, order):
        for chat in self.chats.values():
            chat.failing = []
        for _ in range(60):
            self.tick(order, 3700)
            if not any(chat.events for chat in self.chats.values()) and not self.queued():
                break

    def rows(self):
        return [row for row in map(from_row, self.parley.table.rows.values()) if isinstance(row, Delivery)]

    def queued(self):
        return [row for row in self.rows() if row.state == "queued"]

    def there(self, id_):
        """What each message is over there: its words, and who it stands under."""
        chat = self.chats[id_]
        return {post.text: {emoji for _, emoji in post.reactions} for post in chat.posts.values() if not post.deleted}

    def here(self):
        said = [row for row in map(from_row, self.parley.table.rows.values()) if isinstance(row, Message)]
        return {
            message.text: {emoji for emoji, marks in message.reactions.items() if any(m.on for m in marks.values())}
            for message in said
            if not message.deleted
        }


picks = st.integers(0, 40)
acts = st.lists(
    st.tuples(
        st.sampled_from(
            ["type", "type", "reply", "edit", "remove", "react", "unreact", "tell", "tick", "fail", "lose"]
        ),
        st.sampled_from(sorted(SIDES)),
        picks,
    ),
    max_size=30,
)


def play(bridged, steps, order):
    for count, (act, side, pick) in enumerate(steps):
        chat, people = bridged.chats[side], PEOPLE[side]
        ids = list(chat.posts)
        if act == "type":
            chat.type(SIDES[side], people[pick % 2], f"words {count}")
        elif act == "tell":
            bridged.tell(order)
            bridged.work()
        elif act == "tick":
            bridged.tick(order)
        elif act in ("fail", "lose"):
            chat.failing += ["lost answer"] if act == "lose" else [["429", "500"][pick % 2]]
        elif ids:
            id_ = ids[pick % len(ids)]
            if act == "reply":
                chat.type(SIDES[side], people[pick % 2], f"words {count}", thread=chat.posts[id_].thread)
            elif act == "edit":
                chat.edit(id_, f"words {count}")
            elif act == "remove":
                chat.remove(id_)
            else:
                chat.react(id_, people[pick % 2], ["eyes", "tada"][pick // 2 % 2], on=act == "react")


@settings(max_examples=100)
@given(acts, st.integers(0, 2**32))
def test_both_sides_and_the_room_end_alike_and_nothing_echoes(steps, seed):
    bridged, order = Bridged(), random.Random(seed)
    play(bridged, steps, order)
    bridged.settle(order)
    assert not bridged.queued()
    one, two, here = bridged.there("ins_one"), bridged.there("ins_two"), bridged.here()
    assert one == two == here
    for chat in bridged.chats.values():
        words = [post.text for post in chat.posts.values() if not post.deleted]
        assert len(words) == len(set(words)), "said twice"
    assert {row.state for row in bridged.rows()} <= {"sent", "skipped"}
