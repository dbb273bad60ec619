"""Formats of artifact content: media types, file sets, zips, paths, diffs."""
