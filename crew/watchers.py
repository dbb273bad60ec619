"""The people who watch live what a model writes for a step."""

from __future__ import annotations

from typing import Protocol

from models.contracts.live_text import LiveCall


class Watchers(Protocol):
    """Those of one step. No method raises if they cannot be reached."""

    async def are_present(self) -> bool:
        """Return whether anybody watches now."""

    async def show(self, call: LiveCall) -> None:
        """Show what has been written so far, all of it."""

    async def end(self) -> None:
        """Show no more: the call has ended."""


class NoWatchers:
    """Implements `Watchers`: nobody watches."""

    async def are_present(self) -> bool:
        return False

    async def show(self, call: LiveCall) -> None:
        """Nobody sees it."""

    async def end(self) -> None:
        """Nothing was shown."""
