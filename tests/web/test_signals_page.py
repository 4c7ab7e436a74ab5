"""The console's pages of signals: a segment's is tried on ninety days, switched on and off; what it raised is read."""

from typing import Any

import pytest
from playwright.sync_api import expect

from chalicelib.desk.ids import customer_id
from chalicelib.desk.usage_meters import UsageDay, day_of
from chalicelib.desk.usage_signals import SignalRule, shifted
from chalicelib.flows.usage.signals import run_signals
from chalicelib.ports import Put
from tests.api import Tenant
from tests.browser import unfriendly
from tests.fakes import Parley
from tests.journeys.pages.test_every_size import UNUSABLE

from .house import House
from .test_usage_pages import shown

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft & Partner"


class Watched:
    """A segment of as many customers as two calls look at; the last has called for twenty weeks, a day much more."""

    def __init__(self, parley: Parley, tenant: Tenant) -> None:
        self.parley, self.tenant, self.api = parley, tenant, tenant.api
        names = [f"c{n:02}" for n in range(26)]
        for name in names:
            tenant.customer(name, name=LONG if name == "c25" else name.title())
        self.calls({-n: 300 for n in range(1, 141)})
        self.calls({-3: 1204})
        made = self.api.post("/v1/segments", {"name": f"Pro: {LONG}", "customers": names})
        self.id = made.json["id"]
        parley.settle()

    def calls(self, by_day: dict[int, int]) -> None:
        for n, calls in by_day.items():
            day = shifted(day_of(self.parley.clock.at), n)
            row = UsageDay(
                version=1, customer=self.customer, workspace=self.tenant.id, day=day, calls=calls, errors={"5xx": 2}
            )
            self.parley.store.commit(Put(row, None))

    @property
    def customer(self) -> str:
        return customer_id(self.tenant.id, "c25")

    @property
    def signal(self) -> Any:
        return self.api.get(f"/v1/segments/{self.id}").json["signal"]

    def watch(self, **fields: Any) -> str:
        owner = str(self.api.get("/v1/agents").json["items"][-1]["id"])
        signal = {"kind": "surge", "owner": owner, "sentence": "Ask them."} | fields
        assert self.api.patch(f"/v1/segments/{self.id}", {"signal": signal}).status == 200
        return owner


@pytest.fixture
def watched(house: House, parley: Parley, tenant: Tenant) -> Watched:
    house.now()
    return Watched(parley, tenant)


def test_a_signal_is_tried_on_ninety_days_and_switched_on_and_off(house: House, watched: Watched) -> None:
    page = shown(house, "settings/signals")
    page.get_by_role("button", name="Watch Pro").click()
    form = page.get_by_role("form", name="What they are watched for")
    expect(page.get_by_text("26 customers are in it.")).to_be_visible()
    form.get_by_role("radio", name="First success").check()
    expect(form.get_by_label("Floor")).to_have_count(0)  # has none
    page.keyboard.press("ArrowDown")
    expect(form.get_by_role("radio", name="No success yet")).to_be_checked()
    form.get_by_role("radio", name="More calls").check()
    form.get_by_label("Sentence").fill("Ask them.")
    trial = page.get_by_role("region", name="Preview")
    expect(trial.get_by_role("button", name="Switch on")).to_have_count(0)
    form.get_by_label("Factor").press("Enter")
    expect(trial).to_contain_text("26 of 26")
    row = trial.get_by_role("list", name="Would have been raised").get_by_role("listitem")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(LONG)
    expect(row).to_contain_text("1,204 calls; a")
    expect(row).to_contain_text("usually has 300 (300 to 300 in 8 weeks)")
    expect(trial).to_contain_text("worked out anew")
    assert watched.signal is None
    assert unfriendly(page) == []
    form.get_by_label("Factor").fill("5")
    expect(trial.get_by_role("listitem")).to_have_count(0)  # it was of another rule
    form.get_by_role("button", name="Preview").click()
    expect(trial.get_by_role("status")).to_have_text("Nothing.")
    trial.get_by_role("button", name="Switch on").click()
    card = page.get_by_role("article", name="Pro")
    expect(card).to_contain_text("switched on")
    ada = watched.api.get("/v1/agents").json["items"][-1]["id"]
    rule = SignalRule(kind="surge", owner=ada, sentence="Ask them.", factor=5.0, on=True)
    assert watched.signal == {name: getattr(rule, name) for name in rule.__struct_fields__}
    assert unfriendly(page) == []
    card.get_by_role("button", name="Switch off").click()
    expect(card).to_contain_text("switched off")
    assert (watched.signal["on"], watched.signal["factor"]) == (False, 5.0)
    card.get_by_role("button", name="Change").click()
    form.get_by_role("button", name="Watch no more").click()
    page.get_by_role("dialog").get_by_role("button", name="Watch no more").click()
    expect(page.get_by_text("No segment is watched.")).to_be_visible()
    assert watched.signal is None


