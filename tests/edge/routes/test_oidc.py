"""Signing in through an OpenID provider: a twin that keeps to the rules, and answers that do not."""

import base64
import hashlib
import json
import time
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chalicelib.flows.access import oidc
from chalicelib.ports import Answer, Request, Unreachable
from tests.api import Client, Got, Tenant
from tests.edge.routes.test_sign_in import Browser
from tests.fakes import Parley

ISSUER = "https://idp.example/realm"
REDIRECT = "https://parley.test/v1/sign-in/callback"
KEYS = {"one": rsa.generate_private_key(65537, 2048), "two": rsa.generate_private_key(65537, 2048)}
CURVE = ec.generate_private_key(ec.SECP256R1())
SETTINGS: dict[str, Any] = {
    "name": "Okta",
    "issuer": ISSUER,
    "client_id": "parley",
    "client_secret": "s3cret&=",
    "domains": ["vendor.example"],
}


@dataclass
class Idp:
    """An identity provider, as the way out sees it. What a test changes in `claims` goes into the next ID token."""

    claims: dict[str, Any] = field(default_factory=dict)
    kid: str = "one"
    published: tuple[str, ...] = ("one",)
    alg: str = "RS256"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def authorize(self, url: str) -> str:
        """What the person's browser does there: the code that it comes back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{ISSUER}/authorize?")
        assert (query["response_type"], query["client_id"], query["redirect_uri"]) == ("code", "parley", REDIRECT)
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return code

    def send(self, request: Request) -> Answer:
        path = request.url.removeprefix(ISSUER)
        self.asked.append(f"{request.method} {path}")
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            places = {name: f"{ISSUER}/{at}" for name, at in names.items()}
            return said({"issuer": ISSUER, **places, "userinfo_endpoint": f"{ISSUER}/me", **self.extra})
        if path == "/keys":
            return said({"keys": [public(name) for name in self.published]})
        if path == "/me":
            assert request.headers["authorization"] == "Bearer access"
            return said(self.more)
        assert (request.method, path) == ("POST", "/token")
        return self._token(
            {name: values[0] for name, values in parse_qs(request.body.decode()).items()}, request.headers
        )

    def _token(self, form: dict[str, str], headers: dict[str, str]) -> Answer:
        kind, _, pair = headers["authorization"].partition(" ")
        client, _, secret = base64.b64decode(pair).decode().partition(":")
        assert (kind, unquote(client), unquote(secret)) == ("Basic", "parley", "s3cret&=")
        asked = self.codes.pop(form["code"], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != proof or form["redirect_uri"] != asked["redirect_uri"]:
            return Answer(400, {}, b'{"error": "invalid_grant"}')
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": "parley", "sub": "u1", "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= {"email": "Ada@vendor.example", "email_verified": True, "name": "Ada"}
        claims = {name: value for name, value in (claims | self.claims).items() if value is not None}
        key: Any = (
            CURVE if self.alg == "ES256" else "a secret of 32 bytes for HS256 ..." if self.alg == "HS256" else None
        )
        token = jwt.encode(claims, key or KEYS[self.kid], algorithm=self.alg, headers={"kid": self.kid})
        return said({"id_token": token, "access_token": "access", "token_type": "Bearer"})


def said(document: Any) -> Answer:
    return Answer(200, {}, json.dumps(document).encode())


def public(name: str) -> dict[str, Any]:
    if name == "curve":
        return json.loads(jwt.algorithms.ECAlgorithm.to_jwk(CURVE.public_key())) | {"kid": "curve", "use": "sig"}
    return json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEYS[name].public_key())) | {"kid": name, "alg": "RS256"}


@pytest.fixture
def idp(parley: Parley, monkeypatch: pytest.MonkeyPatch) -> Idp:
    twin = Idp()
    monkeypatch.setattr("chalicelib.edge.http.world", lambda: replace(parley.world, outside=twin))
    return twin


@pytest.fixture
def workspace(tenant: Tenant, idp: Idp) -> str:
    assert tenant.api.put("/v1/sign-in/provider", SETTINGS).status == 200
    return tenant.id


class Visitor(Browser):
    """A browser on its way through the provider, with the cookie of a sign-in that was begun."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, str] = {}

    def leave(self, workspace: str, **query: str) -> str:
        got = Client().get(f"/v1/sign-in/to/{workspace}", **query)
        assert got.status == 302, got.text
        name, _, value = got.headers["Set-Cookie"].partition(";")[0].partition("=")
        assert name.startswith("__Host-parley-oidc-")
        self.kept[name] = value
        assert "SameSite=Lax" in got.headers["Set-Cookie"]
        assert "HttpOnly" in got.headers["Set-Cookie"]
        return got.headers["Location"]

    def back(self, **query: str) -> Got:
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.kept.items())} if self.kept else {}
        got = Client()("GET", "/v1/sign-in/callback", headers=cookie, **query)
        assert got.status == 302, got.text
        name, _, value = got.headers["Set-Cookie"].partition(";")[0].partition("=")
        if name == "__Host-parley-session":
            self.cookie = value
        elif "Max-Age=0" in got.headers["Set-Cookie"]:
            self.kept.pop(name, None)
        return got

    def through(self, idp: Idp, workspace: str, **query: str) -> Got:
        url = self.leave(workspace)
        state = parse_qs(urlsplit(url).query)["state"][0]
        return self.back(**{"code": idp.authorize(url), "state": state, **query})


