"""Histories that once broke something, and the simulation that finds such histories; see README.md."""
