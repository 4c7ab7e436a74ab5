"""Save policies, their order, calendars, and which segments are measured: all in one row, whose version the workspace
names.
"""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

import msgspec

from ...desk.calendars import Calendar, check_calendar
from ...desk.errors import Conflict, Invalid, NotFound
from ...desk.permissions import Principal
from ...desk.policies import MAX_CALENDARS, MAX_POLICIES, Policies, Policy
from ...desk.segments import Segment
from ...desk.workspaces import Workspace
from ...ports import World, over, ref
from ..audit import audit
from ..once import KEYLESS, Once
from ..optimistic_retry import again

T = TypeVar("T", Policy, Calendar)
R = TypeVar("R")
Changed = tuple[Policies, R, Collection[str]]  # the policies, what is answered, the fields that differ

MAX_BYTES = 300_000  # an item of DynamoDB takes 400 KB


def make_policy(
    world: World, who: Principal, position: int, fields: dict[str, Any], once: Once = KEYLESS
) -> tuple[Policy, int]:
    """A new policy, and its position: the one that was asked for (from 1), or the last (0)."""
    policy = Policy(id=world.fresh_id("pol"), **fields)

    def change(old: Policies) -> Changed[tuple[Policy, int]]:
        if len(active(old)) >= MAX_POLICIES:
            raise Conflict(f"a workspace has at most {MAX_POLICIES} policies")
        check_references(world, old, policy)
        return *_placed(old, policy, position or MAX_POLICIES), ()

    return _saved(world, who, "policy.made", policy.id, change, once)


def change_policy(world: World, who: Principal, id_: str, position: int, fields: dict[str, Any]) -> tuple[Policy, int]:
    """The policy with these fields, at a position (from 1; 0: where it is). What differs makes a new revision."""

    def change(old: Policies) -> Changed[tuple[Policy, int]]:
        policy = policy_in(old, id_)
        revised, differing = _revised(policy, fields)
        check_references(world, old, revised)
        at = position or active(old).index(policy) + 1
        return *_placed(old, revised, at), [*differing, *(["position"] if position else [])]

    return _saved(world, who, "policy.changed", id_, change)


def remove_policy(world: World, who: Principal, id_: str) -> None:
    """No ask that begins from now on is its. The last ones that were removed keep their names."""

    def change(old: Policies) -> Changed[None]:
        gone, _ = _revised(policy_in(old, id_), {"state": "gone"})
        others = [each for each in old.policies if each.id != id_ and each.state == "gone"]
        left = [each for each in active(old) if each.id != id_]
        return _with(old, policies=(*left, gone, *others[: MAX_POLICIES - 1])), None, ()

    _saved(world, who, "policy.removed", id_, change)


def make_calendar(world: World, who: Principal, fields: dict[str, Any], once: Once = KEYLESS) -> Calendar:
    """A new calendar."""
    calendar = Calendar(id=world.fresh_id("cal"), **fields)
    check_calendar(calendar)

    def change(old: Policies) -> Changed[Calendar]:
        if len(old.calendars) >= MAX_CALENDARS:
            raise Conflict(f"a workspace has at most {MAX_CALENDARS} calendars")
        return _with(old, calendars=(*old.calendars, calendar)), calendar, ()

    return _saved(world, who, "calendar.made", calendar.id, change, once)


def change_calendar(
    world: World, who: Principal, id_: str, changing: Callable[[Calendar], dict[str, Any]], once: Once = KEYLESS
) -> Calendar:
    """The calendar with the fields that `changing` says for it. What differs makes a new revision."""

    def change(old: Policies) -> Changed[Calendar]:
        calendar = calendar_in(old, id_)
        revised, differing = _revised(calendar, changing(calendar))
        check_calendar(revised)
        calendars = tuple(revised if each.id == id_ else each for each in old.calendars)
        return _with(old, calendars=calendars), revised, differing

    return _saved(world, who, "calendar.changed", id_, change, once)


