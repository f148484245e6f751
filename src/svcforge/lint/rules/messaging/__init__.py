"""Messaging: events, their publishers and their subscribers."""
