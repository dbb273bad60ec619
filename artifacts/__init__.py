"""Formats of what agents and people write: media types, file sets, zips, paths, diffs."""
