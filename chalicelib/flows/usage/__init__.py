"""Usage: what customers do, beside what they say."""
