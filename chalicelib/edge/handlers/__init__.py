"""The handlers of the route table, a module a noun. Importing this fills the table."""

from . import (
    about,
    attributes,
    bridges,
    broadcasts,
    customers,
    deliveries,
    files,
    imports,
    inbound,
    jobs,
    messages,
    rooms,
    segments,
    sign_in,
    snippets,
    workspace,
)

__all__ = [
    "about",
    "attributes",
    "bridges",
    "broadcasts",
    "customers",
    "deliveries",
    "files",
    "imports",
    "inbound",
    "jobs",
    "messages",
    "rooms",
    "segments",
    "sign_in",
    "snippets",
    "workspace",
]
