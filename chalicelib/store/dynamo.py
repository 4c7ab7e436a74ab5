"""The table in DynamoDB, through PynamoDB: one root model, so one client. The only file that knows PynamoDB.

Limits are set for an API under API Gateway's 29 s: 2 s to connect, 5 s to read, four tries.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DeleteError, PutError, PynamoDBException, TransactWriteError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from ..desk.errors import Clash
from ..patience import CONNECT_S, READ_S, TRIES
from ..ports import AwsAway, Throttled
from .keys import Key, Range
from .rows import Row, inflated, packed

CLASHES = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
THROTTLES = frozenset({"Throttling", "ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded"})


class G1(GlobalSecondaryIndex["Item"]):
    """What is listed by its workspace or its person."""

    class Meta:
        index_name = "gsi1"
        projection = AllProjection()

    g1pk = UnicodeAttribute(hash_key=True)
    g1sk = UnicodeAttribute(range_key=True)


class G2(GlobalSecondaryIndex["Item"]):
    """What is listed by its customer, room or issue."""

    class Meta:
        index_name = "gsi2"
        projection = AllProjection()

    g2pk = UnicodeAttribute(hash_key=True)
    g2sk = UnicodeAttribute(range_key=True)


class G3(GlobalSecondaryIndex["Item"]):
    """What is due, by time; issues by what they are worth."""

    class Meta:
        index_name = "gsi3"
        projection = AllProjection()

    g3pk = UnicodeAttribute(hash_key=True)
    g3sk = UnicodeAttribute(range_key=True)


class Item(Model):
    """The one root model: keys, version, type, document (as text, or deflated), counter, end."""

    class Meta:
        table_name = "set by DynamoTable"
        connect_timeout_seconds = CONNECT_S
        read_timeout_seconds = READ_S
        max_retry_attempts = TRIES - 1

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    v = NumberAttribute(null=True)
    t = UnicodeAttribute(null=True)
    d = UnicodeAttribute(null=True)
    z = BinaryAttribute(null=True, legacy_encoding=False)
    c = NumberAttribute(null=True)
    g1pk = UnicodeAttribute(null=True)
    g1sk = UnicodeAttribute(null=True)
    g2pk = UnicodeAttribute(null=True)
    g2sk = UnicodeAttribute(null=True)
    g3pk = UnicodeAttribute(null=True)
    g3sk = UnicodeAttribute(null=True)
    expires = NumberAttribute(null=True)

    g1 = G1()
    g2 = G2()
    g3 = G3()


def _code(error: PynamoDBException) -> str:
    """DynamoDB's own word for it, or the name of what cut the connection (whose `response` is None, which PynamoDB's
    `cause_response_code` stumbles over)."""
    response = getattr(error.cause, "response", None) or {}
    return str(response.get("Error", {}).get("Code") or type(error.cause or error).__name__)


def row_of(item: Item) -> Row:
    """A row as PynamoDB read it."""
    found = {
        name: (getattr(item, f"{name}pk"), getattr(item, f"{name}sk"))
        for name in ("g1", "g2", "g3")
        if getattr(item, f"{name}pk") is not None
    }
    document = inflated(item.z) if item.d is None else item.d
    return Row(item.pk, item.sk, int(item.v), item.t, document, found, int(item.expires or 0))


class DynamoTable:
    """store.Table on DynamoDB."""

    def __init__(self, name: str, region: str, session: Any = None) -> None:
        Item.Meta.table_name = name
        Item.Meta.region = region  # type: ignore[attr-defined]
        if session:  # PynamoDB would make a second one, which costs a cold start
            Item._get_connection().connection._local.session = session

    def read(self, keys: Sequence[Key]) -> dict[Key, Row]:
        """GetItem for one, BatchGetItem for more."""
        try:
            if len(keys) == 1:
                try:
                    items = [Item.get(*keys[0], consistent_read=True)]
                except Item.DoesNotExist:
                    items = []
            else:
                items = list(Item.batch_get(list(keys), consistent_read=True))
        except PynamoDBException as error:
            raise _away("read", error) from error
        return {(item.pk, item.sk): row_of(item) for item in items}

    def write(
        self, puts: Sequence[tuple[Row, int | None]], drops: Sequence[Key], *, held: Mapping[Key, int] | None = None
    ) -> None:
        """A conditional put or delete for one, a transaction for more."""
        try:
            if len(puts) + len(drops) == 1:
                _write_one(puts, drops, held or {})
            else:
                _write_all(puts, drops, held or {})
        except (PutError, DeleteError) as error:
            if _code(error).removesuffix("Exception") in CLASHES:
                raise Clash((0,)) from None
            raise _away("write", error) from error
        except TransactWriteError as error:
            raise _clash(error, len(puts), len(drops)) from None
        except PynamoDBException as error:
            raise _away("write", error) from error

    def spread(self, puts: Sequence[Row], drops: Sequence[Key]) -> None:
        """BatchWriteItem, 25 to a call; what was not taken is sent again."""
        try:
            with Item.batch_write() as batch:
                for row in puts:
                    batch.save(_item(row))
                for key in drops:
                    batch.delete(Item(*key))
        except PynamoDBException as error:
            raise _away("spread", error) from error

    def query(
        self, span: Range, forward: bool, limit: int, *, start: dict[str, str] | None
    ) -> tuple[list[Row], dict[str, str] | None]:
        """Pages as DynamoDB gives them: at most `limit` rows or 1 MB."""
        source: Any = getattr(Item, span.index) if span.index else Item
        order = getattr(Item, f"{span.index}sk" if span.index else "sk")
        options: dict[str, Any] = {} if span.index else {"consistent_read": True}
        found = source.query(
            span.pk,
            order.between(span.low, span.high),
            limit=limit,
            page_size=limit,
            scan_index_forward=forward,
            last_evaluated_key={name: {"S": value} for name, value in start.items()} if start else None,
            **options,
        )
        try:
            rows = [row_of(item) for item in found]
        except PynamoDBException as error:
            raise _away("query", error) from error
        last = found.last_evaluated_key
        return rows, {name: value["S"] for name, value in last.items()} if last else None

    def size(self, span: Range) -> int:
        """Counted over there, page by page; half as dear as reading."""
        source: Any = getattr(Item, span.index) if span.index else Item
        order = getattr(Item, f"{span.index}sk" if span.index else "sk")
        try:
            return int(source.count(span.pk, order.between(span.low, span.high)))
        except PynamoDBException as error:
            raise _away("size", error) from error

    def scan(self) -> Iterator[Row]:
        """Every item that holds a record (counters do not)."""
        for item in Item.scan(consistent_read=True):
            if item.t:
                yield row_of(item)

    def add(self, key: Key, amount: int, expires: int) -> int:
        """One UpdateItem."""
        item = Item(*key)
        try:
            item.update(actions=[Item.c.add(amount), Item.expires.set(expires)])
        except PynamoDBException as error:
            raise _away("count", error) from error
        return int(item.c)


def _item(row: Row) -> Item:
    small = packed(row)
    document: dict[str, Any] = {"d": row.d} if small is None else {"z": small}
    item = Item(row.pk, row.sk, v=row.v, t=row.t, expires=row.expires or None, **document)
    for name, (pk, sk) in row.g.items():
        setattr(item, f"{name}pk", pk)
        setattr(item, f"{name}sk", sk)
    return item


def _condition(was: int | None) -> Any:
    if was is None:
        return None
    return Item.pk.does_not_exist() if was == 0 else Item.v == was


def _write_one(puts: Sequence[tuple[Row, int | None]], drops: Sequence[Key], held: Mapping[Key, int]) -> None:
    for row, was in puts:
        _item(row).save(condition=_condition(was), add_version_condition=False)
    for key in drops:
        Item(*key).delete(condition=_condition(held.get(key)), add_version_condition=False)


def _write_all(puts: Sequence[tuple[Row, int | None]], drops: Sequence[Key], held: Mapping[Key, int]) -> None:
    connection = Item._get_connection().connection  # the model's own client: a second one costs a cold start
    with TransactWrite(connection=connection) as transaction:
        for row, was in puts:
            transaction.save(_item(row), condition=_condition(was))
        for key in drops:
            transaction.delete(Item(*key), condition=_condition(held.get(key)))


def _away(what: str, error: PynamoDBException, reason: str = "") -> AwsAway:
    """That AWS did not do it; Throttled where the partition takes no more."""
    hot = _code(error).removesuffix("Exception") in THROTTLES
    return (Throttled if hot else AwsAway)(reason or f"{what}: {_code(error)}")


def _clash(error: TransactWriteError, puts: int, drops: int) -> Exception:
    codes = [reason.code if reason else "" for reason in error.cancellation_reasons]
    if len(codes) == puts + drops:  # PynamoDB sends the deletes first, whatever the order in which they were told
        codes = codes[drops:] + codes[:drops]
    positions = tuple(i for i, code in enumerate(codes) if code in CLASHES)
    if positions and all(code in CLASHES or not code or code == "None" for code in codes):
        return Clash(positions)
    reason = f"transaction: {_code(error)} {[code for code in codes if code]}"
    return Throttled(reason) if THROTTLES.intersection(codes) else _away("transaction", error, reason)
