"""Asking the person at the terminal: a line at a time, and never longer than the question stands."""

from __future__ import annotations

import asyncio
import os
import sys
import termios

from rich.console import Console
from rich.text import Text

from cli.views.printable import printable


class NobodyThereError(Exception):
    """The terminal's input has ended (Ctrl-D, or it was closed)."""


class OvertakenError(Exception):
    """What was being asked has been settled by somebody else."""


class Prompt:
    """Reads lines from standard input, a terminal, without blocking the event loop.

    Args:
        console: where the questions are written.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._source = sys.stdin.fileno()

    async def line(self, question: Text, overtaken: asyncio.Event | None = None) -> str:
        """What the person types up to Enter, without control characters.

        Raises:
            NobodyThereError: there is no more input.
            OvertakenError: `overtaken` was set first.
        """
        # What was typed before the question stood there is no answer to it.
        termios.tcflush(self._source, termios.TCIFLUSH)
        self._console.print(question, end="")
        self._console.file.flush()
        reading = asyncio.ensure_future(self._read())
        waiting = asyncio.ensure_future((overtaken or asyncio.Event()).wait())
        try:
            await asyncio.wait((reading, waiting), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            if not reading.done():
                reading.cancel()
                self._console.print()
        if not reading.done():
            raise OvertakenError
        return reading.result()

    async def choice(self, question: Text, keys: str, overtaken: asyncio.Event | None = None) -> str:
        """One of the keys, asked for until it is one."""
        while True:
            typed = (await self.line(question, overtaken)).strip().lower()
            if typed[:1] and typed[0] in keys:
                return typed[0]
            self._console.print(f"Type one of: {', '.join(keys)}", style="dim")

    async def _read(self) -> str:
        loop = asyncio.get_running_loop()
        typed = bytearray()
        ready = asyncio.Event()
        loop.add_reader(self._source, ready.set)
        try:
            while True:
                await ready.wait()
                ready.clear()
                piece = os.read(self._source, 4096)
                if not piece:
                    self._console.print()
                    raise NobodyThereError
                typed += piece
                if typed.endswith(b"\n"):
                    return printable(typed.decode(errors="replace").rstrip("\n"))
        finally:
            loop.remove_reader(self._source)
