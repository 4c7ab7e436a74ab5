"""Note a dead letter for the people of its workspace: whose it is, why, and where it lies (ADR 85)."""

import json
from typing import Any

from ...desk.alerts import AgentAlerts
from ...desk.broadcasts import Broadcast
from ...desk.customers import Customer
from ...desk.dead_letters import DeadLetter
from ...desk.ids import bridge_parts
from ...desk.issues import Issue, Notice
from ...desk.jobs import Job
from ...desk.rooms import Room
from ...desk.workspaces import Install
from ...ports import Ref, World, new, ref

MAX_ABOUT = 300
MAX_REASON = 500
SYNCED: dict[str, tuple[type[Any], str]] = {
    "look": (Install, "install"),
    "repair": (Install, "id"),
    "tell": (Notice, "id"),
    "merge": (Issue, "id"),
    "count": (Customer, "id"),
}


def note_of(world: World, queue: str, body: str, *, reason: str) -> DeadLetter | None:
    """The note of a queue's message, or None where no workspace can be told: then it is the operator's alone. To be
    committed once the letter lies in its queue."""
    fields = json.loads(body)
    if not isinstance(fields, dict):
        return None
    workspace = _workspace(world, queue, fields)
    return new_note(world, workspace, queue, about=_about(queue, fields), reason=reason) if workspace else None


def keep_note(world: World, letter: DeadLetter) -> None:
    """Write the note down."""
    world.store.commit(new(letter))


def new_note(world: World, workspace: str, queue: str, *, about: str, reason: str) -> DeadLetter:
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


def _workspace(world: World, queue: str, fields: dict[str, Any]) -> str:
    if "workspace" in fields:
        return str(fields["workspace"])
    if queue == "inbound":  # a large envelope lies in the bucket
        return str(fields.get("key", "")).removeprefix("envelopes/").partition("/")[0]
    if queue == "usage":  # an object of the raw log
        return str(fields.get("key", "")).removeprefix("usage/").partition("/")[0]
    where = _where(queue, fields)
    found = world.store.one(where) if where else None
    return str(found.workspace) if found else ""


def _where(queue: str, fields: dict[str, Any]) -> Ref[Any] | None:
    """Something of the workspace that a message names."""
    if queue == "deliver" and str(fields.get("bridge", "")).startswith("agt_"):
        return ref(AgentAlerts, fields["bridge"])
    if "bridge" in fields and queue == "deliver":
        return ref(Room, bridge_parts(fields["bridge"])[0])
    if "broadcast" in fields:
        return ref(Broadcast, fields["broadcast"])
    if "job" in fields:
        return ref(Job, fields["job"])
    if "catch_up" in fields:
        return ref(Install, fields["catch_up"])
    if queue == "sync" and fields.get("do") in SYNCED:
        type_, name = SYNCED[fields["do"]]
        return ref(type_, fields.get(name, ""))
    return None


def _about(queue: str, fields: dict[str, Any]) -> str:
    """What it is, without its content."""
    names = ("channel", "install", "id") if queue == "inbound" and "install" in fields else fields
    shown = {name: fields[name] for name in names if name != "workspace" and isinstance(fields.get(name), str | int)}
    return " ".join(f"{name}={value}" for name, value in shown.items() if value != "")
