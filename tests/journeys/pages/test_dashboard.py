"""What `make run` shows first: a made-up product's dashboard with the support button, and the console beside it."""

from playwright.sync_api import expect

from infra.dashboard import PATH
from tests.browser import browser
from tests.journeys.caller import Caller
from tests.stack import LocalStack


def test_a_customer_asks_in_the_dashboard_and_an_agent_answers_in_the_console(stack: LocalStack) -> None:
    with browser() as chromium:
        ada, grace = (chromium.new_context().new_page() for _ in range(2))
        refused: list[str] = []
        ada.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
        ada.goto(stack.base_url + PATH)
        ada.get_by_role("button", name="Support").click()
        ada.get_by_role("button", name="New topic").click()
        ada.get_by_placeholder("What is it about?").fill("From the dashboard")
        ada.get_by_role("textbox", name="Message").fill("Where are my keys?")
        ada.get_by_role("button", name="Send").click()
        expect(ada.get_by_role("log")).to_contain_text("Where are my keys?", timeout=30_000)
        rooms = Caller(stack.base_url, stack.workspace["api_key"]).all("/v1/rooms?customer=acme")
        [room] = [room["id"] for room in rooms if room["name"] == "From the dashboard"]

        grace.goto(f"{stack.base_url}/console?workspace={stack.workspace['id']}#/inbox/unassigned/{room}")
        grace.get_by_role("button", name="Continue as grace@demo.example").click()
        grace.get_by_role("textbox", name="Answer").fill("Under your name, top right.")
        grace.keyboard.press("Control+Enter")
        expect(ada.get_by_role("log")).to_contain_text("Under your name, top right.", timeout=30_000)
        assert not refused
