"""Whether a calendar that a customer is given is one of the workspace's."""

from collections.abc import Collection

from ...desk.errors import Invalid
from ...desk.policies import Policies
from ...ports import World, ref


def calendars_of(world: World, workspace: str) -> frozenset[str]:
    """The ids of the workspace's calendars."""
    found = world.store.one(ref(Policies, workspace))
    return frozenset(calendar.id for calendar in found.calendars) if found else frozenset()


def check_named(calendars: Collection[str], calendar: str) -> None:
    """Invalid, unless it is one of them; empty is none."""
    if calendar and calendar not in calendars:
        raise Invalid("no such calendar", "calendar")
