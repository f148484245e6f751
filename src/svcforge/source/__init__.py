"""Text with places: YAML as plain data with a position for every key and value, and findings about it."""
