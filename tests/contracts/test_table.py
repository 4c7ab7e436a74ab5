"""What a table is: the twin in memory and DynamoDB (moto) pass the same tests, and the store does on both."""

import base64
import itertools
import json
import types
import typing
from random import Random

import boto3
import msgspec
import pytest
from moto import mock_aws

from chalicelib.desk.agent_keys import AgentKey
from chalicelib.desk.alerts import AlertChoices, Browser
from chalicelib.desk.attributes import AttributeType
from chalicelib.desk.broadcasts import Broadcast, Piece, Result, Tally
from chalicelib.desk.clocks import Clock, RoomClocks, Running
from chalicelib.desk.connections import Connection, Subscription
from chalicelib.desk.customer_totals import OpenRoom
from chalicelib.desk.customers import Customer, User, Visitor
from chalicelib.desk.dead_letters import DeadLetter
from chalicelib.desk.deliveries import Delivery, Owing
from chalicelib.desk.erasures import Erasure
from chalicelib.desk.errors import Clash, Malformed
from chalicelib.desk.events import Event
from chalicelib.desk.exports import Export
from chalicelib.desk.figures import DayFigures
from chalicelib.desk.files import Attachment
from chalicelib.desk.held_back import HeldBack
from chalicelib.desk.holds import Hold
from chalicelib.desk.idempotency import Claim
from chalicelib.desk.inbox_views import RoomViews, ViewRow
from chalicelib.desk.issues import (
    Comment,
    History,
    Issue,
    IssueCustomer,
    IssueTie,
    Notice,
    NoticeReceipt,
    PendingComment,
    Ticket,
    TicketOwner,
    Tracking,
)
from chalicelib.desk.jobs import Flaw, Job
from chalicelib.desk.mails import Correspondent, Mailbox, Suppression
from chalicelib.desk.messages import Change, Message
from chalicelib.desk.messages import Source as CameFrom
from chalicelib.desk.pains import Pains
from chalicelib.desk.promises import Promise
from chalicelib.desk.proposals import Proposal, ProposalFigures
from chalicelib.desk.ratings import Rating
from chalicelib.desk.rooms import Bridge, Fork, Room, Seen
from chalicelib.desk.search_index import Unindexed
from chalicelib.desk.segments import Member, Placement, Segment
from chalicelib.desk.sessions import Session
from chalicelib.desk.snippets import Snippet
from chalicelib.desk.unheard import Unheard
from chalicelib.desk.usage_developers import Developer
from chalicelib.desk.usage_meters import FoldedDay, UsageActor, UsageDay, UsageWaiting
from chalicelib.desk.usage_reasons import Question, Reason
from chalicelib.desk.usage_signals import Signal
from chalicelib.desk.usage_sources import SetAside, Source
from chalicelib.desk.workspaces import Agent, ApiKey, Audit, Install
from chalicelib.ports import AwsAway, Drop, Listing, Put, new, over, ref
from chalicelib.store.dynamo import DynamoTable, Item
from chalicelib.store.keys import KINDS, LISTINGS, Range, time_shard
from chalicelib.store.memory import MemoryTable
from chalicelib.store.rows import Row, deflated, record_of_image, to_row
from chalicelib.store.store import TableStore
from tests.full import every

REGION = "eu-central-1"


def described():
    """The table as infra/resources.yaml describes it."""
    text = ["pk", "sk", *(f"g{i}{part}" for i in (1, 2, 3) for part in ("pk", "sk"))]

    def keys(prefix):
        return [
            {"AttributeName": f"{prefix}pk", "KeyType": "HASH"},
            {"AttributeName": f"{prefix}sk", "KeyType": "RANGE"},
        ]

    return {
        "TableName": "parley-test",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": each, "AttributeType": "S"} for each in text],
        "KeySchema": keys(""),
        "GlobalSecondaryIndexes": [
            {"IndexName": f"gsi{i}", "KeySchema": keys(f"g{i}"), "Projection": {"ProjectionType": "ALL"}}
            for i in (1, 2, 3)
        ],
    }


