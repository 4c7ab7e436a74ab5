"""Many customers at once: a call of up to 1,000, or a CSV file. Both are jobs."""

from typing import Any

from msgspec import UNSET

from ...desk.customer_csv import MAX_FILE, OWN, Row, columns_of, rows_of, text_of
from ...desk.errors import Invalid, NotFound, Refusal, TooLarge
from ...desk.files import Attachment
from ...desk.strict_json import shaped
from ...flows.customers.declare_attribute import all_types
from ...flows.customers.start_job import import_customers
from ...flows.fence import missing, own
from ...ports import ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import imports as shapes
from ..shapes.answers import named_fields
from ..shapes.jobs import JobView, job_view


@route(
    "POST",
    "/v1/customers/bulk",
    who="agent",
    need="write",
    body=shapes.BulkCustomers,
    gives=JobView,
    status=202,
)
def bulk_customers(call: Call, body: shapes.BulkCustomers) -> Any:
    """Create or change up to 1,000 customers, in a job."""
    rows = [{"line": number, "customer": named_fields(each)} for number, each in enumerate(body.customers, 1)]
    return _job(call, rows, body.dry_run)


@route(
    "POST",
    "/v1/customers/import",
    who="agent",
    need="write",
    body=shapes.ImportCustomers,
    gives=JobView,
    status=202,
)
def import_csv(call: Call, body: shapes.ImportCustomers) -> Any:
    """Create or change the customers of a CSV file, in a job with a report per line."""
    text = _text(call, body)
    types = all_types(call.world, call.who.workspace)
    columns = columns_of(text, types)
    fresh = tuple(name for name in columns if name not in OWN and name not in types)
    return _job(call, [_shaped(row) for row in rows_of(text, columns, types)], body.dry_run, undeclared=fresh)


def _text(call: Call, body: shapes.ImportCustomers) -> str:
    if (body.csv is UNSET) is (body.attachment is UNSET):
        raise Invalid("either csv or attachment is needed", "csv")
    if isinstance(body.csv, str):
        return body.csv.removeprefix("\ufeff")
    place = ref(Attachment, str(body.attachment))
    file = own(call.world, call.who.workspace, place, field="attachment")
    if file.customer:
        raise missing(place, "attachment")
    if file.size > MAX_FILE:
        raise TooLarge(f"a CSV file is limited to {MAX_FILE} bytes", "attachment")
    try:
        return text_of(call.world.files.get(file.key))
    except NotFound:
        raise Invalid("the attachment was not uploaded", "attachment") from None


def _shaped(row: Row) -> Row:
    """The row, if it has a customer's shape; else what is wrong with it."""
    if "customer" not in row:
        return row
    try:
        shaped(row["customer"], shapes.BulkCustomer)
    except Refusal as wrong:
        return {"line": row["line"], "detail": wrong.detail, "field": wrong.field}
    return row


def _job(call: Call, rows: list[Row], dry_run: bool, *, undeclared: tuple[str, ...] = ()) -> Any:
    return call.answering(
        lambda once: import_customers(call.world, call.who, rows, dry_run=dry_run, once=once, undeclared=undeclared),
        job_view,
    )
