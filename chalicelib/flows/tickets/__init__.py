"""An issue and its ticket are made equal."""
