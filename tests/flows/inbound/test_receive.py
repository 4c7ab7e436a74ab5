"""What an envelope says, done: who may speak, in which room it lands, what comes along. Never in another customer's."""

import pytest

from chalicelib.desk.arrivals import Deleted, Edited, File, Ignored, Outcome, Reacted, Said, Speaker, Unsupported
from chalicelib.desk.customers import Customer, User, Visitor
from chalicelib.desk.errors import Conflict, TooLarge
from chalicelib.desk.files import MAX_SIZE, Attachment
from chalicelib.desk.ids import customer_id, triage_room_id, user_id
from chalicelib.desk.messages import Mapped, Message
from chalicelib.desk.rooms import Bridge, Room
from chalicelib.desk.workspaces import Install, Workspace
from chalicelib.flows.customers.admit import admit_customer, admit_user
from chalicelib.ports import AwsAway, Drop, Listing, new, over, ref
from chalicelib.store.rows import from_row
from tests.arriving import INSTALL, TRIAGE, WORKSPACE, arrive, arrive_as, event, known, outside
from tests.fakes import Parley
from tests.proofs import prove

ACME = customer_id(WORKSPACE, "acme")
ANN = Speaker(customer="acme", user="ann", name="Ann", email="ann@acme.example")
MALLORY = Speaker(customer="evil", user="mallory")
STRANGER = Speaker(name="Xaver", email="x@acme.example")


@pytest.fixture
def parley():
    return outside(Parley())


def said(id_="m1", speaker=ANN, text="Hello", **more):
    return Said(id=id_, speaker=speaker, text=text, at=5, **more)


def room_of(parley, id_):
    return parley.store.one(ref(Room, known(parley, id_).room))


def posts(parley, room):
    return parley.store.page(Listing("posts", (room,)), 100).items


def everything(parley, kind):
    return [record for record in map(from_row, parley.table.rows.values()) if isinstance(record, kind)]


# --- who speaks ---------------------------------------------------------------------------------------------------


def test_whom_the_channel_vouches_for_is_made_and_lands_in_triage(parley):
    assert arrive_as(parley, said()) == Outcome(handled=["said"])
    message = known(parley, "m1")
    assert (message.room, message.text) == (TRIAGE, "Hello")
    assert (message.author.kind, message.author.id, message.author.verified) == ("user", user_id(ACME, "ann"), True)
    assert (message.source.channel, message.source.install, message.source.at) == ("webhook", INSTALL, 5)
    assert parley.store.one(ref(User, ACME, user_id(ACME, "ann"))).email == "ann@acme.example"
    assert parley.store.one(ref(Room, TRIAGE)).turn == "vendor"


def test_what_is_not_told_anew_stays(parley):
    admit_customer(parley.world, WORKSPACE, "acme", name="Acme Inc")
    arrive_as(parley, said())
    arrive_as(parley, said("m2", Speaker(customer="acme", user="ann")))
    assert parley.store.one(ref(Customer, ACME)).name == "Acme Inc"
    assert parley.store.one(ref(User, ACME, user_id(ACME, "ann"))).name == "Ann"


@pytest.mark.parametrize("state", ["blocked", "gone"])
@pytest.mark.parametrize("who", ["customer", "user"])
def test_who_is_barred_is_ignored_with_the_reason(parley, who, state):
    customer, _ = admit_customer(parley.world, WORKSPACE, "acme", **({"state": state} if who == "customer" else {}))
    admit_user(parley.world, customer, "ann", **({"state": state} if who == "user" else {}))
    arrive_as(parley, said("earlier", Speaker(customer="beta", user="bob")))
    outcome = arrive_as(parley, said(), Reacted(id="earlier", speaker=ANN, emoji="x", on=True, at=1, revision=1))
    assert outcome == Outcome(ignored=["blocked-speaker", "blocked-speaker"])
    assert known(parley, "m1") is None
    assert known(parley, "earlier").reactions == {}


def test_who_is_not_vouched_for_is_a_visitor_whom_agents_alone_see(parley):
    arrive_as(parley, said(speaker=STRANGER))
    room, message = room_of(parley, "m1"), known(parley, "m1")
    assert (room.kind, room.customer, room.vendor_only) == ("visitor", "", True)
    assert (message.author.kind, message.author.name, message.author.verified) == ("visitor", "Xaver", False)
    assert room.visitor == message.author.id
    assert parley.store.one(ref(Visitor, room.visitor)).email == "x@acme.example"
    assert everything(parley, User) == []


