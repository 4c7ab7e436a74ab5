"""The contact form: what anybody may send, without a signature. It never vouches for who somebody is (ADR 12)."""
