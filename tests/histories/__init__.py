"""Histories of workflows, as earlier versions made them. `python -m tests.histories record` makes them anew."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests import releases
from worker.workflow_sandbox import sandboxed_runner
from workflows.project import ProjectWorkflow
from workflows.task import HandoffWorkflow

FOLDER = Path(__file__).parent


def committed() -> list[Path]:
    """Every history that has to replay: those of this folder, and those of each release."""
    return [*sorted(FOLDER.glob("*.json")), *releases.histories()]


async def replay(paths: Iterable[Path]) -> int:
    """Replay histories in the sandbox; gives how many. Raises what Temporal raises where one does not fit."""
    replayer = Replayer(
        workflows=[ProjectWorkflow, HandoffWorkflow],
        workflow_runner=sandboxed_runner(strict=True),
        data_converter=pydantic_data_converter,
        # No workflow deadlocks because this machine stands still for two seconds; the sandbox stays as it is.
        debug_mode=True,
    )
    number = 0
    for path in paths:
        await replayer.replay_workflow(WorkflowHistory.from_json(path.stem, path.read_text()))
        number += 1
    return number
