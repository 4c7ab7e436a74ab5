"""What arrives over a bridge: only what its settings let cross, into the room of its customer, and never into one that
was bound after it was said."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.desk.arrivals import (
    AccountLost,
    Connected,
    Deleted,
    Echoed,
    Edited,
    File,
    Moved,
    Outcome,
    Reacted,
    Renamed,
    Said,
    Shut,
    Speaker,
)
from chalicelib.desk.customers import Customer, User
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.ids import user_id
from chalicelib.desk.messages import Mapped, Message
from chalicelib.desk.outside_people import Shown
from chalicelib.desk.permissions import Principal
from chalicelib.desk.rooms import Binding, Bridge, Room
from chalicelib.desk.workspaces import Agent, Install, Secret
from chalicelib.flows.bridges.bind import connect_code
from chalicelib.flows.customers.admit import admit_user
from chalicelib.ports import Drop, Listing, ProviderRefused, new, over, ref
from chalicelib.store.rows import from_row
from tests.arriving import INSTALL, WORKSPACE, arrive_as, known, outside
from tests.fakes import Parley

ACME, ROOM, SINCE = "cus_acme", "room_1", 100
ANN = Speaker(outside="ann")


class Account:
    """A provider with people, files, and a place for answers."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.files: dict[str, bytes] = {}

    def person(self, id_: str, account: str) -> Shown:
        if id_ == "unknown":
            raise ProviderRefused("user_not_found")
        agent = id_.startswith("agent")
        email = "bo@vendor.example" if agent else f"{id_}@acme.example"
        return Shown(name=id_.title(), email=email, home=agent, bot=id_ == "bot")

    def file(self, file: File, account: str, most: int) -> bytes:
        if file.url not in self.files:
            raise ProviderRefused("no such file")
        return self.files[file.url]

    def answer(self, where: str, text: str, account: str) -> None:
        self.answers.append(f"{where}: {text}")


class Scene:
    """A room of Acme's that is bridged to the channel C1."""

    def __init__(self, kind: Any = "topic", **settings: Any) -> None:
        self.parley, self.account = outside(Parley()), Account()
        parley = self.parley
        parley.world = replace(parley.world, asking=lambda kind: lambda *_: self.account)  # type: ignore[arg-type, return-value]
        parley.store.commit(
            new(Customer(id=ACME, workspace=WORKSPACE, external_id="acme", name="Acme", created_at=1)),
            new(
                Agent(
                    id="agt_bo", workspace=WORKSPACE, name="Bo", role="agent", created_at=1, email="bo@vendor.example"
                )
            ),
            new(Room(id=ROOM, workspace=WORKSPACE, kind=kind, name="R", created_at=1, customer=ACME)),
        )
        self.bind("C1", ROOM, **settings)

    def bind(self, conversation: str, room: str, bound_at: int = SINCE, **settings: Any) -> None:
        sample = {"install": INSTALL, "conversation": conversation, "workspace": WORKSPACE, "room": room}
        sample |= {"bound_at": bound_at, "slot": conversation.lower().replace("/", "_")}
        self.parley.store.commit(new(Binding(**sample)), new(Bridge(**sample, channel="webhook", **settings)))

    def say(self, id_: str = "m1", text: str = "x", at: int = SINCE, **more: Any) -> Outcome:
        sample: dict[str, Any] = {"speaker": ANN, "conversation": "C1", "thread": f"C1/{id_}", "tied": True} | more
        received_at = sample.pop("received_at", SINCE + 1000)
        return arrive_as(self.parley, Said(id=id_, text=text, at=at, **sample), received_at=received_at)

    def arrive(self, *arrivals: Any) -> Outcome:
        return arrive_as(self.parley, *arrivals)

    def message(self, id_: str = "m1") -> Message:
        found = known(self.parley, id_)
        assert found
        return found

    def posts(self, room: str = ROOM) -> list[str]:
        listing: Listing[Message] = Listing("posts", (room,))
        return [each.text for each in self.parley.store.page(listing, 100).items]

    def bridge(self, slot: str = "c1") -> Bridge:
        found = self.parley.store.one(ref(Bridge, ROOM, INSTALL, slot))
        assert found
        return found

    def notes(self) -> list[str]:
        rows = map(from_row, self.parley.table.rows.values())
        return [row.text for row in rows if isinstance(row, Message) and row.internal]


