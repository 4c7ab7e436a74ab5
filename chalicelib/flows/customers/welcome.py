"""Welcome a visitor: somebody whom nobody vouches for, with a room of their own that agents alone see besides them
(ADR 68)."""

from ...desk.customers import Visitor
from ...desk.errors import NotFound
from ...desk.messages import Author, Draft, Source, check_text
from ...desk.names import given_name
from ...desk.room_transitions import read_up_to, said
from ...desk.rooms import Room
from ...desk.titles import first_line, shortened
from ...desk.workspaces import Workspace
from ...ports import Put, World, new, ref
from ..once import KEYLESS, Once
from ..optimistic_retry import again

TITLE = 80


def welcome(
    world: World, workspace: str, name: str, *, email: str, text: str, once: Once = KEYLESS
) -> tuple[Visitor, Room]:
    """The visitor, and the room with their question in it. NotFound for a workspace that lets no visitors in."""
    check_text(text)
    name = given_name(name)
    tenant = world.store.one(ref(Workspace, workspace))
    if tenant is None or not tenant.visitors:
        raise NotFound("no such workspace, or it takes no visitors")
    now = world.clock.now()
    visitor = Visitor(
        version=1, id=world.fresh_id("vis"), workspace=tenant.id, created_at=now, name=name, email=email.strip()
    )
    empty = Room(
        version=1,
        id=world.fresh_id("room"),
        workspace=tenant.id,
        kind="visitor",
        name=shortened(first_line(text), TITLE),
        created_at=now,
        visitor=visitor.id,
    )
    author = Author(kind="visitor", id=visitor.id, name=name, verified=False)
    room, message = said(empty, Draft(author=author, text=text, source=Source(channel="widget")), now)
    read, welcomed = Put(read_up_to(visitor.id, message), None), (visitor, room)

    def attempt(_: int) -> tuple[Visitor, Room]:
        world.store.commit(new(visitor), new(room), new(message), read, *once.writes(welcomed, now))
        return welcomed

    return again(world, attempt, once)
