"""Who may speak: what the Bot Connector signs and an outgoing webhook does, and no mutation of either."""

import base64
import hashlib
import hmac
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from chalicelib.channels.msteams import inbound
from chalicelib.channels.msteams.config import GOVERNMENT, PUBLIC
from chalicelib.desk.errors import Invalid, Unauthenticated
from tests.peers.msteams import APP, KEY, outgoing

NOW = int(time.time())
SERVICE = "https://smba.trafficmanager.net/teams/"
BODY = json.dumps({"type": "message", "channelId": "msteams", "serviceUrl": SERVICE}).encode()
TOKEN = base64.b64encode(b"k" * 32).decode()
PUBLIC_KEY = {
    **json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())),
    "kid": "k1",
    "endorsements": ["msteams"],
}
CLAIMS = {
    "iss": "https://api.botframework.com",
    "aud": APP,
    "nbf": NOW,
    "exp": NOW + 3600,
    "serviceurl": SERVICE,
}


def published(**changed):
    return {f"published:{PUBLIC.openid_url}#k1": [json.dumps({**PUBLIC_KEY, **changed})], "signing": [TOKEN]}


def bearer(key=KEY, kid="k1", algorithm="RS256", without="", **changed):
    claims = {name: value for name, value in {**CLAIMS, **changed}.items() if name != without}
    return "Bearer " + jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid})


@pytest.fixture
def check(envelope, install):
    def verify(authorization, body=BODY, secrets=None, now=NOW, **config):
        came = envelope("msteams", body, authorization=authorization)
        settings = install("msteams", **inbound.check({"app_id": APP} | config))
        inbound.verify(came, settings, published() if secrets is None else secrets, now=now * 1000)

    return verify


@pytest.fixture
def refused(check):
    def refuse(words, *given, **more):
        with pytest.raises(Unauthenticated, match=words):
            check(*given, **more)

    return refuse


def test_the_connector_is_let_in(check):
    check(bearer())
    check(bearer().replace("Bearer", "bearer"))
    check(bearer(serviceurl=SERVICE.rstrip("/")))
    check(bearer(), now=NOW + 3600 + 299)
    check(bearer(), now=NOW - 299)


def test_each_part_of_the_token_counts(refused):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    refused("signature is not right", bearer(other))
    refused("not for this app", bearer(aud="00000000-0000-0000-0000-000000000000"))
    refused("issuer is not the Bot Connector", bearer(iss="https://sts.windows.net/x/"))
    refused("claim exp", bearer(), now=NOW + 3600 + 301)
    refused("claim nbf", bearer(), now=NOW - 301)
    refused("claim nbf", bearer(without="nbf"))
    refused("malformed", bearer(without="exp"))
    refused("serviceurl", bearer(serviceurl="https://evil.example/"))
    refused("serviceurl", bearer(without="serviceurl"))
    refused("not one that its issuer publishes", bearer(kid="k2"))
    refused("not endorsed", bearer(), secrets=published(endorsements=["webchat"]))
    refused("not endorsed", bearer(), secrets=published(endorsements=None))
    refused("serviceurl", bearer(), body=BODY.replace(b"smba", b"evil"))
    refused("not endorsed", bearer(), body=BODY.replace(b"msteams", b"webchat"))
    refused("serviceurl", bearer(), body=b"[]")
    refused("serviceurl", bearer(), body=b"no json")


def test_no_other_algorithm(refused):
    public = jwt.algorithms.RSAAlgorithm.from_jwk(json.dumps(PUBLIC_KEY))
    refused("algorithm", bearer("secret-of-thirty-two-bytes-at-the-least", algorithm="HS256"))
    refused("algorithm", "Bearer " + jwt.encode(CLAIMS, None, algorithm="none", headers={"kid": "k1"}))
    assert public


def test_without_a_credential_nobody(refused):
    refused("authorization is missing", "")
    refused("authorization is missing", "Basic eDp5")
    refused("malformed", "Bearer x")
    refused("malformed", "Bearer ")
    refused("no app_id", bearer(), app_id="")
    refused("not one that its issuer publishes", bearer(), secrets={})


def test_an_outgoing_webhook_signs_the_raw_body(check, refused):
    check(outgoing(TOKEN, BODY))
    old = base64.b64encode(b"o" * 32).decode()
    check(outgoing(old, BODY), secrets={"signing": [TOKEN, old]})
    refused("does not match", outgoing(TOKEN, BODY), body=BODY + b" ")
    refused("does not match", outgoing(old, BODY))
    refused("does not match", "HMAC ")
    refused("does not match", "HMAC \u0436")
    refused("no security token", outgoing(TOKEN, BODY), secrets={})
    refused("no security token", outgoing(TOKEN, BODY), secrets={"signing": ["", "not base64!"]})
    raw = "HMAC " + base64.b64encode(hmac.new(TOKEN.encode(), BODY, hashlib.sha256).digest()).decode()
    refused("does not match", raw)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"app_id": "parley"}, "config.app_id"),
        ({"agent_channel": "general", "agent_tenant": APP}, "config.agent_channel"),
        ({"agent_channel": "19:x@thread.tacv2"}, "config.agent_tenant"),
        ({"threads": "maybe"}, "config.threads"),
        ({"services": {"moon": "https://x.example"}}, "config.services.moon"),
        ({"services": {"login_url": "ftp://x.example"}}, "config.services.login_url"),
        ({"colour": "red"}, "config.colour"),
    ],
)
def test_a_config_that_cannot_be_names_its_field(config, field):
    with pytest.raises(Invalid) as refused:
        inbound.check(config)
    assert refused.value.field == field


def test_the_government_s_cloud_has_its_own_issuer(refused):
    refused("not one that its issuer publishes", bearer(), cloud="government")
    assert GOVERNMENT.issuer == "https://api.botframework.us"
