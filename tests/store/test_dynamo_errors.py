"""What DynamoDB's own errors become: a Clash is decided again, all else is AWS being away."""

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from pynamodb.exceptions import CancellationReason, PutError, QueryError, TransactWriteError, VerboseClientError

from chalicelib.desk.errors import Clash
from chalicelib.ports import AwsAway, Throttled
from chalicelib.store import dynamo
from chalicelib.store.dynamo import DynamoTable, Item
from chalicelib.store.keys import Range
from chalicelib.store.rows import Row

ROW = Row("P", "a", 1, "T", "{}")


def cause(code):
    return ClientError({"Error": {"Code": code, "Message": "-"}}, "Write")


def cancelled(codes):
    fields = {"Error": {"Code": "TransactionCanceledException", "Message": "-"}}
    reasons = [None if code == "None" else CancellationReason(code=code) for code in codes]
    return VerboseClientError(fields, "TransactWriteItems", cancellation_reasons=reasons)


@pytest.fixture
def table(monkeypatch):
    return DynamoTable("parley-test", "eu-central-1")


@pytest.mark.parametrize("code", ["ConditionalCheckFailedException", "TransactionConflictException"])
def test_a_single_write_that_meets_another_clashes(monkeypatch, table, code):
    def save(*_, **__):
        raise PutError("no", cause(code))

    monkeypatch.setattr(Item, "save", save)
    with pytest.raises(Clash) as clash:
        table.write([(ROW, 0)], [])
    assert clash.value.positions == (0,)


@pytest.mark.parametrize(
    "error",
    [
        PutError("no", cause("ProvisionedThroughputExceededException")),
        PutError("no", ReadTimeoutError(endpoint_url="")),
    ],
)
def test_a_single_write_that_fails_otherwise_is_away(monkeypatch, table, error):
    def save(*_, **__):
        raise error

    monkeypatch.setattr(Item, "save", save)
    with pytest.raises(AwsAway, match="write"):
        table.write([(ROW, 0)], [])


@pytest.mark.parametrize(
    ("codes", "puts", "drops", "positions"),
    [
        (["None", "ConditionalCheckFailed"], 2, 0, (1,)),
        (["TransactionConflict", "None"], 2, 0, (0,)),
        (["None", "ConditionalCheckFailed", "None"], 2, 1, (0,)),
        (["TransactionConflict", "None", "None"], 2, 1, (2,)),
    ],
)
def test_a_transaction_that_meets_another_names_the_places(codes, puts, drops, positions):
    error = TransactWriteError("no", cancelled(codes))
    clash = dynamo._clash(error, puts, drops)
    assert isinstance(clash, Clash)
    assert clash.positions == positions


@pytest.mark.parametrize(
    "codes", [["ConditionalCheckFailed", "ThrottlingError"], ["None", "ItemCollectionSizeLimitExceeded"], []]
)
def test_a_transaction_that_fails_otherwise_is_away(codes):
    error = TransactWriteError("no", cancelled(codes))
    assert isinstance(dynamo._clash(error, 2, 0), AwsAway)


def test_a_query_that_fails_is_away(monkeypatch, table):
    def query(*_, **__):
        raise QueryError("no", cause("InternalServerError"))

    monkeypatch.setattr(dynamo.Item._get_connection().__class__, "query", query)
    with pytest.raises(AwsAway, match="query: InternalServerError"):
        table.query(Range("", "P", "a", "b"), True, 1, start=None)


@pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException"])
def test_a_partition_that_takes_no_more_is_throttled(monkeypatch, table, code):
    def save(*_, **__):
        raise PutError("no", cause(code))

    monkeypatch.setattr(Item, "save", save)
    with pytest.raises(Throttled):
        table.write([(ROW, 0)], [])


@pytest.mark.parametrize("codes", [["ThrottlingError", "None"], ["ConditionalCheckFailed", "ThrottlingError"]])
def test_a_transaction_over_a_hot_partition_is_throttled(codes):
    error = dynamo._clash(TransactWriteError("no", cancelled(codes)), 2, 0)
    assert isinstance(error, Throttled)
