"""What every service of this stack shares; vendored, so that each repository stands alone."""
