"""Rules about what keeps the linter honest: suppressions and the baseline."""
