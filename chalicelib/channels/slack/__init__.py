"""Slack, both ways (https://docs.slack.dev): customers' channels, and the vendor's own with a thread for each room
(ADR 52)."""
