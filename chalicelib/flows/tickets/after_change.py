"""What follows from a change of an issue, or of a customer behind one: tasks for the worker of trackers."""

from ...desk.customers import Customer
from ...desk.issues import Issue, arr_of
from ...desk.record import Record
from ...ports import Task


def tasks_after_change(record: Record | None, before: Record | None) -> list[Task]:
    """A look at each of an issue's tickets; a count of a customer whose ARR or name is another than before, or may be:
    it is not new, and nobody knows what it was."""
    if isinstance(record, Issue):
        why = f"v{record.version}"
        return [Task("look", record.id, link.install, link.ticket, why=why) for link in record.tickets]
    if not isinstance(record, Customer) or record.version == 1:
        return []
    same = isinstance(before, Customer) and (arr_of(record), record.name) == (arr_of(before), before.name)
    return [] if same else [Task("count", record.id, why=f"v{record.version}")]
