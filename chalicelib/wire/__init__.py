"""What the adapters of several providers need to speak with them: signatures and JSON over HTTP (ADR 48)."""
