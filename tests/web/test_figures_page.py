"""The console's page of figures: the numbers of GET /v1/metrics as charts and tables, and the rooms behind a point."""

import csv
import io
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from chalicelib.desk.times import DAY_MS, HOUR_MS, MINUTE_MS
from tests.api import Tenant
from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley
from tests.flows.clocks.test_clocks import POLICY, Stage, with_policies

from .house import PARLEY, House


def some_days(parley: Parley, tenant: Tenant, days: int = 9) -> Stage:
    """One question a day, answered after so many times twenty minutes as days have gone: from the third on late."""
    tenant.customer()
    with_policies(parley, tenant, POLICY)
    for day in range(days):
        stage = Stage(parley, tenant)
        stage.ask(f"Question {day}")
        stage.pass_time(20 * MINUTE_MS * (day + 1))
        stage.answer()
        stage.pass_time(DAY_MS)
    stage.pass_time(2 * HOUR_MS)
    return stage


def figures_of(house: House, parley: Parley) -> Any:
    house.tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example", "role": "admin"})
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    made = house.page(path=f"{PARLEY}/console#/figures", context=house.browser(viewport={"width": 1300, "height": 800}))
    return made.page


def test_figures_are_shown_and_lead_to_their_rooms(
    house: House, parley: Parley, tenant: Tenant, tmp_path: Path
) -> None:
    some_days(parley, tenant)
    page = figures_of(house, parley)
    answers = page.get_by_role("button", name="First answer")
    expect(answers).to_contain_text("median of 9")
    expect(answers).to_contain_text("22 % in time (2/9)")
    expect(page.locator("canvas")).to_have_count(2)
    expect(page.get_by_role("row")).to_have_count(9 + 2)
    last = page.get_by_role("row").filter(has_text="100 %").first
    expect(last).to_contain_text("min")
    last.get_by_role("button").click()
    behind = page.locator(".behind")
    behind.get_by_role("button", name="Export").wait_for()
    expect(behind.get_by_role("listitem")).to_have_count(1)
    with page.expect_download() as saving:
        page.get_by_role("button", name="CSV").click()
    saving.value.save_as(tmp_path / "figures.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "figures.csv").read_text())))
    assert sum(int(row["late"]) for row in rows if row["kind"] == "first") == 7
    behind.get_by_role("button", name="Export").click()
    page.get_by_role("log").get_by_text("Question 1").wait_for()


def test_figures_are_parted_and_of_one_customer(house: House, parley: Parley, tenant: Tenant) -> None:
    some_days(parley, tenant, 4)
    page = figures_of(house, parley)
    page.get_by_label("Of how long").select_option("7")  # the clock runs ahead of the browser's
    page.get_by_label("Parted by").select_option("channel")
    page.get_by_role("rowheader", name="widget").get_by_role("button").click()
    expect(page.locator(".behind").get_by_role("listitem")).to_have_count(4)
    page.get_by_label("Parted by").select_option("customer")
    expect(page.get_by_role("rowheader", name="acme")).to_be_visible()
    expect(page.locator("canvas")).to_have_count(0)
    page.get_by_label("Parted by").select_option("week")
    page.get_by_label("Time", exact=True).select_option("calendar")
    expect(page.locator("canvas")).to_have_count(2)
    page.goto(f"{PARLEY}/console#/figures/customer:acme")
    expect(page.get_by_role("heading", name="Figures of acme")).to_be_visible()
    expect(page.get_by_role("button", name="First answer")).to_contain_text("median of 4")
    expect(page.get_by_label("Parted by").get_by_role("option", name="Customer")).to_have_count(0)


def test_a_customers_team_sees_its_own_where_they_are_shared(house: House, parley: Parley, tenant: Tenant) -> None:
    some_days(parley, tenant, 5)
    tab = house.page().open()
    tab.one(".foot button").first.wait_for()
    assert not tab.one(".foot button", has_text="Figures").is_visible()
    assert tenant.api.put("/v1/measured-segments", {"shared": True}).status == 200
    tab.page.reload()  # the panel is open again by itself
    tab.one(".foot button", has_text="Figures").click()
    expect(tab.one(".tile").first).to_contain_text("median of 5")
    expect(tab.one("canvas")).to_have_count(2)
    expect(tab.one(".behind")).to_be_empty()
    tab.page.keyboard.press("Escape")
    tab.one(".foot button", has_text="Figures").wait_for()
    german = house.page('<parley-support token-url=/token lang="de"></parley-support>').open()
    german.one(".foot button", has_text="Zahlen").click()
    expect(german.one(".tile").first).to_contain_text("Erste Antwort")
    assert not tab.wrong
    assert not german.wrong


def test_pains_are_shown_and_an_admin_says_who_is_told(house: House, parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme", name="Acme")
    issue = tenant.api.post("/v1/issues", {"title": "Export stops"}).json["id"]
    tenant.api.post(f"/v1/issues/{issue}/rooms", {"room": tenant.triage()})
    tenant.api.put("/v1/pains-plan", {"mails": ["product@vendor.example"]})
    parley.clock.at += 7 * DAY_MS
    parley.due()
    parley.settle()
    page = figures_of(house, parley)
    box = page.get_by_role("region", name="Pains")
    expect(box.get_by_role("listitem").first).to_contain_text("1 room, only Acme’s")
    box.get_by_label("Who answers for Export stops").select_option(label="Ada")
    expect(box.get_by_label("Who answers for Export stops")).to_have_value(re.compile("agt_"))
    assert (
        tenant.api.get("/v1/pains").json["items"][0]["top"][0]["agent"]
        == tenant.api.get("/v1/agents").json["items"][-1]["id"]
    )
    box.get_by_role("button", name="Change").click()
    page.get_by_label("Addresses").fill("pm@vendor.example\ncto@vendor.example")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    box.get_by_text("Told on Mondays: pm@vendor.example, cto@vendor.example.").wait_for()
    box.get_by_role("button", name="Export stops").click()
    page.get_by_role("heading", name="Export stops").wait_for()


def test_without_any_the_page_says_where_they_come_from(house: House, parley: Parley, tenant: Tenant) -> None:
    tenant.customer()
    page = figures_of(house, parley)
    page.get_by_text("Figures come from clocks").wait_for()
    page.get_by_text("Nobody waits.").wait_for()
