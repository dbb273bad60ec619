"""Calculates formulas exactly, and does nothing else."""