def refused(got: Got) -> str:
    home, _, why = got.headers["Location"].partition("#refused=")
    assert home == "https://parley.test/console"
    assert "session" not in got.headers.get("Set-Cookie", "")
    return unquote(why.partition("&")[0])


def test_an_agent_comes_in_by_their_address_and_then_by_who_they_are(tenant: Tenant, idp: Idp, workspace: str) -> None:
    ada = tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"}).json
    browser = Visitor()
    got = browser.through(idp, workspace, session_state="x", iss=ISSUER)
    assert got.headers["Location"] == "https://parley.test/console"
    assert browser("GET", "/v1/session").json["agent"] == ada
    idp.claims = {"sub": "u2"}
    assert refused(Visitor().through(idp, workspace)) == "this address is another person's at the identity provider"
    ways = Client().get("/v1/sign-in", workspace=workspace).json
    assert (ways["provider"], Client().get("/v1/sign-in", workspace="wsp_none").json["provider"]) == ("Okta", None)


def test_who_is_nobody_yet_comes_in_only_where_that_is_wanted(tenant: Tenant, idp: Idp, workspace: str) -> None:
    assert refused(Visitor().through(idp, workspace)) == "nobody has let you into this workspace yet"
    tenant.api.put("/v1/sign-in/provider", {**SETTINGS, "otherwise": "reader"})
    first, second = Visitor(), Visitor()
    for browser in (first, second):
        browser.through(idp, workspace)
    made = first("GET", "/v1/session").json["agent"]
    assert (made["name"], made["email"], made["role"]) == ("Ada", "ada@vendor.example", "reader")
    assert second("GET", "/v1/session").json["agent"]["id"] == made["id"]
    idp.claims = {"email": "ada.byron@vendor.example"}  # a new name, and the same person
    second.through(idp, workspace)
    assert second("GET", "/v1/session").json["agent"]["id"] == made["id"]


def test_roles_follow_a_claim(tenant: Tenant, idp: Idp, workspace: str) -> None:
    roles = {"leads": "admin", "support": "agent"}
    tenant.api.put("/v1/sign-in/provider", {**SETTINGS, "claim": "groups", "roles": roles})
    browser = Visitor()
    for groups, role in (
        (["support"], "agent"),
        (["x", "leads", "support"], "admin"),
        ("support", "agent"),
        ("x support leads", "admin"),
        ("x,support", "agent"),
        ({"leads": {"3612": "vendor.example"}}, "admin"),
        ({"leads": False, "support": True}, "agent"),
    ):
        idp.claims = {"groups": groups}
        browser.through(idp, workspace)
        assert browser("GET", "/v1/session").json["agent"]["role"] == role
    for groups in ([], None, ["Leads"], {"Leads": True}, {"leads": None}, "leadership", 7):
        idp.claims = {"groups": groups}
        assert refused(Visitor().through(idp, workspace)) == "the identity provider gives you no role here"
    tenant.api.put("/v1/sign-in/provider", {**SETTINGS, "claim": "realm_access.roles", "roles": roles})
    idp.claims = {"realm_access": {"roles": ["leads"]}}
    browser.through(idp, workspace)
    assert browser("GET", "/v1/session").json["agent"]["role"] == "admin"
    idp.claims, idp.more = {}, {"sub": "u1", "realm_access": {"roles": ["support"]}}
    browser.through(idp, workspace)
    assert browser("GET", "/v1/session").json["agent"]["role"] == "agent"
    idp.more["sub"] = "u2"
    assert refused(Visitor().through(idp, workspace))


