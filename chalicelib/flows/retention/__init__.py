"""What a workspace keeps for so long and no longer: saved, shown before it acts, worked off by the clock."""
