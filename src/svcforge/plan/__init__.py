"""Decisions: a blueprint and packs become facts, one set per unit of what is generated; a template only shapes them."""
