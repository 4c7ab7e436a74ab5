"""Keys that an issuer publishes: fetched once, again for a key that is new, never in a storm."""

import json
from dataclasses import replace

import pytest

from chalicelib.desk.workspaces import Install
from chalicelib.flows.published_keys import LIFE_MS, REST_MS, published_key
from chalicelib.flows.secrets import Opened
from chalicelib.ports import AddressRefused, Answer, AwsAway, Unreachable

METADATA = "https://issuer.example/.well-known/openid-configuration"


class Issuer:
    """An issuer of tokens."""

    def __init__(self):
        self.keys, self.asked, self.fails = [{"kid": "a", "kty": "RSA"}], [], None

    def send(self, request):
        self.asked.append(request.url)
        if isinstance(self.fails, Exception):
            raise self.fails
        fields = {"jwks_uri": "https://issuer.example/keys"} if request.url == METADATA else {"keys": self.keys}
        return self.fails or Answer(200, body=json.dumps(fields).encode())


@pytest.fixture
def issuer():
    return Issuer()


def test_keys_are_fetched_once_and_again_when_a_new_one_is_named(parley, issuer):
    world = replace(parley.world, outside=issuer)
    assert published_key(world, METADATA, "a") == {"kid": "a", "kty": "RSA"}
    assert published_key(world, METADATA, "a")
    assert len(issuer.asked) == 2
    issuer.keys = [{"kid": "b", "kty": "RSA"}]
    for _ in range(20):  # whoever makes up key ids does not make us ask each time
        assert published_key(world, METADATA, "b") is None
    assert len(issuer.asked) == 2
    parley.clock.at += REST_MS
    assert published_key(world, METADATA, "b") == {"kid": "b", "kty": "RSA"}
    parley.clock.at += LIFE_MS
    published_key(world, METADATA, "b")
    assert len(issuer.asked) == 6


@pytest.mark.parametrize(
    "fails",
    [Answer(500), Answer(200, body=b"<html>"), Answer(200, body=b"[]"), Unreachable("no"), AddressRefused("private")],
)
def test_an_issuer_that_does_not_answer_is_no_bad_signature(parley, issuer, fails):
    issuer.fails = fails
    with pytest.raises(AwsAway):
        published_key(replace(parley.world, outside=issuer), METADATA, "a")


def test_they_are_among_what_an_install_is_verified_with(parley, issuer):
    install = Install(id="ins_1", workspace="wks_1", kind="webhook", name="H", created_at=1)
    secrets = Opened(replace(parley.world, outside=issuer), install)
    assert json.loads(secrets[f"published:{METADATA}#a"][0])["kid"] == "a"
    assert secrets.get(f"published:{METADATA}#zz", ()) == []
    assert list(secrets) == []
