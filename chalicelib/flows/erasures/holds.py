"""Whether an erasure has to wait since its target is held (legal hold)."""

from ...desk.erasures import Erasure
from ...ports import World


def held(world: World, target: Erasure) -> bool:
    """Whether somebody has said that what there is of the target must be kept."""
    return False
