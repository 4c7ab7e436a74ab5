"""Slack's events, as its own library signs them."""

from slack_sdk.signature import SignatureVerifier

from tests.senders import Headers, Sender


def _sign(secret: str, body: bytes, now: int) -> Headers:
    at = str(now // 1000)
    try:
        signed = SignatureVerifier(secret).generate_signature(timestamp=at, body=body)
    except UnicodeDecodeError:  # Slack never sends such a body
        signed = "v0=x"
    return {"x-slack-request-timestamp": at, "x-slack-signature": str(signed)}


SENDERS = (
    Sender(
        config={"team": "T0VENDOR", "agent_channel": "C0AGENTS"},
        credentials={"signing": "s", "bot": "xoxb"},
        sign=_sign,
        secret="s",
        proofs=("x-slack-request-timestamp", "x-slack-signature"),
        dated=True,
        least={},
        bound="C0ACME",
    ),
)