@pytest.mark.parametrize(("at", "received", "lands"), [(0, 0, True), (-1, 0, False), (0, -1, False), (5, 5, True)])
def test_what_was_said_or_came_before_the_binding_is_for_agents_alone(at: int, received: int, lands: bool) -> None:
    scene = Scene()
    assert scene.say(at=SINCE + at, received_at=SINCE + received).handled == ["said"]
    room = scene.parley.store.one(ref(Room, scene.message().room))
    assert room
    assert (room.id == ROOM, room.vendor_only) == (lands, not lands)
    assert scene.posts() == (["x"] if lands else [])
    assert (scene.message().author.kind, scene.message().author.verified) == (
        ("user", True) if lands else ("visitor", False)
    )


def test_a_repeat_is_nothing_new_wherever_the_conversation_lives_by_now() -> None:
    scene = Scene()
    scene.say()
    tie = scene.parley.store.one(ref(Binding, INSTALL, "C1"))
    assert tie
    scene.parley.store.commit(Drop(ref(Binding, INSTALL, "C1")))
    assert scene.say().handled == ["said"]
    assert scene.say("m2").ignored == ["unbound-conversation"]
    assert scene.posts() == ["x"]


@pytest.mark.parametrize(("direction", "taken"), [("both", True), ("in", True), ("out", False)])
def test_over_a_bridge_that_leads_out_nothing_comes_in(direction: str, taken: bool) -> None:
    scene = Scene()
    scene.say()
    bridge = scene.bridge()
    scene.parley.store.commit(over(bridge.changed(direction=direction), bridge))
    scene.say("m2")
    edit, gone = (
        Edited(id="m1", text="y", at=1, revision=1, conversation="C1"),
        Deleted(id="m1", at=1, conversation="C1"),
    )
    mark = Reacted(id="m1", speaker=ANN, emoji="eyes", on=True, at=1, revision=1, conversation="C1")
    outcome = scene.arrive(mark, edit, gone)
    assert outcome.handled == (["reacted", "edited", "deleted"] if taken else [])
    assert len(scene.posts()) == (2 if taken else 1)
    assert (scene.message().deleted, scene.message().text) == ((True, "") if taken else (False, "x"))


@pytest.mark.parametrize("closed", ["", "edits", "deletes", "reactions"])
def test_each_of_them_crosses_or_does_not(closed: str) -> None:
    scene = Scene(**({closed: False} if closed else {}))
    scene.say()
    outcome = scene.arrive(
        Reacted(id="m1", speaker=ANN, emoji="eyes", on=True, at=1, revision=1, conversation="C1"),
        Edited(id="m1", text="y", at=1, revision=1, conversation="C1"),
        Deleted(id="m1", at=1, conversation="C1"),
    )
    assert outcome.ignored == ([f"{closed}-do-not-cross"] if closed else [])
    assert len(outcome.handled) == (2 if closed else 3)
    assert scene.message().deleted is (closed != "deletes")


def test_events_of_a_conversation_that_nobody_bound_do_nothing() -> None:
    scene = Scene()
    sample = [
        Edited(id="m1", text="y", at=1, revision=1, conversation="C9"),
        Deleted(id="m1", at=1, conversation="C9"),
        Reacted(id="m1", speaker=ANN, emoji="eyes", on=True, at=1, revision=1, conversation="C9"),
        Shut(conversation="C9", reason="archived"),
        Renamed(conversation="C9", name="N"),
    ]
    assert scene.arrive(*sample).ignored == ["unbound-conversation"] * 5
    tie = scene.parley.store.one(ref(Bridge, ROOM, INSTALL, "c1"))
    assert tie
    scene.parley.store.commit(Drop(ref(Bridge, ROOM, INSTALL, "c1")))
    assert (
        scene.arrive(Shut(conversation="C1", reason="x"), Renamed(conversation="C1", name="N")).ignored
        == ["unbound-conversation"] * 2
    )
    assert scene.say().handled == ["said"]  # a binding alone is enough to be heard by


