"""The interface between the supervisor and what it runs."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from cli.stack.account import Account


class ComponentError(Exception):
    """A component cannot start; `log` is the end of its log."""

    def __init__(self, name: str, reason: str, log: str = "") -> None:
        super().__init__(f"{name} {reason}" + (f"; the end of its log:\n{log}" if log else ""))
        self.name, self.reason, self.log = name, reason, log


class NotReadyError(Exception):
    """A component is not ready; the message says what is missing."""


def require_listening(port: int, *processes: psutil.Process) -> None:
    """Raise NotReadyError if none of the processes listens on the port: another program may answer there."""
    if port not in {connection.laddr.port for each in processes for connection in each.net_connections("tcp")}:
        raise NotReadyError("it does not listen yet")


class Component:
    """One supervised process, which may be restarted at any time. Subclasses define its command and readiness check."""

    name: str
    death_signal = signal.SIGTERM
    """The signal that stops it, which the kernel also sends when its supervisor dies."""
    start_seconds = 30.0
    stop_seconds = 10.0
    account: Account | None = None
    asks_models = False
    """Whether it gets the keys of model providers."""
    folder: Path | None = None
    """The working directory. None is the supervisor's own."""

    @property
    def address(self) -> str:
        """The address to show to people. Empty if the component has none."""
        return ""

    async def prepare(self) -> None:
        """Create what a run needs. Called before every run."""

    def command(self) -> Sequence[str]:
        """Return the program and its arguments."""
        raise NotImplementedError

    def environment(self) -> Mapping[str, str]:
        """Return the environment variables to add to the supervisor's own."""
        return {}

    async def start_token(self) -> bytes | None:
        """Wait until the process may start. Return what to write to its standard input, or None if it does not wait."""
        return None

    async def check(self, pid: int) -> None:
        """Return when the process is ready.

        Raises:
            Exception: it is not ready; any kind. The supervisor checks again until `start_seconds` have passed.
        """

    def choose_another_port(self) -> bool:
        """Choose another port after the last one was taken. Return False if the component has no port."""
        return False
