"""What the supervisor must know of one thing that it runs."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.stack.account import Account


class ComponentError(Exception):
    """A component cannot start; `log` is the end of what it wrote."""

    def __init__(self, name: str, reason: str, log: str = "") -> None:
        super().__init__(f"{name} {reason}" + (f"; the end of its log:\n{log}" if log else ""))
        self.name, self.reason, self.log = name, reason, log


class NotReadyError(Exception):
    """A component does not serve yet; the message says what is missing."""


class Component:
    """One supervised process. Subclasses say what to run and when it serves; a run may be repeated at any time."""

    name: str
    death_signal = signal.SIGTERM
    """What it is stopped with, and what the kernel sends it when its supervisor dies."""
    start_seconds = 30.0
    stop_seconds = 10.0
    account: Account | None = None
    folder: Path | None = None
    """Its working directory; None is the supervisor's own."""

    @property
    def address(self) -> str:
        """Where it serves, for people; empty when nowhere."""
        return ""

    async def prepare(self) -> None:
        """Called before every run; what it leaves behind, the run finds."""

    def command(self) -> Sequence[str]:
        """The program and its arguments."""
        raise NotImplementedError

    def environment(self) -> Mapping[str, str]:
        """What the process finds in its environment beside what we have."""
        return {}

    async def entrance(self) -> bytes | None:
        """What to write to the process's standard input once it may begin, or None when it need not wait."""
        return None

    async def check(self, pid: int) -> None:
        """Return when the process serves.

        Raises:
            Exception: it does not yet; any kind, the supervisor asks again until `start_seconds` are over.
        """

    def move(self) -> bool:
        """Choose another port, its own being taken; False when it has none to choose."""
        return False
