"""API and gateway: what callers see."""
