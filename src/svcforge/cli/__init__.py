"""The command line: one verb a file, the error door, and exit codes."""
