"""The channels: an adapter each (anti-corruption layer), a folder each."""
