"""The console in a pseudo-language: each translated sentence stands in brackets, all that people wrote is in Greek. A
Latin word outside of brackets, on any page or dialog that a button opens, is one that nobody translated."""

import re
from pathlib import Path
from typing import Any

import pytest

from chalicelib.desk.event_types import CATALOGUE
from tests.api import Tenant
from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley

from .house import PARLEY, House
from .test_visible_words import NONE

TABLES = re.compile(r"(\w+) as (SERVED|TABLE)")
PSEUDO = """
const bracket = (form) => typeof form === "string" ? `⟦${form}⟧`
  : Object.fromEntries(Object.entries(form).map(([name, each]) => [name, `⟦${each}⟧`]));
const bracketed = (table) => Object.fromEntries(Object.entries(table).map(([key, form]) => [key, bracket(form)]));
const SERVED_ = bracketed(%(SERVED)s), TABLE_ = bracketed(%(TABLE)s);
export { SERVED_ as SERVED, TABLE_ as TABLE };
"""
LOOSE = Path(__file__).with_name("loose_words.js").read_text("utf-8").partition("\n(")[2]
CUSTOMER, NAME = "1001", "Ακμή"
PLACES = (
    ("inbox/open", "inbox/us", "inbox/resolved")
    + ("search", "search/q%3Dερώτηση", "issues", "issues/done", "broadcasts", "broadcasts/new", "figures")
    + ("figures/customer:1001",)
    + tuple(
        f"settings/{tab}"
        for tab in ("installs", "policies", "snippets", "agents", "machines", "told", "sign-in", "privacy", "failures")
    )
)
# Names, and what the server says in its own words: a trial's outcome, a message of its own, a setting's name.
OWN = {
    "Acorn",
    "Owner",
    "First key",
    *(each.name for each in CATALOGUE),
    "Deutsch",
    "English",
    "url",
    "it answered HTTP 200 to a signed ping.",
    "We have seen this and are looking into it. You will hear from us.",
}
# Languages of code.
CODE = {
    "bash",
    "c",
    "cpp",
    "csharp",
    "css",
    "diff",
    "go",
    "graphql",
    "html",
    "http",
    "java",
    "javascript",
    "json",
    "kotlin",
    "php",
    "python",
    "ruby",
    "rust",
    "sql",
    "swift",
    "typescript",
    "xml",
    "yaml",
}
# What leaves the page, or does what cannot be looked at.
UNTOUCHED = ("Abmelden", "CSV", "Vorschau", "Drucken")


def filled(parley: Parley, tenant: Tenant) -> tuple[str, ...]:
    """A little of everything, in Greek; the places of it."""
    api = tenant.api
    tenant.customer(CUSTOMER, name=NAME, attributes={"σχέδιο": "άλφα"})
    user = tenant.user(CUSTOMER, "άννα", name="Άννα", customer_name=NAME)
    room = user.post("/v1/rooms", {"name": "Εξαγωγή"}).json["id"]
    first = user.post(f"/v1/rooms/{room}/messages", {"text": "Μια ερώτηση"}).json["id"]
    api.post(f"/v1/rooms/{room}/messages", {"text": "Μια σημείωση", "internal": True})
    api.post(f"/v1/rooms/{room}/messages", {"text": "Μια απάντηση"})
    user.post(f"/v1/rooms/{room}/messages", {"text": "Ευχαριστώ"})
    user.put(f"/v1/rooms/{room}/messages/{first}/reactions/%F0%9F%91%8D")
    api.post("/v1/segments", {"name": "Όλοι", "filter": {"attribute": "σχέδιο", "is": "άλφα"}})
    api.post("/v1/snippets", {"name": "Χαίρετε", "text": "Χαίρετε {{customer.name}}"})
    week = {day: [{"from": "09:00", "to": "17:00"}] for day in ("monday", "tuesday")}
    calendar = {"name": "Ώρες", "timezone": "UTC", "week": week, "yearly": ["12-25", "11 4TH"]}
    api.post("/v1/calendars", calendar)
    api.post("/v1/policies", {"name": "Σύμβαση", "targets": {"first_minutes": 60}, "words": "Γρήγορα"})
    issue = api.post(f"/v1/rooms/{room}/issues", {"title": "Σφάλμα", "kind": "bug"}).json["id"]
    api.post(f"/v1/issues/{issue}/notices", {"text": "Νέα"})
    api.post("/v1/installs", {"kind": "webhook", "name": "Σύνδεση", "config": {"url": "https://hook.example"}})
    made = api.post("/v1/broadcasts", {"text": "Νέα", "customers": [CUSTOMER], "kind": "news"}).json["id"]
    whose = {"customer": api.get(f"/v1/customers/{CUSTOMER}").json["id"]}
    api.post("/v1/holds", whose | {"reason": "Δίκη"})
    api.post("/v1/exports", whose)
    erasure = api.post("/v1/erasures", whose).json["id"]
    parley.settle()
    return (f"inbox/open/{room}", f"issues/{issue}", f"broadcasts/{made}", f"settings/privacy/{erasure}")


