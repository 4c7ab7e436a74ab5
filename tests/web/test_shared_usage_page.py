"""Usage that is shared, in the support button: the curve of one's own team, why it moved, and the answer to why."""

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import expect

from chalicelib.desk.ids import customer_id
from chalicelib.desk.times import rfc3339
from chalicelib.desk.usage_meters import UsageDay
from chalicelib.desk.usage_signals import Finding, Signal, shifted
from chalicelib.ports import Put
from tests.api import Client, Tenant
from tests.browser import unfriendly
from tests.edge.routes.test_sign_in import COOKIE, came

from .house import PARLEY, House

LONG = "Die Wintersaison unserer Niederlassungen in Donaudampfschifffahrtsgesellschaftskapitänsstadt"


class Curve:
    """A customer that calls 300 times a day, and 1,204 times three days ago, about which it was asked; and whose people
    said why it did so in the month before."""

    def __init__(self, house: House) -> None:
        self.house, self.tenant = house, house.tenant
        house.now()
        self.today = rfc3339(house.parley.clock.at)[:10]
        self.tenant.customer("acme", name="Acme")
        self.customer = customer_id(self.tenant.id, "acme")
        for n in range(70):
            self.day(-n, 1204 if n == 3 else 300, {"5xx": 12} if n == 3 else {})
        self.ann = Client(house.token())
        self.triage = self.tenant.triage()
        self.last_month = shifted(f"{self.today[:7]}-01", -1)
        self.said = self.ann.post(f"/v1/rooms/{self.triage}/messages", {"text": LONG}).json["id"]
        reason = {"kind": "surge", "cause": "season", "from": f"{self.last_month[:7]}-20", "until": self.last_month}
        made = self.tenant.api.post("/v1/customers/acme/reasons", reason | {"message": self.said, "text": "Ours."})
        assert made.status == 201, made.text
        assert self.tenant.api.patch("/v1/workspace", {"share_usage": True}).status == 200

    def day(self, n: int, calls: int, errors: dict[str, int]) -> None:
        """What it called on a day, counted from today on."""
        row = UsageDay(
            version=1, customer=self.customer, workspace=self.tenant.id, day=shifted(self.today, n), calls=calls,
            errors=errors, sdks={"py 1.2": calls},
        )  # fmt: skip
        self.house.parley.store.commit(Put(row, None))

    def ask(self) -> None:
        """Why it was so many, three days ago."""
        found = Finding(kind="surge", day=shifted(self.today, -3), count=1204, usual=300, weeks=8)
        signal = Signal(
            version=1, id="sig_1", workspace=self.tenant.id, customer=self.customer, segment="seg_1", kind="surge",
            owner="agt_1", at=self.house.parley.clock.at, found=found,
        )  # fmt: skip
        self.house.parley.store.commit(Put(signal, None))
        asked = self.tenant.api.post("/v1/signals/sig_1/question", {"text": "You call *four times* as much. Why?"})
        assert asked.status == 201, asked.text
        self.house.parley.settle()

    def reasons(self) -> list[dict[str, Any]]:
        return list(self.tenant.api.get("/v1/customers/acme/reasons").json["items"])


def test_one_sees_the_curve_and_why_it_moved_in_any_month(house: House) -> None:
    curve = Curve(house)
    curve.tenant.api.patch("/v1/workspace", {"share_usage": False})
    widget = house.page(viewport={"width": 390, "height": 780}).open()
    foot = widget.one(".foot")
    foot.get_by_role("button", name="Coding agents").wait_for()
    expect(foot.get_by_role("button", name="Usage")).to_be_hidden()
    curve.tenant.api.patch("/v1/workspace", {"share_usage": True})
    widget.page.reload()
    foot.get_by_role("button", name="Usage").click()
    pane = widget.one(".of-usage")
    expect(pane.locator("canvas")).to_have_count(1)
    expect(pane.locator(".usage > dl")).to_have_text("Calls9,904Errors125xx: 12")
    expect(pane).not_to_contain_text("Ours.")
    pane.get_by_label("Period").select_option(curve.last_month[:7])
    reason = pane.get_by_role("list", name="Why it moved").get_by_role("listitem")
    expect(reason).to_contain_text("A season · More calls")
    expect(reason).to_contain_text(LONG)
    pane.get_by_text("By day (UTC)").click()
    days = int(curve.last_month[8:])
    expect(pane.get_by_role("row")).to_have_count(1 + days)
    expect(pane.get_by_role("row").nth(1)).to_contain_text("A season")
    expect(pane.get_by_role("row").nth(days)).not_to_contain_text("A season")
    pane.get_by_text("SDKs").click()
    expect(pane).to_contain_text("py 1.2")
    assert unfriendly(widget.page, "parley-support") == []
    reason.get_by_role("button", name="Show it in the conversation").click()
    widget.sees(LONG)
    german = house.page('<parley-support token-url=/token lang="de" theme="dark"></parley-support>', path="/de").open()
    german.one(".foot").get_by_role("button", name="Nutzung").click()
    expect(german.one(".of-usage .usage > dl")).to_have_text("Aufrufe9.904Fehler125xx: 12")
    years_ago = (datetime.now(UTC) - timedelta(days=330)).strftime("%Y-%m")
    german.one(".of-usage").get_by_label("Zeitraum").select_option(years_ago)
    expect(german.one(".of-usage")).to_contain_text("In dieser Zeit gab es keinen Aufruf.")
    assert unfriendly(german.page, "parley-support") == []
    assert widget.wrong + german.wrong == []


