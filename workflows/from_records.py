"""Start workflows from their records, outside of any workflow: for the API and for the worker's sweeper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError

from models.contracts.contract import Contract
from models.contracts.extension import HitlExtension
from models.contracts.hitl import HitlResponse
from models.contracts.project import ProjectInput, ProjectState
from models.contracts.workflow_state import HandoffInput, HandoffState
from store import open_workflows, project_start, projects, tasks, workflow_records
from store.transaction import Store
from telemetry.tracing import continued_trace
from workflows.client import (
    find_workflow,
    generation_of,
    means_workflow_is_gone,
    project_workflow_id,
    start_handoff,
    start_project,
)
from workflows.rebuild_state import rebuild_handoff_state, rebuild_project_state

log = structlog.get_logger(__name__)

MAX_CARRIED_RESPONSES = 200
"""How many unrecorded responses the new run gets; of those to one request the first valid one wins."""

LATE_START, RESTART = "late start", "restart from records"
"""The spans of a workflow's start that is not a part of the request which created its project or task."""


class OtherGenerationError(Exception):
    """The workflow has ended, or another caller has restarted it."""


async def start_generation(
    store: Store, client: Client, task_queue: str, workflow_id: str, generation: int, responses: Sequence[HitlResponse]
) -> bool:
    """Start this generation of a workflow from its records. Return False if another run is running.

    Raises:
        OtherGenerationError: its row is of another generation.
        temporalio.service.RPCError: Temporal is unavailable.
    """
    async with store.reading() as connection:
        current = await open_workflows.get(connection, workflow_id)
        if current is None or current.generation != generation:
            raise OtherGenerationError(workflow_id)
        records = await workflow_records.load(connection, current)
        unrecorded = (await workflow_records.not_recorded(connection, current.project_id, responses))[
            :MAX_CARRIED_RESPONSES
        ]
        project = await projects.get(connection, current.project_id)
        assert project is not None  # its row is open
        project_input = await project_start.input_of(connection, project)
        task = await tasks.get(connection, current.task_id) if current.task_id else None
        handoff_input = await tasks.input_of(connection, task) if task else None
    with continued_trace(RESTART, task.traceparent if task else project.traceparent):
        if handoff_input is None:
            project_state = rebuild_project_state(project_input.pipeline, records, unrecorded)
            project_input = project_input.model_copy(update={"state": project_state})
            started = await start_project(client, task_queue, project_input, again=True)
        else:
            handoff_input = handoff_input.model_copy(
                update={"state": rebuild_handoff_state(handoff_input, records, unrecorded)}
            )
            started = await start_handoff(client, task_queue, handoff_input, again=True)
    if started:
        return True
    # The SDK may have retried this very call after its first attempt had started the run.
    run = await find_workflow(client, workflow_id)
    return run is not None and await generation_of(run) == generation


async def start_unstarted(store: Store, client: Client, task_queue: str, project_id: object) -> bool:
    """Start the workflow of a project that is `starting`, for the first time or again. Return whether this call did.

    Raises:
        temporalio.service.RPCError: Temporal is unavailable.
    """
    workflow_id = project_workflow_id(project_id)
    async with store.reading() as connection:
        row = await open_workflows.get(connection, workflow_id)
        if row is None or not row.unstarted:
            return False
        project = await projects.get(connection, row.project_id)
        assert project is not None
        project_input = await project_start.input_of(connection, project)
    if row.generation == 0:
        with continued_trace(LATE_START, project.traceparent):
            return await start_project(client, task_queue, project_input)
    last_run = await find_workflow(client, workflow_id)
    responses: list[HitlResponse] = []
    if last_run is not None:
        if await generation_of(last_run) >= row.generation:
            return False
        await terminate(client, last_run, "its project is retried")
        responses, _ = await read_signals(client, last_run)  # its requests are closed
    try:
        return await start_generation(store, client, task_queue, workflow_id, row.generation, responses)
    except OtherGenerationError:
        return False


async def terminate(client: Client, run: WorkflowExecutionDescription, reason: str) -> None:
    """Terminate this run and no other, if it has not closed."""
    if run.status is not WorkflowExecutionStatus.RUNNING:
        return
    try:
        await client.get_workflow_handle(run.id, run_id=run.run_id).terminate(reason=reason)
    except RPCError as error:
        if not means_workflow_is_gone(error):
            raise


async def read_signals(
    client: Client, run: WorkflowExecutionDescription
) -> tuple[list[HitlResponse], list[HitlExtension]]:
    """Return every response in a closed run's input and signals, and every extension, in the order of its history."""
    responses: list[HitlResponse] = []
    extensions: list[HitlExtension] = []
    async for event in client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history_events():
        if event.HasField("workflow_execution_started_event_attributes"):
            started = event.workflow_execution_started_event_attributes
            input_type = ProjectInput if started.workflow_type.name == "ProjectWorkflow" else HandoffInput
            responses += _carried_responses(await _decode(client, started.input.payloads, input_type))
        if event.HasField("workflow_execution_signaled_event_attributes"):
            signal = event.workflow_execution_signaled_event_attributes
            if signal.signal_name == "respond":
                response = await _decode(client, signal.input.payloads, HitlResponse)
                responses += [response] if isinstance(response, HitlResponse) else []
            if signal.signal_name == "extend":
                extension = await _decode(client, signal.input.payloads, HitlExtension)
                extensions += [extension] if isinstance(extension, HitlExtension) else []
    return responses, extensions


def _carried_responses(workflow_input: Contract | None) -> list[HitlResponse]:
    """Return the responses that a run got from the one before it."""
    if not isinstance(workflow_input, ProjectInput | HandoffInput) or workflow_input.state is None:
        return []
    state = workflow_input.state
    stages = [state] if isinstance(state, HandoffState) else list(state.stages.values())
    carried = [response for stage in stages if stage.gate is not None for response in stage.gate.offered]
    if isinstance(state, ProjectState):
        carried += [judged.response for judged in state.unrecorded]
    return carried


async def _decode(client: Client, payloads: Sequence[Payload], wanted: type[Any]) -> Any:
    """Return the value in a payload, or None if it cannot be decoded, which the run itself has reported."""
    try:
        (value,) = await client.data_converter.decode(payloads, [wanted])
    except Exception as error:
        log.info("payload_not_decoded", reason=str(error)[:200])
        return None
    return value
