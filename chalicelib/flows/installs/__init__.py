"""Installs: connected, tried, invited to."""