def pseudo(context: Any) -> None:
    """The table of German, its sentences in brackets."""

    def given(route: Any) -> None:
        name = route.request.url.rpartition("/")[2]
        script = (Path(__file__).parents[2] / "chalicelib" / "web" / "built" / "assets" / name).read_text("utf-8")
        body, _, exported = script.rpartition("export")
        names = {table: name for name, table in TABLES.findall(exported)}
        route.fulfill(body=body + PSEUDO % names, content_type="text/javascript; charset=utf-8")

    context.route("**/assets/german-*.js", given)


@pytest.fixture
def places(parley: Parley, tenant: Tenant) -> tuple[str, ...]:
    return filled(parley, tenant)


@pytest.fixture
def page(house: House, parley: Parley, tenant: Tenant, places: tuple[str, ...]) -> Any:
    ada = {"name": "Αδα", "email": "ada@vendor.example", "role": "owner"}
    tenant.api.post("/v1/agents", ada)
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    context = house.browser(viewport={"width": 1400, "height": 900}, locale="de-DE", reduced_motion="reduce")
    pseudo(context)
    return house.page(path=f"{PARLEY}/console#/inbox/open", context=context).page


def settled(page: Any) -> None:
    page.wait_for_function("() => ![...document.querySelectorAll('.empty')].some((each) => each.innerText == '…')")
    page.wait_for_timeout(120)


def shown(page: Any, place: str) -> None:
    for _ in range(3):
        page.keyboard.press("Escape")
    if page.evaluate("location.hash") == f"#/{place}":
        page.evaluate("location.hash = '#/search'")
        settled(page)
    page.evaluate("place => { location.hash = place }", f"#/{place}")
    settled(page)


def test_no_page_and_no_dialog_says_a_word_that_was_not_translated(page: Any, places: tuple[str, ...]) -> None:
    loose: dict[str, str] = {}
    pressed: set[str] = set()

    def look(where: str) -> None:
        for words in page.evaluate(f"({LOOSE}", sorted(NONE | OWN | CODE)):
            loose.setdefault(words, where)

    page.get_by_role("navigation").first.wait_for()
    for place in (*places, *PLACES):
        shown(page, place)
        look(place)
        names = [name for name in page.evaluate(BUTTONS) if not any(word in name for word in UNTOUCHED)]
        for name in names:
            if name in pressed or not name:
                continue
            pressed.add(name)
            button = page.get_by_role("button", name=name, exact=True).first
            if not button.is_visible() or not button.is_enabled():
                continue
            button.click()
            page.wait_for_timeout(120)
            look(f"{place}: {name}")
            for item in page.locator("[role=menuitem]:visible").all_inner_texts():
                if item in pressed or any(word in item for word in UNTOUCHED):
                    continue
                pressed.add(item)
                page.get_by_role("menuitem", name=item, exact=True).click()
                page.wait_for_timeout(120)
                look(f"{place}: {name}: {item}")
                shown(page, place)
                button.click()
            shown(page, place)
    page.keyboard.press("?")
    look("keys")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.wait_for_timeout(200)
    look("palette")
    assert loose == {}


BUTTONS = """() => [...document.querySelectorAll('.stage button, .stage summary')]
  .filter((each) => each.checkVisibility() && !each.disabled && each.tagName === 'BUTTON')
  .map((each) => each.getAttribute('aria-label') ?? each.innerText.trim())"""
