"""The console speaks the browser's language, or the one that was chosen in it, from its first word on."""

import pytest

from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley

from .house import PARLEY, House, Page

FORM = f"{PARLEY}/console#/settings/told"


@pytest.fixture(autouse=True)
def ada(house: House, parley: Parley) -> None:
    house.tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
    house.cookie = f"{COOKIE}={came(parley).cookie}"


def settings(house: House, locale: str) -> Page:
    page = house.page(path=FORM, context=house.browser(locale=locale))
    page.one("select[name=language]").wait_for()
    return page


def language(page: Page) -> str:
    return str(page.run("return document.documentElement.lang"))


@pytest.mark.parametrize(
    ("locale", "lang", "title"),
    [("de-AT", "de-AT", "Für mich"), ("en-GB", "en-GB", "For me"), ("fr-FR", "en", "For me")],
)
def test_the_browser_says_which(house: House, locale: str, lang: str, title: str) -> None:
    page = settings(house, locale)
    assert (language(page), page.one("h1").inner_text()) == (lang, title)


def test_english_asks_for_no_other_table(house: House) -> None:
    asked: list[str] = []
    context = house.browser(locale="en-US")
    context.on("request", lambda request: asked.append(request.url))
    house.page(path=FORM, context=context).one("select[name=language]").wait_for()
    assert not [url for url in asked if "german" in url]


def test_what_is_chosen_is_kept_in_this_browser(house: House) -> None:
    page = settings(house, "en-GB")
    page.one("select[name=language]").select_option("de")
    page.one("h1", has_text="Für mich").wait_for()
    assert language(page) == "de"
    page.page.reload()
    page.one("h1", has_text="Für mich").wait_for()
    page.one("select[name=language]").select_option("")
    page.one("h1", has_text="For me").wait_for()


def test_where_the_table_does_not_come_it_is_english(house: House) -> None:
    house.fate = lambda method, path: "503" if "german" in path else ""
    page = settings(house, "de-DE")
    assert (language(page), page.one("h1").inner_text()) == ("en", "For me")
