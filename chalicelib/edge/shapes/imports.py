"""What goes over the wire of customers in bulk: as JSON, or as CSV."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from .answers import Body, Contact, ExternalId, Language, OptOut, OwnCalendar, PersonName, TimeZone


class BulkCustomer(Body, frozen=True):
    """A customer to create or change: what is not named stays."""

    external_id: ExternalId
    name: PersonName | UnsetType = UNSET
    attributes: dict[str, Any] | UnsetType = UNSET
    domains: list[str] | UnsetType = UNSET
    state: Literal["active", "blocked", "gone"] | UnsetType = UNSET
    contact: Contact | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    timezone: TimeZone | UnsetType = UNSET
    calendar: OwnCalendar | UnsetType = UNSET
    opted_out: Annotated[list[OptOut], Meta(max_length=40)] | UnsetType = UNSET


class BulkCustomers(Body, frozen=True):
    """Up to 1,000 customers to create or change."""

    customers: Annotated[list[BulkCustomer], Meta(min_length=1, max_length=1000)]
    dry_run: bool = False


class ImportCustomers(Body, frozen=True):
    """A CSV file, as text or as an attachment that was uploaded (UTF-8 or UTF-16), with a first line of column names.
    Cells are parted by commas, semicolons or tabs."""

    csv: str | UnsetType = UNSET
    attachment: str | UnsetType = UNSET
    dry_run: bool = False
