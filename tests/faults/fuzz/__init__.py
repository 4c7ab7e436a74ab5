"""Requests bent out of shape at every route and way in (fuzzing); see tests/faults/README.md."""
