"""What becomes of a table that was restored: what stands still in it, and is let go."""