def test_one_answers_why_and_who_comes_second_hears_so(house: House) -> None:
    curve = Curve(house)
    curve.ask()
    widget, other = house.page().open(), house.page().open()
    for tab in (widget, other):
        tab.one(".foot").get_by_role("button", name="Usage").click()
        tab.one(".of-usage").get_by_text("You call four times as much. Why?").click()
        tab.one(".of-usage").get_by_label("A launch").check()
    pane = widget.one(".of-usage")
    until = pane.get_by_label("Until when?")
    expect(until).to_have_value(curve.today)
    pane.get_by_label("Once, and no more").check()
    expect(until).to_have_value(shifted(curve.today, -3))
    until.fill(shifted(curve.today, 10))
    pane.get_by_label("A launch").check()
    expect(until).to_have_value(shifted(curve.today, 10))
    pane.get_by_label("In your own words, if you like").fill("Our app in Japan.")
    for period in (curve.last_month[:7], ""):  # what is written stays
        pane.get_by_label("Period").select_option(period)
        expect(pane.locator("[aria-busy]")).to_have_count(0)
    words = pane.locator("form blockquote").inner_text()
    assert words.startswith("A launch, until ")
    assert words.endswith("Our app in Japan.")
    assert unfriendly(widget.page, "parley-support") == []
    house.fate = lambda method, path: "lost" if path.endswith("/answer") else ""
    pane.get_by_role("button", name="Say so").click()
    expect(pane.get_by_role("alert")).to_be_visible()
    house.fate = lambda method, path: ""
    pane.get_by_role("button", name="Say so").click()
    expect(pane.get_by_role("status")).to_contain_text("Said in “Triage”. Thank you.")
    expect(pane.locator(".asked details")).to_have_count(0)
    expect(pane.get_by_role("listitem").first).to_contain_text("A launch · More calls")
    _, given = curve.reasons()
    assert (given["cause"], given["signal"]) == ("launch", "sig_1")
    assert given["text"].split() == words.split()
    assert house.texts(curve.triage)[1:] == ["You call *four times* as much. Why?", given["text"]]
    other.one(".of-usage").get_by_role("button", name="Say so").click()
    expect(other.one(".of-usage").get_by_role("alert")).to_have_text("Somebody of your team has said why already.")
    expect(other.one(".of-usage .asked details")).to_have_count(0)
    assert len(curve.reasons()) == 2
    pane.get_by_role("button", name="Show it in the conversation").first.click()
    widget.sees("Our app in Japan.")
    assert widget.wrong + other.wrong == []


def test_an_admin_shares_it_and_sees_who_said_why(house: House, tenant: Tenant) -> None:
    curve = Curve(house)
    curve.ask()
    question = curve.ann.get("/v1/me/usage").json["questions"][0]["message"]
    body = {"cause": "launch", "until": curve.today, "text": "A launch."}
    assert curve.ann.post(f"/v1/me/usage/questions/{question}/answer", body).status == 201
    tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example", "role": "admin"})
    house.cookie = f"{COOKIE}={came(house.parley).cookie}"
    context = house.browser(viewport={"width": 1500, "height": 900})
    page = house.page(path=f"{PARLEY}/console#/settings/sources", context=context).page
    part = page.get_by_role("region", name="Shared with customers")
    share = part.get_by_label("Customers see their own usage")
    expect(share).to_be_checked()
    share.uncheck()
    part.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert tenant.api.get("/v1/workspace").json["share_usage"] is False
    assert unfriendly(page) == []
    page.goto(f"{PARLEY}/console#/inbox/open/{curve.triage}")
    expect(page.get_by_role("listitem", name="A launch")).to_contain_text("One of their team")