@pytest.mark.parametrize(
    ("speaker", "asked", "internal"),
    [
        ("ann", False, False),
        ("ann", True, False),
        ("agent.bo", False, False),
        ("agent.bo", True, True),
    ],
)
def test_only_what_the_vendors_side_says_may_be_a_note(speaker: str, asked: bool, internal: bool) -> None:
    scene = Scene()
    scene.say(speaker=Speaker(outside=speaker), internal=asked)
    assert scene.notes() == (["x"] if internal else [])


@pytest.mark.parametrize(("speaker", "internal"), [("eve", True), ("agent.bo", False)])
def test_a_stranger_in_the_agents_channel_writes_notes(speaker: str, internal: bool) -> None:
    scene = Scene()
    scene.say(speaker=Speaker(outside=speaker, side="vendor"))
    assert scene.notes() == (["x"] if internal else [])


@pytest.mark.parametrize("who", ["customer", "user"])
def test_who_is_blocked_is_not_heard(who: str) -> None:
    scene = Scene()
    scene.say()
    customer = scene.parley.store.one(ref(Customer, ACME))
    user = scene.parley.store.one(ref(User, ACME, user_id(ACME, "webhook:ann")))
    assert customer
    assert user
    if who == "user":
        admit_user(scene.parley.world, customer, "webhook:ann", state="blocked")
    else:
        scene.parley.store.commit(over(customer.changed(state="blocked"), customer))
    mark = Reacted(id="m1", speaker=ANN, emoji="eyes", on=True, at=1, revision=1, conversation="C1")
    assert scene.say("m2").ignored == scene.arrive(mark).ignored == ["blocked-speaker"]
    assert scene.say("m3", speaker=Speaker(outside="agent.bo")).handled == ["said"]


# --- replies and threads ------------------------------------------------------------------------------------------


def test_an_answer_names_what_it_answers_but_in_a_room_that_is_the_threads_own() -> None:
    scene = Scene()
    scene.say()
    scene.say("m2", conversation="C1/m1", thread="C1/m1", reply_to="m1")
    scene.say("m3", reply_to="unheard")
    assert (scene.message("m2").reply_to.message, scene.message("m3").reply_to) == (scene.message().id, None)  # type: ignore[union-attr]
    scene.bind("C1/m1", ROOM)
    scene.say("m4", conversation="C1/m1", thread="C1/m1", reply_to="m1")
    assert scene.message("m4").reply_to is None


def test_nobody_but_agents_among_themselves_answers_a_note() -> None:
    scene = Scene()
    scene.say(speaker=Speaker(outside="agent.bo"), internal=True)
    scene.say("m2", reply_to="m1")
    scene.say("m3", reply_to="m1", speaker=Speaker(outside="agent.bo"), internal=True)
    scene.say("m4", reply_to="m1", speaker=Speaker(outside="agent.bo"))
    assert (scene.message("m2").reply_to, scene.message("m4").reply_to) == (None, None)
    rows = map(from_row, scene.parley.table.rows.values())
    (answer,) = [row for row in rows if isinstance(row, Message) and row.source.id == "m3"]
    assert answer.reply_to