def test_an_owner_is_made_and_unmade_by_no_claim(tenant: Tenant, idp: Idp, workspace: str) -> None:
    tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example", "role": "owner"})
    wide = {**SETTINGS, "claim": "groups", "roles": {"support": "agent"}}
    assert tenant.api.put("/v1/sign-in/provider", {**wide, "roles": {"x": "owner"}}).status == 422
    tenant.api.put("/v1/sign-in/provider", wide)
    idp.claims = {"groups": ["support"]}
    browser = Visitor()
    browser.through(idp, workspace)
    assert browser("GET", "/v1/session").json["agent"]["role"] == "owner"


@pytest.mark.parametrize("state", ["blocked", "gone"])
def test_who_was_blocked_does_not_come_back_as_somebody_new(
    tenant: Tenant, idp: Idp, workspace: str, state: str
) -> None:
    tenant.api.put("/v1/sign-in/provider", {**SETTINGS, "otherwise": "agent"})
    made = tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"}).json
    tenant.api.patch(f"/v1/agents/{made['id']}", {"state": state})
    assert refused(Visitor().through(idp, workspace)) == "you are no longer an agent of this workspace"


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"email": "ada@evil.example"}, "addresses of this domain are not let in"),
        ({"email": "ada@vendor.example.evil.example"}, "addresses of this domain are not let in"),
        ({"email": "ada@evil.example@vendor.example "}, "the identity provider does not tell your address"),
        ({"email": None}, "the identity provider does not tell your address"),
        ({"email": "vendor.example"}, "the identity provider does not tell your address"),
        ({"email_verified": False}, "the identity provider has not verified your address"),
        ({"email_verified": None}, "the identity provider has not verified your address"),
        ({"nonce": "another"}, "the ID token is of another sign-in"),
        ({"nonce": None}, "the ID token is of another sign-in"),
        ({"aud": "other"}, "the ID token is not good: InvalidAudienceError"),
        ({"aud": ["parley", "other"]}, "the ID token is for another client"),
        ({"aud": ["parley", "other"], "azp": "other"}, "the ID token is for another client"),
        ({"iss": "https://idp.example"}, "the ID token is not good: InvalidIssuerError"),
        ({"exp": 1}, "the ID token is not good: ExpiredSignatureError"),
        ({"exp": None}, "the ID token is not good: MissingRequiredClaimError"),
        ({"sub": None}, "the ID token is not good: MissingRequiredClaimError"),
        ({"sub": ""}, "the ID token says of nobody who they are"),
    ],
)
def test_what_an_id_token_must_not_be(
    tenant: Tenant, idp: Idp, workspace: str, claims: dict[str, Any], why: str
) -> None:
    tenant.api.put("/v1/sign-in/provider", {**SETTINGS, "otherwise": "agent"})
    idp.claims = claims
    assert refused(Visitor().through(idp, workspace)) == why


def test_a_sharp_s_is_no_two_whatever_idna_2003_took_it_for(tenant: Tenant, idp: Idp) -> None:
    assert tenant.api.put("/v1/sign-in/provider", {**SETTINGS, "domains": ["strasse.example"]}).status == 200
    tenant.api.post("/v1/agents", {"name": "Ann", "email": "ann@strasse.example"})
    idp.claims = {"email": "ann@straße.example", "email_verified": True}
    assert refused(Visitor().through(idp, tenant.id)) == "addresses of this domain are not let in"
    got = tenant.api.put("/v1/sign-in/provider", {**SETTINGS, "domains": ["Straße.example"]})
    assert got.json["domains"] == ["xn--strae-oqa.example"]
    sharp = tenant.api.post("/v1/agents", {"name": "Eve", "email": "ann@straße.example"}).json["id"]
    visitor = Visitor()
    visitor.through(idp, tenant.id)
    assert visitor("GET", "/v1/me").json["id"] == sharp


