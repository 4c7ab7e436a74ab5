"""Webhooks that an OAuth 2.0 app has registered bring a token in place of a signature."""

import jwt
import pytest

from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.errors import Unauthenticated
from chalicelib.desk.workspaces import Install
from chalicelib.trackers.jira import webhook

NOW = 1_800_000_000_000
SECRET, OLD, OTHER = ("s" * 40, "o" * 40, "x" * 40)
INSTALL = Install(id="ins_1", workspace="wsp_1", kind="jira", name="Jira", created_at=1)


def token(secret=SECRET, algorithm="HS256", **claims):
    return jwt.encode({"iss": "app", "exp": NOW // 1000 + 180} | claims, secret, algorithm=algorithm)


def verify(header, secrets=None, **headers):
    headers |= {"authorization": header} if header is not None else {}
    envelope = Envelope(
        id="env_1",
        workspace="wsp_1",
        install="ins_1",
        channel="jira",
        received_at=NOW,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=b'{"webhookEvent": "jira:issue_updated"}',
    )
    webhook.verify(envelope, INSTALL, secrets if secrets is not None else {"client_secret": [SECRET, OLD]}, now=NOW)


@pytest.mark.parametrize("secret", [SECRET, OLD])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_token_of_a_live_secret_is_taken(secret, scheme):
    verify(f"{scheme} {token(secret)}")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer a.b.c",
        f"Bearer {token(OTHER)}",
        f"JWT {token()}",
        f"Basic {token()}",
        f"Bearer {token(exp=NOW // 1000 - 61)}",
        f"Bearer {token(exp=NOW // 1000 + 3601)}",
        f"Bearer {token(exp=10**400)}",
        f"Bearer {jwt.encode({'iss': 'app'}, SECRET, algorithm='HS256')}",
        f"Bearer {jwt.encode({'exp': NOW // 1000 + 9}, SECRET * 2, algorithm='HS512')}",
        f"Bearer {jwt.encode({'exp': NOW // 1000 + 9}, None, algorithm='none')}",
        f"Bearer {token()[:-2]}",
        f"Bearer {token()}, Bearer x",
    ],
)
def test_any_other_is_refused(header):
    with pytest.raises(Unauthenticated):
        verify(header)


def test_without_a_secret_of_the_app_nothing_is_taken():
    for secrets in ({}, {"client_secret": []}, {"client_secret": [""]}, {"signing": [SECRET]}):
        with pytest.raises(Unauthenticated):
            verify(f"Bearer {token()}", secrets)


def test_a_token_does_not_stand_in_for_a_signature_that_is_wrong():
    with pytest.raises(Unauthenticated):
        verify(f"Bearer {token()}", {"client_secret": [SECRET], "signing": [OTHER]}, x_hub_signature="sha256=00")
