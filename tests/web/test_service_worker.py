"""The console's service worker in Chromium, whose developer tools deliver what is pushed; and the page on which an
agent chooses how they are told."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.api import Client, Tenant
from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley

from .house import PARLEY, House

SHOWN = """async () => {
  const worker = await navigator.serviceWorker.ready;
  return (await worker.getNotifications()).map(({ title, body, data }) => ({ title, body, data }));
}"""
REGISTER = """async () => {
  const url = new URL("console-worker.js", location.href).href;
  const policy = trustedTypes.createPolicy("parley-worker", { createScriptURL: () => url });
  await navigator.serviceWorker.register(policy.createScriptURL(""));
  await navigator.serviceWorker.ready;
}"""


@pytest.fixture
def site(parley: Parley) -> Iterator[str]:
    """The console as it is served, with its headers, on this machine: workers want a server of their own."""

    class Served(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got = Client()("GET", self.path.partition("?")[0], headers={"Host": self.headers["Host"]})
            self.send_response(got.status)
            for name, value in got.headers.items():
                self.send_header(name, value)
            body = got.text.encode()
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Served)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Pushed:
    """A page of the console with its worker, and the way of the developer tools to push to it."""

    def __init__(self, chromium: Any, site: str) -> None:
        self.context = chromium.new_context()
        self.context.grant_permissions(["notifications"], origin=site)
        self.page = self.context.new_page()
        self.site = site
        self.page.goto(f"{site}/console")
        self.page.evaluate(REGISTER)
        self.tools = self.context.new_cdp_session(self.page)
        found: list[Any] = []
        self.tools.on("ServiceWorker.workerRegistrationUpdated", lambda update: found.extend(update["registrations"]))
        self.tools.send("ServiceWorker.enable")
        for _ in range(100):
            if found:
                break
            self.page.wait_for_timeout(20)
        self.registration = found[0]["registrationId"]

    def push(self, data: str) -> list[Any]:
        """What is shown after it."""
        fields = {"origin": self.site, "registrationId": self.registration, "data": data}
        for at in range(1500):
            if at % 150 == 0:  # the tools deliver to no worker that is being started
                self.tools.send("ServiceWorker.deliverPushMessage", fields)
            if shown := self.page.evaluate(SHOWN):
                return list(shown)[:1]
            self.page.wait_for_timeout(20)
        return []


@pytest.fixture
def pushed(chromium: Any, site: str) -> Iterator[Pushed]:
    made = Pushed(chromium, site)
    yield made
    made.context.close()


def test_the_page_policy_lets_no_other_script_be_the_worker(pushed: Pushed) -> None:
    other = 'navigator.serviceWorker.register("/widget.js").then(() => "taken", (error) => error.name)'
    assert pushed.page.evaluate(other) == "TypeError"


def test_what_is_pushed_is_shown_and_leads_into_its_room(pushed: Pushed) -> None:
    message = {"title": "Acme: Export", "body": "Ann wrote", "url": "https://elsewhere/console#/inbox/open/room_1"}
    [shown] = pushed.push(json.dumps(message))
    assert (shown["title"], shown["body"]) == ("Acme: Export", "Ann wrote")
    assert shown["data"] == f"{pushed.site}/console#/inbox/open/room_1"


@pytest.mark.parametrize("data", ["", "no JSON", "null", '{"url": "javascript:alert(1)"}', '{"url": {"a": 1}}'])
def test_whatever_is_pushed_something_is_shown_that_leads_home(pushed: Pushed, data: str) -> None:
    [shown] = pushed.push(data)
    assert (shown["title"], shown["body"]) == ("Parley", "Something waits for you.")
    assert shown["data"] == f"{pushed.site}/console#/inbox"


STUBBED = """
const subscription = { endpoint: "https://push.example/1",
  unsubscribe: async () => { self.live = null; return true; },
  toJSON: () => ({ endpoint: "https://push.example/1", keys: { p256dh: "B".repeat(87), auth: "a".repeat(22) } }) };
self.live = null;
self.asked = [];
const worker = { pushManager: {
  getSubscription: async () => self.live,
  subscribe: async (options) => { self.asked.push(options); self.live = subscription; return subscription; } } };
Object.defineProperty(navigator, "serviceWorker", { value: {
  ready: Promise.resolve(worker), addEventListener() {},
  getRegistration: async () => worker,
  register: async (url) => { self.asked.push(String(url)); return worker; } } });
Notification.requestPermission = async () => "granted";
"""


def test_an_agent_chooses_how_they_are_told(house: House, parley: Parley, tenant: Tenant) -> None:
    tenant.customer()
    tenant.api.post("/v1/segments", {"name": "Gold", "customers": ["acme"]})
    ada = tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"}).json
    key = tenant.api.post("/v1/api-keys", {"name": "Ada", "agent": ada["id"], "scopes": ["read"]}).json["key"]
    chosen = Client(key)
    house.cookie = f"{COOKIE}={came(parley).cookie}"
    context = house.browser(viewport={"width": 1200, "height": 900}, timezone_id="Europe/Berlin")
    context.add_init_script(STUBBED)
    page = house.page(path=f"{PARLEY}/console#/settings/told", context=context).page
    page.get_by_label("The customer writes: Mail").uncheck()
    page.get_by_label("The customer writes: Digest").check()
    page.get_by_label("A room is late: Chat").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.").first.wait_for()
    ways = chosen.get("/v1/me/alerts").json["ways"]
    assert (ways["answered"], ways["late"]) == (["digest"], ["mail", "chat"])
    page.get_by_label("Gold").check()
    page.get_by_label("Quiet from").fill("19:00")
    page.get_by_role("button", name="Follow these").click()
    expect(page.get_by_text("Saved.")).to_have_count(2)
    expect(page.get_by_label("Quiet from")).to_have_value("19:00")  # what is not saved yet stays
    page.get_by_label("Until", exact=True).first.fill("08:00")
    page.get_by_label("By the clock of").select_option("Europe/Berlin")
    page.get_by_role("button", name="Save times").click()
    expect(page.get_by_label("Quiet from")).to_have_value("19:00")
    page.get_by_role("button", name="Tell me in this browser").click()
    page.get_by_role("button", name="Not in this browser any more").wait_for()
    script, options = page.evaluate("self.asked")
    assert script == f"{PARLEY}/console-worker.js"
    assert options["applicationServerKey"] == chosen.post("/v1/me/browsers/key").json["key"]
    assert [each["service"] for each in chosen.get("/v1/me/browsers").json["items"]] == ["push.example"]
    page.get_by_role("button", name="Not in this browser any more").click()
    page.get_by_role("button", name="Tell me in this browser").wait_for()
    assert chosen.get("/v1/me/browsers").json["items"] == []
    away = page.get_by_role("region", name="Away")
    away.get_by_label("Until").fill("2040-01-01T12:00")
    away.get_by_role("button", name="I am away").click()
    page.get_by_role("button", name="I am back").wait_for()
    found = chosen.get("/v1/me/alerts").json
    assert found["away_until"] == "2040-01-01T11:00:00.000Z"
    assert (found["quiet"], found["timezone"]) == ({"from": "19:00", "to": "08:00"}, "Europe/Berlin")
    assert len(found["segments"]) == 1
    page.get_by_role("button", name="I am back").click()
    page.get_by_role("button", name="I am away").wait_for()
    assert chosen.get("/v1/me/alerts").json["away_until"] is None
