"""Stop an install that cannot go on, and say why; an admin switches it on again."""

from typing import Literal

from ...desk.workspaces import Install, Workspace, feeding
from ...ports import World, over, ref
from ..audit import entry
from ..optimistic_retry import again


def stop_install(world: World, install: Install, state: Literal["paused", "disabled"], *, reason: str) -> None:
    """An endpoint that says 410 wants nothing more: the install is disabled. One whose account is gone is paused: it is
    still told of every room, so that what it misses is known, and can be replayed."""

    def attempt(_: int) -> None:
        current, workspace = world.store.many([ref(Install, install.id), ref(Workspace, install.workspace)])
        if current is None or current.state != "active":
            return
        stopped = current.changed(state=state, disabled_because=reason)
        noted = entry(world, install.workspace, f"install.{state}", subject=install.id)
        if state == "paused":
            world.store.commit(over(stopped, current), noted)
            return
        world.store.commit(over(stopped, current), over(feeding(workspace, stopped), workspace), noted)

    again(world, attempt)
