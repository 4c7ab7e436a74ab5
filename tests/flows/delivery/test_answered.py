"""An answer counts once it is delivered to who asked, by the way that they asked, in whatever order that is heard."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.desk.deliveries import Delivery
from chalicelib.flows.rooms.answered import settle_answer
from chalicelib.ports import ProviderBusy, ProviderRefused, over
from tests.api import Tenant
from tests.conftest import in_memory
from tests.fakes import Parley
from tests.flows.mail.test_mails import BOUNCE, answer, come, rooms
from tests.mails import connect
from tests.proofs import prove

REFUSED = ProviderRefused("SES refuses the mail (MessageRejected)")


@pytest.fixture
def install(parley: Parley, tenant: Tenant) -> dict[str, Any]:
    tenant.api.put("/v1/customers/acme", {"name": "Acme", "domains": ["acme.example"]})
    prove(parley, "acme.example")
    tenant.api.put("/v1/customers/acme/users/ann", {"name": "Ann", "email": "Ann@acme.example"})
    return connect(tenant.api)


@pytest.fixture
def asked(parley: Parley, tenant: Tenant, install: Any) -> dict[str, Any]:
    come(parley, install)
    return dict(rooms(tenant)["Webhooks stopped"])


def stands(tenant: Tenant, room: dict[str, Any]) -> tuple[Any, Any]:
    shown = tenant.api.get(f"/v1/rooms/{room['id']}").json
    return shown["turn"], shown["waiting_since"]


def rows(parley: Parley) -> list[Delivery]:
    found = [record for record in parley.records() if isinstance(record, Delivery) and record.what == "post"]
    return sorted(found, key=lambda row: row.n)


def replayed(parley: Parley, tenant: Tenant, row: Delivery) -> None:
    assert tenant.api.post(f"/v1/deliveries/{row.id}/replay").status < 300
    parley.settle()


def test_one_that_was_refused_is_none_until_it_gets_through(parley: Parley, tenant: Tenant, asked: Any) -> None:
    before = stands(tenant, asked)
    assert before[0] == "vendor"
    parley.mailer.fails = [REFUSED]
    answer(parley, tenant, asked)
    assert stands(tenant, asked) == before
    parley.settle()
    assert [r["id"] for r in tenant.api.get("/v1/rooms", turn="vendor").json["items"]] == [asked["id"]]
    last = tenant.api.get(f"/v1/rooms/{asked['id']}/changes").json["items"][-1]
    assert (last["type"], last["message"]["text"]) == ("undelivered", "I am on it.")
    replayed(parley, tenant, rows(parley)[-1])
    assert stands(tenant, asked) == ("customer", None)
    parley.settle()
    assert tenant.api.get("/v1/rooms", turn="vendor").json["items"] == []


def test_one_that_comes_back_is_none(parley: Parley, tenant: Tenant, install: Any, asked: Any) -> None:
    before = stands(tenant, asked)
    answer(parley, tenant, asked)
    assert stands(tenant, asked)[0] == "customer"
    raw = BOUNCE.format(id="b1@x.example", to="ann@acme.example", about="0001@email.amazonses.com")
    assert come(parley, install, RawEmail=raw).handled == ["bounced"]
    assert stands(tenant, asked) == before
    sent = tenant.api.get(f"/v1/rooms/{asked['id']}/deliveries").json["items"][-1]
    assert (sent["state"], sent["bounced"]) == ("sent", True)
    answer(parley, tenant, asked, "To nobody: the address gets no mail")
    assert stands(tenant, asked) == before


def test_one_that_came_back_after_days_had_been_there(parley: Parley, tenant: Tenant, install: Any, asked: Any) -> None:
    answer(parley, tenant, asked)
    parley.clock.sleep(73 * 3600)
    raw = BOUNCE.format(id="b1@x.example", to="ann@acme.example", about="0001@email.amazonses.com")
    assert come(parley, install, RawEmail=raw).handled == ["bounced"]
    assert stands(tenant, asked)[0] == "customer"


def test_what_was_read_elsewhere_was_delivered(parley: Parley, tenant: Tenant, asked: Any) -> None:
    parley.mailer.fails = [REFUSED]
    made = tenant.api.post(f"/v1/rooms/{asked['id']}/messages", {"text": "I am on it."}).json
    tenant.user().put(f"/v1/rooms/{asked['id']}/read", {"message": made["id"]})
    parley.settle()
    assert stands(tenant, asked)[0] == "customer"


def test_one_on_its_way_for_over_an_hour_is_none_so_far(parley: Parley, tenant: Tenant, asked: Any) -> None:
    before = stands(tenant, asked)
    parley.mailer.fails = [ProviderBusy("SES takes no more just now")] * 5
    answer(parley, tenant, asked)
    assert stands(tenant, asked)[0] == "customer"
    for _ in range(40):
        parley.clock.sleep(60)
        parley.due()
        parley.settle()
    assert rows(parley)[-1].state == "queued"
    assert stands(tenant, asked) == before
    for _ in range(12):
        parley.clock.sleep(3600)
        parley.due()
        parley.settle()
    assert rows(parley)[-1].state == "sent"
    assert stands(tenant, asked) == ("customer", None)


def test_ways_that_nobody_asked_by_never_decide(parley: Parley, tenant: Tenant, install: Any) -> None:
    config = {"url": "https://vendor.example/hook", "all_rooms": True}
    tenant.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config})
    come(parley, install)
    room = rooms(tenant)["Webhooks stopped"]
    parley.outside.down(100)
    answer(parley, tenant, room)
    assert stands(tenant, room)[0] == "customer"
    tenant.user().post(f"/v1/rooms/{room['id']}/messages", {"text": "And in the widget?"})
    parley.mailer.fails = [REFUSED]
    answer(parley, tenant, room)
    assert stands(tenant, room)[0] == "customer"


def test_an_answer_that_is_deleted_does_not_come_back_with_its_receipt(
    parley: Parley, tenant: Tenant, asked: Any
) -> None:
    before = stands(tenant, asked)
    parley.mailer.fails = [REFUSED]
    made = answer(parley, tenant, asked)
    tenant.api.delete(f"/v1/rooms/{asked['id']}/messages/{made['id']}")
    replayed(parley, tenant, rows(parley)[-1])
    assert stands(tenant, asked) == before


STEPS = st.lists(st.sampled_from(["failed", "sent", "failed again", "look", "look"]), max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.booleans(), st.booleans())
def test_any_order_delay_and_repetition_gives_the_same_room(steps: list[str], resolved: bool, sent: bool) -> None:
    """Whatever the ledger said in between, and whoever looked when: what it says at last decides."""
    with in_memory(Parley()) as parley:
        tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        tenant.api.put("/v1/customers/acme", {"name": "Acme", "domains": ["acme.example"]})
        prove(parley, "acme.example")
        tenant.api.put("/v1/customers/acme/users/ann", {"name": "Ann", "email": "Ann@acme.example"})
        come(parley, connect(tenant.api))
        room = rooms(tenant)["Webhooks stopped"]
        before = stands(tenant, room)
        answer(parley, tenant, room)
        for step in [*steps, "sent" if sent else "failed", "look"]:
            row = rows(parley)[-1]
            if step == "look":
                settle_answer(parley.world, room["id"], row.message)
            else:
                state: Any = step.partition(" ")[0]
                parley.store.commit(over(row.changed(state=state), row))
        if resolved:
            tenant.api.patch(f"/v1/rooms/{room['id']}", {"state": "resolved"})
        settle_answer(parley.world, room["id"], rows(parley)[-1].message)
        after = tenant.api.get(f"/v1/rooms/{room['id']}").json["change"]
        settle_answer(parley.world, room["id"], rows(parley)[-1].message)
        assert tenant.api.get(f"/v1/rooms/{room['id']}").json["change"] == after
        expected = (None, None) if resolved else ("customer", None) if sent else before
        assert stands(tenant, room) == expected