def test_addresses_of_a_trusted_provider_need_not_be_verified(tenant: Tenant, idp: Idp, workspace: str) -> None:
    tenant.api.put("/v1/sign-in/provider", {**SETTINGS, "otherwise": "agent", "trusted": True})
    idp.claims = {"email_verified": False}
    assert refused(Visitor().through(idp, workspace)) == "the identity provider has not verified your address"
    idp.claims = {"email_verified": None}
    assert "#" not in Visitor().through(idp, workspace).headers["Location"]


def test_the_keys_may_roll_and_are_not_asked_for_by_every_stranger(
    parley: Parley, tenant: Tenant, idp: Idp, workspace: str
) -> None:
    tenant.api.put("/v1/sign-in/provider", {**SETTINGS, "otherwise": "agent"})
    assert "#" not in Visitor().through(idp, workspace).headers["Location"]
    idp.kid, idp.published = "two", ("one", "two")
    parley.clock.at += 61_000
    assert "#" not in Visitor().through(idp, workspace).headers["Location"]
    assert idp.asked.count("GET /keys") == 2
    idp.kid, idp.published = "one", ("two",)  # withdrawn, and never published again
    parley.clock.at += 3_600_000
    for _ in range(3):
        assert "does not know" in refused(Visitor().through(idp, workspace))
    assert idp.asked.count("GET /keys") == 3
    idp.kid, idp.alg, idp.published = "curve", "ES256", ("curve",)
    parley.clock.at += 61_000
    assert "#" not in Visitor().through(idp, workspace).headers["Location"]


@pytest.mark.parametrize("alg", ["HS256", "none"])
def test_a_token_that_no_key_signed_is_nothing(tenant: Tenant, idp: Idp, workspace: str, alg: str) -> None:
    idp.alg = alg if alg == "HS256" else "RS256"
    if alg == "none":
        forged = jwt.encode({"iss": ISSUER, "aud": "parley", "sub": "u1"}, "", algorithm="none")
        idp._token = lambda form, headers: said({"id_token": forged})  # type: ignore[method-assign]
    assert refused(Visitor().through(idp, workspace)) == "the ID token is signed in a way that is not taken"


def test_who_comes_back_must_have_left_from_here(tenant: Tenant, idp: Idp, workspace: str) -> None:
    tenant.api.put("/v1/sign-in/provider", {**SETTINGS, "otherwise": "agent"})
    victim, mallory = Visitor(), Visitor()
    url = mallory.leave(workspace)
    state, code = parse_qs(urlsplit(url).query)["state"][0], idp.authorize(url)
    why = "this sign-in was not begun here, or too long ago: begin anew"
    assert refused(victim.back(code=code, state=state)) == why
    victim.leave(workspace)
    assert refused(victim.back(code=code, state=state)) == why
    assert refused(mallory.back(code=code)) == why
    for query, reason in (
        ({}, "the identity provider did not let you in"),
        ({"error": "access_denied"}, "the identity provider did not let you in"),
        ({"code": code, "iss": "https://evil.example"}, "another identity provider answered"),
    ):
        kept = dict(mallory.kept)
        assert refused(mallory.back(state=state, **query)) == reason
        assert refused(mallory.back(state=state, **query)) == why  # it was used up
        mallory.kept = kept
    own = Visitor()
    own.leave(workspace)
    own_state = next(iter(own.kept.values())).split(".")[1]
    assert "HTTP 400" in refused(own.back(code=code, state=own_state))  # another's code: the verifier does not fit
    assert "#" not in Visitor().through(idp, workspace).headers["Location"]


