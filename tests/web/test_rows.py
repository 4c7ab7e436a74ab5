"""A row of the inbox: whatever else it is marked with, that somebody waits and what is unread are seen."""

import pytest

from tests.api import Tenant
from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley

from .house import PARLEY, House

LABELS = ("a-label-that-goes-on-and-on-for-ever", "billing", "exports")
HIDDEN = """() => [...document.querySelectorAll(".rooms .wait, .rooms .count")].filter((mark) => {
  const [own, row] = [mark, mark.closest(".marks")].map((each) => each.getBoundingClientRect());
  return own.right > row.right + 1 || own.height > 24;
}).length"""


@pytest.mark.parametrize("width", [1440, 1280, 390])
@pytest.mark.parametrize("rows", ["roomy", ""])
def test_who_waits_is_seen_beside_any_labels(
    house: House, parley: Parley, tenant: Tenant, width: int, rows: str
) -> None:
    ann = tenant.user("acme", name="Ann Lee", customer_name="Acme Intercontinental Freight and Logistics")
    room = ann.post("/v1/rooms", {"name": "Exports of more than ten thousand rows stop"}).json["id"]
    ann.post(f"/v1/rooms/{room}/messages", {"text": "It stops"})
    tenant.api.patch(f"/v1/rooms/{room}", {"priority": "urgent", "labels": list(LABELS)})
    tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
    parley.settle()
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    context = house.browser(viewport={"width": width, "height": 800})
    page = house.page(path=f"{PARLEY}/console#/inbox/open", context=context).page
    page.locator(".rooms .wait").wait_for()
    if rows:
        page.locator(".rooms").evaluate("(list, name) => list.classList.add(name)", rows)
    assert page.evaluate("document.querySelectorAll('.rooms .count').length") == 1
    assert page.evaluate(HIDDEN) == 0
