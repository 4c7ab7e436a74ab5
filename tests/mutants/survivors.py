"""What the sweep changes and nobody notices, with the reason why nobody has to."""

from .mutate import Mutant

SURVIVORS: dict[Mutant, str] = {}
