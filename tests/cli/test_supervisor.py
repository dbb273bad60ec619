"""The supervisor stops in any moment, also while it starts something again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil
from stack_under_test import eventually

from cli.stack.component import Component, NotReadyError
from cli.stack.datadir import DataDir
from cli.stack.supervisor import Supervisor


class Once(Component):
    """Serves the first time that it runs, and then never again."""

    name = "once"

    def __init__(self) -> None:
        self.runs: list[int] = []

    def command(self) -> Sequence[str]:
        return [sys.executable, "-c", "import signal; signal.pause()"]

    async def check(self, pid: int) -> None:
        if pid not in self.runs:
            self.runs.append(pid)
        if pid != self.runs[0]:
            raise NotReadyError("it does not serve")


async def test_what_is_being_started_again_is_stopped_at_once(tmp_path: Path) -> None:
    data, component = DataDir(tmp_path), Once()
    data.create()
    supervisor = Supervisor(data)
    await supervisor.start(component)
    os.kill(supervisor.pids["once"], signal.SIGKILL)
    await eventually(lambda: len(component.runs) == 2)
    await asyncio.wait_for(supervisor.stop(), component.stop_seconds)
    assert not psutil.pid_exists(component.runs[1])
