"""Asks the person at the terminal for a line; a question can be withdrawn."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from cli.client.decider import EndOfInputError, QuestionWithdrawnError
from cli.views.printable import printable

LOCAL_MODES = 3
"""The index of the local modes in what `termios.tcgetattr` returns."""

MAX_UNFINISHED = 4096
YES_NO = {"y": "yes", "n": "no"}


class TerminalPrompt:
    """Reads lines from standard input, a terminal, without blocking the event loop.

    Args:
        console: where the questions are written.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._input = sys.stdin.fileno()
        self._interrupted = False
        """Whether the last question was withdrawn, maybe in the middle of an answer."""

    async def line(self, question: Text, withdrawn: asyncio.Event | None = None, *, reloads: bool = False) -> str:
        """Return what the person types up to Enter, without control characters. After a question that was withdrawn it
        takes an Enter of its own first: the end of the line that was being typed must not answer another question. A
        question that `reloads` is withdrawn to be asked again, and decides nothing.

        Raises:
            EndOfInputError: there is no more input.
            QuestionWithdrawnError: `withdrawn` was set first. It has what was typed.
        """
        if self._interrupted:
            await self._ask(Text("Press Enter to continue. ", "bold"), withdrawn)
            self._interrupted = False
        try:
            return await self._ask(question, withdrawn)
        except QuestionWithdrawnError:
            self._interrupted = not reloads
            raise

    async def _ask(self, question: Text, withdrawn: asyncio.Event | None) -> str:
        # Discard what was typed before the question was visible: it does not answer it.
        termios.tcflush(self._input, termios.TCIFLUSH)
        self._console.print(question, end="")
        self._console.file.flush()
        reading = asyncio.ensure_future(self._read())
        waiting = asyncio.ensure_future((withdrawn or asyncio.Event()).wait())
        try:
            await asyncio.wait((reading, waiting), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            if not reading.done():
                reading.cancel()
                self._console.print()
        if not reading.done():
            raise QuestionWithdrawnError(self._take_unfinished_line())
        return reading.result()

    async def choice(
        self,
        question: Text,
        keys: str,
        withdrawn: asyncio.Event | None = None,
        labels: Mapping[str, str] = YES_NO,
        *,
        aliases: Mapping[str, str] | None = None,
    ) -> str:
        """Return one of the keys; ask until one is typed, or its label, or an alias of it, which is not shown. Any
        other word that begins with a key means something else, such as the end of a line that was typed for an earlier
        question."""
        words = {label: key for key, label in labels.items() if key in keys} | {key: key for key in keys}
        words |= {alias: key for alias, key in (aliases or {}).items() if key in keys}
        while True:
            typed = (await self.line(question, withdrawn)).strip().lower()
            if typed in words:
                return words[typed]
            self._console.print(f"Type one of: {', '.join(keys)}", style="dim")

    def _take_unfinished_line(self) -> str:
        """Return what was typed since the last Enter. The terminal keeps it until then, unless it is switched to single
        characters for a moment."""
        modes = termios.tcgetattr(self._input)
        single = [*modes[:LOCAL_MODES], modes[LOCAL_MODES] & ~termios.ICANON, *modes[LOCAL_MODES + 1 : -1]]
        characters = list(modes[-1])
        characters[termios.VMIN], characters[termios.VTIME] = 0, 0  # return at once
        termios.tcsetattr(self._input, termios.TCSANOW, [*single, characters])
        try:
            return printable(os.read(self._input, MAX_UNFINISHED).decode(errors="replace")).strip()
        finally:
            termios.tcsetattr(self._input, termios.TCSANOW, modes)

    async def _read(self) -> str:
        loop = asyncio.get_running_loop()
        typed = bytearray()
        ready = asyncio.Event()
        loop.add_reader(self._input, ready.set)
        try:
            while True:
                await ready.wait()
                ready.clear()
                chunk = os.read(self._input, 4096)
                if not chunk:
                    self._console.print()
                    raise EndOfInputError
                typed += chunk
                if typed.endswith(b"\n"):
                    return printable(typed.decode(errors="replace").rstrip("\n"))
        finally:
            loop.remove_reader(self._input)
