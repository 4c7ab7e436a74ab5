"""What the clock finds due for the worker of jobs: jobs without progress, customers whom passing time may move."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from ..desk.jobs import Job
from ..desk.segments import Placement
from ..ports import World
from .customers.evaluate_segments import Moved
from .customers.start_job import next_piece
from .due import PAGE, pages_due

T = TypeVar("T")


def due_work(world: World) -> int:
    """Wake the worker for each; how many. What is still due comes again."""
    found = 0
    for page in pages_due(world, "due-work"):
        world.queues.work(_tasks(page))
        found += len(page)
    return found


def _tasks(due: list[Job | Placement]) -> list[dict[str, Any]]:
    customers: dict[str, dict[str, Sequence[str]]] = {}
    for record in due:
        if isinstance(record, Placement):
            customers.setdefault(record.workspace, {})[record.customer] = ()
    pieces = [next_piece(record) for record in due if isinstance(record, Job)]
    return pieces + placing(customers)


def placing(customers: Mapping[str, Moved]) -> list[dict[str, Any]]:
    """What the worker is told of customers to place, by workspace, with what moved of each."""
    return [
        {"workspace": workspace, "customers": dict(chunk)}
        for workspace, moved in customers.items()
        for chunk in batched(moved.items(), PAGE)
    ]


def batched(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """The things, `size` at a time."""
    rest = iter(things)
    while chunk := list(islice(rest, size)):
        yield chunk
