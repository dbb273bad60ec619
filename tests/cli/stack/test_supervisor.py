"""The supervisor restarts components with backoff, and stops at any moment."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from cli.stack.component import Component, NotReadyError
from cli.stack.datadir import DataDir
from cli.stack.supervisor import Supervisor
from tests.cli.stack.stack_under_test import eventually


class Sleeper(Component):
    """Does nothing; is ready in its first `ready_runs` runs."""

    name = "sleeper"

    def __init__(self, ready_runs: int) -> None:
        self.runs: list[int] = []
        self._ready_runs = ready_runs

    def command(self) -> Sequence[str]:
        return [sys.executable, "-c", "import signal; signal.pause()"]

    async def check(self, pid: int) -> None:
        if pid not in self.runs:
            self.runs.append(pid)
        if len(self.runs) > self._ready_runs:
            raise NotReadyError("it is not ready")


async def test_a_component_that_is_restarting_stops_at_once(tmp_path: Path) -> None:
    data, component = DataDir(tmp_path), Sleeper(ready_runs=1)
    data.create()
    supervisor = Supervisor(data)
    await supervisor.start(component)
    os.kill(supervisor.pids["sleeper"], signal.SIGKILL)
    await eventually(lambda: len(component.runs) == 2)
    await asyncio.wait_for(supervisor.stop(), component.stop_seconds)
    assert not psutil.pid_exists(component.runs[1])


async def test_a_working_component_that_is_killed_repeatedly_restarts_quickly_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.stack.supervisor.BACKOFF_SECONDS", (0.0, 60.0))
    monkeypatch.setattr("cli.stack.supervisor.READY_BACKOFF_SECONDS", 0.1)
    data, component = DataDir(tmp_path), Sleeper(ready_runs=5)
    data.create()
    reports: list[str] = []
    supervisor = Supervisor(data, lambda name, state, details: reports.append(state))
    await supervisor.start(component)
    for restarts in range(1, 5):
        os.kill(supervisor.pids["sleeper"], signal.SIGKILL)
        await eventually(lambda: reports.count("restarted") == restarts)  # noqa: B023
    await supervisor.stop()
