"""On whatever page: odd languages, two copies of the script, a dialog or a transform of the host's, small screens."""

import pytest

from .house import PAGE, House, Page

BODY = "<parley-support token-url=/token></parley-support>"
LANGS = [
    "en_US.UTF-8",
    "C",
    "x-klingon",
    "zh_Hant_TW",
    " DE ",
    "de-",
    "i-default",
    "ar-EG-u-nu-arab",
    "ß",
    "%s",
    "null",
]


def shown(page: Page) -> bool:
    """Whether the launcher is what is seen where it is."""
    return bool(
        page.run(
            "const {x, y, width, height} = widget.shadowRoot.querySelector('.launcher').getBoundingClientRect();"
            "return document.elementFromPoint(x + width / 2, y + height / 2) === widget"
        )
    )


@pytest.mark.parametrize("lang", ["pt_BR", "de_AT", "", "nonsense of a tag", "zh-Hans-CN", *LANGS])
def test_a_page_in_whatever_language_it_says_it_is(house: House, lang: str) -> None:
    room = house.tenant.user().post("/v1/rooms", {"name": "Spoken"}).json["id"]
    house.tenant.user().post(f"/v1/rooms/{room}/messages", {"text": "Hello"})
    page = house.page(PAGE.format(body=BODY).replace('lang="en"', f'lang="{lang}"')).open().live().enter("Spoken")
    page.sees("Hello")
    assert page.wrong == []


def test_two_copies_of_the_script_are_one(house: House) -> None:
    second = '<script type="module">import { Parley } from "https://parley.test/widget.js?copy=2";'
    page = house.page(f"{second} window.second = Parley;</script>{BODY}").open().live()
    page.until(lambda: page.run("return window.second"))
    assert page.run("return second === Parley")
    page.run("second.open()")
    page.rest()
    assert (len(house.lines.open), page.wrong) == (1, [])


HOSTS = {
    "a high z-index": "<div style='position:fixed;inset:0;background:red;z-index:2147483647'></div>",
    "a dialog": "<dialog open style='position:fixed;inset:0;width:100vw;height:100vh;z-index:2147483647'></dialog>",
    "a transform": "<style>body{transform:translateY(-300px) scale(.5);height:3000px}</style>",
    "a filter": "<style>body{filter:blur(0);contain:paint;width:100px;height:100px}</style>",
}


@pytest.mark.parametrize("host", HOSTS)
def test_the_launcher_is_above_and_where_it_belongs(house: House, host: str) -> None:
    page = house.page(HOSTS[host] + BODY)
    page.one(".launcher").wait_for()
    assert shown(page)
    box = page.one(".launcher").bounding_box()
    assert (box["x"] + box["width"], box["y"] + box["height"]) == (880, 680)
    page.open().one(".row").first.wait_for()


def test_it_stays_above_what_the_host_opens_later_and_works_in_a_modal_dialog(house: House) -> None:
    page = house.page(f"<dialog><p>Sure?</p></dialog><div popover style='inset:0;width:100%;height:100%'></div>{BODY}")
    page.one(".launcher").wait_for()
    page.run("document.querySelector('[popover]').showPopover()")
    page.until(lambda: shown(page))
    page.run("document.querySelector('[popover]').hidePopover(); document.querySelector('dialog').showModal()")
    page.until(lambda: shown(page))
    page.open().one(".row").first.click()
    page.field.fill("Half a")
    page.run("document.querySelector('dialog').close()")
    page.until(lambda: page.run("return widget.parentElement === document.body"))
    assert (page.field.input_value(), len(house.lines.open)) == ("Half a", 1)


def test_a_dialog_that_is_removed_takes_no_button_along(house: House) -> None:
    page = house.page(f"<dialog><p>Sure?</p></dialog>{BODY}")
    page.one(".launcher").wait_for()
    page.run("document.querySelector('dialog').showModal()")
    page.until(lambda: page.run("return widget.parentElement.matches('dialog')"))
    page.run("document.querySelector('dialog').remove()")
    page.until(lambda: page.run("return widget?.parentElement === document.body"))
    assert shown(page)


def test_on_a_phone_fields_do_not_zoom_and_the_keyboard_covers_nothing(house: House) -> None:
    page = house.page(BODY, viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True).open().live()
    page.one(".row").first.click()
    sizes = page.run(
        "return [...widget.shadowRoot.querySelectorAll('input:not([type=file]), textarea')].map("
        "(each) => parseFloat(getComputedStyle(each).fontSize))"
    )
    assert min(sizes) >= 16
    page.run(
        "Object.defineProperties(visualViewport, {height: {value: 320}, offsetTop: {value: 40}});"
        "visualViewport.dispatchEvent(new Event('resize'))"
    )
    box = page.one(".panel").bounding_box()
    assert (box["y"], box["height"]) == (40, 320)


def test_where_the_panels_script_is_gone_it_says_so(house: House) -> None:
    house.fate = lambda method, path: "404" if path.startswith("/assets/") else ""
    page = house.page(BODY).open()
    page.one(".problem", has_text="reload the page").wait_for()
    assert page.wrong == []


BLOCKED = """for (const name of ["localStorage", "sessionStorage", "indexedDB"])
    Object.defineProperty(window, name, {get() { throw new DOMException("no", "SecurityError"); }});
  LockManager.prototype.request = async () => { throw new DOMException("no", "SecurityError"); };"""


def test_where_nothing_may_be_kept_or_locked_it_works(house: House) -> None:
    room = house.tenant.user().post("/v1/rooms", {"name": "Blocked"}).json["id"]
    context = house.browser()
    context.add_init_script(BLOCKED)
    page = house.page(BODY, context=context).open().live().enter("Blocked")
    page.write("Hello")
    page.until(lambda: house.texts(room) == ["Hello"])
    page.sees("Hello")
    assert page.wrong == []
