"""The coupling figures of a blueprint: what the literature counts, for each service and for the system."""
