"""What `make restore` and `make destroy` ask of AWS, in which order: a table by moto, the rest by twins that write down
what they are asked."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.desk.held_back import HeldBack
from chalicelib.desk.messages import Attached, Message
from chalicelib.flows.restore.lost_files import lost_files
from chalicelib.store.dynamo import DynamoTable
from chalicelib.store.store import TableStore
from infra import restore
from infra.destroy import Leaving
from infra.restore import Restored, Restoring, read_moment, say
from infra.venvs import NotPossible
from tests.conftest import in_memory
from tests.fakes import Parley
from tests.flows.broadcasts.test_broadcasting import Tenant

REGION = "eu-west-1"
KEYS = ("pk", "sk", "g1pk", "g1sk", "g2pk", "g2sk", "g3pk", "g3sk")
FUNCTIONS = {"ApiFunction": "f-api", "TickFunction": "f-tick"}


class Asked:
    """A client that writes down what it is asked, among what all of them were."""

    def __init__(self, service: str, log: list[tuple[str, Any]], real: Any = None) -> None:
        self.service, self.log, self.real = service, log, real

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.real, name, None)
        if name in ("exceptions", "meta", "get_paginator"):
            return found

        def call(**asked: Any) -> Any:
            self.log.append((name, asked))
            return found(**asked) if found else {}

        return call


class Stage:
    """A stack with a table by moto."""

    name, stage, endpoint = "parley-prod", "prod", None

    def __init__(self) -> None:
        self.session = boto3.Session("test", "test", region_name=REGION)
        self.log: list[tuple[str, Any]] = []
        self.state = "UPDATE_COMPLETE"
        self.known = {"GivenTable": "", "RestoredAt": "0"}
        real = self.session.client("dynamodb")
        self.s3 = self.session.client("s3")
        self.s3.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": REGION})
        self.made = {"dynamodb": Asked("dynamodb", self.log, real), "s3": self.s3}
        indexes = [
            {
                "IndexName": f"gsi{n}",
                "KeySchema": [
                    {"AttributeName": f"g{n}pk", "KeyType": "HASH"},
                    {"AttributeName": f"g{n}sk", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
            for n in (1, 2, 3)
        ]
        real.create_table(
            TableName="before",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in KEYS],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            GlobalSecondaryIndexes=indexes,
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        on = {"PointInTimeRecoveryEnabled": True}
        real.update_continuous_backups(TableName="before", PointInTimeRecoverySpecification=on)
        asked = real.describe_continuous_backups

        def history(**which: Any) -> Any:
            """Of 35 days: moto's begins when it is asked for."""
            found = asked(**which)
            recovery = found["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
            if recovery["PointInTimeRecoveryStatus"] == "ENABLED":
                recovery["EarliestRestorableDateTime"] = datetime.now(UTC) - timedelta(days=35)
                recovery["LatestRestorableDateTime"] = datetime.now(UTC)
            return found

        real.describe_continuous_backups = history
        self.given: dict[str, str] = {
            "TableName": "before",
            "FilesBucket": "files",
            "KeyArn": "arn:aws:kms:eu-west-1:1:key/k-1",
            **FUNCTIONS,
        }

    def client(self, service: str) -> Any:
        return self.made.setdefault(service, Asked(service, self.log))

    def outputs(self) -> dict[str, str]:
        return dict(self.given)

    def parameters(self) -> dict[str, str]:
        return dict(self.known)

    def status(self) -> str:
        return self.state

    def give(self, parameters: dict[str, str], pause: float) -> None:
        self.log.append(("give", parameters))
        self.given["TableName"] = parameters["GivenTable"]

    def asked(self, *names: str) -> list[Any]:
        return [asked for name, asked in self.log if name in names]

    def order(self, *names: str) -> list[str]:
        return list(dict.fromkeys(name for name, _ in self.log if name in names))


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setattr(restore, "DRAIN_S", -1)
    from chalicelib.aws import clients

    clients.client.cache_clear()
    with mock_aws():
        yield Stage()
    clients.client.cache_clear()


def said(text: str = "Hello") -> list[Any]:
    """The rows of a workspace in which an answer waits for its bridge."""
    with in_memory(Parley()) as parley:
        tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        config = {"url": "https://vendor.example/hook", "all_rooms": True}
        assert tenant.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config}).status == 201
        room = tenant.triage()
        assert tenant.api.post(f"/v1/rooms/{room}/messages", {"text": text}).status == 201
        parley.react_all()
        return list(parley.table.rows.values())


def fill(stage: Stage, rows: list[Any]) -> None:
    DynamoTable("before", REGION).spread(rows, [])


def recent() -> int:
    return (int(time.time()) - 1) * 1000


def restored(stage: Stage) -> Restored:
    return Restoring(stage, recent(), pause=0.01).run()


