"""Of an install that is switched off nothing is taken: neither at the door, however young its copy, nor off the
queue."""

import pytest

from chalicelib.desk.arrivals import Said, Speaker
from chalicelib.desk.workspaces import Install
from chalicelib.flows.inbound.accept import REST_MS, TRUST_MS, installed
from chalicelib.ports import over, ref
from tests.arriving import INSTALL, arrive_as, known, outside
from tests.fakes import Parley


@pytest.fixture
def parley(parley: Parley) -> Parley:
    return outside(parley)


def switch(parley: Parley, state: str) -> None:
    install = parley.store.one(ref(Install, INSTALL))
    assert install
    parley.store.commit(over(install.changed(state=state), install))


@pytest.mark.parametrize(("state", "taken"), [("active", True), ("paused", True), ("disabled", False)])
def test_what_an_install_may_take_by_its_state(parley: Parley, state: str, taken: bool) -> None:
    switch(parley, state)
    assert (installed(parley.world, "webhook", INSTALL) is not None) is taken
    said = Said(id="m1", speaker=Speaker(customer="acme", user="ann"), text="x", at=5)
    outcome = arrive_as(parley, said)
    assert (outcome.handled, outcome.ignored) == ((["said"], []) if taken else ([], ["install-gone"]))
    assert (known(parley, "m1") is not None) is taken


def test_what_no_install_has_sent_is_of_nobody(parley: Parley) -> None:
    said = Said(id="m1", speaker=Speaker(customer="acme", user="ann"), text="x", at=5)
    assert arrive_as(parley, said, install="ins_none").ignored == ["install-gone"]
    assert installed(parley.world, "webhook", "ins_none") is None
    assert installed(parley.world, "form", INSTALL) is None


def looks(parley: Parley, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    found: list[object] = []
    one = parley.store.one
    monkeypatch.setattr(parley.store, "one", lambda wanted: found.append(wanted) or one(wanted))
    return found


@pytest.mark.parametrize(
    ("state", "age", "again"),
    [
        ("active", TRUST_MS - 1, 0),
        ("active", TRUST_MS, 1),
        ("disabled", REST_MS - 1, 0),
        ("disabled", REST_MS, 1),
        ("paused", REST_MS, 1),
    ],
)
def test_a_copy_is_trusted_for_its_time(
    parley: Parley, monkeypatch: pytest.MonkeyPatch, state: str, age: int, again: int
) -> None:
    switch(parley, state)
    installed(parley.world, "webhook", INSTALL)
    found = looks(parley, monkeypatch)
    parley.clock.at += age - 1  # a look at the clock takes the last one
    installed(parley.world, "webhook", INSTALL)
    assert len(found) == again


@pytest.mark.parametrize(("before", "after"), [("active", "disabled"), ("disabled", "active")])
def test_a_switch_holds_once_the_copy_is_old(parley: Parley, before: str, after: str) -> None:
    switch(parley, before)
    installed(parley.world, "webhook", INSTALL)
    switch(parley, after)
    parley.clock.at += TRUST_MS if before == "active" else REST_MS
    assert (installed(parley.world, "webhook", INSTALL) is not None) is (after == "active")
