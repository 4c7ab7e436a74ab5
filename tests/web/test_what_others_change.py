"""What another agent changes of a room is seen in an open console, also what no frame tells: customers hear those."""

import time
from typing import Any

import pytest
from playwright.sync_api import expect

from chalicelib.desk.times import DAY_MS, rfc3339
from tests.api import Tenant
from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley

from .house import PARLEY, House

SOON = rfc3339(int(time.time() * 1000) + 3 * DAY_MS)


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"priority": "urgent"}, "Urgent"),
        ({"snoozed_until": SOON}, "Snoozed until"),
        ({"name": "Another name"}, "Another name"),
    ],
)
def test_it_is_seen_at_once(house: House, parley: Parley, tenant: Tenant, fields: dict[str, Any], shown: str) -> None:
    tenant.customer()
    tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
    room = tenant.api.post("/v1/rooms", {"name": "Export", "customer": "acme"}).json["id"]
    assert tenant.user().post(f"/v1/rooms/{room}/messages", {"text": "It is down"}).status == 201
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    context = house.browser(viewport={"width": 1500, "height": 800})
    tab = house.page(path=f"{PARLEY}/console#/inbox/open/{room}", context=context)
    tab.one(".room .message").first.wait_for()
    tab.until(lambda: house.lines.open)
    tab.rest(1500)  # all that is read at first was read
    assert tenant.api.patch(f"/v1/rooms/{room}", fields).status == 200
    parley.settle()
    expect(tab.one(".room .head")).to_contain_text(shown)
