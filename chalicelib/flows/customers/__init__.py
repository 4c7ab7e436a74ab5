"""Customers, their attributes, segments and jobs."""
