"""What the Pythons of the local stack load at their start."""
