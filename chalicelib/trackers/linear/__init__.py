"""Linear: one team's issues, by an API key or an OAuth token (ADR 95)."""
