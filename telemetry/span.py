"""One operation of a trace, as our code sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

Value = str | bool | int | float | Sequence[str]
Attributes = Mapping[str, Value | None]


class Span(Protocol):
    """One operation of a trace."""

    def rename(self, name: str) -> None:
        """Change the name, once it is known."""

    def set(self, attributes: Attributes) -> None:
        """Set attributes. Those that are None are left out."""

    def fail(self, kind: str) -> None:
        """Mark the operation as failed, with the type of its error."""
