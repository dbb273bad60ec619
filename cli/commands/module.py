"""Runs a module of ours in a process of its own: the terminal does not import what asks models or reads pipelines."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import NoReturn

from cli.errors import INTERRUPTED
from cli.interrupts import raise_on_interrupt
from cli.stack.checkout import python_path


@dataclass(frozen=True, slots=True)
class ModuleResult:
    """How a module ended: its exit code, its output, and its standard error."""

    code: int
    out: bytes
    err: bytes

    @property
    def reason(self) -> str:
        """The last line on standard error, or else the exit code."""
        lines = self.err.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"exit code {self.code}"


async def run_module(module: str, *arguments: str, stdin: bytes = b"") -> ModuleResult:
    """Run `python -m module`, with the environment of this process. It is killed if this is cancelled."""
    process = await asyncio.create_subprocess_exec(
        *_command(module, arguments),
        env=_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await process.communicate(stdin)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return ModuleResult(process.returncode, out, err)


def run_module_in_terminal(module: str, *arguments: str) -> int:
    """Run `python -m module` with the standard streams of this process. Return its exit code.

    Ctrl-C reaches this process alone, which ends the other: that would print a traceback.
    """
    try:
        with raise_on_interrupt():
            ran = subprocess.run(_command(module, arguments), env=_environment(), check=False, process_group=0)
    except KeyboardInterrupt:
        return INTERRUPTED
    return ran.returncode


def become_module(module: str, *arguments: str) -> NoReturn:
    """Replace this process with `python -m module`, which then receives its signals."""
    command = _command(module, arguments)
    os.execve(command[0], command, _environment())  # noqa: S606 - no shell


def _command(module: str, arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-P", "-m", module, *arguments]


def _environment() -> dict[str, str]:
    return os.environ | python_path()
