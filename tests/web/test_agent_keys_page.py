"""Keys of one's own coding agents, in the button: made, shown once, copied, revoked; and their speaking switched off."""

from typing import Any

from playwright.sync_api import expect

from tests.api import Client, Tenant
from tests.browser import unfriendly

from .house import House


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
