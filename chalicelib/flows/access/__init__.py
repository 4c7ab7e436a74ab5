"""Workspaces, keys, sign-in: who gets in."""
