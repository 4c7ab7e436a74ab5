"""Declare the type of an attribute of customers, and read what is declared (ADR 103)."""

from collections.abc import Iterable

import msgspec

from ...desk.attributes import BUILT_IN, MAX_TYPES, AttributeType, Type
from ...desk.errors import Conflict
from ...desk.jobs import SETTLE, WAKE_AFTER_MS, Job
from ...desk.permissions import Principal
from ...desk.segments import MAX_SEGMENTS, Segment
from ...ports import Listing, World, new, over, ref
from ..audit import audit
from ..optimistic_retry import again
from .start_job import next_piece


def declare_attribute(world: World, who: Principal, name: str, *, type_: Type, description: str) -> AttributeType:
    """The attribute as it is declared now. A type that filters were checked against stays. A job makes the values that
    are there fit a new type."""
    if name in BUILT_IN:
        raise Conflict(f"{name} is what Parley itself knows of a customer", "name")

    def attempt(_: int) -> tuple[AttributeType, list[Job]]:
        old = world.store.one(ref(AttributeType, who.workspace, name))
        entry = audit(world, who, "attribute.declared", subject=name)
        if old is None:
            if len(all_types(world, who.workspace)) >= MAX_TYPES:
                raise Conflict(f"a workspace declares at most {MAX_TYPES} attributes")
            now = world.clock.now()
            job = _conversion(world, who, name)
            made = AttributeType(
                version=1,
                workspace=who.workspace,
                name=name,
                type=type_,
                created_at=now,
                description=description,
                job=job.id,
            )
            world.store.commit(new(made), new(job), *entry)
            return made, [job]
        if (old.type, old.description) == (type_, description):
            return old, []
        jobs = []
        changed = old.changed(description=description)
        if old.type != type_:
            _check_unused(world, who.workspace, old)
            jobs = [_conversion(world, who, name)]
            changed = msgspec.structs.replace(changed, type=type_, job=jobs[0].id)
        world.store.commit(over(changed, old), *map(new, jobs), *entry)
        return changed, jobs

    declared, jobs = again(world, attempt)
    world.queues.jobs(map(next_piece, jobs), SETTLE)
    return declared


def _check_unused(world: World, workspace: str, declared: AttributeType) -> None:
    listing: Listing[Segment] = Listing("segments", (workspace,))
    using = [each for each in world.store.page(listing, MAX_SEGMENTS).items if declared.name in each.types]
    if using:
        names = ", ".join(each.name for each in using[:3])
        raise Conflict(f"it is declared as a {declared.type}, by which segments find customers: {names}", "type")


def _conversion(world: World, who: Principal, name: str) -> Job:
    """A job that makes every customer's value fit."""
    now = world.clock.now()
    return Job(
        version=1,
        id=world.fresh_id("job"),
        workspace=who.workspace,
        kind="attribute",
        by=who.id,
        created_at=now,
        attribute=name,
        next_at=now + WAKE_AFTER_MS,
    )


def types_of(world: World, workspace: str, names: Iterable[str]) -> dict[str, Type]:
    """The declared types among some names, in one read."""
    refs = [ref(AttributeType, workspace, name) for name in dict.fromkeys(names)]
    found = world.store.many(refs) if refs else []
    return {declared.name: declared.type for declared in found if declared}


def all_types(world: World, workspace: str) -> dict[str, Type]:
    """Every declared type of a workspace, in one query."""
    listing: Listing[AttributeType] = Listing("attributes", (workspace,))
    return {declared.name: declared.type for declared in world.store.page(listing, MAX_TYPES).items}