def remove_calendar(world: World, who: Principal, id_: str) -> None:
    """Customers that named it have the hours of their policy again; Conflict while a policy names it."""

    def change(old: Policies) -> Changed[None]:
        calendar_in(old, id_)
        user = next((policy for policy in active(old) if policy.calendar == id_), None)
        if user:
            raise Conflict(f"the policy “{user.name}” counts by this calendar")
        return _with(old, calendars=tuple(each for each in old.calendars if each.id != id_)), None, ()

    _saved(world, who, "calendar.removed", id_, change)


def measure(world: World, who: Principal, segments: Collection[str]) -> Policies:
    """The policies, of which an ended clock remembers those of these segments that its customer is in."""
    measured = tuple(dict.fromkeys(segments))

    def change(old: Policies) -> Changed[Policies]:
        for place, id_ in enumerate(measured):
            _check_segment(world, old.workspace, id_, f"segments[{place}]")
        changed = _with(old, measured=measured)
        return changed, changed, ["measured"]

    return _saved(world, who, "segments.measured", who.workspace, change)


def active(policies: Policies) -> list[Policy]:
    """The policies that hold, in their order."""
    return [policy for policy in policies.policies if policy.state == "active"]


def policy_in(policies: Policies, id_: str) -> Policy:
    """The policy of that id; NotFound, also for one that was removed."""
    return _named(active(policies), id_, "no such policy")


def calendar_in(policies: Policies, id_: str) -> Calendar:
    """The calendar of that id; NotFound."""
    return _named(policies.calendars, id_, "no such calendar")


def _named(of: Collection[T], id_: str, missing: str) -> T:
    found = next((each for each in of if each.id == id_), None)
    if found is None:
        raise NotFound(missing)
    return found


def _placed(old: Policies, policy: Policy, position: int) -> tuple[Policies, tuple[Policy, int]]:
    """The policies with that one at a position, and where it came to be."""
    order = [each for each in active(old) if each.id != policy.id]
    order.insert(position - 1, policy)
    gone = [each for each in old.policies if each.state == "gone"]
    return _with(old, policies=(*order, *gone)), (policy, order.index(policy) + 1)


def _revised(old: T, fields: dict[str, Any]) -> tuple[T, list[str]]:
    differing = [name for name, value in fields.items() if getattr(old, name) != value]
    if not differing:
        return old, []
    return msgspec.structs.replace(old, **fields, revision=old.revision + 1), differing


def _with(old: Policies, **fields: Any) -> Policies:
    return msgspec.structs.replace(old, **fields)


def check_references(world: World, old: Policies, policy: Policy) -> None:
    """Invalid, naming the field, for a segment or a calendar that is not there."""
    if policy.segment:
        _check_segment(world, old.workspace, policy.segment, "segment")
    if policy.calendar and policy.calendar not in {each.id for each in old.calendars}:
        raise Invalid("no such calendar", "calendar")


def _check_segment(world: World, workspace: str, id_: str, field: str) -> None:
    found = world.store.one(ref(Segment, id_))
    if found is None or found.workspace != workspace or found.state == "gone":
        raise Invalid("no such segment", field)


def _saved(
    world: World,
    who: Principal,
    verb: str,
    subject: str,
    change: Callable[[Policies], Changed[R]],
    once: Once = KEYLESS,
) -> R:
    def attempt(_: int) -> R:
        workspace, row = world.store.many([ref(Workspace, who.workspace), ref(Policies, who.workspace)])
        if workspace is None:
            raise NotFound("no such workspace")
        old = row or Policies(workspace=who.workspace)
        changed, result, fields = change(old)
        kept = once.writes(result, world.clock.now())
        if changed != old:
            since = changed.since or (world.clock.now() if changed.policies else 0)
            changed = changed.changed(since=since)
            if len(msgspec.json.encode(changed)) > MAX_BYTES:
                raise Conflict(f"policies and calendars take at most {MAX_BYTES} bytes in all")
            entry = audit(world, who, verb, subject, fields)
            writes = [over(changed, old), over(workspace.changed(policies=changed.version), workspace), *entry]
            world.store.commit(*writes, *kept)
        elif kept:
            world.store.commit(*kept)
        return result

    return again(world, attempt, once)
