"""Writes the tables of contents of Markdown pages."""