@pytest.mark.parametrize(
    ("speaker", "name"),
    [(STRANGER, "Xaver"), (Speaker(email="x@nobody.example"), "x@nobody.example"), (Speaker(), "Visitor")],
)
def test_a_visitor_goes_by_the_first_thing_that_they_said_of_themselves(parley, speaker, name):
    arrive_as(parley, said(speaker=speaker))
    assert known(parley, "m1").author.name == name


@pytest.mark.parametrize("speaker", [Speaker(), Speaker(customer="acme"), Speaker(user="ann", email="@")])
def test_half_an_identity_is_none(parley, speaker):
    arrive_as(parley, said(speaker=speaker))
    assert room_of(parley, "m1").kind == "visitor"
    assert known(parley, "m1").author.kind == "visitor"
    assert everything(parley, User) == []


def test_a_domain_says_where_a_question_belongs_and_never_who_asks_it(parley):
    admit_customer(parley.world, WORKSPACE, "acme", domains=("acme.example",))
    prove(parley, "acme.example")
    arrive_as(parley, said(speaker=STRANGER, fresh_room=True, text="\n  It is broken  \nSince Monday"))
    room = room_of(parley, "m1")
    assert (room.kind, room.customer, room.name) == ("topic", ACME, "It is broken")
    assert (known(parley, "m1").author.kind, known(parley, "m1").author.verified) == ("visitor", False)
    assert everything(parley, User) == []
    other = Speaker(email="x@ACME.example.")
    arrive_as(parley, said("m2", other, fresh_room=True))
    assert room_of(parley, "m2").customer == ACME
    arrive_as(parley, said("m3", Speaker(email="x@sub.acme.example")))
    assert room_of(parley, "m3").kind == "visitor"


def test_a_domain_of_a_blocked_customer_leads_nowhere(parley):
    admit_customer(parley.world, WORKSPACE, "acme", domains=("acme.example",), state="blocked")
    prove(parley, "acme.example")
    arrive_as(parley, said(speaker=STRANGER))
    assert room_of(parley, "m1").kind == "visitor"


# --- which room ---------------------------------------------------------------------------------------------------


def topic(parley, customer="acme", **fields):
    owner = admit_customer(parley.world, WORKSPACE, customer)[0].id if customer else ""
    values = {"kind": "topic", "workspace": WORKSPACE, "customer": owner, "customer_external_id": customer} | fields
    room = Room(version=1, id=parley.world.fresh_id("room"), name="T", created_at=1, **values)
    parley.store.commit(new(room))
    return room


def test_a_hint_that_fits_is_followed(parley):
    room = topic(parley)
    arrive_as(parley, said(conversation=room.id))
    assert known(parley, "m1").room == room.id


@pytest.mark.parametrize("whose", ["another customer's", "internal", "a visitor's", "another workspace's"])
def test_a_hint_that_does_not_fit_leads_to_a_room_that_agents_alone_see(parley, whose):
    room = {
        "another customer's": lambda: topic(parley, "beta"),
        "internal": lambda: topic(parley, kind="internal"),
        "a visitor's": lambda: topic(parley, kind="visitor", customer="", customer_external_id=""),
        "another workspace's": lambda: topic(parley, workspace="wsp_2"),
    }[whose]()
    assert arrive_as(parley, said(conversation=room.id)).handled == ["said"]
    assert posts(parley, room.id) == []
    landed = room_of(parley, "m1")
    assert (landed.kind, landed.customer, landed.workspace) == ("visitor", "", WORKSPACE)


def test_an_outside_thread_gets_a_room_and_a_bridge_when_it_first_speaks(parley):
    arrive_as(parley, said("m1", conversation="thread-7"), received_at=1_000)
    arrive_as(parley, said("m2", conversation="thread-7"), received_at=2_000)
    room = room_of(parley, "m1")
    assert (room.kind, room.customer, room.name) == ("topic", ACME, "thread-7")
    assert [message.source.id for message in posts(parley, room.id)] == ["m1", "m2"]
    bridge = parley.store.one(ref(Bridge, room.id, INSTALL))
    assert (bridge.bound_at, bridge.conversation) == (1_000, "thread-7")


def test_a_thread_of_one_customer_takes_in_no_other(parley):
    arrive_as(parley, said("m1", conversation="thread-7"))
    arrive_as(parley, said("m2", MALLORY, conversation="thread-7"))
    assert room_of(parley, "m2").kind == "visitor"
    assert [message.source.id for message in posts(parley, room_of(parley, "m1").id)] == ["m1"]


