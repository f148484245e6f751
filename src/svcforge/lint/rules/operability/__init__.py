"""Operability: whether those who run the system can see what it does, and act."""
