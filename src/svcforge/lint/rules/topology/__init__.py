"""Topology: cycles, chains and hubs of calls."""
