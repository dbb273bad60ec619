"""Unit tests: `python -m unittest`."""
