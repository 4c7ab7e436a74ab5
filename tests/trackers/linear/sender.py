"""Linear tells in the body when it sent it."""

from tests.senders import Sender, hex_of_body

SENDERS = (
    Sender(
        config={"team": "ENG"},
        credentials={"token": "lin_api_x"},
        sign=hex_of_body("linear-signature"),
        beside=lambda name: {"linear-delivery": f"d-{name}"},
        dating=lambda body, now: body.replace(b"1769999999100", b"%d" % now),
        proofs=("linear-signature",),
        body=("Issue", b'{"type":"Issue","action":"create","data":{"id":"a"},"webhookTimestamp":1770000000000}'),
        dated=True,
    ),
)
