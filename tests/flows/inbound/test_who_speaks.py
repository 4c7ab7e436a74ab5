"""Who an outside account's person is: an agent only by an address that the install's own account vouches for, and only
while that agent is one."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from chalicelib.desk.arrivals import Said, Speaker
from chalicelib.desk.customers import Customer, User
from chalicelib.desk.ids import customer_id, user_id
from chalicelib.desk.outside_people import FACE_LIFE_MS, OutsidePerson, Shown
from chalicelib.desk.rooms import Binding, Bridge, Room
from chalicelib.desk.workspaces import Agent, Install
from chalicelib.flows.inbound.identify import agent_of, author_of, blocked, outside_person
from chalicelib.ports import ProviderBusy, new, over, ref
from tests.arriving import INSTALL, WORKSPACE, arrive_as, known, outside
from tests.fakes import Parley

ACME, AGENT = customer_id(WORKSPACE, "acme"), "agt_bo"
ADDRESS = "bo@vendor.example"


class Account:
    """A provider that shows everybody as it is told to; it counts how often it is asked."""

    def __init__(self, shown: Shown | None) -> None:
        self.shown, self.asked = shown, 0

    def person(self, outside_id: str, account: str) -> Shown:
        self.asked += 1
        if self.shown is None:
            raise ProviderBusy("later")
        return self.shown


def scene(shown: Shown | None, state: Any = "active") -> tuple[Parley, Account, Install]:
    parley, account = outside(Parley()), Account(shown)
    parley.world = replace(parley.world, asking=lambda kind: lambda *_: account)  # type: ignore[arg-type, return-value]
    parley.store.commit(
        new(Agent(id=AGENT, workspace=WORKSPACE, name="Bo", role="agent", created_at=1, email=ADDRESS, state=state)),
        new(Customer(id=ACME, workspace=WORKSPACE, external_id="acme", name="Acme", created_at=1)),
    )
    install = parley.store.one(ref(Install, INSTALL))
    assert install
    return parley, account, install


@pytest.mark.parametrize(
    ("home", "email", "bot", "state"),
    list(product([True, False], [ADDRESS, ADDRESS.title(), "eve@x.example", ""], [False, True], ["active", "blocked"])),
)
def test_an_agent_is_who_the_own_account_says_has_an_active_agents_address(
    home: bool, email: str, bot: bool, state: str
) -> None:
    parley, _, install = scene(Shown(name="Bo", email=email, home=home, bot=bot), state)
    wanted = home and not bot and email.lower() == ADDRESS and state == "active"
    found = agent_of(parley.world, install, Speaker(outside="U1"))
    assert (found is not None) is wanted
    customer = parley.store.one(ref(Customer, ACME))
    author = author_of(parley.world, install, Speaker(outside="U1"), customer=customer)
    if bot:
        assert (author.kind, author.name) == ("machine", "Bo")
    else:
        assert (author.kind, author.id) == (("agent", AGENT) if wanted else ("user", user_id(ACME, "webhook:U1")))


def test_who_was_an_agent_when_we_asked_is_none_once_they_are_gone() -> None:
    parley, account, install = scene(Shown(name="Bo", email=ADDRESS, home=True))
    assert agent_of(parley.world, install, Speaker(outside="U1"))
    agent = parley.store.one(ref(Agent, WORKSPACE, AGENT))
    assert agent
    parley.store.commit(over(agent.changed(state="gone"), agent))
    assert agent_of(parley.world, install, Speaker(outside="U1")) is None
    assert account.asked == 1


def test_who_has_no_address_is_no_agent_though_an_agent_has_none_either() -> None:
    parley, _, install = scene(Shown(name="Bo", home=True))
    cy = Agent(id="agt_cy", workspace=WORKSPACE, name="Cy", role="agent", created_at=1)
    parley.store.commit(new(cy))
    assert agent_of(parley.world, install, Speaker(outside="U1")) is None


@pytest.mark.parametrize("id_", ["agt_aa", "agt_zz"])
def test_of_two_agents_with_one_address_the_one_who_is_there_speaks(id_: str) -> None:
    parley, _, install = scene(Shown(name="Bo", email=ADDRESS, home=True), "gone")
    there = Agent(id=id_, workspace=WORKSPACE, name="Bo", role="agent", created_at=1, email=ADDRESS)
    parley.store.commit(new(there))
    found = agent_of(parley.world, install, Speaker(outside="U1"))
    assert found
    assert found.id == id_


@pytest.mark.parametrize(("shown", "sample", "name"), [("Ann", "A.", "Ann"), ("", "A.", "A."), ("", "", "U1")])
def test_a_person_is_called_as_the_account_does_or_as_the_event_did_or_by_their_id(
    shown: str, sample: str, name: str
) -> None:
    parley, _, install = scene(Shown(name=shown))
    face = outside_person(parley.world, install, "U1", account="", name=sample)
    assert (face.name, face.version) == (name, 1)


def test_on_the_vendors_side_a_stranger_is_an_unverified_one_of_nobody() -> None:
    parley, _, install = scene(Shown(name="Eve", email=ADDRESS))
    author = author_of(parley.world, install, Speaker(outside="U1", side="vendor"), customer=None)
    assert (author.kind, author.verified, author.id == AGENT) == ("agent", False, False)


@pytest.mark.parametrize(("age", "asked"), [(FACE_LIFE_MS - 10, 1), (FACE_LIFE_MS, 2)])
def test_the_provider_is_asked_again_after_a_day(age: int, asked: int) -> None:
    parley, account, install = scene(Shown(name="Ann"))
    agent_of(parley.world, install, Speaker(outside="U1"))
    face = parley.store.one(ref(OutsidePerson, INSTALL, "U1"))
    assert face
    parley.clock.at = face.seen_at + age - 1
    agent_of(parley.world, install, Speaker(outside="U1"))
    assert account.asked == asked
    assert parley.store.one(ref(OutsidePerson, INSTALL, "U1")).version == asked  # type: ignore[union-attr]


def test_of_whom_the_provider_tells_nothing_we_keep_what_we_knew() -> None:
    parley, account, install = scene(Shown(name="Bo", email=ADDRESS, home=True))
    agent_of(parley.world, install, Speaker(outside="U1"))
    parley.clock.at += FACE_LIFE_MS
    account.shown = None
    assert agent_of(parley.world, install, Speaker(outside="U1"))
    customer = parley.store.one(ref(Customer, ACME))
    assert author_of(parley.world, install, Speaker(outside="U2", name="Cy"), customer=customer).name == "Cy"
    assert parley.store.one(ref(OutsidePerson, INSTALL, "U2")) is None


def test_what_is_told_of_a_person_is_kept_and_what_is_not_told_takes_nothing_away() -> None:
    parley, account, install = scene(Shown(name="Ann", email="ann@acme.example"))
    customer = parley.store.one(ref(Customer, ACME))
    author_of(parley.world, install, Speaker(outside="U1"), customer=customer)
    parley.clock.at += FACE_LIFE_MS
    account.shown = Shown(name="Ann")
    author_of(parley.world, install, Speaker(outside="U1"), customer=customer)
    face = parley.store.one(ref(OutsidePerson, INSTALL, "U1"))
    assert (face.version, face.email) == (2, "")  # type: ignore[union-attr]
    user = parley.store.one(ref(User, ACME, user_id(ACME, "webhook:U1")))
    assert user
    assert user.email == "ann@acme.example"


@pytest.mark.parametrize(("home", "internal"), [(True, False), (False, False)])
def test_another_workspaces_namesake_speaks_in_the_customers_room_as_its_user(home: bool, internal: bool) -> None:
    parley, _, _ = scene(Shown(name="Bo", email=ADDRESS, home=home))
    parley.store.commit(
        new(Room(id="room_1", workspace=WORKSPACE, kind="topic", name="R", created_at=1, customer=ACME)),
        new(Binding(install=INSTALL, conversation="C1", workspace=WORKSPACE, room="room_1", bound_at=1, slot="s")),
        new(
            Bridge(
                room="room_1",
                install=INSTALL,
                channel="webhook",
                workspace=WORKSPACE,
                bound_at=1,
                conversation="C1",
                slot="s",
            )
        ),
    )
    sample = Said(id="m1", speaker=Speaker(outside="U1"), text="x", at=5, conversation="C1", tied=True)
    assert arrive_as(parley, sample).handled == ["said"]
    message = known(parley, "m1")
    assert message
    assert (message.author.kind, message.internal) == ("agent" if home else "user", internal)
    assert blocked(parley.world, parley.store.one(ref(Customer, ACME)), message.author) is False
