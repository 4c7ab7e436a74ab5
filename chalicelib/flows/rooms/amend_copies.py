"""Change what was said also where forks have copied it: undo and amendment reach whoever reads it (propagation)
(ADR 80)."""

from ...desk.messages import ChangeType, Message
from ...desk.rooms import Fork
from ...ports import Listing, World
from ..paging import PAGE, every
from .amend import Step, amend, delete_step, edit_step


def amend_copies(world: World, room: str, n: int, *, step: Step, type_: ChangeType, by: str) -> None:
    """Apply `step` to every copy of a message, and to the copies of those. To be called once the message itself is
    changed: a fork after that copies it as it is. Doing it again changes nothing."""
    for copy in copies_of(world, room, n):
        amend(world, copy.room, copy.n, internal=False, step=step, type_=type_, by=by)
        amend_copies(world, copy.room, copy.n, step=step, type_=type_, by=by)


def say_in_copies(world: World, room: str, n: int, *, text: str | None, by: str) -> None:
    """Let every copy of a message say `text`; None: let it be deleted."""
    step = delete_step if text is None else edit_step(text, None, world.clock.now())
    amend_copies(world, room, n, step=step, type_="deleted" if text is None else "edited", by=by)


def copies_of(world: World, room: str, n: int) -> list[Message]:
    """The copies that forks of the room have made of a message."""
    found: list[Message] = []
    forks: Listing[Fork] = Listing("forks", (room,))
    for fork in every(world.store, forks):
        if fork.first <= n <= fork.last:
            copies: Listing[Message] = Listing("posts", (fork.into,), before=fork.last - fork.first + 2)
            found += [each for each in world.store.page(copies, PAGE).items if _is_copy(each, room, n)]
    return found


def _is_copy(message: Message, room: str, n: int) -> bool:
    came = message.forked_from
    return came is not None and (came.room, came.n) == (room, n)
