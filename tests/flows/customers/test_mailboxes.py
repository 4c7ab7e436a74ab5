"""Whose a mail from an address is: a user's, for as long as it is their address, and of two customers' that one's in
whose room it is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.arrivals import Mailed
from chalicelib.desk.customers import Customer, User
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.mails import Mailbox
from chalicelib.desk.rooms import Room
from chalicelib.desk.workspaces import Install
from chalicelib.flows.customers.admit import admit_customer, admit_user
from chalicelib.flows.inbound.context import Arriving
from chalicelib.flows.inbound.copied_people import copied_people, user_of_address
from chalicelib.ports import Listing, Put, ref
from tests.arriving import INSTALL, WORKSPACE, outside
from tests.fakes import Parley
from tests.proofs import prove

ADDRESSES = ("ann@acme.example", "Ann@Acme.example", "ann@new.example", "")
CUSTOMERS = ("acme", "beta")
acts = st.lists(st.tuples(st.sampled_from(CUSTOMERS), st.sampled_from(("ann", "bob")), st.sampled_from(ADDRESSES)))


def boxes(parley: Parley, address: str) -> list[Mailbox]:
    listing: Listing[Mailbox] = Listing("mailboxes", (WORKSPACE, address))
    return parley.store.page(listing, 100).items


def owner(parley: Parley, address: str, wanted: str = "", placed: Customer | None = None) -> tuple[str, str] | None:
    found: tuple[Customer, User] | None = user_of_address(
        parley.world, WORKSPACE, address, wanted=wanted, placed=placed
    )
    return (found[0].external_id, found[1].external_id) if found else None


@given(acts)
def test_an_address_speaks_for_those_who_have_it_now(changes: list[tuple[str, str, str]]) -> None:
    parley = Parley()
    now: dict[tuple[str, str], str] = {}
    known: dict[str, Customer] = {}
    for customer, user, address in changes:
        known[customer], _ = admit_customer(parley.world, WORKSPACE, customer)
        admit_user(parley.world, known[customer], user, email=address)
        now[customer, user] = address.lower()
    for address in {each.lower() for each in ADDRESSES} - {""}:
        having = sorted(who for who, theirs in now.items() if theirs == address)
        assert len(boxes(parley, address)) == len(having)
        for name, customer in known.items():
            inside = [who for who in having if who[0] == name]
            alone = having if len(having) == 1 else []
            for sample in ({"wanted": customer.id}, {"placed": customer}):
                found = owner(parley, address, **sample)  # type: ignore[arg-type]
                assert found in (inside or alone or [None])
        assert owner(parley, address) == (having[0] if len(having) == 1 else None)


@pytest.mark.parametrize("address", ["", "ann@new.example"])
def test_an_old_address_speaks_for_nobody_though_its_claim_is_left(address: str) -> None:
    parley = Parley()
    acme, _ = admit_customer(parley.world, WORKSPACE, "acme")
    ann, _ = admit_user(parley.world, acme, "ann", email="ann@acme.example")
    (box,) = boxes(parley, "ann@acme.example")
    admit_user(parley.world, acme, "ann", email=address)
    assert boxes(parley, "ann@acme.example") == []
    parley.store.commit(Put(box, None))  # as a reader of the index may see it still
    assert owner(parley, "ann@acme.example") is None
    assert owner(parley, "ann@acme.example", acme.id) is None
    assert owner(parley, "ann@new.example") == (("acme", "ann") if address else None)


def test_the_room_says_whose_it_is_before_the_domain_does() -> None:
    parley = Parley()
    both: dict[str, Any] = {name: admit_customer(parley.world, WORKSPACE, name)[0] for name in CUSTOMERS}
    for name, customer in both.items():
        admit_user(parley.world, customer, f"ann-{name}", email="ann@acme.example")
    assert owner(parley, "ann@acme.example", both["beta"].id, both["acme"]) == ("beta", "ann-beta")
    assert owner(parley, "ann@acme.example", "", both["acme"]) == ("acme", "ann-acme")
    assert owner(parley, "ann@acme.example") is None


def copied(customer: str) -> list[tuple[str, str]]:
    """Who gets the answers of a room of `customer` after a mail of Acme's people with everybody in copy."""
    parley = outside(Parley())
    both = {name: admit_customer(parley.world, WORKSPACE, name, domains=(f"{name}.example",))[0] for name in CUSTOMERS}
    prove(parley, *[f"{name}.example" for name in CUSTOMERS])
    admit_user(parley.world, both["acme"], "ann", email="ann@elsewhere.example")
    admit_user(parley.world, both["beta"], "bob", email="bob@beta.example")
    room = Room(id="room_1", workspace=WORKSPACE, kind="topic", name="R", created_at=1)
    room = room.changed(customer=both[customer].id if customer else "")
    others = ("ann@elsewhere.example", "new@acme.example", "bob@beta.example", "eve@evil.example")
    mail = Mailed(id="m1", sender="a@acme.example", name="", verdict="pass", subject="", text="x", at=1, others=others)
    install = parley.store.one(ref(Install, INSTALL))
    assert install
    envelope = Envelope(
        id="env_1", workspace=WORKSPACE, install=INSTALL, channel="email", received_at=1, headers={}, body=b""
    )
    found = copied_people(Arriving(parley.world, install, envelope), mail, both["acme"], room=room)
    return [(address, who.kind) for who, address in found]


def test_in_copy_are_people_of_the_rooms_own_customer_alone() -> None:
    assert copied("acme") == [("ann@elsewhere.example", "user"), ("new@acme.example", "visitor")]
    assert copied("beta") == copied("") == []
