"""The workflow: five steps, and a decision after the second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow

TASK_QUEUE = "bench-by-hand"
TIMEOUT = timedelta(seconds=30)
STEPS = 5
STEPS_BEFORE_GATE = 2


@dataclass
class Record:
    """What an activity writes: a step's document, a request, a decision, or only the event."""

    project: str
    data: dict[str, Any]
    step: int | None = None
    request: str | None = None
    decision: str | None = None


@activity.defn
async def record(what: Record) -> None:
    """Write what happened and its event. The worker's `Recorder` does it; this is its name for the workflow."""
    raise NotImplementedError


@workflow.defn
class Delivery:
    def __init__(self) -> None:
        self._decision: str | None = None

    @workflow.run
    async def run(self, project: str, local: bool) -> None:
        write: Callable[..., Any] = workflow.execute_local_activity if local else workflow.execute_activity
        for step in range(STEPS):
            if step == STEPS_BEFORE_GATE:
                await self._ask(project)
            data = {"event_type": "stage_completed", "step": step}
            await write(record, Record(project, data, step=step), start_to_close_timeout=TIMEOUT)
        done = {"event_type": "workflow_event", "status": "completed"}
        await write(record, Record(project, done), start_to_close_timeout=TIMEOUT)

    async def _ask(self, project: str) -> None:
        request = str(workflow.uuid4())
        data = {"event_type": "hitl_request", "request_id": request}
        await workflow.execute_local_activity(
            record, Record(project, data, request=request), start_to_close_timeout=TIMEOUT
        )
        await workflow.wait_condition(lambda: self._decision is not None)
        data = {"event_type": "hitl_response", "request_id": request}
        decided = Record(project, data, request=request, decision=self._decision)
        await workflow.execute_local_activity(record, decided, start_to_close_timeout=TIMEOUT)

    @workflow.signal
    def respond(self, decision: str) -> None:
        self._decision = decision
