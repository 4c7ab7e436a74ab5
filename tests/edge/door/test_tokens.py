"""User tokens: what a good one carries, and the 401 that says which part of a bad one is wrong, and nothing more."""

import base64
import json
import time

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.api import Client, Tenant
from tests.conftest import in_memory
from tests.fakes import Parley

HOUR = 3600


def refused(got, detail):
    assert got.status == 401, got.text
    assert got.headers["Content-Type"].startswith("application/problem+json")
    assert got.headers["WWW-Authenticate"].startswith("Bearer")
    assert detail in got.json["detail"], got.json["detail"]
    assert set(got.json) == {"type", "title", "status", "code", "detail"}


def token(tenant, secret=None, algorithm="HS256", headers=None, **claims):
    return jwt.encode(tenant.claims(**claims), secret or tenant.token_secret, algorithm=algorithm, headers=headers)


def by_hand(tenant, header=None, payload=None):
    """A token of raw JSON texts, rightly signed: what no careful library would write."""

    def part(raw):
        return base64.urlsafe_b64encode(raw.encode("utf-8", "surrogatepass")).decode().rstrip("=")

    signed = f"{part(header or json.dumps({'alg': 'HS256', 'typ': 'JWT'}))}.{part(payload or '{}')}"
    key = tenant.token_secret.encode()
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(signed.encode(), key)
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def rooms(credential):
    return Client(credential).get("/v1/rooms")


def test_a_good_token_lets_in_and_makes_who_is_new(tenant: Tenant) -> None:
    names = {"name": "Ann Ω", "email": "ann@acme.example", "customer_name": "Acme"}
    room = rooms(token(tenant, **names)).json["items"][0]
    assert room["customer"]["external_id"] == "acme"
    assert tenant.api.get("/v1/customers/acme").json["name"] == "Acme"
    made = tenant.api.get("/v1/customers/acme/users/ann").json
    assert (made["name"], made["email"]) == ("Ann Ω", "ann@acme.example")
    rooms(token(tenant, name="Ann Smith"))
    assert tenant.api.get("/v1/customers/acme/users/ann").json["name"] == "Ann Smith"


@pytest.mark.parametrize(
    ("claims", "detail"),
    [
        ({"aud": None}, "misses the claim aud"),
        ({"aud": "parley"}, "audience is not parley:user"),
        ({"aud": []}, "aud"),
        ({"aud": 1}, ""),
        ({"aud": {"parley:user": 1}}, ""),
        ({"exp": None}, "misses the claim exp"),
        ({"customer_id": None}, "misses the claim customer_id"),
        ({"user_id": None}, "misses the claim user_id"),
        ({"workspace": None}, "misses the claim workspace"),
        ({"workspace": ""}, "misses the claim workspace"),
        ({"workspace": 1}, "misses the claim workspace"),
        ({"workspace": "wsp_none"}, "workspace is unknown"),
        ({"workspace": "x" * 5000}, "workspace is unknown"),
        ({"workspace": "\x00"}, "workspace is unknown"),
        ({"customer_id": ""}, "customer_id is not a short text"),
        ({"customer_id": "x" * 201}, "customer_id is not a short text"),
        ({"customer_id": 7}, "customer_id is not a short text"),
        ({"customer_id": "a\nb"}, "customer_id is not a short text"),
        ({"user_id": {"a": 1}}, "user_id is not a short text"),
        ({"user_id": "\x00"}, "user_id is not a short text"),
        ({"user_id": " ann"}, "user_id is not a short text"),
        ({"customer_id": "A\u0308"}, "customer_id is not a short text"),
        ({"exp": 1}, "expired"),
        ({"exp": 0}, "expired"),
        ({"exp": -1}, "expired"),
        ({"exp": True}, "expired"),
        ({"exp": "tomorrow"}, "malformed"),
        ({"exp": []}, ""),
        ({"exp": {}}, ""),
        ({"exp": 10**400}, ""),
        ({"exp": 10**18}, "longer than 24 hours"),
        ({"iat": "now"}, "iat is not a number"),
        ({"iat": []}, "iat is not a number"),
        ({"iat": 10**18}, "iat is in the future"),
        ({"nbf": 10**10}, "not valid yet"),
        ({"nbf": "x"}, ""),
    ],
    ids=str,
)
def test_a_claim_that_is_missing_or_wrong_is_told(tenant, claims, detail):
    refused(rooms(token(tenant, **claims)), detail)
    assert tenant.api.get("/v1/customers").json["items"] == []


@pytest.mark.parametrize(
    ("claims", "shown"),
    [
        ({"name": 1}, ("ann", "")),
        ({"name": "x" * 255}, ("x" * 200, "")),
        ({"name": "a\x00"}, ("a", "")),
        ({"email": "a@b\r\nBcc: x@y"}, ("ann", "")),
        ({"email": " ann@acme.example\n"}, ("ann", "ann@acme.example")),
        ({"email": "@"}, ("ann", "")),
        ({"email": ["a@b"]}, ("ann", "")),
        ({"customer_name": []}, ("ann", "")),
    ],
    ids=str,
)
def test_how_somebody_is_called_keeps_nobody_out(tenant, claims, shown):
    assert rooms(token(tenant, **claims)).status == 200
    made = tenant.api.get("/v1/customers/acme/users/ann").json
    assert (made["name"], made["email"]) == shown


@pytest.mark.parametrize("name", ["exp", "iat"])
@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400", "null", '"1"', "{}"])
def test_a_moment_is_a_finite_number(tenant, name, value):
    claims = json.dumps(tenant.claims())[:-1] + f', "{name}": {value}}}'
    refused(rooms(by_hand(tenant, payload=claims)), "")


