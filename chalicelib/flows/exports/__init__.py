"""Collecting all that there is of a person or a customer (right of access)."""