@pytest.fixture(scope="module")
def account():
    """An AWS of moto's, and a client: one for all tests, since clients are slow to make."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setattr(Item, "_connection", None)
        yield boto3.client("dynamodb", region_name=REGION)


@pytest.fixture(params=["memory", "dynamo"])
def table(request):
    """A table with nothing in it."""
    if request.param == "memory":
        yield MemoryTable()
        return
    client = request.getfixturevalue("account")
    client.create_table(**described())
    yield DynamoTable("parley-test", REGION)
    client.delete_table(TableName="parley-test")


@pytest.fixture
def store(table):
    return TableStore(table)


def row(sk, v=1, pk="P", d="{}", **g):
    return Row(pk, sk, v, "T", d, g)


def fill(table, *rows):
    for each in rows:
        table.write([(each, None)], [])


def everything(index="", pk="P"):
    return Range(index, pk, "\x01", "\U0010ffff")


def pages(table, span, limit, forward=True):
    start, found = None, []
    for _ in range(100):
        rows, start = table.query(span, forward, limit, start=start)
        assert len(rows) <= limit
        found.append([each.sk for each in rows])
        if start is None:
            return found
    raise AssertionError("a query that never ends")


# --- reads --------------------------------------------------------------------------------------------------------


def test_reads_what_was_written_and_nothing_else(table):
    whole = Row("P", "a", 7, "T", '{"text":"é😀\\u0000"}', {"g1": ("I", "1"), "g3": ("T#0", "2")}, 1_900_000_000)
    table.write([(whole, 0)], [])
    assert table.read([("P", "a")]) == {("P", "a"): whole}
    assert table.read([("P", "a"), ("P", "b"), ("Q", "a")]) == {("P", "a"): whole}
    assert table.read([("P", "b")]) == {}
    assert table.read([]) == {}


def test_counts_what_a_range_has(table):
    fill(table, *[row(f"{i:03d}", **({"g1": ("I", f"{i:03d}")} if i % 2 else {})) for i in range(30)], row("a", pk="Q"))
    assert table.size(everything()) == 30
    assert table.size(everything("g1", "I")) == 15
    assert table.size(Range("", "P", "010", "019")) == 10
    assert table.size(everything(pk="none")) == 0


def test_reads_more_than_a_hundred_keys(table):
    rows = [row(f"{i:03d}") for i in range(130)]
    table.write([(each, 0) for each in rows[:70]], [])
    table.write([(each, 0) for each in rows[70:]], [])
    assert table.read([each.key for each in rows] + [("P", "none")]) == {each.key: each for each in rows}


# --- writes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("there", "was", "holds"),
    [
        (None, 0, True),
        (None, None, True),
        (None, 1, False),
        (1, 0, False),
        (1, None, True),
        (1, 1, True),
        (2, 1, False),
        (1, 2, False),
    ],
)
@pytest.mark.parametrize("others", [0, 1])
def test_a_put_holds_if_the_version_is_the_one_it_was_decided_on(table, there, was, holds, others):
    if there:
        fill(table, row("a", there, d='"old"'))
    puts = [(row("a", 9, d='"new"'), was)] + [(row(f"other{i}"), 0) for i in range(others)]
    if holds:
        table.write(puts, [])
        assert table.read([("P", "a")])[("P", "a")].d == '"new"'
        return
    with pytest.raises(Clash) as clash:
        table.write(puts, [])
    assert clash.value.positions == (0,)
    assert {each.d for each in table.read([("P", "a"), ("P", "other0")]).values()} <= {'"old"'}


def test_a_transaction_is_all_or_nothing_and_names_what_did_not_hold(table):
    fill(table, row("a", 5), row("gone"))
    with pytest.raises(Clash) as clash:
        table.write([(row("a", 2), 1), (row("b"), 0), (row("c", 2), 1)], [("P", "gone")])
    assert clash.value.positions == (0, 2)
    assert sorted(key[1] for key in table.read([("P", sk) for sk in ("a", "b", "c", "gone")])) == ["a", "gone"]
    table.write([(row("a", 6), 5), (row("b"), 0)], [("P", "gone"), ("P", "never there")])
    assert sorted(key[1] for key in table.read([("P", sk) for sk in ("a", "b", "c", "gone")])) == ["a", "b"]


def test_what_has_changed_since_is_not_dropped(table):
    fill(table, row("a", 5), row("b", 2))
    for held in ({("P", "a"): 4}, {("P", "a"): 5, ("P", "b"): 1}, {("P", "never there"): 1}):
        with pytest.raises(Clash):
            table.write([(row("c"), 0)], list(held), held=held)
        with pytest.raises(Clash):
            table.write([], list(held), held=held)
    assert len(table.read([("P", sk) for sk in "abc"])) == 2
    table.write([], [("P", "b")], held={("P", "b"): 2})
    table.write([(row("c"), 0)], [("P", "a")], held={("P", "a"): 5})
    assert [*table.read([("P", sk) for sk in "abc"])] == [("P", "c")]


def test_what_is_spread_is_written_each_for_itself_whatever_is_there(table):
    fill(table, row("000", 7), row("gone"))
    table.spread([row(f"{i:03d}", 1) for i in range(60)], [("P", "gone"), ("P", "never there")])
    found = table.read([("P", f"{i:03d}") for i in range(60)] + [("P", "gone")])
    assert {key[1]: each.v for key, each in found.items()} == {f"{i:03d}": 1 for i in range(60)}
    table.spread([], [])


def test_a_store_spreads_the_last_of_what_lies_at_one_place(store):
    first, last = (msgspec.structs.replace(sample(Unindexed), version=v) for v in (1, 2))
    store.spread(Put(first, None), Put(last, None), Drop(ref(Unindexed, "none", 1, "x", 1)))
    store.spread()
    assert store.one(ref(Unindexed, last.tree, last.at, last.place, last.n)) == last


def test_positions_count_the_puts_first_whatever_is_dropped(table):
    fill(table, row("a"))
    with pytest.raises(Clash) as clash:
        table.write([(row("b"), 0), (row("a"), 0)], [("P", "x"), ("P", "y"), ("P", "z")])
    assert clash.value.positions == (1,)


def test_a_transaction_takes_a_hundred_writes_and_no_more(table):
    table.write([(row(f"{i:03d}"), 0) for i in range(98)], [("P", "x"), ("P", "y")])
    assert len(table.query(everything(), True, 200, start=None)[0]) == 98
    with pytest.raises(AwsAway):
        table.write([(row(f"m{i:03d}"), 0) for i in range(101)], [])
    assert len(table.query(everything(), True, 200, start=None)[0]) == 98


def test_a_transaction_touches_nothing_twice(table):
    with pytest.raises(AwsAway):
        table.write([(row("a"), 0), (row("a", 2), None)], [])
    with pytest.raises(AwsAway):
        table.write([(row("a"), 0)], [("P", "a")])
    assert table.read([("P", "a")]) == {}


def test_a_drop_removes_and_forgives_what_is_not_there(table):
    fill(table, row("a", g1=("I", "1")))
    table.write([], [("P", "a")])
    table.write([], [("P", "a")])
    assert table.read([("P", "a")]) == {}
    assert table.query(everything("g1", "I"), True, 10, start=None) == ([], None)


# --- queries ------------------------------------------------------------------------------------------------------


def test_a_query_keeps_to_its_partition_and_its_bounds_both_included(table):
    fill(table, *(row(sk) for sk in "abcdef"), row("c", pk="Q"))
    found, _ = table.query(Range("", "P", "b", "d"), True, 10, start=None)
    assert [(each.pk, each.sk) for each in found] == [("P", "b"), ("P", "c"), ("P", "d")]
    found, _ = table.query(Range("", "P", "b", "d"), False, 2, start=None)
    assert [each.sk for each in found] == ["d", "c"]
    assert table.query(Range("", "P", "x", "z"), True, 10, start=None) == ([], None)
    assert table.query(Range("", "nowhere", "a", "z"), True, 10, start=None) == ([], None)


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7])
def test_pages_follow_each_other_without_loss_or_repeat(table, forward, limit):
    fill(table, *(row(sk) for sk in "fbdace"))
    found = list(itertools.chain(*pages(table, everything(), limit, forward)))
    assert found == sorted("fbdace", reverse=not forward)


def test_a_page_of_more_than_a_megabyte_is_whole_and_goes_on_where_it_ended(table):
    fill(table, *(row(f"{i:02d}", d=json.dumps(hard_to_deflate(i, 390_000))) for i in range(9)))
    assert pages(table, everything(), 5) in (
        [["00", "01", "02", "03", "04"], ["05", "06", "07", "08"]],
        [["00", "01", "02", "03", "04"], ["05", "06", "07", "08"], []],
    )


def hard_to_deflate(seed, length):
    return base64.b64encode(Random(seed).randbytes(length * 3 // 4)).decode()


LONG = json.dumps({"text": "Since this morning it has been answered with a 502, é. " * 40, "n": 1})


@pytest.mark.parametrize("document", [LONG, json.dumps(hard_to_deflate(1, 3_000)), '{"short":1}'])
def test_a_document_of_any_length_comes_back_whatever_reads_it(table, document):
    there = row("a", d=document, g1=("G", "1"))
    table.write([(there, 0)], [])
    table.write([(there, 1), (row("b", d=document), 0)], [])
    table.spread([row("c", d=document)], [])
    assert [table.read([("P", each)])[("P", each)].d for each in "abc"] == [document] * 3
    assert [each.d for each in table.query(everything(), True, 9, start=None)[0]] == [document] * 3
    assert [each.d for each in table.query(everything("g1", "G"), True, 9, start=None)[0]] == [document]
    assert {each.d for each in table.scan()} == {document}


@pytest.mark.parametrize(
    ("document", "small"), [(LONG, True), ('{"short":1}', False), (json.dumps(hard_to_deflate(1, 1_500)), False)]
)
def test_a_document_is_deflated_where_that_saves_a_write_unit_alone(account, document, small):
    account.create_table(**described())
    DynamoTable("parley-test", REGION).write([(row("a", d=document), 0)], [])
    item = account.get_item(TableName="parley-test", Key={"pk": {"S": "P"}, "sk": {"S": "a"}})["Item"]
    account.delete_table(TableName="parley-test")
    assert ("z" in item, "d" in item) == (small, not small)
    assert not small or len(item["z"]["B"]) < 300


@pytest.mark.parametrize("forward", [True, False])
def test_an_index_orders_by_its_own_key_and_pages_through_ties(table, forward):
    fill(
        table,
        *(row("a", pk=f"P{i}", g1=("I", f"{i // 3}")) for i in range(8)),
        row("a", pk="none"),
        row("a", pk="elsewhere", g1=("J", "0")),
        row("a", pk="other", g2=("I", "0")),
    )
    start, found = None, []
    while True:
        rows, start = table.query(everything("g1", "I"), forward, 2, start=start)
        found += [(each.g["g1"][1], each.pk) for each in rows]
        if start is None:
            break
    assert sorted(found) == [(f"{i // 3}", f"P{i}") for i in range(8)]
    assert [order for order, _ in found] == sorted((order for order, _ in found), reverse=not forward)


def test_a_row_leaves_the_index_that_its_next_version_does_not_name(table):
    fill(table, row("a", g1=("I", "1"), g3=("T#0", "1")))
    table.write([(row("a", 2, g1=("I", "2")), 1)], [])
    assert table.query(everything("g3", "T#0"), True, 10, start=None) == ([], None)
    assert [each.g for each in table.query(everything("g1", "I"), True, 10, start=None)[0]] == [{"g1": ("I", "2")}]


# --- counters -----------------------------------------------------------------------------------------------------


def test_a_counter_adds_up_and_is_its_own(table):
    assert [table.add(("COUNT#a", "A"), amount, 1_900_000_000) for amount in (1, 20, 3)] == [1, 21, 24]
    assert table.add(("COUNT#b", "A"), 5, 1_900_000_000) == 5


# --- the store over it --------------------------------------------------------------------------------------------


def sample(of, name="x"):
    """A value of a type with nothing left at its default."""
    origin, args = typing.get_origin(of), typing.get_args(of)
    if origin in (types.UnionType, typing.Union):
        return sample(next(each for each in args if each is not types.NoneType), name)
    if origin is typing.Literal:
        return args[-1]
    if origin is tuple:
        return (sample(args[0], name),) if args[-1] is ... else tuple(sample(each, name) for each in args)
    if origin is dict:
        return {sample(args[0], name): sample(args[1], name)}
    if of is typing.Any:
        return {"a": [1, None, 1.5, "é"]}
    if isinstance(of, type) and issubclass(of, msgspec.Struct):
        hints = typing.get_type_hints(of)
        return of(**{field.name: sample(hints[field.name], field.name) for field in msgspec.structs.fields(of)})
    return {str: f"{name}-é😀\n\u2028", int: sum(name.encode()), float: sum(name.encode()) / 8, bool: True}[of]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_record_comes_back_as_it_was(store, kind):
    record = sample(kind.type)
    place = ref(kind.type, *kind.ids(record))
    assert store.one(place) is None
    store.commit(new(record))
    assert store.one(place) == record
    store.commit(over(record.changed(), record))
    assert store.one(place) == record.changed()
    with pytest.raises(Clash):
        store.commit(new(record))
    store.commit(Drop(place))
    assert store.one(place) is None


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_record_is_read_off_the_stream(kind):
    row_ = to_row(sample(kind.type))
    image = {"pk": {"S": row_.pk}, "sk": {"S": row_.sk}, "t": {"S": row_.t}, "d": {"S": row_.d}, "v": {"N": "1"}}
    assert record_of_image(image) == sample(kind.type)
    small = {"B": base64.b64encode(deflated(row_.d)).decode()}
    assert record_of_image({**{name: image[name] for name in ("pk", "sk", "t")}, "z": small}) == sample(kind.type)
    assert record_of_image({**image, "t": {"S": "Unheard"}}) is None
    assert record_of_image({"pk": {"S": "COUNT#a"}, "c": {"N": "1"}}) is None
    assert record_of_image(None) is None


def test_no_two_kinds_share_a_key():
    keys = [kind.key(*kind.ids(sample(kind.type))) for kind in KINDS]
    assert len(set(keys)) == len(keys)


def test_ends_are_rounded_up_to_whole_seconds():
    assert to_row(msgspec.structs.replace(sample(Claim), expires_at=1_001)).expires == 2
    assert to_row(msgspec.structs.replace(sample(Claim), expires_at=2_000)).expires == 2


def test_many_keeps_the_order_and_repeats(store):
    seen = [Seen(version=1, person="usr_1", room=f"room_{i}", n=i, posts=0, notes=0) for i in range(3)]
    store.commit(*[new(each) for each in seen])
    refs = [ref(Seen, "usr_1", f"room_{i}") for i in (2, 0, 9, 2)]
    assert store.many(refs) == [seen[2], seen[0], None, seen[2]]
    assert store.many([]) == []


def room(id_="room_1", **fields):
    values = {
        "version": 1,
        "workspace": "wsp_1",
        "kind": "topic",
        "name": "R",
        "created_at": 60_000,
        "customer": "cus_1",
    }
    return Room(id=id_, **(values | fields))


def message(n, **fields):
    return msgspec.structs.replace(sample(Message), version=1, room="room_1", n=n, **({"internal": False} | fields))


def change(n, internal=False):
    return msgspec.structs.replace(sample(Change), version=1, room="room_1", n=n, internal=internal)


def delivery(n, **fields):
    values = {"version": 1, "bridge": "1.1", "room": "room_1", "n": n, "message": n, "state": "sent", "missed": False}
    return msgspec.structs.replace(sample(Delivery), **(values | fields))


def running(room_, due):
    clock = Running(kind="first", ask=1, since=1, due=due)
    return RoomClocks(version=1, room=room_, workspace="wsp_1", running=(clock,))


def rating(n, **fields):
    said = {"person": "usr_1", "name": "Ann", "outcome": "solved"}
    return Rating(version=1, room="room_8", n=n, workspace="wsp_1", **(said | fields))


def usage_row(kind, **fields):
    return msgspec.structs.replace(sample(kind), version=1, **({"customer": "cus_7"} | fields))


def clock(ask, **fields):
    return Clock(version=1, room="room_8", kind="first", ask=ask, workspace="wsp_1", since=1, **fields)


def day_figures(day, customer=""):
    return DayFigures(version=1, workspace="wsp_1", day=day, customer=customer)


def usage_day(day):
    return UsageDay(version=1, customer="cus_1", workspace="wsp_1", day=day, calls=1)


def actor(day, who="usr_1"):
    return UsageActor(version=1, customer="cus_1", workspace="wsp_1", day=day, kind="developer", who=who, ends=1)


def developer(who, began=0, workspace="wsp_1"):
    customer = workspace.replace("wsp", "cus")
    return Developer(version=1, customer=customer, workspace=workspace, who=who, key_made_at=began)


def waiting(block):
    return UsageWaiting(version=1, workspace="wsp_1", hash="h", block=block, since=1, ends=1)


def promise(due, **fields):
    return Promise(text="Soon", due=due, by="agt_1", made_at=1, **fields)


DUE_ROOM = next(id_ for id_ in map("room_due{}".format, range(99)) if time_shard(id_) == time_shard("9.2"))
BROADCAST = msgspec.structs.replace(sample(Broadcast), workspace="wsp_1", id="bct_1", created_at=5, due=0)
ISSUE = msgspec.structs.replace(
    sample(Issue),
    id="iss_1",
    workspace="wsp_1",
    state="open",
    created_at=5,
    rooms=0,
    arr=0.0,
    merged_into="",
    version=1,
)
NOTICE = msgspec.structs.replace(
    sample(Notice), id="ntc_1", issue="iss_1", workspace="wsp_1", state="draft", at=5, due=0, version=1
)
JOB = msgspec.structs.replace(
    sample(Job), id="job_1", workspace="wsp_1", created_at=5, next_at=800, state="running", version=1
)
SAME_SHARD = next(f"cus_{i}" for i in range(100) if time_shard(f"cus_{i}") == time_shard("job_1"))
PLACEMENT = msgspec.structs.replace(sample(Placement), customer=SAME_SHARD, next_at=900, version=1)

# What each listing is asked, and what it finds, in order, among all of the records below.
EVENT = Event(
    version=1, workspace="wsp_1", at=7 * 3_600_000 + 5, subject="room_7", n=3, type="room.labelled", body={"data": {}}
)
MISSED = delivery(5, room="room_7", bridge="7.9.s", install="ins_9", missed=True)
FOUND = {
    "agents": (("wsp_1",), [msgspec.structs.replace(sample(Agent), workspace="wsp_1", id=f"agt_{i}") for i in "12"]),
    "agents-by-mail": (
        ("ann@acorn.example",),
        [msgspec.structs.replace(sample(Agent), workspace="wsp_9", id="agt_9", email="Ann@acorn.example")],
    ),
    "view": (
        ("wsp_1", "unassigned"),
        [ViewRow(version=1, workspace="wsp_1", view="unassigned", since=at, room="room_1") for at in (9, 10, 100)],
    ),
    "turn": (
        ("wsp_1", "turn:vendor"),
        [
            RoomViews(version=1, workspace="wsp_1", room=f"room_turn{at}", views={"turn:vendor": at, "unassigned": 3})
            for at in (9, 10, 100)
        ],
    ),
    "alert-choices": (
        ("wsp_1",),
        [msgspec.structs.replace(sample(AlertChoices), workspace="wsp_1", agent=f"agt_{i}") for i in "12"],
    ),
    "browsers": (
        ("agt_1",),
        [msgspec.structs.replace(sample(Browser), agent="agt_1", id=f"brw_{i}") for i in "12"],
    ),
    "snippets": (
        ("wsp_1",),
        [msgspec.structs.replace(sample(Snippet), workspace="wsp_1", id=f"snp_{i}") for i in "12"],
    ),
    "sources": (
        ("wsp_1",),
        [msgspec.structs.replace(sample(Source), workspace="wsp_1", id=f"src_{i}") for i in "12"],
    ),
    "set-aside": (
        ("wsp_1", "src_1"),
        [msgspec.structs.replace(sample(SetAside), workspace="wsp_1", source="src_1", id=f"asd_{i}") for i in "12"],
    ),
    "dead-letters": (
        ("wsp_1",),
        [msgspec.structs.replace(sample(DeadLetter), workspace="wsp_1", id=f"ltr_{i}") for i in "12"],
    ),
    "erasures": (
        ("wsp_1",),
        [msgspec.structs.replace(sample(Erasure), workspace="wsp_1", id=f"ers_{i}") for i in "12"],
    ),
    "exports": (
        ("wsp_1",),
        [msgspec.structs.replace(sample(Export), workspace="wsp_1", id=f"exp_{i}") for i in "12"],
    ),
    "holds": (
        ("wsp_1",),
        [msgspec.structs.replace(sample(Hold), workspace="wsp_1", id=f"hol_{i}") for i in "12"],
    ),
    "held-back": (
        ("wsp_1",),
        [msgspec.structs.replace(sample(HeldBack), workspace="wsp_1", id=f"hld_{i}") for i in "12"],
    ),
    "ignored": (
        ("ins_1",),
        [msgspec.structs.replace(sample(Unheard), install="ins_1", id=id_, at=at) for id_, at in (("b", 9), ("a", 10))],
    ),
    "unindexed": (
        ("wsp_1",),
        [msgspec.structs.replace(sample(Unindexed), tree="wsp_1", at=at) for at in (9, 10, 100)],
    ),
    "audit": (("wsp_1",), [msgspec.structs.replace(sample(Audit), workspace="wsp_1", at=at) for at in (9, 10, 100)]),
    "provider-sessions": (
        ("wsp_1", "agt_1"),
        [
            msgspec.structs.replace(sample(Session), workspace="wsp_1", agent="agt_1", way="oidc", id=f"ses_{i}")
            for i in "12"
        ],
    ),
    "keys": (("wsp_1",), [msgspec.structs.replace(sample(ApiKey), workspace="wsp_1", created_at=5)]),
    "agent-keys": (
        ("cus_1", "usr_1"),
        [
            msgspec.structs.replace(sample(AgentKey), id=id_, customer="cus_1", user="usr_1", revoked_at=0)
            for id_ in ("akey_1", "akey_2")
        ],
    ),
    "installs": (("wsp_1",), [msgspec.structs.replace(sample(Install), workspace="wsp_1", created_at=5)]),
    "customers": (
        ("wsp_4",),
        [
            msgspec.structs.replace(sample(Customer), workspace="wsp_4", id=id_, name=name)
            for id_, name in [("cus_41", "cedar"), ("cus_42", "acorn"), ("cus_43", "Beech")]
        ],
    ),
    "customers-by-name": (
        ("wsp_1",),
        [
            msgspec.structs.replace(sample(Customer), workspace="wsp_1", id=id_, name=name)
            for id_, name in [("cus_2", "acorn"), ("cus_1", "Beech"), ("cus_3", "cedar")]
        ],
    ),
    "customers-named": (
        ("wsp_3", "acorn"),
        [msgspec.structs.replace(sample(Customer), workspace="wsp_3", id="cus_9", name="Acorn")],
    ),
    "users": (("cus_1",), [msgspec.structs.replace(sample(User), customer="cus_1", id=f"usr_{i}") for i in "12"]),
    "users-named": (
        ("wsp_9", "ann"),
        [
            msgspec.structs.replace(
                sample(User), workspace="wsp_9", customer=f"cus_{i}", id=f"usr_{i}", external_id="ann"
            )
            for i in "34"
        ],
    ),
    "rooms": (
        ("wsp_1", "open"),
        [
            room("room_2", kind="visitor", customer="", last_message_at=120_000),
            room("room_21", customer="cus_21", last_message_at=60_000),
        ],
    ),
    "unsaid-rooms": (("wsp_1", "open"), [room()]),
    "snoozed-rooms": (("wsp_1",), [room("room_22", customer="cus_22", last_message_at=60_000, snoozed_until=70_000)]),
    "visitor-rooms": (("vis_9",), [room("room_23", workspace="wsp_9", kind="visitor", customer="", visitor="vis_9")]),
    "visitors-by-mail": (
        ("wsp_9", "ann@acme.example"),
        [Visitor(version=1, id="vis_8", workspace="wsp_9", created_at=1, email="Ann@Acme.example")],
    ),
    "visitors": (
        ("wsp_8",),
        [
            Visitor(version=1, id="vis_3", workspace="wsp_8", created_at=5),
            Visitor(version=1, id="vis_2", workspace="wsp_8", created_at=1, heard_at=6),
        ],
    ),
    "originals": (
        ("wsp_8",),
        [
            msgspec.structs.replace(
                sample(Message),
                workspace="wsp_8",
                room="room_88",
                n=n,
                internal=False,
                created_at=n,
                source=CameFrom(channel="email", original=True),
                originals_gone=0,
            )
            for n in (1, 2)
        ],
    ),
    "under-customer": (
        ("cus_77",),
        [
            User(version=1, id=f"usr_{n}", workspace="w", customer="cus_77", external_id=n, name=n, created_at=1)
            for n in "12"
        ],
    ),
    "under-usage": (("cus_77",), [msgspec.structs.replace(sample(Developer), customer="cus_77")]),
    "under-room": (
        ("room_77",),
        [msgspec.structs.replace(sample(kind), room="room_77") for kind in (Change, Message)],
    ),
    "sent-of-room": (("room_77",), [msgspec.structs.replace(sample(Delivery), bridge="77.1", room="room_77")]),
    "customer-rooms": (("cus_1", "resolved"), [room("room_3", state="resolved")]),
    "clocks": (("wsp_1",), [running("room_31", 800), running("room_32", 900), running("room_30", 0)]),
    "ratings": (("wsp_1",), [rating(5, asked_at=400), rating(4, asked_at=500)]),
    "proposals": (
        ("room_8",),
        [msgspec.structs.replace(sample(Proposal), version=1, room="room_8", id=f"prp_{i}") for i in "12"],
    ),
    "proposal-figures": (
        ("wsp_1",),
        [
            msgspec.structs.replace(sample(ProposalFigures), version=1, workspace="wsp_1", day=f"2026-01-0{day}")
            for day in (1, 2)
        ],
    ),
    "signals": (
        ("wsp_7",),
        [usage_row(Signal, id=f"sig_7{at}", customer="cus_71", workspace="wsp_7", at=at) for at in (3, 20)],
    ),
    "customer-signals": (("cus_7",), [usage_row(Signal, id=f"sig_{at}", at=at) for at in (4, 30)]),
    "reasons": (("cus_7",), [usage_row(Reason, id=f"rsn_{i}") for i in "12"]),
    "questions": (("cus_7",), [usage_row(Question, at=at) for at in (5, 30)]),
    "pains": (("wsp_1",), [Pains(version=1, workspace="wsp_1", week=f"2026-11-{day}", at=1) for day in (16, 23)]),
    "ended-clocks": (("wsp_1",), [clock(7, ended=400), clock(6, ended=500)]),
    "figures": (("wsp_1", ""), [day_figures("2026-01-01"), day_figures("2026-01-02")]),
    "day-figures": (("wsp_1", "2026-01-03"), [day_figures("2026-01-03", "cus_1"), day_figures("2026-01-03", "cus_2")]),
    "usage-days": (("cus_1",), [usage_day("2026-01-01"), usage_day("2026-01-02")]),
    "usage-actors": (("cus_1",), [actor("2026-01-01"), actor("2026-01-01", "usr_2"), actor("2026-01-02")]),
    "developers": (
        ("cus_1",),
        [developer(f"usr_{i}") for i in "12"],
    ),
    "developers-begun": (
        ("wsp_8",),
        [developer(f"usr_{at}", at, workspace="wsp_8") for at in (7, 30)],
    ),
    "usage-waiting": (("wsp_1", "h"), [waiting(3), waiting(20)]),
    "folded-days": (("wsp_1",), [FoldedDay(version=1, workspace="wsp_1", day=f"2026-01-0{i}") for i in "12"]),
    "room-clocks": (("room_8",), [clock(6, ended=500), clock(7, ended=400), clock(8)]),
    "posts": (("room_1",), [message(2), message(10)]),
    "notes": (("room_1",), [message(3, internal=True)]),
    "changes": (("room_1",), [change(4), change(11)]),
    "note-changes": (("room_1",), [change(5, internal=True)]),
    "forks": (("room_1",), [msgspec.structs.replace(sample(Fork), room="room_1", into="room_2")]),
    "bridges": (("room_1",), [msgspec.structs.replace(sample(Bridge), room="room_1", install="ins_1")]),
    "correspondents": (
        ("room_1",),
        [
            msgspec.structs.replace(sample(Correspondent), room="room_1", install="ins_1", person=f"usr_{i}")
            for i in "12"
        ],
    ),
    "mailboxes": (
        ("wsp_1", "ann@acme.example"),
        [
            msgspec.structs.replace(sample(Mailbox), workspace="wsp_1", address="ann@acme.example", customer=f"cus_{i}")
            for i in "12"
        ],
    ),
    "files": (
        ("usr_1",),
        [
            msgspec.structs.replace(sample(Attachment), version=1, id=f"att_{at}", by="usr_1", created_at=at)
            for at in (7, 30)
        ],
    ),
    "suppressions": (
        ("wsp_1",),
        [msgspec.structs.replace(sample(Suppression), workspace="wsp_1", address=f"{i}@acme.example") for i in "ab"],
    ),
    "subscribers": (("cus_1",), [msgspec.structs.replace(sample(Subscription), place="cus_1", connection="c=")]),
    "subscriptions": (("c=",), [msgspec.structs.replace(sample(Subscription), place="cus_1", connection="c=")]),
    "connections": (("usr_1",), [msgspec.structs.replace(sample(Connection), id="c1", person="usr_1")]),
    "customer-connections": (("cus_1",), [msgspec.structs.replace(sample(Connection), id="c2", customer="cus_1")]),
    "seen": (("usr_1",), [Seen(version=1, person="usr_1", room="room_1", n=1, posts=1, notes=0)]),
    "attributes": (
        ("wsp_1",),
        [msgspec.structs.replace(sample(AttributeType), workspace="wsp_1", name=name) for name in ("arr", "plan")],
    ),
    "jobs": (("wsp_1",), [JOB, msgspec.structs.replace(JOB, id="job_2", created_at=9, state="done")]),
    "flaws": (("job_1",), [msgspec.structs.replace(sample(Flaw), job="job_1", line=line) for line in (2, 10)]),
    "segments": (("wsp_1",), [msgspec.structs.replace(sample(Segment), workspace="wsp_1", id="seg_1", state="active")]),
    "segment-members": (
        ("seg_1",),
        [msgspec.structs.replace(sample(Member), segment="seg_1", customer=f"cus_{i}") for i in "12"],
    ),
    "open-rooms": (
        ("cus_1",),
        [msgspec.structs.replace(sample(OpenRoom), customer="cus_1", room=f"room_{i}") for i in "12"],
    ),
    "due-work": ((time_shard("job_1")[2:],), [JOB, PLACEMENT]),
    "issues-age": (
        ("wsp_1", "open"),
        [ISSUE, msgspec.structs.replace(ISSUE, id="iss_2", created_at=9, rooms=1, arr=2)],
    ),
    "issues-rooms": (
        ("wsp_1", "done"),
        [
            msgspec.structs.replace(ISSUE, id=f"iss_{i}", state="done", rooms=rooms, arr=9 - rooms)
            for i, rooms in [(3, 1), (4, 2)]
        ],
    ),
    "issues-arr": (
        ("wsp_1", "declined"),
        [
            msgspec.structs.replace(ISSUE, id=f"iss_{i}", state="declined", arr=arr, rooms=9 - i)
            for i, arr in [(5, -4.0), (6, 0.5), (7, 9.25)]
        ],
    ),
    "ties": (
        ("iss_1",),
        [
            msgspec.structs.replace(sample(IssueTie), version=1, issue="iss_1", room=f"room_{i}", at=int(i) * 1000)
            for i in "789"
        ],
    ),
    "room-issues": (
        ("room_6",),
        [
            msgspec.structs.replace(sample(IssueTie), version=1, issue=f"iss_{i}", room="room_6", at=at)
            for i, at in [("9", 10), ("8", 200)]
        ],
    ),
    "behind": (
        ("iss_1",),
        [msgspec.structs.replace(sample(IssueCustomer), version=1, issue="iss_1", customer=f"cus_{i}") for i in "78"],
    ),
    "customer-issues": (
        ("cus_6",),
        [msgspec.structs.replace(sample(IssueCustomer), version=1, issue=f"iss_{i}", customer="cus_6") for i in "89"],
    ),
    "tickets": (
        ("iss_1",),
        [msgspec.structs.replace(sample(Ticket), version=1, issue="iss_1", install=f"ins_{i}", due=0) for i in "12"],
    ),
    "install-tickets": (
        ("ins_8",),
        [
            msgspec.structs.replace(sample(TicketOwner), version=1, install="ins_8", ticket=ticket)
            for ticket in ("T-1", "T-2")
        ],
    ),
    "comments": (
        ("iss_1",),
        [msgspec.structs.replace(sample(Comment), version=1, issue="iss_1", install="ins_1", id=i) for i in "12"],
    ),
    "comment": (
        ("ins_1", "c1"),
        [
            msgspec.structs.replace(sample(Comment), version=1, issue=issue, install="ins_1", id="c1")
            for issue in ("iss_8", "iss_9")
        ],
    ),
    "owed": (
        ("iss_1",),
        [
            msgspec.structs.replace(sample(PendingComment), version=1, issue="iss_1", install="ins_1", id=i)
            for i in "12"
        ],
    ),
    "history": (
        ("iss_1",),
        [msgspec.structs.replace(sample(History), version=1, issue="iss_1", at=at) for at in (9, 10, 100)],
    ),
    "notices": (("wsp_1", "draft"), [NOTICE, msgspec.structs.replace(NOTICE, id="ntc_2", at=9, issue="iss_9")]),
    "issue-notices": (
        ("iss_1",),
        [NOTICE, msgspec.structs.replace(NOTICE, id="ntc_3", at=11, state="sent", workspace="wsp_3")],
    ),
    "told": (
        ("iss_1",),
        [msgspec.structs.replace(sample(NoticeReceipt), version=1, issue="iss_1", room=f"room_{i}") for i in "12"],
    ),
    "due-sync": (
        (time_shard("ins_9")[2:],),
        [msgspec.structs.replace(sample(Tracking), version=1, install="ins_9", due=900)],
    ),
    "broadcasts": (("wsp_1",), [BROADCAST, msgspec.structs.replace(BROADCAST, id="bct_2", created_at=9)]),
    "tallies": (("bct_1",), [Tally(version=1, broadcast="bct_1", number=n) for n in (0, 2, 10)]),
    "pieces": (("bct_1",), [Piece(version=1, broadcast="bct_1", number=n, targets=()) for n in (0, 2, 10)]),
    "results": (
        ("bct_1", "2"),
        [Result(version=1, broadcast="bct_1", piece=2, room=f"room_{i}", customer="cus_1") for i in "12"],
    ),
    "deliveries": (("room_1",), [delivery(2), delivery(10), delivery(12, message=10), delivery(21)]),
    "failed-deliveries": (
        ("wsp_7",),
        [delivery(5, room="room_7", bridge="7.1", workspace="wsp_7", state="failed", last_at=at) for at in (9, 10)][1:],
    ),
    "missed": (("ins_9",), [MISSED, delivery(6, room="room_8", bridge="8.9.s", install="ins_9", missed=True)]),
    "missed-of-bridge": (("ins_9", "room_7", "s"), [MISSED]),
    "owing": (
        (time_shard("room_9")[2:],),
        [Owing(version=1, at=at, room="room_9", n=n) for at, n in ((700, 3), (900, 2))],
    ),
    "events": (("wsp_1", "7"), [EVENT]),
    "due": (
        (time_shard("9.2")[2:],),
        [
            room(DUE_ROOM, workspace="wsp_2", customer="", promise=promise(800)),
            delivery(3, room="room_9", bridge="9.2", state="queued", next_at=900),
        ],
    ),
}
# Beside them: what no listing above may find.
BESIDE = [
    room("room_4", kind="internal", state="resolved"),
    room("room_5", workspace="wsp_2", customer="cus_2"),
    room("room_late", workspace="wsp_2", customer="cus_2", promise=promise(800, overdue=True)),
    delivery(4, room="room_9", bridge="9.2", state="queued", next_at=1_000),
    msgspec.structs.replace(message(2), room="room_8"),
]


@pytest.fixture
def full(store):
    records = {to_row(each).key: each for _, found in FOUND.values() for each in found}
    for record in [*records.values(), *BESIDE]:
        store.commit(new(record))
    return store


def test_every_listing_has_its_case():
    assert set(FOUND) == set(LISTINGS)


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("limit", every(2, [2, 1, 100]))
def test_a_listing_finds_all_of_its_own_and_nothing_else(full, limit, newest_first):
    for name, (args, wanted) in FOUND.items():
        listing = Listing(
            name, args, before=1_000 if name.startswith(("due", "owing")) else None, newest_first=newest_first
        )
        cursor, found = None, []
        while True:
            page = full.page(listing, limit, cursor)
            found += page.items
            cursor = page.next
            if cursor is None:
                break
        assert found == (wanted[::-1] if newest_first else wanted), name


@pytest.mark.parametrize(
    ("after", "before", "wanted"),
    [
        (None, None, [2, 10]),
        (0, None, [2, 10]),
        (2, None, [10]),
        (1, 10, [2]),
        (None, 10, [2]),
        (None, 11, [2, 10]),
        (2, 10, []),
        (10, None, []),
        (10, 3, []),
        (5, 5, []),
        (None, 0, []),
        (10**12 - 1, None, []),
        (None, 10**12 - 1, [2, 10]),
    ],
)
def test_bounds_exclude_and_may_leave_nothing(full, after, before, wanted):
    assert [each.n for each in full.page(Listing("posts", ("room_1",), after, before), 100).items] == wanted


def test_a_cursor_is_good_for_its_own_list_alone(full):
    cursor = full.page(Listing("posts", ("room_1",)), 1).next
    assert full.page(Listing("posts", ("room_1",)), 1, cursor).items == [message(10)]
    for name, args in [
        ("posts", ("room_8",)),
        ("notes", ("room_1",)),
        ("changes", ("room_1",)),
        ("rooms", ("wsp_1", "open")),
    ]:
        with pytest.raises(Malformed) as refused:
            full.page(Listing(name, args), 1, cursor)
        assert refused.value.field == "cursor"
    of_rooms = full.page(Listing("rooms", ("wsp_1", "open")), 1).next
    for name, args in [("rooms", ("wsp_2", "open")), ("rooms", ("wsp_1", "resolved")), ("customers", ("wsp_1",))]:
        with pytest.raises(Malformed):
            full.page(Listing(name, args), 1, of_rooms)


def told(**start):
    return base64.urlsafe_b64encode(json.dumps(start).encode()).decode().rstrip("=")


TAMPERED = {
    "empty object": told(),
    "no base64": "%%%",
    "no ascii": "é",
    "no json": base64.urlsafe_b64encode(b"hello").decode(),
    "a list": base64.urlsafe_b64encode(b"[]").decode(),
    "no text inside": told(pk=1, sk=2),
    "no utf-8": base64.urlsafe_b64encode(b'{"pk":"\xff"}').decode(),
    "too little": told(pk="R#room_1"),
    "too much": told(pk="R#room_1", sk="M#000000000002", g1pk="a", g1sk="b"),
    "outside the bounds": told(pk="R#room_1", sk="N#000000000003"),
    "surrogate": base64.urlsafe_b64encode(b'{"pk":"R#room_1","sk":"M#\\ud800"}').decode(),
    "long key": told(pk="R#room_1", sk="M#" + "0" * 1100),
}


@pytest.mark.parametrize("cursor", TAMPERED.values(), ids=TAMPERED)
def test_a_tampered_cursor_is_malformed(full, cursor):
    with pytest.raises(Malformed) as refused:
        full.page(Listing("posts", ("room_1",)), 10, cursor)
    assert refused.value.field == "cursor"


@pytest.mark.parametrize(
    "start",
    [
        {"pk": "", "sk": "A"},
        {"pk": "R#room_1", "sk": ""},
        {"pk": "R#" + "x" * 2100, "sk": "A"},
        {"pk": "R#room_1", "sk": "x" * 1100},
    ],
    ids=["empty pk", "empty sk", "long pk", "long sk"],
)
def test_a_tampered_cursor_of_an_index_is_malformed(full, start):
    cursor = told(g1pk="W#wsp_1#ROOMS#open", g1sk="00000000060000#room_1", **start)
    with pytest.raises(Malformed):
        full.page(Listing("rooms", ("wsp_1", "open")), 10, cursor)


@pytest.mark.parametrize("id_", ["x" * 5_000, "é" * 1_100, "\ud800", "\x00", "a/b", "#", " "])
def test_what_no_key_can_hold_is_not_there(store, id_):
    assert store.one(ref(Room, id_)) is None
    assert store.many([ref(Agent, "wsp_1", id_), ref(Room, "room_1"), ref(User, id_, id_)]) == [None, None, None]
    assert store.page(Listing("posts", (id_,)), 10).items == []
    assert store.page(Listing("customers", (id_,)), 10).items == []


def test_a_put_whatever_is_there(store):
    for n in (5, 3):
        store.commit(Put(Seen(version=n, person="usr_1", room="room_1", n=n, posts=n, notes=0), None))
    assert store.one(ref(Seen, "usr_1", "room_1")).n == 3
