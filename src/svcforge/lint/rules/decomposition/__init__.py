"""Decomposition: how large services are, where they are cut, and whose they are."""
