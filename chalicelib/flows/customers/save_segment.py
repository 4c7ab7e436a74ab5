"""Save segments: make, change and remove them, and put customers into lists by hand. What a filter's change does to
its members, a job works out.
"""

from typing import Any

import msgspec

from ...desk.customers import Customer
from ...desk.errors import Conflict, Invalid
from ...desk.issues import Issue
from ...desk.jobs import SETTLE, WAKE_AFTER_MS, Job
from ...desk.permissions import Principal
from ...desk.segments import MAX_FILTER_BYTES, MAX_SEGMENTS, Filter, Member, Segment, attributes_in, issues_in, parse
from ...desk.usage_signals import SignalRule
from ...desk.workspaces import Agent, Workspace
from ...ports import Drop, Listing, Put, World, Write, new, over, ref
from ..audit import audit
from ..fence import fenced, missing, own
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from .declare_attribute import types_of
from .evaluate_segments import asks_waits
from .start_job import next_piece


def checked(world: World, workspace: str, filter_: Any) -> tuple[Filter, dict[str, Any]]:
    """A filter's meaning, and the declared types that it was checked against. Invalid names the place."""
    if len(msgspec.json.encode(filter_)) > MAX_FILTER_BYTES:
        raise Invalid(f"a filter takes at most {MAX_FILTER_BYTES} bytes", "filter")
    types = types_of(world, workspace, attributes_in(filter_))
    found = parse(filter_, types)
    issues = sorted(issues_in(found))
    for id_, issue in zip(issues, world.store.many([ref(Issue, id_) for id_ in issues]) if issues else (), strict=True):
        if fenced(issue, workspace) is None:
            raise Invalid(f"no such issue: {id_[:60]}", "filter")
    return found, dict(types)


def make_segment(
    world: World,
    who: Principal,
    name: str,
    *,
    filter_: dict[str, Any] | None,
    customers: list[str],
    signal: SignalRule | None = None,
    once: Once = KEYLESS,
) -> Segment:
    """A new segment: with a filter, or a list of customers (ids); and what these are watched for."""
    if signal:
        watched(world, who.workspace, signal)
    node, types = checked(world, who.workspace, filter_) if filter_ is not None else (None, {})

    def attempt(_: int) -> tuple[Segment, list[Job]]:
        listing: Listing[Segment] = Listing("segments", (who.workspace,))
        if len(world.store.page(listing, MAX_SEGMENTS).items) >= MAX_SEGMENTS:
            raise Conflict(f"a workspace has at most {MAX_SEGMENTS} segments")
        now = world.clock.now()
        segment = Segment(
            version=1,
            id=world.fresh_id("seg"),
            workspace=who.workspace,
            name=name,
            created_at=now,
            kind="list",
            built=1,
            signal=signal,
        )
        segment = _due(segment, now)
        members: list[Write] = [
            new(Member(version=1, segment=segment.id, customer=id_, workspace=who.workspace, since=now))
            for id_ in dict.fromkeys(customers)
        ]
        jobs = []
        if filter_ is not None:
            segment = msgspec.structs.replace(segment, kind="filter", filter=filter_, types=types, built=0)
            segment, job = _with_job(world, who, segment, kind="segment")
            jobs = [job]
        entry = audit(world, who, "segment.made", subject=segment.id)
        counting = _counting_waits(world, who.workspace, node)
        world.store.commit(new(segment), *map(new, jobs), *members, *counting, *entry, *once.writes(segment, now))
        return segment, jobs

    segment, jobs = again(world, attempt, once)
    world.queues.jobs(map(next_piece, jobs), SETTLE)
    return segment


