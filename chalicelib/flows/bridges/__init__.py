"""Rooms and outside conversations: bound, mapped, paused, replayed."""
