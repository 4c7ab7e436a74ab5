"""What agents are told of rooms while they are elsewhere."""