def test_the_same_thread_of_another_install_is_another(parley):
    parley.store.commit(
        new(Install(id="ins_2", workspace=WORKSPACE, kind="webhook", name="Other", created_at=1)),
    )
    arrive_as(parley, said("m1", conversation="thread-7"))
    arrive_as(parley, said("m1", conversation="thread-7"), install="ins_2")
    assert known(parley, "m1").room != known(parley, "m1", "ins_2").room


@pytest.mark.parametrize("hint", ["room_", "room_none", "x" * 5000, "a/b\x00", "#"])
def test_a_strange_hint_is_a_thread_like_any_other(parley, hint):
    arrive_as(parley, said("m1", conversation=hint), said("m2", conversation=hint))
    room = room_of(parley, "m1")
    assert (room.customer, len(room.name) <= 200) == (ACME, True)
    assert known(parley, "m2").room == room.id


def test_a_repeat_stays_in_the_room_of_the_first(parley):
    arrive_as(parley, said())
    arrive_as(parley, said(conversation="elsewhere"), said(fresh_room=True))
    assert [message.source.id for message in posts(parley, TRIAGE)] == ["m1"]
    assert everything(parley, Message) == posts(parley, TRIAGE)


def test_an_id_that_two_customers_use_swallows_neither(parley):
    """The id map is the install's. Where ids are unique in each customer alone, the second words are a dead letter."""
    arrive_as(parley, said())
    with pytest.raises(Conflict, match="another customer"):
        arrive_as(parley, said(speaker=MALLORY, text="Other words"))
    assert [message.text for message in everything(parley, Message)] == ["Hello"]


def test_a_visitors_words_that_come_again_are_a_repeat_whosever_the_address_is_by_then(parley):
    arrive_as(parley, said(speaker=STRANGER))
    admit_customer(parley.world, WORKSPACE, "acme", domains=("acme.example",))
    prove(parley, "acme.example")
    assert arrive_as(parley, said(speaker=STRANGER)) == Outcome(handled=["said"])
    arrive_as(parley, said("m2", STRANGER))
    admit_customer(parley.world, WORKSPACE, "acme", state="blocked")
    assert arrive_as(parley, said("m2", STRANGER)) == Outcome(handled=["said"])
    assert [message.id for message in everything(parley, Message)] == [known(parley, id_).id for id_ in ("m1", "m2")]
    assert (room_of(parley, "m1").kind, room_of(parley, "m2").id) == ("visitor", TRIAGE)


def test_a_users_question_of_its_own_is_no_visitors(parley):
    arrive_as(parley, said(fresh_room=True))
    room = room_of(parley, "m1")
    assert (room.kind, room.customer, room.visitor) == ("topic", ACME, "")


def test_a_hint_of_somebody_of_no_customer_leads_nowhere(parley):
    room = topic(parley)
    for id_, conversation in (("m1", room.id), ("m2", "thread-7")):
        assert arrive_as(parley, said(id_, STRANGER, conversation=conversation)).handled == ["said"]
        assert (room_of(parley, id_).kind, room_of(parley, id_).customer) == ("visitor", "")
    assert posts(parley, room.id) == []


# --- what it may do to others' ------------------------------------------------------------------------------------


def test_nobody_reacts_in_another_customers_room_whichever_comes_first(parley):
    foreign = Reacted(id="m1", speaker=MALLORY, emoji="tada", on=True, at=1, revision=1)
    own = Reacted(id="m1", speaker=ANN, emoji="tada", on=True, at=1, revision=1)
    assert arrive_as(parley, foreign, own).handled == ["reacted", "reacted"]  # before anybody knows whose room it is
    arrive_as(parley, said())
    assert arrive_as(parley, foreign).ignored == ["foreign-speaker"]
    assert list(known(parley, "m1").reactions["tada"]) == [user_id(ACME, "ann")]
    assert arrive_as(parley, own).handled == ["reacted"]


def test_a_reply_names_what_it_answers_if_that_is_in_the_same_room(parley):
    arrive_as(parley, said("m1"), said("m2", reply_to="m1"), said("m3", reply_to="unheard"))
    arrive_as(parley, said("m4", MALLORY, reply_to="m1"))
    assert known(parley, "m2").reply_to.message == known(parley, "m1").id
    assert known(parley, "m3").reply_to is None
    assert known(parley, "m4").reply_to is None


