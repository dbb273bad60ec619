"""Restart or end open projects and tasks whose workflow cannot continue."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError

from api.errors import ConflictError
from api.services import Services
from api.temporal import temporal_call
from models.contracts.contract import Contract
from models.contracts.extension import HitlExtension
from models.contracts.hitl import HitlResponse
from models.contracts.project import ProjectInput, ProjectState
from models.contracts.workflow_state import HandoffInput, HandoffState
from store import hitl_extensions, open_workflows, project_start, projects, tasks, workflow_records
from store.open_workflows import OpenWorkflow
from workflows.client import find_workflow, generation_of, means_workflow_is_gone, start_handoff, start_project
from workflows.rebuild_state import rebuild_handoff_state, rebuild_project_state

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 20.0
"""How long all calls of one restart may take: a long history has to be read for its unrecorded responses."""

MAX_CARRIED_RESPONSES = 200
"""How many unrecorded responses the new run gets; of those to one request the first valid one wins."""

END_REASON = "ended: its workflow was not running"
CONCURRENT_RECOVERY = "Another restart or end of it is in progress."
RUNNING = "Its workflow is running."


async def restart(services: Services, workflow_id: str) -> OpenWorkflow:
    """Start a workflow again from its records. Return its row from before the restart.

    The order of the steps makes it safe to fail anywhere and to be requested again: increment the generation, which
    only one caller can; terminate the last run; read the responses that it received and did not judge; start the next
    run.

    Raises:
        ConflictError: the workflow is running, has ended, or was restarted by another caller.
        UnavailableError: Temporal is unavailable.
    """
    async with _exclusive(services, workflow_id), temporal_call(TIMEOUT_SECONDS):
        row = await _get_open(services, workflow_id)
        last_run = await _find_stopped_run(services, row)
        async with services.store.transaction(row.project_id) as tx:
            if not await open_workflows.claim_restart(tx, row):
                raise ConflictError(CONCURRENT_RECOVERY)
        responses: list[HitlResponse] = []
        if last_run is not None:
            await _terminate(services.temporal, last_run, "restarted from its records")
            responses, extensions = await _read_signals(services.temporal, last_run)
            for extension in extensions:  # before the records are read; those that were applied have no effect
                async with services.store.transaction(row.project_id) as tx:
                    await hitl_extensions.extend(tx, extension)
        if not await _start(services, row, responses):
            raise ConflictError(RUNNING)
        await _clear_problem(services, workflow_id)
    log.warning("workflow_restarted", workflow_id=workflow_id, generation=row.generation + 1)
    return row


async def end(services: Services, workflow_id: str) -> OpenWorkflow:
    """Record a project or task as cancelled and terminate its workflow, if there is one. Return its row from before.

    Raises:
        ConflictError: the workflow is running, or has ended.
        UnavailableError: Temporal is unavailable.
    """
    async with _exclusive(services, workflow_id), temporal_call(TIMEOUT_SECONDS):
        row = await _get_open(services, workflow_id)
        last_run = await _find_stopped_run(services, row)
        async with services.store.transaction(row.project_id) as tx:
            await open_workflows.cancel(tx, row, END_REASON)
        if last_run is not None:
            # If Temporal fails now, the run that remains finds in the records that it has ended.
            await _terminate(services.temporal, last_run, "ended by a person")
    log.warning("workflow_ended", workflow_id=workflow_id)
    return row


@asynccontextmanager
async def _exclusive(services: Services, workflow_id: str) -> AsyncIterator[None]:
    """Hold the lock that every restart and every end of this workflow takes.

    Before it waits for anything long, it checks that both servers answer and that there is something to do.
    """
    async with temporal_call():
        await _find_stopped_run(services, await _get_open(services, workflow_id))
    async with services.recovery_slots, services.store.database.writing(TIMEOUT_SECONDS) as connection:
        if not await open_workflows.try_lock(connection, workflow_id):
            raise ConflictError(CONCURRENT_RECOVERY)
        yield


async def _get_open(services: Services, workflow_id: str) -> OpenWorkflow:
    async with services.store.reading() as connection:
        row = await open_workflows.get(connection, workflow_id)
    if row is None:
        raise ConflictError("It has ended.")
    return row


async def _find_stopped_run(services: Services, row: OpenWorkflow) -> WorkflowExecutionDescription | None:
    """Return the last run of a workflow that is closed or cannot continue, or None if Temporal has none."""
    last_run = await find_workflow(services.temporal, row.workflow_id)
    if last_run is None or last_run.status is not WorkflowExecutionStatus.RUNNING:
        return last_run
    if row.problem is None or row.problem.run_id != last_run.run_id:
        raise ConflictError(RUNNING)
    return last_run


async def _terminate(client: Client, run: WorkflowExecutionDescription, reason: str) -> None:
    """Terminate this run and no other, if it has not closed."""
    if run.status is not WorkflowExecutionStatus.RUNNING:
        return
    try:
        await client.get_workflow_handle(run.id, run_id=run.run_id).terminate(reason=reason)
    except RPCError as error:
        if not means_workflow_is_gone(error):
            raise


async def _start(services: Services, row: OpenWorkflow, responses: Sequence[HitlResponse]) -> bool:
    """Start the next run from the records. Return False if another one is running."""
    async with services.store.reading() as connection:
        current = await open_workflows.get(connection, row.workflow_id)
        if current is None or current.generation != row.generation + 1:
            raise ConflictError(CONCURRENT_RECOVERY)
        records = await workflow_records.load(connection, current)
        unrecorded = (await workflow_records.not_recorded(connection, current.project_id, responses))[
            :MAX_CARRIED_RESPONSES
        ]
        project = await projects.get(connection, current.project_id)
        assert project is not None  # its row is open
        project_input = await project_start.input_of(connection, project)
        task = await tasks.get(connection, current.task_id) if current.task_id else None
        handoff_input = await tasks.input_of(connection, task) if task else None
    queue = services.settings.task_queue
    if handoff_input is None:
        project_state = rebuild_project_state(project_input.pipeline, records, unrecorded)
        project_input = project_input.model_copy(update={"state": project_state})
        started = await start_project(services.temporal, queue, project_input, again=True)
    else:
        handoff_input = handoff_input.model_copy(
            update={"state": rebuild_handoff_state(handoff_input, records, unrecorded)}
        )
        started = await start_handoff(services.temporal, queue, handoff_input, again=True)
    if started:
        return True
    # The SDK may have retried this very call after its first attempt had started the run.
    run = await find_workflow(services.temporal, row.workflow_id)
    return run is not None and await generation_of(run) == current.generation


async def _clear_problem(services: Services, workflow_id: str) -> None:
    async with services.store.reading() as connection:
        row = await open_workflows.get(connection, workflow_id)
    if row is not None and row.problem is not None:
        async with services.store.transaction(row.project_id) as tx:
            await open_workflows.record_problem(tx, row, None)


async def _read_signals(
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