def test_a_preview_is_stopped_and_fails_and_goes_on_where_it_was(house: House, watched: Watched) -> None:
    calls: list[Any] = []

    def answered(route: Any) -> None:
        calls.append(route)
        if len(calls) == 3:
            route.fulfill(status=503, json={"title": "No"})
        elif len(calls) != 2:  # else it waits
            route.fallback()

    page = shown(house, f"settings/signals/{watched.id}")
    page.route("**/signal-preview", answered)
    page.get_by_label("Sentence").fill("Ask them.")
    page.get_by_role("button", name="Preview").click()
    trial = page.get_by_role("region", name="Preview")
    expect(trial).to_contain_text("25 of 26")
    expect(trial.get_by_role("button", name="Switch on")).to_have_count(0)
    trial.get_by_role("button", name="Stop").click()
    expect(trial.get_by_role("button", name="Go on")).to_be_focused()
    expect(trial.get_by_role("button", name="Switch on")).to_be_visible()
    for looked_at in ("25 of 26", "26 of 26"):
        trial.get_by_role("button", name="Go on").click()
        expect(trial).to_contain_text(looked_at)
    calls[1].fallback()  # it comes late, and is dropped
    expect(trial.get_by_role("status")).to_have_text("One signal.")
    expect(trial.get_by_role("listitem")).to_have_count(1)
    assert [each.request.post_data_json["cursor"] is None for each in calls] == [True, False, False, False]


def test_what_the_server_refuses_stands_beside_its_field(house: House, watched: Watched) -> None:
    bob = watched.api.post("/v1/agents", {"name": "Bob", "email": "bob@vendor.example", "role": "agent"}).json["id"]
    page = shown(house, f"settings/signals/{watched.id}")
    page.get_by_label("Sentence").fill("Ask them.")
    page.get_by_label("Owner").select_option(bob)
    watched.api.patch(f"/v1/agents/{bob}", {"state": "blocked"})
    for button in ("Preview", "Save"):
        page.get_by_role("button", name=button).click()
        beside = page.locator(".field", has=page.locator("select[name=owner]"))
        expect(beside.get_by_role("alert")).to_have_text("an agent who may answer")
        expect(page.get_by_label("Owner")).to_be_focused()
        page.get_by_label("Owner").select_option(label="Ada")
        expect(page.get_by_role("alert")).to_have_count(0)
        page.get_by_label("Owner").select_option(bob)
    page.get_by_label("Factor").fill("1")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_label("Factor").evaluate("field => field.matches(':invalid:focus')")
    assert watched.signal is None


def test_what_was_raised_is_listed_and_stands_beside_its_customers_rooms(
    house: House, parley: Parley, watched: Watched
) -> None:
    page = shown(house, "figures/signals")
    expect(page.get_by_text("Nothing was raised.")).to_be_visible()
    watched.watch(on=True)
    watched.calls({0: 9001})
    house.now()
    (signal,) = run_signals(parley.world, watched.tenant.id, watched.customer)
    parley.settle()
    page.reload()
    row = page.get_by_role("list", name="Signals").get_by_role("listitem")
    expect(row).to_contain_text("9,001 calls; a")
    expect(row).to_contain_text("More calls")
    expect(row).to_contain_text("Ada")
    assert unfriendly(page) == []
    row.get_by_role("button", name="Its room").click()
    expect(page.get_by_role("log")).to_contain_text("Ask them.")
    room = watched.api.get(f"/v1/signals/{signal.id}").json["room"]
    assert room in page.url
    page.set_viewport_size({"width": 1500, "height": 900})
    usage = page.get_by_role("complementary", name="About the customer").get_by_role("region", name="Usage")
    expect(usage.get_by_role("list", name="Signals").get_by_role("listitem")).to_contain_text("9,001 calls")
    usage.get_by_role("button", name="All signals").click()
    expect(page.get_by_role("heading", name="Signals of c25")).to_be_visible()
    page.get_by_role("button", name="What is watched").click()
    expect(page.get_by_role("article", name="Pro")).to_contain_text("switched on")
    page.get_by_role("button", name="What was raised").click()
    expect(page.get_by_role("list", name="Signals").get_by_role("listitem")).to_have_count(1)
    german = shown(house, f"settings/signals/{watched.id}", locale="de-DE", viewport={"width": 390, "height": 800})
    german.get_by_role("button", name="Vorschau").click()
    expect(german.get_by_role("region", name="Vorschau")).to_contain_text("üblich (300 bis 300 in 8 Wochen)")
    for place in (f"settings/signals/{watched.id}", "settings/signals", "figures/signals"):
        german.evaluate("place => { location.hash = place }", f"#/{place}")
        german.get_by_role("main").get_by_text("Pro: " if place.startswith("settings") else LONG).first.wait_for()
        german.evaluate("document.querySelector('.segments').remove()")  # nobody sees it at this size
        assert german.evaluate(UNUSABLE) + unfriendly(german) == []