def test_settings_are_checked_before_they_are_kept(parley: Parley, tenant: Tenant, idp: Idp) -> None:
    api = tenant.api
    assert api.get("/v1/sign-in/provider").status == 404
    for change, name in (
        ({"domains": ["gmail.com"]}, "domains[0]"),
        ({"domains": ["ok.example", "x"]}, "domains[1]"),
        ({"issuer": "http://idp.example"}, "issuer"),
        ({"issuer": ISSUER + "/"}, "issuer"),
        ({"issuer": "https://user:pass@idp.example"}, "issuer"),
        ({"client_secret": None}, "client_secret"),
    ):
        got = api.put("/v1/sign-in/provider", {**SETTINGS, **change})
        assert (got.status, got.json["field"]) == (422, name), got.text
    for broken in ({"jwks_uri": None}, {"token_endpoint": "http://idp.example/token"}, {"issuer": "https://x.example"}):
        idp.extra = broken
        oidc.documents(parley.world).clear()
        got = api.put("/v1/sign-in/provider", SETTINGS)
        assert (got.status, got.json["field"]) == (422, "issuer")
    idp.extra = {}
    oidc.documents(parley.world).clear()
    body = {name: value for name, value in SETTINGS.items() if name != "client_secret"}
    assert api.put("/v1/sign-in/provider", body).json["field"] == "client_secret"
    got = api.put("/v1/sign-in/provider", SETTINGS)
    assert "s3cret" not in got.text
    assert "s3cret" not in str([row.d for row in parley.table.rows.values() if row.t == "Provider"])
    assert api.put("/v1/sign-in/provider", {**body, "name": "Okta EU"}).json["name"] == "Okta EU"
    assert api.put("/v1/sign-in/provider", {**body, "client_id": "other"}).json["field"] == "client_secret"
    assert api.delete("/v1/sign-in/provider").status == 204
    gone = Client().get(f"/v1/sign-in/to/{tenant.id}")
    assert (gone.status, refused(gone)) == (302, "this workspace has no identity provider")


def test_who_they_are_comes_before_their_address(tenant: Tenant, idp: Idp, workspace: str) -> None:
    """Also of who was invited by the address; name and address follow the provider's, but never into another's."""
    invited = tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"}).json
    browser = Visitor()
    browser.through(idp, workspace)
    idp.claims = {"email": "ada.king@vendor.example", "name": "Ada King"}
    browser.through(idp, workspace)
    now = browser("GET", "/v1/session").json["agent"]
    assert now == invited | {"name": "Ada King", "email": "ada.king@vendor.example"}
    other = tenant.api.post("/v1/agents", {"name": "Bob", "email": "bob@vendor.example"}).json
    idp.claims = {"email": "bob@vendor.example", "name": "Ada King"}
    browser.through(idp, workspace)
    assert browser("GET", "/v1/session").json["agent"] == now
    assert tenant.api.get(f"/v1/agents/{other['id']}").json == other
    assert len(tenant.api.get("/v1/agents").json["items"]) == 3


def test_two_tabs_may_be_away_at_once_and_come_back_in_any_order(tenant: Tenant, idp: Idp, workspace: str) -> None:
    tenant.api.put("/v1/sign-in/provider", {**SETTINGS, "otherwise": "agent"})
    browser = Visitor()
    urls = [browser.leave(workspace) for _ in range(2)]
    assert len(browser.kept) == 2
    first, second = (parse_qs(urlsplit(url).query)["state"][0] for url in urls)
    assert refused(browser.back(state=second, error="access_denied"))
    assert [name.endswith(first[-16:]) for name in browser.kept] == [True]
    assert "#" not in browser.back(code=idp.authorize(urls[0]), state=first).headers["Location"]
    assert browser("GET", "/v1/session").status == 200


@pytest.mark.parametrize(
    ("then", "place"),
    [
        ("#/room/room_1.2%20x", "#/room/room_1.2%20x"),
        ("https://evil.example", ""),
        ("//evil.example", ""),
        ("#x\r\nSet-Cookie: a=b", ""),
        ("#é", ""),
        ("#" + "x" * 501, ""),
    ],
)
def test_who_wanted_to_a_place_of_the_console_comes_to_it(
    tenant: Tenant, idp: Idp, workspace: str, then: str, place: str
) -> None:
    tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
    browser = Visitor()
    url = browser.leave(workspace, then=then)
    state = parse_qs(urlsplit(url).query)["state"][0]
    assert (
        browser.back(code=idp.authorize(url), state=state).headers["Location"] == f"https://parley.test/console{place}"
    )
    url = browser.leave(workspace, then=then)
    state = parse_qs(urlsplit(url).query)["state"][0]
    _, _, said_there = browser.back(error="access_denied", state=state).headers["Location"].partition("#")
    assert parse_qs(said_there).get("then", [""]) == [place]


def test_a_provider_that_is_down_is_told_at_the_door(parley: Parley, tenant: Tenant, idp: Idp, workspace: str) -> None:
    def down(request: Request) -> Answer:
        raise Unreachable(request.url)

    oidc.documents(parley.world).clear()
    idp.send = down  # type: ignore[method-assign]
    assert refused(Client().get(f"/v1/sign-in/to/{workspace}")) == "the identity provider does not answer"


