"""A worker whose event loop is blocked ends, says where, and another worker runs its step."""

from __future__ import annotations

import asyncio
import sys

import pytest
from temporalio.client import Client

from cli.stack.embedded import Servers
from config.settings import Settings
from store.transaction import Store
from tests.checkout import CHECKOUT
from tests.serving import program_environment
from tests.workflows.crew_under_test import PLAN, Script, Story, pipeline
from worker.worker import build_worker

BLOCKING = """
import time
import uvloop
from tests.crews import OneAgentCrews
from worker import __main__ as program, watchdog

class Agent:
    def is_short(self, brief):
        return False

    async def run(self, assignment, step):
        block_the_loop()

def block_the_loop():
    time.sleep(600)

watchdog.TICK_SECONDS = 1.0  # a busy machine may take seconds to start
program.InstalledCrews = lambda settings: OneAgentCrews(Agent())
uvloop.run(program.main())
"""


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_a_blocked_worker_ends_and_another_runs_its_step(
    servers: Servers, temporal: Client, store: Store, settings: Settings
) -> None:
    script = Script()
    story = await Story.begin(temporal, store, settings.task_queue, script, pipeline(PLAN))
    blocked = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", BLOCKING),
        cwd=CHECKOUT,
        env=program_environment(servers, settings),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, log = await asyncio.wait_for(blocked.communicate(), 100)
    finally:
        if blocked.returncode is None:
            blocked.kill()
            await blocked.wait()
    assert blocked.returncode == 1
    assert "in block_the_loop" in log.decode()
    async with build_worker(temporal, store, script.crew(), settings):
        assert (await story.result()).status == "completed"
    (task,) = await story.tasks("plan")
    assert (task.status, task.failures) == ("completed", 0)
