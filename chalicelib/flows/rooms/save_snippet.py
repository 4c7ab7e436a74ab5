"""Keep, change and throw away the texts that agents share."""

from typing import Any

from ...desk.permissions import Principal
from ...desk.snippets import Snippet, check_snippet
from ...ports import Drop, World, new, over, ref
from ..audit import audit
from ..fence import own
from ..once import KEYLESS, Once
from ..optimistic_retry import again


def add_snippet(world: World, who: Principal, name: str, *, text: str, once: Once = KEYLESS) -> Snippet:
    """A text for everybody."""
    check_snippet(text)

    def attempt(_: int) -> Snippet:
        made = Snippet(
            version=1,
            id=world.fresh_id("snp"),
            workspace=who.workspace,
            name=name,
            text=text,
            created_at=world.clock.now(),
        )
        entry = audit(world, who, "snippet.added", subject=made.id)
        world.store.commit(new(made), *entry, *once.writes(made, made.created_at))
        return made

    return again(world, attempt, once)


def change_snippet(world: World, who: Principal, id_: str, *, fields: dict[str, Any]) -> Snippet:
    """The snippet with other fields."""
    if "text" in fields:
        check_snippet(fields["text"])

    def attempt(_: int) -> Snippet:
        old = own(world, who.workspace, ref(Snippet, who.workspace, id_))
        changed = old.changed(**fields)
        world.store.commit(over(changed, old), *audit(world, who, "snippet.changed", subject=old.id, fields=fields))
        return changed

    return again(world, attempt)


def remove_snippet(world: World, who: Principal, id_: str) -> None:
    """It is gone, for everybody."""
    place = ref(Snippet, who.workspace, id_)
    old = own(world, who.workspace, place)
    world.store.commit(Drop(place), *audit(world, who, "snippet.removed", subject=old.id))
