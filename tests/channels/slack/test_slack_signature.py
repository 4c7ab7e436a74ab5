"""Slack's signature: the vectors of its documents and libraries, and everything that is none."""

import pytest
from slack_sdk.signature import SignatureVerifier

from chalicelib.channels.slack.signature import check, signed
from chalicelib.desk.errors import Unauthenticated

DOCS = (
    "8f742231b10e8888abcd99yyyzzz85a5",
    "1531420618",
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
    b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121"
    b".803a0bc887a14d10d2c447fce8b6703c",
    "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
)
BODY, SECRET, AT = b'{"type":"event_callback"}', "8f742231b10e8888", 1_770_000_000


def headers(at=AT, secret=SECRET, body=BODY, **more):
    return {"x-slack-request-timestamp": str(at), "x-slack-signature": signed(secret, str(at), body)} | more


def test_the_vector_of_the_documents():
    secret, at, body, wanted = DOCS
    assert signed(secret, at, body) == wanted
    check({"x-slack-request-timestamp": at, "x-slack-signature": wanted}, body, [secret], now=int(at) * 1000)


def test_slacks_own_library_agrees():
    assert SignatureVerifier(SECRET).generate_signature(timestamp=str(AT), body=BODY) == signed(SECRET, str(AT), BODY)


def test_either_of_two_secrets_is_good_and_the_window_is_five_minutes_both_ways():
    check(headers(secret="older"), BODY, [SECRET, "older"], now=AT * 1000)
    check(headers(), BODY, [SECRET], now=(AT + 300) * 1000)
    check(headers(), BODY, [SECRET], now=(AT - 300) * 1000)


@pytest.mark.parametrize(
    ("signed_headers", "secrets", "why"),
    [
        (headers(), [], "no secret"),
        (headers(), [""], "no secret"),
        ({"x-slack-signature": "v0=00"}, [SECRET], "timestamp is missing"),
        ({"x-slack-request-timestamp": str(AT)}, [SECRET], "signature is missing"),
        (headers() | {"x-slack-request-timestamp": "now"}, [SECRET], "not a number"),
        (headers() | {"x-slack-request-timestamp": "٣"}, [SECRET], "not a number"),
        (headers(at=AT - 301), [SECRET], "more than five minutes"),
        (headers(at=AT + 301), [SECRET], "more than five minutes"),
        (headers(body=b"other"), [SECRET], "does not match"),
        (headers(secret="other"), [SECRET], "does not match"),
        (headers() | {"x-slack-signature": "v0="}, [SECRET], "does not match"),
        (headers() | {"x-slack-signature": "v0=é"}, [SECRET], "does not match"),
        (headers() | {"x-slack-signature": headers()["x-slack-signature"].upper()}, [SECRET], "does not match"),
        (headers() | {"x-slack-signature": headers()["x-slack-signature"][:-1]}, [SECRET], "does not match"),
    ],
)
def test_all_else_is_refused(signed_headers, secrets, why):
    with pytest.raises(Unauthenticated, match=why):
        check(signed_headers, BODY, secrets, now=AT * 1000)
