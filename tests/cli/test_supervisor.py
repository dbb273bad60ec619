"""The supervisor stops in any moment, also while it starts something again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest
from stack_under_test import eventually

from cli.stack.component import Component, NotReadyError
from cli.stack.datadir import DataDir
from cli.stack.supervisor import Supervisor


class Sleeper(Component):
    """Does nothing. It serves in as many of its runs as it is told."""

    name = "sleeper"

    def __init__(self, serves: int) -> None:
        self.runs: list[int] = []
        self._serves = serves

    def command(self) -> Sequence[str]:
        return [sys.executable, "-c", "import signal; signal.pause()"]

    async def check(self, pid: int) -> None:
        if pid not in self.runs:
            self.runs.append(pid)
        if len(self.runs) > self._serves:
            raise NotReadyError("it does not serve")


async def test_what_is_being_started_again_is_stopped_at_once(tmp_path: Path) -> None:
    data, component = DataDir(tmp_path), Sleeper(serves=1)
    data.create()
    supervisor = Supervisor(data)
    await supervisor.start(component)
    os.kill(supervisor.pids["sleeper"], signal.SIGKILL)
    await eventually(lambda: len(component.runs) == 2)
    await asyncio.wait_for(supervisor.stop(), component.stop_seconds)
    assert not psutil.pid_exists(component.runs[1])


async def test_what_serves_and_is_killed_again_and_again_is_soon_back_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.stack.supervisor.BACKOFF_SECONDS", (0.0, 60.0))
    monkeypatch.setattr("cli.stack.supervisor.SERVED_BACKOFF_SECONDS", 0.1)
    data, component = DataDir(tmp_path), Sleeper(serves=5)
    data.create()
    told: list[str] = []
    supervisor = Supervisor(data, lambda name, state, details: told.append(state))
    await supervisor.start(component)
    for restarts in range(1, 5):
        os.kill(supervisor.pids["sleeper"], signal.SIGKILL)
        await eventually(lambda: told.count("restarted") == restarts)  # noqa: B023
    await supervisor.stop()
