"""The fence between workspaces: what is another's is to its caller as if it were not there. And within one, between
customers: a room may have another owner since its caller was let in (ADR 164)."""

from ..desk.errors import Invalid, NotFound
from ..desk.ids import user_id
from ..desk.messages import Author
from ..desk.rooms import Room
from ..ports import R, Ref, World
from .forgotten import user_named

NAMES = {"ApiKey": "key"}  # what callers call a record, where that is not the name of its kind


def fenced(found: R | None, workspace: str) -> R | None:
    """What was read, if it is the workspace's own."""
    return found if getattr(found, "workspace", None) == workspace else None


def within(room: Room | None, customer: str) -> Room:
    """The room as it is now, for whoever is of a customer ("" for nobody: agents, visitors). NotFound."""
    if room is None or (customer and room.customer != customer):
        raise NotFound("no such room")
    return room


def spoken_by(world: World, room: Room | None, author: Author) -> Room:
    """The room as it is now, for whoever speaks in it. A user, whose id follows from their customer and how the
    vendor calls them, speaks in that customer's, or where there is neither customer nor visitor; so does the coding
    agent of one. NotFound."""
    if room is None:
        raise NotFound("no such room")
    owned = bool(room.customer or room.visitor)
    owner = author.of or author.id
    if owned and author.external_id and user_id(room.customer, author.external_id) != owner:
        named = user_named(world, room.workspace, room.customer, external_id=author.external_id)
        if named is None or named.id != owner:
            raise NotFound("no such room")
    return room


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
