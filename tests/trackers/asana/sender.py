"""Asana signs the raw body by the secret of the handshake."""

from tests.senders import Sender, hex_of_body

SENDERS = (
    Sender(
        config={"project": "1200000000000001"},
        credentials={"token": "t"},
        sign=hex_of_body("x-hook-signature"),
        proofs=("x-hook-signature",),
        body=("task-added", b'{"events":[{"action":"added","resource":{"gid":"1","resource_type":"task"}}]}'),
    ),
)
