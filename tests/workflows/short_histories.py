"""A Temporal that suggests continue-as-new early, and the runs of its workflows."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from models.contracts.names import BuiltInArtifact
from tests.waiting import PATIENCE_SECONDS
from tests.workflows.crew_under_test import Story
from workflows.client import PIPELINE
from workflows.progress import PHASE, WAITING

SUGGESTED_AT = 30
"""Events. The default is 4,096."""
OUTPUTS = [one for one in BuiltInArtifact if one not in (BuiltInArtifact.USER_INPUT, BuiltInArtifact.HITL_RESPONSE)]


@asynccontextmanager
async def temporal_with_short_histories() -> AsyncIterator[WorkflowEnvironment]:
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
        dev_server_extra_args=[
            "--dynamic-config-value",
            f"limit.historyCount.suggestContinueAsNew={SUGGESTED_AT}",
        ],
        dev_server_log_level="error",
        dev_server_startup_timeout=timedelta(seconds=PATIENCE_SECONDS),
        search_attributes=[PIPELINE, PHASE, WAITING],
        data_converter=pydantic_data_converter,
    ) as environment:
        yield environment


async def histories(story: Story) -> list[WorkflowHistory]:
    """Return the history of each run of the workflow, newest first."""
    found: list[WorkflowHistory] = []
    run_id = None
    while not found or run_id:
        found.append(await story.client.get_workflow_handle(story.handle.id, run_id=run_id or None).fetch_history())
        run_id = found[-1].events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return found


async def runs(story: Story) -> int:
    """Return how many runs the workflow has had."""
    return len(await histories(story))


def chain(length: int, **more: Any) -> list[dict[str, Any]]:
    """Stages that each consume what the previous one produces."""
    inputs = [BuiltInArtifact.USER_INPUT, *OUTPUTS]
    return [
        {"name": f"stage{n}", "agent": "coder", "consumes": [inputs[n]], "produces": [inputs[n + 1]], **more}
        for n in range(length)
    ]
