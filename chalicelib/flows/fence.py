"""The fence between workspaces: what is another's is to its caller as if it were not there."""

from ..desk.errors import Invalid, NotFound
from ..ports import R, Ref, World

NAMES = {"ApiKey": "key"}  # what callers call a record, where that is not the name of its kind


def fenced(found: R | None, workspace: str) -> R | None:
    """What was read, if it is the workspace's own."""
    return found if getattr(found, "workspace", None) == workspace else None


def own(world: World, workspace: str, place: Ref[R], *, field: str = "") -> R:
    """The workspace's own record at a place. NotFound or, for what a `field` of a body names, Invalid."""
    found = fenced(world.store.one(place), workspace)
    if found is None:
        raise missing(place, field)
    return found


def missing(place: Ref[R], field: str = "") -> Invalid | NotFound:
    """What is raised for what is not there, or not theirs."""
    what = NAMES.get(place.type.__name__, place.type.__name__.lower())
    return Invalid(f"no such {what}", field) if field else NotFound(f"no such {what}")
