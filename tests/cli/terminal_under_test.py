"""What the tests of the terminal share: the command as people run it, with and without a terminal."""

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

CHECKOUT = Path(__file__).resolve().parents[2]
BOTARMY = (sys.executable, "-m", "cli.main")
_STEERING = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[@-_])")


def environment(api_url: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
    theirs = ("COLUMNS", "LINES", "GATES", "VISUAL", "EDITOR", "PYTHONUNBUFFERED")
    inherited = {name: value for name, value in os.environ.items() if name not in theirs}
    ours = {"BOTARMY_API_URL": api_url, "PYTHONPATH": str(CHECKOUT), "TERM": "xterm-256color"}
    return {**inherited, **ours, **(more or {})}


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


async def botarmy(
    api_url: str, *arguments: object, cwd: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> Ran:
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
    return Ran(process.returncode, out.decode(), err.decode())


class Terminal:
    """A command on a pseudo-terminal: what it writes, what is typed."""

    def __init__(self, process: asyncio.subprocess.Process, master: int) -> None:
        self.process = process
        self._master = master
        self._written = b""
        self._read = 0
        self._more = asyncio.Event()
        asyncio.get_running_loop().add_reader(master, self._take)

    def _take(self) -> None:
        try:
            piece = os.read(self._master, 65536)
        except OSError:  # EIO: the other end is closed
            piece = b""
        if not piece:
            asyncio.get_running_loop().remove_reader(self._master)
        self._written += piece
        self._more.set()

    @property
    def raw(self) -> str:
        """Everything written so far."""
        return self._written.decode(errors="replace")

    @property
    def text(self) -> str:
        """Everything written so far, without what steers the terminal."""
        return _STEERING.sub("", self.raw)

    async def sees(self, expected: str, seconds: float = 20) -> None:
        """Wait until the words are written, after those that were seen last."""
        try:
            async with asyncio.timeout(seconds):
                while (at := self.text.find(expected, self._read)) < 0:
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise AssertionError(f"{expected!r} was never written, but:\n{self.text[-3000:]}") from None
        self._read = at + len(expected)

    def type(self, line: str) -> None:
        os.write(self._master, line.encode())

    async def ended(self, seconds: float = 20) -> int:
        """The exit code."""
        async with asyncio.timeout(seconds):
            return await self.process.wait()

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)


def _take_the_terminal() -> None:
    """What a terminal does before it runs a command. Tests that run in the background have inherited a deaf ear."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@asynccontextmanager
async def on_a_terminal(
    api_url: str, *arguments: object, cwd: Path, columns: int = 100, env: Mapping[str, str] | None = None
) -> AsyncIterator[Terminal]:
    """Run a command as the foreground of a terminal of its own, so that Ctrl-C reaches it."""
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
