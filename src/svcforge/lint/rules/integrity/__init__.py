"""Integrity: names that stand for something, declared once, connected."""
