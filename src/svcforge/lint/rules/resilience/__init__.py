"""Resilience: what happens when the other side is slow or gone."""
