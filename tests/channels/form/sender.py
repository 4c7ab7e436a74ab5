"""Anybody who fills in a form."""

from tests.senders import Sender, nobody_signs

SENDERS = (Sender(sign=nobody_signs),)
