"""Note a dead letter for the people of its workspace: whose it is, why, and where it lies."""

import json
from typing import Any

from ...desk.broadcasts import Broadcast
from ...desk.customers import Customer
from ...desk.dead_letters import DeadLetter
from ...desk.ids import bridge_parts
from ...desk.issues import Issue, Notice
from ...desk.jobs import Job
from ...desk.rooms import Room
from ...desk.workspaces import Install
from ...ports import Ref, World, ref

MAX_ABOUT = 300
MAX_REASON = 500
SYNCED: dict[str, tuple[type[Any], str]] = {
    "look": (Install, "install"),
    "repair": (Install, "id"),
    "tell": (Notice, "id"),
    "merge": (Issue, "id"),
    "count": (Customer, "id"),
}


def note_of(world: World, queue: str, body: str, reason: str) -> DeadLetter | None:
    """The note of a queue's message, or None where no workspace can be told: then it is the operator's alone. To be
    committed once the letter lies in its queue."""
    told = json.loads(body)
    if not isinstance(told, dict):
        return None
    workspace = _workspace(world, queue, told)
    return new_note(world, workspace, queue, _about(queue, told), reason) if workspace else None


def new_note(world: World, workspace: str, queue: str, about: str, reason: str) -> DeadLetter:
    """A note."""
    return DeadLetter(
        version=1,
        id=world.fresh_id("ltr"),
        workspace=workspace,
        queue=queue,
        about=about[:MAX_ABOUT],
        reason=reason[:MAX_REASON],
        at=world.clock.now(),
    )


def _workspace(world: World, queue: str, told: dict[str, Any]) -> str:
    if "workspace" in told:
        return str(told["workspace"])
    if queue == "inbound":  # a large envelope lies in the bucket
        return str(told.get("key", "")).removeprefix("envelopes/").partition("/")[0]
    where = _where(queue, told)
    found = world.store.one(where) if where else None
    return str(found.workspace) if found else ""


def _where(queue: str, told: dict[str, Any]) -> Ref[Any] | None:
    """Something of the workspace that a message names."""
    if "bridge" in told and queue == "deliver":
        return ref(Room, bridge_parts(told["bridge"])[0])
    if "broadcast" in told:
        return ref(Broadcast, told["broadcast"])
    if "job" in told:
        return ref(Job, told["job"])
    if "catch_up" in told:
        return ref(Install, told["catch_up"])
    if queue == "sync" and told.get("do") in SYNCED:
        type_, name = SYNCED[told["do"]]
        return ref(type_, told.get(name, ""))
    return None


def _about(queue: str, told: dict[str, Any]) -> str:
    """What it is, without its content."""
    names = ("channel", "install", "id") if queue == "inbound" and "install" in told else told
    shown = {name: told[name] for name in names if name != "workspace" and isinstance(told.get(name), str | int)}
    return " ".join(f"{name}={value}" for name, value in shown.items() if value != "")
