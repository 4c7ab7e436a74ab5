"""The trackers: a folder each."""
