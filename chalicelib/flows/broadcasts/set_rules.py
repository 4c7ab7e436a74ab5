"""Set a workspace's rules for broadcasts: who approves, how many a week, at which hours none."""

from ...desk.broadcasts import Rules
from ...desk.hours import Hours
from ...desk.permissions import Principal
from ...ports import World, over, ref
from ..audit import audit
from ..optimistic_retry import again


def set_rules(world: World, who: Principal, *, approval: bool, per_week: int, quiet: Hours | None) -> Rules:
    """The rules, in place of those before."""

    def attempt(_: int) -> Rules:
        old = world.store.one(ref(Rules, who.workspace)) or Rules(workspace=who.workspace)
        rules = old.changed(approval=approval, per_week=per_week, quiet=quiet)
        world.store.commit(over(rules, old), *audit(world, who, "broadcasts.ruled", subject=who.workspace))
        return rules

    return again(world, attempt)
