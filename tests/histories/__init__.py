"""Histories of workflows of earlier versions. `python -m tests.histories record` records them again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests import releases
from worker.workflow_sandbox import StrictRunner
from workflows.project import ProjectWorkflow
from workflows.standalone_handoff import HandoffWorkflow

FOLDER = Path(__file__).parent


def committed() -> list[Path]:
    """Return every history that must replay: those of this folder and those of each release."""
    return [*sorted(FOLDER.glob("*.json")), *releases.histories()]


async def replay(paths: Iterable[Path]) -> int:
    """Replay histories in the sandbox. Return how many. Raises what Temporal raises for one that does not match."""
    replayer = Replayer(
        workflows=[ProjectWorkflow, HandoffWorkflow],
        workflow_runner=StrictRunner(),
        data_converter=pydantic_data_converter,
        # No deadlock detection, because the machine may be busy for 2 s. The sandbox is unchanged.
        debug_mode=True,
    )
    number = 0
    for path in paths:
        await replayer.replay_workflow(WorkflowHistory.from_json(path.stem, path.read_text()))
        number += 1
    return number
