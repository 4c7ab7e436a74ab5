"""Work off a task of the worker of trackers (ADR 41)."""

from ...ports import Task, World
from ..issues.merge_issues import merge_rest
from ..issues.send_notice import send_notice
from ..issues.tie_room import count_customer
from ..rooms.amend_copies import say_in_copies
from .look_again import look_again, lost, unclear
from .readership import ask_readers, tell_exposed
from .reconcile import reconcile


def run_task(world: World, task: Task) -> str:
    """What came of it, as a slug. Doing it again changes nothing."""
    if task.do == "look":
        return reconcile(world, task)
    if task.do == "tell":
        send_notice(world, task.id, say_in_copies)
    elif task.do == "merge":
        merge_rest(world, task.id)
    elif task.do == "count":
        count_customer(world, task.id)
    elif task.do == "readers":
        ask_readers(world, task.id)
    elif task.do == "words":
        look_again(world, task.id, task.why, which=unclear)
    elif task.do == "comments":
        from .nightly_comments import read_comments

        read_comments(world, task.id, task.why)
    elif task.do == "lost":
        look_again(world, task.id, task.why, which=lost)
    elif task.do == "exposed":
        tell_exposed(world, task.id)
    elif task.do == "project":
        from .renamed_project import follow_renamed_project

        follow_renamed_project(world, task.id, task.why)
    else:
        from .nightly_catch_up import run_nightly

        run_nightly(world, task.id)
    return "done"
