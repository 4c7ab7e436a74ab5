"""Parley for people's own agents (Model Context Protocol): the protocol, the tools, what they show (ADR 168-170)."""
