"""The console in two tabs: one session, and whoever signs out in one is signed out in both, their lines too."""

from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley

from .house import PARLEY, House


def test_who_signs_out_in_one_tab_is_signed_out_in_the_other_at_once(parley: Parley, house: House) -> None:
    house.tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    context = house.browser(viewport={"width": 1300, "height": 800})
    one, two = (house.page(path=f"{PARLEY}/console", context=context) for _ in range(2))
    for tab in (one, two):
        tab.one("[aria-label='Sign out']").first.wait_for(state="attached")
        tab.until(lambda: house.lines.open)
    one.until(lambda: len(house.lines.open) == 2)
    one.run("document.querySelector('[aria-label=\"Sign out\"]').click()")
    two.one("[aria-label='Sign out']").first.wait_for(state="detached")
    two.until(lambda: not house.lines.open)
    two.rest(1500)
    assert house.lines.open == {}
