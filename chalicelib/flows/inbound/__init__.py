"""What comes in: accepted, parsed, done."""
