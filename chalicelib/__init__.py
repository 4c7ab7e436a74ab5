"""Parley."""

import gc

VERSION = "0.2.0"

# A container makes its modules and clients once: looking through them for garbage was a fifth of each cold start.
gc.set_threshold(20_000)