def change_segment(world: World, who: Principal, id_: str, *, fields: dict[str, Any]) -> Segment:
    """The segment with another name, filter or signal. Another filter is another revision."""
    if fields.get("signal"):
        watched(world, who.workspace, fields["signal"])
    node, types = checked(world, who.workspace, fields["filter"]) if "filter" in fields else (None, {})

    def attempt(_: int) -> tuple[Segment, list[Job]]:
        old = segment_of(world, who.workspace, id_)
        differing = {name: value for name, value in fields.items() if getattr(old, name) != value}
        if not differing:
            return old, []
        segment, jobs = _due(old.changed(**differing), world.clock.now()), []
        if "filter" in differing:
            if old.kind == "list":
                raise Conflict("a list has no filter", "filter")
            segment = msgspec.structs.replace(segment, types=types, revision=old.revision + 1)
            segment, job = _with_job(world, who, segment, kind="segment")
            jobs = [job]
        entry = audit(world, who, "segment.changed", subject=id_, fields=differing)
        counting = _counting_waits(world, who.workspace, node)
        world.store.commit(over(segment, old), *map(new, jobs), *counting, *entry)
        return segment, jobs

    segment, jobs = again(world, attempt)
    world.queues.jobs(map(next_piece, jobs), SETTLE)
    return segment


def watched(world: World, workspace: str, rule: SignalRule, *, field: str = "signal.owner") -> SignalRule:
    """The rule, if its owner may answer. Invalid names the field."""
    owner = own(world, workspace, ref(Agent, workspace, rule.owner), field=field)
    if owner.state != "active" or owner.role == "reader":
        raise Invalid("an agent who may answer", field)
    return rule


def _due(segment: Segment, now: int) -> Segment:
    """The segment with the moment at which its members are walked next."""
    at = (segment.watched_at or now) if segment.watches_newcomers else 0
    return msgspec.structs.replace(segment, watched_at=at)


def _counting_waits(world: World, workspace: str, node: Filter | None) -> list[Write]:
    """From the first filter on that asks since when customers wait, this is counted."""
    tenant = world.store.one(ref(Workspace, workspace)) if node and asks_waits(node) else None
    return [over(tenant.changed(waits_counted=True), tenant)] if tenant and not tenant.waits_counted else []


def remove_segment(world: World, who: Principal, id_: str) -> None:
    """Nobody sees it any more; its members go in a job."""

    def attempt(_: int) -> Job:
        old = segment_of(world, who.workspace, id_)
        segment, job = _with_job(world, who, old.changed(state="gone"), kind="segment.removal")
        world.store.commit(over(segment, old), new(job), *audit(world, who, "segment.removed", subject=id_))
        return job

    world.queues.jobs([next_piece(again(world, attempt))], SETTLE)


def _with_job(world: World, who: Principal, segment: Segment, *, kind: Any) -> tuple[Segment, Job]:
    now = world.clock.now()
    job = Job(
        version=1,
        id=world.fresh_id("job"),
        workspace=who.workspace,
        kind=kind,
        by=who.id,
        created_at=now,
        segment=segment.id,
        revision=segment.revision,
        next_at=now + WAKE_AFTER_MS,
    )
    return msgspec.structs.replace(segment, job=job.id), job


def segment_of(world: World, workspace: str, id_: str, *, field: str = "") -> Segment:
    """The workspace's segment, unless it was thrown away; NotFound or, for what a `field` names, Invalid."""
    place = ref(Segment, id_)
    found = own(world, workspace, place, field=field)
    if found.state == "gone":
        raise missing(place, field)
    return found


def list_customer(world: World, who: Principal, segment: Segment, *, customer: Customer) -> Member:
    """Put a customer into a list; the member that was there already stays."""
    _must_be_list(segment)
    found = world.store.one(ref(Member, segment.id, customer.id))
    if found:
        return found
    now = world.clock.now()
    member = Member(version=1, segment=segment.id, customer=customer.id, workspace=who.workspace, since=now)
    world.store.commit(Put(member, None), *audit(world, who, "segment.listed", subject=segment.id))
    return member


def unlist_customer(world: World, who: Principal, segment: Segment, *, customer: Customer) -> None:
    """Take a customer out of a list, if they are in it."""
    _must_be_list(segment)
    world.store.commit(
        Drop(ref(Member, segment.id, customer.id)), *audit(world, who, "segment.unlisted", subject=segment.id)
    )


def _must_be_list(segment: Segment) -> None:
    if segment.kind != "list":
        raise Conflict("who is in a segment with a filter, its filter says")
