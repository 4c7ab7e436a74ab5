"""Keys of one's own coding agents, in the button: made, shown once, copied, revoked; their speaking switched off."""

from typing import Any

from playwright.sync_api import expect

from tests.api import Client, Tenant
from tests.browser import unfriendly
from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley

from .house import PARLEY, House


def opened(house: House, **options: Any) -> Any:
    context = house.browser(permissions=["clipboard-read", "clipboard-write"], **options)
    widget = house.page(context=context).open()
    widget.page.get_by_role("button", name="Coding agents").click()
    return widget


def test_a_person_makes_a_key_copies_it_and_revokes_it(house: House, tenant: Tenant) -> None:
    tenant.customer("acme", name="Acme")
    widget = opened(house, viewport={"width": 390, "height": 780})
    page = widget.page
    pane = widget.one(".of-agents")
    expect(pane).to_contain_text("You have made none yet.")
    expect(pane.get_by_label("Address for its client (MCP)", exact=True)).to_have_value(
        f"https://parley.test/mcp/{tenant.id}"
    )
    pane.get_by_label("Name of the key").fill("My editor")
    pane.get_by_label("read, ask and answer, as “Ann's agent”").check()
    pane.get_by_role("button", name="Make a key").click()
    expect(pane.get_by_role("status")).to_contain_text("It is shown this once")
    expect(pane.get_by_role("button", name="Copy: Key")).to_be_focused()
    page.keyboard.press("Enter")
    expect(pane.locator(".made .plain")).to_have_text("Copied")
    key = page.evaluate("navigator.clipboard.readText()")
    assert key.startswith("ak_")
    assert unfriendly(page, "parley-support") == []
    editor = Client(key)
    room = editor.post("/v1/rooms", {"name": "Why 401?"}).json["id"]
    assert editor.post(f"/v1/rooms/{room}/messages", {"text": "Why do I get 401?"}).status == 201
    house.parley.settle()
    page.get_by_role("button", name="Back to all topics").click()
    page.get_by_role("button", name="Why 401?").first.click()
    said = widget.one("article.said", has_text="Why do I get 401?")
    expect(said.locator(".who")).to_contain_text("Ann's agentbot")
    assert "mine" not in str(said.get_attribute("class"))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Coding agents").click()
    expect(pane.locator(".keys")).to_contain_text("Last used:")
    pane.get_by_role("button", name="Revoke My editor").click()
    page.keyboard.press("Enter")
    expect(pane).to_contain_text("You have made none yet.")
    assert editor.get("/v1/rooms").status == 401
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="New topic")).to_be_visible()


def test_the_team_switches_speaking_off_and_on_unless_the_vendor_has(house: House, tenant: Tenant) -> None:
    tenant.customer("acme", name="Acme")
    widget = opened(house)
    pane = widget.one(".of-agents")
    switch = pane.get_by_label("Our people's coding agents may ask and answer")
    expect(switch).to_be_checked()
    switch.uncheck()
    expect(pane).to_contain_text("Somebody of your team has switched this off")
    assert tenant.api.get("/v1/customers/acme").json["agents_speak"] is False
    switch.check()
    expect(pane).not_to_contain_text("switched this off")
    tenant.api.patch("/v1/customers/acme", {"agents_muted": True})
    widget.page.keyboard.press("Escape")
    widget.page.get_by_role("button", name="Coding agents").click()
    expect(switch).to_be_disabled()
    expect(pane).to_contain_text("has switched this off: all keys read")


def test_what_was_refused_is_said_and_asked_again_is_one_key(house: House, tenant: Tenant) -> None:
    tenant.customer("acme", name="Acme")
    widget = opened(house)
    pane = widget.one(".of-agents")
    pane.get_by_label("Name of the key").fill("My editor")
    house.fate = lambda method, path: "lost" if (method, path) == ("POST", "/v1/agent-keys") else ""
    pane.get_by_role("button", name="Make a key").click()
    expect(pane.get_by_role("alert")).to_be_visible()
    house.fate = lambda method, path: ""
    pane.get_by_role("button", name="Make a key").click()
    expect(pane.get_by_role("status")).to_contain_text("My editor")
    expect(pane.locator(".keys li")).to_have_count(1)
    assert len(tenant.api.get("/v1/customers/acme/agent-keys").json["items"]) == 1


def test_the_vendor_sees_who_has_keys_revokes_them_and_switches_speaking_off(
    house: House, parley: Parley, tenant: Tenant
) -> None:
    tenant.customer("acme", name="Acme")
    house.now()
    ann = Client(house.token())
    editor = Client(ann.post("/v1/agent-keys", {"name": "My editor", "scopes": ["read", "speak"]}).json["key"])
    room = editor.post("/v1/rooms", {"name": "Why 401?"}).json["id"]
    assert editor.post(f"/v1/rooms/{room}/messages", {"text": "Why do I get 401?"}).status == 201
    parley.settle()
    tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example", "role": "admin"})
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    context = house.browser(viewport={"width": 1500, "height": 900})
    page: Any = house.page(path=f"{PARLEY}/console#/inbox/open/{room}", context=context).page
    about = page.locator(".about")
    expect(about.get_by_label("My editor")).to_contain_text("Ann · reads and asks · last used")
    said = page.locator("li.message.theirs")
    expect(said.locator("header")).to_contain_text("Ann's agent")
    expect(said.locator("header")).to_contain_text("machine")
    expect(said.get_by_role("button", name="Counts as an answer")).to_have_count(0)
    about.get_by_label("They may ask and answer").uncheck()
    expect(page.locator("body")).to_contain_text("Their coding agents read and do not ask.")
    assert tenant.api.get("/v1/customers/acme").json["agents_muted"] is True
    ann.put("/v1/agent-speaking", {"allowed": False})
    about.get_by_label("They may ask and answer").check()
    expect(about).to_contain_text("Their own people have switched that off.")
    about.get_by_role("button", name="Revoke").click()
    page.locator("dialog").get_by_role("button", name="Revoke").click()
    expect(about).to_contain_text("Nobody has a key for one.")
    assert editor.get("/v1/rooms").status == 401
    page.goto(f"{PARLEY}/console#/settings/machines")
    part = page.get_by_role("region", name="Customers’ coding agents")
    part.get_by_label("They may ask and answer").uncheck()
    part.get_by_role("button", name="Save").click()
    expect(page.locator("body")).to_contain_text("Saved.")
    assert tenant.api.get("/v1/workspace").json["agents_muted"] is True