@pytest.mark.parametrize(
    ("kind", "asked", "own"), [("triage", True, True), ("triage", False, False), ("topic", True, False)]
)
def test_a_thread_of_the_triage_room_becomes_a_room_where_that_is_set(kind: str, asked: bool, own: bool) -> None:
    scene = Scene(kind)
    scene.say("m1", "It breaks\nOften")
    scene.say("m2", conversation="C1/m1", thread="C1/m1", reply_to="m1", thread_room=asked)
    scene.say("m3", conversation="C1/m1", thread="C1/m1", reply_to="m1", thread_room=asked)
    room = scene.parley.store.one(ref(Room, scene.message("m2").room))
    assert room
    assert (room.id != ROOM, room.name) == (own, "It breaks" if own else "R")
    assert (room.customer, scene.message("m3").room) == (ACME, room.id)


def test_an_answer_to_what_nobody_heard_begins_no_room_and_needs_no_bridge() -> None:
    scene = Scene("triage")
    scene.say("m1", reply_to="unheard", thread_room=True)
    assert scene.message("m1").room == ROOM
    scene.parley.store.commit(Drop(ref(Bridge, ROOM, INSTALL, "c1")))
    scene.say("m2", reply_to="m1")
    assert scene.message("m2").reply_to


def test_a_note_begins_no_room() -> None:
    scene = Scene("triage")
    scene.say(speaker=Speaker(outside="agent.bo"), internal=True)
    scene.say("m2", conversation="C1/m1", thread="C1/m1", reply_to="m1", thread_room=True)
    assert scene.message("m2").room == ROOM


def test_an_event_that_tells_the_channel_finds_the_room_that_its_message_lives_in() -> None:
    scene = Scene()
    parley = scene.parley
    parley.store.commit(
        new(Room(id="room_2", workspace=WORKSPACE, kind="topic", name="T", created_at=1, customer=ACME))
    )
    scene.bind("C1/t", "room_2", edits=False)
    scene.say(conversation="C1/t", thread="C1/t")
    assert scene.message().room == "room_2"
    mark = Reacted(id="m1", speaker=ANN, emoji="eyes", on=True, at=1, revision=1, conversation="C1")
    edit = Edited(id="m1", text="y", at=1, revision=1, conversation="C1")
    outcome = scene.arrive(mark, edit)
    assert (outcome.handled, outcome.ignored) == (["reacted"], ["edits-do-not-cross"])
    (marks,) = scene.message().reactions["eyes"].values()
    assert marks.via == f"{INSTALL}/C1/t"


def test_of_a_message_without_a_thread_the_event_says_where_it_is() -> None:
    scene = Scene()
    scene.say(thread="")
    assert scene.arrive(
        Reacted(id="m1", speaker=ANN, emoji="eyes", on=True, at=1, revision=1, conversation="C1")
    ).handled == ["reacted"]
    (mark,) = scene.message().reactions["eyes"].values()
    assert mark.via == f"{INSTALL}/C1"


def test_nobody_reacts_to_a_message_of_a_room_that_became_another_customers() -> None:
    scene = Scene()
    scene.say()
    room = scene.parley.store.one(ref(Room, ROOM))
    assert room
    scene.parley.store.commit(
        new(Room(id="room_2", workspace=WORKSPACE, kind="topic", name="B", created_at=1, customer="cus_beta"))
    )
    tie = scene.parley.store.one(ref(Binding, INSTALL, "C1"))
    assert tie
    scene.parley.store.commit(over(tie.changed(room="room_2", bound_at=SINCE + 1), tie))
    mark = Reacted(id="m1", speaker=ANN, emoji="eyes", on=True, at=1, revision=1, conversation="C1")
    assert scene.arrive(mark).ignored == ["message-of-another-customer"]


# --- reactions in the agents' channel -----------------------------------------------------------------------------


