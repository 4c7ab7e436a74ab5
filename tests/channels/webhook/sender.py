"""A server that signs as Standard Webhooks has it."""

from tests.senders import STANDARD, Sender

CONFIG = {"url": "https://vendor.example/hook", "events": ["room.opened"]}
SENDERS = (Sender(config=CONFIG, proofs=STANDARD, dated=True, least={}),)
