"""The linter: rules discovered by their place, and the engine that runs them over a blueprint."""
