"""Merges address books into one list."""
