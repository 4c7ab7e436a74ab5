"""A customer is forgotten whole: its people so many at a time, its rooms with all that was said there, itself; who is
called so afterwards is somebody new."""

import pytest

from chalicelib.desk.customers import Customer, Domain, User
from chalicelib.desk.erasures import Erasure, Self, Subject
from chalicelib.desk.messages import Message
from chalicelib.desk.rooms import Room
from chalicelib.flows import dispatch
from chalicelib.flows.erasures.start import next_piece
from chalicelib.flows.erasures.subjects import TOGETHER
from chalicelib.store.rows import to_row
from tests.api import Tenant
from tests.fakes import Parley

PEOPLE = 5


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.flows.erasures.subjects.TOGETHER", 2)
    monkeypatch.setattr("chalicelib.flows.erasures.places.KEPT_EVENTS_MS", 3_600_000)


def talked(parley: Parley, tenant: Tenant) -> str:
    """Several people of Acme have spoken, in triage and in a room of their own; Bolt's as well."""
    tenant.customer("acme", name="Zebra Works", domains=["zebra.example"])
    room = tenant.triage()
    for number in range(PEOPLE):
        user = tenant.user(user=f"zebra{number}", name=f"Zebra {number}", email=f"z{number}@zebra.example")
        assert user.post(f"/v1/rooms/{room}/messages", {"text": f"zebra words {number}"}).status == 201
    own = user.post("/v1/rooms", {"name": "Zebras"}).json["id"]
    tenant.api.post(f"/v1/rooms/{own}/messages", {"text": "Zebra 1, we look"})
    tenant.api.patch(f"/v1/rooms/{own}", {"state": "resolved"})
    bolt = tenant.user("bolt", "bob", name="Bob")
    other = bolt.get("/v1/rooms").json["items"][0]["id"]
    bolt.post(f"/v1/rooms/{other}/messages", {"text": "Others' words"})
    parley.settle()
    return str(tenant.api.get("/v1/customers/acme").json["id"])


def forget(parley: Parley, tenant: Tenant) -> Erasure:
    id_ = tenant.api.delete("/v1/customers/acme").json["id"]
    for _ in range(300):
        (erasure,) = [each for each in parley.records() if isinstance(each, Erasure) and each.id == id_]
        if erasure.ended:
            return erasure
        parley.queues.tasks.clear()
        dispatch.job(parley.world, next_piece(erasure))
        parley.react_all()
        parley.sort_all()
        parley.clock.at += 200_000
    raise AssertionError(erasure)


def test_nothing_of_it_is_left_and_the_others_read_on(parley: Parley, tenant: Tenant) -> None:
    id_ = talked(parley, tenant)
    erasure = forget(parley, tenant)
    assert (erasure.removed["User"], erasure.removed["Room"], erasure.removed["Customer"]) == (PEOPLE, 2, 1)
    assert erasure.removed["Message"] == PEOPLE + 1
    parley.settle()
    rows = [to_row(each) for each in parley.records()]
    left = [f"{row.t} {row.pk} {row.sk} {row.d}" for row in rows]
    assert [each for each in left if "zebra" in each.casefold() and "Claim" not in each] == []
    ends_by_itself = ("Audit", "Claim", "Unindexed")
    assert [each for each in left if id_ in each and not each.startswith(ends_by_itself)] == []
    assert "ebra" not in str(tenant.api.get("/v1/search", q="zebra").json)
    assert [each.external_id for each in parley.records() if isinstance(each, Customer)] == ["bolt"]
    assert [each for each in parley.records() if isinstance(each, Domain | User) and each.customer == id_] == []
    assert "Others' words" in [each.text for each in parley.records() if isinstance(each, Message)]


def test_who_is_called_so_afterwards_is_somebody_new(parley: Parley, tenant: Tenant) -> None:
    id_ = talked(parley, tenant)
    forget(parley, tenant)
    assert tenant.api.get("/v1/customers/acme").status == 404
    anew = tenant.customer("acme", name="Acme")
    assert anew["id"] != id_
    assert tenant.customer("acme", language="de")["id"] == anew["id"]
    ann = tenant.user(name="Ann")
    (room,) = ann.get("/v1/rooms").json["items"]
    assert room["id"] == anew["triage_room"]
    assert ann.post(f"/v1/rooms/{room['id']}/messages", {"text": "Hello"}).status == 201
    assert {each.customer for each in parley.records() if isinstance(each, Room) and each.customer} >= {anew["id"]}
    listed = tenant.api.get("/v1/rooms", customer="acme").json["items"]
    assert [each["id"] for each in listed] == [room["id"]]


def test_a_batch_of_people_fits_into_a_record() -> None:
    selves = tuple(Self(id=f"usr_{'x' * 26}", customer=f"cus_{'x' * 26}") for _ in range(TOGETHER))
    names = tuple(f"{number:04d}{'é' * 200}" for number in range(TOGETHER))
    subject = Subject(selves=selves, names=names, addresses=names, outside=names, called=names)
    row = to_row(
        Erasure(
            id="ers_1", workspace="wsp_1", of="customer", by="agt_1", created_at=1, stand_in="gone_1", subject=subject
        )
    )
    assert len(row.d.encode()) < 390_000
