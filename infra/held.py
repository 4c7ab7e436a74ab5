"""`make held ARGS="--stage prod"`: what stands still since the table was restored; `--release ID` lets it go.

    python -m infra.held [--stage STAGE] [--workspace ID] [--release ID … | --release-all [WHAT] | --give-up ID …]

An admin of a workspace has the same by `GET /v1/held-back`. Without `--workspace` the whole table is read.
"""

import argparse
import os
from collections.abc import Iterable
from typing import Any

from infra import choose_stack, venvs
from infra.progress import progress
from infra.venvs import NotPossible

# What the functions are told of their queues → the stack's output.
QUEUES = {
    "PARLEY_DELIVER_QUEUE": "DeliverQueueUrl",
    "PARLEY_PUSH_QUEUE": "PushQueueUrl",
    "PARLEY_BROADCAST_QUEUE": "BroadcastQueueUrl",
    "PARLEY_JOBS_QUEUE": "JobsQueueUrl",
    "PARLEY_SYNC_QUEUE": "SyncQueueUrl",
    "PARLEY_TABLE": "TableName",
    "PARLEY_FILES_BUCKET": "FilesBucket",
}


def world_of(stack: Any) -> Any:
    """The world of a stack's functions, at this terminal."""
    outputs = stack.outputs()
    os.environ |= {name: outputs[output] for name, output in QUEUES.items()}
    os.environ |= {"PARLEY_RESTORED_AT": stack.parameters().get("RestoredAt", "0")}
    os.environ.setdefault("AWS_DEFAULT_REGION", stack.session.region_name or "us-east-1")
    if stack.endpoint:
        os.environ |= {"AWS_ENDPOINT_URL": stack.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    from chalicelib.wiring import world

    return world()


def all_held(world: Any, workspace: str) -> Iterable[Any]:
    """What is held back in a workspace; in all of them, if none is named."""
    from chalicelib.desk.held_back import HeldBack
    from chalicelib.flows.paging import every
    from chalicelib.ports import Listing

    if workspace:
        return every(world.store, Listing("held-back", (workspace,)))
    return (record for record in world.store.everything() if isinstance(record, HeldBack))


def main() -> None:
    """List, let go, or give up."""
    parser = choose_stack.parser("held", "What stands still since the table was restored.")
    parser.add_argument("--workspace", default="", help="only this one's; else the whole table is read")
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument("--release", nargs="+", metavar="ID", default=[], help="let these go")
    asked.add_argument("--give-up", nargs="+", metavar="ID", default=[], help="these never leave")
    asked.add_argument("--release-all", nargs="?", const="", metavar="WHAT", help="let all go, or all of one sort")
    chosen = parser.parse_args()
    venvs.enter("infra.held")
    world = world_of(choose_stack.stack(chosen))
    with progress("reading what stands still"):
        found = list(all_held(world, chosen.workspace))
    count = sum(_settled(world, chosen, held) for held in found)
    print(f"{count} things stand still." if count else "Nothing stands still.")


def _settled(world: Any, chosen: argparse.Namespace, held: Any) -> bool:
    """Say what it is, and do with it what was asked for; whether it still stands still."""
    from chalicelib.desk.errors import Refusal
    from chalicelib.edge.shapes.answers import time_of
    from chalicelib.flows.restore.let_go import give_up, let_go

    print(f"{held.id}  {held.what:9} since {time_of(held.at)}  {held.about}  {held.room}  ({held.workspace})")
    everything = chosen.release_all is not None and chosen.release_all in ("", held.what)
    try:
        if held.id in chosen.release or everything:
            let_go(world, None, held)
        elif held.id in chosen.give_up:
            give_up(world, None, held)
        else:
            return True
    except Refusal as refused:
        raise NotPossible(str(refused)) from refused
    print("    let go" if held.id not in chosen.give_up else "    given up")
    return False


if __name__ == "__main__":
    main()