def test_all_is_made_right_before_the_first_request(stage: Stage) -> None:
    fill(stage, said())
    made = restored(stage)
    assert made.held == {"delivery": 1}
    steps = ("put_function_concurrency", "restore_table_to_point_in_time", "update_time_to_live")
    steps += ("update_continuous_backups", "give", "delete_function_concurrency")
    assert stage.order(*steps) == list(steps), "nothing runs before all is done, and nothing was written meanwhile"
    assert {each["FunctionName"] for each in stage.asked("put_function_concurrency")} == {"f-api", "f-tick"}
    assert {each["ReservedConcurrentExecutions"] for each in stage.asked("put_function_concurrency")} == {0}
    assert {each["FunctionName"] for each in stage.asked("delete_function_concurrency")} == {"f-api", "f-tick"}
    table = stage.client("dynamodb").real.describe_table(TableName=made.table)["Table"]
    assert table["DeletionProtectionEnabled"]
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    (given,) = stage.asked("give")
    assert (given["GivenTable"], given["GivenStream"]) == (made.table, table["LatestStreamLabel"])
    assert int(given["RestoredAt"]) > recent() - 60_000
    (asked,) = stage.asked("restore_table_to_point_in_time")
    assert (asked["SourceTableName"], asked["TargetTableName"]) == ("before", made.table)
    assert asked["RestoreDateTime"].tzinfo is UTC


def test_the_stream_begins_when_nothing_more_is_written_by_us(stage: Stage) -> None:
    """What was rebuilt and held back is no news: a stream that told of it would have it all derived again."""
    fill(stage, said())
    update = stage.client("dynamodb").real.update_table
    seen: list[int] = []

    def watching(**asked: Any) -> Any:
        if "StreamSpecification" in asked:
            store = TableStore(DynamoTable(asked["TableName"], REGION))
            seen.append(sum(isinstance(record, HeldBack) for record in store.everything()))
        return update(**asked)

    stage.client("dynamodb").real.update_table = watching
    restored(stage)
    assert seen == [1]


