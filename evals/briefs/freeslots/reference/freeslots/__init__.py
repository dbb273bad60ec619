"""Finds the times at which nobody has anything in their calendar."""
