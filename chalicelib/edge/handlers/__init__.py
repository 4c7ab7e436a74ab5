"""The handlers of the route table, a module a noun. Importing this fills the table."""

from . import about, broadcasts, customers, deliveries, files, inbound, messages, rooms, workspace

__all__ = ["about", "broadcasts", "customers", "deliveries", "files", "inbound", "messages", "rooms", "workspace"]
