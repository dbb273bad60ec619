"""Giving the crew of a project what people bring."""
