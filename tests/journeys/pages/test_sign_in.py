"""An agent signs in through an OpenID provider that is not ours: the emulator of Okta, in a real Chromium."""

from typing import Any

from tests.browser import browser
from tests.emulators import emulators
from tests.journeys.caller import Caller
from tests.stack import LocalStack

# What a browser's settings may do to the pages of a site.
NO_STORAGE = (
    "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
)


def person(name: str, domain: str) -> dict[str, str]:
    email = f"{name.lower()}@{domain}"
    return {"okta_id": f"00u{name}", "login": email, "email": email, "first_name": name, "last_name": "Okta"}


def test_an_agent_comes_in_by_okta_with_the_role_of_its_group_and_a_stranger_does_not(stack: LocalStack) -> None:
    api = Caller(stack.base_url, stack.bootstrap_key)
    made = api.post("/v1/workspaces", {"name": "Signed in", "owner": {"name": "Grace", "email": "g@okta.example"}})
    owner = Caller(stack.base_url, made["api_key"])
    client = {"client_id": "parley", "client_secret": "s3cret", "name": "Parley"}
    redirect = f"{stack.base_url}/v1/sign-in/callback"
    seed: dict[str, Any] = {
        "users": [person("Ada", "okta.example"), person("Bob", "okta.example"), person("Eve", "elsewhere.example")],
        "groups": [{"okta_id": "00gLeads", "name": "support-leads"}],
        "group_memberships": [{"group_okta_id": "00gLeads", "user_okta_id": "00uAda"}],
        "oauth_clients": [{**client, "redirect_uris": [redirect], "token_endpoint_auth_method": "client_secret_basic"}],
    }
    with emulators("okta", seed={"okta": seed}) as at, browser() as chromium:
        provider = {
            "name": "Okta",
            "issuer": f"{at['okta']}/oauth2/default",
            "client_id": "parley",
            "client_secret": "s3cret",
            "domains": ["okta.example"],
            "claim": "groups",
            "roles": {"support-leads": "admin"},
            "otherwise": "reader",
        }
        saved = owner("PUT", "/v1/sign-in/provider", provider)
        assert saved.status == 200, saved.body
        for who, role in (("ada@okta.example", "admin"), ("bob@okta.example", "reader"), ("eve@elsewhere.example", "")):
            context = chromium.new_context()
            if who.startswith("bob"):
                context.add_init_script(NO_STORAGE)
            page = context.new_page()
            page.set_default_timeout(60_000)
            place = f"#/issues/{who.partition('@')[0]}%"
            page.goto(f"{stack.base_url}/console?workspace={made['id']}{place}")
            page.get_by_role("button", name="Sign in with Okta").click()
            page.get_by_role("button", name=who).click()
            if role:
                page.get_by_role("navigation", name="Views").wait_for()
                assert page.url == f"{stack.base_url}/console{place}"
                [kept] = [each for each in context.cookies(stack.base_url) if "session" in each["name"]]
                assert (kept["httpOnly"], kept["sameSite"]) == (True, "Strict")
            else:
                page.get_by_role("alert").get_by_text("Not signed in").wait_for()
            context.close()
        agents = {agent["email"]: agent["role"] for agent in owner.get("/v1/agents")["items"]}
    assert agents == {"g@okta.example": "owner", "ada@okta.example": "admin", "bob@okta.example": "reader"}
