"""From a pack and facts to files in memory, every path checked; the home of Jinja."""
