"""Broadcasts: planned, sent in pieces, directed, counted."""
