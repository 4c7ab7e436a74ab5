"""What a bridge is owed, and the work on it."""
