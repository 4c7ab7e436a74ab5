"""A server that signs as Standard Webhooks has it."""

from tests.senders import STANDARD, Sender

SENDERS = (Sender(config={"url": "https://vendor.example/hook"}, proofs=STANDARD, dated=True, least={}),)
