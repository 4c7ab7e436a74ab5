"""A workspace's policies, from what a container remembers: whoever has read the workspace knows their version."""

from ...desk.policies import Policies
from ...desk.workspaces import Workspace
from ...ports import Memory, World, ref

MOST = 200  # workspaces


def policies_of(world: World, workspace: Workspace) -> Policies | None:
    """The policies as of this workspace, or later ones; None if it has none. A read where only older ones
    are known."""
    if not workspace.policies:
        return None
    kept: Memory[Policies] = world.memory.of("policies", MOST)
    known = kept.get(workspace.id)
    if known and known.version >= workspace.policies:
        return known
    found = world.store.one(ref(Policies, workspace.id))
    return kept.keep(workspace.id, found) if found else None


def stored(world: World, workspace: str) -> Policies:
    """The policies as they are stored; version 0 where a workspace never had one."""
    return world.store.one(ref(Policies, workspace)) or Policies(workspace=workspace)
