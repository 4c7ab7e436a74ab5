"""What a message of a queue asks for, done (dispatcher): the workers decode it and call these, and so do the tests."""

from collections.abc import Callable
from math import inf
from typing import Any

from ..desk.broadcasts import Broadcast
from ..desk.deliveries import Delivery
from ..ports import Call, Errand, IndexTask, Sockets, World

Push = dict[str, Any]


def deliver(
    world: World, call: Call, frame: Callable[[Delivery], Push | None], *, until: float = inf
) -> list[Delivery]:
    """Work off a bridge, beginning nothing after `until` (ms); the deliveries that were tried, of which `frame` makes
    what pages are told. An agent is woken as a bridge is, by one at a time, and has no deliveries."""
    if call.bridge.startswith("agt_"):
        from .alerts.send import tell_agent

        tell_agent(world, call.bridge)
        return []
    from .delivery.in_order import deliver as work_off

    rows = work_off(world, call.bridge, call.n, until=until)
    world.queues.push(push for row in rows if (push := frame(row)))
    return rows


def push(world: World, sockets: Sockets, task: dict[str, Any]) -> None:
    """Tell sockets; or do what is to be soon: look after a room in which it is time, hand over a bridge's wake-up that
    had to wait some seconds here."""
    from .live.push import push as tell

    if "wake" in task:
        from .clocks.wake_room import wake_room

        wake_room(world, task["workspace"], task["wake"])
    elif "bridge" in task:
        world.queues.wake([Call(task["bridge"], task["n"], task["why"])])
    else:
        tell(world, sockets, task)


def broadcast(world: World, errand: Errand, frame: Callable[[Broadcast], Push]) -> None:
    """Work on a broadcast, or on a piece of it; `frame` makes what the console is told of how far it is."""
    from .broadcasts.send import send_broadcast

    if moved := send_broadcast(world, errand):
        world.queues.push([frame(moved)])


def usage(world: World, task: dict[str, Any]) -> None:
    """An object has come into the raw log: its window is due. Or windows are, and who is known now; or customers are to
    be looked at; or the log's oldest days end."""
    if "fold" in task:
        from .usage.fold import fold

        fold(world, task["workspace"], task["fold"], known=task["known"])
    elif "facts" in task:
        from .usage.facts import evaluate_usage

        evaluate_usage(world, task["workspace"], task["facts"])
    elif "retain" in task:
        from .usage.retain import retain

        retain(world, task["workspace"], task["retain"])
    else:
        from .usage.notified import take_objects

        take_objects(world, [task["key"]])


PEOPLE = {"follow", "taken", "same_address", "prove", "sign_in"}  # what tasks of people are told by
KEEPING = {"erasure", "export", "retention"}  # what tasks of what is kept, and of whom, are told by
USAGE = {"signals"}  # what tasks of usage are


def job(world: World, task: dict[str, Any]) -> None:
    """A piece of an erasure, an export, a run of retention or a job, clocks whose policy or issue has changed, the
    figures of a day, the pains of a week, what a paused install missed, what one is to be told anew, a dead letter
    that somebody wants again, those that nobody has explained, a tree of search whose rows may have waited for too
    long, what follows a room that became its customer's, who is tied by a proof, a mail with a code, or to sign in;
    signals whose time has come; else customers whose segments may have changed."""
    if task.keys() & KEEPING:
        _of_keeping(world, task)
    elif "job" in task:
        from .customers.run_job import run_job

        run_job(world, task["job"], task["piece"])
    elif "clocks" in task:
        from .clocks.run_policies import run_policies

        run_policies(world, task["clocks"], task["of"], cursor=task["cursor"])
    elif "behind" in task:
        from .clocks.run_policies import run_issue

        run_issue(world, task["behind"], task["cursor"])
    elif "figures" in task:
        from .clocks.fold_day import fold_due

        fold_due(world.store, task["figures"], task["day"], due=task["due"])
    elif "pains" in task:
        from .clocks.weekly_pains import run_pains

        run_pains(world, task["pains"], task["due"])
    elif "catch_up" in task:
        from .bridges.replay_missed import replay_missed

        replay_missed(world, task["catch_up"], task["bridge"])
    elif "resend" in task:
        from .delivery.resend import resend_page

        resend_page(world, task)
    elif "letter" in task:
        from .dead_letters.settle import settle_letter

        settle_letter(world, task["workspace"], task["letter"], queue=task["queue"], again=task["again"])
    elif "explain" in task:
        from .dead_letters.explain import explain_letters

        explain_letters(world)
    elif "unindexed" in task:
        world.queues.index([IndexTask(task["unindexed"], f"due:{task['due']}")])
    elif task.keys() & PEOPLE:
        _of_people(world, task)
    elif task.keys() & USAGE:
        _of_usage(world, task)
    else:
        from .customers.evaluate_segments import evaluate_segments

        evaluate_segments(world, task["workspace"], task["customers"])


def _of_usage(world: World, task: dict[str, Any]) -> None:
    """The members of a segment whose signal passing time alone may raise."""
    from .usage.signals import look_after, walk

    if "due" in task:
        look_after(world, task["signals"], task["due"])
    else:
        walk(world, task["signals"], task["cursor"])


def _of_keeping(world: World, task: dict[str, Any]) -> None:
    """A piece of an erasure, of an export, or of what has had its time."""
    if "erasure" in task:
        from .erasures.run import run_erasure
        from .inbound.said_before import was_forgotten

        run_erasure(world, task["workspace"], task["erasure"], piece=task["piece"], theirs=was_forgotten)
    elif "export" in task:
        from .exports.run import run_export

        run_export(world, task["workspace"], task["export"], piece=task["piece"])
    else:
        from .retention.run import run_retention

        run_retention(world, task["retention"], piece=task["piece"])


def _of_people(world: World, task: dict[str, Any]) -> None:
    """What follows a room that became its customer's, who is tied by a proof, a mail with a code, or to sign in."""
    if "follow" in task:
        from .people.follow_room import follow_room

        follow_room(world, task["follow"], task["customers"], after=task["after"])
    elif "taken" in task:
        from .people.tie import tie_taker

        tie_taker(world, task["taken"], customer=task["customer"], user_id=task["by"])
    elif "same_address" in task:
        from .people.tie import tie_same_address

        tie_same_address(world, task["customer"], task["same_address"])
    elif "prove" in task:
        from .people.prove_address import mail_code

        mail_code(world, task["prove"])
    elif "sign_in" in task:
        from .access.mail_links import mail_links

        mail_links(world, task["sign_in"], task["base"])


def index(world: World, task: IndexTask) -> None:
    """Put into a tree what it does not know of yet; or find a page of all there is again."""
    if task.walk:
        from .search.reindex import reindex_page

        world.queues.index(reindex_page(world, task))
    else:
        from .search.index import index_pending

        if index_pending(world.store, world.index, task.tree, now=world.clock.now()):
            world.queues.index([IndexTask(task.tree, f"{task.why}+")])
