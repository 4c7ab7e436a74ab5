"""What is owed, by when."""
