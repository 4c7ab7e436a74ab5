"""Work off a task of the worker of trackers."""

from ...ports import Task, World
from ..issues.merge_issues import merge_rest
from ..issues.send_notice import tell
from ..issues.tie_room import count_customer
from .nightly import repair
from .reconcile import look
from .renamed_project import follow_project


def sync(world: World, task: Task) -> str:
    """What came of it, as a slug. Doing it again changes nothing."""
    if task.do == "look":
        return look(world, task)
    if task.do == "tell":
        tell(world, task.id)
    elif task.do == "merge":
        merge_rest(world, task.id)
    elif task.do == "count":
        count_customer(world, task.id)
    elif task.do == "project":
        follow_project(world, task.id, task.why)
    else:
        repair(world, task.id)
    return "done"
