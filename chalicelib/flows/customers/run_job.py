"""Work off a job piece by piece, each with its checkpoint (ADR 21).

A piece's writes come out the same however often it runs, and its end is one transaction on the job: a worker that
dies, a second worker, a message that comes twice change nothing.
"""

from typing import Any

import msgspec

from ...desk.attributes import AttributeType, Type, check_changed, fits
from ...desk.customer_csv import changes_of, converted
from ...desk.customers import Customer
from ...desk.errors import Busy, Clash, Invalid, NotFound, Refusal
from ...desk.hours import zone
from ...desk.jobs import CHUNK, PIECE, WAKE_AFTER_MS, Flaw, Job
from ...desk.names import given_name
from ...desk.segments import Member, Segment
from ...desk.workspaces import outlived
from ...ports import Drop, Listing, World, Write, new, over, ref
from ..optimistic_retry import again
from .admit import Moves, check_domains, merge_customer, would_merge
from .all_customers import all_customers
from .declare_attribute import all_types
from .evaluate_segments import asks_waits, evaluate_segments, filter_of, open_rooms
from .named_calendar import calendars_of, check_named
from .start_job import Row, next_piece

PIECES = 6  # in one call of the worker


def run_job(world: World, job_id: str, piece: int) -> Job | None:
    """Do the job's next pieces if `piece` is the first of them, and wake the worker for those after them."""
    job = world.store.one(ref(Job, job_id))
    for _ in range(PIECES):
        if job is None or job.ended or job.piece != piece:
            break
        try:
            job = _piece(world, job)
            piece = job.piece
        except Clash:  # another worker did this piece, and goes on, or what it was decided on has changed: then again
            job = world.store.one(ref(Job, job_id))
            if job is None or job.piece != piece:
                return job
            break
    if job and not job.ended:
        world.queues.jobs([next_piece(job)])
    return job


def _piece(world: World, job: Job) -> Job:
    kinds = {"customers": _rows, "segment": _evaluate, "segment.removal": _clear, "attribute": _convert}
    return kinds[job.kind](world, job)


def _moved(world: World, job: Job, done: int, *, last: bool, **fields: Any) -> Job:
    """The job after a piece."""
    now = world.clock.now()
    ended = {"state": "done", "ended_at": now} if last else {"state": "running", "next_at": now + WAKE_AFTER_MS}
    return job.changed(piece=job.piece + 1, done=job.done + done, **ended, **fields)


# --- customers from rows ------------------------------------------------------------------------------------------


def _rows(world: World, job: Job) -> Job:
    try:
        rows = _read(world, job)
    except NotFound:
        return _failed(world, job, "its rows are no longer kept")
    types = all_types(world, job.workspace)
    placed = any(row.get("customer", {}).get("calendar") for row in rows)
    calendars = calendars_of(world, job.workspace) if placed else frozenset()
    moves = _moves(world, job)
    flaws = [flaw for row in rows if (flaw := _upsert(world, job, row, types=types, calendars=calendars, moves=moves))]
    if job.dry_run and moves.domains:
        world.files.put(job.moves(job.piece + 1), msgspec.json.encode(moves), "application/json")
    last = job.done + len(rows) >= job.total
    moved = _moved(world, job, len(rows), last=last, failed=job.failed + len(flaws))
    world.store.commit(over(moved, job), *map(new, flaws))
    return moved


def _read(world: World, job: Job) -> list[Row]:
    chunk, start = divmod(job.piece * PIECE, CHUNK)
    rows: list[Row] = msgspec.json.decode(world.files.get(job.chunk(chunk)))
    return rows[start : start + PIECE]


def _moves(world: World, job: Job) -> Moves:
    """The domains that a dry run has moved so far."""
    try:
        return msgspec.json.decode(world.files.get(job.moves(job.piece)), type=Moves) if job.dry_run else Moves()
    except NotFound:
        return Moves()


def _failed(world: World, job: Job, reason: str) -> Job:
    failed = job.changed(state="failed", reason=reason, ended_at=world.clock.now())
    world.store.commit(over(failed, job))
    return failed


def _upsert(
    world: World, job: Job, row: Row, *, types: dict[str, Type], calendars: frozenset[str], moves: Moves
) -> Flaw | None:
    """Write a row, or only look whether it could be; what is wrong with it."""
    try:
        if "customer" not in row:
            raise Refusal(row["detail"], row["field"])
        external_id = row["customer"]["external_id"]

        def asked(old: Customer | None) -> dict[str, Any]:
            fields = _checked(changes_of(row, old), old, types, calendars=calendars)
            return fields | outlived(fields, world.clock.now())

        if job.dry_run:
            would_merge(world, job.workspace, external_id, asked=asked, moves=moves)
        else:
            merge_customer(world, job.workspace, external_id, asked=asked, by=job.id)
    except Busy:
        raise
    except Refusal as wrong:
        return Flaw(job=job.id, line=row["line"], workspace=job.workspace, detail=wrong.detail, field=wrong.field)
    return None


