"""The providers that hand mails over. Mailgun signs in the body; what comes by SES comes over SNS."""

import base64

from tests.senders import Headers, Sender, hex_of, nobody_signs


def _basic(secret: str, body: bytes, now: int) -> Headers:
    return {"authorization": "Basic " + base64.b64encode(f"parley:{secret}".encode()).decode()}


def _stamped(body: bytes, now: int) -> bytes:
    if not body.startswith(b"------f0rm"):
        return body
    stamp, token = str(now // 1000), "t" * 50
    parts = {"timestamp": stamp, "token": token, "signature": hex_of("key-123", (stamp + token).encode())}
    head = "".join(f'------f0rm\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in parts.items())
    return head.encode() + body


SENDERS = (
    Sender(
        config={"provider": "postmark", "address": "support@in.acorn.example", "collect": 0},
        sign=_basic,
        name="postmark",
        proofs=("authorization",),
        signed=False,
    ),
    Sender(config={"provider": "sendgrid", "address": "s@in.acorn.example"}, sign=_basic, name="sendgrid"),
    Sender(
        config={"provider": "mailgun", "address": "m@in.acorn.example"},
        credentials={"signing_key": "key-123"},
        sign=nobody_signs,
        name="mailgun",
        dating=_stamped,
    ),
    Sender(config={"provider": "ses", "address": "e@in.acorn.example"}, sign=nobody_signs, name="ses"),
)
