"""Ctrl-C ends every command with exit code 130 and without a traceback."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.checkout import CHECKOUT
from tests.cli.terminal_under_test import BOTARMY, environment
from tests.waiting import PATIENCE_SECONDS

ID = "01890000-0000-7000-8000-000000000000"

COMMANDS = (
    ("projects",),
    ("edit", ID, "--name", "A name"),
    ("watch", ID),
    ("export", ID),
    ("pause", ID),
    ("resume", "A name"),
    ("cancel", ID),
    ("retry", ID),
    ("doctor",),
    ("stop", "--all"),
    ("release", "--reason", "Why not."),
    ("stops",),
    ("tasks", ID),
    ("transcript", ID),
    ("usage", ID),
    ("budget", ID),
    ("budgets",),
    ("inbox",),
    ("respond", ID, "approve"),
    ("artifacts", ID),
    ("artifact", ID),
    ("replay", ID),
    ("run", "brief.md"),
    ("run", "--like", ID),
)


def _as_a_terminal_does() -> None:
    """Tests that run in the background inherit an ignored SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def _interrupted(*arguments: str, url: str, cwd: Path, ready: asyncio.Event) -> tuple[int | None, str]:
    """Press Ctrl-C once the command is ready, as a terminal does: for its whole process group."""
    process = await asyncio.create_subprocess_exec(
        *BOTARMY,
        *arguments,
        cwd=cwd,
        env=environment(url),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        process_group=0,
        preexec_fn=_as_a_terminal_does,
    )
    await asyncio.wait_for(ready.wait(), PATIENCE_SECONDS)
    os.killpg(process.pid, signal.SIGINT)
    out, _ = await process.communicate()
    return process.returncode, out.decode()


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
async def test_a_command_that_waits_for_the_api_is_interrupted(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "brief.md").write_text("# A brief\n\n- It works.\n")
    ready = asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        ready.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(never_answer, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        code, out = await _interrupted(*arguments, url=url, cwd=tmp_path, ready=ready)
    assert (code, "Traceback" in out) == (130, False), out


async def test_a_check_of_pipelines_is_interrupted(tmp_path: Path) -> None:
    """It runs in a process of its own, which Ctrl-C would reach, too."""
    for number in range(500):
        shutil.copy(CHECKOUT / "pipelines" / "software-delivery.yaml", tmp_path / f"pipeline-{number}.yaml")
    process = await asyncio.create_subprocess_exec(
        *BOTARMY,
        "pipelines",
        "check",
        tmp_path,
        env=environment("http://127.0.0.1:1", {"PYTHONUNBUFFERED": "1"}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        process_group=0,
        preexec_fn=_as_a_terminal_does,
    )
    assert process.stdout is not None
    assert b"valid" in await process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    out, _ = await process.communicate()
    assert (process.returncode, b"Traceback" in out) == (130, False), out.decode()[-2000:]
