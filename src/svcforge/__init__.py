"""svcforge: from a YAML blueprint to a linted, generated, running microservice system."""

__version__ = "0.1.0"

HOME = "https://github.com/svcforge/svcforge"
"""Where the documents of every version are."""
