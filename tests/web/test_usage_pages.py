"""The console's pages of usage: sources with their keys and what was set aside, and the developers' funnel."""

from typing import Any

from playwright.sync_api import expect

from tests.api import Tenant
from tests.browser import unfriendly
from tests.edge.routes.test_sign_in import COOKIE, came
from tests.edge.routes.test_usage_funnel_api import event, folded
from tests.fakes import Parley
from tests.usage import send

from .house import PARLEY, House


def shown(house: House, place: str, **options: Any) -> Any:
    """A page of the console, before an admin."""
    if not house.cookie:
        house.tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example", "role": "admin"})
        house.cookie = f"{COOKIE}={came(house.parley).cookie}"
    context = house.browser(**{"viewport": {"width": 1280, "height": 900}, **options})
    return house.page(path=f"{PARLEY}/console#/{place}", context=context).page


def test_a_source_is_made_given_keys_and_what_was_set_aside_is_read_again(
    house: House, parley: Parley, tenant: Tenant
) -> None:
    tenant.customer("acme", name="Acme")
    page = shown(house, "settings/sources")
    expect(page.get_by_text("Nothing sends usage yet.")).to_be_visible()
    top = page.get_by_role("dialog").last
    page.get_by_role("button", name="Add a source").click()
    top.get_by_label("Name", exact=True).fill("Gateway")
    top.get_by_label("Else these alone, one a line").fill("plan\nplan\nrole")
    top.get_by_label("Your names of “API Called”").fill("api.request, api.call")
    top.get_by_role("button", name="Save").click()
    card = page.get_by_role("article", name="Gateway")
    expect(card).to_contain_text("plan and role")
    expect(card).to_contain_text("nothing can come in")
    (source,) = tenant.api.get("/v1/usage/sources").json["items"]
    assert source["names"] == {"api.request": "API Called", "api.call": "API Called"}
    card.get_by_role("button", name="New write key").click()
    top.get_by_role("button", name="Make it").click()
    expect(top).to_contain_text("shown this once")
    key = top.locator("pre").inner_text()
    top.get_by_role("button", name="Close").click()
    expect(card.get_by_role("list", name="Write keys")).to_contain_text("Live key")
    assert key not in page.content()

    bad = event(parley, "ann", "api.request", calls=0)
    assert send(key, {"batch": [event(parley, "ann", "api.request"), bad]}).json["set_aside"] == 1
    card.get_by_role("button", name="What was set aside").click()
    row = top.get_by_role("list", name="Set aside").get_by_role("listitem")
    expect(row).to_contain_text("Its calls, errors or status are no whole numbers that fit.")
    row.get_by_role("button", name="Look at them").click()
    expect(row.locator("pre")).to_contain_text('"calls": 0')
    assert unfriendly(page) == []
    tenant.api.patch(f"/v1/usage/sources/{source['id']}", {"names": {"api.request": "API Key Created"}})
    row.get_by_role("button", name="Read them again").click()
    expect(top).to_contain_text("Nothing.")
    top.get_by_role("button", name="Close").click()
    expect(card.locator("dl time")).to_have_count(1)  # the last event; nothing is set aside any more
    card.get_by_role("button", name="Revoke").click()
    top.get_by_role("button", name="Revoke").click()
    expect(card).to_contain_text("nothing can come in")
    card.get_by_role("button", name="Remove").click()
    top.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nothing sends usage yet.")).to_be_visible()
    assert unfriendly(page) == []


def test_the_funnel_shows_how_far_developers_came(house: House, parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme", name="Acme")
    path = f"/v1/usage/sources/{tenant.api.post('/v1/usage/sources', {'name': 'Gateway'}).json['id']}"
    key = tenant.api.post(f"{path}/keys").json["key"]
    tenant.api.post("/v1/segments", {"name": "Real", "customers": []})
    page = shown(house, "figures/funnel")
    expect(page.get_by_text("No developer began in this time.")).to_be_visible()
    send(key, {"batch": [event(parley, user, "API Key Created") for user in ("ann", "bob")]})
    parley.clock.at += 600_000
    send(key, {"batch": [event(parley, "ann", "API Called", status=200)]})
    folded(parley)
    page.reload()
    stages = page.get_by_role("list", name="Stages").get_by_role("listitem")
    expect(stages).to_have_text(["Have a key2100 %", "Called150 %", "Had a success150 %", "Active this week150 %"])
    expect(page.locator(".figures")).to_contain_text("10m at most for half of them")
    expect(page.locator(".figures")).to_contain_text("acme has most: 100 % of all.")
    page.locator("select[name=by]").select_option("source")
    expect(page.get_by_role("rowheader", name="Gateway")).to_be_visible()
    assert unfriendly(page) == []
    page.locator("select[name=segment]").select_option(label="Real")
    expect(page.get_by_text("No developer began in this time.")).to_be_visible()
    german = shown(house, "figures/funnel", locale="de-DE", viewport={"width": 390, "height": 800})
    expect(german.get_by_role("heading", name="Trichter der Entwickler")).to_be_visible()
    assert unfriendly(german) == []


def test_the_customers_curve_and_its_reasons_stand_beside_the_room(
    house: House, parley: Parley, tenant: Tenant
) -> None:
    tenant.customer("acme", name="Acme")
    path = f"/v1/usage/sources/{tenant.api.post('/v1/usage/sources', {'name': 'Gateway'}).json['id']}"
    key = tenant.api.post(f"{path}/keys").json["key"]
    page = shown(house, f"inbox/open/{tenant.triage()}", viewport={"width": 1500, "height": 900})
    beside = page.get_by_role("complementary", name="About the customer")
    beside.get_by_role("heading", name="Acme").wait_for()
    calls = event(parley, "ann", "API Called", calls=1200, errors=30, error="5xx", sdk="py", sdk_version="1.2")
    send(key, {"batch": [calls]})
    folded(parley)
    folded(parley)
    page.reload()
    usage = beside.get_by_role("region", name="Usage")
    expect(usage.locator("canvas")).to_have_count(1)
    expect(usage).to_contain_text("Calls in 7 days1,200Errors30Developers1Tokens1")
    usage.get_by_text("By day", exact=True).click()
    expect(usage.get_by_role("row").nth(1)).to_contain_text("1,200301")
    expect(usage.get_by_role("row")).to_have_count(31)
    usage.get_by_text("SDKs", exact=True).click()
    expect(usage).to_contain_text("py 1.21,200")
    usage.get_by_role("button", name="Say why it moved").click()
    form = page.get_by_role("dialog").last
    form.get_by_label("In words").fill("They moved their batch here.")
    form.locator("select[name=cause]").select_option("migration")
    form.get_by_role("button", name="Save").click()
    reason = usage.get_by_role("list", name="Reasons").get_by_role("listitem", name="A migration")
    expect(reason).to_contain_text("They moved their batch here.")
    expect(reason).to_contain_text("Ada")
    (kept,) = tenant.api.get("/v1/customers/acme/reasons").json["items"]
    assert (kept["kind"], kept["cause"]) == ("surge", "migration")
    assert unfriendly(page) == []
    reason.get_by_role("button").click()
    expect(usage.get_by_role("list", name="Reasons").get_by_role("listitem")).to_have_count(0)
