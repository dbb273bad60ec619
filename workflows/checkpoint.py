"""Counts the gates of a run that passed without a person: after a certain number, the next one asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Checkpoint:
    """Asks a person now and then, however low the oversight is.

    Args:
        after: how many gates may pass; 0 is any number.
        passed: how many have passed in earlier runs.
    """

    def __init__(self, after: int = 0, passed: int = 0) -> None:
        self._after = after
        self.passed = passed
        self._under_way = 0

    @property
    def due(self) -> int:
        """How many gates have passed or may be about to, if the next one has to ask, and 0 otherwise."""
        count = self.passed + self._under_way
        return count if self._after and count >= self._after else 0

    @contextmanager
    def under_way(self, *, may_pass: bool) -> Iterator[None]:
        """Count the gate of the step that runs inside the block, if it may pass: steps that start before it ends would
        all find that no gate has passed. A later run of the workflow starts its steps again, and so counts them."""
        self._under_way += may_pass
        try:
            yield
        finally:
            self._under_way -= may_pass

    def count(self) -> None:
        """Count a gate that passed without a person."""
        self.passed += 1

    def reset(self) -> None:
        """A person has decided."""
        self.passed = 0