def test_an_agents_reaction_waits_with_a_message_of_which_nobody_knows_the_room_yet() -> None:
    scene = Scene()
    vendor = Speaker(outside="agent.bo", side="vendor")
    early = Reacted(id="m1", speaker=vendor, emoji="eyes", on=True, at=1, revision=1, conversation="C9")
    assert scene.arrive(early).handled == ["reacted"]
    waiting = scene.parley.store.one(ref(Mapped, INSTALL, "m1"))
    assert waiting
    assert (waiting.n, waiting.pending is not None) == (0, True)
    scene.say()
    (marks,) = scene.message().reactions["eyes"].items()
    assert (marks[0], marks[1].on) == ("agt_bo", True)
    unknown = Reacted(id="m9", speaker=ANN, emoji="eyes", on=True, at=1, revision=1, conversation="C9")
    assert scene.arrive(unknown).ignored == ["unbound-conversation"]
    late = Reacted(id="m1", speaker=vendor, emoji="tada", on=True, at=1, revision=1, conversation="C9")
    assert scene.arrive(late).handled == ["reacted"]
    (mark,) = scene.message().reactions["tada"].values()
    assert mark.via == f"{INSTALL}/C1/m1"


def test_two_reactions_wait_as_one_does() -> None:
    scene = Scene()
    for emoji in ("eyes", "tada"):
        vendor = Speaker(outside="agent.bo", side="vendor")
        early = Reacted(id="m1", speaker=vendor, emoji=emoji, on=True, at=1, revision=1, conversation="C9")
        assert scene.arrive(early).handled == ["reacted"]
    scene.say()
    assert set(scene.message().reactions) == {"eyes", "tada"}


def test_an_agents_reaction_in_a_bound_channel_is_that_bridges() -> None:
    scene = Scene(reactions=False)
    vendor = Speaker(outside="agent.bo", side="vendor")
    early = Reacted(id="m1", speaker=vendor, emoji="eyes", on=True, at=1, revision=1, conversation="C1")
    assert scene.arrive(early).ignored == ["reactions-do-not-cross"]


# --- files and names ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("crossing", [True, False])
@pytest.mark.parametrize("text", ["See", ""])
def test_files_come_along_or_are_told_as_links(crossing: bool, text: str) -> None:
    scene = Scene(files=crossing)
    scene.account.files = {"https://p.example/1": b"one"}
    files = (
        File(name="a.txt", type="text/plain", url="https://p.example/1", link="https://p.example/a"),
        File(name="b.txt", type="text/plain", url="https://p.example/2", link="https://p.example/b"),
        File(name="c.txt", type="text/plain", url="https://p.example/3"),
        File(name="d.txt", type="text/plain", content=b"four", link="https://p.example/d"),
    )
    scene.say(text=text, files=files)
    message = scene.message()
    assert [each.name for each in message.attachments] == (["a.txt", "d.txt"] if crossing else [])
    lost = ["[b.txt](https://p.example/b)", "(c.txt)"]
    links = ["[a.txt](https://p.example/a)", *lost, "[d.txt](https://p.example/d)"]
    assert message.text.split("\n") == [*([text] if text else []), *(lost if crossing else links)]


def test_a_file_of_before_the_binding_comes_along_too() -> None:
    scene = Scene(files=False)
    scene.account.files = {"https://p.example/1": b"one"}
    scene.say(files=(File(name="a.txt", type="text/plain", url="https://p.example/1"),), at=1)
    assert [each.name for each in scene.message().attachments] == ["a.txt"]


def test_names_stand_for_ids_and_who_belongs_to_the_room_is_named() -> None:
    scene = Scene()
    mentions = {"<@1>": "bob", "<@2>": "agent.bo", "<@3>": "bot", "<@4>": "unknown"}
    scene.say(text="<@1> <@2> <@3> <@4> <@1>", mentions=mentions)
    message = scene.message()
    assert message.text == "@Bob @Agent.Bo @Bot @unknown @Bob"
    assert message.mentions == (user_id(ACME, "webhook:bob"), "agt_bo")
    scene.arrive(Edited(id="m1", text="<@1>!", at=1, revision=1, conversation="C1", mentions={"<@1>": "bob"}))
    assert scene.message().text == "@Bob!"
    scene.say("m2", text="<@1>", mentions=mentions, at=1)
    assert (scene.message("m2").text, scene.message("m2").mentions) == ("@Bob", ())


