"""Counts the gates of a run that passed without a person: after a certain number, the next one asks."""

from __future__ import annotations


class Checkpoint:
    """Asks a person now and then, however low the oversight is.

    Args:
        after: how many gates may pass; 0 is any number.
        passed: how many have passed in earlier runs.
    """

    def __init__(self, after: int = 0, passed: int = 0) -> None:
        self._after = after
        self.passed = passed

    @property
    def due(self) -> int:
        """How many gates have passed, if the next one has to ask, and 0 otherwise."""
        return self.passed if self._after and self.passed >= self._after else 0

    def count(self) -> None:
        """Count a gate that passed without a person."""
        self.passed += 1

    def reset(self) -> None:
        """A person has decided."""
        self.passed = 0