def test_an_edit_or_a_delete_of_what_never_comes_waits_and_then_ends(parley):
    edit, delete = Edited(id="m1", text="x", at=1, revision=1), Deleted(id="m2", at=1)
    assert arrive_as(parley, edit, delete).handled == ["edited", "deleted"]
    for id_ in ("m1", "m2"):
        waiting = parley.store.one(ref(Mapped, INSTALL, id_))
        assert (waiting.n, waiting.expires_at > parley.clock.at) == (0, True)
    arrive_as(parley, said("m1"), said("m2"))
    assert (known(parley, "m1").text, known(parley, "m2").deleted, known(parley, "m2").text) == ("x", True, "")
    assert parley.store.one(ref(Mapped, INSTALL, "m1")).expires_at == 0


def test_an_edit_that_cannot_be_said_is_refused_and_the_message_stays(parley):
    arrive_as(parley, said())
    assert arrive_as(parley, Edited(id="m1", text="  ", at=1, revision=1)).ignored == ["refused"]
    assert known(parley, "m1").text == "Hello"


def test_a_message_that_cannot_be_said_is_never_dropped_in_silence(parley):
    with pytest.raises(TooLarge):
        arrive_as(parley, said(text="x" * 40_001))


# --- what comes along ---------------------------------------------------------------------------------------------


def test_files_are_kept_once_under_safe_names(parley):
    files = (
        File(name="..\\..\\log.txt", type="Text/Plain", content=b"one"),
        File(name="x.html", type="text/html; charset=utf-8", content=b"two"),
    )
    for _ in range(2):
        arrive_as(parley, said(text="", files=files))
    message = known(parley, "m1")
    assert [(file.name, file.size, file.type) for file in message.attachments] == [
        ("log.txt", 3, "text/plain"),
        ("x.html", 3, "application/octet-stream"),
    ]
    kept = everything(parley, Attachment)
    assert sorted(parley.files.content) == sorted(file.key for file in kept)
    assert sorted(parley.files.content.values()) == [b"one", b"two"]
    assert {file.secret for file in kept} == {file.secret for file in message.attachments}
    assert len(posts(parley, TRIAGE)) == 1


def test_a_file_over_the_limit_stays_out_and_the_words_come_in(parley):
    files = tuple(File(name=f"{size}", type="a/b", content=bytes(size)) for size in (MAX_SIZE, MAX_SIZE + 1))
    arrive_as(parley, said(files=files))
    assert [file.size for file in known(parley, "m1").attachments] == [MAX_SIZE]


# --- whatever else ------------------------------------------------------------------------------------------------


def test_what_is_ignored_or_unsupported_says_so_and_the_rest_is_done(parley):
    outcome = arrive_as(parley, Ignored(reason="heartbeat"), said(), Unsupported(what="pin.added"))
    assert outcome == Outcome(handled=["said"], ignored=["heartbeat"], unsupported=["pin.added"])


@pytest.mark.parametrize("state", ["disabled", "removed"])
def test_an_install_that_is_gone_takes_nothing(parley, state):
    install = parley.store.one(ref(Install, INSTALL))
    parley.store.commit(
        over(install.changed(state="disabled"), install) if state == "disabled" else Drop(ref(Install, INSTALL))
    )
    assert arrive(parley, event()) == Outcome(ignored=["install-gone"])


def test_a_worker_that_dies_anywhere_has_done_it_once_when_it_is_done_again(parley, monkeypatch):
    """Accepted means kept: the envelope comes back after each crash, one write further."""
    files = (File(name="a.txt", type="text/plain", content=b"x"),)
    batch = [
        Edited(id="m1", text="edited", at=9, revision=9),
        said("m1", conversation="thread-1", files=files),
        Reacted(id="m1", speaker=ANN, emoji="tada", on=True, at=1, revision=1),
        said("m2", STRANGER),
        Deleted(id="m2", at=1),
    ]
    write, left = parley.table.write, [0]

    def dying(*args):
        if left[0] == 0:
            raise AwsAway("killed")
        left[0] -= 1
        write(*args)

    monkeypatch.setattr(parley.table, "write", dying)
    for survived in range(100):
        left[0] = survived
        try:
            arrive_as(parley, *batch)
        except AwsAway:
            continue
        break
    assert survived > 3
    assert [message.text for message in everything(parley, Message)].count("edited") == 1
    assert len(everything(parley, Message)) == 2
    assert (known(parley, "m2").deleted, len(everything(parley, Attachment))) == (True, 1)
    assert known(parley, "m1").reactions["tada"][user_id(ACME, "ann")].on


def test_the_triage_room_follows_from_its_customer(parley):
    arrive_as(parley, said())
    assert triage_room_id(ACME) == TRIAGE
    assert parley.store.one(ref(Workspace, WORKSPACE)).feeds == {}
