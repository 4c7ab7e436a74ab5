"""What the bucket tells of the raw log: objects that have come, each of which makes its window due."""

from collections.abc import Iterable

from ...desk.usage_events import Place, place_of
from ...ports import World


def take_objects(world: World, keys: Iterable[str]) -> list[Place]:
    """Make the windows of these objects due; what they are."""
    return list({place for key in keys if (place := place_of(key))})
