"""The nightly pass: whom it asks, when it goes on, and what it asks for the next time."""

import msgspec
import pytest

from chalicelib.desk.issues import Tracking
from chalicelib.desk.times import DAY_MS
from chalicelib.desk.workspaces import Install
from chalicelib.flows.tickets.nightly_catch_up import LATER_MS, run_nightly
from chalicelib.ports import ProviderBusy, ProviderRefused, over, ref
from tests.fakes import Parley
from tests.tracking import Desk, busy, denied


@pytest.fixture
def desk(parley: Parley) -> Desk:
    return Desk(parley)


def tracking(desk: Desk) -> Tracking:
    found = desk.parley.store.one(ref(Tracking, desk.install))
    assert found
    return found


def install(desk: Desk) -> Install:
    found = desk.parley.store.one(ref(Install, desk.install))
    assert found
    return found


def due_in(desk: Desk) -> int:
    """Minutes until the next one."""
    return round((tracking(desk).due - desk.parley.clock.at) / 60_000)


DAY, LATER = DAY_MS // 60_000, LATER_MS // 60_000


def test_an_install_that_is_gone_or_disabled_is_not_asked(desk: Desk) -> None:
    assert run_nightly(desk.parley.world, "ins_none") == 0
    old = install(desk)
    desk.parley.store.commit(over(old.changed(state="disabled"), old))
    desk.there.reads.clear()
    assert run_nightly(desk.parley.world, desk.install) == 0
    assert (desk.there.reads, due_in(desk)) == ([], DAY)


@pytest.mark.parametrize(
    ("mood", "state", "due"),
    [
        (denied(), "active", DAY),
        (denied("revoked", lost=True), "paused", DAY),
        (busy(), "active", LATER),
        (busy(7200), "active", 120),
    ],
)
def test_who_refuses_is_asked_the_next_day_and_who_is_busy_when_it_says(
    desk: Desk, mood: ProviderBusy | ProviderRefused, state: str, due: int
) -> None:
    desk.there.moods = [mood]
    assert run_nightly(desk.parley.world, desk.install) == 0
    assert (install(desk).state, due_in(desk)) == (state, due)


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_the_next_one_asks_for_what_changed_after_this_one_began(desk: Desk, pages: int) -> None:
    for number in range(pages * 5 - 1):
        desk.there.new(f"Theirs {number}")
    began = desk.parley.clock.at
    for page in range(pages):
        assert tracking(desk).cursor == (str(page * 5) if page else "")
        run_nightly(desk.parley.world, desk.install)
        assert due_in(desk) == (DAY if page == pages - 1 else LATER)
        desk.parley.clock.at += 600_000
    assert began < tracking(desk).since < began + 600_000
    assert (tracking(desk).begun, tracking(desk).cursor) == (0, "")


def test_a_ticket_of_ours_without_a_time_is_looked_at_and_no_other(desk: Desk) -> None:
    desk.raised()
    desk.there.new("Theirs")
    desk.there.tickets_ = {
        id_: msgspec.structs.replace(seen, updated_at=0) for id_, seen in desk.there.tickets_.items()
    }
    desk.there.changed = lambda since, cursor="": (list(desk.there.tickets_.values()), "")  # type: ignore[method-assign]
    assert run_nightly(desk.parley.world, desk.install) == 1


def test_a_ticket_that_is_as_we_saw_it_is_not_looked_at(desk: Desk) -> None:
    desk.raised()
    assert run_nightly(desk.parley.world, desk.install) == 0
    desk.there.say("1", "Hm")
    assert run_nightly(desk.parley.world, desk.install) == 1