def test_who_was_interrupted_goes_on_with_the_table_that_was_begun(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(stage, said())
    to = recent()
    with monkeypatch.context() as patch:
        patch.setattr(Restoring, "_stream", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            Restoring(stage, to, pause=0.01).run()
    assert stage.asked("give", "delete_function_concurrency") == []
    made = Restoring(stage, to, pause=0.01).run()
    assert len(stage.asked("restore_table_to_point_in_time")) == 1
    assert made.held == {}, "all of it stands still already"
    assert len(stage.asked("give")) == 1
    twice = Restoring(stage, to, pause=0.01)
    assert twice._name() not in (made.table, "before"), "what the stack has is not restored over itself"


def refuse(stage: Stage, change: Callable[[Stage], Any], to: int, why: str) -> None:
    change(stage)
    with pytest.raises(NotPossible, match=why):
        Restoring(stage, to, pause=0.01).run()
    assert stage.asked("put_function_concurrency", "restore_table_to_point_in_time") == []


REFUSED: list[tuple[Callable[[Stage], Any], int, str]] = [
    (lambda stage: setattr(stage, "state", "UPDATE_IN_PROGRESS"), 0, "under way"),
    (lambda stage: stage.known.pop("GivenTable"), 0, "deploy this version first"),
    (lambda stage: None, 3_600_000, "yet to come"),
    (lambda stage: None, -40 * 86_400_000, "between"),
]


@pytest.mark.parametrize(("change", "after", "why"), REFUSED, ids=[why for _, _, why in REFUSED])
def test_what_cannot_work_is_said_before_anything_stands_still(
    stage: Stage, change: Callable[[Stage], Any], after: int, why: str
) -> None:
    refuse(stage, change, recent() + after, why)


def test_a_table_without_history_is_not_restored(stage: Stage) -> None:
    off = {"PointInTimeRecoveryEnabled": False}
    stage.client("dynamodb").real.update_continuous_backups(TableName="before", PointInTimeRecoverySpecification=off)
    refuse(stage, lambda _: None, recent(), "keeps no history")


@pytest.mark.parametrize("text", ["", "yesterday", "2026-12-04", "2026-12-04T17:30:00"])
def test_a_moment_has_a_day_a_time_and_a_zone(text: str) -> None:
    with pytest.raises(NotPossible, match="no moment"):
        read_moment(text)
    assert read_moment("2026-12-04T17:30:00Z") == read_moment("2026-12-04T18:30:00+01:00")


def test_files_that_are_shown_and_not_there_are_named_once(capsys: pytest.CaptureFixture[str]) -> None:
    files = tuple(Attached(id=f"att_{n}", name=f"{n}.txt", type="text/plain", size=1, secret="s") for n in (1, 2))
    messages = [
        Message(
            room="room_1", n=n, workspace="wsp_1", author=SimpleNamespace(), text="", created_at=1,  # type: ignore[arg-type]
            source=SimpleNamespace(), attachments=files,  # type: ignore[arg-type]
        )
        for n in (1, 2)
    ]  # fmt: skip
    found = list(lost_files(messages, {"files/wsp_1/att_1"}))
    assert [(each.id, each.room, each.name) for each in found] == [("att_2", "room_1", "2.txt")]
    say(Restored("before", "after", {"delivery": 3}, found), "prod")
    out = capsys.readouterr().out
    assert "lost: 2.txt (att_2) in room_1 of wsp_1" in out
    assert "3 things may have left already" in out


# --- destroy ----------------------------------------------------------------------------------------------------------


class Going:
    """A stack that can be taken away, and what outlives it."""

    name, stage, endpoint = "parley-prod", "prod", None

    def __init__(self) -> None:
        self.did: list[tuple[str, Any]] = []
        self.left = ""
        self.cloudformation = self

    def outputs(self) -> dict[str, str]:
        queues = {name: name for name in ("InboundQueueUrl", "DeliverQueueUrl", "BroadcastQueueUrl", "JobsQueueUrl")}
        queues |= {name: name for name in ("SyncQueueUrl", "MailQueueUrl")}
        return {"TableName": "t-1", "FilesBucket": "b-1", "KeyArn": "arn:aws:kms:eu-west-1:1:key/k-1", **queues}

    def client(self, service: str) -> "Going":
        return self

    def remove(self, pause: float) -> str:
        self.did.append(("remove", {}))
        return self.left

    def get_paginator(self, name: str) -> Any:
        objects = [{"Key": f"files/{n}", "Size": 2_000_000_000} for n in (1, 2)]
        kinds = ("AWS::Lambda::Function", "AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::DynamoDB::Table")
        pages = {
            "list_objects_v2": {"Contents": objects},
            "list_stack_resources": {"StackResourceSummaries": [{"ResourceType": kind} for kind in kinds]},
        }
        return SimpleNamespace(paginate=lambda **_: [pages[name]])

    def describe_table(self, **_: Any) -> Any:
        size = {"ItemCount": 12_000, "TableSizeBytes": 4_000_000_000}
        return {"Table": {"TableName": "t-1", "DeletionProtectionEnabled": True, **size}}

    def get_queue_attributes(self, QueueUrl: str, **_: Any) -> Any:  # noqa: N803
        waits = "3" if QueueUrl == "InboundQueueUrl" else "0"
        return {"Attributes": {"ApproximateNumberOfMessages": waits}}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**asked: Any) -> Any:
            self.did.append((name, asked))
            return {}

        return call


def test_it_is_shown_what_goes_what_is_lost_what_stays_and_what_that_costs() -> None:
    stack = Going()
    leaving = Leaving(stack, 0)
    goes = list(leaving.goes())
    assert goes[:2] == ["goes       2 AWS::Lambda::Function", "goes       1 AWS::SQS::Queue"]
    assert goes[2:] == ["LOST    3 messages that wait in InboundQueue"]
    assert [str(each) for each in leaving.stays()] == [
        "stays   table  t-1  12,000 rows, 4.00 GB, $1.80 a month",
        "stays   bucket b-1  2 files, 4.00 GB, $0.09 a month",
        "stays   key    k-1  which opens the secrets in the table, $1.00 a month",
    ]
    assert stack.did == []


@pytest.mark.parametrize("what", ["table", "bucket", "key"])
def test_nothing_goes_by_a_name_that_is_not_its_own(what: str) -> None:
    stack = Going()
    with pytest.raises(NotPossible, match=f"is not the {what}"):
        Leaving(stack, 0).go({"table": "t-1", "bucket": "b-1", "key": "k-1"} | {what: "other"})
    assert stack.did == []


def test_what_is_not_typed_stays() -> None:
    stack = Going()
    lines = Leaving(stack, 0).go({})
    assert [name for name, _ in stack.did] == ["remove"]
    assert [line.split()[:2] for line in lines] == [
        ["gone", "parley-prod"], ["stays", "table"], ["stays", "bucket"], ["stays", "key"],
    ]  # fmt: skip


def test_what_is_typed_goes_once_the_stack_has() -> None:
    stack = Going()
    Leaving(stack, 0).go({"table": "t-1", "bucket": "b-1", "key": "k-1"})
    names = [name for name, _ in stack.did]
    assert names[0] == "remove"
    asked = dict(stack.did)
    assert asked["delete_table"] == {"TableName": "t-1"}
    assert names.index("update_table") < names.index("delete_table"), "it refuses to be deleted until then"
    assert [each["Key"] for each in asked["delete_objects"]["Delete"]["Objects"]] == ["files/1", "files/2"]
    assert asked["delete_bucket"] == {"Bucket": "b-1"}
    assert asked["schedule_key_deletion"] == {"KeyId": "k-1", "PendingWindowInDays": 7}


def test_a_stack_that_does_not_go_takes_nothing_with_it() -> None:
    stack = Going()
    stack.left = "It should go, and something of it did not. (DELETE_FAILED)"
    with pytest.raises(NotPossible, match="DELETE_FAILED"):
        Leaving(stack, 0).go({"table": "t-1"})
    assert [name for name, _ in stack.did] == ["remove"]
