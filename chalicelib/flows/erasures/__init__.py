"""Forgetting a person or a customer, everywhere, in pieces, with a report."""
