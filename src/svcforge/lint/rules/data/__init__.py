"""Data: who owns it, and who else touches it."""
