"""Deterministic orchestration and nothing else."""
