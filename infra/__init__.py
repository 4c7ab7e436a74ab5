"""What builds, runs and deploys Parley: nothing in here ships."""