def test_in_a_room_of_no_customer_nobody_of_a_customer_is_named() -> None:
    scene = Scene()
    scene.parley.store.commit(new(Room(id="room_2", workspace=WORKSPACE, kind="internal", name="Us", created_at=1)))
    scene.bind("C2", "room_2")
    agent = Speaker(outside="agent.bo", side="vendor")
    scene.say(conversation="C2", speaker=agent, text="<@1>", mentions={"<@1>": "bob"})
    assert (scene.message().text, scene.message().mentions) == ("@Bob", ())


# --- what happens to a conversation, and to an account ------------------------------------------------------------


def test_a_conversation_is_shut_opened_and_renamed() -> None:
    scene = Scene()
    scene.arrive(Shut(conversation="C1", reason="archived"))
    assert scene.bridge().paused == "archived"
    scene.arrive(Shut(conversation="C1", reason=""))
    assert scene.bridge().paused == ""
    scene.arrive(Renamed(conversation="C1", name="N" * 500))
    named = scene.bridge()
    assert named.name == "N" * 200
    scene.arrive(Renamed(conversation="C1", name="N" * 500))
    assert scene.bridge() == named
    thread = scene.arrive(Shut(conversation="C1/7", reason="closed"), Renamed(conversation="C1/7", name="A thread"))
    assert thread.ignored == ["unbound-conversation"] * 2
    assert scene.bridge() == named


def test_a_conversation_that_has_another_id_is_the_same() -> None:
    scene = Scene()
    scene.say("m1", "before")
    assert scene.arrive(Moved(conversation="C1", into="C7")).handled == ["moved"]
    scene.say("m2", "after", conversation="C7")
    scene.say("m3", "late")
    assert scene.posts() == ["before", "after", "late"]
    assert scene.bridge().conversation == "C7"
    assert scene.arrive(Moved(conversation="C1", into="C7")).handled == ["moved"]
    assert scene.arrive(Moved(conversation="C9", into="C7")).ignored == ["unbound-conversation"]
    scene.parley.store.commit(new(Room(id="room_2", workspace=WORKSPACE, kind="topic", name="Other", created_at=1)))
    scene.bind("C2", "room_2")
    assert scene.arrive(Moved(conversation="C7", into="C2")).ignored == ["bound-elsewhere"]
    assert scene.bridge().conversation == "C7"


@pytest.mark.parametrize(
    ("account", "granting", "state", "left"),
    [
        ("", True, "paused", ("signing", "bot", "bot:T2")),
        ("T2", True, "active", ("signing", "bot")),
        ("T9", True, "paused", ("signing", "bot", "bot:T2")),
        ("T2", False, "paused", ("signing", "bot", "bot:T2")),
    ],
)
def test_of_an_account_with_credentials_of_its_own_only_these_are_lost(
    account: str, granting: bool, state: str, left: tuple[str, ...]
) -> None:
    scene = Scene()

    class Way:
        @staticmethod
        def credential(name: str) -> str:
            return f"bot:{name}" if name else "bot"

    scene.parley.world = replace(scene.parley.world, granting=lambda kind: Way if granting else None)  # type: ignore[arg-type, return-value]
    install = scene.parley.store.one(ref(Install, INSTALL))
    assert install
    secrets = tuple(Secret(id=name, sealed="", created_at=1, name=name) for name in ("signing", "bot", "bot:T2"))
    scene.parley.store.commit(over(install.changed(secrets=secrets), install))
    for _ in range(2):
        scene.arrive(AccountLost(account=account, reason="revoked"))
        after = scene.parley.store.one(ref(Install, INSTALL))
        assert after
        assert (after.state, tuple(secret.name for secret in after.secrets)) == (state, left)


