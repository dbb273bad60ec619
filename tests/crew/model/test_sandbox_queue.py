"""A tool that waits for the sandbox, while others use it, is not out of time."""

from __future__ import annotations

import asyncio
import time

import pytest

from artifacts.file_sets import unpack
from crew.model import tool_calls
from crew.model.agents.coder import Coder
from crew.model.agents.services import AgentServices
from models.contracts.names import BuiltInArtifact
from sandbox import Sandbox
from tests.crew.model.model_under_test import Model, Step, call, says
from tests.crew.model.test_existing_code import GIVEN, OneModel, assignment, given, returned

WAIT_SECONDS = 1.0
SLOW = {
    "test_slow.py": (
        "import time, unittest\n\n\nclass Slow(unittest.TestCase):\n"
        f"    def test_it(self):\n        time.sleep({WAIT_SECONDS})\n"
    )
}


async def test_a_tools_time_runs_from_when_its_run_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool_calls, "TOOL_SECONDS", WAIT_SECONDS / 4)
    sandbox = Sandbox(20, at_once=1)
    model = Model([says(call("run_tests")), says(call("finish", summary="Nothing has to change."))])
    services = AgentServices(OneModel(model), sandbox, "test:scripted")  # type: ignore[arg-type]
    task = assignment("coder", BuiltInArtifact.SOURCE_CODE, inputs=(given(GIVEN),))
    started = time.monotonic()
    async with asyncio.TaskGroup() as group:
        other = group.create_task(sandbox.run_tests(SLOW))
        outcome = group.create_task(Coder(services).run(task, Step()))
    assert time.monotonic() - started > WAIT_SECONDS
    assert other.result().passed
    assert unpack(outcome.result().drafts[0].content) == GIVEN
    (ran,) = returned(model.asked[-1])
    assert ran.startswith("Passed: 1 of 1 tests ran")
