"""Telegram says the secret that its webhook was made with: each byte of the body does not count."""

from chalicelib.channels.telegram.inbound import HEADER, secret_token
from tests.peers.telegram import GROUP, TOKEN
from tests.senders import Sender

SENDERS = (
    Sender(
        config={"agent_channel": "-1001000000003", "agents": {"7002": "grace@vendor.example"}},
        credentials={"token": TOKEN},
        sign=lambda secret, body, now: {HEADER: secret_token(secret)},
        proofs=(HEADER,),
        signed=False,
        body=("message", b'{"update_id":1,"message":{"message_id":1,"chat":{"id":-1,"type":"group"},"date":1}}'),
        least={},
        bound=str(GROUP),
    ),
)
