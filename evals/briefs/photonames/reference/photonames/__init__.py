"""Renames the photos of a folder in order, safely, and can take it back."""
