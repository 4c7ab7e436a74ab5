"""Choose how one is told, in the console or, of mails, on the page behind a mail's link."""

from typing import Any

from ...desk.alerts import ALERT_KINDS, MAX_FOLLOWED, AlertChoices, AlertToken, ChosenKind, Way
from ...desk.errors import Invalid, NotFound
from ...desk.hours import zone
from ...desk.permissions import Principal
from ...desk.workspaces import Agent, Workspace
from ...ports import Listing, World, Write, new, over, ref
from ..audit import audit
from ..customers.save_segment import segment_of
from ..optimistic_retry import again
from ..paging import every


def choices_of(world: World, workspace: str, agent: str) -> AlertChoices:
    """What an agent chose; version 0 if they never did."""
    found = world.store.one(ref(AlertChoices, workspace, agent))
    return found or AlertChoices(workspace=workspace, agent=agent)


def choose(world: World, who: Principal, fields: dict[str, Any]) -> AlertChoices:
    """The caller's choices with these fields. Invalid, naming the field, for a segment that is not there."""
    if "timezone" in fields:
        zone(fields["timezone"] or "?")
    _check_segments(world, who, fields.get("segments", ()))

    def attempt(_: int) -> AlertChoices:
        old = choices_of(world, who.workspace, who.id)
        ways = {"ways": {**old.ways, **fields["ways"]}} if "ways" in fields else {}
        changed = old.changed(**(fields | ways))
        writes: list[Write] = [over(changed, old) if old.version else new(changed)]
        if changed.segments != old.segments:
            writes += _followed(world, changed)
        world.store.commit(*writes, *audit(world, who, "alerts.chosen", subject=who.id, fields=fields))
        return changed

    return again(world, attempt)


def _check_segments(world: World, who: Principal, segments: tuple[str, ...]) -> None:
    if len(segments) > MAX_FOLLOWED:
        raise Invalid(f"an agent follows at most {MAX_FOLLOWED} segments", "segments")
    for place, id_ in enumerate(segments):
        segment_of(world, who.workspace, id_, field=f"segments[{place}]")


def _followed(world: World, changed: AlertChoices) -> list[Write]:
    """The workspace names the segments that somebody follows: where nobody does, an ask costs nothing more."""
    tenant = world.store.one(ref(Workspace, changed.workspace))
    if tenant is None:
        raise NotFound("no such workspace")
    listing: Listing[AlertChoices] = Listing("alert-choices", (changed.workspace,))
    others = [each for each in every(world.store, listing) if each.agent != changed.agent]
    followed = tuple(sorted({segment for each in [*others, changed] for segment in each.segments}))
    return [over(tenant.changed(followed=followed), tenant)] if followed != tenant.followed else []


def by_alert_token(world: World, token: str) -> AlertChoices:
    """Whose choices a token opens. NotFound for one that opens none, or of somebody who is gone."""
    way = world.store.one(ref(AlertToken, token)) if token.isascii() and token.isalnum() and len(token) < 64 else None
    agent = world.store.one(ref(Agent, way.workspace, way.agent)) if way else None
    if way is None or agent is None or agent.state != "active":
        raise NotFound("no such address")
    return choices_of(world, way.workspace, way.agent)


def stop_mails(world: World, token: str, stopped: bool) -> AlertChoices:
    """No more mails of alerts to whom the token is of, in whatever they chose; or mails again, as at first."""

    def attempt(_: int) -> AlertChoices:
        old = by_alert_token(world, token)
        ways: dict[ChosenKind, tuple[Way, ...]] = {each: _without_mail(old, each) for each in ALERT_KINDS}
        ways = ways if stopped else {}
        if old.ways == ways:
            return old
        changed = old.changed(ways=ways)
        world.store.commit(over(changed, old))
        return changed

    return again(world, attempt)


def _without_mail(choices: AlertChoices, kind: ChosenKind) -> tuple[Way, ...]:
    return tuple(way for way in choices.ways_of(kind) if way not in ("mail", "digest"))


def mails_stopped(choices: AlertChoices) -> bool:
    """Whether nothing is told by mail."""
    return not any({"mail", "digest"}.intersection(choices.ways_of(each)) for each in ALERT_KINDS)
