"""Production runs workflows without the sandbox, so every test of a workflow, recording and replay runs in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker, WorkflowRunner

from tests.checkout import CHECKOUT
from tests.worker.impure_workflow import ReadsTheClock
from worker.workflow_sandbox import PASSED_THROUGH, ProductionRunner, StrictRunner

FOLDERS = ("tests/workflows", "tests/histories")


def test_every_listed_module_exists() -> None:
    for name in PASSED_THROUGH:
        assert find_spec(name), name


async def test_the_strict_sandbox_refuses_the_clock(temporal: Client) -> None:
    with pytest.raises(WorkflowFailureError) as failed:
        await _run(temporal, StrictRunner())
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == "RestrictedWorkflowAccessError"


async def test_production_runs_without_the_sandbox(temporal: Client) -> None:
    assert await _run(temporal, ProductionRunner())


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_test_of_a_workflow_runs_it_in_the_strict_sandbox(folder: str) -> None:
    calls = [call for path in sorted((CHECKOUT / folder).rglob("*.py")) for call in _calls(path)]
    assert calls
    assert [ast.unparse(call) for call in calls if "StrictRunner()" not in ast.unparse(call)] == []


async def _run(temporal: Client, runner: WorkflowRunner) -> str:
    queue = uuid4().hex
    async with Worker(temporal, task_queue=queue, workflows=[ReadsTheClock], workflow_runner=runner):
        return await temporal.execute_workflow(ReadsTheClock.run, id=queue, task_queue=queue)


def _calls(path: Path) -> Iterator[ast.Call]:
    """Return the calls of a module that begin to run workflows; a worker may have activities only."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Name("Worker"), keywords=keywords):
                if any(keyword.arg == "workflows" for keyword in keywords):
                    yield node
            case ast.Call(func=ast.Name("build_worker" | "Replayer")):
                yield node
