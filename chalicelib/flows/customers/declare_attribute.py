"""Declare the type of an attribute of customers, and read what is declared."""

from collections.abc import Iterable

from ...desk.attributes import BUILT_IN, MAX_TYPES, AttributeType, Type
from ...desk.errors import Conflict
from ...desk.permissions import Principal
from ...ports import Listing, World, new, over, ref
from ..audit import audit
from ..optimistic_retry import again


def declare_attribute(world: World, who: Principal, name: str, type_: Type, description: str) -> AttributeType:
    """The attribute as it is declared now. A declared type stays."""
    if name in BUILT_IN:
        raise Conflict(f"{name} is what Parley itself knows of a customer", "name")

    def attempt(_: int) -> AttributeType:
        old = world.store.one(ref(AttributeType, who.workspace, name))
        entry = audit(world, who, "attribute.declared", name)
        if old is None:
            if len(all_types(world, who.workspace)) >= MAX_TYPES:
                raise Conflict(f"a workspace declares at most {MAX_TYPES} attributes")
            now = world.clock.now()
            made = AttributeType(
                version=1, workspace=who.workspace, name=name, type=type_, created_at=now, description=description
            )
            world.store.commit(new(made), *entry)
            return made
        if old.type != type_:
            raise Conflict(f"it is declared as a {old.type}, which stays: segments were checked against it", "type")
        if old.description == description:
            return old
        changed = old.changed(description=description)
        world.store.commit(over(changed, old), *entry)
        return changed

    return again(world, attempt)


def types_of(world: World, workspace: str, names: Iterable[str]) -> dict[str, Type]:
    """The declared types among some names, in one read."""
    refs = [ref(AttributeType, workspace, name) for name in dict.fromkeys(names)]
    found = world.store.many(refs) if refs else []
    return {declared.name: declared.type for declared in found if declared}


def all_types(world: World, workspace: str) -> dict[str, Type]:
    """Every declared type of a workspace, in one query."""
    listing: Listing[AttributeType] = Listing("attributes", (workspace,))
    return {declared.name: declared.type for declared in world.store.page(listing, MAX_TYPES).items}