def _checked(
    fields: dict[str, Any], old: Customer | None, types: dict[str, Type], *, calendars: frozenset[str]
) -> dict[str, Any]:
    """The fields as they are kept. What stays as it is was checked when it came."""
    del fields["external_id"]
    if "name" in fields:
        fields["name"] = given_name(fields["name"])
    if "domains" in fields:
        fields["domains"] = check_domains(fields["domains"], old.domains if old else ())
    if "opted_out" in fields:
        fields["opted_out"] = tuple(dict.fromkeys(fields["opted_out"]))
    check_changed(fields.get("attributes", {}), old.attributes if old else {}, types)
    if fields.get("timezone"):
        zone(fields["timezone"])
    check_named(calendars, fields.get("calendar", ""))
    return fields


# --- an attribute that is declared ------------------------------------------------------------------------------


def _convert(world: World, job: Job) -> Job:
    """Make the values of the workspace's next customers fit the type that was declared; what does not fit stays."""
    declared = world.store.one(ref(AttributeType, job.workspace, job.attribute))
    if declared is None or declared.job != job.id:
        return _end(world, job, "the attribute was declared anew since")
    page = all_customers(world.store, job.workspace, PIECE, cursor=job.cursor)
    flaws = []
    for number, customer in enumerate(page.items, job.done + 1):
        detail = again(world, lambda _, id_=customer.id: _fitted(world, id_, declared))  # type: ignore[misc]
        if detail:
            field = f"attributes.{declared.name}"
            flaws.append(Flaw(job=job.id, line=number, workspace=job.workspace, detail=detail, field=field))
    moved = _moved(
        world, job, len(page.items), last=page.next is None, cursor=page.next or "", failed=job.failed + len(flaws)
    )
    world.store.commit(over(moved, job), *map(new, flaws))
    return moved


def _fitted(world: World, customer_id: str, declared: AttributeType) -> str:
    """Convert a customer's value, if it has one that does not fit; why it cannot be."""
    old = world.store.one(ref(Customer, customer_id))
    value = old.attributes.get(declared.name) if old else None
    if old is None or value is None or fits(value, declared.type):
        return ""
    try:
        attributes = {**old.attributes, declared.name: converted(value, declared.type)}
    except Invalid as wrong:
        return f"{old.external_id}: {wrong.detail}"
    world.store.commit(over(old.changed(attributes=attributes), old))
    return ""


# --- segments -----------------------------------------------------------------------------------------------------


def _evaluate(world: World, job: Job) -> Job:
    """Evaluate the segments of the workspace's next customers. Where the filter asks since when they wait, that may
    have been counted of nobody until now: their open rooms are looked at."""
    segment = world.store.one(ref(Segment, job.segment))
    if segment is None or segment.state == "gone" or segment.revision != job.revision:
        return _end(world, job, "the segment has changed since")
    page = all_customers(world.store, job.workspace, PIECE, cursor=job.cursor)
    waits = asks_waits(filter_of(segment))
    opened = {each.id: list(open_rooms(world, each.id)) if waits else [] for each in page.items}
    evaluate_segments(world, job.workspace, {id_: [row.room for row in rows] for id_, rows in opened.items()})
    moved = _moved(world, job, len(page.items), last=page.next is None, cursor=page.next or "")
    built: list[Write] = [] if page.next else [over(segment.changed(built=segment.revision), segment)]
    world.store.commit(over(moved, job), *built)
    return moved


def _clear(world: World, job: Job) -> Job:
    """Take the next members out of a removed segment; at last the segment itself."""
    listing: Listing[Member] = Listing("segment-members", (job.segment,))
    members = world.store.page(listing, PIECE).items
    drops: list[Write] = [Drop(ref(Member, job.segment, member.customer)) for member in members]
    moved = _moved(world, job, len(members), last=not members)
    world.store.commit(over(moved, job), *(drops or [Drop(ref(Segment, job.segment))]))
    return moved


def _end(world: World, job: Job, reason: str) -> Job:
    ended = _moved(world, job, 0, last=True, reason=reason)
    world.store.commit(over(ended, job))
    return ended
