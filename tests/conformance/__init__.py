"""Checkers that are built from Go modules or come from npm: `make conformance`, which may take longer than `make test`."""
