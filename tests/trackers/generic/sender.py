"""A tracker of one's own signs as Standard Webhooks has it."""

from tests.senders import STANDARD, Sender

SENDERS = (Sender(proofs=STANDARD, dated=True),)