def test_a_whole_office_comes_in_from_one_address(tenant: Tenant, idp: Idp, workspace: str) -> None:
    tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example"})
    for _ in range(70):
        assert "#" not in Visitor().through(idp, workspace).headers["Location"]


def test_too_many_from_one_address_are_told_at_the_door(
    tenant: Tenant, idp: Idp, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.edge.routes.oidc.PER_OFFICE", 1)
    Visitor().leave(workspace)
    assert refused(Client().get(f"/v1/sign-in/to/{workspace}")) == "too many tries; wait a while"


def comers(tenant: Tenant, idp: Idp) -> tuple[Visitor, Visitor, Visitor]:
    """Ada twice, in sessions of the provider's names one and two, and Bob."""
    tenant.api.put("/v1/sign-in/provider", {**SETTINGS, "otherwise": "agent"})
    browsers = Visitor(), Visitor(), Visitor()
    who = ({"sid": "one"}, {"sid": "two"}, {"sub": "u2", "email": "bob@vendor.example", "sid": "three"})
    for browser, claims in zip(browsers, who, strict=True):
        idp.claims = claims
        browser.through(idp, tenant.id)
    return browsers


def within(browsers: tuple[Visitor, ...]) -> list[bool]:
    return [browser("GET", "/v1/session").status == 200 for browser in browsers]


def test_without_the_provider_whoever_came_by_it_is_signed_out(tenant: Tenant, idp: Idp) -> None:
    browsers = comers(tenant, idp)
    assert within(browsers) == [True] * 3
    assert tenant.api.put("/v1/sign-in/provider", {**SETTINGS, "name": "Okta EU", "otherwise": "agent"}).status == 200
    assert within(browsers) == [True] * 3
    assert tenant.api.delete("/v1/sign-in/provider").status == 204
    assert within(browsers) == [False] * 3
    assert tenant.api.get("/v1/workspace").status == 200


def test_another_client_of_the_provider_lets_everybody_in_anew(tenant: Tenant, idp: Idp) -> None:
    browsers = comers(tenant, idp)
    assert tenant.api.put("/v1/sign-in/provider", {**SETTINGS, "client_id": "other"}).status == 200
    assert within(browsers) == [False] * 3


def logout(tenant: Tenant, claims: dict[str, Any], key: str = "one") -> Got:
    now = int(time.time())
    events = {"http://schemas.openid.net/event/backchannel-logout": {}}
    whole = {"iss": ISSUER, "aud": "parley", "iat": now, "exp": now + 120, "jti": "j", "events": events} | claims
    whole = {name: value for name, value in whole.items() if value is not None}
    token = jwt.encode(whole, KEYS[key], algorithm="RS256", headers={"kid": "one", "typ": "logout+jwt"})
    form = urlencode({"logout_token": token})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Client()("POST", f"/v1/sign-in/to/{tenant.id}/logout", raw=form, headers=headers)


@pytest.mark.parametrize(
    ("claims", "left"),
    [
        ({"sub": "u1"}, [False, False, True]),
        ({"sub": "u1", "sid": "two"}, [True, False, True]),
        ({"sid": "three"}, [True, True, False]),
        ({"sub": "u2", "sid": "one"}, [True, True, True]),
        ({"sub": "nobody"}, [True, True, True]),
    ],
)
def test_who_signs_out_at_the_provider_is_signed_out_here(
    tenant: Tenant, idp: Idp, claims: dict[str, Any], left: list[bool]
) -> None:
    browsers = comers(tenant, idp)
    for _ in range(2):
        assert logout(tenant, claims).status == 200
        assert within(browsers) == left


@pytest.mark.parametrize(
    "claims",
    [
        {"events": None},
        {"events": {"x": {}}},
        {"events": ["http://schemas.openid.net/event/backchannel-logout"]},
        {"nonce": "n"},
        {"sub": None},
        {"aud": "other"},
        {"iss": "https://evil.example"},
        {"jti": None},
        {"iat": 1},
        {"exp": 1},
    ],
)
def test_what_is_no_logout_token_ends_nothing(tenant: Tenant, idp: Idp, claims: dict[str, Any]) -> None:
    browsers = comers(tenant, idp)
    assert logout(tenant, {"sub": "u1"} | claims).status == 400
    assert logout(tenant, {"sub": "u1"}, key="two").status == 400
    assert within(browsers) == [True] * 3
