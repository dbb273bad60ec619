"""Runs the command as a user does, with and without a terminal."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import signal
import struct
import sys
import termios
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.checkout import CHECKOUT
from tests.signing_in import ADMIN_TOKEN
from tests.waiting import PATIENCE_SECONDS

BOTARMY = (sys.executable, "-m", "cli.main")
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[@-_])")


def environment(api_url: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
    excluded = ("COLUMNS", "LINES", "GATES", "VISUAL", "EDITOR", "PYTHONUNBUFFERED")
    inherited = {name: value for name, value in os.environ.items() if name not in excluded}
    ours = {
        "BOTARMY_API_URL": api_url,
        "BOTARMY_TOKEN": ADMIN_TOKEN,
        "PYTHONPATH": str(CHECKOUT),
        "TERM": "xterm-256color",
    }
    return {**inherited, **ours, **(more or {})}


@dataclass(frozen=True)
class Result:
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str


async def botarmy(
    api_url: str, *arguments: object, cwd: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> Result:
    """Run a command to its end, without a terminal."""
    process = await asyncio.create_subprocess_exec(
        *BOTARMY,
        *map(str, arguments),
        cwd=cwd,
        env=environment(api_url, env),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate(stdin)
    assert process.returncode is not None
    return Result(process.returncode, out.decode(), err.decode())


class Terminal:
    """A command on a pseudo-terminal: its output, and what is typed."""

    def __init__(self, process: asyncio.subprocess.Process, master: int) -> None:
        self.process = process
        self._master = master
        self._written = b""
        self._seen = 0
        self._received = asyncio.Event()
        asyncio.get_running_loop().add_reader(master, self._receive)

    def _receive(self) -> None:
        try:
            chunk = os.read(self._master, 65536)
        except OSError:  # EIO: the other end is closed
            chunk = b""
        if not chunk:
            asyncio.get_running_loop().remove_reader(self._master)
        self._written += chunk
        self._received.set()

    @property
    def raw(self) -> str:
        """Everything written so far."""
        return self._written.decode(errors="replace")

    @property
    def text(self) -> str:
        """Everything written so far, without escape sequences."""
        return _ESCAPES.sub("", self.raw)

    async def sees(self, expected: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until the text is written, after the text that was seen last."""
        try:
            async with asyncio.timeout(seconds):
                while (at := self.text.find(expected, self._seen)) < 0:
                    self._received.clear()
                    await self._received.wait()
        except TimeoutError:
            raise AssertionError(f"{expected!r} was not written, but:\n{self.text[-3000:]}") from None
        self._seen = at + len(expected)

    async def project_id(self) -> str:
        """Wait until the command names its project. Return the id."""
        await self.sees("Project ")
        await self.sees(": ")
        found = re.search(r"Project ([0-9a-f-]{36}): ", self.text)
        assert found
        return found[1]

    def type(self, line: str) -> None:
        os.write(self._master, line.encode())

    async def answers(self, prompt: str, line: str) -> None:
        """Wait for a prompt, then type a line."""
        await self.sees(prompt)
        self.type(f"{line}\n")

    async def ended(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Wait for the command to exit. Return its code."""
        async with asyncio.timeout(seconds):
            return await self.process.wait()

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)


def _take_the_terminal() -> None:
    """Prepare a child process as a terminal does. Tests that run in the background inherit an ignored SIGINT."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@asynccontextmanager
async def on_a_terminal(
    api_url: str, *arguments: object, cwd: Path, columns: int = 100, env: Mapping[str, str] | None = None
) -> AsyncIterator[Terminal]:
    """Run a command in the foreground of its own terminal, so that Ctrl-C reaches it."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = await asyncio.create_subprocess_exec(
        *BOTARMY,
        *map(str, arguments),
        cwd=cwd,
        env=environment(api_url, env),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=_take_the_terminal,
    )
    os.close(slave)
    terminal = Terminal(process, master)
    try:
        yield terminal
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        await process.wait()
        terminal.close()
