"""Issues, the rooms tied to them, and the notices that those get."""
