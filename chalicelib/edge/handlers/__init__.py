"""The handlers of the route table, a module a noun. Importing this fills the table."""

from . import (
    about,
    attributes,
    broadcasts,
    customers,
    deliveries,
    files,
    imports,
    inbound,
    jobs,
    me,
    messages,
    pages,
    rooms,
    segments,
    workspace,
)

__all__ = [
    "about",
    "attributes",
    "broadcasts",
    "customers",
    "deliveries",
    "files",
    "imports",
    "inbound",
    "jobs",
    "me",
    "messages",
    "pages",
    "rooms",
    "segments",
    "workspace",
]
