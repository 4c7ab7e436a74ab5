"""Signing in through an OpenID provider: a twin that keeps to the rules, and answers that do not."""

import base64
import hashlib
import json
import time
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chalicelib.flows.access import oidc
from chalicelib.ports import Answer, Request
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
    oidc._documents.clear()
    return twin


@pytest.fixture
def workspace(tenant: Tenant, idp: Idp) -> str:
    assert tenant.api.put("/v1/sign-in/provider", SETTINGS).status == 200
    return tenant.id


class Visitor(Browser):
    """A browser on its way through the provider, with the cookie of a sign-in that was begun."""

    kept = ""

    def leave(self, workspace: str) -> str:
        got = Client().get(f"/v1/sign-in/to/{workspace}")
        assert got.status == 302, got.text
        self.kept = got.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
        assert "SameSite=Lax" in got.headers["Set-Cookie"]
        assert "HttpOnly" in got.headers["Set-Cookie"]
        return got.headers["Location"]

    def back(self, **query: str) -> Got:
        cookie = {"Cookie": f"__Host-parley-oidc={self.kept}"} if self.kept else {}
        got = Client()("GET", "/v1/sign-in/callback", headers=cookie, **query)
        assert got.status == 302, got.text
        if got.headers["Set-Cookie"].startswith("__Host-parley-session="):
            self.cookie = got.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
        return got

    def through(self, idp: Idp, workspace: str, **query: str) -> Got:
        url = self.leave(workspace)
        state = parse_qs(urlsplit(url).query)["state"][0]
        return self.back(**{"code": idp.authorize(url), "state": state, **query})


def refused(got: Got) -> str:
    home, _, why = got.headers["Location"].partition("#refused=")
    assert home == "https://parley.test/console"
    assert "session" not in got.headers["Set-Cookie"]
    return unquote(why)


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
    for groups, role in ((["support"], "agent"), (["x", "leads", "support"], "admin"), ("support", "agent")):
        idp.claims = {"groups": groups}
        browser.through(idp, workspace)
        assert browser("GET", "/v1/session").json["agent"]["role"] == role
    for groups in ([], None, ["Leads"], {"leads": True}, 7):
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
    assert refused(mallory.back(state=state)) == "the identity provider did not let you in"
    assert refused(mallory.back(state=state, error="access_denied")) == "the identity provider did not let you in"
    assert refused(mallory.back(code=code, state=state, iss="https://evil.example")) == (
        "another identity provider answered"
    )
    own = Visitor()
    own.leave(workspace)
    own_state = own.kept.split(".")[1]
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
        oidc._documents.clear()
        got = api.put("/v1/sign-in/provider", SETTINGS)
        assert (got.status, got.json["field"]) == (422, "issuer")
    idp.extra = {}
    oidc._documents.clear()
    body = {name: value for name, value in SETTINGS.items() if name != "client_secret"}
    assert api.put("/v1/sign-in/provider", body).json["field"] == "client_secret"
    got = api.put("/v1/sign-in/provider", SETTINGS)
    assert "s3cret" not in got.text
    assert "s3cret" not in str([row.d for row in parley.table.rows.values() if row.t == "Provider"])
    assert api.put("/v1/sign-in/provider", {**body, "name": "Okta EU"}).json["name"] == "Okta EU"
    assert api.put("/v1/sign-in/provider", {**body, "client_id": "other"}).json["field"] == "client_secret"
    assert api.delete("/v1/sign-in/provider").status == 204
    assert Client().get(f"/v1/sign-in/to/{tenant.id}").status == 404
