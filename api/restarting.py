"""Open records whose workflow does not go on: started again from what they say, or ended."""

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
from api.temporal import reaching
from models.contracts.contract import Contract
from models.contracts.hitl import HitlResponse
from models.contracts.project import HandoffInput, HandoffState, ProjectInput, ProjectState
from store import open_workflows, projects, tasks, workflow_records
from store.open_workflows import OpenWorkflow
from workflows.client import find_workflow, generation_of, is_gone, start_handoff, start_project
from workflows.rebuild_state import rebuild_handoff_state, rebuild_project_state

log = structlog.get_logger(__name__)

SECONDS = 20.0
"""How long the calls of one restart may take together: a history may be long, and is read for what was not judged."""

MAX_UNHEARD = 200
"""So many responses that a run has not judged are handed on; of those to one request the first valid one wins."""

ENDED = "ended: its workflow did not go on"
ANOTHER = "Somebody else is starting it again, or ending it."


async def restart(services: Services, workflow_id: str) -> OpenWorkflow:
    """Start a workflow again from its records; returns its row as it was.

    The order lets it be cut off anywhere and be asked for again: raise the generation, which one caller can; end the
    run that does not go on; read what it was sent and has not judged; start the next one.

    Raises:
        ConflictError: the workflow runs, has ended, or was started again by somebody else.
        UnavailableError: Temporal is unavailable.
    """
    async with _alone(services, workflow_id), reaching(SECONDS):
        row = await _open(services, workflow_id)
        found = await _stopped(services, row)
        async with services.store.transaction(row.project_id) as tx:
            if not await open_workflows.claim_restart(tx, row):
                raise ConflictError(ANOTHER)
        unheard: list[HitlResponse] = []
        if found is not None:
            await _terminate(services.temporal, found, "started again from its records")
            unheard = await _unheard(services.temporal, found)
        if not await _start(services, row, unheard):
            raise ConflictError("Its workflow is running.")
        await _clear(services, workflow_id)
    log.warning("workflow_started_again", workflow_id=workflow_id, generation=row.generation + 1)
    return row


async def end(services: Services, workflow_id: str) -> OpenWorkflow:
    """Write a record as cancelled, and end what there is of its workflow; returns the row as it was.

    Raises:
        ConflictError: the workflow runs, or has ended.
        UnavailableError: Temporal is unavailable.
    """
    async with _alone(services, workflow_id), reaching(SECONDS):
        row = await _open(services, workflow_id)
        found = await _stopped(services, row)
        async with services.store.transaction(row.project_id) as tx:
            await open_workflows.cancel(tx, row, ENDED)
        if found is not None:
            # A run that is left, since Temporal went away just now, finds in the records that it has ended.
            await _terminate(services.temporal, found, "ended by a person")
    log.warning("workflow_given_up", workflow_id=workflow_id)
    return row


@asynccontextmanager
async def _alone(services: Services, workflow_id: str) -> AsyncIterator[None]:
    """Nobody else starts this workflow again, or ends it, in the block."""
    async with services.restarts, services.store.database.engine.begin() as connection:
        if not await open_workflows.try_lock(connection, workflow_id):
            raise ConflictError(ANOTHER)
        yield


async def _open(services: Services, workflow_id: str) -> OpenWorkflow:
    async with services.store.reading() as connection:
        row = await open_workflows.get(connection, workflow_id)
    if row is None:
        raise ConflictError("It has ended.")
    return row


async def _stopped(services: Services, row: OpenWorkflow) -> WorkflowExecutionDescription | None:
    """The last run of a workflow that does not go on; None where Temporal has none."""
    found = await find_workflow(services.temporal, row.workflow_id)
    if found is None or found.status is not WorkflowExecutionStatus.RUNNING:
        return found
    if row.problem is None or row.problem.run_id != found.run_id:
        raise ConflictError("Its workflow is running.")
    return found


async def _terminate(client: Client, found: WorkflowExecutionDescription, reason: str) -> None:
    """End this run, if it has not closed, and no other."""
    if found.status is not WorkflowExecutionStatus.RUNNING:
        return
    try:
        await client.get_workflow_handle(found.id, run_id=found.run_id).terminate(reason=reason)
    except RPCError as error:
        if not is_gone(error):
            raise


async def _start(services: Services, row: OpenWorkflow, responses: Sequence[HitlResponse]) -> bool:
    async with services.store.reading() as connection:
        now = await open_workflows.get(connection, row.workflow_id)
        if now is None or now.generation != row.generation + 1:
            raise ConflictError(ANOTHER)
        known = await workflow_records.load(connection, now)
        unheard = (await workflow_records.not_recorded(connection, now.project_id, responses))[:MAX_UNHEARD]
        project = await projects.get(connection, now.project_id)
        assert project is not None  # its row is open
        given = await projects.input_of(connection, project)
        task = await tasks.get(connection, now.task_id) if now.task_id else None
        alone = await tasks.input_of(connection, task) if task else None
    queue = services.settings.task_queue
    if alone is None:
        state = rebuild_project_state(given.pipeline, known, unheard)
        again = given.model_copy(update={"state": state})
        started = await start_project(services.temporal, queue, again, again=True)
    else:
        alone = alone.model_copy(update={"state": rebuild_handoff_state(alone, known, unheard)})
        started = await start_handoff(services.temporal, queue, alone, again=True)
    if started:
        return True
    # This very call may have started it, and have been asked again.
    found = await find_workflow(services.temporal, row.workflow_id)
    return found is not None and await generation_of(found) == now.generation


async def _clear(services: Services, workflow_id: str) -> None:
    async with services.store.reading() as connection:
        now = await open_workflows.get(connection, workflow_id)
    if now is not None and now.problem is not None:
        async with services.store.transaction(now.project_id) as tx:
            await open_workflows.record_problem(tx, now, None)


async def _unheard(client: Client, found: WorkflowExecutionDescription) -> list[HitlResponse]:
    """Every response that a closed run was given or sent, in the order in which they came."""
    responses: list[HitlResponse] = []
    async for event in client.get_workflow_handle(found.id, run_id=found.run_id).fetch_history_events():
        if event.HasField("workflow_execution_started_event_attributes"):
            began = event.workflow_execution_started_event_attributes
            kind = ProjectInput if began.workflow_type.name == "ProjectWorkflow" else HandoffInput
            given = await _decoded(client, began.input.payloads, kind)
            responses += _carried(given)
        if event.HasField("workflow_execution_signaled_event_attributes"):
            signal = event.workflow_execution_signaled_event_attributes
            if signal.signal_name == "respond":
                response = await _decoded(client, signal.input.payloads, HitlResponse)
                responses += [response] if isinstance(response, HitlResponse) else []
    return responses


def _carried(given: Contract | None) -> list[HitlResponse]:
    """The responses that a run had from the one before it."""
    if not isinstance(given, ProjectInput | HandoffInput) or given.state is None:
        return []
    state = given.state
    stages = [state] if isinstance(state, HandoffState) else list(state.stages.values())
    carried = [one for stage in stages if stage.gate is not None for one in stage.gate.offered]
    if isinstance(state, ProjectState):
        carried += [one.response for one in state.unrecorded]
    return carried


async def _decoded(client: Client, payloads: Sequence[Payload], kind: type[Any]) -> Any:
    """What a payload holds; None where that cannot be read, of which the run itself has told."""
    try:
        (value,) = await client.data_converter.decode(payloads, [kind])
    except Exception as error:
        log.info("payload_not_read", reason=str(error)[:200])
        return None
    return value
