"""Mails that leave, and those that SES hands over."""