def test_orders_and_codes_are_answered_where_that_can_be() -> None:
    scene = Scene()
    sample = {"code": "none", "conversation": "C2", "account": "", "name": ""}
    scene.arrive(Connected(**sample, answer="here"), Connected(**sample, answer=""))
    assert [each.partition(",")[0].partition(":")[0] for each in scene.account.answers] == ["here"]
    assert "not good" in scene.account.answers[0]


def test_where_nothing_can_be_answered_an_order_is_done_all_the_same() -> None:
    scene = Scene()
    scene.parley.world = replace(scene.parley.world, asking=lambda kind: None)
    sample = Connected(code="none", conversation="C2", account="", answer="here")
    assert scene.arrive(sample).handled == ["connected"]


@pytest.mark.parametrize(("customer", "whose"), [(ACME, "acme's"), ("", "Us's")])
def test_who_connects_a_conversation_is_told_whose_room_hears_it(customer: str, whose: str) -> None:
    scene = Scene()
    room = Room(
        id="room_2",
        workspace=WORKSPACE,
        kind="topic" if customer else "visitor",
        name="Us",
        created_at=1,
        customer=customer,
        customer_external_id="acme" if customer else "",
    )
    who = Principal(workspace=WORKSPACE, kind="agent", id="agt_bo", name="Bo", credential="key_1", role="agent")
    scene.parley.store.commit(new(room))
    code, _ = connect_code(scene.parley.world, who, room)
    scene.arrive(Connected(code=code, conversation="C2", account="", answer="here"))
    assert scene.account.answers == [f"here: Connected: what is said here now reaches {whose} room “Us”."]


def test_an_echo_of_another_installs_delivery_is_nothing() -> None:
    scene = Scene()
    row = Delivery(
        bridge=scene.bridge().id.replace("ins_1", "ins_2"),
        n=1,
        room=ROOM,
        install="ins_2",
        channel="webhook",
        workspace=WORKSPACE,
        message=1,
        what="post",
        created_at=1,
    )
    scene.parley.store.commit(new(row))
    echo = Echoed(id="m1", mark=row.id, thread="C1/m1")
    assert scene.arrive(echo).ignored == ["mark-of-nothing-of-ours"]
    after = scene.parley.store.one(ref(Delivery, row.bridge, 1))
    assert after
    assert (after.state, after.provider_id) == ("queued", "")


@pytest.mark.parametrize("mark", ["", "nonsense", "dlv_x_1"])
def test_an_echo_of_nothing_of_ours_is_nothing(mark: str) -> None:
    scene = Scene()
    assert scene.arrive(Echoed(id="m1", mark=mark, thread="C1/m1")).ignored == ["mark-of-nothing-of-ours"]


LOG = File(name="a.log", type="text/plain", url="u", link="https://acme.example/a.log")


@pytest.mark.parametrize(
    ("fetched", "text", "files", "wanted"),
    [
        (True, "", (LOG,), ""),
        (True, "see", (LOG,), "see"),
        (False, "", (LOG,), "[a.log](https://acme.example/a.log)"),
        (False, "see", (LOG,), "see\n[a.log](https://acme.example/a.log)"),
        (True, "", (), ""),
        (False, "", (), "(no text)"),
        (True, "see", (LOG, File(name="b.log", type="text/plain")), "see\n(b.log)"),
    ],
)
def test_an_edit_takes_the_words_away_and_leaves_the_files(
    fetched: bool, text: str, files: tuple[File, ...], wanted: str
) -> None:
    scene = Scene()
    scene.account.files = {"u": b"log"} if fetched else {}
    scene.say(text="the key is sk_live_1", files=(LOG,))
    assert "sk_live_1" in scene.message().text
    edit = Edited(id="m1", text=text, at=SINCE + 1, revision=9, conversation="C1", files=files)
    assert scene.arrive(edit).handled == ["edited"]
    assert scene.message().text == wanted
    assert [file.name for file in scene.message().attachments] == (["a.log"] if fetched else [])
