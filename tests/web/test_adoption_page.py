"""Whose a visitor's room is: said in one click beside it, and taken back; or taken by its user in the button."""

from typing import Any

from playwright.sync_api import expect

from tests import mails
from tests.api import Client, Tenant
from tests.browser import unfriendly
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


def code_of(parley: Parley) -> str:
    parley.work_all()
    return mails.read(parley.mailer.sent[-1][0]).get_content().split("code is ")[1][:8]


def test_a_visitor_proves_the_address_and_the_team_sees_the_room(house: House, parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme", name="Acme")
    assert tenant.user(email=MAIL).get("/v1/me").status == 200
    tenant.api.patch("/v1/workspace", {"visitors": True})
    body = f'<parley-support workspace="{tenant.id}" base="{PARLEY}"></parley-support>'
    phone = house.browser(viewport={"width": 390, "height": 780})
    widget = house.page(body, context=phone).open()
    for label, value in (("Your name", "Ann"), ("Your e-mail", MAIL), ("Message", "Where is the zebra?")):
        widget.page.get_by_label(label).fill(value)
    widget.page.get_by_role("button", name="Send").click()
    widget.sees("Where is the zebra?")
    proof = widget.one(".address")
    expect(proof).to_contain_text("Is the address that you gave yours?")
    assert unfriendly(widget.page, "parley-support") == []
    proof.get_by_role("button", name="Mail me a code").click()
    expect(proof.get_by_role("status")).to_contain_text("We have mailed a code.")
    expect(proof.get_by_label("Code")).to_be_focused()
    code = code_of(parley)
    proof.get_by_label("Code").fill(f"{(int(code) + 1) % 10**8:08d}")
    proof.get_by_role("button", name="Confirm").click()
    expect(proof.get_by_role("alert")).to_have_text("That code is not right, or no longer good.")
    proof.get_by_label("Code").fill(f"{code[:4]} {code[4:]}")
    widget.page.keyboard.press("Enter")
    expect(proof).to_contain_text("Thank you. The address is yours;")
    assert proof.get_by_role("button").count() == 0
    [room] = [each for each in tenant.user(user="bob").get("/v1/rooms").json["items"] if each["kind"] == "topic"]
    house.say(room["id"], "In the zoo")
    widget.sees("In the zoo")
    widget.page.reload()
    widget.sees("In the zoo")
    assert widget.one(".address").count() == 0, "it is proven, and asked for no more"
    assert widget.wrong == []


def test_too_many_codes_are_told_and_who_gave_no_address_is_asked_nothing(
    house: House, parley: Parley, tenant: Tenant
) -> None:
    visit(tenant)
    body = {"workspace": tenant.id, "name": "Ann", "email": MAIL, "text": "Wo ist das Zebra?"}
    made = Client().post("/v1/visitors", body).json
    place = f'<parley-support token="{made["token"]}" lang="de" mode="page" theme="dark" base="{PARLEY}">'
    widget = house.page(f"{place}</parley-support>", viewport={"width": 1280, "height": 780})
    ask = widget.one(".address").get_by_role("button", name="Code schicken")
    ask.click()
    for _ in range(5):
        widget.one(".address").get_by_role("button", name="Neuen Code schicken").click()
        widget.rest(50)
    expect(widget.one(".address").get_by_role("alert")).to_contain_text(
        "Im Moment werden keine weiteren Codes geschickt."
    )
    user = house.page("<parley-support token-url=/token mode=page></parley-support>", path="/user").enter("Triage")
    assert user.one(".address").count() == 0


def test_a_persons_page_tells_what_they_said_and_know_and_leads_there(
    house: House, parley: Parley, tenant: Tenant
) -> None:
    topic = tenant.api.post("/v1/rooms", {"name": "Signatures", "customer": tenant.customer()["external_id"]}).json[
        "id"
    ]
    said = {"ann": (topic, "Is the signature wrong?"), "slack:U1": (tenant.triage(), "Another signature")}
    for user, (room, text) in said.items():
        tenant.user(user=user, name="Ann").post(f"/v1/rooms/{room}/messages", {"text": text})
        parley.clock.at += 1000
    id_ = tenant.api.get("/v1/customers/acme/users/ann").json["id"]
    tie = {"member": {"customer": "acme", "user": "slack:U1"}}
    tenant.api("POST", f"/v1/people/{id_}/ties", tie, customer="acme")
    parley.settle()
    tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    context = house.browser(viewport={"width": 1500, "height": 800})
    place = f"{PARLEY}/console#/inbox/open/{tenant.triage()}"
    page: Any = house.page(path=place, context=context).page
    people = page.locator(".about section", has=page.get_by_role("heading", name="People", exact=True))
    expect(people.get_by_role("listitem")).to_have_count(1)
    people.get_by_role("button", name="Ann").click()
    box = page.get_by_role("dialog")
    expect(box).to_contain_text("First · widget · Signatures")
    expect(box).to_contain_text("Last · widget · Triage")
    expect(box).to_contain_text("Speaks over: widget")
    box.get_by_role("button", name="Is the signature wrong?").click()
    expect(box).to_be_hidden()
    expect(page.locator(".room .head h1")).to_contain_text("Signatures")
    people.get_by_role("button", name="Ann").click()
    box.get_by_role("button", name="signature 2").click()
    expect(page.get_by_role("list", name="What was found").get_by_role("listitem")).to_have_count(2)
    expect(page.get_by_label("Said by")).not_to_have_value("")


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
