"""Note in the workspace that its inbox is watched, so that a message of one that nobody watches costs no look."""

from ...desk.connections import MAX_LIFE_MS
from ...desk.workspaces import Workspace
from ...ports import World, over, ref
from ..optimistic_retry import again

AHEAD_MS = 60 * 60 * 1000  # ms: written once an hour, however many agents come and go


def watch_inbox(world: World, workspace: str) -> None:
    """From now on, and for as long as a line may last."""

    def attempt(_: int) -> None:
        tenant, ends = world.store.one(ref(Workspace, workspace)), world.clock.now() + MAX_LIFE_MS
        if tenant and tenant.watched_until < ends:
            world.store.commit(over(tenant.changed(watched_until=ends + AHEAD_MS), tenant))

    again(world, attempt)
