"""What was stored and spoken once, and the tests that hold later code to it."""
