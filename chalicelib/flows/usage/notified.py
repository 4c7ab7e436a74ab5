"""What the bucket tells of the raw log: objects that have come, each of which makes its window due."""

from collections.abc import Iterable

from ...desk.usage_events import Place, place_of
from ...ports import World
from .due import make_due


def take_objects(world: World, keys: Iterable[str]) -> list[Place]:
    """Make the windows of these objects due; what they are. What came with test keys is folded by nobody."""
    found = list({place for key in keys if (place := place_of(key))})
    for place in found:
        if place.mode == "live":
            make_due(world, place.workspace, place.window)
    return found
