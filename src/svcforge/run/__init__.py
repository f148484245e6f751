"""Runs a generated system on this machine: reads `run.json` and nothing else of what svcforge knows."""
