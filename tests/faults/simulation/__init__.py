"""Random histories of all of Parley with deaths, outages and delays (deterministic simulation); see ../README.md."""