def test_exp_as_text_is_refused_even_if_it_is_a_number(tenant):
    refused(rooms(token(tenant, exp=str(tenant.now + HOUR))), "exp is not a number")


@pytest.mark.parametrize(
    ("ahead", "good"), [(HOUR, True), (24 * HOUR, True), (24 * HOUR + 120, False), (30 * HOUR, False)]
)
def test_a_token_lives_at_most_a_day(tenant, ahead, good):
    got = rooms(token(tenant, exp=int(time.time()) + ahead))
    if good:
        assert got.status == 200
    else:
        refused(got, "longer than 24 hours")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "HS384", "HS512", "RS256", "HS256 ", ""])
def test_no_other_algorithm_is_taken(tenant, algorithm):
    header = json.dumps({"alg": algorithm, "typ": "JWT"})
    signed = by_hand(tenant, header, json.dumps(tenant.claims()))
    for credential in (signed, signed.rpartition(".")[0] + ".", signed.rpartition(".")[0] + ".AAAA"):
        refused(rooms(credential), "")


def test_alg_none_says_so(tenant):
    header = json.dumps({"alg": "none"})
    refused(rooms(by_hand(tenant, header, json.dumps(tenant.claims()))), "algorithm is not HS256")


@pytest.mark.parametrize(
    "header",
    [
        "{}",
        "[]",
        "null",
        '{"alg": 1}',
        '{"alg": ["HS256"]}',
        '{"alg": "HS256", "crit": ["x"]}',
        "x",
        '{"alg":"HS256","kid":1}',
    ],
)
def test_a_strange_header_is_refused(tenant, header):
    got = rooms(by_hand(tenant, header, json.dumps(tenant.claims())))
    refused(got, "")


@pytest.mark.parametrize(
    "payload", ["[]", "null", '"x"', "1", "{", '{"workspace": NaN}', "[" * 10_000, '{"workspace": "\ud800"}', "\x00"]
)
def test_a_strange_payload_is_malformed(tenant, payload):
    refused(rooms(by_hand(tenant, payload=payload)), "")


def test_a_lone_surrogate_in_a_claim_is_refused(tenant):
    claims = json.dumps(tenant.claims())[:-1] + ', "name": "\\ud800"}'
    refused(rooms(by_hand(tenant, payload=claims)), "")


@pytest.mark.parametrize("part", [0, 1, 2])
@pytest.mark.parametrize("garbage", ["", "x", "=", "é", "AAAA", "%", "\x00", "-_-_", "A" * 5000, "🦊"])
def test_garbage_in_any_part_is_refused(tenant, part, garbage):
    parts = token(tenant).split(".")
    parts[part] = garbage
    refused(rooms(".".join(parts)), "")


def test_a_signature_by_another_secret_is_not_right(parley, tenant):
    other = Tenant.found("Other", tenant.now)
    refused(rooms(token(tenant, secret=other.token_secret)), "signature is not right")
    refused(rooms(token(tenant, secret="x" * 32)), "signature is not right")
    refused(rooms(token(tenant, secret=tenant.token_secret, workspace=other.id)), "signature is not right")
    refused(rooms(token(tenant, secret=tenant.token_secret.removeprefix("uts_"))), "signature is not right")


def test_two_secrets_are_live_and_a_third_ends_the_first_at_once_for_who_looks_anew(parley, tenant):
    assert rooms(token(tenant)).status == 200  # the container has a copy of the secrets now
    parley.clock.at += 1_000
    second = tenant.api.post("/v1/workspace/token-secrets").json["token_secret"]
    assert rooms(token(tenant, secret=second)).status == 200
    assert rooms(token(tenant)).status == 200
    third = tenant.api.post("/v1/workspace/token-secrets").json["token_secret"]
    parley.clock.at += 30_000  # for as long a copy is trusted
    assert rooms(token(tenant, secret=third)).status == 200
    assert rooms(token(tenant, secret=second)).status == 200
    refused(rooms(token(tenant)), "signature is not right")
    assert [secret["id"] for secret in tenant.api.get("/v1/workspace").json["token_secrets"]]


def test_wrong_signatures_do_not_make_us_read_the_secrets_each_time(parley, tenant, monkeypatch):
    rooms(token(tenant))
    reads = []
    one = parley.store.one
    monkeypatch.setattr(parley.store, "one", lambda ref: reads.append(ref) or one(ref))
    for _ in range(20):
        refused(rooms(token(tenant, secret="x" * 32)), "signature")
    assert len(reads) <= 1


def test_a_token_without_iat_counts_as_old_as_it_may_be(parley, tenant):
    rooms(token(tenant))
    tenant.api.put("/v1/customers/acme/users/ann", {"state": "blocked"})
    tenant.api.put("/v1/customers/acme/users/ann", {"state": "active"})
    refused(rooms(token(tenant, iat=None)), "revoked")


def test_one_person_has_a_user_in_each_customer(tenant):
    ids = [tenant.user(customer, "ann").get("/v1/rooms").json["items"][0]["customer"]["id"] for customer in ("a", "b")]
    assert len(set(ids)) == 2
    users = [tenant.api.get(f"/v1/customers/{customer}/users/ann").json["id"] for customer in ("a", "b")]
    assert len(set(users)) == 2


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.lists(st.integers())
names = st.sampled_from(
    ["aud", "exp", "iat", "nbf", "workspace", "customer_id", "user_id", "name", "email", "jti", "sub"]
)


@given(st.dictionaries(names, values, max_size=4), st.text(max_size=3))
def test_whatever_is_claimed_is_let_in_or_refused(claims, more):
    with in_memory(Parley()) as parley:
        tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        got = rooms(by_hand(tenant, payload=json.dumps(tenant.claims() | claims)) + more)
        assert got.status in (200, 401), got.text
