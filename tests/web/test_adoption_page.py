"""Whose a visitor's room is: said in one click beside it, and taken back; or taken by its user in the button."""

from typing import Any

from playwright.sync_api import expect

from tests.api import Client, Tenant
from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley

from .house import PARLEY, House

MAIL = "ann@acme.example"


def visit(tenant: Tenant) -> str:
    tenant.customer("acme", name="Acme", domains=["acme.example"])
    tenant.api.patch("/v1/workspace", {"visitors": True})
    body = {"workspace": tenant.id, "name": "Ann", "email": MAIL, "text": "Where is the zebra?"}
    return str(Client().post("/v1/visitors", body).json["room"]["id"])


def test_an_agent_says_whose_it_is_and_takes_it_back(house: House, parley: Parley, tenant: Tenant) -> None:
    room = visit(tenant)
    tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    context = house.browser(viewport={"width": 1500, "height": 800})
    page: Any = house.page(path=f"{PARLEY}/console#/inbox/open/{room}", context=context).page
    about = page.locator(".about")
    expect(about).to_contain_text("ann@acme.example lies under acme.example, which they claim.")
    expect(about).to_contain_text("Nobody has proven the address.")
    about.locator("li").get_by_role("button", name="It is theirs").click()
    expect(about).to_contain_text("An agent said so")
    expect(page.locator(".room .head")).to_contain_text("Acme")
    assert tenant.api.get(f"/v1/rooms/{room}").json["customer"]["external_id"] == "acme"
    about.get_by_role("button", name="Give it back").click()
    expect(about).to_contain_text("Who it may be")
    about.get_by_label("The customer’s id").fill("acme")
    about.locator("form").get_by_role("button", name="It is theirs").click()
    expect(about).to_contain_text("A visitor’s before")


def test_a_user_takes_their_earlier_room(house: House, parley: Parley, tenant: Tenant) -> None:
    room = visit(tenant)
    assert tenant.user(email=MAIL).get("/v1/me").status == 200
    house.who = "ann"
    widget = house.page().open()
    widget.one(".earlier button").click()
    widget.until(lambda: tenant.api.get(f"/v1/rooms/{room}").json["customer"] is not None)
    widget.one(".earlier p").wait_for(state="detached")
    assert house.texts(room) == ["Where is the zebra?"]


def test_who_gave_one_address_is_tied_and_untied(house: House, parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme", name="Acme")
    for user in ("ann", "slack:U1"):
        tenant.api.put(f"/v1/customers/acme/users/{user}", {"name": "Ann", "email": MAIL})
    tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    context = house.browser(viewport={"width": 1500, "height": 800})
    place = f"{PARLEY}/console#/inbox/open/{tenant.triage()}"
    page: Any = house.page(path=place, context=context).page
    page.locator(".about").get_by_role("button", name="Ann", exact=True).first.click()
    box = page.get_by_role("dialog")
    box.get_by_role("button", name="The same person").click()
    expect(box).to_contain_text("An agent said so")
    box.get_by_role("button", name="Undo").click()
    expect(box).to_contain_text("May be the same person")
