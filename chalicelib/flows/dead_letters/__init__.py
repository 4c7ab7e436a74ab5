"""A dead letter's note, and what is done with it."""
