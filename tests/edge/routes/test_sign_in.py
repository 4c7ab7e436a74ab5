"""Signing in to the console: mailed links, sessions in cookies, what another site cannot make a browser do."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest

from chalicelib.desk.sessions import DEMO_AGENTS, LINK_LIFE_MS, MAILS_PER_HOUR, SESSION_LIFE_MS, TICKET_LIFE_MS
from chalicelib.edge.door.auth import identify
from chalicelib.flows.access.sign_in import HOUR_MS, PER_PLACE
from chalicelib.ports import ProviderBusy
from chalicelib.settings import settings
from tests.api import Client, Got, Tenant
from tests.fakes import Parley

COOKIE = "__Host-parley-session"
OWN = {"X-Parley-Console": "1", "Origin": "https://parley.test"}


class Browser:
    """A page of the console: its cookie goes with every call, and its header with every change."""

    def __init__(self, **headers: str) -> None:
        self.client, self.cookie, self.headers = Client(), "", {**OWN, **headers}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str | None) -> Got:
        sent = {name: value for name, value in {**self.headers, **headers}.items() if value is not None}
        if self.cookie:
            sent["Cookie"] = f"other=1; {COOKIE}={self.cookie}"
        got = self.client(method, path, body, headers=sent)
        if "Set-Cookie" in got.headers:
            self.cookie = got.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
        return got


def asked(email: str) -> Got:
    return Browser()("POST", "/v1/sign-in/links", {"email": email})


def mailed(parley: Parley) -> list[str]:
    """The tokens of the newest mail."""
    parley.work_all()
    mail = message_from_bytes(parley.mailer.sent[-1][0], policy=policy.default)
    return re.findall(r"https://parley\.test/console#sign-in=(\S+)", str(mail.get_content()))


@pytest.fixture
def ada(tenant: Tenant) -> dict[str, Any]:
    made = tenant.api.post("/v1/agents", {"name": "Ada", "email": "Ada@vendor.example"})
    return dict(made.json)


def came(parley: Parley, email: str = "ada@vendor.example") -> Browser:
    """A browser that is signed in."""
    assert asked(email).status == 202
    browser = Browser()
    got = browser("POST", "/v1/sign-in/links/use", {"token": mailed(parley)[0]})
    assert got.status == 200, got.text
    return browser


def test_a_mailed_link_signs_in_once(parley: Parley, tenant: Tenant, ada: dict[str, Any]) -> None:
    assert asked(" ADA@vendor.example ".strip()).status == 202
    (token,) = mailed(parley)
    assert parley.mailer.sent[-1][1] == ["Ada@vendor.example"]
    browser = Browser()
    got = browser("POST", "/v1/sign-in/links/use", {"token": token})
    assert got.json == {"workspace": tenant.id, "agent": ada["id"]}
    cookie = got.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=ps_")
    assert {part.strip() for part in cookie.split(";")[1:]} == {
        "Path=/",
        f"Max-Age={SESSION_LIFE_MS // 1000}",
        "HttpOnly",
        "Secure",
        "SameSite=Strict",
    }
    session = browser("GET", "/v1/session").json
    assert (session["agent"], session["may"]) == (ada, ["read", "write"])
    assert session["workspace"] == {"id": tenant.id, "name": "Acorn", "drafting": "off"}
    again = Browser()("POST", "/v1/sign-in/links/use", {"token": token})
    assert (again.status, again.json["detail"]) == (401, "this link was used: ask for a new one")
    assert "Set-Cookie" not in again.headers


@pytest.mark.parametrize(
    ("address", "to"),
    [
        ("ada@müller.example", "ada@xn--mller-kva.example"),
        ("jörg@vendor.example", ""),
        ("a..b@vendor.example", ""),
        ("ada@", ""),
        ("ada@-x-.example", "ada@-x-.example"),
    ],
)
def test_an_odd_address_of_an_agents_breaks_no_worker(parley: Parley, tenant: Tenant, address: str, to: str) -> None:
    made = tenant.api.post("/v1/agents", {"name": "Ada", "email": address})
    if made.status != 201:
        return
    asked(address)
    parley.work_all()
    assert [sent for _, sent in parley.mailer.sent] == ([[to]] if to else [])


def test_nobody_learns_who_has_an_account(parley: Parley, ada: dict[str, Any]) -> None:
    known, unknown = asked("ada@vendor.example"), asked("eve@vendor.example")
    assert (known.status, known.text, known.headers) == (unknown.status, unknown.text, unknown.headers)
    assert len(parley.queues.tasks) == 2  # the same work, and nothing looked up, for either
    parley.work_all()
    assert len(parley.mailer.sent) == 1
    for email in ("ada@vendor.example", "eve@vendor.example"):
        for _ in range(2 * MAILS_PER_HOUR):
            assert asked(email).status == 202


def test_nobody_can_keep_somebody_out_by_asking_for_their_links(parley: Parley, ada: dict[str, Any]) -> None:
    """However often a stranger asks: so many mails, and the last of them always lets its reader in."""
    for _ in range(5 * MAILS_PER_HOUR):
        asked("ada@vendor.example")
        (token,) = mailed(parley)
        parley.clock.at += 60_000
    assert len(parley.mailer.sent) == MAILS_PER_HOUR
    assert Browser()("POST", "/v1/sign-in/links/use", {"token": token}).status == 200
    asked("ada@vendor.example")  # who came in may come in again
    (token,) = mailed(parley)
    assert len(parley.mailer.sent) == MAILS_PER_HOUR + 1
    asked("ada@vendor.example")
    assert mailed(parley) == [token]
    parley.clock.at += LINK_LIFE_MS
    assert Browser()("POST", "/v1/sign-in/links/use", {"token": token}).status == 401
    parley.clock.at += HOUR_MS
    asked("ada@vendor.example")
    (fresh,) = mailed(parley)
    assert fresh != token


def test_a_mail_that_could_not_be_sent_counts_for_nothing(parley: Parley, ada: dict[str, Any]) -> None:
    for _ in range(2 * MAILS_PER_HOUR):
        asked("ada@vendor.example")
        parley.mailer.fails = [ProviderBusy("SES is busy")]
        with pytest.raises(ProviderBusy):
            parley.work_all()
    asked("ada@vendor.example")
    assert len(mailed(parley)) == 1


@pytest.mark.parametrize(
    ("path", "body", "most"),
    [
        ("/v1/sign-in/links", {"email": "ada@vendor.example"}, PER_PLACE),
        ("/v1/sign-in/links/use", {"token": "pl_0"}, PER_PLACE),
        ("/v1/visitors", {"workspace": "{workspace}", "name": "V", "email": "v@x.example", "text": "Hm"}, 20),
    ],
)
@pytest.mark.parametrize(
    ("others", "limited"),
    [
        ("2001:db8:1:2:{:x}::1", True),  # a /64 is one household's
        ("2001:db8:1:{:x}::1", False),
        ("192.0.2.{}", False),
        ("::ffff:192.0.2.1", True),
    ],
)
def test_limits_are_by_who_asks(
    parley: Parley, tenant: Tenant, path: str, body: dict[str, Any], most: int, others: str, limited: bool
) -> None:
    tenant.api.patch("/v1/workspace", {"visitors": True})
    body = {name: value.format(workspace=tenant.id) for name, value in body.items()}
    found = {
        Client()("POST", path, body, headers=OWN, address=others.format(number)).status for number in range(1, most + 2)
    }
    assert (429 in found) == limited


def test_a_link_ends_with_its_time_and_with_its_agent(parley: Parley, tenant: Tenant, ada: dict[str, Any]) -> None:
    asked("ada@vendor.example")
    (old,) = mailed(parley)
    parley.clock.at += LINK_LIFE_MS
    assert Browser()("POST", "/v1/sign-in/links/use", {"token": old}).status == 401
    asked("ada@vendor.example")
    (fresh,) = mailed(parley)
    tenant.api.patch(f"/v1/agents/{ada['id']}", {"state": "blocked"})
    assert Browser()("POST", "/v1/sign-in/links/use", {"token": fresh}).status == 401
    for wrong in ("pl_00", "x", old + "0"):
        assert Browser()("POST", "/v1/sign-in/links/use", {"token": wrong}).status == 401
    asked("ada@vendor.example")
    sent = len(parley.mailer.sent)
    parley.work_all()
    assert len(parley.mailer.sent) == sent  # who is blocked gets none


def test_one_mail_has_a_link_for_each_workspace(parley: Parley, ada: dict[str, Any]) -> None:
    other = Tenant.found("Other", parley.clock.at // 1000)
    other.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
    asked("ada@vendor.example")
    tokens = mailed(parley)
    found = [Browser()("POST", "/v1/sign-in/links/use", {"token": token}).json["workspace"] for token in tokens]
    assert set(found) == {ada_workspace(parley, ada), other.id}


def ada_workspace(parley: Parley, ada: dict[str, Any]) -> str:
    return next(key[0][2:] for key in parley.table.rows if key[1] == f"AGENT#{ada['id']}")


def test_the_cookie_of_a_changed_request_needs_the_consoles_own_page(parley: Parley, ada: dict[str, Any]) -> None:
    browser = came(parley)
    change = ("PATCH", "/v1/me", {"name": "Countess"})
    for headers in (
        {"X-Parley-Console": None},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://parley.test.evil.example"},
        {"X-Parley-Console": None, "Origin": None},
    ):
        got = browser(*change, **headers)
        assert (got.status, got.json["code"]) == (403, "forbidden"), headers
    assert browser(*change).status == 200
    assert browser(*change, Origin=None).status == 200
    assert browser("GET", "/v1/session", **{"X-Parley-Console": None}).json["agent"]["name"] == "Countess"
    preflight = Client()("OPTIONS", "/v1/me")
    assert "x-parley-console" not in preflight.headers["Access-Control-Allow-Headers"].lower()
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in preflight.headers


@pytest.mark.parametrize("path", ["/v1/sign-in/links", "/v1/sign-in/links/use", "/v1/sign-in/demo"])
def test_no_other_site_signs_anybody_in(parley: Parley, path: str) -> None:
    body = {"email": DEMO_AGENTS[0]} if "use" not in path else {"token": "x"}
    got = Browser(Origin="https://evil.example")("POST", path, body)
    assert got.status == (404 if "demo" in path else 403)


def test_sign_out_ends_the_session_at_once_and_no_other(parley: Parley, ada: dict[str, Any]) -> None:
    here, there = came(parley), came(parley)
    token = here.cookie
    got = here("DELETE", "/v1/session")
    assert got.status == 204
    assert "Max-Age=0" in got.headers["Set-Cookie"]
    here.cookie = token
    assert here("GET", "/v1/session").json["detail"] == "the session is over: sign in again"
    assert there("GET", "/v1/session").status == 200


def test_a_session_ends_with_its_time_and_with_its_agent(parley: Parley, tenant: Tenant, ada: dict[str, Any]) -> None:
    browser = came(parley)
    tenant.api.patch(f"/v1/agents/{ada['id']}", {"state": "blocked"})
    assert browser("GET", "/v1/session").status == 401
    tenant.api.patch(f"/v1/agents/{ada['id']}", {"state": "active"})
    assert browser("GET", "/v1/session").status == 401
    parley.clock.at += 1000
    later = came(parley)
    parley.clock.at += SESSION_LIFE_MS
    assert later("GET", "/v1/session").status == 401


def test_a_session_is_no_bearer_and_a_made_up_one_is_unknown(parley: Parley, ada: dict[str, Any]) -> None:
    browser = came(parley)
    assert Client(browser.cookie).get("/v1/session").json["detail"] == "this credential is not for Authorization"
    good = browser.cookie
    for wrong in (good[:-1] + ("0" if good[-1] != "0" else "1"), good.upper(), "x", "", 'a"b', "pk_x_y_z", "a.b.c"):
        browser.cookie = wrong
        assert browser("GET", "/v1/session").status == 401


def test_the_role_of_now_decides_what_a_session_may(parley: Parley, tenant: Tenant, ada: dict[str, Any]) -> None:
    browser = came(parley)
    assert browser("GET", "/v1/audit").status == 403
    tenant.api.patch(f"/v1/agents/{ada['id']}", {"role": "admin"})
    verbs = [entry["verb"] for entry in browser("GET", "/v1/audit").json["items"]]
    assert "session.opened-by-link" in verbs


def test_a_ticket_opens_a_socket_and_nothing_else(parley: Parley, ada: dict[str, Any]) -> None:
    browser = came(parley)
    ticket = browser("POST", "/v1/socket-tickets").json
    assert ticket["url"] == "wss://parley.test/socket"
    assert Client(ticket["token"]).get("/v1/session").status == 401
    browser.cookie, kept = ticket["token"], browser.cookie
    assert browser("GET", "/v1/session").status == 401
    browser.cookie = kept
    who, _ = identify(parley.world, ticket["token"], [])
    assert (who.id, who.kind) == (ada["id"], "agent")
    parley.clock.at += TICKET_LIFE_MS
    with pytest.raises(Exception, match="over"):
        identify(parley.world, ticket["token"], [])


def test_the_demo_sign_in_is_a_laptops_alone(parley: Parley, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant.api.post("/v1/agents", {"name": "Grace", "email": DEMO_AGENTS[0]})
    tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
    for stage in ("", "test", "prod", "Local", "local-2"):
        monkeypatch.setattr("chalicelib.edge.routes.sign_in.settings", lambda at=stage: replace(settings(), stage=at))
        assert Browser()("POST", "/v1/sign-in/demo", {"email": DEMO_AGENTS[0]}).status == 404
        assert Client().get("/v1/sign-in").json["demo"] == []
    monkeypatch.setattr("chalicelib.edge.routes.sign_in.settings", lambda: replace(settings(), stage="local"))
    assert Client().get("/v1/sign-in").json["demo"] == list(DEMO_AGENTS)
    assert Browser()("POST", "/v1/sign-in/demo", {"email": "ada@vendor.example"}).status == 404
    browser = Browser()
    assert browser("POST", "/v1/sign-in/demo", {"email": DEMO_AGENTS[0]}).status == 200
    assert browser("GET", "/v1/session").json["agent"]["name"] == "Grace"
    later = Tenant.found("Later", parley.clock.at // 1000)
    later.api.post("/v1/agents", {"name": "Grace", "email": DEMO_AGENTS[0]})
    for asked, shown in (({}, later), ({"workspace": tenant.id}, tenant), ({"workspace": "wsp_gone"}, later)):
        came = Browser()("POST", "/v1/sign-in/demo", {"email": DEMO_AGENTS[0], **asked})
        assert came.json["workspace"] == shown.id


def test_the_console_is_served_under_a_policy_without_inline(parley: Parley) -> None:
    page = Client().get("/console")
    rules = dict(rule.split(" ", 1) for rule in page.headers["Content-Security-Policy"].split("; "))
    assert rules["default-src"] == "'none'"
    assert (rules["script-src"], rules["style-src"]) == ("'self'", "'self'")
    assert rules["connect-src"] == "'self' https://bucket.example wss://parley.test"
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page.text)
    for name in re.findall(r'(?:src|href)="([^"]+\?[^"]+)"', page.text):
        path, _, version = name.partition("?v=")
        got = Client().get(f"/{path}", v=version)
        assert "immutable" in got.headers["Cache-Control"]
        assert Client()("GET", f"/{path}", headers={"If-None-Match": got.headers["ETag"]}).status == 304


def test_what_one_session_asked_for_the_next_one_of_the_same_agent_asks_for_again(
    parley: Parley, tenant: Tenant, ada: dict[str, Any]
) -> None:
    tenant.api.post("/v1/agents", {"name": "Bea", "email": "bea@vendor.example"})
    path, key = f"/v1/rooms/{tenant.triage()}/messages", {"Idempotency-Key": "once"}
    one, other = came(parley), came(parley, "bea@vendor.example")
    said = one("POST", path, {"text": "Hello"}, **key)
    one("DELETE", "/v1/session")
    assert came(parley)("POST", path, {"text": "Hello"}, **key).json == said.json
    assert other("POST", path, {"text": "Hello"}, **key).json["id"] != said.json["id"]
